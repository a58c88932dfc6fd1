//! The figures for whoever watches the system.

use super::app::TestApp;
use axum_test::TestServer;
use evently::{
    analytics::store::project_sales,
    server::{
        Failure, Passing,
        metrics::{install, metrics_router},
        retrying,
    },
};
use serde_json::json;
use sqlx::PgPool;
use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

#[sqlx::test]
async fn what_happened_is_counted_and_shown(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let page = TestServer::new(metrics_router(app.state.clone(), install().expect("counting")));
    let ada = app.person("ada").await;
    for _ in 0..3 {
        let names = json!({"first_name": "Ada", "last_name": "King"});
        ada.server.post("/api/v1/users/update").json(&names).add_header("idempotency-key", "k").await;
    }
    let failed = AtomicBool::new(false);
    let deadlock_once = || async {
        if failed.swap(true, Ordering::Relaxed) { Ok(()) } else { Err(Failure::Passing(Passing::Deadlock)) }
    };
    retrying("a test", deadlock_once).await.expect("done the second time");

    let shown = page.get("/metrics").await;
    assert!(shown.header("content-type").to_str().is_ok_and(|kind| kind.starts_with("text/plain; version=0.0.4")));
    let shown = shown.text();
    for line in [
        "evently_idempotency_replays_total 2\n",
        "evently_retries_total{what=\"a test\",reason=\"deadlock\"} 1\n",
        "evently_breaker_state{name=\"redis\"} 0\n",
        "evently_breaker_state{name=\"mail\"} 0\n",
        "evently_jobs_waiting{lane=\"mail\"} 0\n",
        "evently_jobs_dead{lane=\"work\"} 0\n",
    ] {
        assert!(shown.contains(line), "{line} {shown}");
    }
}

#[sqlx::test]
async fn the_figures_are_not_on_the_public_address(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let reply = app.visitor().server.get("/metrics").await;
    assert_eq!(reply.status_code(), 404);
}

/// The page with the figures, of an application that shares its pages.
async fn counted(pool: PgPool) -> (TestApp, TestServer) {
    let app = TestApp::with_settings(pool, |config| config.pages_shared = Duration::from_secs(600));
    let page = TestServer::new(metrics_router(app.state.clone(), install().expect("counting")));
    (app, page)
}

fn has(shown: &str, lines: &[&str]) {
    for line in lines {
        assert!(shown.contains(&format!("\n{line}\n")), "{line} {shown}");
    }
}

#[sqlx::test]
async fn requests_are_timed_by_route_and_never_named_by_an_address(pool: PgPool) {
    let (app, page) = counted(pool).await;
    let (event_id, visitor) = (app.event(5).await, app.visitor());
    for _ in 0..3 {
        assert_eq!(visitor.page(&format!("/events/{event_id}")).await.0, 200);
    }
    visitor.get("events/list").await.expect(200);
    visitor.get("events/nonsense").await;
    visitor.page("/wp-login.php").await;
    let shown = page.get("/metrics").await.text();
    has(
        &shown,
        &[
            "evently_request_seconds_count{route=\"/events/{id}\"} 3",
            "evently_request_seconds_bucket{route=\"/events/{id}\",le=\"+Inf\"} 3",
            "evently_request_seconds_count{route=\"/api/v1/events/list\"} 1",
            "evently_requests_failed_total{route=\"/events/{id}\"} 0",
            "evently_cache_hits_total{cache=\"pages\"} 2",
            "evently_cache_misses_total{cache=\"pages\"} 1",
            "evently_viewers{kind=\"seats\"} 0",
        ],
    );
    assert!(shown.contains("evently_request_seconds_count{route=\"other\"}"), "{shown}");
    for strange in ["nonsense", "wp-login", &event_id.to_string()] {
        assert!(!shown.contains(strange), "{strange}");
    }
}

#[sqlx::test]
async fn bookings_and_money_are_counted_once_by_whoever_adds_them_up(pool: PgPool) {
    let (app, page) = counted(pool).await;
    let (event_id, ada) = (app.event(50).await, app.person("ada").await);
    let first = ada.book(event_id, 2).await;
    ada.book(event_id, 1).await;
    ada.hold(event_id, 1).await;
    ada.change("cancel", &first).await.expect(200);
    app.add_up().await;
    assert_eq!(project_sales(&app.elsewhere().state).await.expect("nothing left"), 0);
    has(
        &page.get("/metrics").await.text(),
        &[
            "evently_bookings_total{action=\"held\",currency=\"EUR\"} 3",
            "evently_bookings_total{action=\"confirmed\",currency=\"EUR\"} 2",
            "evently_bookings_total{action=\"cancelled\",currency=\"EUR\"} 1",
            "evently_bookings_total{action=\"released\",currency=\"EUR\"} 0",
            "evently_revenue_minor_total{currency=\"EUR\"} 7500",
            "evently_refunds_minor_total{currency=\"EUR\"} 5000",
            "evently_holds_open 1",
            "evently_batch_size_count{queue=\"holds\"} 3",
            "evently_batch_size_sum{queue=\"holds\"} 3",
        ],
    );
}

#[test]
fn rules_and_dashboard_ask_for_figures_that_there_are() {
    let shown = include_str!("../../src/server/metrics.rs");
    let files = [
        include_str!("../../deploy/prometheus/alerts.yml"),
        include_str!("../../deploy/prometheus/alerts.test.yml"),
        include_str!("../../deploy/grafana/evently.json"),
    ];
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_';
    for name in files.iter().flat_map(|file| file.split(|c| !is_part(c))).filter(|word| word.starts_with("evently_")) {
        // What a histogram is shown as.
        let base = ["_bucket", "_count", "_sum"].iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name);
        assert!(shown.contains(&format!("\"{base}\"")), "{name}");
    }
}
