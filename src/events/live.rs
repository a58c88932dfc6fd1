//! What is left of an event, as it changes: `GET /api/v1/events/stream`, server-sent events.
//!
//! Each process reads the figures of the events that it has viewers of, all in one query, and tells of those that have
//! changed. Who books and who gives back does nothing for it.

use super::{left::Left, store};
use crate::{
    error::Error,
    id::EventId,
    server::{
        Result, refuse, request_id_of,
        state::AppState,
        viewers::{Message, Viewers},
    },
};
use axum::{
    Router,
    extract::{Query, Request, State},
    http::Uri,
    response::Response,
    routing::get,
};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Who watches which event in this process. Clones share them.
#[derive(Clone, Default)]
pub struct LiveEvents {
    viewers: Viewers<EventId>,
    told: Arc<Mutex<Told>>,
}

/// What the viewers know.
#[derive(Default)]
struct Told {
    left: HashMap<EventId, Left>,
    message_count: i64,
}

impl LiveEvents {
    /// Ends all streams: their viewers come back, to another process or to the next one.
    pub fn close(&self) {
        self.viewers.close();
    }

    /// Tells of what has changed, and answers how many events that were.
    fn tell(&self, now: HashMap<EventId, Left>) -> u64 {
        let mut told = self.told();
        let before = std::mem::replace(&mut told.left, now);
        let Told { left, message_count } = &mut *told;
        let mut count = 0;
        for (event_id, left) in left.iter().filter(|(event_id, left)| before.get(event_id) != Some(left)) {
            *message_count += 1;
            count += 1;
            self.viewers.tell(*event_id, || Message { number: *message_count, bytes: message(left).into() });
        }
        count
    }

    /// Takes over what somebody who has begun to watch has read, and answers the number of the last message. The others are told
    /// if it is news: all viewers know the same, or one would miss a change back to what the others know.
    fn note(&self, event_id: EventId, left: Left) -> i64 {
        let mut told = self.told();
        let before = told.left.insert(event_id, left);
        if before.is_some_and(|before| before != left) {
            told.message_count += 1;
            let number = told.message_count;
            self.viewers.tell(event_id, || Message { number, bytes: message(&left).into() });
        }
        told.message_count
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells the viewers of this process what has changed since it was last asked, and answers of how many events. Asks for
/// nothing when nobody watches.
pub async fn tell_viewers(state: &AppState) -> Result<u64> {
    let watched = state.live_events.viewers.watched();
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
    // Watching first: what changes after it is read is told.
    let viewer = state.live_events.viewers.watch(event_id)?;
    let left = store::list_left(state, &[event_id]).await?.remove(&event_id).ok_or(Error::NotFound)?;
    let heard = state.live_events.note(event_id, left);
    Ok(viewer.reply(message(&left), heard))
}

fn message(left: &Left) -> String {
    format!("data: {}\n\n", serde_json::json!(left))
}
