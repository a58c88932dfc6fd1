-- Sessions of signed-in people.

create table sessions (
    id_hash    bytea       primary key,
    user_id    uuid,
    data       bytea       not null,
    expires_at timestamptz not null,
    created_at timestamptz not null default clock_timestamp(),
    constraint sessions_id_hash_is_sha256 check (octet_length(id_hash) = 32)
);
comment on table sessions is 'Sessions, with copies in Redis that live for a minute: losing Redis signs nobody out.';
comment on column sessions.id_hash is 'SHA-256 of the id in the cookie, so that who reads a backup can''t take over a session.';
comment on column sessions.user_id is 'Who is signed in, repeated from the data so that all sessions of a person can be ended. No foreign key: sessions know no other table, and a session of nobody signs nobody in.';
comment on column sessions.data is 'The session''s values as JSON; read whole or not at all, hence not jsonb.';
comment on column sessions.expires_at is 'When the session is over; moved on as it is used.';
comment on constraint sessions_id_hash_is_sha256 on sessions is 'An id stored as it is, instead of its hash, must not pass unnoticed.';

create index sessions_of_a_user on sessions (user_id) where user_id is not null;
comment on index sessions_of_a_user is 'Ends the other sessions of a person who changes their password.';

create index sessions_by_end on sessions (expires_at);
comment on index sessions_by_end is 'Finds the sessions that are over, to remove them.';
