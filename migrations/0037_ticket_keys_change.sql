-- Keys that sign tickets can be changed: in good time, or at once when one was stolen.

alter table ticket_keys
    add column signs_from timestamptz null,
    add column retired_at timestamptz null;
update ticket_keys set signs_from = created_at;
alter table ticket_keys
    alter column signs_from set not null,
    add constraint ticket_keys_sign_after_they_are_made check (signs_from >= created_at),
    add constraint ticket_keys_retire_after_they_are_made check (retired_at >= created_at);
comment on table ticket_keys is 'Pairs of keys that sign tickets: of those not retired the newest whose time has come signs, all of them verify. The first is made by whoever needs it first.';
comment on column ticket_keys.signs_from is 'When it begins to sign: until then it is only known, so that every process and every door can verify what it will sign.';
comment on column ticket_keys.retired_at is 'Since when it verifies nothing any more; null for a key that does.';
comment on constraint ticket_keys_sign_after_they_are_made on ticket_keys is 'Nothing is signed by a key that isn''t there.';
comment on constraint ticket_keys_retire_after_they_are_made on ticket_keys is 'Time runs forward.';
