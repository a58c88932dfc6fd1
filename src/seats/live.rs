//! The live map: `GET /api/v1/seats/stream`, server-sent events of what changes on an event's map.
//!
//! The projector writes frames, and each process reads on from the last one it knows and hands them to its viewers. That
//! needs no message that could get lost: a viewer or a process that was away reads on where it stopped.

use super::store::{self, Frame, Missed};
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
    http::{HeaderMap, HeaderName, request::Parts},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::HashMap,
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Who watches which map in this process. Clones share them.
#[derive(Clone, Default)]
pub struct LiveSeats {
    viewers: Viewers<EventId>,
    /// The last frame that was handed on; nothing before the first viewer.
    read_upto: Arc<Mutex<Option<i64>>>,
}

impl LiveSeats {
    /// Ends all streams: their viewers come back, to another process or to the next one.
    pub fn close(&self) {
        self.viewers.close();
    }

    /// How many are watching.
    pub fn viewer_count(&self) -> usize {
        self.viewers.count()
    }

    fn tell(&self, frames: &[Frame]) {
        for frame in frames {
            self.viewers.tell(frame.event_id, || Message { number: frame.number, bytes: message(frame).into() });
        }
        // Those whom nobody watches any more are forgotten.
        self.viewers.watched();
    }

    fn read_upto(&self) -> MutexGuard<'_, Option<i64>> {
        self.read_upto.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands the frames that are new to the viewers of this process, and answers how many there were.
///
/// All frames are read, also of maps that nobody watches: whoever begins to watch after this has read reads for themselves
/// what there is by then, so that nothing falls between.
pub async fn tell_viewers(state: &AppState) -> Result<u64> {
    let Some(read_upto) = *state.live_seats.read_upto() else { return Ok(0) };
    let frames = store::list_frames(state, read_upto).await?;
    state.live_seats.tell(&frames);
    if let Some(last) = frames.last() {
        *state.live_seats.read_upto() = Some(last.number);
    }
    Ok(frames.len() as u64)
}

/// The routes of the live map.
pub fn routes() -> Router<AppState> {
    Router::new().route("/api/v1/seats/stream", get(stream_seats))
}

#[derive(Deserialize)]
struct Asked {
    event_id: EventId,
    /// The last frame that is known: [`SeatMap::frame`](super::model::SeatMap::frame).
    since: Option<i64>,
}

/// What changes on the map of the event `event_id` from now on, or after the frame `since`; a browser that comes back says
/// itself which one it has heard last, by `Last-Event-ID`.
///
/// Each message's id is a frame's number, its data `{"sections": {name: free seats}, "taken": [ids], "free": [ids],
/// "spots": [x, y of each of these, in this order]}`: how things are now, for what has changed. A message `reset` says that too much was missed, or
/// that the map was drawn anew: load it again.
///
/// Errors: `Malformed`; `NotFound` for an unknown event, a draft, or an event without seats; `Unavailable` when there are
/// too many viewers or the server is stopping.
async fn stream_seats(State(state): State<AppState>, request: Request) -> Response {
    let request_id = request_id_of(&request);
    // The body is not for sharing between threads, and there is none.
    let (asked, _) = request.into_parts();
    begin_stream(&state, &asked).await.unwrap_or_else(|failure| refuse(failure, request_id))
}

async fn begin_stream(state: &AppState, request: &Parts) -> Result<Response> {
    let Query(asked) = Query::<Asked>::try_from_uri(&request.uri).map_err(|_| Error::Malformed)?;
    let after = last_event_id(&request.headers)?.or(asked.since);
    let mut conn = state.db.pool().acquire().await?;
    if !store::has_map(&mut conn, asked.event_id).await? {
        return Err(Error::NotFound.into());
    }
    // In this order: first what is handed on from here, then to be told of it, then what there was before.
    let newest = store::newest_frame(&mut conn).await?;
    state.live_seats.read_upto().get_or_insert(newest);
    let viewer = state.live_seats.viewers.watch(asked.event_id)?;
    let missed = store::list_missed(&mut conn, asked.event_id, after).await?;
    drop(conn);
    let (first, heard) = greet(missed);
    Ok(viewer.reply(first, heard))
}

/// The last frame a browser says it has heard. Errors: `Malformed`.
fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(id) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let number = id.to_str().ok().and_then(|id| id.parse().ok());
    Ok(Some(number.ok_or(Error::Malformed)?))
}

/// The first words of a stream, and the number of the frame up to which they tell everything.
fn greet(missed: Missed) -> (String, i64) {
    let mut words = String::new();
    let mut heard = missed.newest;
    match missed.frames {
        None => words = reset(heard),
        Some(frames) if frames.is_empty() => _ = write!(words, "id: {heard}\n\n"),
        Some(frames) => {
            for frame in &frames {
                words.push_str(&message(frame));
                heard = heard.max(frame.number);
            }
        }
    }
    (words, heard)
}

/// Says that the map has to be loaded anew.
fn reset(number: i64) -> String {
    format!("id: {number}\nevent: reset\ndata: {{}}\n\n")
}

fn message(frame: &Frame) -> String {
    if frame.is_redrawn {
        return reset(frame.number);
    }
    let counts = frame.sections.iter().map(String::as_str).zip(frame.available_counts.iter().copied());
    let data = json!({
        "sections": counts.collect::<HashMap<_, _>>(), "taken": frame.taken, "free": frame.freed, "spots": frame.spots,
    });
    format!("id: {}\ndata: {data}\n\n", frame.number)
}
