//! Breaks things in the middle of a rush: the server, its worker, PostgreSQL, Redis, the network, the clock, the disk.
//! Buyers come over HTTP and a ledger keeps what each was told; afterwards it is compared with the tables, every place
//! that is not booked is bought, and `evently audit` has to find nothing.
//!
//! `scripts/faults` starts what this needs, and `scripts/cluster --trial` for what happens to a cluster (`--cluster`). Arguments:
//! `--short` for the form that `make test` runs, and names of scenarios to run these alone.

mod app;
mod buyer;
mod ledger;
mod post_office;
mod proxy;
mod report;
mod rush;
mod sale;
mod scenarios;
mod services;
mod stage;
mod trial;

use anyhow::{Context, ensure};
use report::Report;
use scenarios::{ALL, CLUSTER, Run};
use stage::{Form, Stage};
use std::{
    env,
    process::ExitCode,
    time::{Duration, Instant},
};
use tokio::{
    signal::unix::{SignalKind, signal},
    time::timeout,
};

/// No scenario takes as long, in either form.
const SCENARIO_TIMEOUT: Duration = Duration::from_secs(300);

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    // Dropping the work ends the servers it started, and wakes what it made stand still.
    tokio::select! {
        ended = work() => Ok(if ended? { ExitCode::SUCCESS } else { ExitCode::FAILURE }),
        _ = terminate.recv() => Ok(ExitCode::from(143)),
        _ = interrupt.recv() => Ok(ExitCode::from(130)),
    }
}

async fn work() -> anyhow::Result<bool> {
    let (options, names): (Vec<String>, Vec<String>) = env::args().skip(1).partition(|word| word.starts_with("--"));
    let unknown = options.iter().find(|option| !["--short", "--cluster"].contains(&option.as_str()));
    ensure!(unknown.is_none(), "there is no option {unknown:?}; there are --short and --cluster");
    let has = |name: &str| options.iter().any(|option| option == name);
    let all: &[(&'static str, Run)] = if has("--cluster") { &CLUSTER } else { &ALL };
    let unknown = names.iter().find(|name| all.iter().all(|(known, _)| known != name));
    ensure!(unknown.is_none(), "there is no scenario {unknown:?}");
    let form = if has("--short") { Form::SHORT } else { Form::LONG };
    let stage = Stage::set(form).await.context("setting up")?;
    stage.audit().await.context("the audit before the faults")?;
    let mut report = Report::default();
    for &(name, run) in all {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            let began = Instant::now();
            let ended = one(&stage, run).await;
            report.add(name, began.elapsed(), ended);
        }
    }
    report.finish(&stage.folder.join(if has("--cluster") { "cluster.xml" } else { "junit.xml" }))
}

/// Runs a scenario on services that run, whatever the one before has left.
async fn one(stage: &Stage, run: Run) -> anyhow::Result<scenarios::Outcome> {
    stage.services.start().await.context("starting the services")?;
    timeout(SCENARIO_TIMEOUT, run(stage)).await.context("the scenario takes too long")?
}
