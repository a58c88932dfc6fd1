//! `Idempotency-Key`: a change that is sent twice is made once, and answered twice.
//!
//! The first request under a key runs, and its reply is kept for a day. The same request again gets that reply, marked
//! `Idempotent-Replayed: true`; while the first is running, 409; another request under the key, 422. What may go otherwise
//! the next time is not kept: 409, 429 and 5xx free the key.
//!
//! - **Whose**: a key belongs to who is signed in, and each app and API key of theirs has its own. Who isn't signed in is refused
//!   wherever something would change: such a key is checked, and nothing is kept.
//! - **What counts as the same**: the path and the body as the functions read it. This layer stands behind the one that
//!   turns JSON into a form, so that spaces and the order of names in JSON make no difference.
//! - **What is kept**: status, headers and body, never `Set-Cookie`; of the key and the request only hashes, the request's
//!   salted with the key. The reply is sealed by the key, so that only who has that can read it: it may have a secret.
//! - **A crash** leaves a claim without a reply. It lapses, and the request runs anew; the functions' natural keys make that
//!   safe. A hold's is derived from the key: [`RepeatKey`]. `bookings/extend` has none: five minutes whose answer was lost
//!   can be given twice, within the thirty in all.
//! - **A client that goes away** changes nothing: the request runs in a task of its own until its reply is kept.
//!
//! Functions under `auth/` and `api_keys/` take no notice of a key. Their replies are cookies, tokens and keys: kept, they would
//! be worth stealing, and without the cookie a kept reply would greet someone who isn't signed in. They can be repeated without
//! harm as they are: one address registers once, signing in or out twice is fine, a key too many is revoked.

use super::{
    Result,
    credential::Credential,
    error_shape::{refuse, request_id_of},
    idempotency_store::{Claim, Keyed, claim, free, keep},
    metrics::IDEMPOTENCY_REPLAYS_TOTAL,
    sealed_replies::{Reply, open, seal},
    session_store::USER_ID,
    state::AppState,
};
use crate::{
    error::{Conflict, Error, Problem},
    id::UserId,
};
use anyhow::Context;
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header::SET_COOKIE, request::Parts},
    middleware::Next,
    response::Response,
};
use futures::FutureExt;
use leptos::server_fn::axum::get_server_fn_service;
use sha2::{Digest, Sha256};
use std::panic::{AssertUnwindSafe, resume_unwind};
use tower_sessions::Session;
use tracing::Instrument;
use uuid::Uuid;

/// Marks a reply that was kept.
pub(super) const IDEMPOTENT_REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Characters a key may have.
const KEY_MAX: usize = 255;
/// The functions that take no notice of a key.
const EXEMPT: [&str; 2] = ["/api/v1/auth/", "/api/v1/api_keys/"];
/// How leptos marks the reply of a function that failed, whatever its status.
const FAILED: &str = leptos::server_fn::error::SERVER_FN_ERROR_HEADER;

/// What the request is named by in the change it makes, if it came with a key: 64 hexadecimal digits that say who asks
/// and under which key. A function that stores it finds by it what an earlier run of the request has made, even if that
/// run's process died before its reply was kept.
#[derive(Clone, Debug)]
pub(super) struct RepeatKey(pub(super) String);

/// Layer around the functions: answers a request that was answered before, and keeps what it hears from the others.
/// Without a key it does nothing at all.
pub(super) async fn answer_once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST || !request.headers().contains_key(IDEMPOTENCY_KEY) {
        return next.run(request).await;
    }
    let key = match parse_key(request.headers()) {
        Ok(key) => key,
        Err(error) => return refuse(error.into(), request_id_of(&request)),
    };
    let path = request.uri().path();
    if EXEMPT.iter().any(|exempt| path.starts_with(exempt)) || get_server_fn_service(path, Method::POST).is_none() {
        return next.run(request).await;
    }
    let request_id = request_id_of(&request);
    let work = async move {
        let answered = run_once(&state, &key, request, next).await;
        answered.unwrap_or_else(|failure| refuse(failure, request_id))
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(response) => response,
        // It is awaited, so nobody has cancelled it, and it panicked: the layer around all functions answers that.
        Err(error) => resume_unwind(error.into_panic()),
    }
}

/// The key of a request. Errors: `Invalid` for one that is empty, longer than 255 characters, given twice, or anything but
/// visible ASCII.
fn parse_key(headers: &HeaderMap) -> std::result::Result<String, Error> {
    let refused = |problem| Err(Error::invalid("idempotency_key", problem));
    let mut keys = headers.get_all(IDEMPOTENCY_KEY).iter();
    let (key, another) = (keys.next().map(HeaderValue::as_bytes).unwrap_or_default(), keys.next());
    match String::from_utf8(key.to_vec()) {
        _ if another.is_some() => refused(Problem::Repeated),
        Ok(key) if key.is_empty() => refused(Problem::Required),
        Ok(key) if key.len() > KEY_MAX => refused(Problem::TooLong(KEY_MAX as i32)),
        Ok(key) if key.bytes().all(|byte| byte.is_ascii_graphic()) => Ok(key),
        _ => refused(Problem::Malformed),
    }
}

async fn run_once(state: &AppState, key: &str, request: Request, next: Next) -> Result<Response> {
    let (mut parts, body) = request.into_parts();
    let Some(asker) = asker(&parts).await? else {
        // Whoever isn't signed in is refused wherever something would change, and could fill the table with refusals.
        return Ok(next.run(Request::from_parts(parts, body)).await);
    };
    // The reader of forms and JSON, one layer out, has limited it, and has it in memory.
    let body = to_bytes(body, usize::MAX).await.context("reading a request")?;
    let program = parts.extensions.get::<Credential>().map(|credential| credential.id);
    let keyed = recognise((asker, program), key, parts.uri.path(), &body);
    let sealing_key = sealing_key((asker, program), key);
    match claim(state, &keyed).await? {
        Claim::Answered(kept) => replay(open(kept, &keyed, sealing_key)?),
        Claim::Running => Err(Conflict::StillRunning { retry_after_s: 1 }.into()),
        Claim::OtherRequest => Err(Error::IdempotencyKeyReused.into()),
        Claim::Ours(claim_id) => {
            parts.extensions.insert(RepeatKey(hex::encode(keyed.key_hash)));
            let request = Request::from_parts(parts, Body::from(body));
            run(state, (&keyed, sealing_key), claim_id, next.run(request)).await
        }
    }
}

/// Who is signed in. Errors: `Unavailable` when the session can't be looked up.
async fn asker(parts: &Parts) -> Result<Option<UserId>> {
    let session = parts.extensions.get::<Session>().context("the session layer is not around this route")?;
    // The store has logged the causes.
    Ok(session.get(USER_ID).await.map_err(|_| Error::Unavailable { retry_after_s: 1 })?)
}

fn recognise((user_id, program): (UserId, Option<Uuid>), key: &str, path: &str, body: &[u8]) -> Keyed {
    let asker = say_asker(user_id, program);
    Keyed {
        user_id,
        key_hash: hash([asker.as_bytes(), key.as_bytes()]),
        fingerprint: hash([key.as_bytes(), path.as_bytes(), body]),
    }
}

fn say_asker(user_id: UserId, program: Option<Uuid>) -> String {
    program.map_or_else(|| user_id.to_string(), |program| format!("{user_id} {program}"))
}

/// What seals the reply: nobody can make it of the hash that the key is found by.
fn sealing_key((user_id, program): (UserId, Option<Uuid>), key: &str) -> [u8; 32] {
    hash([b"reply", say_asker(user_id, program).as_bytes(), key.as_bytes()])
}

/// One hash of all parts; each goes in with its length, so that none can run into the next.
fn hash<const N: usize>(parts: [&[u8]; N]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Lets the request run and keeps its reply, or frees the key. Neither is worth a failure of its own: the change is made,
/// and without either the claim lapses.
async fn run(
    state: &AppState,
    (keyed, sealing_key): (&Keyed, [u8; 32]),
    claim_id: Uuid,
    work: impl Future<Output = Response>,
) -> Result<Response> {
    let ran = AssertUnwindSafe(work).catch_unwind().await;
    let (kept, result) = match ran {
        Err(panic) => {
            log_failure(free(state, keyed, claim_id).await);
            resume_unwind(panic)
        }
        Ok(response) => read(response).await?,
    };
    log_failure(match &kept {
        Some(reply) => match seal(reply, keyed, sealing_key) {
            Ok(sealed) => keep(state, keyed, claim_id, &sealed).await,
            Err(failure) => Err(failure),
        },
        None => free(state, keyed, claim_id).await,
    });
    Ok(result)
}

fn log_failure(result: Result<()>) {
    if let Err(failure) = result {
        tracing::warn!(?failure, "a reply could not be kept: the key is free once its claim lapses");
    }
}

/// The reply, and what to keep of it, if it is one to keep.
async fn read(response: Response) -> Result<(Option<Reply>, Response)> {
    let (parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.context("reading a reply")?;
    let kept = is_kept(parts.status, &parts.headers, &body).then(|| Reply {
        status: parts.status.as_u16() as i16,
        headers: kept_headers(&parts.headers),
        body: body.to_vec(),
    });
    Ok((kept, Response::from_parts(parts, Body::from(body))))
}

/// Whether the same request would be answered the same again. A function's failure comes from Leptos as 500, or as a
/// redirect for a form that the browser sent by itself; what it is stands in the body.
fn is_kept(status: StatusCode, headers: &HeaderMap, body: &Bytes) -> bool {
    let failed = headers.contains_key(FAILED) || status.is_client_error() || status.is_server_error();
    let told = serde_json::from_slice(body).map_or(status.as_u16(), |error: Error| error.status());
    !failed || !matches!(told, 409 | 429 | 500..)
}

fn kept_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| *name != SET_COOKIE)
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.to_owned())))
        .collect()
}

fn replay(kept: Reply) -> Result<Response> {
    let status = u16::try_from(kept.status).context("a kept reply has no status")?;
    metrics::counter!(IDEMPOTENCY_REPLAYS_TOTAL).increment(1);
    let mut response = Response::builder().status(status);
    for (name, value) in &kept.headers {
        response = response.header(name, value);
    }
    let response = response.header(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
    Ok(response.body(Body::from(kept.body)).context("a kept reply can't be made anew")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(keys: &[&[u8]]) -> std::result::Result<String, Error> {
        let key = |key: &&[u8]| (IDEMPOTENCY_KEY, HeaderValue::from_bytes(key).expect("a header"));
        let mut headers = HeaderMap::new();
        for (name, value) in keys.iter().map(key) {
            headers.append(name, value);
        }
        parse_key(&headers)
    }

    #[test]
    fn a_key_is_up_to_255_visible_characters() {
        for key in ["a", "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", "~!", &"k".repeat(255)] {
            assert_eq!(parsed(&[key.as_bytes()]).as_deref(), Ok(key));
        }
        for (keys, problem) in [
            (&[&b""[..]][..], Problem::Required),
            (&[&[b'k'; 256][..]], Problem::TooLong(255)),
            (&[&b"a b"[..]], Problem::Malformed),
            (&[&b"a\tb"[..]], Problem::Malformed),
            (&["schlüssel".as_bytes()], Problem::Malformed),
            (&[&b"\xff"[..]], Problem::Malformed),
            (&[&b"a"[..], &b"b"[..]], Problem::Repeated),
        ] {
            assert_eq!(parsed(keys), Err(Error::invalid("idempotency_key", problem)));
        }
    }

    #[test]
    fn the_parts_of_a_request_do_not_run_into_each_other() {
        let ada = (UserId(Uuid::from_u128(1)), None);
        let one = recognise(ada, "key", "/api/v1/a", b"x=1");
        assert_eq!(recognise(ada, "key", "/api/v1/a", b"x=1"), one);
        for other in [
            recognise(ada, "ke", "y/api/v1/a", b"x=1"),
            recognise(ada, "key", "/api/v1/ax", b"=1"),
            recognise(ada, "key", "/api/v1/a", b"x=2"),
        ] {
            assert_ne!(other.fingerprint, one.fingerprint);
        }
        let bob = (UserId(Uuid::from_u128(2)), None);
        let app = (ada.0, Some(Uuid::from_u128(3)));
        for other in [bob, app] {
            assert_ne!(recognise(other, "key", "/api/v1/a", b"x=1").key_hash, one.key_hash);
        }
    }

    #[test]
    fn what_may_go_otherwise_the_next_time_is_not_kept() {
        let failed = HeaderMap::from_iter([(HeaderName::from_static(FAILED), HeaderValue::from_static("/api/v1/x"))]);
        let body = |error: Error| Bytes::from(serde_json::to_vec(&error).expect("JSON"));
        for (error, kept) in [
            (Error::NotFound, true),
            (Error::SignInRequired, true),
            (Error::invalid("email", Problem::Required), true),
            (Conflict::HoldExpired.into(), false),
            (Error::TooMany { retry_after_s: 1 }, false),
            (Error::Unavailable { retry_after_s: 1 }, false),
            (Error::Internal { reference: Default::default() }, false),
        ] {
            for status in [StatusCode::INTERNAL_SERVER_ERROR, StatusCode::FOUND] {
                assert_eq!(is_kept(status, &failed, &body(error.clone())), kept, "{error}");
            }
        }
        let (plain, none) = (HeaderMap::new(), Bytes::new());
        assert!(is_kept(StatusCode::OK, &plain, &none) && is_kept(StatusCode::FOUND, &plain, &none));
        assert!(!is_kept(StatusCode::BAD_GATEWAY, &plain, &none) && is_kept(StatusCode::NOT_FOUND, &plain, &none));
    }

    #[test]
    fn a_cookie_is_never_kept() {
        let headers = HeaderMap::from_iter([
            (SET_COOKIE, HeaderValue::from_static("evently=secret")),
            (axum::http::header::LOCATION, HeaderValue::from_static("/bookings")),
        ]);
        assert_eq!(kept_headers(&headers), [("location".to_owned(), "/bookings".to_owned())]);
    }
}
