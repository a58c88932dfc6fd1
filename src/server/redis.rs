//! Redis, which makes things faster and may be away: every operation is over within a few dozen milliseconds.

use super::config::RedisConfig;
use anyhow::{Context, ensure};
use redis::{
    AsyncCommands, Client, RedisResult, Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use std::{
    sync::{Arc, LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long Redis is left alone after it failed to answer, so that an outage costs one wait now and then, not one per
/// operation.
const PAUSE: Duration = Duration::from_millis(500);
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
    paused_until: Arc<Mutex<Option<Instant>>>,
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
        Ok(Self { connection, timeout, paused_until: Arc::default() })
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

    /// The value under a key.
    pub async fn get(&self, key: &str) -> anyhow::Result<Option<Vec<u8>>> {
        self.bounded(|mut redis| async move { redis.get(key).await }).await
    }

    /// Stores a value for so many seconds.
    pub async fn set_ex(&self, key: &str, value: &[u8], ttl_s: u64) -> anyhow::Result<()> {
        self.bounded(|mut redis| async move { redis.set_ex(key, value, ttl_s).await }).await
    }

    /// Removes keys; those that don't exist are fine. Tries even while operations are paused: a copy that stays behind
    /// would be believed.
    pub async fn del(&self, keys: &[String]) -> anyhow::Result<()> {
        if keys.is_empty() {
            return Ok(());
        }
        self.attempt(|mut redis| async move { redis.del(keys).await }).await
    }

    /// Whether Redis answers, and if not, why. Asks even while operations are paused.
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

    /// Runs one operation within the time limit, or not at all while Redis is left alone.
    async fn bounded<T, F>(&self, operation: impl FnOnce(ConnectionManager) -> F) -> anyhow::Result<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        ensure!(!self.is_paused(), "Redis did not answer a moment ago");
        self.attempt(operation).await
    }

    async fn attempt<T, F>(&self, operation: impl FnOnce(ConnectionManager) -> F) -> anyhow::Result<T>
    where
        F: Future<Output = RedisResult<T>>,
    {
        let answer = tokio::time::timeout(self.timeout, operation(self.connection.clone())).await;
        if !answer.as_ref().is_ok_and(is_an_answer) {
            self.pause();
        }
        Ok(answer.context("Redis does not answer in time")??)
    }

    fn is_paused(&self) -> bool {
        let until = *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.is_some_and(|until| Instant::now() < until)
    }

    fn pause(&self) {
        tracing::warn!("Redis does not answer; asking again in {} ms", PAUSE.as_millis());
        *self.paused_until.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now() + PAUSE);
    }
}

/// Whether Redis said anything at all, be it a refusal: only silence is a reason to leave it alone.
fn is_an_answer<T>(result: &RedisResult<T>) -> bool {
    !matches!(result, Err(error) if error.is_io_error() || error.is_timeout() || error.is_connection_dropped())
}
