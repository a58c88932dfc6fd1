//! The log as a file for spreadsheets, written while it is sent.
//!
//! One line each, newest first. The columns: `number`; `created_at` (UTC, RFC 3339); `actor` and `actor_id`; `action`; `event`
//! and `event_id`; `subject_id`; `before` and `after` (JSON); `address`.

use super::{
    admit::reach_of_file,
    model::{LogEntry, LogFilter, LogQuery, Reach},
    names::name_entries,
    store::list_actions,
};
use crate::server::{
    Result,
    caller::find_person,
    csv::{self, Interrupted},
    state::AppState,
};
use axum::{
    Router,
    body::Bytes,
    extract::{Query, State},
    response::Response,
    routing::get,
};
use chrono::SecondsFormat;
use futures::{Stream, stream::try_unfold};
use tower_sessions::Session;

const ROUTE: &str = "/admin/log.csv";
const HEAD: [&str; 11] = [
    "number",
    "created_at",
    "actor",
    "actor_id",
    "action",
    "event",
    "event_id",
    "subject_id",
    "before",
    "after",
    "address",
];
/// Entries read at once.
const PIECE: i64 = 200;

/// The route of the file.
pub fn routes() -> Router<AppState> {
    Router::new().route(ROUTE, get(log_csv))
}

async fn log_csv(State(state): State<AppState>, session: Session, Query(query): Query<LogQuery>) -> Result<Response> {
    let (reach, _) = reach_of_file(&state, find_person(&session).await?, ROUTE).await?;
    let filter = LogFilter { limit: PIECE, ..query.parse()? };
    Ok(csv::download("log", lines(state, reach, filter)))
}

/// What is sent: the head, then a piece for each reading.
fn lines(
    state: AppState,
    reach: Reach,
    filter: LogFilter,
) -> impl Stream<Item = std::result::Result<Bytes, Interrupted>> {
    let mut head = csv::BEGIN.to_owned();
    csv::push_line(&mut head, &HEAD);
    try_unfold(Some((head, filter)), move |next| {
        let (state, reach) = (state.clone(), reach.clone());
        async move {
            let Some((mut text, filter)) = next else { return Ok(None) };
            let read = async { name_entries(&state, list_actions(&state, &reach, &filter).await?).await };
            let entries = read.await.map_err(|failure| {
                tracing::error!(?failure, "an export broke off");
                Interrupted
            })?;
            // One more than the limit is read, which says whether there is more: here it is sent too.
            entries.iter().for_each(|entry| push_entry(&mut text, entry));
            let before = entries.last().map(|entry| entry.number).filter(|_| entries.len() as i64 > filter.limit);
            let rest = before.map(|before| (String::new(), LogFilter { before: Some(before), ..filter }));
            Ok(Some((Bytes::from(text), rest)))
        }
    })
}

fn push_entry(text: &mut String, entry: &LogEntry) {
    let cells = [
        entry.number.to_string(),
        entry.created_at.to_rfc3339_opts(SecondsFormat::Secs, true),
        entry.actor_name.clone(),
        entry.actor_id.to_string(),
        entry.action.clone(),
        entry.event_name.clone().unwrap_or_default(),
        entry.event_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.subject_id.map(|id| id.to_string()).unwrap_or_default(),
        entry.before.to_string(),
        entry.after.to_string(),
        entry.address.clone().unwrap_or_default(),
    ];
    csv::push_line(text, &cells);
}
