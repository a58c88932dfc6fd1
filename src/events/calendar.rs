//! An event as an entry for a calendar: `/events/{id}/calendar.ics`.

use super::{
    links::event_path,
    model::{EventDetail, EventStatus},
    store::get_event,
};
use crate::{
    error::Error,
    server::{Result, documents::file_name, state::AppState},
};
use axum::{
    Router,
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::IntoResponse,
    routing::get,
};
use icalendar::{Calendar, Component, EventLike};

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/events/{id}/calendar.ics", get(calendar))
}

async fn calendar(State(state): State<AppState>, Path(id): Path<String>) -> Result<impl IntoResponse> {
    let event_id = id.parse().map_err(|_| Error::NotFound)?;
    let now = state.clock.now();
    let detail = state.late(|state| async move { get_event(&state, event_id, now).await }).await?;
    let entry = entry(&detail, &state.config.address(&event_path(event_id)));
    let headers = [
        (CONTENT_TYPE, "text/calendar; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{}.ics\"", file_name(&detail.event.name))),
        (CACHE_CONTROL, "public, max-age=300".to_owned()),
    ];
    Ok((headers, entry))
}

/// The entry, for the page at this address. A calendar that has it already takes the one with the higher `SEQUENCE`.
fn entry(detail: &EventDetail, address: &str) -> String {
    let event = &detail.event;
    let mut entry = describe(detail, &format!("{}\n\n{address}", event.summary), address);
    entry.uid(&event.id.to_string()).sequence(event.version.unsigned_abs());
    Calendar::new().push(entry.done()).to_string()
}

/// What an entry says of the event, in these words and for the page at this address. Without what calendars know it by, which
/// is another one for what stands on the event.
pub(crate) fn describe(detail: &EventDetail, words: &str, address: &str) -> icalendar::Event {
    let event = &detail.event;
    let status = match event.status {
        EventStatus::Cancelled => icalendar::EventStatus::Cancelled,
        EventStatus::Draft | EventStatus::Published => icalendar::EventStatus::Confirmed,
    };
    icalendar::Event::new()
        .timestamp(detail.server_now)
        .summary(&event.name)
        .description(words)
        .starts(event.event_date)
        .ends(event.ends_at)
        .location(&format!("{}, {}, {}", event.venue, detail.address, event.city))
        .url(address)
        .status(status)
        .done()
}
