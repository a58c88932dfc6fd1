//! Figures for whoever watches the system: counted where things happen, shown to Prometheus under `GET /metrics` on an
//! address of its own, because they are nobody else's business. Without that address nothing is counted at all.

use super::{breaker::BreakerState, jobs::count_waiting, state::AppState, vitals::sessions_so_far};
use crate::{bookings, job::Lane, webhooks};
use anyhow::Context;
use axum::{
    Router,
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
    routing::get,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};
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

/// Histogram: seconds until a reply began. Label: `route`, as the router or the table of functions names it.
pub const REQUEST_SECONDS: &str = "evently_request_seconds";
/// Counter: requests that were answered by 500 and above. Label: `route`.
pub const REQUESTS_FAILED_TOTAL: &str = "evently_requests_failed_total";
/// Counter: what a cache had. Label: `cache`: `pages`, `sessions`.
pub const CACHE_HITS_TOTAL: &str = "evently_cache_hits_total";
/// Counter: what it didn't have. Label: `cache`.
pub const CACHE_MISSES_TOTAL: &str = "evently_cache_misses_total";
/// Gauge: connections to PostgreSQL for requests. Label: `state`: `in_use`, `idle`.
pub const POOL_CONNECTIONS: &str = "evently_pool_connections";
/// Gauge: as many as there can be. No labels.
pub const POOL_CONNECTIONS_MAX: &str = "evently_pool_connections_max";
/// Histogram: requests that were settled in one transaction. Label: `queue`: `holds`, `confirms`, `limits`.
pub const BATCH_SIZE: &str = "evently_batch_size";
/// Gauge: open streams of this process. Label: `kind`: `seats`, `events`, `notifications`.
pub const VIEWERS: &str = "evently_viewers";
/// Gauge: holds and offers that nobody has settled yet, of the whole site: every process says the same. No labels.
pub const HOLDS_OPEN: &str = "evently_holds_open";
/// Counter: what happened to bookings, as their history says, each counted by the one process that added it up: of all processes
/// together it is exact but for what one had counted and not shown when it died. Labels: `action`: `held`, `confirmed`, `cancelled`,
/// `released`, `expired`; `currency`, the event's.
pub const BOOKINGS_TOTAL: &str = "evently_bookings_total";
/// Counter: what was paid in minor units, counted as the bookings are. Label: `currency`.
pub const REVENUE_MINOR_TOTAL: &str = "evently_revenue_minor_total";
/// Counter: what was given back in minor units. Label: `currency`.
pub const REFUNDS_MINOR_TOTAL: &str = "evently_refunds_minor_total";

/// Upper bounds of times, in seconds: around a page from memory, a page, a booking, and what people notice.
const SECONDS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Upper bounds of batches, in requests.
const BATCHES: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

static COUNTING: AtomicBool = AtomicBool::new(false);

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
    let buckets = [(REQUEST_SECONDS, &SECONDS[..]), (BATCH_SIZE, &BATCHES[..])];
    let builder = buckets.into_iter().try_fold(PrometheusBuilder::new(), |builder, (name, bounds)| {
        builder.set_buckets_for_metric(Matcher::Full(name.to_owned()), bounds)
    });
    let figures = builder.and_then(PrometheusBuilder::install_recorder).context("beginning to count")?;
    COUNTING.store(true, Relaxed);
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
    metrics::describe_histogram!(REQUEST_SECONDS, "Seconds until a reply began, by route.");
    metrics::describe_counter!(REQUESTS_FAILED_TOTAL, "Requests answered by 500 and above, by route.");
    metrics::describe_counter!(CACHE_HITS_TOTAL, "What a cache had.");
    metrics::describe_counter!(CACHE_MISSES_TOTAL, "What a cache didn't have.");
    metrics::describe_gauge!(POOL_CONNECTIONS, "Connections to PostgreSQL for requests, by state.");
    metrics::describe_gauge!(POOL_CONNECTIONS_MAX, "As many as there can be.");
    metrics::describe_histogram!(BATCH_SIZE, "Requests settled in one transaction, by queue.");
    metrics::describe_gauge!(VIEWERS, "Open streams of this process, by kind.");
    metrics::describe_gauge!(HOLDS_OPEN, "Holds and offers of the whole site that nobody has settled yet.");
    metrics::describe_counter!(BOOKINGS_TOTAL, "What happened to bookings, by action and currency.");
    metrics::describe_counter!(REVENUE_MINOR_TOTAL, "What was paid, in minor units.");
    metrics::describe_counter!(REFUNDS_MINOR_TOTAL, "What was given back, in minor units.");
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
    for (cache, [hits, misses]) in [("pages", page_counts(&state)), ("sessions", sessions_so_far())] {
        metrics::counter!(CACHE_HITS_TOTAL, "cache" => cache).absolute(hits);
        metrics::counter!(CACHE_MISSES_TOTAL, "cache" => cache).absolute(misses);
    }
    let pool = state.db.pool();
    let idle = u32::try_from(pool.num_idle()).unwrap_or(u32::MAX);
    metrics::gauge!(POOL_CONNECTIONS, "state" => "idle").set(idle);
    metrics::gauge!(POOL_CONNECTIONS, "state" => "in_use").set(pool.size().saturating_sub(idle));
    metrics::gauge!(POOL_CONNECTIONS_MAX).set(pool.options().get_max_connections());
    for (kind, count) in [
        ("seats", state.live_seats.viewer_count()),
        ("events", state.live_events.viewer_count()),
        ("notifications", state.live_notifications.viewer_count()),
    ] {
        metrics::gauge!(VIEWERS, "kind" => kind).set(count as f64);
    }
    if let Ok(open) = bookings::store::count_holds(&state).await {
        metrics::gauge!(HOLDS_OPEN).set(open as f64);
    }
    if let Ok(backlog) = webhooks::store::count_waiting(&state).await {
        metrics::gauge!(WEBHOOKS_WAITING).set(backlog.waiting as f64);
        metrics::gauge!(WEBHOOKS_OVERDUE).set(backlog.overdue_s);
        metrics::gauge!(WEBHOOKS, "state" => "failing").set(backlog.failing as f64);
        metrics::gauge!(WEBHOOKS, "state" => "gave_up").set(backlog.gave_up as f64);
    }
    ([(CONTENT_TYPE, TEXT_FORMAT)], figures.render()).into_response()
}

/// Pages that somebody else had drawn, and those that were drawn.
fn page_counts(state: &AppState) -> [u64; 2] {
    let [drawn, handed_out] = state.shared_pages.counts();
    [handed_out, drawn]
}

/// Whether anything is counted.
pub(super) fn is_counting() -> bool {
    COUNTING.load(Relaxed)
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
