//! Who watches what in this process, and the streams of server-sent events that tell them.

use super::{Result, clock::new_id};
use crate::error::Error;
use axum::{
    body::{Body, Bytes},
    http::{
        HeaderName,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures::{StreamExt, stream};
use std::{
    collections::HashMap,
    convert::Infallible,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::broadcast::{self, Receiver, Sender, error::RecvError},
    time::timeout,
};

/// Messages a viewer may be behind: at five a second, twelve seconds. Who is further behind reads on when they come back.
const BEHIND_MAX: usize = 64;
/// Viewers of one process and kind. Source: performance.md, P13: five thousand, each under 20 kB.
const VIEWERS_MAX: usize = 20_000;
/// A comment at least so often: proxies close connections that stay silent, and it shows who has gone.
const KEEP_ALIVE_EVERY: Duration = Duration::from_secs(15);
/// Milliseconds after which a browser comes back, at the least and at the most: not all at once after a restart.
const COME_BACK_MS: [u64; 2] = [1_000, 5_000];
const X_ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Who watches what in this process, by what they watch. Clones share them.
#[derive(Debug)]
pub struct Viewers<K>(Arc<Mutex<Watched<K>>>);

#[derive(Debug)]
struct Watched<K> {
    by_key: HashMap<K, Sender<Message>>,
    is_closed: bool,
}

/// A message as it goes to each viewer: made once, shared by all.
#[derive(Clone, Debug)]
pub struct Message {
    /// Grows from one message to the next: a viewer is told nothing up to the number they have heard.
    pub number: i64,
    /// The words, as they go out.
    pub bytes: Bytes,
}

/// A viewer, from when they began to watch.
#[derive(Debug)]
pub struct Viewer(Receiver<Message>);

impl<K> Default for Viewers<K> {
    fn default() -> Self {
        Self(Arc::new(Mutex::new(Watched { by_key: HashMap::new(), is_closed: false })))
    }
}

impl<K> Clone for Viewers<K> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: Eq + Hash + Copy> Viewers<K> {
    /// Begins to watch. Errors: `Unavailable` when there are too many viewers, or the server is stopping.
    pub fn watch(&self, key: K) -> Result<Viewer> {
        let mut watched = self.lock();
        let count: usize = watched.by_key.values().map(Sender::receiver_count).sum();
        if watched.is_closed || count >= VIEWERS_MAX {
            return Err(Error::Unavailable { retry_after_s: 5 }.into());
        }
        let sender = watched.by_key.entry(key).or_insert_with(|| broadcast::channel(BEHIND_MAX).0);
        Ok(Viewer(sender.subscribe()))
    }

    /// What somebody watches now.
    pub fn watched(&self) -> Vec<K> {
        let mut watched = self.lock();
        watched.by_key.retain(|_, sender| sender.receiver_count() > 0);
        watched.by_key.keys().copied().collect()
    }

    /// How many are watching.
    pub fn count(&self) -> usize {
        self.lock().by_key.values().map(Sender::receiver_count).sum()
    }

    /// Tells the viewers of this. Nobody there to hear it is fine; the message is made only if somebody is.
    pub fn tell(&self, key: K, message: impl FnOnce() -> Message) {
        if let Some(sender) = self.lock().by_key.get(&key) {
            _ = sender.send(message());
        }
    }

    /// Ends all streams: their viewers come back, to another process or to the next one.
    pub fn close(&self) {
        let mut watched = self.lock();
        watched.is_closed = true;
        watched.by_key.clear();
    }

    /// A panicking viewer leaves the others whole.
    fn lock(&self) -> MutexGuard<'_, Watched<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Viewer {
    /// The reply that goes on for as long as they watch: these words first, which tell everything up to the number `heard`.
    pub fn reply(self, first: String, heard: i64) -> Response {
        let [least, most] = COME_BACK_MS;
        let come_back = least + new_id().as_u128() as u64 % (most - least);
        let first = Bytes::from(format!("retry: {come_back}\n{first}"));
        let messages = stream::once(std::future::ready(first)).chain(stream::unfold((self, heard), next_message));
        let headers = [(CONTENT_TYPE, "text/event-stream"), (CACHE_CONTROL, "no-store")];
        // nginx holds back what it isn't told to pass on.
        (headers, [(X_ACCEL_BUFFERING, "no")], Body::from_stream(messages.map(Ok::<_, Infallible>))).into_response()
    }
}

/// The next message for a viewer who has heard everything up to a number; nothing at the end. Who is too far behind is cut
/// off, and reads on when they come back.
async fn next_message((mut viewer, heard): (Viewer, i64)) -> Option<(Bytes, (Viewer, i64))> {
    loop {
        match timeout(KEEP_ALIVE_EVERY, viewer.0.recv()).await {
            Ok(Ok(message)) if message.number <= heard => {}
            Ok(Ok(message)) => return Some((message.bytes, (viewer, message.number))),
            Ok(Err(RecvError::Lagged(_) | RecvError::Closed)) => return None,
            Err(_) => return Some((Bytes::from_static(b": still here\n\n"), (viewer, heard))),
        }
    }
}
