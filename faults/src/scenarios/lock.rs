//! Somebody outside holds the locks of one event, and the server has few connections.

use super::Outcome;
use crate::{
    app::Setup,
    buyer::Taste,
    rush::{End, Seen},
    stage::Stage,
    trial::{Excused, Trial},
};
use anyhow::ensure;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Few, and still some more than the server lets be at one event.
const CONNECTIONS: u32 = 10;
/// One buyer in so many wants the locked event: more than there are connections, and buyers enough for the others.
const ONE_AT_IT_IN: usize = 2;
/// PostgreSQL gives a lock up after three seconds, and the server a request that waits for its turn; both can come together.
const TOLD_WITHIN: Duration = Duration::from_secs(7);
/// What has to be left of the sales of the other events.
const RATE_AT_LEAST: f64 = 0.3;

/// The event's row and its sale are locked for some seconds: others are served, its buyers are told to come back.
pub(super) async fn event_locked(stage: &Stage) -> anyhow::Result<Outcome> {
    let connections = ("EVENTLY_DATABASE__MAX_CONNECTIONS".to_owned(), CONNECTIONS.to_string());
    let setup = Setup { variables: vec![connections], ..stage.setup() };
    let taste = |n| if n % ONE_AT_IT_IN == 0 { Taste::Hot } else { Taste::Others };
    let trial = Trial::open_with(stage, "event-locked", &[setup], taste).await?;
    let struck = Instant::now();
    let mut tx = stage.pool.begin().await?;
    let lock = "select pg_advisory_xact_lock(hashtextextended(id::text, 0)) from events where id = $1 for update";
    sqlx::query(lock).bind(trial.rush.sale.hot).execute(&mut *tx).await?;
    // Longer than the server's patience, or nobody would be told anything.
    sleep(stage.form.fault + Duration::from_secs(3)).await;
    tx.rollback().await?;
    let over = Instant::now();
    let told = check(&trial, struck, over, stage.form.before)?;
    let sold = trial.recovered(over).await?;
    let figures = trial.close(Excused::unavailable()).await?;
    Ok(Outcome::Passed(format!("{told}, selling {} ms later; {figures}", sold.as_millis())))
}

fn check(trial: &Trial<'_>, struck: Instant, over: Instant, before: Duration) -> anyhow::Result<String> {
    let others = |from: Instant, to: Instant| {
        let done = trial.count(|s| !s.hot && s.end == End::Done && (from..to).contains(&(s.began + s.took)));
        done as f64 / (to - from).as_secs_f64()
    };
    let ratio = others(struck, over) / others(struck - before * 3 / 4, struck);
    let during = |s: &Seen| (struck..over).contains(&s.began);
    let refused_others = trial.count(|s| !s.hot && s.end == End::Unavailable && during(s));
    let at_it = trial.count(|s| s.hot && s.end == End::Unavailable && during(s));
    let slowest = trial.rush.seen().iter().filter(|s| s.hot && during(s)).map(|s| s.took).max().unwrap_or_default();
    let told = format!(
        "other events at {ratio:.2} of the rate before with {refused_others} unavailable, the locked one {at_it} times \
         unavailable, the last after {} ms",
        slowest.as_millis()
    );
    ensure!(at_it > 0, "nobody of the locked event was told to come back: {told}");
    ensure!(slowest < TOLD_WITHIN, "who wants the locked event waits too long: {told}");
    ensure!(ratio > RATE_AT_LEAST, "other events suffer: {told}");
    Ok(told)
}
