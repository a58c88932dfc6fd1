//! Figures for whoever watches the system: counted where things happen, shown to Prometheus under `GET /metrics` on an
//! address of its own, because they are nobody else's business. Without that address nothing is counted at all.

use super::{breaker::BreakerState, jobs::count_waiting, state::AppState};
use crate::{job::Lane, webhooks};
use anyhow::Context;
use axum::{
    Router,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{net::SocketAddr, time::Duration};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Counter: tries after the first. Labels: `what`, the work; `reason`: `serialization`, `deadlock`, `connection_lost`.
pub const RETRIES_TOTAL: &str = "evently_retries_total";
/// Counter: replies given again under an `Idempotency-Key`. No labels.
pub const IDEMPOTENCY_REPLAYS_TOTAL: &str = "evently_idempotency_replays_total";
/// Counter: requests that came too often. Label: `class`, as in `api/access.rs`.
pub const LIMITED_TOTAL: &str = "evently_limited_total";
/// Gauge: 0 closed (all is well), 1 half open, 2 open. Label: `name`, what stands behind the breaker: `redis`, `mail`.
pub const BREAKER_STATE: &str = "evently_breaker_state";
/// Gauge: rows that broke an invariant in the last audit on schedule that this process made. No labels.
pub const AUDIT_BROKEN_ROWS: &str = "evently_audit_broken_rows";
/// Gauge: when that audit ended, in seconds since 1970. No labels.
pub const AUDIT_ENDED_AT: &str = "evently_audit_ended_at_seconds";

/// Gauge: how many seconds the replica is behind at most, as far as this process knows; infinite where it can't tell. No labels.
pub const REPLICA_LAG: &str = "evently_replica_lag_seconds";
/// Counter: readings that may be late. Label: `from`: `replica`, `primary`.
pub const LATE_READS_TOTAL: &str = "evently_late_reads_total";

/// Gauge: jobs that wait. Label: `lane`.
pub const JOBS_WAITING: &str = "evently_jobs_waiting";
/// Gauge: by how many seconds the oldest waiting job is overdue. Label: `lane`.
pub const JOBS_OVERDUE: &str = "evently_jobs_overdue_seconds";
/// Gauge: jobs that were given up. Label: `lane`.
pub const JOBS_DEAD: &str = "evently_jobs_dead";
/// Counter: mails that came to their end. Label: `status`: `sent`, `refused`, `needless`, `unwanted`.
pub const MAILS_TOTAL: &str = "evently_mails_total";

/// Gauge: deliveries to webhooks that wait. No labels.
pub const WEBHOOKS_WAITING: &str = "evently_webhook_deliveries_waiting";
/// Gauge: by how many seconds the oldest of them is overdue whose receiver doesn't fail. No labels.
pub const WEBHOOKS_OVERDUE: &str = "evently_webhook_deliveries_overdue_seconds";
/// Gauge: webhooks. Label: `state`: `failing`, `gave_up`.
pub const WEBHOOKS: &str = "evently_webhooks";

/// Source: Prometheus, "Exposition formats", text format 0.0.4.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";
/// How often what was measured is added up, so that it doesn't pile up where nobody asks.
const UPKEEP_EVERY: Duration = Duration::from_secs(5);

/// Counts from now on, and shows the figures at the address until the token is cancelled.
///
/// Errors: an address that is taken; being called twice.
pub async fn serve_metrics(state: AppState, address: SocketAddr, token: CancellationToken) -> anyhow::Result<()> {
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("listening on {address} (EVENTLY_METRICS_ADDR)"))?;
    let figures = install()?;
    let routes = metrics_router(state, figures.clone());
    tokio::spawn(keep_up(figures, token.clone()));
    tokio::spawn(axum::serve(listener, routes).with_graceful_shutdown(token.cancelled_owned()).into_future());
    tracing::info!(%address, "showing metrics");
    Ok(())
}

/// Begins to count in this process. Errors: being called twice.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    let figures = PrometheusBuilder::new().install_recorder().context("beginning to count")?;
    metrics::describe_counter!(RETRIES_TOTAL, "Tries after the first, by the work and the reason.");
    metrics::describe_counter!(IDEMPOTENCY_REPLAYS_TOTAL, "Replies given again under an Idempotency-Key.");
    metrics::describe_counter!(LIMITED_TOTAL, "Requests that came too often, by class.");
    metrics::describe_gauge!(BREAKER_STATE, "0 closed (all is well), 1 half open, 2 open.");
    metrics::describe_gauge!(AUDIT_BROKEN_ROWS, "Rows that broke an invariant in the last audit on schedule.");
    metrics::describe_gauge!(AUDIT_ENDED_AT, "When that audit ended, in seconds since 1970.");
    metrics::describe_gauge!(REPLICA_LAG, "How many seconds the replica is behind at most.");
    metrics::describe_counter!(LATE_READS_TOTAL, "Readings that may be late, by where they were made.");
    metrics::describe_gauge!(JOBS_WAITING, "Jobs that wait, by lane.");
    metrics::describe_gauge!(JOBS_OVERDUE, "By how many seconds the oldest waiting job is overdue, by lane.");
    metrics::describe_gauge!(JOBS_DEAD, "Jobs that were given up, by lane.");
    metrics::describe_gauge!(WEBHOOKS_WAITING, "Deliveries to webhooks that wait.");
    metrics::describe_gauge!(WEBHOOKS_OVERDUE, "Seconds by which the oldest is overdue whose receiver doesn't fail.");
    metrics::describe_gauge!(WEBHOOKS, "Webhooks that fail, and that were stopped because nothing arrived.");
    metrics::describe_counter!(MAILS_TOTAL, "Mails that came to their end, by what became of them.");
    // A counter that isn't there yet can't be told from one that is missing.
    metrics::counter!(IDEMPOTENCY_REPLAYS_TOTAL).absolute(0);
    Ok(figures)
}

/// The page with the figures: `GET /metrics`.
pub fn metrics_router(state: AppState, figures: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(show)).with_state((state, figures))
}

async fn show(State((state, figures)): State<(AppState, PrometheusHandle)>) -> Response {
    metrics::gauge!(BREAKER_STATE, "name" => "redis").set(level(state.redis.breaker_state()));
    metrics::gauge!(BREAKER_STATE, "name" => "mail").set(level(state.mailer.breaker_state()));
    for lane in Lane::ALL {
        // Without the database, its figures stay what they were, and its own are missing: that says enough.
        if let Ok(count) = count_waiting(&state, lane).await {
            metrics::gauge!(JOBS_WAITING, "lane" => lane.name()).set(count.waiting as f64);
            metrics::gauge!(JOBS_OVERDUE, "lane" => lane.name()).set(count.overdue_s.max(0.0));
            metrics::gauge!(JOBS_DEAD, "lane" => lane.name()).set(count.dead as f64);
        }
    }
    if let Ok(backlog) = webhooks::store::count_waiting(&state).await {
        metrics::gauge!(WEBHOOKS_WAITING).set(backlog.waiting as f64);
        metrics::gauge!(WEBHOOKS_OVERDUE).set(backlog.overdue_s);
        metrics::gauge!(WEBHOOKS, "state" => "failing").set(backlog.failing as f64);
        metrics::gauge!(WEBHOOKS, "state" => "gave_up").set(backlog.gave_up as f64);
    }
    ([(CONTENT_TYPE, TEXT_FORMAT)], figures.render()).into_response()
}

fn level(state: BreakerState) -> f64 {
    match state {
        BreakerState::Closed => 0.0,
        BreakerState::HalfOpen => 1.0,
        BreakerState::Open => 2.0,
    }
}

async fn keep_up(figures: PrometheusHandle, token: CancellationToken) {
    while token.run_until_cancelled(tokio::time::sleep(UPKEEP_EVERY)).await.is_some() {
        figures.run_upkeep();
    }
}
