//! The codes of an event as a file for spreadsheets, the newest first.
//!
//! One line each. The columns: `code`; `kind` (percent, per_place, per_booking) and `value` (percent, or a decimal of the
//! currency); `starts_at`, `ends_at`, `ended_at` (UTC, RFC 3339); `max_uses`, `max_uses_per_person` (empty for no limit); `sections`
//! (parted by semicolons; empty for all places); `note`; `held` and `booked` (uses); `taken` and `discount` (decimals, of bookings)
//! and `currency`. With `q` in the query, those that begin like this.

use crate::{
    discounts::{
        model::Kind,
        store::{LineRow, list_lines},
    },
    error::Error,
    events::store::find_sale,
    id::{CodeId, EventId},
    money::{Currency, Money},
    server::{
        Result,
        caller::find_person,
        client_address::client_address,
        csv::{self, Interrupted},
        documents::file_name,
        state::AppState,
    },
    staff::{
        admit::{Actor, admit_to_file},
        store::{Deed, record},
    },
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::request::Parts,
    response::Response,
    routing::get,
};
use chrono::{DateTime, SecondsFormat, Utc};
use futures::{Stream, stream::try_unfold};
use serde::Deserialize;
use serde_json::json;
use tower_sessions::Session;

const ROUTE: &str = "/admin/events/{id}/codes.csv";
const HEAD: &str = "code,kind,value,starts_at,ends_at,ended_at,max_uses,max_uses_per_person,sections,note,held,booked,taken,\
    discount,currency\r\n";
/// Codes read at once.
const BATCH: i64 = 1_000;

/// The route of the file.
pub fn routes() -> Router<AppState> {
    Router::new().route(ROUTE, get(codes_csv))
}

/// What is asked for.
#[derive(Debug, Deserialize)]
struct Asked {
    #[serde(default)]
    q: String,
}

async fn codes_csv(
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
    parts: Parts,
) -> Result<Response> {
    let event_id: EventId = id.parse().map_err(|_| Error::NotFound)?;
    let visitor = (find_person(&session).await?, client_address(&parts, &state.config));
    let actor = admit_to_file(&state, visitor, event_id, ROUTE).await?;
    let (name, currency) = note_export(&state, &actor, event_id).await?;
    let part = Part { event_id, beginning: asked.q.trim().to_owned(), currency };
    Ok(csv::download(&format!("{}-codes", file_name(&name)), lines(state, part)))
}

/// Notes who took the list out, and answers the event's name and currency. Errors: `NotFound`.
async fn note_export(state: &AppState, actor: &Actor, event_id: EventId) -> Result<(String, Currency)> {
    let mut tx = state.db.begin().await?;
    let event = find_sale(&mut tx, event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let deed = Deed {
        action: "codes_exported",
        event_id: Some(event_id),
        subject_id: None,
        before: json!({}),
        after: json!({}),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok((event.name, event.currency))
}

/// Which codes the file has.
#[derive(Clone, Debug)]
struct Part {
    event_id: EventId,
    beginning: String,
    currency: Currency,
}

/// What is sent: the head, then a piece for each reading.
fn lines(state: AppState, part: Part) -> impl Stream<Item = std::result::Result<Bytes, Interrupted>> {
    try_unfold(Some(None), move |next: Option<Option<CodeId>>| {
        let (state, part) = (state.clone(), part.clone());
        async move {
            let Some(before) = next else { return Ok(None) };
            let codes = read(&state, &part, before).await.map_err(|failure| {
                tracing::error!(?failure, event_id = %part.event_id, "an export of codes broke off");
                Interrupted
            })?;
            let mut text = if before.is_none() { format!("{}{HEAD}", csv::BEGIN) } else { String::new() };
            codes.iter().for_each(|row| push_line(&mut text, row, part.currency));
            Ok(Some((Bytes::from(text), codes.last().map(|row| Some(row.code.id)))))
        }
    })
}

async fn read(state: &AppState, part: &Part, before: Option<CodeId>) -> Result<Vec<LineRow>> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    list_lines(&mut conn, (part.event_id, &part.beginning), (before, BATCH), now).await
}

fn push_line(text: &mut String, LineRow { code, sums }: &LineRow, currency: Currency) {
    let decimal = |minor| Money::new(minor, currency).decimal();
    let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
    let cells = [
        code.code.clone(),
        code.kind.key().to_owned(),
        if code.kind == Kind::Percent { code.value.to_string() } else { decimal(code.value) },
        instant(code.starts_at),
        instant(code.ends_at),
        instant(code.ended_at),
        number(code.max_uses),
        number(code.max_uses_per_person),
        code.sections.join("; "),
        code.note.clone(),
        sums.held_count.to_string(),
        sums.confirmed_count.to_string(),
        decimal(sums.taken_minor),
        decimal(sums.discount_minor),
        currency.code().to_owned(),
    ];
    csv::push_line(text, &cells);
}

fn instant(instant: Option<DateTime<Utc>>) -> String {
    instant.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}
