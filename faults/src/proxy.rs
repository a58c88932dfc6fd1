//! A proxy between the server and one of its services, which breaks what passes through it.

use crate::app::free_port;
use anyhow::Context;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{
        TcpListener, TcpStream,
        tcp::{ReadHalf, WriteHalf},
    },
    sync::{mpsc, watch},
    task::JoinHandle,
    time::{Instant, sleep, sleep_until},
};

const CHUNK_BYTES: usize = 64 * 1024;

/// What the proxy does to those who pass.
#[derive(Debug, Default)]
pub(crate) struct Rules {
    /// Milliseconds every reply takes longer.
    pub(crate) delay_ms: AtomicU64,
    /// One in so many commits is cut off; 0: none.
    pub(crate) cut_one_commit_in: AtomicU64,
    /// Milliseconds after which, on average, a connection is reset; 0: never.
    pub(crate) reset_after_ms: AtomicU64,
    /// Connections that were cut or reset so far.
    pub(crate) broken: AtomicU64,
}

/// A proxy on loopback. It and its connections end when this is dropped.
pub(crate) struct Proxy {
    /// The service's address with the proxy's in its place.
    pub(crate) url: String,
    pub(crate) rules: Arc<Rules>,
    listening: JoinHandle<()>,
    _open: watch::Sender<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Proxy {
    /// Stands in front of the service at this address, which is like `scheme://user:password@host:port/path`.
    pub(crate) async fn before(url: &str) -> anyhow::Result<Self> {
        let (credentials, rest) = url.split_once('@').context("an address with a user")?;
        let (service, path) = rest.split_once('/').map_or((rest, String::new()), |(s, path)| (s, format!("/{path}")));
        let address = format!("127.0.0.1:{}", free_port()?);
        let listener = TcpListener::bind(&address).await.context("listening for the proxy")?;
        let rules = Arc::new(Rules::default());
        let (open, closed) = watch::channel(());
        let listening = tokio::spawn(listen(listener, service.to_owned(), Arc::clone(&rules), closed));
        Ok(Self { url: format!("{credentials}@{address}{path}"), rules, listening, _open: open })
    }
}

async fn listen(listener: TcpListener, service: String, rules: Arc<Rules>, closed: watch::Receiver<()>) {
    while let Ok((client, _)) = listener.accept().await {
        let (service, rules, mut closed) = (service.clone(), Arc::clone(&rules), closed.clone());
        tokio::spawn(async move {
            tokio::select! {
                _ = pass(client, &service, &rules) => {}
                _ = closed.changed() => {}
            }
        });
    }
}

/// Lets one connection pass until either side or a fault ends it.
async fn pass(mut client: TcpStream, service: &str, rules: &Rules) -> std::io::Result<()> {
    let mut server = TcpStream::connect(service).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    // Half of the ends are seen as a reset, half as an end in good order.
    if fastrand::bool() {
        client.set_zero_linger()?;
    }
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let (unheard, cut_after_reply) = watch::channel(false);
    tokio::select! {
        ended = requests(from_client, to_server, rules, unheard) => ended,
        ended = replies(from_server, to_client, rules, cut_after_reply) => ended,
        () = reset(rules) => Ok(()),
    }
}

/// Where a commit is cut off.
enum Cut {
    /// It never reaches the database.
    Before,
    /// It is sent, and nobody waits for what becomes of it.
    After,
    /// It has been done, and nobody hears of it.
    Unheard,
}

async fn requests(
    mut client: ReadHalf<'_>,
    mut server: WriteHalf<'_>,
    rules: &Rules,
    unheard: watch::Sender<bool>,
) -> std::io::Result<()> {
    let mut buffer = vec![0; CHUNK_BYTES];
    loop {
        let count = client.read(&mut buffer).await?;
        if count == 0 {
            return Ok(());
        }
        match cut(rules, &buffer[..count]) {
            None => server.write_all(&buffer[..count]).await?,
            Some(Cut::Before) => return Ok(()),
            Some(Cut::After) => return server.write_all(&buffer[..count]).await,
            Some(Cut::Unheard) => {
                _ = unheard.send(true);
                server.write_all(&buffer[..count]).await?;
            }
        }
    }
}

fn cut(rules: &Rules, sent: &[u8]) -> Option<Cut> {
    let one_in = rules.cut_one_commit_in.load(Ordering::Relaxed);
    // The text of a simple query, as the driver sends it.
    if one_in == 0 || !sent.windows(7).any(|bytes| bytes == b"COMMIT\0") || fastrand::u64(0..one_in) > 0 {
        return None;
    }
    rules.broken.fetch_add(1, Ordering::Relaxed);
    Some(match fastrand::u8(0..3) {
        0 => Cut::Before,
        1 => Cut::After,
        _ => Cut::Unheard,
    })
}

/// Forwards replies, each as late as the rules say; those that come meanwhile don't wait for it.
async fn replies(
    mut server: ReadHalf<'_>,
    mut client: WriteHalf<'_>,
    rules: &Rules,
    cut: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let (send, mut receive) = mpsc::unbounded_channel::<(Instant, Vec<u8>)>();
    let read = async {
        let mut buffer = vec![0; CHUNK_BYTES];
        loop {
            let count = server.read(&mut buffer).await?;
            if count == 0 || *cut.borrow() {
                return Ok(());
            }
            let due = Instant::now() + Duration::from_millis(rules.delay_ms.load(Ordering::Relaxed));
            _ = send.send((due, buffer[..count].to_vec()));
        }
    };
    let write = async {
        while let Some((due, bytes)) = receive.recv().await {
            sleep_until(due).await;
            client.write_all(&bytes).await?;
        }
        Ok(())
    };
    tokio::select! {
        ended = read => ended,
        ended = write => ended,
    }
}

/// Ends when the connection is to be reset.
async fn reset(rules: &Rules) {
    const LOOK_EVERY_MS: u64 = 20;
    loop {
        sleep(Duration::from_millis(LOOK_EVERY_MS)).await;
        let after_ms = rules.reset_after_ms.load(Ordering::Relaxed);
        if after_ms > 0 && fastrand::u64(0..after_ms) < LOOK_EVERY_MS {
            rules.broken.fetch_add(1, Ordering::Relaxed);
            return;
        }
    }
}
