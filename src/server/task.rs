//! Work that runs to its end even if its caller goes away.

use super::Result;
use anyhow::Context;
use tracing::Instrument;

/// Runs the work in a task of its own and waits for it. axum drops a handler whose client has gone; a transaction that
/// is dropped half-way leaves its connection in a state that is not worth reasoning about.
pub async fn finish<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    // Without its span, the work's log lines would lack the request's id.
    tokio::spawn(work.in_current_span()).await.context("a task that was to run to its end panicked")?
}
