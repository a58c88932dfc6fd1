//! Which webhooks there are.

use crate::{
    error::{Error, Problem},
    events::model::Page,
    id::{EventId, UserId, WebhookId},
    server::{Result, clock::new_id, outgoing::Trouble, secret::random_bytes, state::AppState},
    staff::{
        admit::Actor,
        model::Reach,
        store::{Deed, record},
    },
    webhooks::{
        model::{NewSecret, ROTATION, Webhook, WebhookForm, WebhookState, is_alert, parse_kinds, parse_note},
        sign::secret_text,
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Webhooks that an event can have, and that there can be of all events: whatever happens is written down for each of them.
const MAX_OF_EVENT: i32 = 20;
const MAX_OF_SITE: i32 = 50;
/// The lock of who makes a webhook, so that two can't both be the last one.
const MAKING_LOCK: i64 = 0x3EB_4004;
/// How long the same request once more is answered with what it made: a form that is sent twice.
const MADE_JUST_NOW: TimeDelta = TimeDelta::minutes(1);
/// How long asking for another secret once more is answered with that one: as long as its page shows it.
const ROTATED_JUST_NOW: TimeDelta = TimeDelta::minutes(10);

#[derive(sqlx::FromRow)]
struct Row {
    id: WebhookId,
    event_id: Option<EventId>,
    event_name: Option<String>,
    url: String,
    kinds: Vec<String>,
    note: String,
    old_secret_until: Option<DateTime<Utc>>,
    failing_since: Option<DateTime<Utc>>,
    stopped_at: Option<DateTime<Utc>>,
    gave_up: bool,
    is_orphaned: bool,
    waiting_count: i64,
    created_at: DateTime<Utc>,
}

/// What a [`Row`] is read by; which ones comes after it.
const WEBHOOK: &str = "select w.id, w.event_id, e.name as event_name, w.url, w.kinds, w.note, w.old_secret_until, w.failing_since, \
        w.stopped_at, w.gave_up, w.is_orphaned, w.created_at, \
        (select count(*) from webhook_deliveries d where d.webhook_id = w.id and d.status = 'waiting') as waiting_count \
    from webhooks w left join events e on e.id = w.event_id";

impl Row {
    fn tell(self, now: DateTime<Utc>) -> Webhook {
        let state = match (self.stopped_at, self.gave_up, self.failing_since) {
            (Some(_), _, _) if self.is_orphaned => WebhookState::Orphaned,
            (Some(_), true, _) => WebhookState::GaveUp,
            (Some(_), false, _) => WebhookState::Stopped,
            (None, _, Some(_)) => WebhookState::Failing,
            (None, _, None) => WebhookState::Open,
        };
        Webhook {
            id: self.id,
            event_id: self.event_id,
            event_name: self.event_name,
            url: self.url,
            kinds: self.kinds,
            note: self.note,
            state,
            failing_since: self.failing_since,
            stopped_at: self.stopped_at,
            old_secret_until: self.old_secret_until.filter(|until| *until > now),
            waiting_count: self.waiting_count,
            created_at: self.created_at,
        }
    }
}

/// Checks what was typed. Errors: `Invalid`, on each field that doesn't fit: on `url` with `malformed` for what is no https address,
/// with `unknown` where its name doesn't lead to a public one.
async fn check(
    state: &AppState,
    event_id: Option<EventId>,
    typed: &WebhookForm,
) -> Result<(String, Vec<String>, String)> {
    let kinds = parse_kinds(&typed.kinds)?;
    if event_id.is_some() && kinds.iter().any(|kind| is_alert(kind)) {
        // No event is the system.
        return Err(Error::invalid("kinds", Problem::Unknown).into());
    }
    let note = parse_note(&typed.note)?;
    let url = typed.url.trim();
    if url.is_empty() {
        return Err(Error::invalid("url", Problem::Required).into());
    }
    let target = state.outgoing.target(url).ok_or_else(|| Error::invalid("url", Problem::Malformed))?;
    match state.outgoing.check(&target).await {
        Ok(()) => Ok((url.to_owned(), kinds, note)),
        Err(Trouble::Late) => Err(Error::Unavailable { retry_after_s: 5 }.into()),
        Err(_) => Err(Error::invalid("url", Problem::Unknown).into()),
    }
}

/// Makes a webhook of an event, or of all of them: what happens from now on is told. Answers its secret, this once; the same request
/// within a minute is answered with the same webhook.
///
/// Errors: `NotFound`; those of what was typed; `Invalid` on `url` with `out_of_range` where there are as many as there can be.
pub async fn create(
    state: &AppState,
    actor: &Actor,
    event_id: Option<EventId>,
    typed: &WebhookForm,
) -> Result<NewSecret> {
    let (url, kinds, note) = check(state, event_id, typed).await?;
    let (id, secret) = (WebhookId(new_id()), random_bytes()?.to_vec());
    let mut tx = state.db.begin().await?;
    sqlx::query("select pg_advisory_xact_lock($1)").bind(MAKING_LOCK).execute(&mut *tx).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let same: Option<(WebhookId, Vec<u8>)> = sqlx::query_as(
        "select id, secret from webhooks where created_by = $1 and event_id is not distinct from $2 and url = $3 and kinds = $4
             and note = $5 and created_at > $6 and stopped_at is null and old_secret is null
         order by id desc limit 1",
    )
    .bind(actor.user_id)
    .bind(event_id)
    .bind(&url)
    .bind(&kinds)
    .bind(&note)
    .bind(now - MADE_JUST_NOW)
    .fetch_optional(&mut *tx)
    .await?;
    if let Some((id, secret)) = same {
        return Ok(NewSecret { webhook: read(&mut tx, id, now).await?, secret: secret_text(&secret) });
    }
    let count: i64 = sqlx::query_scalar("select count(*) from webhooks where event_id is not distinct from $1")
        .bind(event_id)
        .fetch_one(&mut *tx)
        .await?;
    let max = if event_id.is_some() { MAX_OF_EVENT } else { MAX_OF_SITE };
    if count >= i64::from(max) {
        return Err(Error::invalid("url", Problem::OutOfRange(0, max)).into());
    }
    let inserted = sqlx::query(
        "insert into webhooks (id, event_id, url, kinds, note, secret, after_entry, after_action, created_by, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6,
             coalesce(pg_sequence_last_value(pg_get_serial_sequence('booking_history', 'number')::regclass), 0),
             coalesce(pg_sequence_last_value(pg_get_serial_sequence('staff_actions', 'number')::regclass), 0), $7, $8, $8)",
    )
    .bind(id)
    .bind(event_id)
    .bind(&url)
    .bind(&kinds)
    .bind(&note)
    .bind(&secret)
    .bind(actor.user_id)
    .bind(now)
    .execute(&mut *tx)
    .await;
    inserted.map_err(|error| match error.as_database_error().and_then(|error| error.constraint()) {
        Some("webhooks_event_id_fkey") => Error::NotFound.into(),
        _ => crate::server::Failure::from(error),
    })?;
    let after = json!({"url": url, "kinds": kinds, "note": note});
    record(&mut tx, actor, deed("webhook_created", (id, event_id), json!({}), after), now).await?;
    let webhook = read(&mut tx, id, now).await?;
    tx.commit().await?;
    Ok(NewSecret { webhook, secret: secret_text(&secret) })
}

/// Changes where deliveries go and what is told. Errors: `NotFound`; those of what was typed.
pub async fn update(state: &AppState, actor: &Actor, webhook_id: WebhookId, typed: &WebhookForm) -> Result<Webhook> {
    let event_id = find_place(state, webhook_id).await?.ok_or(Error::NotFound)?;
    let (url, kinds, note) = check(state, event_id, typed).await?;
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let before = lock(&mut tx, webhook_id, now).await?;
    sqlx::query(
        "update webhooks set url = $2, kinds = $3, note = $4, rest_until = null, updated_at = $5 where id = $1",
    )
    .bind(webhook_id)
    .bind(&url)
    .bind(&kinds)
    .bind(&note)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let (before, after) = (
        json!({"url": before.url, "kinds": before.kinds, "note": before.note}),
        json!({"url": url, "kinds": kinds, "note": note}),
    );
    record(&mut tx, actor, deed("webhook_updated", (webhook_id, event_id), before, after), now).await?;
    let webhook = read(&mut tx, webhook_id, now).await?;
    tx.commit().await?;
    Ok(webhook)
}

/// Gives a webhook another secret; the one before signs too for a day. Asked again within ten minutes it answers the same one.
///
/// Errors: `NotFound`; `Invalid` on `webhook_id` with `too_early` while the secret before still signs: it would end before its day is
/// over, and the receiver may know no other yet.
pub async fn rotate_secret(state: &AppState, actor: &Actor, webhook_id: WebhookId) -> Result<NewSecret> {
    let secret = random_bytes()?.to_vec();
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let before = lock(&mut tx, webhook_id, now).await?;
    if let Some(until) = before.old_secret_until {
        if now - (until - ROTATION) >= ROTATED_JUST_NOW {
            return Err(Error::invalid("webhook_id", Problem::TooEarly).into());
        }
        let sql = "select secret from webhooks where id = $1";
        let current: Vec<u8> = sqlx::query_scalar(sql).bind(webhook_id).fetch_one(&mut *tx).await?;
        return Ok(NewSecret { webhook: before, secret: secret_text(&current) });
    }
    sqlx::query(
        "update webhooks set old_secret = secret, old_secret_until = $3, secret = $2, updated_at = $4 where id = $1",
    )
    .bind(webhook_id)
    .bind(&secret)
    .bind(now + ROTATION)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let about = (webhook_id, before.event_id);
    record(&mut tx, actor, deed("webhook_secret_rotated", about, json!({}), json!({})), now).await?;
    let webhook = read(&mut tx, webhook_id, now).await?;
    tx.commit().await?;
    Ok(NewSecret { webhook, secret: secret_text(&secret) })
}

/// Tells it nothing any more, until it is started again. Doing it twice is fine. Errors: `NotFound`.
pub async fn stop(state: &AppState, actor: &Actor, webhook_id: WebhookId) -> Result<Webhook> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let before = lock(&mut tx, webhook_id, now).await?;
    if !before.state.is_stopped() {
        let sql = "update webhooks set stopped_at = $2, updated_at = $2 where id = $1";
        sqlx::query(sql).bind(webhook_id).bind(now).execute(&mut *tx).await?;
        let about = (webhook_id, before.event_id);
        record(&mut tx, actor, deed("webhook_stopped", about, json!({}), json!({})), now).await?;
    }
    let webhook = read(&mut tx, webhook_id, now).await?;
    tx.commit().await?;
    Ok(webhook)
}

/// Tells it again what happens from now on, and what waits since before it was stopped. Doing it twice is fine. Whoever starts what
/// was stopped because of who ran it runs it from now on. Errors: `NotFound`.
pub async fn start(state: &AppState, actor: &Actor, webhook_id: WebhookId) -> Result<Webhook> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let before = lock(&mut tx, webhook_id, now).await?;
    if before.state.is_stopped() {
        sqlx::query(
            "update webhooks set stopped_at = null, gave_up = false, failure_count = 0, failing_since = null, rest_until = null,
                 created_by = case when is_orphaned then $3 else created_by end, is_orphaned = false,
                 after_entry = coalesce(pg_sequence_last_value(pg_get_serial_sequence('booking_history', 'number')::regclass), 0),
                 after_action = coalesce(pg_sequence_last_value(pg_get_serial_sequence('staff_actions', 'number')::regclass), 0),
                 updated_at = $2
             where id = $1",
        )
        .bind(webhook_id)
        .bind(now)
        .bind(actor.user_id)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "update webhook_deliveries set attempts = 0, begun_at = $2, due_at = $2 where webhook_id = $1 and status = 'waiting'",
        )
        .bind(webhook_id)
        .bind(now)
        .execute(&mut *tx)
        .await?;
        let about = (webhook_id, before.event_id);
        record(&mut tx, actor, deed("webhook_started", about, json!({}), json!({})), now).await?;
    }
    let webhook = read(&mut tx, webhook_id, now).await?;
    tx.commit().await?;
    Ok(webhook)
}

/// Removes a webhook and all that was to be told it. Errors: `NotFound`.
pub async fn delete(state: &AppState, actor: &Actor, webhook_id: WebhookId) -> Result<Webhook> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let before = lock(&mut tx, webhook_id, now).await?;
    sqlx::query("delete from webhooks where id = $1").bind(webhook_id).execute(&mut *tx).await?;
    let said = json!({"url": before.url, "kinds": before.kinds, "note": before.note});
    record(&mut tx, actor, deed("webhook_deleted", (webhook_id, before.event_id), said, json!({})), now).await?;
    tx.commit().await?;
    Ok(before)
}

/// One webhook. Errors: `NotFound`.
pub async fn get_webhook(state: &AppState, webhook_id: WebhookId) -> Result<Webhook> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    read(&mut conn, webhook_id, now).await
}

/// The webhooks of an event, or all within reach, the newest first: `limit` of them from `before` on.
pub async fn list_webhooks(
    state: &AppState,
    (event_id, reach): (Option<EventId>, &Reach),
    (before, limit): (Option<WebhookId>, i64),
) -> Result<Page<Webhook>> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let sql = const_format::formatcp!(
        "{WEBHOOK} where ($1::uuid is null or w.event_id = $1) and ($2::uuid[] is null or w.event_id = any($2))
         and ($3::uuid is null or w.id < $3) order by w.id desc limit $4"
    );
    let rows: Vec<Row> = sqlx::query_as(sql)
        .bind(event_id)
        .bind(reach.event_ids())
        .bind(before)
        .bind(limit + 1)
        .fetch_all(&mut *conn)
        .await?;
    let Page { items, next_cursor } = Page::cut(rows, limit, |row| row.id.to_string());
    Ok(Page { items: items.into_iter().map(|row| row.tell(now)).collect(), next_cursor })
}

/// The event of a webhook, none for one of all events; nothing where there is no such webhook.
pub(in crate::webhooks) async fn find_place(
    state: &AppState,
    webhook_id: WebhookId,
) -> Result<Option<Option<EventId>>> {
    let sql = "select event_id from webhooks where id = $1";
    Ok(sqlx::query_scalar(sql).bind(webhook_id).fetch_optional(state.db.pool()).await?)
}

/// A webhook that was stopped because nothing arrived, and who is told.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StoppedWebhook {
    /// Who made it.
    pub created_by: UserId,
    /// Where deliveries went.
    pub url: String,
    /// Since when nothing arrived.
    pub failing_since: DateTime<Utc>,
    /// Deliveries that wait, or were given up since then.
    pub missed_count: i64,
}

/// The webhook, if it is still stopped because nothing arrived.
pub async fn find_stopped(state: &AppState, webhook_id: WebhookId) -> Result<Option<StoppedWebhook>> {
    let stopped = sqlx::query_as(
        "select created_by, url, failing_since,
                (select count(*) from webhook_deliveries d where d.webhook_id = w.id
                 and (d.status = 'waiting' or d.status = 'given_up' and d.ended_at >= w.failing_since)) as missed_count
         from webhooks w where id = $1 and gave_up and failing_since is not null",
    );
    Ok(stopped.bind(webhook_id).fetch_optional(state.db.pool()).await?)
}

async fn read(conn: &mut PgConnection, webhook_id: WebhookId, now: DateTime<Utc>) -> Result<Webhook> {
    let sql = const_format::formatcp!("{WEBHOOK} where w.id = $1");
    let row: Option<Row> = sqlx::query_as(sql).bind(webhook_id).fetch_optional(conn).await?;
    row.map(|row| row.tell(now)).ok_or_else(|| Error::NotFound.into())
}

/// The same, locked until the transaction ends. Errors: `NotFound`.
async fn lock(conn: &mut PgConnection, webhook_id: WebhookId, now: DateTime<Utc>) -> Result<Webhook> {
    let sql = "select from webhooks where id = $1 for update";
    sqlx::query(sql).bind(webhook_id).execute(&mut *conn).await?;
    read(conn, webhook_id, now).await
}

fn deed(
    action: &'static str,
    (webhook_id, event_id): (WebhookId, Option<EventId>),
    before: Value,
    after: Value,
) -> Deed {
    Deed { action, event_id, subject_id: Some(webhook_id.0), before, after }
}
