//! A part of a cluster is killed, or the whole is restarted process by process: nobody's booking may fail, and nobody who reads may
//! notice.

use super::Outcome;
use crate::{
    services::run,
    stage::Stage,
    trial::{Excused, Trial},
};
use anyhow::{Context, ensure};
use reqwest::Client;
use std::{
    env,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{process::Command, task::JoinSet, time::sleep};
use uuid::Uuid;

/// People who look and buy nothing.
const READERS: usize = 4;
/// Between two looks of one.
const LOOKS_EVERY: Duration = Duration::from_millis(40);
/// What they look at: pages and answers that come from the replica while it is there, and one that comes from the primary.
const LOOKED_AT: [&str; 5] = ["/", "/events", "/api/v1/events/cities", "/sitemap.xml", "/api/v1/auth/session"];
/// What is read late is not later than that: two seconds, a look of the server's, and the time it takes to ask.
const LATE_MAX: Duration = Duration::from_millis(3_500);
/// As long as deploy/systemd/rolling-restart waits before the next one.
const BETWEEN_RESTARTS: Duration = Duration::from_secs(3);
/// Of what readers saw that must not be, so many are told.
const TELL_MAX: usize = 5;

/// People who look at the site until this is asked what they saw.
struct Readers {
    looks: Arc<AtomicUsize>,
    failed: Arc<Mutex<Vec<String>>>,
    tasks: JoinSet<()>,
}

impl Readers {
    fn let_in(client: &Client, site: &str) -> Self {
        let (looks, failed, mut tasks) = (Arc::default(), Arc::default(), JoinSet::new());
        for n in 0..READERS {
            tasks.spawn(look(client.clone(), site.to_owned(), n, Arc::clone(&looks), Arc::clone(&failed)));
        }
        Self { looks, failed, tasks }
    }

    /// How often they looked. Errors: anything but a good answer.
    async fn leave(mut self) -> anyhow::Result<usize> {
        self.tasks.shutdown().await;
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let told = &failed[..failed.len().min(TELL_MAX)];
        ensure!(failed.is_empty(), "{} readers got no good answer: {}", failed.len(), told.join("; "));
        Ok(self.looks.load(Ordering::Relaxed))
    }
}

async fn look(client: Client, site: String, n: usize, looks: Arc<AtomicUsize>, failed: Arc<Mutex<Vec<String>>>) {
    for path in LOOKED_AT.iter().cycle().skip(n) {
        let began = Instant::now();
        let seen = match client.get(format!("{site}{path}")).send().await {
            Ok(reply) if reply.status().is_success() => reply.text().await.map(drop).map_err(|error| error.to_string()),
            Ok(reply) => Err(reply.status().to_string()),
            Err(error) => Err(format!("{error:?}")),
        };
        looks.fetch_add(1, Ordering::Relaxed);
        if let Err(what) = seen {
            let told = format!("{path} after {} ms: {what}", began.elapsed().as_millis());
            failed.lock().unwrap_or_else(PoisonError::into_inner).push(told);
        }
        sleep(LOOKS_EVERY).await;
    }
}

fn site() -> anyhow::Result<String> {
    env::var("EVENTLY_PUBLIC_URL").context("EVENTLY_PUBLIC_URL is not set: run scripts/cluster --trial")
}

/// Does something to a member of the cluster, through the script that knows its process.
async fn member(verb: &str, name: &str) -> anyhow::Result<()> {
    run(Command::new("scripts/cluster").args(["member", verb, name])).await
}

/// The replica is killed, and comes back: it is only read, and where it is away the primary is.
pub(super) async fn replica_killed(stage: &Stage) -> anyhow::Result<Outcome> {
    let readers = Readers::let_in(&stage.client, &site()?);
    let trial = Trial::open_at(stage, site()?).await?;
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        member("kill", "replica").await?;
        sleep(stage.form.fault).await;
        member("start", "replica").await?;
    }
    close(trial, readers, Excused::nothing()).await
}

/// The replica stands still, and answers as of then: what it shows must not get older than was promised.
pub(super) async fn replica_behind(stage: &Stage) -> anyhow::Result<Outcome> {
    let address = env::var("DATABASE_REPLICA_URL").context("DATABASE_REPLICA_URL is not set")?;
    let (credentials, rest) = address.split_once('@').context("DATABASE_REPLICA_URL names no user")?;
    let password = credentials.rsplit(':').next().unwrap_or_default();
    let replica = sqlx::PgPool::connect_lazy(&format!("postgres://postgres:{password}@{rest}"))?;
    let readers = Readers::let_in(&stage.client, &site()?);
    let trial = Trial::open_at(stage, site()?).await?;
    let event = trial.rush.sale.cool[0];
    let fresh = rename(stage, event, "Told while the replica follows").await?;
    sqlx::query("select pg_wal_replay_pause()").execute(&replica).await?;
    let paused = rename(stage, event, "Told while the replica stands still").await;
    sqlx::query("select pg_wal_replay_resume()").execute(&replica).await?;
    let told = format!("a change was shown {} ms late, {} ms beside a replica that stands still; ", fresh, paused?);
    match close(trial, readers, Excused::nothing()).await? {
        Outcome::Passed(figures) => Ok(Outcome::Passed(told + &figures)),
        skipped => Ok(skipped),
    }
}

/// Names the event anew, and answers after how many milliseconds nobody is shown the old name any more.
async fn rename(stage: &Stage, event: Uuid, name: &str) -> anyhow::Result<u128> {
    sqlx::query("update events set name = $2 where id = $1").bind(event).bind(name).execute(&stage.pool).await?;
    let (began, mut last_old) = (Instant::now(), Duration::ZERO);
    while began.elapsed() < LATE_MAX + Duration::from_secs(1) {
        let asked = began.elapsed();
        let reply = stage.client.get(format!("{}/events/{event}/embed", site()?)).send().await?;
        if !reply.text().await?.contains(name) {
            last_old = asked;
        }
        sleep(Duration::from_millis(20)).await;
    }
    ensure!(last_old < LATE_MAX, "the old name was shown {} ms after it was changed", last_old.as_millis());
    Ok(last_old.as_millis())
}

/// Redis is killed under two processes.
pub(super) async fn redis_killed(stage: &Stage) -> anyhow::Result<Outcome> {
    let readers = Readers::let_in(&stage.client, &site()?);
    let trial = Trial::open_at(stage, site()?).await?;
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        stage.services.kill_redis().await?;
        sleep(stage.form.fault).await;
        stage.services.start().await?;
    }
    close(trial, readers, Excused::nothing()).await
}

/// One of the two processes is killed. What it was in the middle of is asked of the other, where it is safe to repeat; who extends a hold
/// is told to come back, and comes back.
pub(super) async fn web_killed(stage: &Stage) -> anyhow::Result<Outcome> {
    let readers = Readers::let_in(&stage.client, &site()?);
    let trial = Trial::open_at(stage, site()?).await?;
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        let name = ["web-1", "web-2"][round % 2];
        member("kill", name).await?;
        sleep(stage.form.fault).await;
        member("start", name).await?;
        sleep(BETWEEN_RESTARTS).await;
    }
    close(trial, readers, Excused::unavailable()).await
}

/// Both processes are stopped and started, one after the other: not one request may fail.
pub(super) async fn rolling_restart(stage: &Stage) -> anyhow::Result<Outcome> {
    let readers = Readers::let_in(&stage.client, &site()?);
    let trial = Trial::open_at(stage, site()?).await?;
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        for name in ["web-1", "web-2"] {
            member("stop", name).await?;
            member("start", name).await?;
            sleep(BETWEEN_RESTARTS).await;
        }
    }
    close(trial, readers, Excused::nothing()).await
}

async fn close(trial: Trial<'_>, readers: Readers, excused: Excused) -> anyhow::Result<Outcome> {
    let figures = trial.close(excused).await?;
    let looks = readers.leave().await?;
    Ok(Outcome::Passed(format!("{figures}; {looks} looks")))
}
