//! PostgreSQL and Redis, and what can happen to them. `scripts/services` starts them and knows where they lie.

use anyhow::{Context, ensure};
use std::{
    env, fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
    time::{sleep, timeout},
};

/// Longest time a command of the scripts or of the system may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(90);
/// How long a process that was killed may take to be gone.
const GONE_WITHIN: Duration = Duration::from_secs(10);

/// The two services of this run.
pub(crate) struct Services {
    /// The folder `scripts/services` keeps them in, for `SERVICES_DATA`.
    data: PathBuf,
    /// PostgreSQL's address.
    pub(crate) database: String,
    /// Redis' address.
    pub(crate) redis: String,
}

/// A signal, by the name `kill` gives it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    Kill,
    Stop,
    Continue,
    Terminate,
}

impl Services {
    /// Those that `scripts/faults` has started.
    pub(crate) fn of_environment() -> anyhow::Result<Self> {
        let variable = |name: &str| env::var(name).with_context(|| format!("{name} is not set: run scripts/faults"));
        Ok(Self {
            data: variable("SERVICES_DATA")?.into(),
            database: variable("DATABASE_URL")?,
            redis: variable("REDIS_URL")?,
        })
    }

    /// The folder the data lies in; the script's own may be a link to it.
    pub(crate) fn place(&self) -> anyhow::Result<PathBuf> {
        fs::canonicalize(self.data.join("services")).context("finding the services' folder")
    }

    /// Starts what does not run, on the ports it had.
    pub(crate) async fn start(&self) -> anyhow::Result<()> {
        self.script("start").await
    }

    /// Stops both in good order.
    pub(crate) async fn stop(&self) -> anyhow::Result<()> {
        self.script("stop").await
    }

    async fn script(&self, verb: &str) -> anyhow::Result<()> {
        let mut command = Command::new("scripts/services");
        // With these set, it would take them for somebody else's.
        command.arg(verb).env("SERVICES_DATA", &self.data).env_remove("DATABASE_URL").env_remove("REDIS_URL");
        run(&mut command).await
    }

    /// PostgreSQL's address for its superuser.
    pub(crate) fn superuser(&self) -> anyhow::Result<String> {
        let (credentials, rest) = self.database.split_once('@').context("DATABASE_URL names no user")?;
        let password = credentials.rsplit(':').next().unwrap_or_default();
        let address = rest.split('/').next().unwrap_or_default();
        Ok(format!("postgres://postgres:{password}@{address}/evently"))
    }

    /// Kills PostgreSQL with all its processes at once, as a machine that stops would.
    pub(crate) async fn kill_postgres(&self) -> anyhow::Result<()> {
        let postmaster = self.postmaster()?;
        // A postmaster that stands still starts no further process.
        signal(&[postmaster], Signal::Stop).await?;
        let mut all = children(postmaster)?;
        all.push(postmaster);
        signal(&all, Signal::Kill).await?;
        await_gone(&all).await
    }

    fn postmaster(&self) -> anyhow::Result<u32> {
        let pid = read_pid(&self.place()?.join("postgres/postmaster.pid"))?;
        ensure!(program(pid).ends_with("/postgres"), "process {pid} is not PostgreSQL");
        Ok(pid)
    }

    /// Whether PostgreSQL's main process lives, be it that it accepts nobody.
    pub(crate) fn postgres_lives(&self) -> bool {
        self.postmaster().is_ok()
    }

    /// Kills Redis.
    pub(crate) async fn kill_redis(&self) -> anyhow::Result<()> {
        let pid = self.redis_pid()?;
        signal(&[pid], Signal::Kill).await?;
        await_gone(&[pid]).await
    }

    /// Makes Redis stand still until what is returned is dropped.
    pub(crate) async fn pause_redis(&self) -> anyhow::Result<Paused> {
        let pid = self.redis_pid()?;
        signal(&[pid], Signal::Stop).await?;
        Ok(Paused(pid))
    }

    fn redis_pid(&self) -> anyhow::Result<u32> {
        let pid = read_pid(&self.place()?.join("redis.pid"))?;
        ensure!(program(pid).contains("redis"), "process {pid} is not Redis");
        Ok(pid)
    }

    /// Makes Redis forget everything.
    pub(crate) async fn flush_redis(&self) -> anyhow::Result<()> {
        let (credentials, address) = self.redis.split_once('@').context("REDIS_URL names no user")?;
        let password = credentials.rsplit(':').next().unwrap_or_default();
        let mut connection = TcpStream::connect(address).await.context("connecting to Redis")?;
        connection.write_all(format!("AUTH {password}\r\nFLUSHALL\r\nQUIT\r\n").as_bytes()).await?;
        let mut reply = String::new();
        timeout(COMMAND_TIMEOUT, connection.read_to_string(&mut reply)).await??;
        ensure!(reply.matches("+OK").count() == 3, "Redis did not flush: {reply}");
        Ok(())
    }
}

/// A Redis that stands still. It goes on when this is dropped, also when the run is broken off.
pub(crate) struct Paused(u32);

impl Drop for Paused {
    fn drop(&mut self) {
        let go_on = std::process::Command::new("bash").args(["-c", &kill_line(&[self.0], Signal::Continue)]).status();
        if let Err(error) = go_on {
            eprintln!("process {} stands still: {error}", self.0);
        }
    }
}

/// Sends a signal to these processes.
pub(crate) async fn signal(pids: &[u32], signal: Signal) -> anyhow::Result<()> {
    run(Command::new("bash").args(["-c", &kill_line(pids, signal)])).await
}

/// The shell's own `kill`: the program of that name is not on every machine.
fn kill_line(pids: &[u32], signal: Signal) -> String {
    let name = match signal {
        Signal::Kill => "KILL",
        Signal::Stop => "STOP",
        Signal::Continue => "CONT",
        Signal::Terminate => "TERM",
    };
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    format!("kill -{name} {}", pids.join(" "))
}

/// Runs a command to its end. Errors: what it wrote, where it fails or takes longer than a minute and a half.
pub(crate) async fn run(command: &mut Command) -> anyhow::Result<()> {
    let program = command.as_std().get_program().to_string_lossy().into_owned();
    let ended = timeout(COMMAND_TIMEOUT, command.kill_on_drop(true).output()).await;
    let output = ended.with_context(|| format!("{program} does not end"))?.with_context(|| program.clone())?;
    let said = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{program}: {} {said}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}

fn read_pid(file: &Path) -> anyhow::Result<u32> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    text.lines().next().unwrap_or_default().trim().parse().with_context(|| file.display().to_string())
}

/// The path of a process's program; empty where there is no such process.
fn program(pid: u32) -> String {
    fs::read_link(format!("/proc/{pid}/exe")).map(|path| path.display().to_string()).unwrap_or_default()
}

/// The processes a process has started.
fn children(parent: u32) -> anyhow::Result<Vec<u32>> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc")? {
        let Some(pid) = entry?.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
        let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        if status.lines().any(|line| line.strip_prefix("PPid:").is_some_and(|ppid| ppid.trim() == parent.to_string())) {
            found.push(pid);
        }
    }
    Ok(found)
}

async fn await_gone(pids: &[u32]) -> anyhow::Result<()> {
    let began = Instant::now();
    while pids.iter().any(|pid| !program(*pid).is_empty()) {
        ensure!(began.elapsed() < GONE_WITHIN, "a process that was killed is still there");
        sleep(Duration::from_millis(5)).await;
    }
    Ok(())
}
