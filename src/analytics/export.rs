//! Figures as a file for spreadsheets: of each day, or of each event, within a range.
//!
//! A line for each day or event and currency. The columns: `day`, or `event_id`, `event`, `venue` and `event_date`; then
//! `currency`, `taken` and `given_back` (decimals; empty for who may not see money), the counts of the figures by their names
//! in `analytics/trends`, and `discounts` (a decimal, what codes took off; empty for who may not see money).

use super::{
    model::{Figures, Range, Step, Sums},
    store::{Scope, list_popular, list_trend},
};
use crate::{
    error::{Error, Problem},
    money::Money,
    server::{
        Result,
        caller::find_person,
        csv::{self, Interrupted},
        state::AppState,
    },
    staff::admit::reach_of_file,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    response::Response,
    routing::get,
};
use futures::stream;
use serde::Deserialize;
use tower_sessions::Session;

const ROUTE: &str = "/admin/figures.csv";
/// Events in a file at most: more than a site has within the longest range.
const EVENTS_MAX: i64 = 100_000;

/// The route of the file.
pub fn routes() -> Router<AppState> {
    Router::new().route(ROUTE, get(figures_csv))
}

/// What is asked for.
#[derive(Debug, Deserialize)]
struct Asked {
    /// `days` or `events`.
    table: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
}

async fn figures_csv(State(state): State<AppState>, session: Session, Query(asked): Query<Asked>) -> Result<Response> {
    let (reach, sees_money) = reach_of_file(&state, find_person(&session).await?, ROUTE).await?;
    let scope = Scope { reach, sees_money };
    let range = Range::parse(&asked.from, &asked.to, state.clock.now().date_naive())?;
    let text = match asked.table.as_str() {
        "days" => write_days(&state, &scope, range).await?,
        "events" => write_events(&state, &scope, range).await?,
        _ => return Err(Error::invalid("table", Problem::Unknown).into()),
    };
    let name = format!("figures-{}-{}-{}", asked.table, range.from, range.to);
    Ok(csv::download(&name, stream::iter([Ok::<_, Interrupted>(Bytes::from(text))])))
}

async fn write_days(state: &AppState, scope: &Scope, range: Range) -> Result<String> {
    let mut text = begin(&["day"]);
    for point in list_trend(state, scope, range, Step::Day).await? {
        push_sums(&mut text, &[point.day.to_string()], &point.sums);
    }
    Ok(text)
}

async fn write_events(state: &AppState, scope: &Scope, range: Range) -> Result<String> {
    let mut text = begin(&["event_id", "event", "venue", "event_date"]);
    for event in list_popular(state, scope, range, EVENTS_MAX).await? {
        let keys = [event.event_id.to_string(), event.name, event.venue, event.event_date.to_rfc3339()];
        push_sums(&mut text, &keys, &event.sums);
    }
    Ok(text)
}

fn begin(keys: &[&str]) -> String {
    let mut text = csv::BEGIN.to_owned();
    let figures = counts(&Figures::default()).map(|(name, _)| name);
    let head: Vec<&str> =
        keys.iter().copied().chain(["currency", "taken", "given_back"]).chain(figures).chain(["discounts"]).collect();
    csv::push_line(&mut text, &head);
    text
}

/// The counts stand in the first line of what has several currencies, so that columns add up.
fn push_sums(text: &mut String, keys: &[String], sums: &Sums) {
    let takings = sums.takings.as_deref().unwrap_or_default();
    let amounts = takings.iter().map(|takings| {
        let decimal = |minor| Money::new(minor, takings.currency).decimal();
        let amounts =
            [takings.currency.code().to_owned(), decimal(takings.confirmed_minor), decimal(takings.cancelled_minor)];
        (amounts, decimal(takings.discount_minor))
    });
    let mut lines: Vec<([String; 3], String)> = amounts.collect();
    if lines.is_empty() {
        lines.push(Default::default());
    }
    for (at, (amounts, discounts)) in lines.into_iter().enumerate() {
        let figures = counts(&sums.figures).map(|(_, count)| if at == 0 { count.to_string() } else { String::new() });
        let cells: Vec<String> = keys.iter().cloned().chain(amounts).chain(figures).chain([discounts]).collect();
        csv::push_line(text, &cells);
    }
}

fn counts(figures: &Figures) -> [(&'static str, i64); 12] {
    [
        ("held_count", figures.held_count),
        ("held_quantity", figures.held_quantity),
        ("offered_count", figures.offered_count),
        ("confirmed_count", figures.confirmed_count),
        ("confirmed_quantity", figures.confirmed_quantity),
        ("accepted_count", figures.accepted_count),
        ("cancelled_count", figures.cancelled_count),
        ("cancelled_quantity", figures.cancelled_quantity),
        ("released_count", figures.released_count),
        ("expired_count", figures.expired_count),
        ("lapsed_count", figures.lapsed_count),
        ("confirm_time_s", figures.confirm_time_s),
    ]
}
