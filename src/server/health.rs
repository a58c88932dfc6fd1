//! Whether the process lives (`/healthz`) and whether it can do its work (`/readyz`).

use super::state::AppState;
use axum::{Json, extract::State, http::StatusCode};
use serde::Serialize;
use std::time::Duration;

/// How long readiness waits for PostgreSQL: shorter than what asks for it usually waits.
const PATIENCE: Duration = Duration::from_secs(2);

/// That the process runs.
#[derive(Serialize)]
pub(super) struct Liveness {
    status: &'static str,
}

/// Readiness, with every part and its reason.
#[derive(Serialize)]
pub(super) struct Readiness {
    status: &'static str,
    postgresql: Check,
    migrations: Check,
    redis: Check,
}

#[derive(Serialize)]
struct Check {
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// The process runs and answers. Says nothing about what it depends on: restarting it would not mend that.
pub(super) async fn healthz() -> Json<Liveness> {
    Json(Liveness { status: "ok" })
}

/// Whether requests should be sent here: 200 `ready`; 200 `degraded` without Redis, because everything works without
/// it; 503 `unavailable` without PostgreSQL or with a database older than this program; 503 `leaving` once the process is told to stop,
/// although it answers for a while yet.
pub(super) async fn readyz(State(state): State<AppState>) -> (StatusCode, Json<Readiness>) {
    let (postgresql, migrations, redis) =
        tokio::join!(check(ping_database(&state)), check(check_migrations(&state)), check(state.redis.ping()),);
    let (code, status) = match (postgresql.ok && migrations.ok, redis.ok) {
        (true, _) if state.leaving.is_cancelled() => (StatusCode::SERVICE_UNAVAILABLE, "leaving"),
        (true, true) => (StatusCode::OK, "ready"),
        (true, false) => (StatusCode::OK, "degraded"),
        (false, _) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
    };
    (code, Json(Readiness { status, postgresql, migrations, redis }))
}

async fn ping_database(state: &AppState) -> anyhow::Result<()> {
    sqlx::query("select 1").execute(state.db.pool()).await?;
    Ok(())
}

async fn check_migrations(state: &AppState) -> anyhow::Result<()> {
    let current = state.db.migrations_current().await?;
    anyhow::ensure!(current, "migrations are missing: run `evently migrate`");
    Ok(())
}

async fn check(work: impl Future<Output = anyhow::Result<()>>) -> Check {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(Ok(())) => Check { ok: true, reason: None },
        Ok(Err(error)) => Check { ok: false, reason: Some(format!("{error:#}")) },
        Err(_) => Check { ok: false, reason: Some(format!("no answer within {} s", PATIENCE.as_secs())) },
    }
}
