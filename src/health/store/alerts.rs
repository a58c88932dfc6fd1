//! Raising and clearing alerts, and who is told.

use super::signals::measure;
use crate::{
    health::model::{PastAlert, Rule, Turn, decide_turn},
    id::UserId,
    job::{Job, Mail},
    server::{
        Result,
        jobs::{begin_scheduled, enqueue},
        state::AppState,
    },
    staff::{model::Permission, store::list_with},
    webhooks::store::{AlertTold, tell_alert},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::{collections::HashMap, time::Duration};

/// How often the rules are looked at, by all processes together.
const LOOK_EVERY: Duration = Duration::from_secs(15);
/// The advisory lock under which an outage is noted; the number only has to be no other lock's.
const OUTAGE_LOCK: i64 = 0x0_07A6E;
/// Past alerts that are shown.
const PAST_MAX: i64 = 30;

/// Looks at every rule, if nobody has within fifteen seconds: raises and clears alerts, and asks for the mails about them.
/// Answers how many turned.
pub async fn look(state: &AppState) -> Result<u64> {
    if begin_scheduled(state, "look at alerts", LOOK_EVERY).await?.is_none() {
        return Ok(0);
    }
    let values = measure(state, state.clock.now()).await?;
    let watchers = list_watchers(state).await?;
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let open: Vec<String> =
        sqlx::query_scalar("select rule from alerts where cleared_at is null").fetch_all(&mut *tx).await?;
    let streaks: HashMap<String, i32> =
        sqlx::query_as("select rule, streak from alert_streaks").fetch_all(&mut *tx).await?.into_iter().collect();
    let mut turned = 0;
    for (rule, value) in values {
        let is_raised = open.iter().any(|key| key == rule.key());
        let before = streaks.get(rule.key()).copied().unwrap_or_default();
        let (turn, streak) = decide_turn(rule.bounds(), is_raised, before, value);
        set_streak(&mut tx, rule, streak).await?;
        let alert_id = match turn {
            Turn::Stay => continue,
            Turn::Raise => raise(&mut tx, rule, value, now).await?,
            Turn::Clear => clear(&mut tx, rule, now).await?,
        };
        turned += 1;
        tracing::warn!(rule = rule.key(), value, ?turn, "an alert turned");
        let is_over = turn == Turn::Clear;
        let mails: Vec<Job> =
            watchers.iter().map(|user_id| Mail::Alert { alert_id, user_id: *user_id, is_over }.into()).collect();
        enqueue(&mut tx, &mails, now).await?;
        tell_alert(&mut tx, AlertTold { alert_id, is_over, data: tell(rule, value) }, now).await?;
    }
    tx.commit().await?;
    Ok(turned)
}

async fn set_streak(conn: &mut PgConnection, rule: Rule, streak: i32) -> Result<()> {
    sqlx::query(
        "insert into alert_streaks (rule, streak) values ($1, $2) on conflict (rule) do update set streak = excluded.streak",
    )
    .bind(rule.key())
    .bind(streak)
    .execute(conn)
    .await?;
    Ok(())
}

async fn raise(conn: &mut PgConnection, rule: Rule, value: i64, now: DateTime<Utc>) -> Result<i64> {
    let raised = sqlx::query_scalar("insert into alerts (rule, value, raised_at) values ($1, $2, $3) returning id");
    Ok(raised.bind(rule.key()).bind(value).bind(now).fetch_one(conn).await?)
}

async fn clear(conn: &mut PgConnection, rule: Rule, now: DateTime<Utc>) -> Result<i64> {
    let cleared =
        sqlx::query_scalar("update alerts set cleared_at = $2 where rule = $1 and cleared_at is null returning id");
    Ok(cleared.bind(rule.key()).bind(now).fetch_one(conn).await?)
}

/// Notes an outage of the database that is over, unless another process has, and asks for the mails that say so. Answers how
/// many those are.
pub async fn end_outage(state: &AppState, raised_at: DateTime<Utc>) -> Result<u64> {
    let watchers = list_watchers(state).await?;
    let mut tx = state.db.begin().await?;
    // All processes find out at about the same moment.
    sqlx::query("select pg_advisory_xact_lock($1)").bind(OUTAGE_LOCK).execute(&mut *tx).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let noted: Option<i64> = sqlx::query_scalar(
        "insert into alerts (rule, value, raised_at, cleared_at) select $1, 1, least($2, $3), $3
         where not exists (select from alerts where rule = $1 and cleared_at > $2) returning id",
    )
    .bind(Rule::DatabaseAway.key())
    .bind(raised_at)
    .bind(now)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(alert_id) = noted else { return Ok(0) };
    let mails: Vec<Job> =
        watchers.iter().map(|user_id| Mail::Alert { alert_id, user_id: *user_id, is_over: true }.into()).collect();
    enqueue(&mut tx, &mails, now).await?;
    tell_alert(&mut tx, AlertTold { alert_id, is_over: true, data: tell(Rule::DatabaseAway, 0) }, now).await?;
    tx.commit().await?;
    Ok(mails.len() as u64)
}

/// What webhooks are told of a rule that turned, at this value.
pub(in crate::health) fn tell(rule: Rule, value: i64) -> Value {
    json!({
        "rule": rule,
        "severity": rule.bounds().severity,
        "message": rule.words(),
        "value": value,
        "measured": rule.say(value),
    })
}

/// Who is told of alerts: whoever may see how the system is.
pub async fn list_watchers(state: &AppState) -> Result<Vec<UserId>> {
    list_with(state, Permission::SeeHealth).await
}

/// An alert that a mail is about.
#[derive(Clone, Copy, Debug)]
pub struct Risen {
    /// Which rule.
    pub rule: Rule,
    /// What was measured when it rose.
    pub value: i64,
    /// From when.
    pub raised_at: DateTime<Utc>,
    /// Until when.
    pub cleared_at: Option<DateTime<Utc>>,
}

#[derive(sqlx::FromRow)]
struct AlertRow {
    rule: String,
    value: i64,
    raised_at: DateTime<Utc>,
    cleared_at: Option<DateTime<Utc>>,
}

/// The alert of this number; none where its rule is known no more.
pub async fn find_alert(state: &AppState, alert_id: i64) -> Result<Option<Risen>> {
    let row: Option<AlertRow> = sqlx::query_as("select rule, value, raised_at, cleared_at from alerts where id = $1")
        .bind(alert_id)
        .fetch_optional(state.db.pool())
        .await?;
    Ok(row.and_then(|row| {
        let AlertRow { value, raised_at, cleared_at, .. } = row;
        Some(Risen { rule: Rule::find(&row.rule)?, value, raised_at, cleared_at })
    }))
}

/// The last alerts, the newest first.
pub(super) async fn list_alerts(state: &AppState) -> Result<Vec<PastAlert>> {
    let rows: Vec<AlertRow> =
        sqlx::query_as("select rule, value, raised_at, cleared_at from alerts order by id desc limit $1")
            .bind(PAST_MAX)
            .fetch_all(state.db.pool())
            .await?;
    let past = |row: AlertRow| {
        let AlertRow { value, raised_at, cleared_at, .. } = row;
        Some(PastAlert { rule: Rule::find(&row.rule)?, value, raised_at, cleared_at })
    };
    Ok(rows.into_iter().filter_map(past).collect())
}
