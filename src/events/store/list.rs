//! Finding events: filters, order, pages by key.

use super::{
    EVENT, EventRow,
    spelling::{Meaning, find_meaning},
};
use crate::{
    events::model::{Cursor, Event, EventFilter, Occasion, Page, PriceFilter, Sort},
    id::EventId,
    server::{Result, state::AppState},
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sqlx::{FromRow, Postgres, QueryBuilder, postgres::PgRow};

/// How long an event may last, by constraint.
pub(super) const LONGEST: TimeDelta = TimeDelta::days(31);

/// One page of the events that aren't over at `now`. Errors: `Invalid` for a cursor that isn't one of this order.
pub async fn list_events(
    state: &AppState,
    filter: &EventFilter,
    cursor: &str,
    now: DateTime<Utc>,
) -> Result<Page<Event>> {
    let after = Cursor::parse(filter.sort, cursor)?;
    let mut rows = find(state, filter, &Meaning::as_typed(filter), after.as_ref(), now).await?;
    if rows.is_empty()
        && let Some(meant) = find_meaning(state, filter, now).await?
    {
        rows = find(state, filter, &meant, after.as_ref(), now).await?;
    }
    Ok(into_page(rows, filter, now))
}

async fn find(
    state: &AppState,
    filter: &EventFilter,
    meaning: &Meaning,
    after: Option<&Cursor>,
    now: DateTime<Utc>,
) -> Result<Vec<EventRow>> {
    let mut query = QueryBuilder::new(format!("select {EVENT} from events where "));
    push_conditions(&mut query, filter, meaning, now);
    push_order(&mut query, filter.sort, after);
    query.push(" limit ").push_bind(filter.limit + 1);
    read(state, query).await
}

/// Runs a search, planned for what is asked: a plan that goes for any word reads every event for one that none has.
pub(super) async fn read<T>(state: &AppState, mut query: QueryBuilder<Postgres>) -> Result<Vec<T>>
where
    T: for<'r> FromRow<'r, PgRow> + Send + Unpin,
{
    let mut tx = state.db.begin().await?;
    sqlx::raw_sql("set local plan_cache_mode = force_custom_plan").execute(&mut *tx).await?;
    let rows = query.build_query_as().fetch_all(&mut *tx).await?;
    tx.commit().await?;
    Ok(rows)
}

/// The published events, of these where there are any, that begin before `until` and aren't over at `since`: the first 100 by
/// when they begin.
pub async fn list_around(
    state: &AppState,
    event_ids: Option<&[EventId]>,
    since: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Result<Vec<EventRow>> {
    let sql = const_format::formatcp!(
        "select {EVENT} from events where status = 'published' and event_date < $3 and event_date > $4 and ends_at > $2
         and ($1::uuid[] is null or id = any($1)) order by event_date, id limit 100"
    );
    let rows = sqlx::query_as(sql).bind(event_ids).bind(since).bind(until).bind(since - LONGEST);
    Ok(rows.fetch_all(state.db.pool()).await?)
}

/// The cities with events to come, in alphabetical order. Steps from city to city through the index: there are few of them
/// among many events.
pub async fn list_cities(state: &AppState, now: DateTime<Utc>) -> Result<Vec<String>> {
    let sql = "with recursive cities as (
                   select min(city) as city from events where status <> 'draft'
                   union all
                   select (select min(city) from events where status <> 'draft' and city > cities.city) from cities
                   where cities.city is not null)
               select city from cities where exists (
                   select from events where status <> 'draft' and events.city = cities.city and ends_at > $1 and event_date > $2)
               order by city";
    Ok(sqlx::query_scalar(sql).bind(now).bind(now - LONGEST).fetch_all(state.db.pool()).await?)
}

fn into_page(rows: Vec<EventRow>, filter: &EventFilter, now: DateTime<Utc>) -> Page<Event> {
    let events: Vec<Event> = rows.into_iter().map(|row| row.into_event(now)).collect();
    Page::cut(events, filter.limit, |last| Cursor::after(filter.sort, last).to_string())
}

/// What has to be true of an event in the list, or in the month.
pub(super) fn push_conditions(
    query: &mut QueryBuilder<Postgres>,
    filter: &EventFilter,
    meaning: &Meaning,
    now: DateTime<Utc>,
) {
    query.push("status <> 'draft' and ends_at > ").push_bind(now);
    // No event lasts longer (events_last_a_month_at_most), and this is the bound that an index serves.
    query.push(" and event_date > ").push_bind(now - LONGEST);
    for any in &meaning.words {
        query.push(" and (false");
        for word in any {
            query.push(" or search_text like '%' || fold(").push_bind(escape_like(word)).push(") || '%'");
        }
        query.push(")");
    }
    if filter.city.is_some() {
        query.push(" and city = any(").push_bind(meaning.cities.clone()).push(")");
    }
    push_filters(query, filter, now);
}

pub(super) fn escape_like(word: &str) -> String {
    word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn push_filters(query: &mut QueryBuilder<Postgres>, filter: &EventFilter, now: DateTime<Utc>) {
    if let Some(category) = &filter.category {
        query.push(" and category = ").push_bind(category.clone());
    }
    if let Some(occasion) = filter.occasion {
        push_occasion(query, occasion, now);
    }
    if let Some(from) = filter.from {
        push_day(query, from, ">=");
    }
    if let Some(to) = filter.to {
        push_day(query, to, "<=");
    }
    match filter.price {
        Some(PriceFilter::Free) => {
            query.push(" and price_minor = 0");
        }
        Some(PriceFilter::AtMost(most)) => {
            query.push(" and currency = ").push_bind(most.currency.code().to_owned());
            query.push(" and price_minor <= ").push_bind(most.minor);
        }
        None => {}
    }
    if let Some(places) = filter.places {
        query.push(" and status = 'published' and available_capacity >= ").push_bind(places);
        if filter.together {
            query.push(" and (not has_seat_selection or together_count >= ").push_bind(places).push(")");
        }
    }
}

/// Compares the day at the venue; the plain bound beside it, a day wider than any zone, is the one the index serves.
fn push_day(query: &mut QueryBuilder<Postgres>, day: NaiveDate, operator: &'static str) {
    let shift = if operator == ">=" { "- interval '1 day'" } else { "+ interval '2 days'" };
    query
        .push(" and event_date ")
        .push(operator)
        .push(" ")
        .push_bind(day)
        .push("::timestamp at time zone 'UTC' ")
        .push(shift);
    query.push(" and (event_date at time zone timezone)::date ").push(operator).push(" ").push_bind(day);
}

/// Compares the day at the venue with the days that the occasion is there. At one instant it is one of three days, where
/// ever one is.
fn push_occasion(query: &mut QueryBuilder<Postgres>, occasion: Occasion, now: DateTime<Utc>) {
    let today = now.date_naive();
    let days = [today - Days::new(1), today, today + Days::new(1)].map(|today| (today, occasion.days(today)));
    push_day(query, days[0].1.0, ">=");
    push_day(query, days[2].1.1, "<=");
    query.push(" and (false");
    for (today, (first, last)) in days {
        query.push(" or ((").push_bind(now).push(" at time zone timezone)::date = ").push_bind(today);
        query.push(" and (event_date at time zone timezone)::date between ").push_bind(first);
        query.push(" and ").push_bind(last).push(")");
    }
    query.push(")");
}

fn push_order(query: &mut QueryBuilder<Postgres>, sort: Sort, after: Option<&Cursor>) {
    match after {
        Some(Cursor::Date(event_date, id)) => {
            query.push(" and (event_date, id) > (").push_bind(*event_date).push(", ").push_bind(*id).push(")");
        }
        Some(Cursor::Price(price, id)) => {
            let operator = if sort == Sort::Price { ">" } else { "<" };
            query.push(" and (currency, price_minor, id) ").push(operator).push(" (");
            query.push_bind(price.currency.code().to_owned()).push("::char(3), ").push_bind(price.minor);
            query.push(", ").push_bind(*id).push(")");
        }
        None => {}
    }
    query.push(match sort {
        Sort::Date => " order by event_date, id",
        Sort::Price => " order by currency, price_minor, id",
        Sort::PriceDesc => " order by currency desc, price_minor desc, id desc",
    });
}
