//! What is due, and what came of it.

use super::changes::{tell_actions, tell_entries};
use crate::{
    id::{DeliveryId, WebhookId},
    job::{Job, Mail},
    server::{Result, jobs::enqueue, secret::random_bytes, state::AppState},
    webhooks::{
        deliver::Tried,
        model::{Change, PATIENCE, Verdict, decide_rest, decide_retry},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, types::Json};
use std::fmt;

/// For how long a delivery is taken: whoever has it by then has died.
const TAKEN: TimeDelta = TimeDelta::seconds(60);
/// How long nothing is tried where a server that others are told at too doesn't answer.
const PUT_OFF: TimeDelta = TimeDelta::seconds(10);

/// Where deliveries go, and what signs them.
#[derive(Clone)]
pub struct Receiver {
    pub(in crate::webhooks) url: String,
    pub(in crate::webhooks) secrets: Vec<Vec<u8>>,
}

/// Without the secrets.
impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").field("url", &self.url).finish_non_exhaustive()
    }
}

/// A delivery that this process has taken.
#[derive(Debug)]
pub(in crate::webhooks) struct Due {
    pub(in crate::webhooks) id: DeliveryId,
    /// This try's number.
    attempts: i32,
    begun_at: DateTime<Utc>,
    pub(in crate::webhooks) document: Change,
}

/// What is left of a webhook after a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::webhooks) enum Ended {
    /// It goes on.
    GoesOn,
    /// Nothing is told it any more.
    Stopped,
}

/// A receiver that takes so many milliseconds for an answer is slow, until it is quicker again.
const SLOW_MS: i32 = 2_000;

/// In a statement with a delivery that waits as `d`: whether an earlier one of the same booking or event waits too. It isn't sent
/// before that one.
const IS_BLOCKED: &str = "exists (select from webhook_deliveries before where before.webhook_id = d.webhook_id \
    and before.status = 'waiting' and before.subject_id = d.subject_id and before.sequence < d.sequence)";

/// Asks for the jobs that send what is due, and answers how many. Receivers that fail, or are slow, have a lane of their own.
pub async fn wake(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let due: Vec<(WebhookId, bool)> = sqlx::query_as(
        const_format::formatcp!(
            "select id, failing_since is not null or is_slow from webhooks w
             where stopped_at is null and (rest_until is null or rest_until <= $1)
               and exists (select from webhook_deliveries d where d.webhook_id = w.id and d.status = 'waiting' and d.due_at <= $1
                           and not {IS_BLOCKED})
             order by id"
        ),
    )
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    let job = |(webhook_id, is_apart): &(WebhookId, bool)| match is_apart {
        true => Job::Knock { webhook_id: *webhook_id },
        false => Job::Deliver { webhook_id: *webhook_id },
    };
    let jobs: Vec<Job> = due.iter().map(job).collect();
    enqueue(&mut conn, &jobs, now).await?;
    Ok(jobs.len() as u64)
}

#[derive(sqlx::FromRow)]
struct WebhookRow {
    url: String,
    secret: Vec<u8>,
    old_secret: Option<Vec<u8>>,
    old_secret_until: Option<DateTime<Utc>>,
    rest_until: Option<DateTime<Utc>>,
    failure_count: i32,
    failing_since: Option<DateTime<Utc>>,
    is_slow: bool,
}

#[derive(sqlx::FromRow)]
struct TakenRow {
    id: DeliveryId,
    entry: Option<i64>,
    action: Option<i64>,
    document: Option<Json<Change>>,
    attempts: i32,
    begun_at: DateTime<Utc>,
}

/// Takes what is due, so that at most `at_once` are under way, one while the receiver fails; of each booking or event the earliest that
/// waits. Nothing where there is no such webhook, it was stopped, or is left alone just now.
pub(in crate::webhooks) async fn take_due(
    state: &AppState,
    webhook_id: WebhookId,
    (under_way, at_once): (i64, i64),
) -> Result<Option<(Receiver, Vec<Due>)>> {
    let mut tx = state.db.begin().await?;
    let Some(webhook) = lock(&mut tx, webhook_id).await? else { return Ok(None) };
    let now = state.clock.now_in(&mut tx).await?;
    if webhook.rest_until.is_some_and(|until| until > now) {
        return Ok(None);
    }
    let at_once = if webhook.failing_since.is_some() { 1 } else { at_once };
    let taken: Vec<TakenRow> = sqlx::query_as(const_format::formatcp!(
        "update webhook_deliveries set due_at = $3, attempts = attempts + 1
             where id in (
                 select id from webhook_deliveries d
                 where webhook_id = $1 and status = 'waiting' and due_at <= $2 and not {IS_BLOCKED}
                 order by due_at, id limit $4)
             returning id, entry, action, document, attempts, begun_at"
    ))
    .bind(webhook_id)
    .bind(now)
    .bind(now + TAKEN)
    .bind((at_once - under_way).max(0))
    .fetch_all(&mut *tx)
    .await?;
    let numbers = |of: fn(&TakenRow) -> Option<i64>| taken.iter().filter_map(of).collect::<Vec<_>>();
    let mut entries = tell_entries(&mut tx, &numbers(|row| row.entry), now).await?;
    let mut actions = tell_actions(&mut tx, &numbers(|row| row.action), now).await?;
    tx.commit().await?;
    let due = taken.into_iter().filter_map(|row| {
        let of_entry = row.entry.and_then(|number| entries.remove(&number));
        let of_action = row.action.and_then(|number| actions.remove(&number));
        let document = of_entry.or(of_action).or(row.document.map(|Json(document)| document))?;
        Some(Due { id: row.id, attempts: row.attempts, begun_at: row.begun_at, document })
    });
    Ok(Some((webhook.receiver(now), due.collect())))
}

impl WebhookRow {
    /// With the secrets that are good now.
    fn receiver(self, now: DateTime<Utc>) -> Receiver {
        let old = self.old_secret.filter(|_| self.old_secret_until.is_some_and(|until| until > now));
        Receiver { url: self.url, secrets: [self.secret].into_iter().chain(old).collect() }
    }
}

/// Who is told of alerts, for when there is no database to ask.
pub async fn list_alert_receivers(state: &AppState) -> Result<Vec<Receiver>> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let rows: Vec<WebhookRow> = sqlx::query_as(
        "select url, secret, old_secret, old_secret_until, rest_until, failure_count, failing_since, is_slow from webhooks
         where event_id is null and stopped_at is null and 'alert.raised' = any(kinds) order by id",
    )
    .fetch_all(&mut *conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.receiver(now)).collect())
}

async fn lock(conn: &mut PgConnection, webhook_id: WebhookId) -> Result<Option<WebhookRow>> {
    let webhook = sqlx::query_as(
        "select url, secret, old_secret, old_secret_until, rest_until, failure_count, failing_since, is_slow from webhooks
         where id = $1 and stopped_at is null for no key update",
    );
    Ok(webhook.bind(webhook_id).fetch_optional(conn).await?)
}

/// Notes what came of a try: that it was taken, or when it is tried again. A webhook at which nothing has arrived for three days is
/// stopped, and who made it is told.
pub(in crate::webhooks) async fn end_try(
    state: &AppState,
    webhook_id: WebhookId,
    delivery: &Due,
    tried: &Tried,
) -> Result<Ended> {
    let mut tx = state.db.begin().await?;
    let Some(webhook) = lock(&mut tx, webhook_id).await? else { return Ok(Ended::Stopped) };
    let now = state.clock.now_in(&mut tx).await?;
    if tried.was_put_off() {
        put_off(&mut tx, delivery, now).await?;
        tx.commit().await?;
        return Ok(Ended::GoesOn);
    }
    let verdict = tried.verdict();
    let next = match verdict {
        Verdict::Taken => None,
        Verdict::Refused | Verdict::Away => {
            let next = decide_retry(delivery.attempts, delivery.begun_at, now, jitter()?);
            next.map(|next| next.max(now + tried.asked_rest(now)).min(delivery.begun_at + PATIENCE))
        }
    };
    let ended = sqlx::query(
        "update webhook_deliveries set due_at = coalesce($4, due_at), ended_at = case when $4 is null then $5 end,
             status = case when $3 then 'delivered' when $4 is null then 'given_up' else 'waiting' end::webhook_delivery_status
         where id = $1 and attempts = $2 and status = 'waiting'",
    )
    .bind(delivery.id)
    .bind(delivery.attempts)
    .bind(verdict == Verdict::Taken)
    .bind(next)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if ended.rows_affected() == 0 {
        // Somebody else had it meanwhile, or it was asked for once more.
        return Ok(Ended::GoesOn);
    }
    let (status, error, answer) = match &tried.outcome {
        Ok(answer) => (Some(i32::from(answer.status)), None, answer.beginning.as_str()),
        Err(trouble) => (None, Some(trouble.to_string()), ""),
    };
    sqlx::query(
        "insert into webhook_tries (delivery_id, status, error, answer, took_ms, created_at) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(delivery.id)
    .bind(status)
    .bind(error)
    .bind(answer)
    .bind(tried.took_ms)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let ended = match verdict {
        Verdict::Taken => note_success(&mut tx, (webhook_id, &webhook), tried.took_ms, now).await?,
        Verdict::Refused | Verdict::Away => note_failure(&mut tx, (webhook_id, &webhook), tried, now).await?,
    };
    tx.commit().await?;
    Ok(ended)
}

/// As if it had not been taken, but later.
async fn put_off(conn: &mut PgConnection, delivery: &Due, now: DateTime<Utc>) -> Result<()> {
    let sql = "update webhook_deliveries set attempts = attempts - 1, due_at = $3 where id = $1 and attempts = $2 and status = 'waiting'";
    sqlx::query(sql).bind(delivery.id).bind(delivery.attempts).bind(now + PUT_OFF).execute(conn).await?;
    Ok(())
}

/// A receiver that was away and answers again is sent all that waits, now. Notes how quick it is, too.
async fn note_success(
    conn: &mut PgConnection,
    (webhook_id, webhook): (WebhookId, &WebhookRow),
    took_ms: i32,
    now: DateTime<Utc>,
) -> Result<Ended> {
    if webhook.failing_since.is_some() {
        let sql = "update webhooks set failure_count = 0, failing_since = null, rest_until = null where id = $1";
        sqlx::query(sql).bind(webhook_id).execute(&mut *conn).await?;
    }
    let is_slow = took_ms >= SLOW_MS;
    if is_slow != webhook.is_slow {
        let sql = "update webhooks set is_slow = $2 where id = $1";
        sqlx::query(sql).bind(webhook_id).bind(is_slow).execute(&mut *conn).await?;
    }
    if webhook.rest_until.is_some() {
        let sql =
            "update webhook_deliveries set due_at = $2 where webhook_id = $1 and status = 'waiting' and due_at > $3";
        sqlx::query(sql).bind(webhook_id).bind(now).bind(now + TAKEN).execute(conn).await?;
    }
    Ok(Ended::GoesOn)
}

async fn note_failure(
    conn: &mut PgConnection,
    (webhook_id, webhook): (WebhookId, &WebhookRow),
    tried: &Tried,
    now: DateTime<Utc>,
) -> Result<Ended> {
    let failure_count = webhook.failure_count.saturating_add(1);
    let failing_since = webhook.failing_since.unwrap_or(now);
    let rest_until = match tried.verdict() {
        Verdict::Away => Some(now + decide_rest(failure_count, jitter()?).max(tried.asked_rest(now))),
        Verdict::Refused | Verdict::Taken => None,
    };
    let is_stopped = now - failing_since >= PATIENCE;
    sqlx::query(
        "update webhooks set failure_count = $2, failing_since = $3, rest_until = coalesce($4, rest_until),
             stopped_at = case when $5 then $6 end, gave_up = $5
         where id = $1",
    )
    .bind(webhook_id)
    .bind(failure_count)
    .bind(failing_since)
    .bind(rest_until)
    .bind(is_stopped)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    if !is_stopped {
        return Ok(Ended::GoesOn);
    }
    tracing::warn!(%webhook_id, "a webhook was stopped: nothing has arrived for three days");
    let mail = Mail::WebhookStopped { webhook_id, stopped: now.timestamp_micros() };
    enqueue(conn, &[mail.into()], now).await?;
    Ok(Ended::Stopped)
}

/// Between 0 and 1, so that what failed together doesn't come back together.
fn jitter() -> Result<f64> {
    let [first, second, ..] = random_bytes()?;
    Ok(f64::from(u16::from_be_bytes([first, second])) / f64::from(u16::MAX))
}

/// How deliveries stand, over all webhooks.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct Backlog {
    /// Deliveries that wait, of webhooks that are not stopped.
    pub waiting: i64,
    /// By how many seconds the oldest of them is overdue; 0 where none is.
    pub overdue_s: f64,
    /// Webhooks whose last tries failed.
    pub failing: i64,
    /// Webhooks that were stopped because nothing arrived.
    pub gave_up: i64,
}

/// How deliveries stand.
pub async fn count_waiting(state: &AppState) -> Result<Backlog> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let backlog = sqlx::query_as(const_format::formatcp!(
        "select (select count(*) from webhook_deliveries d join webhooks w on w.id = d.webhook_id
                 where d.status = 'waiting' and w.stopped_at is null) as waiting,
                greatest(coalesce((select extract(epoch from $1 - min(d.due_at)) from webhook_deliveries d
                 join webhooks w on w.id = d.webhook_id
                 where d.status = 'waiting' and w.stopped_at is null and w.failing_since is null and not {IS_BLOCKED}), 0), 0)::float8 as overdue_s,
                (select count(*) from webhooks where stopped_at is null and failing_since is not null) as failing,
                (select count(*) from webhooks where gave_up) as gave_up"
    ));
    Ok(backlog.bind(now).fetch_one(&mut *conn).await?)
}
