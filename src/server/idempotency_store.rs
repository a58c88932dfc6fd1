//! Where the requests with an `Idempotency-Key` stand, and the replies that are kept for a day.

use super::{Result, clock::new_id, state::AppState};
use crate::id::UserId;
use anyhow::Context;
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

/// Seconds a request may have its key without a reply: more than any request runs, so that only one whose process died
/// is given up.
const CLAIM_S: i32 = 60;
/// Seconds a reply is kept: a day.
const KEPT_S: i32 = 24 * 60 * 60;
/// Rows removed by one statement, so that each is over long before its time limit.
const REMOVED_AT_ONCE: i64 = 5_000;

/// A request under a key, as far as it is recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Keyed {
    /// Who asks.
    pub(super) user_id: UserId,
    /// SHA-256 of who asks and of their key.
    pub(super) key_hash: [u8; 32],
    /// SHA-256 of the request, salted with the key.
    pub(super) fingerprint: [u8; 32],
}

/// What came of asking for a key.
#[derive(Debug)]
pub(super) enum Claim {
    /// It is this run's: make the change, then [`keep`] the reply or [`free`] the key.
    Ours(Uuid),
    /// The request was answered before.
    Answered(KeptReply),
    /// The request is running at this moment, here or in another process.
    Running,
    /// The key was used for another request.
    OtherRequest,
}

/// Names and values of headers, in order.
type Headers = Json<Vec<(String, String)>>;

/// A reply as it is kept: `sealed_replies` makes it and reads it.
#[derive(Debug)]
pub(super) struct KeptReply {
    /// The HTTP status.
    pub(super) status: i16,
    /// Its headers; none where it is sealed.
    pub(super) headers: Headers,
    /// The body, whole; headers and body where it is sealed.
    pub(super) body: Vec<u8>,
    /// What it is sealed with beside its key; none for a reply from before they were.
    pub(super) nonce: Option<Vec<u8>>,
}

/// The row of a key: whether it is of this very request, and the reply, if there is one.
#[derive(sqlx::FromRow)]
struct Found {
    same: bool,
    status: Option<i16>,
    headers: Option<Headers>,
    body: Option<Vec<u8>>,
    nonce: Option<Vec<u8>>,
}

/// Asks for the key in one statement, so that of many who ask at once one gets it. A key is free if it is new, if its
/// reply is a day old, or if this very request claimed it and left no reply in time.
///
/// Errors: `Unavailable` without the database.
pub(super) async fn claim(state: &AppState, keyed: &Keyed) -> Result<Claim> {
    let claim_id = new_id();
    let insert =
        "insert into idempotency_keys as kept (key_hash, fingerprint, claim_id, claimed_until, expires_at, user_id)
                  select $1, $2, $3, now + make_interval(secs => $5), now + make_interval(secs => $6), $7
                  from (select coalesce($4::timestamptz, clock_timestamp()) as now) as clock
                  on conflict (key_hash) do update
                  set fingerprint = excluded.fingerprint, claim_id = excluded.claim_id,
                      claimed_until = excluded.claimed_until, expires_at = excluded.expires_at,
                      user_id = excluded.user_id,
                      status = null, headers = null, body = null, nonce = null
                  where kept.expires_at <= coalesce($4, clock_timestamp())
                     or (kept.status is null and kept.fingerprint = excluded.fingerprint
                         and kept.claimed_until <= coalesce($4, clock_timestamp()))";
    let claimed = sqlx::query(insert)
        .bind(&keyed.key_hash[..])
        .bind(&keyed.fingerprint[..])
        .bind(claim_id)
        .bind(state.clock.fixed_now())
        .bind(f64::from(CLAIM_S))
        .bind(f64::from(KEPT_S))
        .bind(keyed.user_id)
        .execute(state.db.pool())
        .await
        .context("claiming an idempotency key")?;
    if claimed.rows_affected() == 1 { Ok(Claim::Ours(claim_id)) } else { find(state, keyed).await }
}

/// How the request stands that has the key.
async fn find(state: &AppState, keyed: &Keyed) -> Result<Claim> {
    let select =
        "select fingerprint = $2 as same, status, headers, body, nonce from idempotency_keys where key_hash = $1";
    let found: Option<Found> = sqlx::query_as(select)
        .bind(&keyed.key_hash[..])
        .bind(&keyed.fingerprint[..])
        .fetch_optional(state.db.pool())
        .await
        .context("looking up an idempotency key")?;
    Ok(match found {
        Some(Found { same: false, .. }) => Claim::OtherRequest,
        Some(Found { status: Some(status), headers: Some(headers), body: Some(body), nonce, .. }) => {
            Claim::Answered(KeptReply { status, headers, body, nonce })
        }
        // Where there is nothing, the other run has freed the key a moment ago: asking again gets it.
        Some(_) | None => Claim::Running,
    })
}

/// Keeps the reply, unless the key has gone to another run meanwhile.
pub(super) async fn keep(state: &AppState, keyed: &Keyed, claim_id: Uuid, reply: &KeptReply) -> Result<()> {
    let update = "update idempotency_keys set status = $3, headers = $4, body = $5, nonce = $6 where key_hash = $1 and claim_id = $2";
    sqlx::query(update)
        .bind(&keyed.key_hash[..])
        .bind(claim_id)
        .bind(reply.status)
        .bind(&reply.headers)
        .bind(&reply.body)
        .bind(&reply.nonce)
        .execute(state.db.pool())
        .await
        .context("keeping a reply")?;
    Ok(())
}

/// Gives the key back, unless it has gone to another run meanwhile.
pub(super) async fn free(state: &AppState, keyed: &Keyed, claim_id: Uuid) -> Result<()> {
    let delete = "delete from idempotency_keys where key_hash = $1 and claim_id = $2";
    sqlx::query(delete)
        .bind(&keyed.key_hash[..])
        .bind(claim_id)
        .execute(state.db.pool())
        .await
        .context("freeing an idempotency key")?;
    Ok(())
}

/// Removes every reply to this person, who is leaving, and the claims of what still runs: it keeps no reply then.
pub async fn remove_of_user(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    let delete = "delete from idempotency_keys where user_id = $1";
    sqlx::query(delete).bind(user_id).execute(conn).await.context("removing the replies to a person")?;
    Ok(())
}

/// Removes the replies that are over, and says how many. Only tidies: they are not given any more. Several processes may
/// do so at once.
pub async fn remove_expired(state: &AppState) -> Result<u64> {
    let delete = "delete from idempotency_keys where key_hash in (
                      select key_hash from idempotency_keys where expires_at <= coalesce($1, clock_timestamp())
                      limit $2 for update skip locked)";
    let mut removed = 0;
    loop {
        let batch = sqlx::query(delete).bind(state.clock.fixed_now()).bind(REMOVED_AT_ONCE);
        let count = batch.execute(state.db.pool()).await.context("removing old replies")?.rows_affected();
        removed += count;
        if count < REMOVED_AT_ONCE as u64 {
            return Ok(removed);
        }
    }
}
