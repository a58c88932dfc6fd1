//! Requests to addresses that other people have chosen: nobody gets at what only this machine or its network can reach.
//!
//! A name is resolved once, every address it leads to is checked, and the connection goes to one of those: a name that leads
//! elsewhere a moment later changes nothing. Redirects are not followed, and of an answer only its beginning is read.

mod public_addresses;

use super::breaker::{Breaker, BreakerError};
use axum::{
    body::{Body, HttpBody},
    http::{
        Request, Uri,
        header::{CONNECTION, HOST, RETRY_AFTER, USER_AGENT},
    },
};
use futures::{StreamExt, future::BoxFuture};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use moka::sync::Cache;
use public_addresses::is_public;
use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
    time::{Instant, timeout, timeout_at},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, crypto::ring, pki_types::ServerName},
};
use tokio_util::task::AbortOnDropHandle;

/// How long it may take until there is a connection, and until there is an answer.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
const WHOLE_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read, and of its head.
const ANSWER_MAX: usize = 4096;
const HEAD_MAX: usize = 16 * 1024;
/// Characters of an address.
const ADDRESS_MAX: usize = 500;
/// How long a server that is silent is left alone.
const REST: Duration = Duration::from_secs(10);
/// Servers whose silence is remembered.
const REMEMBERED: u64 = 1_000;

/// Finds the addresses of a name.
pub type Resolver = Arc<dyn Fn(String) -> BoxFuture<'static, io::Result<Vec<IpAddr>>> + Send + Sync>;

/// Whether requests may go to addresses that the internet doesn't reach, and without https.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrivateAddresses {
    /// They may: for whoever develops, and for tests.
    Allowed,
    /// They may not.
    Refused,
}

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    is_https: bool,
    /// Name or address, without brackets.
    host: String,
    port: u16,
    /// Host and port as they were written.
    authority: String,
    path: String,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// When it says to come again, as it was written.
    pub retry_after: Option<String>,
    /// The beginning of its body, 4 kB at most.
    pub beginning: Vec<u8>,
}

/// Why nothing came back.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// The name leads nowhere.
    #[error("the name leads to no address")]
    Unresolved,
    /// The name leads to an address that the internet doesn't reach. Nothing was sent.
    #[error("the name leads to an address that is not public")]
    Private,
    /// Nobody takes connections there.
    #[error("no connection: {0}")]
    Connect(io::ErrorKind),
    /// TLS failed, for example for the certificate.
    #[error("no secure connection: {0}")]
    Tls(String),
    /// It took too long.
    #[error("no answer in time")]
    Late,
    /// The connection ended, or brought what is no answer.
    #[error("the connection broke before there was an answer")]
    Broken,
    /// It was silent lately and is left alone for some seconds. Nothing was tried.
    #[error("it did not answer lately")]
    Resting,
}

impl Trouble {
    /// Whether nobody was there.
    fn is_silence(&self) -> bool {
        !matches!(self, Self::Private | Self::Resting)
    }
}

impl Target {
    /// Reads an address: https, or http where private addresses are allowed; no name and password in it, no fragment. None for
    /// anything else.
    pub fn parse(address: &str, private: PrivateAddresses) -> Option<Self> {
        if address.len() > ADDRESS_MAX || address.contains(['@', '#']) {
            return None;
        }
        let uri: Uri = address.parse().ok()?;
        let is_https = match uri.scheme_str()? {
            "https" => true,
            "http" if private == PrivateAddresses::Allowed => false,
            _ => return None,
        };
        let host = uri.host()?.trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        let port = uri.port_u16().unwrap_or(if is_https { 443 } else { 80 });
        let path = uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        let authority = uri.authority()?.as_str().to_ascii_lowercase();
        // A port that is no number would be left out silently.
        let is_whole = !host.is_empty() && port != 0 && (uri.port().is_some() == authority_has_port(&authority));
        is_whole.then_some(Self { is_https, host, port, authority, path })
    }
}

fn authority_has_port(authority: &str) -> bool {
    authority.rsplit(']').next().is_some_and(|end| end.contains(':'))
}

/// Sends them.
pub struct Outgoing {
    private: PrivateAddresses,
    resolve: Resolver,
    tls: OnceLock<TlsConnector>,
    breakers: Cache<String, Arc<Breaker>>,
}

impl Outgoing {
    /// By the system's own names.
    pub fn new(private: PrivateAddresses) -> Self {
        let resolve: Resolver = Arc::new(|host| {
            Box::pin(async move { Ok(lookup_host((host.as_str(), 0)).await?.map(|address| address.ip()).collect()) })
        });
        Self::with_resolver(private, resolve)
    }

    /// By names that are found elsewhere, as tests do.
    pub fn with_resolver(private: PrivateAddresses, resolve: Resolver) -> Self {
        Self { private, resolve, tls: OnceLock::new(), breakers: Cache::new(REMEMBERED) }
    }

    /// Where this address leads, if requests may go there. None for what is no such address.
    pub fn target(&self, address: &str) -> Option<Target> {
        Target::parse(address, self.private)
    }

    /// Errors: as [`Self::post`] would have them for the name alone.
    pub async fn check(&self, target: &Target) -> Result<(), Trouble> {
        timeout(CONNECT_TIMEOUT, self.find_addresses(target)).await.map_err(|_| Trouble::Late)?.map(drop)
    }

    /// Sends a body there, and answers what came back, whatever its status: ten seconds at most.
    pub async fn post(
        &self,
        target: &Target,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Answer, Trouble> {
        let new = || Arc::new(Breaker::new("A server that is told of changes", REST));
        let breaker = self.breakers.get_with(target.authority.clone(), new);
        let sent = breaker.call(Trouble::is_silence, self.exchange(target, headers, body)).await;
        sent.map_err(|error| match error {
            BreakerError::Inner(trouble) => trouble,
            BreakerError::Rejected => Trouble::Resting,
        })
    }

    async fn exchange(
        &self,
        target: &Target,
        headers: &[(&'static str, String)],
        body: Vec<u8>,
    ) -> Result<Answer, Trouble> {
        let deadline = Instant::now() + WHOLE_TIMEOUT;
        let mut request = Request::post(&target.path)
            .header(HOST, &target.authority)
            .header(USER_AGENT, concat!("Evently/", env!("CARGO_PKG_VERSION")))
            .header(CONNECTION, "close");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Body::from(body)).map_err(|_| Trouble::Broken)?;
        let stream = timeout(CONNECT_TIMEOUT, self.connect(target)).await.map_err(|_| Trouble::Late)??;
        if !target.is_https {
            return talk(stream, request, deadline).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| Trouble::Unresolved)?;
        let secured = timeout(CONNECT_TIMEOUT, self.tls()?.connect(name, stream)).await.map_err(|_| Trouble::Late)?;
        talk(secured.map_err(|error| Trouble::Tls(error.to_string()))?, request, deadline).await
    }

    /// All addresses of a name, if requests may go to each of them.
    async fn find_addresses(&self, target: &Target) -> Result<Vec<IpAddr>, Trouble> {
        let addresses = match target.host.parse::<IpAddr>() {
            Ok(address) => vec![address],
            Err(_) => (self.resolve)(target.host.clone()).await.map_err(|_| Trouble::Unresolved)?,
        };
        if addresses.is_empty() {
            return Err(Trouble::Unresolved);
        }
        // One that is private among others is a trap too.
        let may = self.private == PrivateAddresses::Allowed || addresses.iter().all(|address| is_public(*address));
        if may { Ok(addresses) } else { Err(Trouble::Private) }
    }

    /// A connection to an address that was checked: the name is not asked for again.
    async fn connect(&self, target: &Target) -> Result<TcpStream, Trouble> {
        let mut trouble = Trouble::Unresolved;
        for address in self.find_addresses(target).await? {
            match TcpStream::connect(SocketAddr::new(address, target.port)).await {
                Ok(stream) => return Ok(stream),
                Err(error) => trouble = Trouble::Connect(error.kind()),
            }
        }
        Err(trouble)
    }

    /// Certificates are those that the machine trusts, read when the first connection needs them.
    fn tls(&self) -> Result<&TlsConnector, Trouble> {
        if let Some(tls) = self.tls.get() {
            return Ok(tls);
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| Trouble::Tls(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(self.tls.get_or_init(|| TlsConnector::from(Arc::new(config))))
    }
}

/// Sends the request over this connection, and reads the beginning of the answer. Once there is a status, what comes of the rest
/// of the body doesn't matter.
async fn talk<S>(stream: S, request: Request<Body>, deadline: Instant) -> Result<Answer, Trouble>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let handshake = http1::Builder::new().max_buf_size(HEAD_MAX).handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.map_err(|_| Trouble::Broken)?;
    let _connection = AbortOnDropHandle::new(tokio::spawn(connection));
    let response = timeout_at(deadline, sender.send_request(request)).await.map_err(|_| Trouble::Late)?;
    let response = response.map_err(|_| Trouble::Broken)?;
    let status = response.status().as_u16();
    let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let is_empty = response.body().is_end_stream();
    let mut pieces = Body::new(response.into_body()).into_data_stream();
    let mut beginning = Vec::new();
    while !is_empty
        && beginning.len() < ANSWER_MAX
        && let Ok(Some(Ok(piece))) = timeout_at(deadline, pieces.next()).await
    {
        beginning.extend_from_slice(&piece[..piece.len().min(ANSWER_MAX - beginning.len())]);
    }
    Ok(Answer { status, retry_after, beginning })
}

#[cfg(test)]
mod tests;
