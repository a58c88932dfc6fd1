//! Gates: how many may be at one thing at a time in this process. Who waits at a gate holds no database connection, so
//! that a rush for one event leaves connections for everything else.

use super::Result;
use crate::error::Error;
use anyhow::Context;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

/// As long as PostgreSQL waits for a lock.
const PATIENCE: Duration = Duration::from_secs(3);
/// Gates kept before those that nobody is at are forgotten.
const KEPT_MAX: usize = 1024;

/// The gates of this process. Clones share them.
#[derive(Clone, Debug)]
pub struct Gates {
    gates: Arc<Mutex<HashMap<Uuid, Arc<Semaphore>>>>,
    patience: Duration,
}

impl Default for Gates {
    fn default() -> Self {
        Self { gates: Arc::default(), patience: PATIENCE }
    }
}

impl Gates {
    /// Waits until fewer than `width` are inside the gate of this key, and goes in until the permit is dropped.
    ///
    /// The width of a gate is that of its first use. Errors: `Unavailable` after three seconds.
    pub async fn enter(&self, key: Uuid, width: usize) -> Result<OwnedSemaphorePermit> {
        let entering = self.gate(key, width).acquire_owned();
        let entered = tokio::time::timeout(self.patience, entering).await;
        let permit = entered.map_err(|_| Error::Unavailable { retry_after_s: 1 })?;
        Ok(permit.context("a gate is never closed")?)
    }

    fn gate(&self, key: Uuid, width: usize) -> Arc<Semaphore> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        if gates.len() >= KEPT_MAX {
            // Whoever is inside or waits has a handle of their own.
            gates.retain(|_, gate| Arc::strong_count(gate) > 1);
        }
        Arc::clone(gates.entry(key).or_insert_with(|| Arc::new(Semaphore::new(width))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;

    fn key(n: u128) -> Uuid {
        Uuid::from_u128(n)
    }

    #[tokio::test]
    async fn a_gate_lets_in_as_many_as_it_is_wide() {
        let gates = Gates::default();
        let first = gates.enter(key(1), 2).await.expect("room");
        let _second = gates.enter(key(1), 2).await.expect("room");
        assert!(gates.enter(key(1), 2).now_or_never().is_none());
        assert!(gates.enter(key(2), 2).now_or_never().is_some(), "another gate is open");
        drop(first);
        assert!(gates.enter(key(1), 2).now_or_never().is_some());
    }

    #[tokio::test]
    async fn nobody_waits_for_ever() {
        let gates = Gates { patience: Duration::from_millis(1), ..Gates::default() };
        let _inside = gates.enter(key(1), 1).await.expect("room");
        assert!(gates.enter(key(1), 1).await.is_err());
    }

    #[tokio::test]
    async fn gates_nobody_is_at_are_forgotten_and_the_others_kept() {
        let gates = Gates::default();
        let _inside = gates.enter(key(0), 1).await.expect("room");
        for n in 1..=2 * KEPT_MAX as u128 {
            drop(gates.enter(key(n), 1).await.expect("room"));
        }
        assert!(gates.gates.lock().expect("a map").len() <= KEPT_MAX);
        assert!(gates.enter(key(0), 1).now_or_never().is_none());
    }
}
