//! Sessions: PostgreSQL has them, Redis answers for it a minute long, and the process itself for two seconds.
//!
//! Neither knows a session's id, only its hash, so that who reads a backup or a cache can't take over sessions.
//! A flushed or absent Redis signs nobody out. A session ended while Redis was away is over at the latest when its
//! cached copy runs out; one ended by another process, after those two seconds.

use super::{Result, db::Db, redis::Redis, vitals::count_session};
use crate::{
    id::{SessionId, UserId},
    users::model::Session,
};
use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::{collections::HashMap, fmt, time::Duration};
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore as Store,
    session::{Id, Record},
    session_store,
};
use uuid::Uuid;

/// The session's key for the id of who is signed in; also a column, so that a person's sessions can be ended.
pub(super) const USER_ID: &str = "user_id";
/// The session's key for the day it was last used.
pub(super) const SEEN_ON: &str = "seen_on";
/// The session's key for what it was begun with, in words: "Firefox on Linux".
pub(super) const DEVICE: &str = "device";

/// Seconds a copy in Redis is believed.
const CACHE_TTL_S: u64 = 60;
/// How long this process believes its own copy: as long as a person takes from a page to the request it leads to at
/// once, and short enough to wait for when a session was ended elsewhere.
const RECENT_TTL: Duration = Duration::from_secs(2);
/// Copies in this process, of about half a kB each.
const RECENT_MAX: u64 = 20_000;
/// Sessions of a person that are shown at most.
const LISTED_MAX: i64 = 200;
/// Seconds for which the copy of a session that was ended stays away: longer than any request that had read it before may take
/// to store what it read.
const ENDED_TTL_S: u64 = 120;
/// Expired sessions removed by one statement.
const REMOVED_AT_ONCE: i64 = 5_000;
/// Tries to find an unused id. One is enough with 128 random bits; the bound keeps a fault from looping.
const CREATE_TRIES: usize = 3;

/// The sessions of this site. Clones share the copies that the process has.
#[derive(Clone)]
pub struct SessionStore {
    db: Db,
    redis: Redis,
    recent: Cache<IdHash, Kept>,
}

/// What a session is known by outside its owner's cookie.
type IdHash = [u8; 32];

/// Sessions whose rows are gone, and whose copies have yet to go: [`SessionStore::forget`], after the commit.
#[derive(Debug)]
#[must_use = "until they are forgotten, their copies are still answered with"]
pub struct Ended(Vec<IdHash>);

/// What is kept of a session beside its id.
#[derive(Clone, Serialize, Deserialize)]
struct Kept {
    data: HashMap<String, Value>,
    expires_at: DateTime<Utc>,
}

impl Kept {
    fn lasts(&self) -> bool {
        self.expires_at.timestamp() > OffsetDateTime::now_utc().unix_timestamp()
    }
}

impl SessionStore {
    /// The sessions in this database, with this Redis in front.
    pub fn new(db: Db, redis: Redis) -> Self {
        let recent = Cache::builder().max_capacity(RECENT_MAX).time_to_live(RECENT_TTL).build();
        Self { db, redis, recent }
    }

    /// A person's sessions, the newest first, 200 at most; `current` is the caller's own.
    pub async fn list_of_user(&self, user_id: UserId, current: Option<Id>) -> Result<Vec<Session>> {
        let select = "select public_id, coalesce(id_hash = $2, false), data, created_at from sessions
                      where user_id = $1 and expires_at > clock_timestamp() order by created_at desc limit $3";
        let rows: Vec<(SessionId, bool, Vec<u8>, DateTime<Utc>)> = sqlx::query_as(select)
            .bind(user_id)
            .bind(current.map(|id| hash(id).to_vec()))
            .bind(LISTED_MAX)
            .fetch_all(self.db.pool())
            .await
            .context("listing the sessions of a person")?;
        let session = |(id, is_current, data, created_at): (_, _, Vec<u8>, _)| {
            let data: HashMap<String, Value> = serde_json::from_slice(&data).context("reading a session")?;
            let text = |key| data.get(key).and_then(Value::as_str);
            let device = text(DEVICE).unwrap_or_default().to_owned();
            let last_used_on = text(SEEN_ON).and_then(|day| day.parse().ok());
            Ok(Session { id, is_current, device, last_used_on, created_at })
        };
        rows.into_iter().map(session).collect()
    }

    /// Ends one session of this person, and answers whether there was one.
    pub async fn delete_one(&self, user_id: UserId, session_id: SessionId) -> Result<bool> {
        let delete = "delete from sessions where user_id = $1 and public_id = $2 returning id_hash";
        let deleted = sqlx::query_scalar(delete)
            .bind(user_id)
            .bind(session_id)
            .fetch_all(self.db.pool())
            .await
            .context("ending a session of a person")?;
        let ended = Ended::new(deleted);
        let was_there = !ended.0.is_empty();
        self.forget(ended).await;
        Ok(was_there)
    }

    /// Ends every session of this person, except the one given, when the transaction is committed. Their copies go after it.
    pub async fn delete_of_user(&self, conn: &mut PgConnection, user_id: UserId, except: Option<Id>) -> Result<Ended> {
        let delete = "delete from sessions where user_id = $1 and id_hash is distinct from $2 returning id_hash";
        let deleted = sqlx::query_scalar(delete)
            .bind(user_id)
            .bind(except.map(|id| hash(id).to_vec()))
            .fetch_all(conn)
            .await
            .context("ending the sessions of a person")?;
        Ok(Ended::new(deleted))
    }

    /// Removes the sessions that are over, and says how many. Only tidies: they are not answered with any more.
    pub async fn delete_expired(&self) -> Result<u64> {
        let delete = "delete from sessions where id_hash in (
                          select id_hash from sessions where expires_at < clock_timestamp() limit $1 for update skip locked)";
        let mut removed = 0;
        loop {
            let batch = sqlx::query(delete).bind(REMOVED_AT_ONCE).execute(self.db.pool()).await;
            let count = batch.context("removing expired sessions")?.rows_affected();
            removed += count;
            if count < REMOVED_AT_ONCE as u64 {
                return Ok(removed);
            }
        }
    }

    async fn insert(&self, record: &Record) -> anyhow::Result<bool> {
        let insert = "insert into sessions (id_hash, user_id, data, expires_at) values ($1, $2, $3, $4)
                      on conflict (id_hash) do nothing";
        let inserted = sqlx::query(insert)
            .bind(hash(record.id).to_vec())
            .bind(user_id(record))
            .bind(serde_json::to_vec(&record.data)?)
            .bind(expires_at(record)?)
            .execute(self.db.pool())
            .await?;
        Ok(inserted.rows_affected() == 1)
    }

    /// Only an update: a session that was ended while a request still used it must not come back.
    async fn update(&self, record: &Record) -> anyhow::Result<bool> {
        let update = "update sessions set user_id = $2, data = $3, expires_at = $4 where id_hash = $1";
        let updated = sqlx::query(update)
            .bind(hash(record.id).to_vec())
            .bind(user_id(record))
            .bind(serde_json::to_vec(&record.data)?)
            .bind(expires_at(record)?)
            .execute(self.db.pool())
            .await?;
        Ok(updated.rows_affected() == 1)
    }

    async fn select(&self, id: Id) -> anyhow::Result<Option<Kept>> {
        let select = "select data, expires_at from sessions where id_hash = $1 and expires_at > clock_timestamp()";
        let row: Option<(Vec<u8>, DateTime<Utc>)> =
            sqlx::query_as(select).bind(hash(id).to_vec()).fetch_optional(self.db.pool()).await?;
        row.map(|(data, expires_at)| Ok(Kept { data: serde_json::from_slice(&data)?, expires_at })).transpose()
    }

    async fn remove(&self, id: Id) -> anyhow::Result<()> {
        let delete = "delete from sessions where id_hash = $1";
        let deleted = sqlx::query(delete).bind(hash(id).to_vec()).execute(self.db.pool()).await?;
        if deleted.rows_affected() > 0 {
            self.forget(Ended(vec![hash(id)])).await;
        }
        Ok(())
    }

    async fn find(&self, id: Id) -> anyhow::Result<Option<Kept>> {
        let hash = hash(id);
        if let Some(recent) = self.recent.get(&hash).filter(Kept::lasts) {
            return Ok(Some(recent));
        }
        if let Some(cached) = self.recall(&hash).await {
            self.recent.insert(hash, cached.clone());
            count_session(true);
            return Ok(Some(cached));
        }
        count_session(false);
        let kept = self.select(id).await?;
        if let Some(kept) = &kept {
            self.remember(hash, kept).await;
        }
        Ok(kept)
    }

    /// The copy in Redis, if there is one that can be read and is not over yet.
    async fn recall(&self, hash: &IdHash) -> Option<Kept> {
        let bytes = self.redis.get(&key(hash)).await.ok()??;
        serde_json::from_slice(&bytes).ok().filter(Kept::lasts)
    }

    /// Without Redis, somebody asks PostgreSQL again soon: nothing to report.
    async fn remember(&self, hash: IdHash, kept: &Kept) {
        if let Ok(bytes) = serde_json::to_vec(kept) {
            self.redis.keep_copy(&key(&hash), &bytes, CACHE_TTL_S).await.ok();
        }
        self.recent.insert(hash, kept.clone());
    }

    /// Removes the copies of sessions that were ended. Not inside a transaction: Redis is asked.
    pub async fn forget(&self, Ended(hashes): Ended) {
        let keys: Vec<String> = hashes.iter().map(key).collect();
        if let Err(error) = self.redis.end_copies(&keys, ENDED_TTL_S).await {
            let error = format!("{error:#}");
            tracing::warn!(error, "ended sessions may be answered with until their copies in Redis run out");
        }
        // Last, or a request could copy them from Redis meanwhile.
        hashes.iter().for_each(|hash| self.recent.invalidate(hash));
    }
}

impl Ended {
    fn new(hashes: Vec<Vec<u8>>) -> Self {
        Self(hashes.into_iter().filter_map(|hash| hash.try_into().ok()).collect())
    }
}

#[async_trait]
impl Store for SessionStore {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        for _ in 0..CREATE_TRIES {
            if self.insert(record).await.map_err(report)? {
                return Ok(());
            }
            record.id = Id::default();
        }
        Err(session_store::Error::Backend("no unused session id was found".to_owned()))
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        if self.update(record).await.map_err(report)? {
            let expires_at = expires_at(record).map_err(report)?;
            self.remember(hash(record.id), &Kept { data: record.data.clone(), expires_at }).await;
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let kept = self.find(*id).await.map_err(report)?;
        kept.map(|kept| record(*id, kept)).transpose().map_err(report)
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        self.remove(*id).await.map_err(report)
    }
}

impl fmt::Debug for SessionStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionStore").finish_non_exhaustive()
    }
}

/// The log gets the causes here, because tower-sessions carries a text only.
fn report(error: anyhow::Error) -> session_store::Error {
    tracing::warn!(error = format!("{error:#}"), "a session could not be looked up or kept");
    session_store::Error::Backend("the sessions are away".to_owned())
}

fn hash(id: Id) -> IdHash {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn key(hash: &IdHash) -> String {
    format!("session:{}", hex::encode(hash))
}

fn user_id(record: &Record) -> Option<Uuid> {
    record.data.get(USER_ID)?.as_str()?.parse().ok()
}

fn expires_at(record: &Record) -> anyhow::Result<DateTime<Utc>> {
    DateTime::from_timestamp(record.expiry_date.unix_timestamp(), 0).context("a session ends at no instant")
}

fn record(id: Id, kept: Kept) -> anyhow::Result<Record> {
    let expiry_date = OffsetDateTime::from_unix_timestamp(kept.expires_at.timestamp())?;
    Ok(Record { id, data: kept.data, expiry_date })
}
