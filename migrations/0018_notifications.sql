-- What people are told on the site itself, and which mails they want.

create table notifications (
    id         uuid        primary key references mails (id),
    user_id    uuid        not null references users (id),
    title      text        not null,
    path       text        not null,
    created_at timestamptz not null,
    read_at    timestamptz null,
    constraint notifications_lead_to_a_page check (path like '/%')
);
comment on table notifications is 'What a person was told, on the site: whatever a mail says, whether they want the mail or not, and whether or not it arrives.';
comment on column notifications.id is 'The mail''s: the same cause is told once.';
comment on column notifications.title is 'What happened, in a line: the mail''s subject.';
comment on column notifications.path is 'The page of the site that it is about.';
comment on column notifications.read_at is 'When the person saw it in the list.';
comment on constraint notifications_lead_to_a_page on notifications is 'Never to another site.';

create index notifications_of_a_person on notifications (user_id, id desc);
comment on index notifications_of_a_person is 'A person''s notifications, newest first, paged by key.';
create index notifications_unread on notifications (user_id) where read_at is null;
comment on index notifications_unread is 'Those that a person has not seen yet, to count them again.';

alter table users add column unread_count int not null default 0;
alter table users add constraint users_unread_count_is_not_negative check (unread_count >= 0);
comment on column users.unread_count is 'Notifications they have not seen, counted in the transactions that add and read them: every page shows it, and reads the account''s row anyway.';
comment on constraint users_unread_count_is_not_negative on users is 'It is a count.';

create table unwanted_mails (
    user_id uuid not null references users (id),
    kind    text not null,
    primary key (user_id, kind),
    constraint unwanted_mails_kind_is_known check (kind in ('reminder', 'hold_ending'))
);
comment on table unwanted_mails is 'The kinds of mail that a person has switched off. What happens to their bookings is told them always.';
comment on constraint unwanted_mails_kind_is_known on unwanted_mails is 'Only what can be done without can be switched off.';
