//! What takes a while to make and is always the same for the same content: made away from the async threads, few at a time,
//! and kept.

use super::Result;
use crate::error::Error;
use anyhow::{Context, anyhow};
use axum::body::Bytes;
use moka::sync::Cache;
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// What this process has made, by its content. Clones share it.
#[derive(Clone)]
pub(super) struct Kept {
    kept: Cache<String, Bytes>,
    turns: Arc<Semaphore>,
}

impl Kept {
    /// Keeps at most so many bytes, those used lately first, and makes so many at once.
    pub(super) fn new(max_bytes: u64, at_once: usize) -> Self {
        let weigh = |key: &String, made: &Bytes| u32::try_from(key.len() + made.len()).unwrap_or(u32::MAX);
        let kept = Cache::builder().max_capacity(max_bytes).weigher(weigh).build();
        Self { kept, turns: Arc::new(Semaphore::new(at_once)) }
    }

    /// What goes by this key, made where it isn't kept. The key is another one whenever the content is. Errors:
    /// `Unavailable` when many wait.
    pub(super) async fn get(
        &self,
        key: String,
        make: impl FnOnce() -> anyhow::Result<Bytes> + Send + 'static,
    ) -> Result<Bytes> {
        if let Some(made) = self.kept.get(&key) {
            return Ok(made);
        }
        let turn = timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned());
        let Ok(Ok(turn)) = turn.await else { return Err(Error::Unavailable { retry_after_s: 1 }.into()) };
        let kept = self.kept.clone();
        let made = spawn_blocking(move || {
            // Let go of when it is there, also where nobody waits for it any more.
            let _turn = turn;
            kept.try_get_with(key, make)
        });
        let made = made.await.context("making what is kept")?;
        Ok(made.map_err(|error| anyhow!("{error:#}").context("making what is kept"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_is_kept_is_made_once_and_a_failure_is_not_kept() {
        let kept = Kept::new(1 << 20, 1);
        assert!(kept.get("a".to_owned(), || Err(anyhow!("no ink"))).await.is_err());
        for words in ["first", "second"] {
            let made = kept.get("a".to_owned(), move || Ok(Bytes::from(words))).await.expect("made");
            assert_eq!(made, "first");
        }
    }
}
