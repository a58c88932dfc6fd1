//! The log: lines for people or JSON for programs, on the standard error output.

use super::config::{Config, LogFormat};
use std::{io::IsTerminal, panic::PanicHookInfo};
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

/// The session layer opens a span without a meaning for every request, and warns of every cookie that has expired;
/// the guard against panics repeats what the hook below has said.
const QUIET: &str = "tower_sessions=warn,tower_sessions_core=error,tower_http::catch_panic=off";

/// Starts the log. Once per process; a second time is an error.
pub fn init(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", config.log_filter))?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = fmt::layer().with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Text => {
            let colours = std::io::stderr().is_terminal();
            registry.with(lines.with_target(false).with_ansi(colours)).try_init()?;
        }
        LogFormat::Json => {
            registry.with(lines.json().flatten_event(true).with_span_list(false)).try_init()?;
        }
    }
    std::panic::set_hook(Box::new(log_panic));
    Ok(())
}

/// A panic is a line of the log like any other, with the id of the request it happened in.
fn log_panic(panic: &PanicHookInfo<'_>) {
    let at = panic.location().map(ToString::to_string);
    tracing::error!(at, message = panic.payload_as_str().unwrap_or("a panic without words"), "panic");
}
