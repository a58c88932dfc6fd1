//! Running the audit.

mod checks;
mod seals;

use crate::server::{
    Result,
    metrics::{AUDIT_BROKEN_ROWS, AUDIT_ENDED_AT},
    state::AppState,
};
use anyhow::Context;
use checks::CHECKS;
use futures::TryStreamExt;

/// The advisory lock under which one process at a time audits on schedule; the number only has to be no other lock's.
const AUDIT_LOCK: i64 = 0xA0D17;

/// Runs every check in one consistent reading of the database, tells a line for each row that breaks one as it is found,
/// and answers how many those were.
pub async fn run(state: &AppState, mut tell: impl FnMut(String) + Send) -> anyhow::Result<u64> {
    let mut tx = state.db.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
    // Whole tables are joined: loops, which the planner takes for good before it has counted new rows, run for an hour. A query
    // whose audit was broken off ends too.
    sqlx::raw_sql(
        "set local statement_timeout = 0; set local idle_in_transaction_session_timeout = 0; set local work_mem = '32MB';
         set local enable_nestloop = off; set local client_connection_check_interval = '10s'",
    )
        .execute(&mut *tx)
        .await?;
    let mut count = 0;
    for (what, sql) in CHECKS {
        let mut rows = sqlx::query_scalar::<_, String>(sql).fetch(&mut *tx);
        while let Some(row) = rows.try_next().await.with_context(|| format!("checking: {what}"))? {
            tell(format!("{what}: {row}"));
            count += 1;
        }
    }
    let broken = seals::check(state, &mut tx, &mut tell).await.context("checking the seals")?;
    Ok(count + broken)
}

/// The audit as a piece of work that every process repeats: one of them does it, the others answer 0. What is found is an
/// error in the log and a figure in the metrics; the answer is how many rows that were.
pub async fn run_alone(state: &AppState) -> Result<u64> {
    let mut turn = state.db.begin().await?;
    let alone: bool =
        sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(AUDIT_LOCK).fetch_one(&mut *turn).await?;
    if !alone {
        return Ok(0);
    }
    sqlx::query("set local idle_in_transaction_session_timeout = 0").execute(&mut *turn).await?;
    let broken = run(state, |line| tracing::error!(line, "the audit found a row that breaks an invariant")).await?;
    sqlx::query("insert into audits (ended_at, broken_count) values ($1, $2)")
        .bind(state.clock.now_in(&mut turn).await?)
        .bind(i64::try_from(broken).unwrap_or(i64::MAX))
        .execute(&mut *turn)
        .await?;
    turn.commit().await?;
    metrics::gauge!(AUDIT_BROKEN_ROWS).set(broken as f64);
    metrics::gauge!(AUDIT_ENDED_AT).set(state.clock.now().timestamp() as f64);
    Ok(broken)
}
