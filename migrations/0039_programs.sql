-- Programs that act for a person: apps they signed in to, and keys for machines.

create table token_keys (
    id         uuid        primary key,
    secret_key bytea       not null,
    created_at timestamptz not null,
    constraint token_keys_are_long_enough check (octet_length(secret_key) = 32)
);
comment on table token_keys is 'What signs the access tokens of apps: the newest signs, all of them verify. The first is made by whoever needs it first, a new one every month, and the one before goes a day later.';
comment on column token_keys.secret_key is 'For HMAC-SHA-256. Leaves the database for the memory of a server and nothing else.';
comment on constraint token_keys_are_long_enough on token_keys is 'As long as what it makes: RFC 2104, 3.';

create table connected_apps (
    id            uuid        primary key,
    user_id       uuid        not null references users (id),
    name          text        not null,
    chain_key     bytea       not null,
    token_hash    bytea       not null,
    former_hash   bytea,
    created_at    timestamptz not null,
    refreshed_at  timestamptz not null,
    expires_at    timestamptz not null,
    constraint connected_apps_have_a_name check (char_length(name) between 1 and 100),
    constraint connected_apps_keep_hashes check (octet_length(chain_key) = 32 and octet_length(token_hash) = 32 and octet_length(former_hash) = 32)
);
comment on table connected_apps is 'Apps that a person signed in to with their password: each has one refresh token at a time. An app that ends loses its row.';
comment on column connected_apps.user_id is 'For whom it acts.';
comment on column connected_apps.chain_key is 'Makes the next refresh token of the one before, so that asking again after a lost answer gets the same. Worth nothing without a token, of which only hashes are kept.';
comment on column connected_apps.token_hash is 'SHA-256 of the secret of the refresh token that is good now.';
comment on column connected_apps.former_hash is 'That of the one before it: good for some seconds more, for whoever lost the answer. Any other secret with the id of the app was used before, and ends the app.';
comment on column connected_apps.refreshed_at is 'When the token was exchanged last: the app is used no less often.';
comment on column connected_apps.expires_at is 'When the app has to ask for the password again, unless it is used before.';
comment on constraint connected_apps_have_a_name on connected_apps is 'People find an app by its name when they end it.';
comment on constraint connected_apps_keep_hashes on connected_apps is 'A secret stored as it is, instead of its hash, must not pass unnoticed.';

create index connected_apps_of_a_user on connected_apps (user_id);
comment on index connected_apps_of_a_user is 'Lists and ends the apps of a person.';
create index connected_apps_by_end on connected_apps (expires_at);
comment on index connected_apps_by_end is 'Finds the apps that are over, to remove them.';

create table api_keys (
    id             uuid        primary key,
    user_id        uuid        not null references users (id),
    name           text        not null,
    scopes         text[]      not null,
    event_id       uuid,
    prefix         text        not null,
    secret_hash    bytea       not null,
    expires_at     timestamptz,
    last_used_at   timestamptz,
    former_prefix  text,
    former_hash    bytea,
    former_until   timestamptz,
    former_used_at timestamptz,
    created_at     timestamptz not null,
    constraint api_keys_have_a_name check (char_length(name) between 1 and 100),
    constraint api_keys_open_something check (cardinality(scopes) > 0),
    constraint api_keys_keep_hashes check (octet_length(secret_hash) = 32 and octet_length(former_hash) = 32),
    constraint api_keys_know_their_former_secret check (num_nonnulls(former_prefix, former_hash, former_until) in (0, 3))
);
comment on table api_keys is 'Keys by which machines act for the person who made them. A key that is revoked loses its row.';
comment on column api_keys.user_id is 'Who made it: it may do no more than they may.';
comment on column api_keys.scopes is 'What it may be used for, by names that the program knows.';
comment on column api_keys.event_id is 'The only event that it may be used for in the dashboard. No foreign key: events are not this table''s to know, and a key of an event that isn''t there opens nothing.';
comment on column api_keys.prefix is 'Begins the key and is shown in lists, so that people tell their keys apart.';
comment on column api_keys.secret_hash is 'SHA-256 of the rest of the key.';
comment on column api_keys.expires_at is 'When it stops working; null for never.';
comment on column api_keys.last_used_at is 'When it was used last, no more than a minute old: written at every use it would be a row changed for each request.';
comment on column api_keys.former_until is 'Until when the secret before still works, after a new one was made: the time to change it everywhere.';
comment on column api_keys.former_used_at is 'When the secret before was used last: whether anything still has it.';
comment on constraint api_keys_have_a_name on api_keys is 'People find a key by its name when they revoke it.';
comment on constraint api_keys_open_something on api_keys is 'A key that may do nothing is a mistake.';
comment on constraint api_keys_keep_hashes on api_keys is 'A secret stored as it is, instead of its hash, must not pass unnoticed.';
comment on constraint api_keys_know_their_former_secret on api_keys is 'A secret that works for some time more needs an end.';

create unique index api_keys_by_secret on api_keys (secret_hash);
comment on index api_keys_by_secret is 'Finds the key of a request.';
create unique index api_keys_by_former_secret on api_keys (former_hash) where former_hash is not null;
comment on index api_keys_by_former_secret is 'Finds the key of a request that still has the secret before.';
create index api_keys_of_a_user on api_keys (user_id);
comment on index api_keys_of_a_user is 'Lists the keys of a person.';
