//! PostgreSQL is killed.

use super::Outcome;
use crate::{
    stage::Stage,
    trial::{Excused, Trial},
};
use std::time::Instant;
use tokio::time::sleep;

/// All its processes are killed at once, and it is started again.
pub(super) async fn killed(stage: &Stage) -> anyhow::Result<Outcome> {
    let trial = Trial::open(stage, "postgres-killed", &[stage.setup()]).await?;
    let mut told = String::new();
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        let struck = Instant::now();
        stage.services.kill_postgres().await?;
        sleep(stage.form.fault).await;
        stage.services.start().await?;
        let since = Instant::now();
        let sold = trial.recovered(since).await?;
        let down_ms = (since - struck).as_millis();
        told.push_str(&format!("down for {down_ms} ms, selling {} ms later; ", sold.as_millis()));
    }
    Ok(Outcome::Passed(told + &trial.close(Excused::unavailable()).await?))
}
