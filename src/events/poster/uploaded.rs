//! The files of uploaded posters: `/events/{id}/poster/{hash}-{size}.jpg`. Another picture has another address, so whoever has
//! one may keep it for ever.

use crate::{
    error::Error,
    events::store::find_poster,
    server::{Result, state::AppState},
};
use axum::{
    Router,
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};

pub(in crate::events) fn routes() -> Router<AppState> {
    Router::new().route("/events/{id}/poster/{file}", get(poster_file))
}

async fn poster_file(State(state): State<AppState>, Path((id, file)): Path<(String, String)>) -> Result<Response> {
    let event_id = id.parse().map_err(|_| Error::NotFound)?;
    let (hash, size) = file.strip_suffix(".jpg").and_then(|name| name.split_once('-')).ok_or(Error::NotFound)?;
    let bytes = find_poster(&state, event_id, hash, size).await?.ok_or(Error::NotFound)?;
    let headers = [(CONTENT_TYPE, "image/jpeg"), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, bytes).into_response())
}
