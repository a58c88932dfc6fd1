//! Apps: begun with a password, kept going by refresh tokens of which each is good once.

use super::{Granted, credential, token_keys};
use crate::{
    api::access::Scope,
    error::Error,
    id::{AppId, UserId},
    server::{
        Failure, Result,
        clock::new_id,
        credential::Kind,
        secret::{Secret, random_bytes},
        state::AppState,
    },
    users::{
        programs::{
            jwt::Claims,
            model::{ConnectedApp, Tokens},
        },
        store::require_active,
    },
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use ring::hmac::{HMAC_SHA256, Key, sign};
use sqlx::PgConnection;

/// What a refresh token begins with; then the app's id and a secret.
const BEGIN: &str = "evr_";
/// Bytes of a secret that say which it is; as many say that it is the app's.
const HALF: usize = 16;
/// Tells what vouches for a secret from the secret after it, which the same key makes.
const MARK: &[u8] = b"own";
/// How long the token before is answered with the same as the first time: an answer gets lost, and the app asks again.
const LOST_ANSWER: TimeDelta = TimeDelta::seconds(30);
/// Apps of a person; a new one ends the one that was not used for longest.
const APPS_MAX: i64 = 50;
/// Rows removed by one statement.
const REMOVED_AT_ONCE: i64 = 5_000;

const APP: &str = "id, name, created_at, refreshed_at, expires_at";

/// Begins an app of a person whose password was right.
pub async fn begin_app(state: &AppState, user_id: UserId, name: &str) -> Result<Tokens> {
    let (app_id, chain_key) = (AppId(new_id()), random_bytes()?);
    let secret = marked(&chain_key, &random_bytes()?)?;
    let mut tx = state.db.begin().await?;
    require_active(&mut tx, user_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    sqlx::query(
        "insert into connected_apps (id, user_id, name, chain_key, token_hash, created_at, refreshed_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $6, $7)",
    )
    .bind(app_id)
    .bind(user_id)
    .bind(name)
    .bind(&chain_key[..])
    .bind(&secret.hash()[..])
    .bind(now)
    .bind(until(state, now))
    .execute(&mut *tx)
    .await?;
    let ended: Vec<AppId> = sqlx::query_scalar(
        "delete from connected_apps where id in (
             select id from connected_apps where user_id = $1 order by refreshed_at desc, id desc offset $2)
         returning id",
    )
    .bind(user_id)
    .bind(APPS_MAX)
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    state.bearers.forget_apps(&ended);
    tokens(state, (app_id, user_id), &secret, now).await
}

#[derive(sqlx::FromRow)]
struct AppRow {
    user_id: UserId,
    chain_key: Vec<u8>,
    token_hash: Vec<u8>,
    former_hash: Option<Vec<u8>>,
    refreshed_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

/// What becomes of a refresh token that names an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// It is exchanged.
    Current,
    /// It was exchanged a moment ago: the same answer again.
    Again,
    /// It was used before, and somebody else has it too: whose it is can't be known, so the app ends.
    Reused,
    /// It was never the app's: whoever knows an app's id can make one up, and ends nothing by it.
    MadeUp,
    /// The app was not used for too long.
    Late,
}

impl AppRow {
    fn judge(&self, secret: &Secret, now: DateTime<Utc>) -> Shown {
        let hash = &secret.hash()[..];
        if now >= self.expires_at {
            Shown::Late
        } else if hash == self.token_hash {
            Shown::Current
        } else if self.former_hash.as_deref() == Some(hash) && now < self.refreshed_at + LOST_ANSWER {
            Shown::Again
        } else if self.is_own(secret) {
            Shown::Reused
        } else {
            Shown::MadeUp
        }
    }

    /// Whether the secret was made for this app, ever.
    fn is_own(&self, secret: &Secret) -> bool {
        let bytes = hex::decode(secret.text()).unwrap_or_default();
        marked(&self.chain_key, &bytes).is_ok_and(|own| own == *secret)
    }

    /// The secret after this one: the same whenever it is asked for.
    fn after(&self, secret: &Secret) -> Result<Secret> {
        let next = sign(&Key::new(HMAC_SHA256, &self.chain_key), secret.text().as_bytes());
        marked(&self.chain_key, next.as_ref())
    }
}

/// A secret whose second half vouches for its first, 16 of these bytes: nobody makes one up without the app's key.
fn marked(chain_key: &[u8], bytes: &[u8]) -> Result<Secret> {
    let first = bytes.get(..HALF).context("half a secret")?;
    let mark = sign(&Key::new(HMAC_SHA256, chain_key), &[MARK, first].concat());
    let text = hex::encode([first, &mark.as_ref()[..HALF]].concat());
    Ok(Secret::parse(&text).context("a secret made of bytes has its form")?)
}

/// Exchanges a refresh token for new tokens. Done again within half a minute, it answers with the same refresh token; later it
/// ends the app, in the transaction that finds out. A token that never was the app's ends nothing.
///
/// Errors: `TokenInvalid`.
pub async fn refresh_app(state: &AppState, token: &str) -> Result<Tokens> {
    let (app_id, secret) = parse_token(token).ok_or(Error::TokenInvalid)?;
    let mut tx = state.db.begin().await?;
    // The person before the app: who leaves locks in this order.
    let user_id: Option<UserId> = sqlx::query_scalar("select user_id from connected_apps where id = $1")
        .bind(app_id)
        .fetch_optional(&mut *tx)
        .await?;
    match require_active(&mut tx, user_id.ok_or(Error::TokenInvalid)?).await {
        Err(Failure::Refused(_)) => return Err(Error::TokenInvalid.into()),
        active => active?,
    }
    let sql = "select user_id, chain_key, token_hash, former_hash, refreshed_at, expires_at from connected_apps
               where id = $1 for update";
    let row: Option<AppRow> = sqlx::query_as(sql).bind(app_id).fetch_optional(&mut *tx).await?;
    let row = row.ok_or(Error::TokenInvalid)?;
    let now = state.clock.now_in(&mut tx).await?;
    let shown = row.judge(&secret, now);
    match shown {
        Shown::Current => {
            sqlx::query(
                "update connected_apps set token_hash = $2, former_hash = token_hash, refreshed_at = $3, expires_at = $4
                 where id = $1",
            )
            .bind(app_id)
            .bind(&row.after(&secret)?.hash()[..])
            .bind(now)
            .bind(until(state, now))
            .execute(&mut *tx)
            .await?;
        }
        Shown::Again => {}
        Shown::MadeUp => return Err(Error::TokenInvalid.into()),
        Shown::Reused | Shown::Late => {
            sqlx::query("delete from connected_apps where id = $1").bind(app_id).execute(&mut *tx).await?;
        }
    }
    tx.commit().await?;
    if matches!(shown, Shown::Reused | Shown::Late) {
        state.bearers.forget_apps(&[app_id]);
        tracing::warn!(app_id = %app_id, ?shown, "a refresh token that is not good any more was shown: its app ends");
        return Err(Error::TokenInvalid.into());
    }
    tokens(state, (app_id, row.user_id), &row.after(&secret)?, now).await
}

/// Ends the app of this refresh token, a used one too. One that is unknown is over already.
pub async fn end_app_by_token(state: &AppState, token: &str) -> Result<()> {
    let Some((app_id, secret)) = parse_token(token) else { return Ok(()) };
    let sql = "delete from connected_apps where id = $1 and $2 in (token_hash, former_hash)";
    sqlx::query(sql).bind(app_id).bind(&secret.hash()[..]).execute(state.db.pool()).await?;
    state.bearers.forget_apps(&[app_id]);
    Ok(())
}

/// Ends one app of this person. Errors: `NotFound`, also for someone else's and one that is over.
pub async fn end_app(state: &AppState, user_id: UserId, app_id: AppId) -> Result<()> {
    let sql = "delete from connected_apps where id = $1 and user_id = $2";
    let ended = sqlx::query(sql).bind(app_id).bind(user_id).execute(state.db.pool()).await?.rows_affected();
    state.bearers.forget_apps(&[app_id]);
    if ended == 1 { Ok(()) } else { Err(Error::NotFound.into()) }
}

/// Ends every app of a person, when the transaction is committed; what is remembered of them is to be forgotten after it.
pub async fn end_apps_of(conn: &mut PgConnection, user_id: UserId) -> Result<Vec<AppId>> {
    let sql = "delete from connected_apps where user_id = $1 returning id";
    Ok(sqlx::query_scalar(sql).bind(user_id).fetch_all(conn).await?)
}

/// The apps of a person, the one that was used last first.
pub async fn list_apps(state: &AppState, user_id: UserId) -> Result<Vec<ConnectedApp>> {
    let sql = const_format::formatcp!(
        "select {APP} from connected_apps where user_id = $1 and expires_at > coalesce($2, clock_timestamp())
         order by refreshed_at desc, id desc"
    );
    Ok(sqlx::query_as(sql).bind(user_id).bind(state.clock.fixed_now()).fetch_all(state.db.pool()).await?)
}

/// All apps of a person that are kept, those that are over too.
pub(in crate::users) async fn export_apps(state: &AppState, user_id: UserId) -> Result<Vec<ConnectedApp>> {
    let sql = const_format::formatcp!("select {APP} from connected_apps where user_id = $1 order by id");
    Ok(sqlx::query_as(sql).bind(user_id).fetch_all(state.db.pool()).await?)
}

/// Removes the apps that are over, and says how many. Only tidies: their tokens are worth nothing.
pub async fn remove_old_apps(state: &AppState) -> Result<u64> {
    let sql = "delete from connected_apps where id in (
                   select id from connected_apps where expires_at <= coalesce($1, clock_timestamp())
                   limit $2 for update skip locked)";
    let removed = sqlx::query(sql).bind(state.clock.fixed_now()).bind(REMOVED_AT_ONCE);
    Ok(removed.execute(state.db.pool()).await?.rows_affected())
}

/// What an access token opens: all that its person may.
pub(super) async fn find_granted(state: &AppState, token: &str) -> Result<Option<Granted>> {
    let Some(claims) = token_keys::read(state, token).await? else { return Ok(None) };
    let user_id = match state.bearers.apps.get(&claims.sid) {
        Some(known) => known,
        None => {
            let sql = "select user_id from connected_apps join users on users.id = user_id
                       where connected_apps.id = $1 and is_active";
            let found = sqlx::query_scalar(sql).bind(claims.sid).fetch_optional(state.db.pool()).await?;
            state.bearers.apps.insert(claims.sid, found);
            found
        }
    };
    let own = user_id.filter(|user_id| *user_id == claims.sub);
    Ok(own.map(|user_id| Granted {
        credential: credential(claims.sid.0, Kind::App, user_id, None),
        scopes: Scope::ALL.to_vec(),
    }))
}

async fn tokens(
    state: &AppState,
    (app_id, user_id): (AppId, UserId),
    secret: &Secret,
    now: DateTime<Utc>,
) -> Result<Tokens> {
    let expires_in = state.config.tokens.access_ttl_s;
    let iat = now.timestamp();
    let iss = state.config.public_url.clone();
    let claims = Claims { iss, sub: user_id, sid: app_id, iat, exp: iat + expires_in };
    Ok(Tokens {
        access_token: token_keys::sign(state, &claims).await?,
        token_type: "Bearer".to_owned(),
        expires_in,
        refresh_token: format!("{BEGIN}{}_{}", app_id.0.simple(), secret.text()),
    })
}

fn parse_token(token: &str) -> Option<(AppId, Secret)> {
    let (app_id, secret) = token.strip_prefix(BEGIN)?.split_once('_')?;
    Some((app_id.parse().ok()?, Secret::parse(secret)?))
}

fn until(state: &AppState, now: DateTime<Utc>) -> DateTime<Utc> {
    now + TimeDelta::seconds(state.config.tokens.refresh_ttl_s)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    fn made_up(digit: char) -> Secret {
        Secret::parse(&digit.to_string().repeat(64)).expect("a secret")
    }

    /// A secret of the app below.
    fn secret(letter: char) -> Secret {
        marked(&[1; 32], &[u8::try_from(letter).expect("a letter"); HALF]).expect("a secret")
    }

    /// An app whose token was exchanged at the start: `a` for `b`.
    fn app() -> AppRow {
        AppRow {
            user_id: UserId(new_id()),
            chain_key: vec![1; 32],
            token_hash: secret('b').hash().to_vec(),
            former_hash: Some(secret('a').hash().to_vec()),
            refreshed_at: at(0),
            expires_at: at(1_000),
        }
    }

    #[test]
    fn the_token_before_is_good_for_half_a_minute_more_and_ends_the_app_then() {
        assert_eq!(app().judge(&secret('b'), at(999)), Shown::Current);
        assert_eq!(app().judge(&secret('a'), at(29)), Shown::Again);
        assert_eq!(app().judge(&secret('a'), at(30)), Shown::Reused);
        assert_eq!(app().judge(&secret('c'), at(1)), Shown::Reused);
        assert_eq!(app().judge(&secret('b'), at(1_000)), Shown::Late);
    }

    #[test]
    fn what_is_made_up_or_another_apps_ends_nothing() {
        assert_eq!(app().judge(&made_up('c'), at(1)), Shown::MadeUp);
        let of_another = marked(&[2; 32], &[3; 16]).expect("a secret");
        assert_eq!(app().judge(&of_another, at(1)), Shown::MadeUp);
        let next = app().after(&secret('b')).expect("a secret");
        assert!(app().is_own(&next) && !app().is_own(&made_up('a')));
    }

    #[test]
    fn a_secret_of_before_they_were_marked_is_exchanged_for_one_that_is() {
        let app = AppRow { token_hash: made_up('d').hash().to_vec(), ..app() };
        assert_eq!(app.judge(&made_up('d'), at(1)), Shown::Current);
        assert!(app.is_own(&app.after(&made_up('d')).expect("a secret")));
    }

    #[test]
    fn the_next_secret_is_the_same_each_time_and_another_for_each_app() {
        let next = app().after(&secret('a')).expect("a secret");
        assert_eq!(next, app().after(&secret('a')).expect("a secret"));
        let other = AppRow { chain_key: vec![2; 32], ..app() };
        assert_ne!(next, other.after(&secret('a')).expect("a secret"));
        assert_ne!(next, secret('a'));
    }

    #[test]
    fn a_refresh_token_names_its_app() {
        let app_id = AppId(new_id());
        let text = format!("evr_{}_{}", app_id.0.simple(), secret('a').text());
        assert_eq!(parse_token(&text), Some((app_id, secret('a'))));
        for odd in ["", "evr_", "evr__", "evk_1_2", &text[..text.len() - 1], &format!("{text}0")] {
            assert_eq!(parse_token(odd), None, "{odd}");
        }
    }
}
