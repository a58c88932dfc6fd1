//! Listening, and stopping in good order.

use super::{metrics::serve_metrics, router::router, state::AppState, worker::run_periodic};
use anyhow::{Context, ensure};
use axum::{Router, serve::Listener};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::time::Duration;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// Longest time for the head of a request, from when the connection is made or the reply before is sent. More than proxies keep
/// a connection that rests: it is theirs to close.
const HEAD_TIMEOUT: Duration = Duration::from_secs(90);
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
    let grace = Duration::from_secs(state.config.shutdown_grace_s);
    serve_until(listener, router(state.clone()), token, grace).await;
    let ended = async {
        worker.await.ok();
        state.db.close().await;
    };
    tokio::time::timeout(LAST_GRACE, ended).await.ok();
    tracing::info!("stopped");
    Ok(())
}

/// Accepts connections until the token is cancelled, then gives what is underway a time of grace.
///
/// In place of `axum::serve`, which copies all routes for each connection, and reads its first bytes apart to find out whether
/// they are HTTP/2, which makes its buffer twice as large: more than half of an open stream's memory.
async fn serve_until(mut listener: TcpListener, site: Router, token: CancellationToken, grace: Duration) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let site = TowerToHyperService::new(site);
    let connections = GracefulShutdown::new();
    // It waits a moment where the system has no more connections to give.
    while let Some((stream, _)) = token.run_until_cancelled(Listener::accept(&mut listener)).await {
        // Streamed pages would stall 40 ms a piece without it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays without TCP_NODELAY");
        }
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), site.clone()));
        tokio::spawn(async {
            if let Err(error) = connection.await {
                tracing::trace!(%error, "a connection broke");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(grace, connections.shutdown()).await.is_err() {
        tracing::warn!(grace_s = grace.as_secs(), "stopping with connections still open");
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
