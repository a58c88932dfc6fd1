//! `Authorization: Bearer …`: who asks with a token or a key, and whether it is good for what they ask.

use super::store::{Granted, find_granted};
use crate::{
    api::access::{Access, Need, Scope, access_of},
    error::Error,
    id::EventId,
    server::{Failure, Result, credential::Credential, refuse_in_shape, request_id_of, state::AppState},
};
use axum::{
    extract::{MatchedPath, Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{ACCEPT, AUTHORIZATION, COOKIE, ORIGIN, SET_COOKIE, WWW_AUTHENTICATE},
    },
    middleware::Next,
    response::Response,
};
use leptos::server_fn::axum::server_fn_paths;

/// What a browser adds by itself, and what of it the guard against foreign origins looks at. A token is no cookie: nobody's
/// browser sends it along unasked, whatever page asked.
const AMBIENT: [HeaderName; 3] = [COOKIE, ORIGIN, HeaderName::from_static("sec-fetch-site")];
/// Where the files of one event lie.
const OF_EVENT: &str = "/admin/events/";

/// Layer around everything that takes tokens: finds out whose the token of a request is and what it is good for, in place of the
/// session. Without one the request passes as it is.
///
/// Refused are: a token that is not good (401 `token_invalid`), never taken for nobody; one without the scope that is needed, and
/// any where only a session counts (403 `forbidden`; `WWW-Authenticate` names the scope).
pub async fn accept_bearer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let Some(token) = bearer(request.headers()) else { return next.run(request).await };
    AMBIENT.iter().for_each(|name| drop(request.headers_mut().remove(name)));
    let access = sought(&request);
    if access.map(|access| access.need) != Some(Need::Body) {
        match admit(&state, &token, access, request.uri().path()).await {
            Ok(credential) => request.extensions_mut().insert(credential),
            Err(failure) => return refuse(failure, access, request_id_of(&request)),
        };
    }
    // Whoever shows a token is a program, whatever it says it would read.
    request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
    let mut response = next.run(request).await;
    response.headers_mut().remove(SET_COOKIE);
    response
}

/// What stands after `Bearer` (RFC 6750, 2.1), if that is how the request says who it is. What can't be read is no token of ours.
fn bearer(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked("Bearer".len())?;
    let is_bearer = scheme.eq_ignore_ascii_case(b"bearer") && token.first().is_none_or(|byte| *byte == b' ');
    is_bearer.then(|| String::from_utf8_lossy(token).trim().to_owned())
}

/// What the function, file or stream that is asked for needs; nothing for what there isn't.
fn sought(request: &Request) -> Option<Access> {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    access_of(request.uri().path()).or_else(|| access_of(route?))
}

async fn admit(state: &AppState, token: &str, access: Option<Access>, path: &str) -> Result<Credential> {
    let Granted { credential, scopes } = find_granted(state, token).await?;
    let may = match access.map(|access| access.need) {
        Some(Need::Nothing | Need::Body) => true,
        Some(Need::Scope(scope)) => scopes.contains(&scope) && reaches(&credential, path),
        Some(Need::Session) => false,
        // There is nothing here, which whoever asks is told; a function that nobody gave a scope is for no program.
        None => !server_fn_paths().any(|(known, _)| known == path),
    };
    if may { Ok(credential) } else { Err(Error::Forbidden.into()) }
}

/// Whether a file can be had with a credential that is limited to one event: only what is that event's. Functions ask at the
/// door of the dashboard.
fn reaches(credential: &Credential, path: &str) -> bool {
    let Some(only) = credential.event_id else { return true };
    if path.starts_with("/api/") {
        return true;
    }
    let of_event = path.strip_prefix(OF_EVENT).and_then(|rest| rest.split('/').next());
    of_event.and_then(|id| id.parse::<EventId>().ok()) == Some(only)
}

/// The refusal, with what RFC 6750, 3 wants to be said with it.
fn refuse(failure: Failure, access: Option<Access>, request_id: String) -> Response {
    let said = match &failure {
        Failure::Refused(Error::TokenInvalid) => Some("Bearer realm=\"Evently\", error=\"invalid_token\"".to_owned()),
        Failure::Refused(Error::Forbidden) => Some(match access.map(|access| access.need) {
            Some(Need::Scope(scope)) => insufficient(scope),
            _ => "Bearer realm=\"Evently\", error=\"insufficient_scope\"".to_owned(),
        }),
        _ => None,
    };
    let mut response = refuse_in_shape(failure, request_id);
    if let Some(said) = said.and_then(|said| HeaderValue::try_from(said).ok()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, said);
    }
    response
}

fn insufficient(scope: Scope) -> String {
    format!("Bearer realm=\"Evently\", error=\"insufficient_scope\", scope=\"{}\"", scope.key())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        id::UserId,
        server::{clock::new_id, credential::Kind},
    };

    fn shown(value: &[u8]) -> Option<String> {
        bearer(&HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_bytes(value).expect("a header"))]))
    }

    #[test]
    fn a_token_is_found_however_its_scheme_is_written() {
        for value in [&b"Bearer abc"[..], b"bearer abc", b"BEARER  abc "] {
            assert_eq!(shown(value).as_deref(), Some("abc"));
        }
        assert_eq!(shown(b"Bearer").as_deref(), Some(""), "no token is not nobody");
        assert!(shown(b"Bearer \xff").is_some(), "nor is nonsense");
        for value in [&b"Basic abc"[..], b"Bearerabc", b"", b"abc"] {
            assert_eq!(shown(value), None);
        }
    }

    #[test]
    fn who_is_limited_to_one_event_gets_the_files_of_no_other() {
        let (only, other) = (EventId(new_id()), EventId(new_id()));
        let credential = |event_id| Credential { id: new_id(), kind: Kind::Key, user_id: UserId(new_id()), event_id };
        let file = |id: EventId| format!("/admin/events/{id}/bookings.csv");
        assert!(reaches(&credential(Some(only)), &file(only)) && reaches(&credential(None), &file(other)));
        assert!(!reaches(&credential(Some(only)), &file(other)));
        assert!(!reaches(&credential(Some(only)), "/admin/log.csv"));
        assert!(!reaches(&credential(Some(only)), &format!("/admin/seat-maps/{only}/seat-map.csv")));
    }
}
