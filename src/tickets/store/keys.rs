//! The keys that sign tickets: made by whoever needs one first, changed by a command, kept in memory for a minute.

use crate::{
    server::{Result, clock::new_id, secret::random_bytes, state::AppState},
    tickets::token::{PublicKey, SigningKey},
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use moka::future::Cache;
use sqlx::PgConnection;
use std::{sync::Arc, time::Duration};

/// The advisory lock under which the first key is made; the number only has to be no other lock's.
const KEYS_LOCK: i64 = 0x71C_3E75;
/// How long a process believes what it has read: what was changed is known a minute later everywhere.
const BELIEVED: Duration = Duration::from_secs(60);
/// How long a new key is only known before it signs: longer than processes believe, and than a door that has a connection goes
/// without reading its list anew.
const ANNOUNCED: TimeDelta = TimeDelta::minutes(10);

/// The keys that a process knows. Clones share them.
#[derive(Clone)]
pub struct TicketKeys(Cache<(), Arc<Keyring>>);

impl Default for TicketKeys {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(1).time_to_live(BELIEVED).build())
    }
}

/// What signs and what verifies.
#[derive(Debug)]
pub struct Keyring {
    /// The newest key whose time to sign has come.
    pub signing: SigningKey,
    /// The public halves of all keys that are not retired, the newest first.
    pub public: Vec<PublicKey>,
}

impl TicketKeys {
    /// The keys, of which the first is made where there is none.
    pub async fn get(&self, state: &AppState) -> Result<Arc<Keyring>> {
        if let Some(known) = self.0.get(&()).await {
            return Ok(known);
        }
        let keyring = Arc::new(find_or_make(state).await?);
        self.0.insert((), Arc::clone(&keyring)).await;
        Ok(keyring)
    }
}

/// Why the keys are changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Because it is time: what was signed before stays good, and the new key signs in ten minutes.
    InTime,
    /// Because somebody else may have one: the new key signs at once, and nothing that was signed before is good any more. Pages
    /// and new documents show good codes within a minute; what was printed or mailed doesn't.
    Stolen,
}

/// Makes a new key that signs tickets. Answers when it begins to, and how many keys verify nothing any more because of it.
pub async fn change_keys(state: &AppState, change: Change) -> Result<(DateTime<Utc>, u64)> {
    let mut tx = state.db.begin().await?;
    lock_keys(&mut tx).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let (signs_from, retired) = match change {
        Change::InTime => (now + ANNOUNCED, 0),
        Change::Stolen => {
            let sql = "update ticket_keys set retired_at = greatest($1, created_at) where retired_at is null";
            (now, sqlx::query(sql).bind(now).execute(&mut *tx).await?.rows_affected())
        }
    };
    insert_key(&mut tx, now, signs_from).await?;
    tx.commit().await?;
    state.ticket_keys.0.invalidate(&()).await;
    Ok((signs_from, retired))
}

async fn find_or_make(state: &AppState) -> Result<Keyring> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now();
    if let Some(keyring) = find_keys(&mut conn, now).await? {
        return Ok(keyring);
    }
    drop(conn);
    let mut tx = state.db.begin().await?;
    lock_keys(&mut tx).await?;
    if let Some(keyring) = find_keys(&mut tx, now).await? {
        return Ok(keyring);
    }
    insert_key(&mut tx, now, now).await?;
    let keyring = find_keys(&mut tx, now).await?.context("a key that was just made")?;
    tx.commit().await?;
    Ok(keyring)
}

/// Until the transaction ends nobody else makes a key or retires one.
async fn lock_keys(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock($1)").bind(KEYS_LOCK).execute(conn).await?;
    Ok(())
}

/// The keys as they are at `now`; none before the first is made.
async fn find_keys(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Keyring>> {
    let rows: Vec<(Vec<u8>, Vec<u8>, DateTime<Utc>)> = sqlx::query_as(
        "select secret_key, public_key, signs_from from ticket_keys where retired_at is null
         order by signs_from desc, id desc",
    )
    .fetch_all(conn)
    .await?;
    // A clock that is behind finds the time of none come: the oldest signs then, which everybody knows.
    let Some((secret, ..)) = rows.iter().find(|(.., signs_from)| *signs_from <= now).or(rows.last()) else {
        return Ok(None);
    };
    let signing = SigningKey::from_seed(secret).context("a key for tickets is none")?;
    let public = rows.iter().filter_map(|(_, public, _)| PublicKey::try_from(public.as_slice()).ok()).collect();
    Ok(Some(Keyring { signing, public }))
}

async fn insert_key(conn: &mut PgConnection, now: DateTime<Utc>, signs_from: DateTime<Utc>) -> Result<()> {
    let seed = random_bytes()?;
    let public = SigningKey::from_seed(&seed).context("a seed makes a key")?.public();
    sqlx::query(
        "insert into ticket_keys (id, public_key, secret_key, created_at, signs_from) values ($1, $2, $3, $4, $5)",
    )
    .bind(new_id())
    .bind(public.as_slice())
    .bind(seed.as_slice())
    .bind(now)
    .bind(signs_from)
    .execute(conn)
    .await?;
    Ok(())
}
