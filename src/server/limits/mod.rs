//! Limits of how often somebody may ask.
//!
//! Counted is by the token or key, else by the person of the session, else by the address, and apart for each class of
//! function (`api/access.rs`). What settles a hold has a class of its own: trying for places too often costs nobody those they
//! got. Every reply says how its caller stands, whoever refused it.

mod gcra;
mod limiter;
mod settings;
mod sign_in;

pub use gcra::{Rate, Standing};
pub use limiter::Limiter;
pub use settings::{Budgets, Limits};
pub use sign_in::SignInTry;

pub(super) use gcra::Counted;

use super::{
    caller::find_person,
    client_address::address_of,
    credential::{Credential, Kind},
    error_shape::{PlainForm, refuse, request_id_of},
    metrics::LIMITED_TOTAL,
    state::AppState,
};
use crate::{
    api::access::{Class, access_of},
    error::Error,
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, OnceLock},
};
use tower_sessions::Session;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");

/// How the caller of a request stands, once that is known.
#[derive(Clone, Default)]
struct Told(Arc<OnceLock<Standing>>);

/// Marks a form that the browser sent by itself and that comes too often: the function it is for sends it back to its page,
/// with what was typed.
#[derive(Clone, Copy)]
pub(super) struct TooOften {
    pub(super) retry_after_s: i64,
}

/// Layer around everything that is limited: says on every reply how its caller stands. A request that was refused before
/// anybody knew whose it was counts for its address.
pub(super) async fn tell_limits(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let told = Told::default();
    let address = address_of(&request, &state.config);
    let class = class_of(&request);
    request.extensions_mut().insert(told.clone());
    let mut response = next.run(request).await;
    let standing = match told.0.get() {
        Some(standing) => *standing,
        None => Asker::Address(address).count(&state, class).await,
    };
    let headers = response.headers_mut();
    headers.insert(LIMIT, HeaderValue::from(standing.limit));
    headers.insert(REMAINING, HeaderValue::from(standing.remaining));
    headers.insert(RESET, HeaderValue::from(standing.reset_s));
    response
}

/// Layer inside the session: counts the request, and refuses one too many. Without Redis each process counts for itself;
/// nobody is refused because the counting failed.
pub(super) async fn limit_requests(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let class = class_of(&request);
    let standing = Asker::of(&state, &request, class).await.count(&state, class).await;
    if let Some(Told(told)) = request.extensions().get() {
        told.set(standing).ok();
    }
    if standing.passes {
        return next.run(request).await;
    }
    metrics::counter!(LIMITED_TOTAL, "class" => name(class)).increment(1);
    let retry_after_s = standing.retry_after_s;
    if request.extensions().get::<PlainForm>().is_some() {
        request.extensions_mut().insert(TooOften { retry_after_s });
        return next.run(request).await;
    }
    refuse(Error::TooMany { retry_after_s }.into(), request_id_of(&request))
}

/// Who asks, as far as their requests are counted together.
#[derive(Debug, PartialEq, Eq)]
enum Asker {
    App(uuid::Uuid),
    Key(uuid::Uuid),
    Person(uuid::Uuid),
    Address(Option<IpAddr>),
}

impl Asker {
    /// Whoever begins a session is known by their address alone: sessions are for the asking.
    fn of(state: &AppState, request: &Request, class: Class) -> impl Future<Output = Self> + Send + use<> {
        let address = Self::Address(address_of(request, &state.config));
        let credential = request.extensions().get::<Credential>().copied().filter(|_| class != Class::SignIn);
        let session = request.extensions().get::<Session>().cloned().filter(|_| class != Class::SignIn);
        async move {
            match (credential, session) {
                (Some(Credential { id, kind: Kind::App, .. }), _) => Self::App(id),
                (Some(Credential { id, kind: Kind::Key, .. }), _) => Self::Key(id),
                // A session that can't be looked up now is told by whoever needs it.
                (None, Some(session)) => match find_person(&session).await {
                    Ok(Some(user_id)) => Self::Person(user_id.0),
                    Ok(None) | Err(_) => address,
                },
                (None, None) => address,
            }
        }
    }

    async fn count(&self, state: &AppState, class: Class) -> Standing {
        let limits = &state.config.limits;
        let (kind, id, budgets) = match self {
            Self::App(id) => ("app", id.simple().to_string(), &limits.person),
            Self::Key(id) => ("key", id.simple().to_string(), &limits.key),
            Self::Person(id) => ("person", id.simple().to_string(), &limits.person),
            Self::Address(address) => ("address", network(*address), &limits.address),
        };
        let who = format!("{}:{}", name(class), joined(kind, &id));
        state.limiter.take(&who, budgets.of(class)).await
    }
}

/// The class of what is asked for; what is neither function nor file is counted as a read, or as a change.
fn class_of(request: &Request) -> Class {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let known = access_of(request.uri().path()).or_else(|| access_of(route?));
    known.map_or(if *request.method() == Method::GET { Class::Read } else { Class::Write }, |access| access.class)
}

fn name(class: Class) -> &'static str {
    match class {
        Class::Read => "read",
        Class::Write => "write",
        Class::Booking => "booking",
        Class::Settle => "settle",
        Class::SignIn => "sign_in",
        Class::Password => "password",
    }
}

fn joined(kind: &str, id: &str) -> String {
    format!("{kind}:{id}")
}

/// What is counted as one place to ask from: an address, or in IPv6 the network of 64 bits that a household has.
fn network(address: Option<IpAddr>) -> String {
    match address.map(|address| address.to_canonical()) {
        None => "unknown".to_owned(),
        Some(IpAddr::V4(address)) => address.to_string(),
        Some(IpAddr::V6(address)) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).to_string(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_household_has_one_network_however_many_addresses() {
        let network = |address: &str| super::network(address.parse().ok());
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2:ffff::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
    }
}
