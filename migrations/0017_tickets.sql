-- Tickets: one for each place of a booking, the keys that sign them, passing them on, and what happened to them.

create table ticket_keys (
    id         uuid        primary key,
    public_key bytea       not null,
    secret_key bytea       not null,
    created_at timestamptz not null,
    constraint ticket_keys_are_of_ed25519 check (octet_length(public_key) = 32 and octet_length(secret_key) = 32)
);
comment on table ticket_keys is 'Pairs of keys that sign tickets: the newest signs, all of them verify. The first is made by whoever needs it first.';
comment on column ticket_keys.secret_key is 'Leaves the database for the memory of a server and nothing else. Who has it can make tickets.';
comment on constraint ticket_keys_are_of_ed25519 on ticket_keys is 'Both have 32 bytes in RFC 8032.';

create table tickets (
    id         uuid        primary key,
    event_id   uuid        not null,
    booking_id uuid        not null,
    seat_id    uuid        null,
    place      int         null,
    holder_id  uuid        not null references users (id),
    nonce      int         not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    constraint tickets_of_a_booking_of_the_event foreign key (booking_id, event_id) references bookings (id, event_id),
    constraint tickets_of_a_seat_of_the_event foreign key (seat_id, event_id) references seats (id, event_id),
    constraint tickets_are_of_a_seat_or_of_a_place check ((seat_id is null) <> (place is null)),
    constraint tickets_places_count_from_one check (place >= 1),
    constraint tickets_nonces_count_from_one check (nonce >= 1)
);
comment on table tickets is 'One for each place of a booking that was confirmed, made when somebody first asks for them. Whether one is void is not here: its booking and its event say so.';
comment on column tickets.place is 'Of general admission: its number in the booking, from 1.';
comment on column tickets.holder_id is 'Who shows it at the door: who booked, until it is passed on.';
comment on column tickets.nonce is 'Grows when the ticket is issued anew or passed on: what was signed with a lower one is worth nothing.';
comment on constraint tickets_of_a_booking_of_the_event on tickets is 'A ticket admits to the event that was booked.';
comment on constraint tickets_of_a_seat_of_the_event on tickets is 'A ticket names a seat of its event.';
comment on constraint tickets_are_of_a_seat_or_of_a_place on tickets is 'One place, however the event counts them.';
comment on constraint tickets_places_count_from_one on tickets is 'As people count.';
comment on constraint tickets_nonces_count_from_one on tickets is 'It only grows.';

create unique index tickets_one_per_seat on tickets (booking_id, seat_id) where seat_id is not null;
comment on index tickets_one_per_seat is 'Two who ask first make one ticket for each seat.';
create unique index tickets_one_per_place on tickets (booking_id, place) where place is not null;
comment on index tickets_one_per_place is 'Two who ask first make one ticket for each place.';
create index tickets_of_a_holder on tickets (holder_id, id desc);
comment on index tickets_of_a_holder is 'What others have passed on to a person, newest first.';

create table ticket_transfers (
    id          uuid        primary key,
    ticket_id   uuid        not null references tickets (id),
    from_id     uuid        not null references users (id),
    email       text        not null,
    token_hashes bytea[]    not null default '{}',
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    ended_at    timestamptz null,
    accepted_by uuid        null references users (id),
    constraint ticket_transfers_expire_after_they_began check (expires_at > created_at),
    constraint ticket_transfers_end_by_being_accepted check (accepted_by is null or ended_at is not null),
    constraint ticket_transfers_email_is_short check (char_length(email) between 1 and 254)
);
comment on table ticket_transfers is 'Tickets offered to other people. One without ended_at is pending until expires_at; one that ended without accepted_by was withdrawn or lapsed.';
comment on column ticket_transfers.email is 'Where the link is sent.';
comment on column ticket_transfers.token_hashes is 'SHA-256 of what the link carries, which is nowhere else than in the mail: a mail that had to be written again has another. The last ten.';
comment on constraint ticket_transfers_expire_after_they_began on ticket_transfers is 'A transfer nobody could accept is a bug.';
comment on constraint ticket_transfers_end_by_being_accepted on ticket_transfers is 'Who accepted it ended it.';
comment on constraint ticket_transfers_email_is_short on ticket_transfers is 'RFC 5321 allows no longer address.';

create unique index ticket_transfers_one_pending on ticket_transfers (ticket_id) where ended_at is null;
comment on index ticket_transfers_one_pending is 'A ticket is offered to one person at a time.';
create index ticket_transfers_from_a_person on ticket_transfers (from_id);
comment on index ticket_transfers_from_a_person is 'What a person has offered, for when they ask for it and when they leave.';
create index ticket_transfers_of_a_ticket on ticket_transfers (ticket_id, created_at desc);
comment on index ticket_transfers_of_a_ticket is 'How often a ticket was offered of late.';

create type ticket_action as enum ('issued', 'reissued', 'transfer_offered', 'transfer_cancelled', 'transfer_lapsed', 'transfer_accepted');
comment on type ticket_action is 'What happened to a ticket.';

create table ticket_history (
    id         uuid          primary key,
    number     bigint        not null generated always as identity,
    ticket_id  uuid          not null references tickets (id),
    action     ticket_action not null,
    actor_id   uuid          null references users (id),
    transfer_id uuid         null references ticket_transfers (id),
    created_at timestamptz   not null
);
comment on table ticket_history is 'What happened to every ticket, written in the transaction that did it. Append-only.';
comment on column ticket_history.actor_id is 'Who did it; null when time did, or when a booking got its tickets.';
comment on column ticket_history.transfer_id is 'Of a transfer that was offered: which. The address stands there, from where it can go when its person does.';
create unique index ticket_history_of_a_ticket on ticket_history (ticket_id, number);
comment on index ticket_history_of_a_ticket is 'A ticket''s history in order.';

create function refuse_rewriting_tickets() returns trigger language plpgsql as $$
begin
    raise exception 'ticket_history is append-only' using errcode = 'restrict_violation';
end $$;
comment on function refuse_rewriting_tickets() is 'Makes the history of tickets append-only for every role, the owner included.';
create trigger ticket_history_is_append_only
    before update or delete or truncate on ticket_history
    for each statement execute function refuse_rewriting_tickets();
comment on trigger ticket_history_is_append_only on ticket_history is 'What happened stays written.';
