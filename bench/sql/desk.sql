-- The bookings $1 of the people $2, one after the other and numbered from $3 on, among the events $4: every tenth of the first event, the others
-- spread over the rest. Each was held and confirmed a minute later, over the sixty days until now.
with given as (
    select booking_id, user_id, ($3 + n::int) as n
    from unnest($1::uuid[], $2::uuid[]) with ordinality as given (booking_id, user_id, n)
), described as (
    select booking_id, user_id, n, 1 + n % 3 as quantity,
           ($4::uuid[])[case when n % 10 = 0 then 1 else 2 + n % (cardinality($4::uuid[]) - 1) end] as event_id,
           now() - interval '60 days' + (n::bigint * 5184 % 5184000000) * interval '1 millisecond' as held_at
    from given
), booked as (
    insert into bookings (id, reference, user_id, event_id, quantity, currency, total_amount_minor, status, expires_at,
                          created_at, updated_at, confirmed_at)
    select booking_id, translate(lpad(to_hex(n), 8, '0'), '01', 'XY'), user_id, event_id, quantity, 'EUR', quantity * 2500,
           'confirmed', held_at + interval '10 minutes', held_at, held_at + interval '1 minute', held_at + interval '1 minute'
    from described
), taken as (
    update events set available_capacity = available_capacity - places
    from (select event_id, sum(quantity) as places from described group by event_id) of_event
    where events.id = of_event.event_id
), held as (
    insert into booking_history (id, booking_id, action, actor_id, status_before, status_after, details, quantity,
                                 total_amount_minor, created_at)
    select gen_random_uuid(), booking_id, 'held', user_id, null, 'held', quantity || ' places', quantity, quantity * 2500, held_at
    from described
    returning booking_history as entry
)
insert into booking_history (id, booking_id, action, actor_id, status_before, status_after, details, quantity,
                             total_amount_minor, created_at, previous_hash)
select gen_random_uuid(), (entry).booking_id, 'confirmed', (entry).actor_id, 'held', 'confirmed', (entry).details,
       (entry).quantity, (entry).total_amount_minor, (entry).created_at + interval '1 minute', booking_history_hash(entry)
from held
