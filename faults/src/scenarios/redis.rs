//! Redis dies, forgets, stands still, is slow: nobody may notice more than a little time.

use super::Outcome;
use crate::{
    app::Setup,
    proxy::Proxy,
    stage::Stage,
    trial::{Excused, Trial},
};
use anyhow::ensure;
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};
use tokio::time::sleep;

/// What has to be left of the sales while Redis is at fault.
const RATE_AT_LEAST: f64 = 0.3;
const FLUSHED_EVERY: Duration = Duration::from_millis(100);
/// Milliseconds its answers take longer: more than the server waits for it, and much more.
const SLOW_MS: [u64; 2] = [200, 2_000];

/// It is killed and started again.
pub(super) async fn killed(stage: &Stage) -> anyhow::Result<Outcome> {
    let course = Course::begin(stage, "redis-killed", &stage.setup()).await?;
    for _ in 0..stage.form.rounds {
        stage.services.kill_redis().await?;
        sleep(stage.form.fault).await;
        stage.services.start().await?;
    }
    course.end().await
}

/// It forgets everything, again and again.
pub(super) async fn flushed(stage: &Stage) -> anyhow::Result<Outcome> {
    let course = Course::begin(stage, "redis-flushed", &stage.setup()).await?;
    while course.struck.elapsed() < stage.form.fault {
        stage.services.flush_redis().await?;
        sleep(FLUSHED_EVERY).await;
    }
    course.end().await
}

/// It stands still and goes on.
pub(super) async fn paused(stage: &Stage) -> anyhow::Result<Outcome> {
    let course = Course::begin(stage, "redis-paused", &stage.setup()).await?;
    for _ in 0..stage.form.rounds {
        let paused = stage.services.pause_redis().await?;
        sleep(stage.form.fault).await;
        drop(paused);
    }
    course.end().await
}

/// Its answers come late.
pub(super) async fn slow(stage: &Stage) -> anyhow::Result<Outcome> {
    let proxy = Proxy::before(&stage.services.redis).await?;
    let setup = Setup { redis: proxy.url.clone(), ..stage.setup() };
    let course = Course::begin(stage, "redis-slow", &setup).await?;
    for delay_ms in SLOW_MS {
        proxy.rules.delay_ms.store(delay_ms, Ordering::Relaxed);
        sleep(stage.form.fault).await;
    }
    proxy.rules.delay_ms.store(0, Ordering::Relaxed);
    course.end().await
}

/// A rush, and when the fault began.
struct Course<'a> {
    trial: Trial<'a>,
    began: Instant,
    struck: Instant,
}

impl<'a> Course<'a> {
    async fn begin(stage: &'a Stage, name: &str, setup: &Setup) -> anyhow::Result<Self> {
        let began = Instant::now();
        let trial = Trial::open(stage, name, std::slice::from_ref(setup)).await?;
        // Buyers are let in once the server is ready; what they do first is not their usual pace.
        let began = began.max(Instant::now() - stage.form.before * 3 / 4);
        Ok(Self { trial, began, struck: Instant::now() })
    }

    /// Compares the sales during the fault, which ends now, with those before it.
    async fn end(self) -> anyhow::Result<Outcome> {
        let over = Instant::now();
        let (before, during) = (self.trial.rate(self.began, self.struck), self.trial.rate(self.struck, over));
        let ratio = during / before;
        let recovered = self.trial.recovered(over).await?;
        let figures = self.trial.close(Excused::nothing()).await?;
        let told = format!("{during:.0} done per second beside {before:.0} before: {ratio:.2}");
        ensure!(ratio > RATE_AT_LEAST, "{told}, less than {RATE_AT_LEAST}");
        Ok(Outcome::Passed(format!("{told}, selling {} ms later; {figures}", recovered.as_millis())))
    }
}
