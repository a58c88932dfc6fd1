//! API keys.

use super::{Granted, credential};
use crate::{
    api::access::Scope,
    error::Error,
    id::{ApiKeyId, EventId, UserId},
    server::{
        Result,
        clock::new_id,
        credential::Kind,
        secret::{Secret, random_bytes},
        state::AppState,
    },
    users::{
        programs::model::{ApiKey, FormerSecret, KEYS_MAX, KeyTerms, NewApiKey},
        store::{lock_person, require_active},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;
use std::sync::Arc;

/// What a key begins with; then eight digits that are shown in lists, and the secret.
pub(super) const BEGIN: &str = "evk_";
const PREFIX_DIGITS: usize = 8;
/// How often it is written down that a key is used.
const NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

#[derive(sqlx::FromRow)]
struct KeyRow {
    id: ApiKeyId,
    name: String,
    prefix: String,
    scopes: Vec<String>,
    event_id: Option<EventId>,
    expires_at: Option<DateTime<Utc>>,
    last_used_at: Option<DateTime<Utc>>,
    former_prefix: Option<String>,
    former_until: Option<DateTime<Utc>>,
    former_used_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

const KEY: &str = "id, name, prefix, scopes, event_id, expires_at, last_used_at, former_prefix, former_until, \
    former_used_at, created_at";

impl KeyRow {
    fn tell(self, now: DateTime<Utc>) -> ApiKey {
        let former = self.former_prefix.zip(self.former_until).filter(|(_, works_until)| now < *works_until);
        let last_used_at = self.former_used_at;
        ApiKey {
            id: self.id,
            name: self.name,
            prefix: self.prefix,
            scopes: read_scopes(&self.scopes),
            event_id: self.event_id,
            expires_at: self.expires_at,
            last_used_at: self.last_used_at,
            former: former.map(|(prefix, works_until)| FormerSecret { prefix, works_until, last_used_at }),
            created_at: self.created_at,
        }
    }
}

/// A scope that the program doesn't know any more opens nothing.
fn read_scopes(keys: &[String]) -> Vec<Scope> {
    keys.iter().filter_map(|key| Scope::parse(key)).collect()
}

/// A new secret with what it begins with.
struct NewSecret {
    prefix: String,
    secret: Secret,
}

impl NewSecret {
    fn new() -> Result<Self> {
        let digits = hex::encode(random_bytes()?);
        Ok(Self { prefix: format!("{BEGIN}{}", &digits[..PREFIX_DIGITS]), secret: Secret::new()? })
    }

    fn text(&self) -> String {
        format!("{}_{}", self.prefix, self.secret.text())
    }
}

/// Makes a key of a person. Errors: `Forbidden` for who has as many as one can; `SignInRequired`.
pub async fn create_key(state: &AppState, user_id: UserId, terms: KeyTerms) -> Result<NewApiKey> {
    let new = NewSecret::new()?;
    let mut tx = state.db.begin().await?;
    lock_person(&mut tx, user_id).await?;
    let count: i64 = sqlx::query_scalar("select count(*) from api_keys where user_id = $1")
        .bind(user_id)
        .fetch_one(&mut *tx)
        .await?;
    if count >= KEYS_MAX as i64 {
        return Err(Error::Forbidden.into());
    }
    let now = state.clock.now_in(&mut tx).await?;
    let sql = const_format::formatcp!(
        "insert into api_keys (id, user_id, name, scopes, event_id, prefix, secret_hash, expires_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning {KEY}"
    );
    let row: KeyRow = sqlx::query_as(sql)
        .bind(ApiKeyId(new_id()))
        .bind(user_id)
        .bind(terms.name)
        .bind(terms.scopes.iter().map(|scope| scope.key()).collect::<Vec<_>>())
        .bind(terms.event_id)
        .bind(&new.prefix)
        .bind(&new.secret.hash()[..])
        .bind(terms.lasts.map(|lasts| now + lasts))
        .bind(now)
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(NewApiKey { api_key: row.tell(now), secret: new.text() })
}

/// The keys of a person, the newest first, those that are over too.
pub async fn list_keys(state: &AppState, user_id: UserId) -> Result<Vec<ApiKey>> {
    let sql = const_format::formatcp!("select {KEY} from api_keys where user_id = $1 order by id desc");
    let rows: Vec<KeyRow> = sqlx::query_as(sql).bind(user_id).fetch_all(state.db.pool()).await?;
    let now = state.clock.now();
    Ok(rows.into_iter().map(|row| row.tell(now)).collect())
}

/// All keys of a person that are kept.
pub(in crate::users) async fn export_keys(state: &AppState, user_id: UserId) -> Result<Vec<ApiKey>> {
    list_keys(state, user_id).await
}

/// Gives a key of this person a new secret at once; the one before works for `overlap` more, and one before that not at all.
///
/// Errors: `NotFound`, also for someone else's and one that is over.
pub async fn rotate_key(state: &AppState, user_id: UserId, key_id: ApiKeyId, overlap: TimeDelta) -> Result<NewApiKey> {
    let new = NewSecret::new()?;
    let mut tx = state.db.begin().await?;
    require_active(&mut tx, user_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let before = "select secret_hash, former_hash from api_keys
                  where id = $1 and user_id = $2 and (expires_at is null or expires_at > $3) for update";
    let before: Option<(Vec<u8>, Option<Vec<u8>>)> =
        sqlx::query_as(before).bind(key_id).bind(user_id).bind(now).fetch_optional(&mut *tx).await?;
    let (current, former) = before.ok_or(Error::NotFound)?;
    let sql = const_format::formatcp!(
        "update api_keys set former_prefix = case when $4 > $5 then prefix end, former_hash = case when $4 > $5 then secret_hash end,
             former_until = case when $4 > $5 then $4 end, former_used_at = case when $4 > $5 then last_used_at end,
             prefix = $2, secret_hash = $3, last_used_at = null
         where id = $1 returning {KEY}"
    );
    let row: KeyRow = sqlx::query_as(sql)
        .bind(key_id)
        .bind(&new.prefix)
        .bind(&new.secret.hash()[..])
        .bind(now + overlap)
        .bind(now)
        .fetch_one(&mut *tx)
        .await?;
    tx.commit().await?;
    state.bearers.forget_keys(&[current, former.unwrap_or_default()]);
    Ok(NewApiKey { api_key: row.tell(now), secret: new.text() })
}

/// Ends a key of this person at once. Errors: `NotFound`, also for someone else's and one that was revoked.
pub async fn revoke_key(state: &AppState, user_id: UserId, key_id: ApiKeyId) -> Result<()> {
    let sql = "delete from api_keys where id = $1 and user_id = $2 returning secret_hash, former_hash";
    let ended: Option<(Vec<u8>, Option<Vec<u8>>)> =
        sqlx::query_as(sql).bind(key_id).bind(user_id).fetch_optional(state.db.pool()).await?;
    let (current, former) = ended.ok_or(Error::NotFound)?;
    state.bearers.forget_keys(&[current, former.unwrap_or_default()]);
    Ok(())
}

pub(super) async fn remove_keys_of(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    sqlx::query("delete from api_keys where user_id = $1").bind(user_id).execute(conn).await?;
    Ok(())
}

/// The hashes of keys that have ended, and whose copies have yet to go: `Bearers::forget_ended_keys`, after the commit.
#[derive(Debug)]
#[must_use = "until they are forgotten, their copies are still answered with"]
pub(in crate::users) struct EndedKeys(pub(super) Vec<Vec<u8>>);

/// Ends the keys that were made before the person's address was confirmed: whoever made them may have registered an address that is
/// somebody else's. To be called before the address counts as confirmed.
pub(in crate::users) async fn end_unproven_keys(conn: &mut PgConnection, user_id: UserId) -> Result<EndedKeys> {
    let ended: Vec<(Vec<u8>, Option<Vec<u8>>)> = sqlx::query_as(
        "delete from api_keys using users
         where users.id = $1 and user_id = $1 and api_keys.created_at < coalesce(email_verified_at, 'infinity')
         returning secret_hash, former_hash",
    )
    .bind(user_id)
    .fetch_all(conn)
    .await?;
    Ok(EndedKeys(ended.into_iter().flat_map(|(current, former)| [Some(current), former]).flatten().collect()))
}

#[derive(sqlx::FromRow)]
struct Found {
    id: ApiKeyId,
    user_id: UserId,
    scopes: Vec<String>,
    event_id: Option<EventId>,
    is_former: bool,
    used_at: Option<DateTime<Utc>>,
}

/// What a key opens.
pub(super) async fn find_granted(state: &AppState, token: &str) -> Result<Option<Granted>> {
    let Some((prefix, secret)) = parse_key(token) else { return Ok(None) };
    let hash = secret.hash();
    if let Some(known) = state.bearers.keys.get(&hash) {
        return Ok(known.map(|granted| Granted::clone(&granted)));
    }
    let found: Option<Found> = sqlx::query_as(
        "select api_keys.id, user_id, scopes, event_id, former_hash is not distinct from $1 as is_former,
                case when former_hash is not distinct from $1 then former_used_at else last_used_at end as used_at
         from api_keys join users on users.id = user_id and is_active
         where (secret_hash = $1 and prefix = $2
                or former_hash = $1 and former_prefix = $2 and former_until > coalesce($3, clock_timestamp()))
           and (expires_at is null or expires_at > coalesce($3, clock_timestamp()))",
    )
    .bind(&hash[..])
    .bind(prefix)
    .bind(state.clock.fixed_now())
    .fetch_optional(state.db.pool())
    .await?;
    if let Some(found) = &found {
        note_use(state, found).await?;
    }
    let granted = found.map(|found| {
        let credential = credential(found.id.0, Kind::Key, found.user_id, found.event_id);
        Arc::new(Granted { credential, scopes: read_scopes(&found.scopes) })
    });
    state.bearers.keys.insert(hash, granted.clone());
    Ok(granted.map(|granted| Granted::clone(&granted)))
}

/// Writes down that a key is used, at most once a minute: of many who would at once, one does.
async fn note_use(state: &AppState, found: &Found) -> Result<()> {
    let now = state.clock.now();
    let due = now - NOTED_EVERY;
    if found.used_at.is_some_and(|used_at| used_at > due) {
        return Ok(());
    }
    let sql = if found.is_former {
        "update api_keys set former_used_at = $2 where id = $1 and (former_used_at is null or former_used_at <= $3)"
    } else {
        "update api_keys set last_used_at = $2 where id = $1 and (last_used_at is null or last_used_at <= $3)"
    };
    sqlx::query(sql).bind(found.id).bind(now).bind(due).execute(state.db.pool()).await?;
    Ok(())
}

/// What a key begins with, and its secret.
fn parse_key(token: &str) -> Option<(&str, Secret)> {
    let (prefix, secret) = token.rsplit_once('_')?;
    let digits = prefix.strip_prefix(BEGIN)?;
    let is_prefix = digits.len() == PREFIX_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_prefix.then_some((prefix, Secret::parse(secret)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_back_as_it_was_written() {
        let new = NewSecret::new().expect("a secret");
        let text = new.text();
        let read = parse_key(&text).map(|(prefix, secret)| (prefix.to_owned(), secret));
        assert_eq!(read, Some((new.prefix.clone(), new.secret.clone())));
        for odd in ["", "evk_", "evk__", &text[..20], &text.replace("evk_", "evr_"), &text.to_uppercase()] {
            assert_eq!(parse_key(odd).map(|(prefix, _)| prefix), None, "{odd}");
        }
    }
}
