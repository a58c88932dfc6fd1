//! Finding events: words, filters, order, pages by key.

use super::{EVENT, EventRow};
use crate::{
    events::model::{Cursor, Event, EventFilter, Occasion, Page, PriceFilter, Sort},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

/// How alike a word that no event has must be to one of the event's to count as a typing error of it, from 0 to 1, as
/// pg_trgm counts. Below 0.5 unrelated words of a few letters match.
const ALIKE: &str = "0.5";
/// Letters from which on two that changed places are changed back; shorter words turn into others too easily.
const SWAPS_FROM: usize = 4;

/// How long an event may last, by constraint.
const LONGEST: TimeDelta = TimeDelta::days(31);

/// One page of the events that aren't over at `now`. Errors: `Invalid` for a cursor that isn't one of this order.
pub async fn list_events(
    state: &AppState,
    filter: &EventFilter,
    cursor: &str,
    now: DateTime<Utc>,
) -> Result<Page<Event>> {
    let after = Cursor::parse(filter.sort, cursor)?;
    let mut query = QueryBuilder::new(format!("select {EVENT} from events where status <> 'draft' and ends_at > "));
    query.push_bind(now);
    // No event lasts longer (events_last_a_month_at_most), and this is the bound that an index serves.
    query.push(" and event_date > ").push_bind(now - LONGEST);
    let mut tx = state.db.begin().await?;
    for word in &filter.words {
        push_word(&mut query, word, is_known(&mut tx, word, now).await?);
    }
    push_filters(&mut query, filter, now);
    push_order(&mut query, filter.sort, after.as_ref());
    query.push(" limit ").push_bind(filter.limit + 1);

    if !filter.words.is_empty() {
        sqlx::query("select set_config('pg_trgm.word_similarity_threshold', $1, true)")
            .bind(ALIKE)
            .execute(&mut *tx)
            .await?;
    }
    let rows: Vec<EventRow> = query.build_query_as().fetch_all(&mut *tx).await?;
    tx.commit().await?;
    Ok(into_page(rows, filter, now))
}

/// The cities with events to come, in alphabetical order.
pub async fn list_cities(state: &AppState, now: DateTime<Utc>) -> Result<Vec<String>> {
    let sql =
        "select distinct city from events where status <> 'draft' and ends_at > $1 and event_date > $2 order by city";
    Ok(sqlx::query_scalar(sql).bind(now).bind(now - LONGEST).fetch_all(state.db.pool()).await?)
}

fn into_page(rows: Vec<EventRow>, filter: &EventFilter, now: DateTime<Utc>) -> Page<Event> {
    let events: Vec<Event> = rows.into_iter().map(|row| row.into_event(now)).collect();
    Page::cut(events, filter.limit, |last| Cursor::after(filter.sort, last).to_string())
}

/// Whether an event to come has this word, as a word or as part of one.
async fn is_known(conn: &mut PgConnection, word: &str, now: DateTime<Utc>) -> Result<bool> {
    let sql = "select exists (select from events where status <> 'draft' and ends_at > $1 and event_date > $2
               and search_text like '%' || fold($3) || '%')";
    Ok(sqlx::query_scalar(sql).bind(now).bind(now - LONGEST).bind(escape_like(word)).fetch_one(conn).await?)
}

/// Every word has to be found as it was typed. Only one that no event has may be a typing error: then it also counts with
/// two of its letters changed back, or when it is nearly one of the event's.
fn push_word(query: &mut QueryBuilder<Postgres>, word: &str, is_known: bool) {
    query.push(" and (search_text like '%' || fold(").push_bind(escape_like(word)).push(") || '%'");
    if !is_known {
        for swapped in swaps(word) {
            query.push(" or search_text like '%' || fold(").push_bind(escape_like(&swapped)).push(") || '%'");
        }
        query.push(" or fold(").push_bind(word.to_owned()).push(") <% search_text");
    }
    query.push(")");
}

/// The word with each two neighbouring letters changed back, the first apart: people hit the first one right.
fn swaps(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let count = if letters.len() < SWAPS_FROM { 0 } else { letters.len() };
    let swapped = |i: usize| {
        let mut letters = letters.clone();
        letters.swap(i, i + 1);
        letters.into_iter().collect()
    };
    (1..count.saturating_sub(1)).filter(|i| letters[*i] != letters[*i + 1]).map(swapped).collect()
}

fn escape_like(word: &str) -> String {
    word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn push_filters(query: &mut QueryBuilder<Postgres>, filter: &EventFilter, now: DateTime<Utc>) {
    if let Some(city) = &filter.city {
        query.push(" and city = ").push_bind(city.clone());
    }
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

#[cfg(test)]
mod tests {
    use super::swaps;

    #[test]
    fn letters_that_changed_places_are_changed_back() {
        assert!(swaps("nigthjar").contains(&"nightjar".to_owned()));
        assert_eq!(swaps("tael"), ["teal", "tale"]);
        assert_eq!(swaps("aal"), Vec::<String>::new());
        assert_eq!(swaps("boot"), ["boto"]);
        assert_eq!(swaps(""), Vec::<String>::new());
    }
}
