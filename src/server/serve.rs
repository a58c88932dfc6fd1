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
use axum::{
    Router,
    http::{HeaderValue, header::CONNECTION},
    serve::Listener,
};
use futures::FutureExt;
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
use std::{convert::Infallible, io, net::SocketAddr, time::Duration};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

/// Longest time for the head of a request, from when the connection is made or the reply before is sent. More than proxies keep
/// a connection that rests: it is theirs to close.
const HEAD_TIMEOUT: Duration = Duration::from_secs(90);
/// Connections that may wait to be accepted; the system may allow fewer (`net.core.somaxconn`, mostly 4,096). With tokio's 1,024,
/// some of 5,000 people who came at one instant were cut off by the kernel.
const QUEUE_MAX: u32 = 65_535;
/// What the last answer of a connection says.
const LAST: HeaderValue = HeaderValue::from_static("close");
/// How long a proxy's request may follow its connection.
const LAST_MOMENT: Duration = Duration::from_millis(250);
/// After the requests: time for the background work and the connections to PostgreSQL to end.
const LAST_GRACE: Duration = Duration::from_secs(2);

/// Serves the site until the process is told to stop (SIGTERM, SIGINT), then lets open requests finish.
///
/// Errors: migrations that are missing or unknown, a browser half that isn't built, an address that is taken.
pub async fn serve(state: AppState) -> anyhow::Result<()> {
    ensure_migrated(&state).await?;
    ensure_browser_half_is_built(&state)?;
    let address = state.leptos_options.site_addr;
    let listener = listen(address).with_context(|| format!("listening on {address} (LEPTOS_SITE_ADDR)"))?;
    let token = CancellationToken::new();
    let leave = Duration::from_secs(state.config.leave_s);
    tokio::spawn(cancel_after(stop_signal()?, state.leaving.clone()));
    tokio::spawn(follow(state.leaving.clone(), leave, token.clone()));
    if let Some(address) = state.config.metrics_addr {
        serve_metrics(state.clone(), address, token.clone()).await?;
    }
    let watching = (state.db.clone(), token.clone());
    tokio::spawn(async move { watching.0.watch_replica(&watching.1).await });
    let viewers = tokio::spawn(tell_viewers(state.clone(), token.clone()));
    let worker =
        (state.config.worker == WorkerPlace::Inside).then(|| tokio::spawn(run_work(state.clone(), token.clone())));
    tracing::info!(%address, public_url = state.config.public_url, "serving");
    let grace = Duration::from_secs(state.config.shutdown_grace_s);
    // Where nothing is in front, nobody makes connections ahead of their requests.
    let moment = if leave.is_zero() { Duration::ZERO } else { LAST_MOMENT };
    let stopping = Stopping { leaving: state.leaving.clone(), token, moment, grace };
    serve_until(listener, router(state.clone()), stopping).await;
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
/// Errors: migrations that are missing or unknown, an address of the metrics that is taken.
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
    let beyond = state.db.migrations_beyond().await?;
    ensure!(
        beyond.is_empty(),
        "the database is newer than this program, which doesn't know the migrations {}: start the newer program",
        beyond.join(", ")
    );
    Ok(())
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A server that starts again needn't wait for the connections of the one before to be forgotten.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE_MAX)
}

/// How a server comes to its end.
struct Stopping {
    /// Once cancelled, each answer is the last of its connection: who comes again comes to another process, if there is one.
    leaving: CancellationToken,
    /// Once cancelled, nobody is let in any more.
    token: CancellationToken,
    /// How long who was let in last may take to say what they want: hyper would cut off who hasn't begun to.
    moment: Duration,
    /// How long what is under way may take then.
    grace: Duration,
}

/// Cancels the second token so long after the first: a proxy that keeps connections to the server, and sends a request on one at the
/// instant it is closed, can't tell whether that was done.
async fn follow(first: CancellationToken, pause: Duration, second: CancellationToken) {
    first.cancelled().await;
    tokio::time::sleep(pause).await;
    second.cancel();
}

/// Accepts connections until the token is cancelled, then gives what is underway a time of grace.
///
/// In place of `axum::serve`, which copies all routes for each connection, and reads its first bytes apart to find out whether
/// they are HTTP/2, which makes its buffer twice as large: more than half of an open stream's memory.
async fn serve_until(mut listener: TcpListener, site: Router, stopping: Stopping) {
    let Stopping { leaving, token, moment, grace } = stopping;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT);
    let site = TowerToHyperService::new(site);
    let connections = GracefulShutdown::new();
    let serve_one = |(stream, peer): (TcpStream, SocketAddr)| {
        // Streamed pages would stall 40 ms a piece without it.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays without TCP_NODELAY");
        }
        let (site, leaving) = (site.clone(), leaving.clone());
        let from_peer = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer.ip()));
            let (answer, leaving) = (site.call(request), leaving.clone());
            async move {
                let mut response = answer.await?;
                if leaving.is_cancelled() {
                    response.headers_mut().insert(CONNECTION, LAST);
                }
                Ok::<_, Infallible>(response)
            }
        });
        let connection = connections.watch(http.serve_connection(TokioIo::new(stream), from_peer));
        tokio::spawn(async {
            if let Err(error) = connection.await {
                tracing::trace!(%error, "a connection broke");
            }
        });
    };
    // It waits a moment where the system has no more connections to give.
    while let Some(accepted) = token.run_until_cancelled(Listener::accept(&mut listener)).await {
        serve_one(accepted);
    }
    // Those that the system has accepted in our name: closing the listener would cut them off.
    while let Some(Ok(accepted)) = listener.accept().now_or_never() {
        serve_one(accepted);
    }
    drop(listener);
    tokio::time::sleep(moment).await;
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
        sync::Notify,
        time::timeout,
    };

    const SOON: Duration = Duration::from_secs(5);

    fn until(token: &CancellationToken, grace: Duration) -> Stopping {
        Stopping { leaving: token.clone(), token: token.clone(), moment: Duration::ZERO, grace }
    }

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
        let serving = tokio::spawn(serve_until(listener, site, until(&token, SOON)));
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
        let serving = tokio::spawn(serve_until(listener, site, until(&token, Duration::from_millis(1))));
        let _open = ask(address, "/").await;
        begun.notified().await;
        token.cancel();
        timeout(SOON, serving).await.expect("an end").expect("no panic");
    }
    #[tokio::test]
    async fn one_that_leaves_answers_everybody_and_ends_each_connection() {
        let site = Router::new().route("/", get(async || "at once"));
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (leaving, token) = (CancellationToken::new(), CancellationToken::new());
        let stopping = Stopping { leaving: leaving.clone(), token: token.clone(), moment: SOON / 10, grace: SOON };
        let serving = tokio::spawn(serve_until(listener, site, stopping));
        let following = tokio::spawn(follow(leaving.clone(), Duration::from_millis(300), token.clone()));
        let mut resting = ask(address, "/").await;
        let mut first = [0; 12];
        resting.read_exact(&mut first).await.expect("a reply");
        leaving.cancel();
        for stream in [ask(address, "/").await, ask(address, "/").await] {
            let reply = read_all(stream).await;
            assert!(reply.starts_with("HTTP/1.1 200") && reply.contains("connection: close"), "{reply}");
        }
        assert!(!token.is_cancelled(), "everybody was let in for as long as was said");
        resting.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("sent");
        assert!(
            read_all(resting).await.contains("connection: close"),
            "what was open before is ended by its next answer"
        );
        // As many as come in the last moment, none is cut off.
        let waiting: Vec<_> = futures::future::join_all((0..50).map(|_| ask(address, "/"))).await;
        let mut silent = TcpStream::connect(address).await.expect("let in");
        timeout(SOON, following).await.expect("an end").expect("no panic");
        tokio::time::sleep(SOON / 50).await;
        silent.write_all(b"GET / HTTP/1.1\r\nhost: test\r\n\r\n").await.expect("sent");
        for stream in waiting.into_iter().chain([silent]) {
            assert!(read_all(stream).await.starts_with("HTTP/1.1 200"));
        }
        timeout(SOON, serving).await.expect("an end").expect("no panic");
        assert!(TcpStream::connect(address).await.is_err());
    }
}
