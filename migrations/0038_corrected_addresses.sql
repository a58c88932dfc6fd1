-- A guest who mistyped their address corrects it.

alter table users add column corrected_at timestamptz[] not null default '{}';
comment on column users.corrected_at is 'When a guest gave another address, the last three times: each sends mails to an address that nobody has shown to be theirs, so there are limits.';
