//! Work in tasks of its own: what has to run to its end even if its caller goes away, and what pages wait for.

use super::Result;
use anyhow::Context;
use leptos::reactive::{computed::ScopedFuture, owner::Owner};
use std::time::Duration;
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

/// When work is answered whose time would tell what it found: far more than a few statements take.
const SAME_TIME: Duration = Duration::from_millis(400);

/// Runs the work in a task of its own and waits for it. axum drops a handler whose client has gone; a transaction that
/// is dropped half-way leaves its connection in a state that is not worth reasoning about.
pub async fn finish<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
    // Without its span, the work's log lines would lack the request's id.
    tokio::spawn(work.in_current_span()).await.context("a task that was to run to its end panicked")?
}

/// Runs the work in a task of its own and answers after the same time, whatever it found and however long it takes: one that
/// takes longer runs on, and counts as done.
///
/// Errors: those of the work, if they come in time. They must not depend on what is to be kept secret.
pub async fn after_same_time(work: impl Future<Output = Result<()>> + Send + 'static) -> Result<()> {
    let work = tokio::spawn(work.in_current_span());
    tokio::time::sleep(SAME_TIME).await;
    if work.is_finished() { work.await.context("a task that nobody waits for panicked")? } else { Ok(()) }
}

/// Begins to load what a part of a page shows, in a task that has the page's context; answers with what comes of it.
///
/// Parts of a page are drawn one after the other, and what is not awaited stands still: a future that holds the
/// session's lock would keep the part before it waiting forever.
pub fn begin<T: Send + 'static>(
    work: impl Future<Output = T> + Send + 'static,
) -> impl Future<Output = T> + Send + 'static {
    // A context is found through the owners around this one, which end with the page: also while this is still at work.
    let around: Vec<Owner> = std::iter::successors(Owner::current(), Owner::parent).collect();
    let work = async move {
        let _around = around;
        work.await
    };
    // It only reads, so it ends with the page.
    let task = AbortOnDropHandle::new(tokio::spawn(ScopedFuture::new_untracked(work).in_current_span()));
    async {
        match task.await {
            Ok(loaded) => loaded,
            // It is awaited, so nobody has cancelled it, and it panicked: as this page's own panic, the layer around all
            // pages answers it.
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}
