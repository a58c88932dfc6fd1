//! Requests over real connections, to servers of the tests.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{CertificateDer, PrivatePkcs8KeyDer},
    },
};

fn resolver(addresses: &'static [&'static str]) -> Resolver {
    Arc::new(move |_| {
        let addresses = addresses.iter().map(|address| address.parse().expect("an address")).collect();
        Box::pin(async move { Ok(addresses) })
    })
}

async fn sent(outgoing: &Outgoing, address: &str) -> Result<Answer, Trouble> {
    outgoing.post(&outgoing.target(address).expect("a target"), &[], b"{}".to_vec()).await
}

/// Answers everybody with this, and says where.
async fn server(reply: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut heard = [0; 4096];
            let _ = stream.read(&mut heard).await;
            let _ = stream.write_all(reply).await;
        }
    });
    port
}

#[test]
fn an_address_is_https_and_nothing_else_is_in_it() {
    use PrivateAddresses::{Allowed, Refused};
    for good in
        ["https://example.org", "https://example.org:8443/hooks?a=b", "https://[2606:4700::1]/x", "https://1.1.1.1"]
    {
        assert!(Target::parse(good, Refused).is_some(), "{good}");
    }
    for bad in [
        "",
        "x",
        "example.org",
        "/hooks",
        "ftp://example.org",
        "https://",
        "https:///x",
        "https://me:pw@example.org",
        "https://example.org#x",
        "https://example.org:0",
        "https://example.org:99999",
        "https://example.org:x",
        "https://exa mple.org",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "https://example.org:",
        "\u{0}",
    ] {
        assert_eq!(Target::parse(bad, Refused), None, "{bad}");
    }
    assert!(Target::parse("http://example.org", Refused).is_none());
    assert!(Target::parse("http://example.org", Allowed).is_some());
    assert!(Target::parse(&format!("https://example.org/{}", "a".repeat(500)), Refused).is_none());
}

#[tokio::test]
async fn names_that_lead_to_private_addresses_are_refused_even_among_others() {
    for addresses in [&["127.0.0.1"][..], &["93.184.216.34", "10.0.0.1"], &["::1"], &["::ffff:127.0.0.1"]] {
        let outgoing = Outgoing::with_resolver(PrivateAddresses::Refused, resolver(addresses));
        let target = outgoing.target("https://receiver.example").expect("a target");
        assert_eq!(outgoing.check(&target).await, Err(Trouble::Private), "{addresses:?}");
        assert_eq!(sent(&outgoing, "https://receiver.example").await, Err(Trouble::Private), "{addresses:?}");
    }
    let outgoing = Outgoing::new(PrivateAddresses::Refused);
    for literal in
        ["https://127.0.0.1", "https://[::1]", "https://169.254.169.254/latest/meta-data", "https://[fd00::1]"]
    {
        assert_eq!(sent(&outgoing, literal).await, Err(Trouble::Private), "{literal}");
    }
    let nowhere = Outgoing::with_resolver(PrivateAddresses::Refused, resolver(&[]));
    assert_eq!(sent(&nowhere, "https://receiver.example").await, Err(Trouble::Unresolved));
}

#[tokio::test]
async fn a_name_that_leads_elsewhere_when_asked_again_is_asked_once() {
    let port = server(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    // Here when it is checked; where nobody listens when somebody asks once more to connect.
    let rebinding: Resolver = Arc::new(move |_| {
        let first = counted.fetch_add(1, Ordering::SeqCst) == 0;
        let address = if first { "127.0.0.1" } else { "127.1.2.3" };
        Box::pin(async move { Ok(vec![address.parse().expect("an address")]) })
    });
    let outgoing = Outgoing::with_resolver(PrivateAddresses::Allowed, rebinding);
    let answer = sent(&outgoing, &format!("http://receiver.example:{port}")).await.expect("an answer");
    assert_eq!((answer.status, asked.load(Ordering::SeqCst)), (200, 1));
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_is_not_followed() {
    let port = server(b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    let outgoing = Outgoing::new(PrivateAddresses::Allowed);
    let answer = sent(&outgoing, &format!("http://127.0.0.1:{port}/hooks")).await.expect("an answer");
    assert_eq!((answer.status, answer.beginning.len()), (302, 0));
}

#[tokio::test]
async fn of_a_huge_answer_only_the_beginning_is_read() {
    static HUGE: OnceLock<Vec<u8>> = OnceLock::new();
    let huge = HUGE.get_or_init(|| {
        [b"HTTP/1.1 200 OK\r\ncontent-length: 50000000\r\n\r\n".to_vec(), vec![b'x'; 50_000_000]].concat()
    });
    let port = server(huge).await;
    let outgoing = Outgoing::new(PrivateAddresses::Allowed);
    let answer = sent(&outgoing, &format!("http://127.0.0.1:{port}")).await.expect("an answer");
    assert_eq!((answer.status, answer.beginning.len()), (200, ANSWER_MAX));
}

#[tokio::test]
async fn what_is_no_answer_or_no_tls_is_told_apart() {
    let outgoing = Outgoing::new(PrivateAddresses::Allowed);
    let closes = server(b"").await;
    assert_eq!(sent(&outgoing, &format!("http://127.0.0.1:{closes}")).await, Err(Trouble::Broken));
    let plain = server(b"HTTP/1.1 200 OK\r\n\r\n").await;
    let trouble = sent(&outgoing, &format!("https://127.0.0.1:{plain}")).await.expect_err("no TLS");
    assert!(matches!(trouble, Trouble::Tls(_)), "{trouble:?}");
    let breaks_off = server(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").await;
    let answer = sent(&outgoing, &format!("http://127.0.0.1:{breaks_off}")).await.expect("a status");
    assert_eq!((answer.status, &*answer.beginning), (200, &b"half"[..]));
}

#[tokio::test]
async fn who_is_silent_is_left_alone_for_a_while() {
    let outgoing = Outgoing::new(PrivateAddresses::Allowed);
    let gone = "http://127.0.0.1:1";
    let mut troubles = Vec::new();
    for _ in 0..8 {
        troubles.push(sent(&outgoing, gone).await.expect_err("nobody is there"));
    }
    assert!(matches!(troubles[0], Trouble::Connect(_)), "{troubles:?}");
    assert_eq!(troubles[7], Trouble::Resting);
    let port = server(b"HTTP/1.1 204 No Content\r\n\r\n").await;
    assert!(sent(&outgoing, &format!("http://127.0.0.1:{port}")).await.is_ok(), "another server is another matter");
}

/// A server for `hooks.example` that takes one request after another, with a certificate by an authority of the tests.
async fn secured_server() -> u16 {
    let certificate = CertificateDer::from_slice(include_bytes!("test_certificates/server.der"));
    let key = PrivatePkcs8KeyDer::from(&include_bytes!("test_certificates/server_key.der")[..]);
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.into_owned()], key.into())
        .expect("a certificate and its key");
    let (acceptor, listener) = (TlsAcceptor::from(Arc::new(config)), TcpListener::bind("127.0.0.1:0").await);
    let listener = listener.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut heard = [0; 4096];
            let _ = stream.read(&mut heard).await;
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await;
            let _ = stream.shutdown().await;
        }
    });
    port
}

/// What sends, and believes this authority alone.
fn believing(authority: &'static [u8]) -> Outgoing {
    let outgoing = Outgoing::with_resolver(PrivateAddresses::Allowed, resolver(&["127.0.0.1"]));
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_slice(authority)).expect("an authority");
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    assert!(outgoing.tls.set(TlsConnector::from(Arc::new(config))).is_ok());
    outgoing
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_or_of_another_name_is_refused_and_named() {
    let port = secured_server().await;
    let (right, other) = (format!("https://hooks.example:{port}/"), format!("https://other.example:{port}/"));
    let believing = believing(include_bytes!("test_certificates/authority.der"));
    assert_eq!(sent(&believing, &right).await.map(|answer| answer.status), Ok(204));
    let said = |result: Result<Answer, Trouble>| result.expect_err("refused").to_string();
    let wrong_name = said(sent(&believing, &other).await);
    assert!(
        wrong_name.starts_with("no secure connection: ") && wrong_name.contains("not valid for name"),
        "{wrong_name}"
    );
    let strangers = Outgoing::with_resolver(PrivateAddresses::Allowed, resolver(&["127.0.0.1"]));
    let unknown = said(sent(&strangers, &right).await);
    assert!(unknown.starts_with("no secure connection: ") && unknown.contains("UnknownIssuer"), "{unknown}");
}

#[tokio::test]
async fn when_to_come_again_is_read() {
    let port = server(b"HTTP/1.1 503 Later\r\nRetry-After: 120\r\ncontent-length: 0\r\n\r\n").await;
    let outgoing = Outgoing::new(PrivateAddresses::Allowed);
    let answer = sent(&outgoing, &format!("http://127.0.0.1:{port}/")).await.expect("an answer");
    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("120")));
}
