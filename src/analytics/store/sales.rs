//! How one event sells.

use super::read::{Scope, SumRow, find_as_of, sum_waitlist};
use crate::{
    analytics::model::{EventSales, Range, SectionSales, Sums, TrendPoint},
    error::Error,
    events::{store::list_events_by_id, when::at_venue},
    id::EventId,
    server::{Result, state::AppState},
    staff::model::Reach,
};
use chrono::{DateTime, NaiveDate};

#[derive(sqlx::FromRow)]
struct DayRow {
    day: NaiveDate,
    #[sqlx(flatten)]
    sum: SumRow,
}

/// Everything about how an event sells. Errors: `NotFound`.
pub async fn get_event_sales(state: &AppState, event_id: EventId, sees_money: bool) -> Result<EventSales> {
    let event = list_events_by_id(&mut *state.db.pool().acquire().await?, &[event_id]).await?.pop();
    let event = event.ok_or(Error::NotFound)?;
    let rows: Vec<DayRow> = sqlx::query_as(
        "select day, e.currency, held_count::bigint, held_quantity::bigint, offered_count::bigint, confirmed_count::bigint,
                confirmed_quantity::bigint, accepted_count::bigint, cancelled_count::bigint, cancelled_quantity::bigint,
                released_count::bigint, expired_count::bigint, lapsed_count::bigint, confirm_time_s,
                confirmed_minor, cancelled_minor, discount_minor
         from sales_days d join events e on e.id = d.event_id where d.event_id = $1 order by day",
    )
    .bind(event_id)
    .fetch_all(state.db.pool())
    .await?;
    let days = rows.iter().map(|row| TrendPoint { day: row.day, sums: Sums::of([&row.sum], sees_money) }).collect();
    let scope = Scope { reach: Reach::Events(vec![event_id]), sees_money };
    let ever = Range { from: DateTime::UNIX_EPOCH.date_naive(), to: state.clock.now().date_naive() };
    let local = at_venue(event.event_date, &event.timezone, event.event_date);
    Ok(EventSales {
        as_of: find_as_of(state).await?,
        event_id,
        name: event.name,
        event_date: event.event_date,
        event_day: DateTime::parse_from_rfc3339(&local.iso).map_or(event.event_date.date_naive(), |at| at.date_naive()),
        currency: event.currency,
        total_capacity: event.total_capacity,
        available_capacity: event.available_capacity,
        sums: Sums::of(rows.iter().map(|row| &row.sum), sees_money),
        days,
        sections: list_sections(state, event_id, sees_money).await?,
        waitlist: sum_waitlist(state, &scope.reach, ever).await?,
    })
}

#[derive(sqlx::FromRow)]
struct SectionRow {
    name: String,
    total_count: i64,
    booked_count: i64,
    booked_minor: i64,
}

/// What is booked of each section now. The price is that of the booking, less what a code
/// took off, whatever the section costs today.
async fn list_sections(state: &AppState, event_id: EventId, sees_money: bool) -> Result<Vec<SectionSales>> {
    let rows: Vec<SectionRow> = sqlx::query_as(
        "select t.name, t.total_count::bigint, coalesce(s.booked_count, 0) as booked_count,
                coalesce(s.booked_minor, 0)::bigint as booked_minor
         from sections t left join (
             select s.section, count(*) as booked_count, sum(b.price_minor - b.discount_minor) as booked_minor
             from seats s join seat_bookings b on b.seat_id = s.id and b.released_at is null
             where s.event_id = $1 and s.status = 'booked' group by s.section
         ) s on s.section = t.name
         where t.event_id = $1 order by t.position",
    )
    .bind(event_id)
    .fetch_all(state.db.pool())
    .await?;
    let section = |row: SectionRow| SectionSales {
        section: row.name,
        total_count: row.total_count,
        booked_count: row.booked_count,
        booked_minor: sees_money.then_some(row.booked_minor),
    };
    Ok(rows.into_iter().map(section).collect())
}
