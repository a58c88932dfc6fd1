//! Adding the booking history up, day by day.

use crate::{
    bookings::store::find_settled,
    server::{
        Result,
        metrics::{BOOKINGS_TOTAL, REFUNDS_MINOR_TOTAL, REVENUE_MINOR_TOTAL},
        state::AppState,
    },
};
use serde::Deserialize;
use sqlx::{PgConnection, types::Json};

/// Entries added in one transaction, so that a backlog doesn't make a long one.
const RUN_MAX: i64 = 20_000;

/// Adds what has happened since the last time to the figures, and answers how many entries that were. Safe to call from many
/// processes at once: one works, the others answer 0. What is added is settled: no entry can appear below it any more.
pub async fn project_sales(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let told: i64 = sqlx::query_scalar("select upto_entry from sales_told").fetch_one(&mut *conn).await?;
    let as_of = state.clock.now_in(&mut conn).await?;
    let Some(upto) = find_settled(&mut conn, told).await? else {
        let sql = "update sales_told set as_of = $1 where upto_entry = $2";
        sqlx::query(sql).bind(as_of).bind(told).execute(&mut *conn).await?;
        return Ok(0);
    };
    drop(conn);
    let mut added = 0;
    loop {
        let mut tx = state.db.begin().await?;
        let told: Option<i64> = sqlx::query_scalar("select upto_entry from sales_told for update skip locked")
            .fetch_optional(&mut *tx)
            .await?;
        let Some(told) = told.filter(|told| *told < upto) else { return Ok(added) };
        let (next, sums) = add_entries(&mut tx, told, upto).await?;
        let reached = if next == upto { Some(as_of) } else { None };
        sqlx::query("update sales_told set upto_entry = $1, as_of = coalesce($2, as_of)")
            .bind(next)
            .bind(reached)
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        sums.iter().for_each(NewSums::count);
        added += (next - told).unsigned_abs();
    }
}

/// What was added in one currency.
#[derive(Debug, Deserialize)]
struct NewSums {
    currency: String,
    held: u64,
    confirmed: u64,
    cancelled: u64,
    released: u64,
    expired: u64,
    paid_minor: u64,
    given_back_minor: u64,
}

impl NewSums {
    /// Counts it in this process's figures: no other one adds these entries.
    fn count(&self) {
        for (action, count) in [
            ("held", self.held),
            ("confirmed", self.confirmed),
            ("cancelled", self.cancelled),
            ("released", self.released),
            ("expired", self.expired),
        ] {
            metrics::counter!(BOOKINGS_TOTAL, "action" => action, "currency" => self.currency.clone()).increment(count);
        }
        metrics::counter!(REVENUE_MINOR_TOTAL, "currency" => self.currency.clone()).increment(self.paid_minor);
        metrics::counter!(REFUNDS_MINOR_TOTAL, "currency" => self.currency.clone()).increment(self.given_back_minor);
    }
}

/// Adds the next entries, and answers up to which number all are added now, and what they come to.
async fn add_entries(conn: &mut PgConnection, after: i64, upto: i64) -> Result<(i64, Vec<NewSums>)> {
    let (last, Json(sums)): (Option<i64>, Json<Vec<NewSums>>) = sqlx::query_as(
        "with entry as (
             select number, booking_id, action, status_before, status_after, quantity, total_amount_minor, discount_minor, created_at
             from booking_history where number > $1 and number <= $2 order by number limit $3
         ), fact as (
             -- What is paid changes only where staff move a booking to seats at new prices.
             select b.event_id, e.currency, (h.created_at at time zone e.timezone)::date as day, h.quantity, h.total_amount_minor,
                    h.discount_minor, b.is_offer, action = 'held' as held, action = 'offered' as offered,
                    status_after = 'confirmed' and status_before = 'held' as confirmed,
                    status_after = 'cancelled' and status_before = 'confirmed' as cancelled,
                    status_after = 'cancelled' and status_before = 'held' as released,
                    status_after = 'expired' as expired,
                    extract(epoch from h.created_at - b.created_at)::bigint as age_s,
                    h.total_amount_minor - before.total_amount_minor as more_minor,
                    h.discount_minor - before.discount_minor as more_discount_minor
             from entry h join bookings b on b.id = h.booking_id join events e on e.id = b.event_id
             left join lateral (
                 select total_amount_minor, discount_minor from booking_history before
                 where h.action = 'moved' and before.booking_id = h.booking_id and before.number < h.number
                 order by before.number desc limit 1
             ) as before on true
         ), added as (
             insert into sales_days as old (event_id, day, held_count, held_quantity, offered_count, offered_quantity,
                 confirmed_count, confirmed_quantity, confirmed_minor, accepted_count, cancelled_count,
                 cancelled_quantity, cancelled_minor, released_count, expired_count, lapsed_count, confirm_time_s, discount_minor)
             select event_id, day, count(*) filter (where held), coalesce(sum(quantity) filter (where held), 0),
                 count(*) filter (where offered), coalesce(sum(quantity) filter (where offered), 0),
                 count(*) filter (where confirmed), coalesce(sum(quantity) filter (where confirmed), 0),
                 coalesce(sum(total_amount_minor) filter (where confirmed), 0) + coalesce(sum(more_minor), 0),
                 count(*) filter (where confirmed and is_offer),
                 count(*) filter (where cancelled), coalesce(sum(quantity) filter (where cancelled), 0),
                 coalesce(sum(total_amount_minor) filter (where cancelled), 0),
                 count(*) filter (where released), count(*) filter (where expired and not is_offer),
                 count(*) filter (where expired and is_offer),
                 coalesce(sum(age_s) filter (where confirmed and not is_offer), 0),
                 coalesce(sum(discount_minor) filter (where confirmed), 0) + coalesce(sum(more_discount_minor), 0)
                     - coalesce(sum(discount_minor) filter (where cancelled), 0)
             from fact group by event_id, day order by event_id, day
             on conflict (event_id, day) do update set
                 held_count = old.held_count + excluded.held_count,
                 held_quantity = old.held_quantity + excluded.held_quantity,
                 offered_count = old.offered_count + excluded.offered_count,
                 offered_quantity = old.offered_quantity + excluded.offered_quantity,
                 confirmed_count = old.confirmed_count + excluded.confirmed_count,
                 confirmed_quantity = old.confirmed_quantity + excluded.confirmed_quantity,
                 confirmed_minor = old.confirmed_minor + excluded.confirmed_minor,
                 accepted_count = old.accepted_count + excluded.accepted_count,
                 cancelled_count = old.cancelled_count + excluded.cancelled_count,
                 cancelled_quantity = old.cancelled_quantity + excluded.cancelled_quantity,
                 cancelled_minor = old.cancelled_minor + excluded.cancelled_minor,
                 released_count = old.released_count + excluded.released_count,
                 expired_count = old.expired_count + excluded.expired_count,
                 lapsed_count = old.lapsed_count + excluded.lapsed_count,
                 confirm_time_s = old.confirm_time_s + excluded.confirm_time_s,
                 discount_minor = old.discount_minor + excluded.discount_minor
         ), sum as (
             select currency, count(*) filter (where held or offered) as held, count(*) filter (where confirmed) as confirmed,
                 count(*) filter (where cancelled) as cancelled, count(*) filter (where released) as released,
                 count(*) filter (where expired) as expired,
                 coalesce(sum(total_amount_minor) filter (where confirmed), 0) + coalesce(sum(greatest(more_minor, 0)), 0) as paid_minor,
                 coalesce(sum(total_amount_minor) filter (where cancelled), 0)
                     + coalesce(sum(greatest(-more_minor, 0)), 0) as given_back_minor
             from fact group by currency
         )
         select (select case when count(*) = $3 then max(number) end from entry),
                (select coalesce(jsonb_agg(to_jsonb(sum)), '[]') from sum)",
    )
    .bind(after)
    .bind(upto)
    .bind(RUN_MAX)
    .fetch_one(conn)
    .await?;
    Ok((last.unwrap_or(upto), sums))
}
