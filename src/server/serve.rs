//! Listening, and stopping in good order.

use super::{metrics::serve_metrics, router::router, state::AppState, worker::run_periodic};
use anyhow::{Context, ensure};
use axum::serve::ListenerExt;
use std::time::Duration;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// After the requests: time for the background work and the connections to PostgreSQL to end.
const LAST_GRACE: Duration = Duration::from_secs(2);

/// Serves the site until the process is told to stop (SIGTERM, SIGINT), then lets open requests finish.
///
/// Errors: migrations that are missing, a browser half that isn't built, an address that is taken.
pub async fn serve(state: AppState) -> anyhow::Result<()> {
    ensure!(state.db.migrations_current().await?, "the database lacks migrations: run `evently migrate` first");
    ensure_browser_half_is_built(&state)?;
    let address = state.leptos_options.site_addr;
    let listener =
        TcpListener::bind(address).await.with_context(|| format!("listening on {address} (LEPTOS_SITE_ADDR)"))?;
    let token = CancellationToken::new();
    let stop = stop_signal()?;
    tokio::spawn(cancel_after(stop, token.clone()));
    if let Some(address) = state.config.metrics_addr {
        serve_metrics(state.clone(), address, token.clone()).await?;
    }
    let worker = tokio::spawn(run_periodic(state.clone(), token.clone()));
    tracing::info!(%address, public_url = state.config.public_url, "serving");
    serve_until(listener, &state, token).await?;
    let ended = async {
        worker.await.ok();
        state.db.close().await;
    };
    tokio::time::timeout(LAST_GRACE, ended).await.ok();
    tracing::info!("stopped");
    Ok(())
}

async fn serve_until(listener: TcpListener, state: &AppState, token: CancellationToken) -> anyhow::Result<()> {
    // Streamed pages would stall 40 ms a piece without it.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays without TCP_NODELAY");
        }
    });
    let serving = axum::serve(listener, router(state.clone())).with_graceful_shutdown(token.clone().cancelled_owned());
    let grace = Duration::from_secs(state.config.shutdown_grace_s);
    let too_late = async {
        token.cancelled().await;
        tokio::time::sleep(grace).await;
    };
    tokio::select! {
        served = serving.into_future() => served.context("serving"),
        () = too_late => {
            tracing::warn!(grace_s = grace.as_secs(), "stopping with connections still open");
            Ok(())
        }
    }
}

/// The signals that ask for an end. Listening begins at once, the future ends with the first of them.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()>> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

async fn cancel_after(stop: impl Future<Output = ()>, token: CancellationToken) {
    stop.await;
    tracing::info!("told to stop: finishing open requests");
    token.cancel();
}

/// With hashed names, Leptos reads them from a file beside the program, and the first page would panic without it.
fn ensure_browser_half_is_built(state: &AppState) -> anyhow::Result<()> {
    let options = &state.leptos_options;
    if !options.hash_files {
        return Ok(());
    }
    let program = std::env::current_exe().context("finding the program's own folder")?;
    let hashes = program.with_file_name(&*options.hash_file);
    ensure!(
        hashes.exists(),
        "{} is missing: build with cargo-leptos, and keep that file beside the program (or set LEPTOS_HASH_FILES=false)",
        hashes.display()
    );
    Ok(())
}
