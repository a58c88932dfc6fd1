//! What all scenarios stand on: the services, people who are signed in, and how long everything lasts.

use crate::{
    app::{App, Setup, command},
    services::Services,
};
use anyhow::{Context, ensure};
use bench::people::register;
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::Client;
use sqlx::{PgPool, postgres::PgPoolOptions};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

/// People who buy in the rush.
const BUYERS: usize = 48;
/// People who buy what is left at the end: enough for the cool events' places at a hundred a person.
const COLLECTORS: usize = 24;
/// People whose requests nobody waits for.
const GHOSTS: usize = 32;

/// How long a scenario takes: the short and the long form differ in this alone.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Form {
    /// From the rush's begin to the fault.
    pub(crate) before: Duration,
    /// How long a fault lasts.
    pub(crate) fault: Duration,
    /// From the recovery to the next fault, or to the end of the rush.
    pub(crate) after: Duration,
    /// How often the fault strikes.
    pub(crate) rounds: usize,
    /// Requests whose clients go away.
    pub(crate) gone: usize,
    /// Whether holds lapse by the time that passes; otherwise the driver sets their end.
    pub(crate) waits_for_expiry: bool,
}

impl Form {
    /// For `make test`.
    pub(crate) const SHORT: Self = Self {
        before: Duration::from_millis(900),
        fault: Duration::from_millis(1_500),
        after: Duration::from_millis(700),
        rounds: 1,
        gone: 600,
        waits_for_expiry: false,
    };
    /// For `make faults`.
    pub(crate) const LONG: Self = Self {
        before: Duration::from_secs(4),
        fault: Duration::from_secs(5),
        after: Duration::from_secs(3),
        rounds: 3,
        gone: 6_000,
        waits_for_expiry: true,
    };

    /// Lets the rush go on between one fault and the next.
    pub(crate) async fn rest_before(&self, round: usize) {
        if round > 0 {
            tokio::time::sleep(self.after).await;
        }
    }
}

/// The stage of a run.
pub(crate) struct Stage {
    pub(crate) services: Services,
    pub(crate) form: Form,
    /// The database without anything in between.
    pub(crate) pool: PgPool,
    pub(crate) client: Client,
    /// Cookies of people who are signed in.
    pub(crate) buyers: Vec<String>,
    pub(crate) collectors: Vec<String>,
    pub(crate) ghosts: Vec<String>,
    /// Where logs and the report go.
    pub(crate) folder: PathBuf,
}

impl Stage {
    /// Migrates the database and lets the people register.
    pub(crate) async fn set(form: Form) -> anyhow::Result<Self> {
        let services = Services::of_environment()?;
        let folder = Path::new("target/faults").to_owned();
        fs::create_dir_all(&folder).context("making the folder for logs")?;
        let pool = PgPoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .connect_lazy(&services.database)
            .context("the database")?;
        let client = Client::builder().tcp_nodelay(true).pool_max_idle_per_host(256).build()?;
        let people = Vec::new;
        let mut stage =
            Self { services, form, pool, client, buyers: people(), collectors: people(), ghosts: people(), folder };
        stage.fill().await?;
        Ok(stage)
    }

    async fn fill(&mut self) -> anyhow::Result<()> {
        let durable: String = sqlx::query_scalar("show synchronous_commit").fetch_one(&self.pool).await?;
        ensure!(durable == "on", "synchronous_commit is {durable}: what was told could be lost by PostgreSQL's right");
        command(&self.setup(), "migrate").await?;
        let app = App::start(&self.setup(), &self.folder.join("setting-up.log")).await?;
        let (client, site) = (&self.client, &app.site);
        let register = async |n| register(client, site, &format!("buyer-{n}@example.org")).await;
        let all = stream::iter(0..BUYERS + COLLECTORS + GHOSTS).map(register).buffered(8);
        let mut all: Vec<String> = all.try_collect().await?;
        self.ghosts = all.split_off(BUYERS + COLLECTORS);
        self.collectors = all.split_off(BUYERS);
        self.buyers = all;
        app.stop().await
    }

    /// A server on both services with nothing in between.
    pub(crate) fn setup(&self) -> Setup {
        let Services { database, redis, .. } = &self.services;
        Setup { database: database.clone(), redis: redis.clone(), variables: Vec::new() }
    }

    /// Proves from the tables that no place was sold twice or lost. Errors: what `evently audit` names.
    pub(crate) async fn audit(&self) -> anyhow::Result<()> {
        command(&self.setup(), "audit").await
    }
}
