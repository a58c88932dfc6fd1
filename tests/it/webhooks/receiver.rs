//! A server that is told, and does with each delivery what the test says.

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{
        HeaderMap, StatusCode,
        header::{LOCATION, RETRY_AFTER},
    },
    response::{IntoResponse, Response},
    routing::any,
};
use chrono::{DateTime, Utc};
use futures::{StreamExt, stream};
use ring::hmac::{HMAC_SHA256, Key, verify};
use serde_json::Value;
use std::{
    collections::VecDeque,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;

/// What it does with a delivery.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    /// Answers this status.
    Answer(u16),
    /// Answers this status, and when to come again.
    AnswerLater(u16, &'static str),
    /// Answers 200 after so many milliseconds.
    Slow(u64),
    /// Answers 200 once so many deliveries have come in all.
    AwaitOthers(usize),
    /// Never answers.
    Hang,
    /// Says 200 and breaks off in the middle of the body.
    BreakOff,
    /// Sends somewhere else.
    Redirect,
    /// Says 200, and then a hundred megabytes.
    Flood,
}

/// A delivery as it came.
#[derive(Clone, Debug)]
pub(crate) struct Delivered {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// It does what the test says, delivery by delivery, and then takes all.
#[derive(Clone)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    script: Arc<Mutex<VecDeque<Does>>>,
    requests: Arc<Mutex<Vec<Delivered>>>,
}

impl Receiver {
    pub(crate) async fn start(script: impl IntoIterator<Item = Does>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}/hooks?from=evently", listener.local_addr().expect("an address"));
        let script = Arc::new(Mutex::new(script.into_iter().collect()));
        let receiver = Self { url, script, requests: Arc::default() };
        let router = Router::new().route("/hooks", any(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    /// Where nobody listens.
    pub(crate) async fn gone() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        format!("http://{}/hooks", listener.local_addr().expect("an address"))
    }

    /// Takes everything from now on.
    pub(crate) fn recover(&self) {
        self.script.lock().expect("a lock").clear();
    }

    pub(crate) fn requests(&self) -> Vec<Delivered> {
        self.requests.lock().expect("a lock").clone()
    }

    pub(crate) fn documents(&self) -> Vec<Value> {
        self.requests().iter().map(Delivered::document).collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> Response {
    receiver.requests.lock().expect("a lock").push(Delivered { headers, body });
    let does = receiver.script.lock().expect("a lock").pop_front().unwrap_or(Does::Answer(200));
    match does {
        Does::Answer(status) => (StatusCode::from_u16(status).expect("a status"), "so be it").into_response(),
        Does::AnswerLater(status, when) => {
            (StatusCode::from_u16(status).expect("a status"), [(RETRY_AFTER, when)]).into_response()
        }
        Does::Slow(ms) => {
            tokio::time::sleep(Duration::from_millis(ms)).await;
            StatusCode::OK.into_response()
        }
        Does::AwaitOthers(count) => {
            while receiver.requests().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
            StatusCode::OK.into_response()
        }
        Does::Hang => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
        Does::BreakOff => {
            let pieces = [Ok(Bytes::from_static(b"half")), Err(io::Error::other("broken off"))];
            // What came before is on its way by then.
            let pieces = stream::iter(pieces).then(|piece| async {
                tokio::time::sleep(Duration::from_millis(50)).await;
                piece
            });
            Body::from_stream(pieces).into_response()
        }
        Does::Redirect => (StatusCode::TEMPORARY_REDIRECT, [(LOCATION, receiver.url.clone())]).into_response(),
        Does::Flood => {
            let piece = Bytes::from(vec![b'x'; 100_000]);
            Body::from_stream(stream::iter((0..1_000).map(move |_| Ok::<_, io::Error>(piece.clone())))).into_response()
        }
    }
}

impl Delivered {
    pub(crate) fn document(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().expect("text")
    }

    /// The second and the signatures.
    pub(crate) fn signature(&self) -> (i64, Vec<Vec<u8>>) {
        let mut parts = self.header("evently-signature").split(',');
        let t = parts.next().and_then(|part| part.strip_prefix("t=")).expect("a second").parse().expect("a number");
        let signatures = parts.map(|part| hex::decode(part.strip_prefix("v1=").expect("a signature")).expect("digits"));
        (t, signatures.collect())
    }

    /// Whether one of the signatures is by this secret.
    pub(crate) fn is_signed_by(&self, secret: &str) -> bool {
        let (t, signatures) = self.signature();
        let signed = [format!("{t}.").as_bytes(), &self.body].concat();
        let key = Key::new(HMAC_SHA256, secret.as_bytes());
        signatures.iter().any(|signature| verify(&key, &signed, signature).is_ok())
    }

    /// As a receiver does it that follows the documentation.
    #[track_caller]
    pub(crate) fn verify(&self, secret: &str, now: DateTime<Utc>) {
        assert!((now.timestamp() - self.signature().0).abs() < 3600 && self.is_signed_by(secret), "{:?}", self.headers);
        assert_eq!(self.header("content-type"), "application/json");
        assert_eq!(self.header("evently-kind"), self.document()["kind"]);
    }
}
