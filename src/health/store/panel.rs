//! What the panel shows, and what can be done from it.

use super::{
    alerts::list_alerts,
    signals::{find_last_audit, measure, traffic_lately},
};
use crate::{
    error::Error,
    health::model::{DatabaseState, DeadJob, Health, LaneState, RuleState, SlowQuery, WebhooksState},
    job::Lane,
    notifications::store::count_refused_since,
    server::{
        Result,
        breaker::BreakerState,
        jobs::{self, DeadRow, count_waiting},
        state::AppState,
    },
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    webhooks,
};
use chrono::TimeDelta;
use serde_json::json;

/// How the system is just now.
pub async fn get_health(state: &AppState) -> Result<Health> {
    let now = state.clock.now();
    let alerts = list_alerts(state).await?;
    let rules = measure(state, now).await?.into_iter().map(|(rule, value)| {
        let open = alerts.iter().find(|alert| alert.rule == rule && alert.cleared_at.is_none());
        RuleState { rule, severity: rule.bounds().severity, value, raised_at: open.map(|alert| alert.raised_at) }
    });
    let mut lanes = Vec::new();
    for lane in Lane::ALL {
        let count = count_waiting(state, lane).await?;
        lanes.push(LaneState {
            lane: lane.name().to_owned(),
            waiting_count: count.waiting,
            overdue_s: (count.overdue_s as i64).max(0),
            dead_count: count.dead,
        });
    }
    Ok(Health {
        as_of: now,
        rules: rules.collect(),
        traffic: traffic_lately(state, now).await?,
        database: find_database(state).await?,
        slow_queries: list_slow(state).await?,
        redis_answers: state.redis.ping().await.is_ok(),
        redis_breaker: name(state.redis.breaker_state()),
        mail_breaker: name(state.mailer.breaker_state()),
        refused_mail_count: count_refused_since(state, now - TimeDelta::days(1)).await?,
        webhooks: find_webhooks(state).await?,
        lanes,
        dead_jobs: jobs::list_dead(state).await?.into_iter().map(shown).collect(),
        last_audit: find_last_audit(state).await?,
        alerts,
    })
}

async fn find_webhooks(state: &AppState) -> Result<WebhooksState> {
    let backlog = webhooks::store::count_waiting(state).await?;
    Ok(WebhooksState {
        waiting_count: backlog.waiting,
        overdue_s: backlog.overdue_s as i64,
        failing_count: backlog.failing,
        gave_up_count: backlog.gave_up,
    })
}

fn shown(row: DeadRow) -> DeadJob {
    let DeadRow { id, job, last_error, attempts, died_at } = row;
    DeadJob { id, job, last_error, attempts, died_at }
}

fn name(state: BreakerState) -> String {
    let name = match state {
        BreakerState::Closed => "closed",
        BreakerState::HalfOpen => "half_open",
        BreakerState::Open => "open",
    };
    name.to_owned()
}

async fn find_database(state: &AppState) -> Result<DatabaseState> {
    let database = sqlx::query_as(
        "select current_setting('server_version') as version, pg_database_size(current_database()) as size_bytes,
                (select count(*) from pg_stat_activity where backend_type = 'client backend') as connection_count,
                current_setting('max_connections')::bigint as connection_max,
                (select count(*) from pg_stat_replication) as replica_count",
    );
    Ok(database.fetch_one(state.db.pool()).await?)
}

/// What has been running for more than a second. Statements carry no values: those are sent beside them.
async fn list_slow(state: &AppState) -> Result<Vec<SlowQuery>> {
    let slow = sqlx::query_as(
        "select extract(epoch from clock_timestamp() - query_start)::bigint as for_s, wait_event_type as waits_for,
                left(regexp_replace(query, '\\s+', ' ', 'g'), 200) as query
         from pg_stat_activity
         where datname = current_database() and state = 'active' and pid <> pg_backend_pid()
           and query_start < clock_timestamp() - interval '1 second'
         order by query_start limit 20",
    );
    Ok(slow.fetch_all(state.db.pool()).await?)
}

/// Tries a job again that was given up. Errors: `NotFound`.
pub async fn retry_job(state: &AppState, actor: &Actor, job_id: i64) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let dead = jobs::take_out_dead(&mut tx, job_id).await?.ok_or(Error::NotFound)?;
    jobs::enqueue_anew(&mut tx, &dead, now).await?;
    record(&mut tx, actor, deed_on("job_retried", dead), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets a job that was given up. Errors: `NotFound`.
pub async fn discard_job(state: &AppState, actor: &Actor, job_id: i64) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let dead = jobs::take_out_dead(&mut tx, job_id).await?.ok_or(Error::NotFound)?;
    record(&mut tx, actor, deed_on("job_discarded", dead), now).await?;
    tx.commit().await?;
    Ok(())
}

fn deed_on(action: &'static str, dead: DeadRow) -> Deed {
    Deed { action, event_id: None, subject_id: None, before: json!({"job": dead.job}), after: json!({}) }
}
