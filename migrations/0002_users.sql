-- Accounts.

create table users (
    id            uuid        primary key,
    email         text        not null,
    password_hash text        not null,
    first_name    text        not null,
    last_name     text        not null,
    is_admin      boolean     not null default false,
    is_active     boolean     not null default true,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    constraint users_email_is_lower_case check (email = lower(email) and email like '_%@_%'),
    constraint users_email_is_short_enough check (char_length(email) <= 254),
    constraint users_names_are_filled_in check (
        char_length(first_name) between 1 and 100 and char_length(last_name) between 1 and 100
    )
);
comment on table users is 'People with an account: attendees and admins alike.';
comment on column users.email is 'Kept in lower case, so that one address is one account however it is typed.';
comment on column users.password_hash is 'argon2id in PHC form, with its own parameters, so that they can be raised later.';
comment on column users.is_active is 'False keeps the row for its bookings but refuses sign-in.';
comment on constraint users_email_is_lower_case on users is 'Uniqueness without an expression index; also refuses what cannot be an address at all.';
comment on constraint users_email_is_short_enough on users is 'RFC 5321 allows 254 characters in a path.';
comment on constraint users_names_are_filled_in on users is 'Every ticket and list shows a name.';

create unique index users_one_account_per_email on users (email);
comment on index users_one_account_per_email is 'Two registrations of one address at once: one wins, the other is told. Also finds the account at sign-in.';
