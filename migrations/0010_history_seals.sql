-- A history that proves itself: each entry carries the hash of its booking's entry before it, and a job seals the entries of
-- each event into a chain of seals. Buyers share no row for it. The program before this migration can't write entries after
-- it: stop it first. Bookings with a history can't be deleted any more: checking that none refers to them takes a privilege
-- that is revoked here.

alter table booking_history disable trigger booking_history_is_append_only;

alter table booking_history add column number bigint not null default 0;
alter table booking_history add column quantity int not null default 0;
alter table booking_history add column total_amount_minor bigint not null default 0;
alter table booking_history add column previous_hash bytea null;
alter table booking_history alter column quantity drop default, alter column total_amount_minor drop default;
comment on column booking_history.number is 'Order of the entries. Those of one booking are in the order in which they happened, because each holds the booking''s lock; over all bookings it only grows roughly with time.';
comment on column booking_history.quantity is 'The booking''s places, so that the history alone tells what an event has sold.';
comment on column booking_history.total_amount_minor is 'The booking''s amount.';
comment on column booking_history.previous_hash is 'Hash of the booking''s entry before this one; null for the first.';

-- Times as microseconds and everything as one JSON array: no two entries read the same.
create function booking_history_hash(entry booking_history) returns bytea language sql stable as $$
    select sha256(convert_to(jsonb_build_array(
        entry.number, entry.id, entry.booking_id, entry.action, entry.actor_id, entry.status_before, entry.status_after,
        entry.details, entry.quantity, entry.total_amount_minor, (extract(epoch from entry.created_at) * 1000000)::bigint,
        encode(entry.previous_hash, 'hex'))::text, 'UTF8'))
$$;
comment on function booking_history_hash(booking_history) is 'What the next entry and the seal say of an entry: a hash over all of it.';

-- Entries written before there were hashes: numbered in their order, then each after the one before it.
create temporary table entries_in_order on commit drop as
    select id, row_number() over (order by created_at, id) as number,
           row_number() over (partition by booking_id order by created_at, id) as step
    from booking_history;
update booking_history set number = o.number, quantity = b.quantity, total_amount_minor = b.total_amount_minor
from entries_in_order o, bookings b where o.id = booking_history.id and b.id = booking_history.booking_id;
alter table booking_history alter column number drop default, alter column number add generated always as identity;
-- As if the sequence had given them out: what is sealed is what was given out.
select setval(pg_get_serial_sequence('booking_history', 'number'), max(number)) from booking_history having count(*) > 0;

drop index booking_history_of_a_booking;
create unique index booking_history_of_a_booking on booking_history (booking_id, number);
comment on index booking_history_of_a_booking is 'A booking''s history in order, and its last entry.';
create unique index booking_history_in_order on booking_history (number);
comment on index booking_history_in_order is 'The entries that are not sealed yet.';

do $$
begin
    for this_step in 2 .. coalesce((select max(e.step) from entries_in_order e), 1) loop
        update booking_history entry set previous_hash = (
            select booking_history_hash(before) from booking_history before
            where before.booking_id = entry.booking_id and before.number < entry.number order by before.number desc limit 1)
        from entries_in_order o where o.id = entry.id and o.step = this_step;
    end loop;
end $$;

alter table booking_history add constraint booking_history_first_entry_follows_nothing
    check ((previous_hash is null) = (status_before is null));
comment on constraint booking_history_first_entry_follows_nothing on booking_history is 'Every entry but the first names the one before it.';

alter table booking_history enable trigger booking_history_is_append_only;

create table history_seals (
    event_id      uuid        not null,
    number        int         not null,
    after_entry   bigint      not null,
    upto_entry    bigint      not null,
    entry_count   int         not null,
    root          bytea       not null,
    previous_hash bytea       null,
    hash          bytea       not null,
    sealed_at     timestamptz not null,
    primary key (event_id, number),
    constraint history_seals_cover_something check (entry_count > 0 and after_entry < upto_entry),
    constraint history_seals_first_follows_nothing check ((previous_hash is null) = (number = 1))
);
comment on table history_seals is 'Seals over the entries of booking_history, a chain for each event. Written by a job, so that no buyer waits for it. Append-only.';
comment on column history_seals.event_id is 'No foreign key: checking it would need the privilege to update, which nobody has.';
comment on column history_seals.number is 'Counts the event''s seals from 1.';
comment on column history_seals.after_entry is 'The seal is over those of the event''s entries whose number is above this ...';
comment on column history_seals.upto_entry is '... and not above this. All seals of one run of the job share both.';
comment on column history_seals.root is 'Hash over the hashes of these entries, in order.';
comment on column history_seals.hash is 'Hash over all of the seal: what the next one names.';
comment on constraint history_seals_cover_something on history_seals is 'An event without new entries gets no seal.';
comment on constraint history_seals_first_follows_nothing on history_seals is 'Every seal but the first names the one before it.';
create index history_seals_of_a_run on history_seals (upto_entry);
comment on index history_seals_of_a_run is 'How far everything is sealed, and the audit''s way through the runs.';

create function history_seal_hash(seal history_seals) returns bytea language sql stable as $$
    select sha256(convert_to(jsonb_build_array(
        seal.event_id, seal.number, seal.after_entry, seal.upto_entry, seal.entry_count, encode(seal.root, 'hex'),
        encode(seal.previous_hash, 'hex'))::text, 'UTF8'))
$$;
comment on function history_seal_hash(history_seals) is 'What the next seal says of a seal.';

create function refuse_breaking_seals() returns trigger language plpgsql as $$
begin
    raise exception 'history_seals is append-only' using errcode = 'restrict_violation';
end $$;
comment on function refuse_breaking_seals() is 'Makes the seals append-only for every role, the owner included.';
create trigger history_seals_are_append_only
    before update or delete or truncate on history_seals
    for each statement execute function refuse_breaking_seals();
comment on trigger history_seals_are_append_only on history_seals is 'What is sealed stays sealed.';

-- Beside the triggers: who owns the tables would have to grant it to themselves first.
revoke update, delete, truncate on booking_history, history_seals from public, current_user;
