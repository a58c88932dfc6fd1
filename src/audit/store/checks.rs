//! The invariants that a query can check, each as the query that finds the rows that break it.

/// What is wrong with a row, and the query that finds such rows: each answers one text column that names the row.
pub(super) type Check = (&'static str, &'static str);

/// Source: product.md, rules of the inventory, 1. `seat_changes` not yet added up count as added.
pub(super) const CHECKS: [Check; 22] = [
    (
        "general admission: places held, booked and available don't add up to the total",
        "select e.id::text || ' (' || e.name || ')' from events e
         where not e.has_seat_selection and e.total_capacity - e.available_capacity <>
             (select coalesce(sum(b.quantity), 0) from bookings b where b.event_id = e.id and b.status in ('held', 'confirmed'))",
    ),
    (
        "seats: the event's total or its available places aren't what its seats say",
        "select e.id::text || ' (' || e.name || ')' from events e
         join (select event_id, count(*) as total, count(*) filter (where status = 'available') as available
               from seats where section is not null group by event_id) s on s.event_id = e.id
         where e.total_capacity <> s.total or e.available_capacity + coalesce(
             (select sum(delta) from seat_changes c where c.event_id = e.id), 0) <> s.available",
    ),
    (
        "sections: the counts aren't what the seats say",
        "select t.event_id::text || ' ' || t.name from sections t
         left join (select event_id, section, count(*) as total, count(*) filter (where status = 'available') as available
                    from seats group by event_id, section) s on s.event_id = t.event_id and s.section = t.name
         where t.total_count <> coalesce(s.total, 0) or t.available_count + coalesce(
             (select sum(delta) from seat_changes c where c.event_id = t.event_id and c.section = t.name), 0)
             <> coalesce(s.available, 0)",
    ),
    (
        "seats: the status isn't that of the booking that has the seat",
        "select s.id::text from seats s join bookings b on b.id = s.booking_id
         where (s.status = 'held') <> (b.status = 'held') or (s.status = 'booked') <> (b.status = 'confirmed')
            or s.event_id <> b.event_id or (s.status = 'held' and s.held_until <> b.expires_at)",
    ),
    (
        "seats: the seat and its active booking row don't name the same booking",
        "select coalesce(s.id, a.seat_id)::text from (select id, booking_id from seats where booking_id is not null) s
         full join (select seat_id, booking_id from seat_bookings where released_at is null) a on a.seat_id = s.id
         where s.booking_id is distinct from a.booking_id",
    ),
    (
        "seats: somebody has a seat that was taken off the map",
        "select id::text from seats where section is null and status <> 'available'",
    ),
    (
        "seats: two active bookings have the same seat",
        "select seat_id::text from seat_bookings where released_at is null group by seat_id having count(*) > 1",
    ),
    (
        "bookings: the number of active seats isn't the quantity",
        "select b.id::text from bookings b join events e on e.id = b.event_id and e.has_seat_selection
         left join (select booking_id, count(*) as seats from seat_bookings where released_at is null group by booking_id) a
             on a.booking_id = b.id
         where coalesce(a.seats, 0) <> case when b.status in ('held', 'confirmed') then b.quantity else 0 end",
    ),
    (
        "bookings: the amount isn't the sum of the seats' prices less what a code takes off",
        "select b.id::text from bookings b
         join (select booking_id, sum(price_minor - discount_minor) as total, sum(discount_minor) as off
               from seat_bookings group by booking_id) a on a.booking_id = b.id
         where a.total <> b.total_amount_minor or a.off <> b.discount_minor",
    ),
    (
        "codes: a code has been used more often than it can be",
        "select c.id::text || ' (' || c.code || ')' from discount_codes c
         join (select discount_code_id, count(*) as uses from bookings
               where discount_code_id is not null and status = 'confirmed' group by discount_code_id) b on b.discount_code_id = c.id
         where b.uses > c.max_uses",
    ),
    (
        "codes: a booking has a code, or lost one, of which its history doesn't tell",
        "select b.id::text from bookings b
         left join (select distinct on (booking_id) booking_id, action from booking_history
                    where action in ('code_applied', 'code_removed') order by booking_id, number desc) h on h.booking_id = b.id
         where (b.discount_code_id is not null) <> (coalesce(h.action, 'code_removed') = 'code_applied')",
    ),
    (
        "bookings: the currency isn't the event's",
        "select b.id::text from bookings b join events e on e.id = b.event_id where b.currency <> e.currency",
    ),
    (
        "history: it doesn't lead step by step from the hold to the booking's status",
        "select b.id::text from bookings b
         left join (
             select booking_id, bool_and(status_before is not distinct from last) as unbroken,
                    (array_agg(status_after order by number desc))[1] as ends
             from (select booking_id, number, status_after, status_before,
                          lag(status_after) over (partition by booking_id order by number) as last
                   from booking_history) h
             group by booking_id) h on h.booking_id = b.id
         where h.ends is distinct from b.status or not h.unbroken",
    ),
    (
        "history: an entry doesn't tell the booking's places or amount",
        // A code and being moved to other seats can change the amount: the last entry tells what it is, and every other entry what
        // the one before it told.
        "select booking_id::text || ' entry ' || number from (
             select h.*, lead(number) over own is null as is_last, lag(h.total_amount_minor) over own as amount_before,
                    lag(h.discount_minor) over own as discount_before,
                    b.quantity as now_quantity, b.total_amount_minor as now_amount, b.discount_minor as now_discount
             from booking_history h join bookings b on b.id = h.booking_id
             window own as (partition by h.booking_id order by h.number)) h
         where quantity <> now_quantity
            or is_last and (total_amount_minor, discount_minor) <> (now_amount, now_discount)
            or action not in ('moved', 'code_applied', 'code_removed')
               and (total_amount_minor, discount_minor) <> (amount_before, discount_before)",
    ),
    (
        "history: a code changed what the places cost before it takes something off",
        "select booking_id::text || ' entry ' || number from (
             select booking_id, number, action, total_amount_minor + discount_minor as whole,
                    lag(total_amount_minor + discount_minor) over (partition by booking_id order by number) as whole_before
             from booking_history) h
         where action in ('code_applied', 'code_removed') and whole <> whole_before",
    ),
    (
        "history: an entry doesn't carry the hash of the one before it",
        "select booking_id::text || ' entry ' || number from (
             select booking_id, number, previous_hash,
                    lag(booking_history_hash(h)) over (partition by booking_id order by number) as before
             from booking_history h) h
         where previous_hash is distinct from before",
    ),
    (
        "history: replayed, it doesn't give the places that the event has sold",
        "select e.id::text || ' (' || e.name || ')' from events e
         left join (
             select b.event_id, sum(h.quantity) as living
             from (select distinct on (booking_id) booking_id, status_after, quantity
                   from booking_history order by booking_id, number desc) h
             join bookings b on b.id = h.booking_id
             where h.status_after in ('held', 'confirmed') group by b.event_id) h on h.event_id = e.id
         where coalesce(h.living, 0) <> case
             when e.has_seat_selection
                 then (select count(*) from seats s where s.event_id = e.id and s.status in ('held', 'booked'))
             else e.total_capacity - e.available_capacity end",
    ),
    (
        "seals: the chain is broken",
        "select event_id::text || ' seal ' || number from (
             select event_id, number, previous_hash, hash, history_seal_hash(s) as told,
                    lag(hash) over own as before, coalesce(lag(number) over own, 0) + 1 as next
             from history_seals s window own as (partition by event_id order by number)) s
         where hash <> told or previous_hash is distinct from before or number <> next",
    ),
    (
        "waitlist: an offer and its hold don't agree",
        "select coalesce(w.id, b.id)::text from (select * from waitlist where booking_id is not null) w
         full join (select * from bookings where is_offer) b on b.id = w.booking_id
         where w.id is null or b.id is null or (w.status = 'offered') <> (b.status = 'held')
            or (w.status = 'accepted') <> (b.confirmed_at is not null)
            or (w.user_id, w.event_id, w.requested_quantity) <> (b.user_id, b.event_id, b.quantity)",
    ),
    (
        "figures: the days of an event don't add up to its history",
        "select coalesce(d.event_id, h.event_id)::text from (
             select event_id, sum(held_count + offered_count) as begun, sum(confirmed_count) as confirmed,
                    sum(confirmed_quantity - cancelled_quantity) as places, sum(confirmed_minor - cancelled_minor) as taken,
                    sum(discount_minor) as discounts
             from sales_days group by event_id) d
         full join (
             select b.event_id, count(*) filter (where h.status_before is null) as begun,
                    count(*) filter (where h.action = 'confirmed') as confirmed,
                    coalesce(sum(h.quantity) filter (where h.is_last and h.status_after = 'confirmed'), 0) as places,
                    coalesce(sum(h.total_amount_minor) filter (where h.is_last and h.status_after = 'confirmed'), 0) as taken,
                    coalesce(sum(h.discount_minor) filter (where h.is_last and h.status_after = 'confirmed'), 0) as discounts
             from (select *, lead(number) over (partition by booking_id order by number) is null as is_last
                   from booking_history where number <= (select upto_entry from sales_told)) h
             join bookings b on b.id = h.booking_id group by b.event_id) h on h.event_id = d.event_id
         where (d.begun, d.confirmed, d.places, d.taken, d.discounts)
             is distinct from (h.begun, h.confirmed, h.places, h.taken, h.discounts)",
    ),
    (
        "tickets: one is of a place that its booking doesn't have",
        // A booking that has ended keeps the tickets it had; they are void.
        "select t.id::text from tickets t join bookings b on b.id = t.booking_id
         where t.place > b.quantity or t.seat_id is not null and not exists (
             select from seat_bookings a where a.booking_id = t.booking_id and a.seat_id = t.seat_id
                 and (a.released_at is null or b.status <> 'confirmed'))",
    ),
    (
        "tickets: the issue isn't what the history counts",
        "select t.id::text from tickets t
         left join (select ticket_id, count(*) filter (where action in ('reissued', 'transfer_accepted', 'returned')) as renewed
                    from ticket_history group by ticket_id) h on h.ticket_id = t.id
         where t.nonce is distinct from 1 + h.renewed",
    ),
];
