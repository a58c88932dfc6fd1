//! The live map: `GET /api/v1/seats/stream`, server-sent events of what changes on an event's map.
//!
//! The projector writes frames, and each process reads on from the last one it knows and hands them to its viewers. That
//! needs no message that could get lost: a viewer or a process that was away reads on where it stopped.

use super::store::{self, Frame, Missed};
use crate::{
    error::Error,
    id::EventId,
    server::{Result, clock::new_id, refuse, request_id_of, state::AppState},
};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Query, Request, State},
    http::{
        HeaderMap, HeaderName,
        header::{CACHE_CONTROL, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::get,
};
use futures::{Stream, StreamExt, stream};
use serde::Deserialize;
use serde_json::json;
use std::{
    collections::HashMap,
    convert::Infallible,
    fmt::Write,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::broadcast::{self, Receiver, Sender, error::RecvError},
    time::timeout,
};

/// Frames a viewer may be behind: at five a second, twelve seconds. Who is further behind reads on when they come back.
const BEHIND_MAX: usize = 64;
/// Viewers of one process. Source: performance.md, P13: five thousand, each under 20 kB.
const VIEWERS_MAX: usize = 20_000;
/// A comment at least so often: proxies close connections that stay silent, and it shows who has gone.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(15);
/// Milliseconds after which a browser comes back, at the least and at the most: not all at once after a restart.
const COME_BACK_MS: [u64; 2] = [1_000, 5_000];
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Who watches which map in this process. Clones share them.
#[derive(Clone, Default)]
pub struct LiveSeats(Arc<Mutex<Viewers>>);

#[derive(Default)]
struct Viewers {
    by_event: HashMap<EventId, Sender<Sent>>,
    /// The last frame that was handed on; nothing before the first viewer.
    read_upto: Option<i64>,
    is_closed: bool,
}

/// A frame as it goes to each viewer: made once, shared by all.
#[derive(Clone, Debug)]
struct Sent {
    number: i64,
    bytes: Bytes,
}

impl LiveSeats {
    fn watch(&self, event_id: EventId) -> Result<Receiver<Sent>> {
        let mut viewers = self.lock();
        let count: usize = viewers.by_event.values().map(Sender::receiver_count).sum();
        if viewers.is_closed || count >= VIEWERS_MAX {
            return Err(Error::Unavailable { retry_after_s: 5 }.into());
        }
        let sender = viewers.by_event.entry(event_id).or_insert_with(|| broadcast::channel(BEHIND_MAX).0);
        Ok(sender.subscribe())
    }

    /// Hands on what comes after this frame, unless it does so from an earlier one.
    fn begin_reading(&self, after: i64) {
        self.lock().read_upto.get_or_insert(after);
    }

    /// Ends all streams: their viewers come back, to another process or to the next one.
    pub fn close(&self) {
        let mut viewers = self.lock();
        viewers.is_closed = true;
        viewers.by_event.clear();
    }

    fn tell(&self, frames: &[Frame]) {
        let mut viewers = self.lock();
        for frame in frames {
            if let Some(sender) = viewers.by_event.get(&frame.event_id) {
                // Nobody there to hear it is fine.
                _ = sender.send(Sent { number: frame.number, bytes: message(frame).into() });
            }
            viewers.read_upto = Some(frame.number);
        }
        viewers.by_event.retain(|_, sender| sender.receiver_count() > 0);
    }

    /// A panicking viewer leaves the others whole.
    fn lock(&self) -> MutexGuard<'_, Viewers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands the frames that are new to the viewers of this process, and answers how many there were.
///
/// All frames are read, also of maps that nobody watches: whoever begins to watch after this has read reads for themselves
/// what there is by then, so that nothing falls between.
pub async fn tell_viewers(state: &AppState) -> Result<u64> {
    let Some(read_upto) = state.live_seats.lock().read_upto else { return Ok(0) };
    let frames = store::list_frames(state, read_upto).await?;
    state.live_seats.tell(&frames);
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
/// Each message's id is a frame's number, its data `{"sections": {name: free seats}, "taken": [ids], "free": [ids]}`: how
/// things are now, for what has changed. A message `reset` says that too much was missed: load the map anew.
///
/// Errors: `Malformed`; `NotFound` for an unknown event, a draft, or an event without seats; `Unavailable` when there are
/// too many viewers or the server is stopping.
async fn stream_seats(State(state): State<AppState>, request: Request) -> Response {
    let request_id = request_id_of(&request);
    // The body is not for sharing between threads, and there is none.
    let (asked, _) = request.into_parts();
    match begin_stream(&state, &asked).await {
        Ok(messages) => {
            let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
            // nginx holds back what it isn't told to pass on.
            (headers, [(X_ACCEL_BUFFERING, "no")], Body::from_stream(messages.map(Ok::<_, Infallible>))).into_response()
        }
        Err(failure) => refuse(failure, request_id),
    }
}

async fn begin_stream(state: &AppState, request: &Parts) -> Result<impl Stream<Item = Bytes> + Send + use<>> {
    let Query(asked) = Query::<Asked>::try_from_uri(&request.uri).map_err(|_| Error::Malformed)?;
    let after = last_event_id(&request.headers)?.or(asked.since);
    let mut conn = state.db.pool().acquire().await?;
    if !store::has_map(&mut conn, asked.event_id).await? {
        return Err(Error::NotFound.into());
    }
    // In this order: first what is handed on from here, then to be told of it, then what there was before.
    state.live_seats.begin_reading(store::newest_frame(&mut conn).await?);
    let told = state.live_seats.watch(asked.event_id)?;
    let missed = store::list_missed(&mut conn, asked.event_id, after).await?;
    drop(conn);
    let (first, heard) = greet(missed);
    Ok(stream::once(std::future::ready(first)).chain(stream::unfold((told, heard), next_message)))
}

/// The last frame a browser says it has heard. Errors: `Malformed`.
fn last_event_id(headers: &HeaderMap) -> Result<Option<i64>> {
    let Some(id) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    let number = id.to_str().ok().and_then(|id| id.parse().ok());
    Ok(Some(number.ok_or(Error::Malformed)?))
}

/// The first words of a stream, and the number of the frame up to which they tell everything.
fn greet(missed: Missed) -> (Bytes, i64) {
    let [least, most] = COME_BACK_MS;
    let come_back = least + new_id().as_u128() as u64 % (most - least);
    let mut words = format!("retry: {come_back}\n");
    let mut heard = missed.newest;
    match missed.frames {
        None => _ = write!(words, "id: {heard}\nevent: reset\ndata: {{}}\n\n"),
        Some(frames) if frames.is_empty() => _ = write!(words, "id: {heard}\n\n"),
        Some(frames) => {
            for frame in &frames {
                words.push_str(&message(frame));
                heard = heard.max(frame.number);
            }
        }
    }
    (words.into(), heard)
}

/// The next message for a viewer who has heard everything up to a frame; nothing at the end. Who is too far behind is cut
/// off, and reads on when they come back.
async fn next_message((mut told, heard): (Receiver<Sent>, i64)) -> Option<(Bytes, (Receiver<Sent>, i64))> {
    loop {
        match timeout(KEEP_ALIVE_EVERY, told.recv()).await {
            Ok(Ok(sent)) if sent.number <= heard => {}
            Ok(Ok(sent)) => return Some((sent.bytes, (told, sent.number))),
            Ok(Err(RecvError::Lagged(_) | RecvError::Closed)) => return None,
            Err(_) => return Some((Bytes::from_static(b": still here\n\n"), (told, heard))),
        }
    }
}

fn message(frame: &Frame) -> String {
    let counts = frame.sections.iter().map(String::as_str).zip(frame.available_counts.iter().copied());
    let data = json!({
        "sections": counts.collect::<HashMap<_, _>>(), "taken": frame.taken, "free": frame.freed,
    });
    format!("id: {}\ndata: {data}\n\n", frame.number)
}
