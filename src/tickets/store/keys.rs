//! The keys that sign tickets: made by whoever needs one first, kept in memory for a minute.

use crate::{
    server::{Result, clock::new_id, secret::random_bytes, state::AppState},
    tickets::token::{PublicKey, SigningKey},
};
use anyhow::Context;
use moka::future::Cache;
use sqlx::PgConnection;
use std::{sync::Arc, time::Duration};

/// The advisory lock under which the first key is made; the number only has to be no other lock's.
const KEYS_LOCK: i64 = 0x71C_3E75;
/// How long a process believes what it has read: a new key signs, and is known, a minute later everywhere.
const BELIEVED: Duration = Duration::from_secs(60);

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
    /// The newest key.
    pub signing: SigningKey,
    /// The public halves of all keys, the newest first.
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

async fn find_or_make(state: &AppState) -> Result<Keyring> {
    let mut conn = state.db.pool().acquire().await?;
    if let Some(keyring) = find_keys(&mut conn).await? {
        return Ok(keyring);
    }
    drop(conn);
    let mut tx = state.db.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(KEYS_LOCK).execute(&mut *tx).await?;
    if let Some(keyring) = find_keys(&mut tx).await? {
        return Ok(keyring);
    }
    let keyring = make_key(&mut tx, state).await?;
    tx.commit().await?;
    Ok(keyring)
}

async fn find_keys(conn: &mut PgConnection) -> Result<Option<Keyring>> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> =
        sqlx::query_as("select secret_key, public_key from ticket_keys order by created_at desc, id desc")
            .fetch_all(conn)
            .await?;
    let Some((newest, _)) = rows.first() else { return Ok(None) };
    let signing = SigningKey::from_seed(newest).context("a key for tickets is none")?;
    let public = rows.iter().filter_map(|(_, public)| PublicKey::try_from(public.as_slice()).ok()).collect();
    Ok(Some(Keyring { signing, public }))
}

async fn make_key(conn: &mut PgConnection, state: &AppState) -> Result<Keyring> {
    let seed = random_bytes()?;
    let signing = SigningKey::from_seed(&seed).context("a seed makes a key")?;
    let public = signing.public();
    sqlx::query("insert into ticket_keys (id, public_key, secret_key, created_at) values ($1, $2, $3, $4)")
        .bind(new_id())
        .bind(public.as_slice())
        .bind(seed.as_slice())
        .bind(state.clock.now())
        .execute(conn)
        .await?;
    Ok(Keyring { signing, public: vec![public] })
}
