//! Functions that take large bodies: only who may use them gets to send one.

use super::{model::needed_for, store};
use crate::{
    error::Error,
    server::{Result, caller::find_person, refuse, request_id_of, state::AppState},
};
use anyhow::Context;
use axum::{
    body::{Body, to_bytes},
    extract::{Request, State},
    http::request::Parts,
    middleware::Next,
    response::Response,
};
use tower_sessions::Session;

/// Bytes that such a body may have: the drawing of a hundred thousand seats is about 10 MB.
pub const LARGE_BODY_MAX_BYTES: usize = 16 * 1024 * 1024;
/// The paths of these functions.
pub const LARGE_BODIES: [&str; 4] =
    ["/api/v1/seat_plans/save", "/api/v1/seats/draw", "/api/v1/seats/import", "/api/v1/seats/read_plan"];

/// Those of them that take forms; the others take JSON alone.
pub const LARGE_FORMS: [&str; 1] = ["/api/v1/seats/import"];

/// Layer around these functions: refuses, before the body is read, who may do nowhere what the function does. To which event they
/// may do it the function asks itself, once it knows.
pub async fn admit_large_body(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let request_id = request_id_of(&request);
    match read_admitted(&state, request).await {
        Ok(request) => next.run(request).await,
        Err(failure) => refuse(failure, request_id),
    }
}

/// The request with its body in memory. Errors: `SignInRequired`, `Forbidden`; `TooLarge`.
async fn read_admitted(state: &AppState, request: Request) -> Result<Request> {
    let (parts, body) = request.into_parts();
    admit_somewhere(state, &parts).await?;
    // The other cause, a client that went away, reads no answer.
    let body = to_bytes(body, LARGE_BODY_MAX_BYTES).await.map_err(|_| Error::TooLarge)?;
    Ok(Request::from_parts(parts, Body::from(body)))
}

async fn admit_somewhere(state: &AppState, parts: &Parts) -> Result<()> {
    let session = parts.extensions.get::<Session>().context("the session layer is not around this route")?;
    let user_id = find_person(session).await?.ok_or(Error::SignInRequired)?;
    let endpoint = parts.uri.path().trim_start_matches("/api/v1/");
    let needed =
        needed_for(endpoint).with_context(|| format!("{endpoint} is not among the functions of the dashboard"))?;
    let posts = store::list_posts(state, user_id).await?;
    if posts.reach(needed).is_some() { Ok(()) } else { Err(Error::Forbidden.into()) }
}
