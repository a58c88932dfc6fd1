-- Replies that are kept so that a change sent twice is made once.

create table idempotency_keys (
    key_hash      bytea       primary key,
    fingerprint   bytea       not null,
    claim_id      uuid        not null,
    claimed_until timestamptz not null,
    expires_at    timestamptz not null,
    status        smallint,
    headers       jsonb,
    body          bytea,
    constraint idempotency_keys_hashes_are_sha256 check (octet_length(key_hash) = 32 and octet_length(fingerprint) = 32),
    constraint idempotency_keys_reply_is_whole check (num_nulls(status, headers, body) in (0, 3))
);
comment on table idempotency_keys is 'The replies to requests that carried an Idempotency-Key, for a day; a row without a reply is a request that still runs, or that ended with its process.';
comment on column idempotency_keys.key_hash is 'SHA-256 of who asked and of their key, so that the keys of two people never meet.';
comment on column idempotency_keys.fingerprint is 'SHA-256 of the request: another one under the same key is refused. Salted with the key, which is kept nowhere, so that a password in a request can''t be guessed from here.';
comment on column idempotency_keys.claim_id is 'Which run of the request has the key, so that one that was given up can''t overwrite the reply of the next.';
comment on column idempotency_keys.claimed_until is 'When a run that left no reply is given up: its process may have died.';
comment on column idempotency_keys.expires_at is 'When the reply is forgotten and the key can be used for something else.';
comment on column idempotency_keys.headers is 'Names and values of the reply''s headers in order, without cookies.';
comment on constraint idempotency_keys_hashes_are_sha256 on idempotency_keys is 'A key or a request stored as it is, instead of its hash, must not pass unnoticed.';
comment on constraint idempotency_keys_reply_is_whole on idempotency_keys is 'Half a reply can''t be given again.';

create index idempotency_keys_by_end on idempotency_keys (expires_at);
comment on index idempotency_keys_by_end is 'Finds the replies that are over, to remove them.';
