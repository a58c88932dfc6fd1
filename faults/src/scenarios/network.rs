//! The network between the server and PostgreSQL breaks connections.

use super::Outcome;
use crate::{
    app::Setup,
    proxy::{Proxy, Rules},
    stage::Stage,
    trial::{Excused, Trial},
};
use anyhow::ensure;
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// One commit in so many is cut off.
const CUT_ONE_IN: u64 = 12;
/// Milliseconds a connection lives on average.
const RESET_AFTER_MS: u64 = 400;
/// The server believes for a second (`TRUSTED` in its `db.rs`) that a connection lying idle is alive. Who is given one that
/// was reset just before the fault's end may still be told 503: the fault's doing, though it is over.
const BELIEVED_ALIVE: Duration = Duration::from_millis(1_100);

/// Connections end in the middle of a commit: before it is sent, when it is, and when it is done and nobody has heard.
pub(super) async fn commits_cut(stage: &Stage) -> anyhow::Result<Outcome> {
    breaking(stage, "commits-cut", |rules| (&rules.cut_one_commit_in, CUT_ONE_IN)).await
}

/// Connections end at any moment.
pub(super) async fn connections_reset(stage: &Stage) -> anyhow::Result<Outcome> {
    breaking(stage, "connections-reset", |rules| (&rules.reset_after_ms, RESET_AFTER_MS)).await
}

async fn breaking(stage: &Stage, name: &str, rule: fn(&Rules) -> (&AtomicU64, u64)) -> anyhow::Result<Outcome> {
    let proxy = Proxy::before(&stage.services.database).await?;
    let trial = Trial::open(stage, name, &[Setup { database: proxy.url.clone(), ..stage.setup() }]).await?;
    let (rule, value) = rule(&proxy.rules);
    let mut told = String::new();
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        rule.store(value, Ordering::Relaxed);
        sleep(stage.form.fault).await;
        rule.store(0, Ordering::Relaxed);
        let sold = trial.recovered(Instant::now()).await?;
        told.push_str(&format!("selling {} ms later; ", sold.as_millis()));
        sleep(BELIEVED_ALIVE).await;
    }
    let broken = proxy.rules.broken.load(Ordering::Relaxed);
    ensure!(broken > 0, "no connection was broken");
    let figures = trial.close(Excused::unavailable()).await?;
    Ok(Outcome::Passed(format!("{broken} connections broken, {told}{figures}")))
}
