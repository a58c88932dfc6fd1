//! PostgreSQL's disk is full.

use super::Outcome;
use crate::{
    rush::End,
    services::run,
    stage::Stage,
    trial::{Excused, Trial},
};
use anyhow::{Context, ensure};
use sqlx::{Connection, PgConnection};
use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};
use tokio::{process::Command, time::sleep};

/// Room for the rush before the disk is full, in MiB.
const SPARE_MIB: u64 = 96;
/// How often PostgreSQL is made to begin a new segment of its log, so that a log that can't grow is felt soon.
const SWITCHED_EVERY: Duration = Duration::from_millis(100);

/// The data moves to a small disk, which fills up in the middle of the rush until nothing can be written; then there is
/// room again. PostgreSQL may have given up by then, and is started again.
pub(super) async fn full(stage: &Stage) -> anyhow::Result<Outcome> {
    stage.services.stop().await?;
    let disk = SmallDisk::under(&stage.services.place()?.join("postgres")).await;
    stage.services.start().await?;
    let ended = match &disk {
        Ok(disk) => strike(stage, disk).await,
        Err(error) => Ok(Outcome::Skipped(format!("no small disk can be mounted here: {error:#}"))),
    };
    if let Ok(disk) = disk {
        stage.services.stop().await?;
        disk.remove().await?;
        stage.services.start().await?;
    }
    ended
}

async fn strike(stage: &Stage, disk: &SmallDisk) -> anyhow::Result<Outcome> {
    let trial = Trial::open(stage, "disk-full", &[stage.setup()]).await?;
    let mut told = String::new();
    for round in 0..stage.form.rounds {
        stage.form.rest_before(round).await;
        let struck = Instant::now();
        disk.fill()?;
        // First tables can't grow, then the log can't.
        sleep(stage.form.fault).await;
        wear_out(stage, struck + stage.form.fault * 2).await?;
        let gave_up = !stage.services.postgres_lives();
        disk.free()?;
        stage.services.start().await?;
        let since = Instant::now();
        let sold = trial.recovered(since).await?;
        let how = if gave_up { "PostgreSQL gave up" } else { "PostgreSQL lived" };
        told.push_str(&format!("{how}, selling {} ms after there was room; ", sold.as_millis()));
    }
    let noticed = trial.count(|seen| seen.end == End::Unavailable);
    ensure!(noticed > 0, "nobody noticed that the disk was full");
    Ok(Outcome::Passed(told + &trial.close(Excused::unavailable()).await?))
}

/// Uses up the segments that PostgreSQL has left, until this instant or until it breaks down.
async fn wear_out(stage: &Stage, until: Instant) -> anyhow::Result<()> {
    let superuser = stage.services.superuser()?;
    while Instant::now() < until {
        if let Ok(mut connection) = PgConnection::connect(&superuser).await {
            _ = sqlx::query("select pg_switch_wal()").execute(&mut connection).await;
        }
        sleep(SWITCHED_EVERY).await;
    }
    Ok(())
}

/// A file system in memory that lies where PostgreSQL's data lay, with a copy of it.
struct SmallDisk {
    place: PathBuf,
    aside: PathBuf,
}

/// Also when the run is broken off: on a full disk PostgreSQL could not even stop.
impl Drop for SmallDisk {
    fn drop(&mut self) {
        _ = self.free();
    }
}

impl SmallDisk {
    /// Puts one under the data of a PostgreSQL that is stopped. Errors: it may not be mounted; then all is as it was.
    async fn under(place: &Path) -> anyhow::Result<Self> {
        let aside = place.with_file_name("postgres-aside");
        fs::rename(place, &aside).context("moving the data aside")?;
        let disk = Self { place: place.to_owned(), aside };
        if let Err(error) = disk.mount().await {
            // Without a mount there is at most an empty folder in the way.
            _ = run(Command::new("umount").arg(place)).await;
            _ = fs::remove_dir(place);
            fs::rename(&disk.aside, place).context("moving the data back")?;
            return Err(error);
        }
        Ok(disk)
    }

    async fn mount(&self) -> anyhow::Result<()> {
        fs::create_dir(&self.place)?;
        let kib = Command::new("du").arg("-sk").arg(&self.aside).output().await.context("du")?;
        let kib =
            String::from_utf8_lossy(&kib.stdout).split_whitespace().next().and_then(|kib| kib.parse::<u64>().ok());
        let size = format!("size={}m,mode=700", kib.context("du's answer")? / 1024 + SPARE_MIB);
        run(Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&self.place)).await?;
        let mut copy = Command::new("cp");
        // The folder's owner comes with it.
        run(copy.arg("-a").arg(self.aside.join(".")).arg(&self.place)).await
    }

    fn ballast(&self) -> PathBuf {
        self.place.join("ballast")
    }

    /// Fills it to the last byte.
    fn fill(&self) -> anyhow::Result<()> {
        let mut ballast = File::create(self.ballast())?;
        let block = vec![0; 1 << 20];
        while let Ok(1..) = ballast.write(&block) {}
        Ok(())
    }

    fn free(&self) -> anyhow::Result<()> {
        fs::remove_file(self.ballast()).context("making room")
    }

    /// Puts the data back that lay there before.
    async fn remove(&self) -> anyhow::Result<()> {
        run(Command::new("umount").arg(&self.place)).await?;
        fs::remove_dir(&self.place)?;
        fs::rename(&self.aside, &self.place).context("moving the data back")
    }
}
