//! Listening, and stopping in good order.

use super::{
    client_address::Peer,
    config::WorkerPlace,
    metrics::serve_metrics,
    router::router,
    state::AppState,
    worker::{run_work, tell_viewers},
};
use anyhow::{Context, ensure};
use axum::{Router, serve::Listener};
use hyper::{
    Request,
    body::Incoming,
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket},
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// Longest time for the head of a request, from when the connection is made or the reply before is sent. More than proxies keep
/// a connection that rests: it is theirs to close.
const HEAD_TIMEOUT: Duration = Duration::from_secs(90);
/// Connections that may wait to be accepted; the system may allow fewer (`net.core.somaxconn`, mostly 4,096). With tokio's 1,024,
/// some of 5,000 people who came at one instant were cut off by the kernel.
const QUEUE_MAX: u32 = 65_535;
/// After the requests: time for the background work and the connections to PostgreSQL to end.
const LAST_GRACE: Duration = Duration::from_secs(2);

/// Serves the site until the process is told to stop (SIGTERM, SIGINT), then lets open requests finish.
///
/// Errors: migrations that are missing, a browser half that isn't built, an address that is taken.
pub async fn serve(state: AppState) -> anyhow::Result<()> {
    ensure_migrated(&state).await?;
    ensure_browser_half_is_built(&state)?;
    let address = state.leptos_options.site_addr;
    let listener = listen(address).with_context(|| format!("listening on {address} (LEPTOS_SITE_ADDR)"))?;
    let token = CancellationToken::new();
    let stop = stop_signal()?;
    tokio::spawn(cancel_after(stop, token.clone()));
    if let Some(address) = state.config.metrics_addr {
        serve_metrics(state.clone(), address, token.clone()).await?;
    }
    let viewers = tokio::spawn(tell_viewers(state.clone(), token.clone()));
    let worker =
        (state.config.worker == WorkerPlace::Inside).then(|| tokio::spawn(run_work(state.clone(), token.clone())));
    tracing::info!(%address, public_url = state.config.public_url, "serving");
    let grace = Duration::from_secs(state.config.shutdown_grace_s);
    serve_until(listener, router(state.clone()), token, grace).await;
    let ended = async {
        viewers.await.ok();
        if let Some(worker) = worker {
            worker.await.ok();
        }
        state.db.close().await;
    };
    tokio::time::timeout(LAST_GRACE, ended).await.ok();
    tracing::info!("stopped");
    Ok(())
}

/// Does jobs and periodic work until the process is told to stop, and finishes what is under way.
///
/// Errors: migrations that are missing, an address of the metrics that is taken.
pub async fn work(state: AppState) -> anyhow::Result<()> {
    ensure_migrated(&state).await?;
    let token = CancellationToken::new();
    tokio::spawn(cancel_after(stop_signal()?, token.clone()));
    if let Some(address) = state.config.metrics_addr {
        serve_metrics(state.clone(), address, token.clone()).await?;
    }
    tracing::info!("working");
    let worker = tokio::spawn(run_work(state.clone(), token.clone()));
    token.cancelled().await;
    let grace = Duration::from_secs(state.config.shutdown_grace_s);
    if tokio::time::timeout(grace, worker).await.is_err() {
        tracing::warn!(grace_s = grace.as_secs(), "stopping with work unfinished");
    }
    tokio::time::timeout(LAST_GRACE, state.db.close()).await.ok();
    tracing::info!("stopped");
    Ok(())
}

async fn ensure_migrated(state: &AppState) -> anyhow::Result<()> {
    ensure!(state.db.migrations_current().await?, "the database lacks migrations: run `evently migrate` first");
    Ok(())
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that starts again needn't wait for the connections of the one before to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE_MAX)
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
    while let Some((stream, peer)) = token.run_until_cancelled(Listener::accept(&mut listener)).await {
        // Streamed pages would stall 40 ms a piece without it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays without TCP_NODELAY");
        }
        let site = site.clone();
        let from_peer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            site.call(request)
        });
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), from_peer));
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
    tracing::info!("told to stop: finishing what is under way");
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

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::sync::Arc;
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpStream,
        sync::Notify,
        time::timeout,
    };

    const SOON: Duration = Duration::from_secs(5);

    async fn ask(address: std::net::SocketAddr, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        let request = format!("GET {path} HTTP/1.1\r\nhost: test\r\n\r\n");
        stream.write_all(request.as_bytes()).await.expect("sent");
        stream
    }

    /// What comes until the server ends the connection.
    async fn read_all(mut stream: TcpStream) -> String {
        let mut reply = String::new();
        timeout(SOON, stream.read_to_string(&mut reply)).await.expect("an end").expect("text");
        reply
    }

    #[tokio::test]
    async fn told_to_stop_it_answers_what_is_underway_and_ends_what_rests() {
        let (begun, go_on) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let slow = {
            let (begun, go_on) = (begun.clone(), go_on.clone());
            async move || {
                begun.notify_one();
                go_on.notified().await;
                "late"
            }
        };
        let site = Router::new().route("/slow", get(slow)).route("/quick", get(async || "at once"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let token = CancellationToken::new();
        let serving = tokio::spawn(serve_until(listener, site, token.clone(), SOON));
        let mut resting = ask(address, "/quick").await;
        let mut first = [0; 12];
        resting.read_exact(&mut first).await.expect("a reply");
        assert_eq!(&first, b"HTTP/1.1 200");
        let underway = ask(address, "/slow").await;
        begun.notified().await;
        token.cancel();
        assert!(read_all(resting).await.ends_with("at once"));
        go_on.notify_one();
        assert!(read_all(underway).await.ends_with("late"));
        timeout(SOON, serving).await.expect("an end").expect("no panic");
        assert!(TcpStream::connect(address).await.is_err(), "nobody is let in any more");
    }

    #[tokio::test]
    async fn what_does_not_end_is_left_after_the_time_of_grace() {
        let begun = Arc::new(Notify::new());
        let endless = {
            let begun = begun.clone();
            async move || {
                begun.notify_one();
                std::future::pending::<()>().await;
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let token = CancellationToken::new();
        let site = Router::new().route("/", get(endless));
        let serving = tokio::spawn(serve_until(listener, site, token.clone(), Duration::from_millis(1)));
        let _open = ask(address, "/").await;
        begun.notified().await;
        token.cancel();
        timeout(SOON, serving).await.expect("an end").expect("no panic");
    }
}
