//! What the server has in memory.

use std::{env, fs};

/// Resident memory of the process that `EVENTLY_SERVER_PID` names, in KiB.
pub(crate) fn server_memory_kb() -> Option<i64> {
    let pid = env::var("EVENTLY_SERVER_PID").ok()?;
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?.split_whitespace().next()?.parse().ok()
}
