//! The invariants, each as a query that finds the rows that break it.

use crate::server::state::AppState;
use anyhow::Context;
use futures::TryStreamExt;

/// What is wrong with a row, and the query that finds such rows: each answers one text column that names the row.
type Check = (&'static str, &'static str);

/// Source: product.md, rules of the inventory, 1. `seat_changes` not yet added up count as added.
const CHECKS: [Check; 10] = [
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
               from seats group by event_id) s on s.event_id = e.id
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
        "bookings: the amount isn't the sum of the seats' prices",
        "select b.id::text from bookings b
         join (select booking_id, sum(price_minor) as total from seat_bookings group by booking_id) a on a.booking_id = b.id
         where a.total <> b.total_amount_minor",
    ),
    (
        "bookings: the currency isn't the event's",
        "select b.id::text from bookings b join events e on e.id = b.event_id where b.currency <> e.currency",
    ),
    (
        "history: it doesn't lead step by step from the hold to the booking's status",
        "select b.id::text from bookings b
         left join (
             select booking_id, bool_and(before is not distinct from last) as unbroken,
                    (array_agg(status_after order by created_at desc, id desc))[1] as ends
             from (select booking_id, id, created_at, status_after, status_before as before,
                          lag(status_after) over (partition by booking_id order by created_at, id) as last
                   from booking_history) h
             group by booking_id) h on h.booking_id = b.id
         where h.ends is distinct from b.status or not h.unbroken",
    ),
];

/// Runs every check in one consistent reading of the database, and answers a line for each row that breaks one.
pub async fn run(state: &AppState) -> anyhow::Result<Vec<String>> {
    let mut tx = state.db.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
    sqlx::query("set local statement_timeout = 0").execute(&mut *tx).await?;
    let mut violations = Vec::new();
    for (what, sql) in CHECKS {
        let mut rows = sqlx::query_scalar::<_, String>(sql).fetch(&mut *tx);
        while let Some(row) = rows.try_next().await.with_context(|| format!("checking: {what}"))? {
            violations.push(format!("{what}: {row}"));
        }
    }
    Ok(violations)
}
