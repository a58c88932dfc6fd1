//! `/api/openapi.json`: what programs can call, as OpenAPI 3.1.
//!
//! The document is made of the source by a test, which refuses whatever would break those who call; what is checked in is what
//! is handed out.

use crate::server::state::AppState;
use axum::{
    Router,
    http::{
        HeaderMap, HeaderName, HeaderValue, StatusCode,
        header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use ring::digest::{SHA256, digest};
use serde_json::Value;
use std::sync::LazyLock;

/// A change of it comes with a new version of the server, and nobody waits for one.
const FIVE_MINUTES: HeaderValue = HeaderValue::from_static("public, max-age=300");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Tools that live on other sites read it; it is the same for everybody.
const ANY_SITE: HeaderValue = HeaderValue::from_static("*");

/// The document, read.
pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../docs/openapi.json")).unwrap_or_default());

/// The same without what makes it pleasant to compare: half of its bytes.
static TEXT: LazyLock<String> = LazyLock::new(|| DOCUMENT.to_string());

static TAG: LazyLock<String> =
    LazyLock::new(|| format!("\"{}\"", hex::encode(&digest(&SHA256, TEXT.as_bytes()).as_ref()[..16])));

/// Its route.
pub fn routes() -> Router<AppState> {
    Router::new().route("/api/openapi.json", get(openapi))
}

async fn openapi(asked: HeaderMap) -> Response {
    let headers: [(HeaderName, HeaderValue); 3] =
        [(CONTENT_TYPE, JSON), (CACHE_CONTROL, FIVE_MINUTES), (ACCESS_CONTROL_ALLOW_ORIGIN, ANY_SITE)];
    let tag = [(ETAG, TAG.as_str())];
    let known = asked.get(IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    // Compression marks the tag of what it changes as weak.
    if known.is_some_and(|tags| tags.split(',').any(|known| known.trim().trim_start_matches("W/") == TAG.as_str())) {
        return (StatusCode::NOT_MODIFIED, headers, tag).into_response();
    }
    (headers, tag, TEXT.as_str()).into_response()
}
