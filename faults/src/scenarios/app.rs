//! The server's own process is killed.

use super::Outcome;
use crate::{
    stage::Stage,
    trial::{Excused, Trial},
};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Long enough for clients to run into it.
const DOWN: Duration = Duration::from_millis(300);

/// The only process is killed and started again.
pub(super) async fn killed(stage: &Stage) -> anyhow::Result<Outcome> {
    let mut trial = Trial::open(stage, "app-killed", &[stage.setup()]).await?;
    let mut told = String::new();
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        trial.apps[0].kill().await?;
        sleep(DOWN).await;
        let since = Instant::now();
        let ready = trial.apps[0].restart().await?;
        let sold = trial.recovered(since).await?;
        told.push_str(&format!("ready {} ms and selling {} ms after its start; ", ready.as_millis(), sold.as_millis()));
    }
    let excused = Excused { broken: vec![0], ..Excused::default() };
    Ok(Outcome::Passed(told + &trial.close(excused).await?))
}

/// Of two processes on one database, one is killed: the other's clients must not notice.
pub(super) async fn killed_beside_another(stage: &Stage) -> anyhow::Result<Outcome> {
    let mut trial = Trial::open(stage, "app-killed-beside-another", &[stage.setup(), stage.setup()]).await?;
    let mut told = String::new();
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        trial.apps[0].kill().await?;
        sleep(stage.form.fault).await;
        let since = Instant::now();
        trial.apps[0].restart().await?;
        let sold = trial.recovered(since).await?;
        told.push_str(&format!("both selling {} ms after its start; ", sold.as_millis()));
    }
    let excused = Excused { broken: vec![0], ..Excused::default() };
    Ok(Outcome::Passed(told + &trial.close(excused).await?))
}
