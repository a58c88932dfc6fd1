//! The server under test: processes of the release build.

use crate::services::{Signal, signal};
use anyhow::{Context, bail, ensure};
use std::{
    borrow::BorrowMut,
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
    time::{Duration, Instant},
};
use tokio::{
    process::{Child, Command},
    time::{sleep, timeout},
};

/// A start without a fault takes a fraction of it.
const READY_WITHIN: Duration = Duration::from_secs(10);
/// What the server gives its open requests, and a little.
const STOPPED_WITHIN: Duration = Duration::from_secs(25);

/// How a process is started.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    /// `DATABASE_URL`: the database, or a proxy in front of it.
    pub(crate) database: String,
    /// `REDIS_URL`, likewise.
    pub(crate) redis: String,
    /// Further variables.
    pub(crate) variables: Vec<(String, String)>,
}

/// One process of the server. It is killed when this is dropped.
pub(crate) struct App {
    /// Its address: scheme, host and port.
    pub(crate) site: String,
    address: String,
    setup: Setup,
    log: PathBuf,
    child: Child,
}

impl App {
    /// Starts a process that logs into this file, and waits until it is ready.
    pub(crate) async fn start(setup: &Setup, log: &Path) -> anyhow::Result<Self> {
        let address = format!("127.0.0.1:{}", free_port()?);
        fs::write(log, "").with_context(|| log.display().to_string())?;
        let child = spawn(setup, &address, log)?;
        let site = format!("http://{address}");
        let mut app = Self { site, address, setup: setup.clone(), log: log.to_owned(), child };
        app.await_ready().await?;
        Ok(app)
    }

    /// Kills the process and waits until it is gone.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("killing the server")
    }

    /// Starts it again at the same address after it was killed; answers how long it took to be ready.
    pub(crate) async fn restart(&mut self) -> anyhow::Result<Duration> {
        let began = Instant::now();
        self.child = spawn(&self.setup, &self.address, &self.log)?;
        self.await_ready().await?;
        Ok(began.elapsed())
    }

    /// Lets it stop in good order. Errors: it takes too long, says that it failed, or has panicked on the way.
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        stop(self.child, &self.log).await
    }

    async fn await_ready(&mut self) -> anyhow::Result<()> {
        let client = reqwest::Client::builder().timeout(Duration::from_secs(3)).build()?;
        let began = Instant::now();
        while began.elapsed() < READY_WITHIN {
            if let Some(ended) = self.child.try_wait()? {
                bail!("the server ended with {ended}; its log is {}", self.log.display());
            }
            let reply = client.get(format!("{}/readyz", self.site)).send().await;
            if reply.is_ok_and(|reply| reply.status().is_success()) {
                return Ok(());
            }
            sleep(Duration::from_millis(20)).await;
        }
        bail!("the server is not ready after {} s; its log is {}", READY_WITHIN.as_secs(), self.log.display())
    }
}

/// A process that does the jobs, for servers that leave them to it. It is killed when this is dropped.
pub(crate) struct Worker {
    setup: Setup,
    log: PathBuf,
    child: Child,
}

impl Worker {
    /// Starts a process that logs into this file.
    pub(crate) fn start(setup: &Setup, log: &Path) -> anyhow::Result<Self> {
        fs::write(log, "").with_context(|| log.display().to_string())?;
        Ok(Self { setup: setup.clone(), log: log.to_owned(), child: work(setup, log)? })
    }

    /// Kills the process and waits until it is gone.
    pub(crate) async fn kill(&mut self) -> anyhow::Result<()> {
        self.child.kill().await.context("killing the worker")
    }

    /// Starts another one in place of one that was killed.
    pub(crate) fn restart(&mut self) -> anyhow::Result<()> {
        self.child = work(&self.setup, &self.log)?;
        Ok(())
    }

    /// Lets it stop in good order. Errors: as of [`App::stop`].
    pub(crate) async fn stop(self) -> anyhow::Result<()> {
        stop(self.child, &self.log).await
    }
}

async fn stop(mut child: Child, log_path: &Path) -> anyhow::Result<()> {
    let log_name = log_path.display();
    signal(&[child.id().context("the process has ended by itself")?], Signal::Terminate).await?;
    let ended = timeout(STOPPED_WITHIN, child.wait()).await.context("the process does not stop")??;
    ensure!(ended.success(), "the process ended with {ended}; its log is {log_name}");
    ensure!(!fs::read_to_string(log_path)?.contains("panicked"), "the process panicked; its log is {log_name}");
    Ok(())
}

/// Runs another command of the program to its end: `migrate`, `audit`.
pub(crate) async fn command(setup: &Setup, verb: &str) -> anyhow::Result<()> {
    crate::services::run(program(setup)?.arg(verb)).await
}

fn spawn(setup: &Setup, address: &str, log_path: &Path) -> anyhow::Result<Child> {
    let mut command = program(setup)?;
    command.arg("serve").env("LEPTOS_SITE_ADDR", address).env("EVENTLY_PUBLIC_URL", format!("http://{address}"));
    command.env("EVENTLY_MAIL__FOLDER", log_path.with_extension("mail"));
    start(command, log_path).context("starting the server")
}

fn work(setup: &Setup, log_path: &Path) -> anyhow::Result<Child> {
    let mut command = program(setup)?;
    start(command.arg("worker"), log_path).context("starting the worker")
}

fn start(mut command: impl BorrowMut<Command>, log_path: &Path) -> anyhow::Result<Child> {
    let log = fs::File::options().append(true).open(log_path)?;
    let command = command.borrow_mut();
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log).kill_on_drop(true);
    Ok(command.spawn()?)
}

fn program(setup: &Setup) -> anyhow::Result<Command> {
    let built = env::var("BUILT").context("BUILT is not set: run scripts/faults")?;
    // The folder itself and not the link to it, which the next build turns to another one.
    let built = fs::canonicalize(built).context("finding the release build")?;
    let mut command = Command::new(built.join("evently"));
    command.env("LEPTOS_SITE_ROOT", built.join("site"));
    command.env("DATABASE_URL", &setup.database).env("REDIS_URL", &setup.redis);
    // Passwords are not what is tested, and many people have to register first.
    command.env("EVENTLY_PASSWORDS__MEMORY_KIB", "64").env("EVENTLY_PASSWORDS__PASSES", "1");
    // All buyers ask from one address, and each of them more often than anybody would.
    command.env("EVENTLY_LIMITS__TIMES", "100000");
    command.env("EVENTLY_LOG_FILTER", "warn").envs(setup.variables.iter().map(|(name, value)| (name, value)));
    Ok(command)
}

/// A free port below 32768: the system may hand a higher one to any outgoing connection.
pub(crate) fn free_port() -> anyhow::Result<u16> {
    let free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    std::iter::repeat_with(|| fastrand::u16(20_000..30_000)).take(50).find(free).context("no free port was found")
}
