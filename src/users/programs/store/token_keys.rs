//! What signs access tokens: made by whoever needs it first, changed every month, kept in memory for a minute.

use crate::{
    server::{Result, clock::new_id, secret::random_bytes, state::AppState},
    users::programs::jwt::{Claims, TokenKey, key_of},
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use moka::{future::Cache, sync::Cache as Recent};
use sqlx::PgConnection;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

/// The advisory lock under which a key is made; the number only has to be no other lock's.
const KEYS_LOCK: i64 = 0x70C_E475;
/// How long a process believes what it has read.
const BELIEVED: Duration = Duration::from_secs(60);
/// How often a token of a key that isn't known has them read anew: another process may have made it a moment ago, and so may
/// anybody who makes up tokens.
const REREAD_EVERY: Duration = Duration::from_secs(1);
/// How long a key signs.
const SIGNS_FOR: TimeDelta = TimeDelta::days(30);
/// How long it verifies after that: longer than any token lasts, and any process signs with the one before.
const VERIFIES_FOR: TimeDelta = TimeDelta::days(1);

/// The keys that a process knows, the newest first. Clones share them.
#[derive(Clone)]
pub struct TokenKeys {
    known: Cache<(), Arc<Vec<TokenKey>>>,
    reread: Recent<(), ()>,
}

impl Default for TokenKeys {
    fn default() -> Self {
        Self {
            known: Cache::builder().max_capacity(1).time_to_live(BELIEVED).build(),
            reread: Recent::builder().max_capacity(1).time_to_live(REREAD_EVERY).build(),
        }
    }
}

/// The token that says this.
pub(super) async fn sign(state: &AppState, claims: &Claims) -> Result<String> {
    let keys = get(state).await?;
    Ok(keys.first().context("a key to sign with")?.sign(claims)?)
}

/// What a token says, if a key of ours has signed it, and its time is not up.
pub(super) async fn read(state: &AppState, token: &str) -> Result<Option<Claims>> {
    let Some(key_id) = key_of(token) else { return Ok(None) };
    let mut keys = get(state).await?;
    if !keys.iter().any(|key| key.id == key_id) && state.token_keys.reread.get(&()).is_none() {
        state.token_keys.reread.insert((), ());
        state.token_keys.known.invalidate(&()).await;
        keys = get(state).await?;
    }
    let key = keys.iter().find(|key| key.id == key_id);
    Ok(key.and_then(|key| key.read(token, &state.config.public_url, state.clock.now())))
}

/// Makes a new key when the newest has signed for a month, and removes those that verify nothing any more. Answers how many
/// were made and removed. Safe to call from many processes at once.
pub async fn renew_token_keys(state: &AppState) -> Result<u64> {
    let mut tx = state.db.begin().await?;
    lock_keys(&mut tx).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let newest: Option<DateTime<Utc>> =
        sqlx::query_scalar("select max(created_at) from token_keys").fetch_one(&mut *tx).await?;
    let mut changed = 0;
    if newest.is_some_and(|newest| newest + SIGNS_FOR <= now) {
        insert_key(&mut tx, now).await?;
        changed += 1;
    }
    let old = "delete from token_keys where created_at <= $1
               and exists (select from token_keys newer where newer.created_at > token_keys.created_at and newer.created_at <= $2)";
    let removed = sqlx::query(old).bind(now - SIGNS_FOR).bind(now - VERIFIES_FOR).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(changed + removed.rows_affected())
}

async fn get(state: &AppState) -> Result<Arc<Vec<TokenKey>>> {
    if let Some(known) = state.token_keys.known.get(&()).await {
        return Ok(known);
    }
    let keys = Arc::new(find_or_make(state).await?);
    state.token_keys.known.insert((), Arc::clone(&keys)).await;
    Ok(keys)
}

async fn find_or_make(state: &AppState) -> Result<Vec<TokenKey>> {
    let mut conn = state.db.pool().acquire().await?;
    let keys = find_keys(&mut conn).await?;
    if !keys.is_empty() {
        return Ok(keys);
    }
    drop(conn);
    let mut tx = state.db.begin().await?;
    lock_keys(&mut tx).await?;
    let mut keys = find_keys(&mut tx).await?;
    if keys.is_empty() {
        let now = state.clock.now_in(&mut tx).await?;
        insert_key(&mut tx, now).await?;
        keys = find_keys(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(keys)
}

/// Until the transaction ends nobody else makes a key.
async fn lock_keys(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock($1)").bind(KEYS_LOCK).execute(conn).await?;
    Ok(())
}

async fn find_keys(conn: &mut PgConnection) -> Result<Vec<TokenKey>> {
    let sql = "select id, secret_key from token_keys order by created_at desc, id desc";
    let rows: Vec<(Uuid, Vec<u8>)> = sqlx::query_as(sql).fetch_all(conn).await?;
    Ok(rows.iter().map(|(id, secret)| TokenKey::new(*id, secret)).collect())
}

async fn insert_key(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<()> {
    let secret = random_bytes()?;
    sqlx::query("insert into token_keys (id, secret_key, created_at) values ($1, $2, $3)")
        .bind(new_id())
        .bind(secret.as_slice())
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}
