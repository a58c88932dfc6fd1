-- Replies that are kept can be read by who has the key they were asked under, and by nobody else.

alter table idempotency_keys
    add column nonce bytea null,
    add constraint idempotency_keys_nonces_are_whole check (octet_length(nonce) = 12),
    add constraint idempotency_keys_seal_replies check (nonce is null or body is not null);
comment on column idempotency_keys.nonce is 'What the reply is sealed with, beside a key that is made of the Idempotency-Key; null for replies from before they were, which are as they were sent.';
comment on column idempotency_keys.headers is 'Names and values of the reply''s headers in order, without cookies; empty where the reply is sealed, which has them.';
comment on column idempotency_keys.body is 'The reply: its headers and body, sealed by AES-256-GCM. It may have secrets that are shown once.';
comment on constraint idempotency_keys_nonces_are_whole on idempotency_keys is 'As long as AES-GCM takes it: NIST SP 800-38D, 8.2.';
comment on constraint idempotency_keys_seal_replies on idempotency_keys is 'There is nothing else to seal.';
