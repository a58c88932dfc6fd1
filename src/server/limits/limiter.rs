//! Counting requests: in Redis, so that all processes count together, and in the process itself while Redis is away.

use super::gcra::{Counted, Rate, Standing, count};
use crate::server::{Result, clock::Clock, combiner::Combiner, redis::Redis};
use moka::{ops::compute::Op, sync::Cache};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Callers that a process counts by itself at most, of about a hundred bytes each.
const LOCAL_MAX: u64 = 100_000;
/// How long after their last request a process forgets a caller: longer than any sensible limit takes to be full again.
const LOCAL_KEPT: Duration = Duration::from_secs(3600);
/// How long it is remembered that a sign-in from a network was the person's own.
const OWN_NETWORK_S: u64 = 90 * 24 * 60 * 60;

/// Who asked, and how often they may.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) key: String,
    pub(super) rate: Rate,
}

/// Counts requests. Clones count together.
///
/// Whoever asks while Redis is being asked waits, and is counted with all who wait by then in one call.
#[derive(Clone)]
pub struct Limiter {
    redis: Redis,
    clock: Clock,
    asking: Combiner<(), Asked, Counted>,
    local: Cache<String, i64>,
    /// Tells the keys of this site from those of another that has the same Redis.
    site: String,
}

impl Limiter {
    /// Counts for the site at this address.
    pub(in crate::server) fn new(redis: Redis, clock: Clock, public_url: &str) -> Self {
        let local = Cache::builder().max_capacity(LOCAL_MAX).time_to_idle(LOCAL_KEPT).build();
        let site = hex::encode(&Sha256::digest(public_url)[..4]);
        Self { redis, clock, asking: Combiner::new("limits"), local, site }
    }

    /// Counts one request of whoever this is. Never fails: without Redis the process counts by itself.
    pub(super) async fn take(&self, who: &str, rate: Rate) -> Standing {
        let asked = Asked { key: self.key(who), rate };
        let limiter = self.clone();
        let settle = move |batch: Vec<Asked>| {
            let limiter = limiter.clone();
            async move { limiter.count_all(batch).await }
        };
        let counted = self.asking.submit((), asked.clone(), settle).await;
        Standing::new(rate, counted.unwrap_or_else(|_| self.count_here(&asked)))
    }

    /// Gives back all that was counted of whoever this is.
    pub(super) async fn forget(&self, who: &str) {
        let key = self.key(who);
        // A copy that stays behind counts too much for a while.
        self.redis.del(&key).await.ok();
        self.local.invalidate(&key);
    }

    /// Remembers for a long time that this is known. Without Redis it is not.
    pub(super) async fn note(&self, what: &str) {
        self.redis.set_ex(&self.key(what), b"1", OWN_NETWORK_S).await.ok();
    }

    /// Whether this is known.
    pub(super) async fn is_noted(&self, what: &str) -> bool {
        matches!(self.redis.get(&self.key(what)).await, Ok(Some(_)))
    }

    fn key(&self, who: &str) -> String {
        format!("limit:{}:{who}", self.site)
    }

    async fn count_all(&self, batch: Vec<Asked>) -> Vec<Result<Counted>> {
        let now_us = self.clock.fixed_now().map(|now| now.timestamp_micros());
        let asked: Vec<(&str, i64, i64)> =
            batch.iter().map(|asked| (&*asked.key, asked.rate.every_us, asked.rate.burst)).collect();
        match self.redis.count_all(&asked, now_us).await {
            Ok(counted) if counted.len() == batch.len() => counted.into_iter().map(Ok).collect(),
            _ => batch.iter().map(|asked| Ok(self.count_here(asked))).collect(),
        }
    }

    fn count_here(&self, asked: &Asked) -> Counted {
        let now_us = self.clock.now().timestamp_micros();
        let mut told = Counted { passes: true, ahead_us: 0 };
        self.local.entry_by_ref(asked.key.as_str()).and_compute_with(|kept| {
            let full_at_us = kept.map_or(0, |entry| entry.into_value());
            let (next, counted) = count(asked.rate, full_at_us, now_us);
            told = counted;
            Op::Put(next)
        });
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::config::RedisConfig;
    use chrono::{DateTime, TimeDelta};
    use futures::future::join_all;

    /// One whose Redis is away.
    fn alone(clock: &Clock) -> Limiter {
        let redis =
            Redis::new(&RedisConfig { url: "redis://127.0.0.1:1".to_owned(), timeout_ms: 20 }).expect("a handle");
        Limiter::new(redis, clock.clone(), "http://localhost")
    }

    #[tokio::test]
    async fn without_redis_the_process_counts_by_itself() {
        let clock = Clock::fixed(DateTime::UNIX_EPOCH + TimeDelta::days(1));
        let limiter = alone(&clock);
        let rate = Rate { every_us: 1_000_000, burst: 3 };
        let told = join_all((0..10).map(|_| limiter.take("ada", rate))).await;
        assert_eq!(told.iter().filter(|standing| standing.passes).count(), 3);
        assert!(limiter.take("bob", rate).await.passes, "nobody pays for others");
        clock.advance(TimeDelta::seconds(2));
        let told = join_all((0..10).map(|_| limiter.take("ada", rate))).await;
        assert_eq!(told.iter().filter(|standing| standing.passes).count(), 2);
        limiter.forget("ada").await;
        assert_eq!(limiter.take("ada", rate).await.remaining, 2);
    }
}
