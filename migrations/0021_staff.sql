-- The dashboard: who may do what in it, and what they did.

create type staff_role as enum ('owner', 'manager', 'box_office', 'check_in', 'finance', 'read_only');
comment on type staff_role is 'What each may do stands in the code, in one table: a right that is added needs no migration.';

create table staff (
    user_id    uuid        not null references users (id),
    event_id   uuid        null references events (id) on delete cascade,
    role       staff_role  not null,
    created_at timestamptz not null,
    constraint staff_one_role_in_each_place unique nulls not distinct (user_id, event_id)
);
comment on table staff is 'The posts that people have: a role for one event, or for the whole site.';
comment on column staff.event_id is 'The event; null for all of them, those to come too.';
comment on constraint staff_one_role_in_each_place on staff is 'Whoever is given another role in the same place has that one instead. Finds the posts of a person.';

create index staff_of_an_event on staff (event_id);
comment on index staff_of_an_event is 'The people of an event, and of the whole site.';

alter table users add column is_staff boolean not null default false;
comment on column users.is_staff is 'Whether they have any post in staff, for the link in the header: every page reads the account''s row anyway.';

create table staff_invitations (
    id          uuid        primary key,
    email       text        not null,
    event_id    uuid        null references events (id) on delete cascade,
    role        staff_role  not null,
    token_hash  bytea       null,
    invited_by  uuid        not null references users (id),
    expires_at  timestamptz not null,
    accepted_at timestamptz null,
    created_at  timestamptz not null,
    constraint staff_invitations_hash_is_sha256 check (octet_length(token_hash) = 32),
    constraint staff_invitations_accepted_after_sent check (accepted_at is null or token_hash is not null)
);
comment on table staff_invitations is 'Posts that are offered by mail, each accepted once, by whoever has the mail and signs in. Taken back by lapsing at once.';
comment on column staff_invitations.token_hash is 'SHA-256 of the secret in the link, which is kept nowhere; null until the mail is written.';
comment on constraint staff_invitations_hash_is_sha256 on staff_invitations is 'A secret stored as it is, instead of its hash, must not pass unnoticed.';
comment on constraint staff_invitations_accepted_after_sent on staff_invitations is 'Nobody can have accepted what was never sent.';

create unique index staff_invitations_one_per_secret on staff_invitations (token_hash);
comment on index staff_invitations_one_per_secret is 'Finds the invitation of a link.';
create index staff_invitations_open on staff_invitations (event_id, expires_at) where accepted_at is null;
comment on index staff_invitations_open is 'Who is invited and has not answered yet.';

create table staff_actions (
    number     bigint      generated always as identity primary key,
    actor_id   uuid        not null,
    action     text        not null,
    event_id   uuid        null,
    subject_id uuid        null,
    before     jsonb       not null,
    after      jsonb       not null,
    address    inet        null,
    created_at timestamptz not null,
    constraint staff_actions_are_named check (action ~ '^[a-z_]{3,40}$')
);
comment on table staff_actions is 'Everything that was done through the dashboard: who, what, before, after, when, from where. Append-only. No foreign keys: checking them would need a privilege that nobody has, and what was done stays done when its event is gone.';
comment on column staff_actions.subject_id is 'What it was done to, where that isn''t the event itself: a booking, a seat, a person.';
comment on column staff_actions.before is 'The fields that changed, as they were; ids, numbers and what describes events, never an attendee''s name or address.';
comment on column staff_actions.address is 'The address it came from; null from the command line.';
comment on constraint staff_actions_are_named on staff_actions is 'A code that programs can filter by.';

create index staff_actions_of_an_event on staff_actions (event_id, number desc);
comment on index staff_actions_of_an_event is 'What was done to an event, newest first.';
create index staff_actions_of_a_person on staff_actions (actor_id, number desc);
comment on index staff_actions_of_a_person is 'What somebody did, newest first.';

create function refuse_forgetting_actions() returns trigger language plpgsql as $$
begin
    raise exception 'staff_actions is append-only' using errcode = 'restrict_violation';
end $$;
comment on function refuse_forgetting_actions() is 'Makes the log append-only for every role, the owner included.';
create trigger staff_actions_are_append_only
    before update or delete or truncate on staff_actions
    for each statement execute function refuse_forgetting_actions();
comment on trigger staff_actions_are_append_only on staff_actions is 'What was done stays said.';

-- Beside the trigger: who owns the table would have to grant it to themselves first.
revoke update, delete, truncate on staff_actions from public, current_user;
