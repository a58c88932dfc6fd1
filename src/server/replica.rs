//! A copy of the database that PostgreSQL streams to another machine, for readings that may be a moment late. How late it is, is known by
//! a bound; beyond it, or when it doesn't answer, the primary is read, as if there were no copy.

use super::metrics::REPLICA_LAG;
use sqlx::PgPool;
use std::{
    collections::VecDeque,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

/// A replica that is later than this is not read: nobody should look for what they were told of two seconds ago.
const LAG_MAX: Duration = Duration::from_secs(2);
/// How often it is looked how late the replica is; with [`LAG_MAX`], the oldest answer there is.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// A look that takes longer says that one of the two is away.
const LOOK_MAX: Duration = Duration::from_secs(1);
/// How long a reading may take before the primary is asked instead.
pub(super) const PATIENCE: Duration = Duration::from_secs(1);

/// Where the log of the primary has got to, in bytes: PostgreSQL's LSN.
type Position = i64;

/// The replica of the settings.
#[derive(Debug)]
pub struct Replica {
    pool: PgPool,
    is_fresh: AtomicBool,
    known: Mutex<Known>,
}

impl Replica {
    /// A replica that is not read before it is known how late it is.
    pub fn new(pool: PgPool) -> Self {
        Self { pool, is_fresh: AtomicBool::new(false), known: Mutex::default() }
    }

    /// Its pool, if it may be read now.
    pub(super) fn fresh_pool(&self) -> Option<&PgPool> {
        self.is_fresh.load(Ordering::Relaxed).then_some(&self.pool)
    }

    /// Its pool, for closing it.
    pub(super) fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Says whether it may be read, until it is looked at again.
    pub fn set_fresh(&self, is_fresh: bool) {
        if self.is_fresh.swap(is_fresh, Ordering::Relaxed) != is_fresh {
            match is_fresh {
                true => tracing::info!("the replica is read again"),
                false => tracing::warn!("the replica is late or away: reading the primary alone"),
            }
        }
    }

    /// Looks how late it is, again and again, until the token is cancelled.
    pub(super) async fn watch(&self, primary: &PgPool, token: &CancellationToken) {
        while token.run_until_cancelled(sleep(LOOK_EVERY)).await.is_some() {
            let lag = timeout(LOOK_MAX, self.look(primary)).await.ok().flatten();
            self.set_fresh(lag.is_some_and(|lag| lag <= LAG_MAX));
            metrics::gauge!(REPLICA_LAG).set(lag.map_or(f64::INFINITY, |lag| lag.as_secs_f64()));
        }
    }

    /// How late it is at most; none where that can't be told. By the primary's positions and this process's clock: what the replica
    /// says of itself stands still with the line between the two.
    async fn look(&self, primary: &PgPool) -> Option<Duration> {
        let now = Instant::now();
        let written = "select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::int8";
        // Silence of the primary is no news of the replica, which gets later by it.
        if let Ok(Ok(written)) = timeout(LOOK_MAX / 2, sqlx::query_scalar(written).fetch_one(primary)).await {
            self.known.lock().unwrap_or_else(PoisonError::into_inner).note(now, written);
        }
        // One that was made the primary has nothing to replay any more.
        let replayed =
            "select case when pg_is_in_recovery() then pg_wal_lsn_diff(pg_last_wal_replay_lsn(), '0/0')::int8 end";
        let replayed: Option<Position> = sqlx::query_scalar(replayed).fetch_one(&self.pool).await.ok()?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).lag(replayed?, now)
    }
}

/// Where the primary was of late.
#[derive(Debug, Default)]
struct Known(VecDeque<(Instant, Position)>);

impl Known {
    /// More than that were long ago.
    const LEN: usize = 16;

    fn note(&mut self, at: Instant, written: Position) {
        // A primary that was restored or replaced may have gone back.
        if self.0.back().is_some_and(|(_, before)| *before > written) {
            self.0.clear();
        }
        if self.0.len() == Self::LEN {
            self.0.pop_front();
        }
        self.0.push_back((at, written));
    }

    /// How long ago the primary was where the replica has got to; none where the replica has everything to make up that is known.
    fn lag(&self, replayed: Position, now: Instant) -> Option<Duration> {
        let (at, _) = self.0.iter().rev().find(|(_, written)| *written <= replayed)?;
        Some(now - *at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_replayed_tells_how_late_it_is() {
        let began = Instant::now();
        let at = |s| began + Duration::from_secs(s);
        let mut known = Known::default();
        assert_eq!(known.lag(100, began), None, "nothing is known");
        known.note(at(0), 100);
        known.note(at(1), 200);
        known.note(at(2), 300);
        assert_eq!(known.lag(300, at(2)), Some(Duration::ZERO));
        assert_eq!(known.lag(299, at(2)), Some(Duration::from_secs(1)));
        assert_eq!(known.lag(99, at(2)), None, "it lacks more than can be told");
        // Nothing is written and nothing replayed: each look finds it level.
        known.note(at(9), 300);
        assert_eq!(known.lag(300, at(9)), Some(Duration::ZERO));
        // The line is cut, or the primary silent: what was level gets later.
        assert_eq!(known.lag(300, at(12)), Some(Duration::from_secs(3)));
    }

    #[test]
    fn a_primary_that_went_back_begins_anew() {
        let began = Instant::now();
        let mut known = Known::default();
        known.note(began, 500);
        known.note(began + Duration::from_secs(1), 20);
        assert_eq!(known.lag(20, began + Duration::from_secs(1)), Some(Duration::ZERO));
        assert_eq!(known.lag(19, began + Duration::from_secs(1)), None);
    }

    #[test]
    fn only_the_last_looks_are_kept() {
        let began = Instant::now();
        let mut known = Known::default();
        for n in 0..100 {
            known.note(began, n);
        }
        assert_eq!(known.0.len(), Known::LEN);
        assert_eq!(known.lag(50, began), None);
    }
}
