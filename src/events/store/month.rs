//! A month of events, day by day.

use super::{
    EVENT, EventRow,
    list::{push_conditions, read},
    spelling::{Meaning, find_meaning},
};
use crate::{
    events::model::{Day, EventFilter},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};
use sqlx::QueryBuilder;

/// Events of a day that are shown; the list has the others.
const SHOWN: i32 = 3;

#[derive(sqlx::FromRow)]
struct DayRow {
    #[sqlx(flatten)]
    event: EventRow,
    day: NaiveDate,
    day_count: i64,
}

/// The days of a month on which events begin at their venues that aren't over at `now`, in order, each with its first events.
/// Days and the order of the filter, and its limit, go for nothing.
pub async fn list_month(
    state: &AppState,
    filter: &EventFilter,
    first: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Day>> {
    let filter = EventFilter { occasion: None, from: None, to: None, ..filter.clone() };
    let days = find(state, &filter, &Meaning::as_typed(&filter), first, now).await?;
    if days.is_empty()
        && let Some(meant) = find_meaning(state, &filter, now).await?
    {
        return find(state, &filter, &meant, first, now).await;
    }
    Ok(days)
}

async fn find(
    state: &AppState,
    filter: &EventFilter,
    meaning: &Meaning,
    first: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Vec<Day>> {
    // The bounds that an index serves, a day wider than any zone. What is shown is read whole, the rest only counted.
    let mut query = QueryBuilder::new(
        "with found as materialized (
             select id, event_date at time zone timezone as begins from events where event_date >= ",
    );
    query.push_bind(midnight(first - Days::new(1)));
    query.push(" and event_date < ").push_bind(midnight(first + Months::new(1) + Days::new(1))).push(" and ");
    push_conditions(&mut query, filter, meaning, now);
    query.push(
        "), numbered as (
             select id, begins::date as day, row_number() over (partition by begins::date order by begins, id) as place,
                    count(*) over (partition by begins::date) as day_count
             from found where begins >= ",
    );
    query.push_bind(first).push(" and begins < ").push_bind(first + Months::new(1));
    query.push(format!(
        ") select {EVENT}, day, day_count from numbered join events using (id) where place <= {SHOWN} order by day, place"
    ));
    let rows: Vec<DayRow> = read(state, query).await?;
    let days = rows.chunk_by(|a, b| a.day == b.day).map(|rows| Day {
        date: rows[0].day,
        event_count: rows[0].day_count,
        events: rows.iter().map(|row| row.event.clone().into_event(now)).collect(),
    });
    Ok(days.collect())
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}
