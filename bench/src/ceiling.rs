//! The ceilings: pgbench with the plainest transactions.

use crate::load::Seen;
use anyhow::{Context, ensure};
use std::{fs, path::Path, time::Duration};
use tokio::process::Command;

/// Runs a script of `bench/sql` with so many clients.
pub(crate) async fn pgbench(database: &str, script: &str, clients: usize, time: Duration) -> anyhow::Result<Seen> {
    let folder = std::env::temp_dir().join(format!("evently-bench-{}", std::process::id()));
    fs::create_dir_all(&folder).context("making a folder for pgbench's log")?;
    let path = Path::new("bench/sql").join(script);
    let output = Command::new("pgbench")
        .args(["--no-vacuum", "--protocol=prepared", "--log", "--jobs=2"])
        .arg(format!("--log-prefix={}", folder.join("log").display()))
        .arg(format!("--client={clients}"))
        .arg(format!("--time={}", time.as_secs()))
        .arg(format!("--file={}", path.display()))
        .arg(database)
        .output()
        .await
        .context("starting pgbench")?;
    ensure!(output.status.success(), "pgbench: {}", String::from_utf8_lossy(&output.stderr));
    let mut times = Vec::new();
    for entry in fs::read_dir(&folder)? {
        // Client, transaction, microseconds, script, time.
        let log = fs::read_to_string(entry?.path())?;
        let of_line = |line: &str| line.split(' ').nth(2)?.parse().ok().map(Duration::from_micros);
        times.extend(log.lines().filter_map(of_line));
    }
    fs::remove_dir_all(&folder)?;
    Ok(Seen::of(times, time))
}
