//! What is left of an event, as it changes: `GET /api/v1/events/stream`, server-sent events.

use super::{left::Left, store};
use crate::{
    error::Error,
    id::EventId,
    server::{Result, refuse, request_id_of, state::AppState, watched::Watched},
};
use axum::{
    Router,
    extract::{Query, Request, State},
    http::Uri,
    response::Response,
    routing::get,
};
use serde::Deserialize;
use std::collections::HashMap;

/// Who watches what is left of which event.
pub type LiveEvents = Watched<EventId, Left>;

/// Tells the viewers of this process what has changed since it was last asked, and answers of how many events. Asks for
/// nothing when nobody watches.
pub async fn tell_viewers(state: &AppState) -> Result<u64> {
    let watched = state.live_events.keys();
    let now = if watched.is_empty() { HashMap::new() } else { store::list_left(state, &watched).await? };
    Ok(state.live_events.tell(now))
}

/// The routes of what is left.
pub fn routes() -> Router<AppState> {
    Router::new().route("/api/v1/events/stream", get(stream_left))
}

#[derive(Deserialize)]
struct Asked {
    event_id: EventId,
}

/// What is left of the event `event_id`, now and whenever it changes: each message's data is
/// `{"available_capacity": n, "total_capacity": n}`.
///
/// Errors: `Malformed`; `NotFound` for an unknown event or a draft; `Unavailable` when there are too many viewers or the
/// server is stopping.
async fn stream_left(State(state): State<AppState>, request: Request) -> Response {
    let request_id = request_id_of(&request);
    let uri = request.into_parts().0.uri;
    begin_stream(&state, &uri).await.unwrap_or_else(|failure| refuse(failure, request_id))
}

async fn begin_stream(state: &AppState, uri: &Uri) -> Result<Response> {
    let Query(Asked { event_id }) = Query::try_from_uri(uri).map_err(|_| Error::Malformed)?;
    let viewer = state.live_events.watch(event_id)?;
    let left = store::list_left(state, &[event_id]).await?.remove(&event_id).ok_or(Error::NotFound)?;
    Ok(state.live_events.reply(viewer, event_id, left))
}
