//! What open pages show of something that is one small value: each process reads the values that it has viewers of, all in
//! one query, and tells of those that have changed. Whoever changes them does nothing for it.

use super::{
    Result,
    viewers::{Message, Viewer, Viewers},
};
use axum::response::Response;
use serde::Serialize;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Who watches which value in this process. Clones share them.
pub struct Watched<K, V> {
    viewers: Viewers<K>,
    told: Arc<Mutex<Told<K, V>>>,
}

/// What the viewers know.
struct Told<K, V> {
    values: HashMap<K, V>,
    message_count: i64,
}

impl<K, V> Default for Watched<K, V> {
    fn default() -> Self {
        let told = Told { values: HashMap::new(), message_count: 0 };
        Self { viewers: Viewers::default(), told: Arc::new(Mutex::new(told)) }
    }
}

impl<K, V> Clone for Watched<K, V> {
    fn clone(&self) -> Self {
        Self { viewers: self.viewers.clone(), told: self.told.clone() }
    }
}

impl<K: Eq + Hash + Copy, V: PartialEq + Copy + Serialize> Watched<K, V> {
    /// Begins to watch: before the value is read, so that what changes afterwards is told. Errors: `Unavailable` when there
    /// are too many viewers, or the server is stopping.
    pub fn watch(&self, key: K) -> Result<Viewer> {
        self.viewers.watch(key)
    }

    /// The reply of somebody who watches and has read the value.
    pub fn reply(&self, viewer: Viewer, key: K, value: V) -> Response {
        let heard = self.note(key, value);
        viewer.reply(message(&value), heard)
    }

    /// What is watched now.
    pub fn keys(&self) -> Vec<K> {
        self.viewers.watched()
    }

    /// How many are watching.
    pub fn viewer_count(&self) -> usize {
        self.viewers.count()
    }

    /// Tells of what has changed, and answers how many values that were.
    pub fn tell(&self, now: HashMap<K, V>) -> u64 {
        let mut told = self.told();
        let before = std::mem::replace(&mut told.values, now);
        let Told { values, message_count } = &mut *told;
        let mut count = 0;
        for (key, value) in values.iter().filter(|(key, value)| before.get(key) != Some(value)) {
            *message_count += 1;
            count += 1;
            self.viewers.tell(*key, || Message { number: *message_count, bytes: message(value).into() });
        }
        count
    }

    /// Ends all streams: their viewers come back, to another process or to the next one.
    pub fn close(&self) {
        self.viewers.close();
    }

    /// Takes over what somebody who has begun to watch has read, and answers the number of the last message. The others are told
    /// if it is news: all viewers know the same, or one would miss a change back to what the others know.
    fn note(&self, key: K, value: V) -> i64 {
        let mut told = self.told();
        let before = told.values.insert(key, value);
        if before.is_some_and(|before| before != value) {
            told.message_count += 1;
            let number = told.message_count;
            self.viewers.tell(key, || Message { number, bytes: message(&value).into() });
        }
        told.message_count
    }

    fn told(&self) -> MutexGuard<'_, Told<K, V>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn message<V: Serialize>(value: &V) -> String {
    format!("data: {}\n\n", serde_json::json!(value))
}
