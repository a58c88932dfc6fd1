//! Redis, which makes things faster and may be away: every operation is over within a few dozen milliseconds.

use super::{
    breaker::{Breaker, BreakerError, BreakerState},
    config::RedisConfig,
    limits::Counted,
};
use anyhow::{Context, bail};
use redis::{
    AsyncCommands, Client, RedisError, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

/// How long Redis is left alone once it failed to answer, before it is tried again.
const REST: Duration = Duration::from_millis(500);
/// How long the start waits for a first connection.
const WARM_UP: Duration = Duration::from_secs(1);

/// Takes every key for the owner in `ARGV[1]` for `ARGV[2]` milliseconds, or none: then it answers which (from 0) others have.
static LOCK_ALL: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local taken = {}
         for i, key in ipairs(KEYS) do
           local owner = redis.call('GET', key)
           if owner and owner ~= ARGV[1] then taken[#taken + 1] = i - 1 end
         end
         if #taken == 0 then
           for _, key in ipairs(KEYS) do redis.call('SET', key, ARGV[1], 'PX', ARGV[2]) end
         end
         return taken",
    )
});

/// Frees those of the keys that the owner in `ARGV[1]` has; a lock that ran out may be someone else's by now.
static UNLOCK_ALL: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "for _, key in ipairs(KEYS) do
           if redis.call('GET', key) == ARGV[1] then redis.call('DEL', key) end
         end",
    )
});

/// Stores the copy in `ARGV[1]` for `ARGV[2]` seconds, unless the key says that what it is a copy of has ended.
static KEEP_COPY: LazyLock<Script> = LazyLock::new(|| {
    Script::new("if redis.call('GET', KEYS[1]) ~= '' then redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) end")
});

/// Counts one request of each key, as `limits/gcra.rs` says: `ARGV[1]` is now in microseconds, empty for the clock of Redis; then
/// for each key the microseconds after which one more comes free, and how many are allowed at once. Answers for each whether it
/// passes (1 or 0), and by how many microseconds it is ahead. A key lasts a minute longer than it takes to be full again.
static COUNT_ALL: LazyLock<Script> = LazyLock::new(|| {
    Script::new(
        "local now = tonumber(ARGV[1])
         if not now then
           local time = redis.call('TIME')
           now = time[1] * 1000000 + time[2]
         end
         local told = {}
         for i, key in ipairs(KEYS) do
           local every, burst = tonumber(ARGV[2 * i]), tonumber(ARGV[2 * i + 1])
           local full_at = math.max(tonumber(redis.call('GET', key) or 0), now)
           if full_at - now > burst * every then full_at = now end
           local passes = 0
           if full_at + every - now <= burst * every then
             passes, full_at = 1, full_at + every
             redis.call('SET', key, string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000) + 60000)
           end
           told[2 * i - 1], told[2 * i] = passes, full_at - now
         end
         return told",
    )
});

/// What came of asking for locks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LockOutcome {
    /// All of them are the owner's until they run out or are freed.
    Locked,
    /// None was taken: those at these places of the request belong to others.
    Taken(Vec<usize>),
    /// Redis did not answer in time: go on with PostgreSQL alone. The locks may have been taken all the same, so free
    /// them at the end as ever; otherwise they run out.
    Unavailable,
}

/// A handle on Redis. Connects when first used, reconnects by itself.
#[derive(Clone)]
pub struct Redis {
    connection: ConnectionManager,
    timeout: Duration,
    breaker: Arc<Breaker>,
}

/// What came of an operation that was no answer, or no good one.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error("Redis does not answer in time")]
    Late,
    #[error(transparent)]
    Refused(#[from] RedisError),
}

impl Redis {
    /// Prepares a handle without connecting. Inside a tokio runtime.
    pub fn new(config: &RedisConfig) -> anyhow::Result<Self> {
        let client = Client::open(config.url.as_str()).context("REDIS_URL is not the address of a Redis server")?;
        let timeout = Duration::from_millis(config.timeout_ms);
        let manager = ConnectionManagerConfig::new()
            .set_connection_timeout(Some(WARM_UP))
            .set_response_timeout(Some(timeout))
            .set_number_of_retries(1)
            .set_pipeline_buffer_size(1000);
        let connection = ConnectionManager::new_lazy_with_config(client, manager)?;
        Ok(Self { connection, timeout, breaker: Arc::new(Breaker::new("Redis", REST)) })
    }

    /// Connects ahead of the first use, so that it doesn't run into the time limit. Redis being away is only logged.
    pub async fn warm_up(&self) {
        let mut connection = self.connection.clone();
        match tokio::time::timeout(WARM_UP, connection.ping::<()>()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "Redis is away; going on without it"),
            Err(_) => tracing::warn!("Redis does not answer; going on without it"),
        }
    }

    /// Whether Redis is asked, left alone, or tried again.
    pub fn breaker_state(&self) -> BreakerState {
        self.breaker.state()
    }

    /// The value under a key.
    pub async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        self.bounded(|mut redis| async move { redis.get(key).await }).await
    }

    /// Stores a value for so many seconds.
    pub async fn set_ex(&self, key: &str, value: &[u8], ttl_s: u64) -> anyhow::Result<()> {
        self.bounded(|mut redis| async move { redis.set_ex(key, value, ttl_s).await }).await
    }

    /// Removes a key; one that doesn't exist is fine.
    pub async fn del(&self, key: &str) -> anyhow::Result<()> {
        self.bounded(|mut redis| async move { redis.del(key).await }).await
    }

    /// Stores a copy of something for so many seconds, unless that has ended: see [`Redis::end_copies`].
    pub async fn keep_copy(&self, key: &str, value: &[u8], ttl_s: u64) -> anyhow::Result<()> {
        let mut call = KEEP_COPY.prepare_invoke();
        call.key(key).arg(value).arg(ttl_s);
        self.bounded(|mut redis| async move { call.invoke_async(&mut redis).await }).await
    }

    /// Empties the copies under these keys, and keeps new ones out for so many seconds: who read the original before it ended
    /// may store its copy afterwards. Tries even while Redis is left alone: a copy that stays behind would be believed.
    pub async fn end_copies(&self, keys: &[String], ttl_s: u64) -> anyhow::Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut ends = redis::pipe();
        for key in keys {
            ends.set_ex(key, "", ttl_s).ignore();
        }
        let ends = &ends;
        let end = |mut redis: ConnectionManager| async move { ends.query_async::<()>(&mut redis).await };
        match self.breaker.call(is_silence, self.attempt(end)).await {
            Err(BreakerError::Rejected) => Ok(self.attempt(end).await?),
            Err(BreakerError::Inner(trouble)) => Err(trouble.into()),
            Ok(()) => Ok(()),
        }
    }

    /// Whether Redis answers, and if not, why. Asks even while Redis is left alone.
    pub async fn ping(&self) -> anyhow::Result<()> {
        let mut connection = self.connection.clone();
        Ok(tokio::time::timeout(self.timeout, connection.ping()).await.context("Redis does not answer")??)
    }

    /// Takes all of these locks for the owner, or none of them. Keys the owner has already are taken anew.
    ///
    /// The locks keep a rush away from PostgreSQL; they prove nothing: whoever has one still has to win there.
    pub async fn try_lock_all(&self, keys: &[String], owner: &str, ttl_ms: u64) -> LockOutcome {
        let mut call = LOCK_ALL.prepare_invoke();
        call.key(keys).arg(owner).arg(ttl_ms);
        let taken = self.bounded(|mut redis| async move { call.invoke_async::<Vec<usize>>(&mut redis).await }).await;
        match taken {
            Ok(taken) if taken.is_empty() => LockOutcome::Locked,
            Ok(taken) => LockOutcome::Taken(taken),
            Err(_) => LockOutcome::Unavailable,
        }
    }

    /// Frees those of these locks that the owner still has. Where Redis is away, they run out by themselves.
    pub async fn unlock_all(&self, keys: &[String], owner: &str) {
        let mut call = UNLOCK_ALL.prepare_invoke();
        call.key(keys).arg(owner);
        let freed = self.bounded(|mut redis| async move { call.invoke_async::<()>(&mut redis).await }).await;
        if let Err(error) = freed {
            tracing::debug!(error = format!("{error:#}"), "locks are left to run out");
        }
    }

    /// Counts one request of each of these keys: each with the microseconds after which one more comes free, and how many are
    /// allowed at once. `now_us` is the time for all of them; none for the clock of Redis, which all processes share.
    pub(super) async fn count_all(
        &self,
        asked: &[(&str, i64, i64)],
        now_us: Option<i64>,
    ) -> anyhow::Result<Vec<Counted>> {
        let mut call = COUNT_ALL.prepare_invoke();
        call.arg(now_us.map(|now_us| now_us.to_string()).unwrap_or_default());
        for (key, every_us, burst) in asked {
            call.key(*key).arg(*every_us).arg(*burst);
        }
        let told: Vec<i64> = self.bounded(|mut redis| async move { call.invoke_async(&mut redis).await }).await?;
        let counted = told.chunks_exact(2).map(|pair| Counted { passes: pair[0] == 1, ahead_us: pair[1] });
        Ok(counted.collect())
    }

    /// Runs one operation within the time limit, or not at all while Redis is left alone.
    async fn bounded<T, F>(&self, operation: impl FnOnce(ConnectionManager) -> F) -> anyhow::Result<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        match self.breaker.call(is_silence, self.attempt(operation)).await {
            Err(BreakerError::Rejected) => bail!("Redis did not answer a moment ago"),
            Err(BreakerError::Inner(trouble)) => Err(trouble.into()),
            Ok(answer) => Ok(answer),
        }
    }

    /// Runs one operation within the time limit.
    async fn attempt<T, F>(&self, operation: impl FnOnce(ConnectionManager) -> F) -> Result<T, Trouble>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let answer = tokio::time::timeout(self.timeout, operation(self.connection.clone())).await;
        Ok(answer.map_err(|_| Trouble::Late)??)
    }
}

/// Whether Redis said nothing at all: a refusal is an answer, and no reason to leave it alone.
fn is_silence(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Late => true,
        Trouble::Refused(error) => error.is_io_error() || error.is_timeout() || error.is_connection_dropped(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::{net::TcpListener, time::Instant};

    const TIMEOUT: Duration = Duration::from_millis(20);

    fn redis_at(url: &str) -> Redis {
        Redis::new(&RedisConfig { url: url.to_owned(), timeout_ms: TIMEOUT.as_millis() as u64 }).expect("a handle")
    }

    /// Listens and never says a word, as a process does that was stopped.
    async fn silent() -> (TcpListener, Redis) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let redis = redis_at(&format!("redis://{}", listener.local_addr().expect("an address")));
        (listener, redis)
    }

    async fn until_it_is_left_alone(redis: &Redis) {
        for _ in 0..20 {
            assert!(redis.get("key").await.is_err());
        }
        assert_eq!(redis.breaker_state(), BreakerState::Open);
    }

    #[tokio::test]
    async fn a_silent_redis_costs_a_few_waits_and_then_nothing() {
        let (_listener, redis) = silent().await;
        let began = Instant::now();
        until_it_is_left_alone(&redis).await;
        assert!(began.elapsed() < 10 * TIMEOUT, "{:?}", began.elapsed());
        let began = Instant::now();
        for _ in 0..100 {
            assert!(redis.set_ex("key", b"value", 1).await.is_err());
        }
        assert!(began.elapsed() < TIMEOUT, "{:?}", began.elapsed());
    }

    #[tokio::test]
    async fn a_dead_redis_is_left_alone_too() {
        until_it_is_left_alone(&redis_at("redis://127.0.0.1:1")).await;
    }

    #[tokio::test]
    async fn a_copy_is_ended_even_while_redis_is_left_alone() {
        let (_listener, redis) = silent().await;
        until_it_is_left_alone(&redis).await;
        let began = Instant::now();
        assert!(redis.end_copies(&["key".to_owned()], 1).await.is_err());
        assert!(began.elapsed() >= TIMEOUT, "it was tried");
    }
}
