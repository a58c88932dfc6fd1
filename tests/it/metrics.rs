//! The figures for whoever watches the system.

use super::app::TestApp;
use axum_test::TestServer;
use evently::server::{
    Failure, Passing,
    metrics::{install, metrics_router},
    retrying,
};
use serde_json::json;
use sqlx::PgPool;
use std::sync::atomic::{AtomicBool, Ordering};

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
