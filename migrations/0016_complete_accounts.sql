-- Complete accounts: links by mail, addresses that are confirmed, sessions a person can tell apart, and people who are gone.

create type account_token_purpose as enum ('verify', 'reset');
comment on type account_token_purpose is 'verify: the address is the person''s. reset: whoever reads its mail may choose a new password.';

create table account_tokens (
    id         uuid                  primary key,
    user_id    uuid                  not null references users (id),
    purpose    account_token_purpose not null,
    token_hash bytea                 null,
    expires_at timestamptz           not null,
    used_at    timestamptz           null,
    created_at timestamptz           not null,
    constraint account_tokens_hash_is_sha256 check (octet_length(token_hash) = 32),
    constraint account_tokens_used_after_sent check (used_at is null or token_hash is not null)
);
comment on table account_tokens is 'Links that mails carry, each good for one use. Those of the last hour say how many a person was sent; older ones that are over are removed when the next is asked for.';
comment on column account_tokens.token_hash is 'SHA-256 of the secret in the link, which is kept nowhere; null until the mail is written.';
comment on column account_tokens.expires_at is 'When it lapses; at once when a newer one for the same purpose takes its place.';
comment on constraint account_tokens_hash_is_sha256 on account_tokens is 'A secret stored as it is, instead of its hash, must not pass unnoticed.';
comment on constraint account_tokens_used_after_sent on account_tokens is 'Nobody can have used what was never sent.';

create unique index account_tokens_one_per_secret on account_tokens (token_hash);
comment on index account_tokens_one_per_secret is 'Finds the token of a link.';
create index account_tokens_of_a_user on account_tokens (user_id, purpose, created_at);
comment on index account_tokens_of_a_user is 'Counts what a person was sent in the last hour, and ends what is older than the newest.';

alter table users add column email_verified_at timestamptz null;
comment on column users.email_verified_at is 'When the person showed that they read the mail of this address; null if they have not yet.';
alter table users add column deleted_at timestamptz null;
comment on column users.deleted_at is 'When the person deleted their account: the row stays for the books and says nothing of them any more.';

alter table users drop constraint users_names_are_filled_in;
alter table users add constraint users_names_are_filled_in check (
    deleted_at is not null or (char_length(first_name) between 1 and 100 and char_length(last_name) between 1 and 100)
);
comment on constraint users_names_are_filled_in on users is 'Every ticket and list shows a name, as long as there is a person.';
alter table users add constraint users_who_are_gone_are_nobody check (
    deleted_at is null
    or (not is_active and not is_admin and email_verified_at is null and password_hash = '' and first_name = ''
        and last_name = '' and email like '%@gone.invalid')
);
comment on constraint users_who_are_gone_are_nobody on users is 'Nothing personal is left by half. The address is made up, under a name that RFC 2606 keeps out of use, so that the real one can register anew.';

-- Not the hash: a person names one of their sessions by it, so it stands in pages.
alter table sessions add column public_id uuid not null default gen_random_uuid();
comment on column sessions.public_id is 'What a person names one of their sessions by, to end it. Worth nothing to anybody else.';

alter table idempotency_keys add column user_id uuid null;
comment on column idempotency_keys.user_id is 'Who asked, so that the replies go when the person does. No foreign key: this table knows no other. Null in rows from before there was this column, which are gone after a day.';
create index idempotency_keys_of_a_user on idempotency_keys (user_id) where user_id is not null;
comment on index idempotency_keys_of_a_user is 'Removes the replies of a person who deletes their account.';
