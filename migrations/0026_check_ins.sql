-- Check-in at the door: links that open it, and who was let in.

create unique index tickets_with_their_event on tickets (event_id, id);
comment on index tickets_with_their_event is 'What check-ins refer to, so that nobody is let in to another event; also lists the tickets of an event for its door.';

create table check_in_links (
    id          uuid        primary key,
    event_id    uuid        not null references events (id) on delete cascade,
    name        text        not null,
    secret_hash bytea       not null,
    created_by  uuid        not null references users (id),
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    revoked_at  timestamptz null,
    constraint check_in_links_hash_is_sha256 check (octet_length(secret_hash) = 32),
    constraint check_in_links_are_named check (char_length(name) between 1 and 60),
    constraint check_in_links_expire_after_they_began check (expires_at > created_at),
    constraint check_in_links_with_their_event unique (event_id, id)
);
comment on table check_in_links is 'Links that open the check-in of one event and nothing else, for people at a door who have no account.';
comment on column check_in_links.name is 'Of the door or the device, as others read who let somebody in: "North door".';
comment on column check_in_links.secret_hash is 'SHA-256 of what the link carries, which is shown to whoever made it, once.';
comment on column check_in_links.revoked_at is 'When somebody closed it before its time; whoever had opened it is out at once.';
comment on constraint check_in_links_hash_is_sha256 on check_in_links is 'A secret stored as it is, instead of its hash, must not pass unnoticed.';
comment on constraint check_in_links_are_named on check_in_links is 'A check-in says by whom; the bound is that of a form.';
comment on constraint check_in_links_expire_after_they_began on check_in_links is 'A link nobody could open is a bug.';
comment on constraint check_in_links_with_their_event on check_in_links is 'What check-ins refer to, so that a link lets nobody in to another event; also lists the links of an event.';

create unique index check_in_links_one_per_secret on check_in_links (secret_hash);
comment on index check_in_links_one_per_secret is 'Finds the link that was opened.';

create table check_ins (
    id          uuid        primary key,
    event_id    uuid        not null,
    ticket_id   uuid        not null,
    actor_id    uuid        null references users (id),
    link_id     uuid        null,
    device      text        not null default '',
    key         text        null,
    scanned_at  timestamptz not null,
    created_at  timestamptz not null,
    undone_at   timestamptz null,
    undone_by   uuid        null references users (id),
    undo_reason text        null,
    constraint check_ins_of_a_ticket_of_the_event foreign key (event_id, ticket_id) references tickets (event_id, id),
    constraint check_ins_by_a_link_of_the_event foreign key (event_id, link_id) references check_in_links (event_id, id),
    constraint check_ins_by_a_person_or_a_link check ((actor_id is null) <> (link_id is null)),
    constraint check_ins_device_is_short check (char_length(device) <= 60),
    constraint check_ins_key_is_short check (char_length(key) between 1 and 64),
    constraint check_ins_scanned_before_known check (scanned_at <= created_at),
    constraint check_ins_undone_by_somebody_for_a_reason check (
        (undone_at is null) = (undone_by is null) and (undone_at is null) = (undo_reason is null)),
    constraint check_ins_reason_is_short check (char_length(undo_reason) between 1 and 200)
);
comment on table check_ins is 'Who was let in: one that counts for each ticket. One that was undone stays, so that a device that sends it again is not told that the ticket is free.';
comment on column check_ins.actor_id is 'Who of the staff let them in; null where a link did.';
comment on column check_ins.device is 'What the device calls itself, where it does.';
comment on column check_ins.key is 'Names the scan, so that one sent twice is one check-in.';
comment on column check_ins.scanned_at is 'When it was scanned, by the device''s clock where that had no connection; never later than created_at.';
comment on column check_ins.undo_reason is 'As it was typed. Shown to staff, never put into an error.';
comment on constraint check_ins_of_a_ticket_of_the_event on check_ins is 'A ticket lets nobody in to another event.';
comment on constraint check_ins_by_a_link_of_the_event on check_ins is 'A link lets nobody in to another event.';
comment on constraint check_ins_by_a_person_or_a_link on check_ins is 'Somebody did it, and one only.';
comment on constraint check_ins_device_is_short on check_ins is 'It comes from a form.';
comment on constraint check_ins_key_is_short on check_ins is 'It comes from a form.';
comment on constraint check_ins_scanned_before_known on check_ins is 'A device''s clock may be wrong, but nobody scans in the future.';
comment on constraint check_ins_undone_by_somebody_for_a_reason on check_ins is 'Undoing is a deed of its own.';
comment on constraint check_ins_reason_is_short on check_ins is 'It comes from a form.';

create unique index check_ins_one_per_ticket on check_ins (ticket_id) where undone_at is null;
comment on index check_ins_one_per_ticket is 'The last word against letting two people in with one ticket, however many doors scan it at once.';
create unique index check_ins_one_per_key on check_ins (event_id, key) where key is not null;
comment on index check_ins_one_per_key is 'A scan that is sent again finds what came of it.';
create index check_ins_of_an_event on check_ins (event_id, id desc) where undone_at is null;
comment on index check_ins_of_an_event is 'Counts who is in, and lists the last of them.';
