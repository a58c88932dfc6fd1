//! The files of the site: the browser half under `/pkg`, and what lies in `public/`.

use axum::{
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use leptos::config::LeptosOptions;
use tower_http::services::ServeDir;

/// How long files may be kept whose name doesn't change with their content.
#[derive(Clone, Copy)]
pub(super) enum Otherwise {
    /// Asked for again each time, and sent only when changed: the browser half of a build without hashed names.
    Revalidate,
    /// An hour: icons, fonts.
    OneHour,
}

/// A year: the name of such a file changes with its content.
const IMMUTABLE: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
const REVALIDATE: HeaderValue = HeaderValue::from_static("public, no-cache");
const ONE_HOUR: HeaderValue = HeaderValue::from_static("public, max-age=3600");
/// Characters of the hash that cargo-leptos puts into a name: MD5 in base64 without padding.
const HASH_LENGTH: usize = 22;

/// The files of the site, in the compressed form the build has put beside them where the client takes it.
pub(super) fn site_files(options: &LeptosOptions) -> ServeDir {
    ServeDir::new(&*options.site_root).append_index_html_on_directories(false).precompressed_br().precompressed_gzip()
}

/// Layer around files: says how long they may be kept.
pub(super) async fn set_cache_control(State(otherwise): State<Otherwise>, request: Request, next: Next) -> Response {
    let kept = match otherwise {
        _ if is_hashed(request.uri().path()) => IMMUTABLE,
        Otherwise::Revalidate => REVALIDATE,
        Otherwise::OneHour => ONE_HOUR,
    };
    let mut response = next.run(request).await;
    let is_file = response.status().is_success() || response.status() == StatusCode::NOT_MODIFIED;
    let is_page = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if is_file && !is_page {
        response.headers_mut().insert(CACHE_CONTROL, kept);
    }
    response
}

/// A file of the browser half that does not exist: no page, because scripts and style sheets are not read by people.
pub(super) async fn no_such_file() -> Response {
    (StatusCode::NOT_FOUND, "There is no such file.\n").into_response()
}

/// Whether the name carries a hash of the content: `evently.1bHr4jGm0kYp3cVx5zQwTA.js`.
fn is_hashed(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let mut parts = name.rsplit('.').skip(1);
    let hash = parts.next().unwrap_or_default();
    parts.next().is_some()
        && hash.len() == HASH_LENGTH
        && hash.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_name_with_a_hash_may_be_kept_for_a_year() {
        assert!(is_hashed("/pkg/evently.1bHr4jGm0kYp3cVx5zQwTA.js"));
        assert!(is_hashed("/pkg/evently.1bHr4jGm0kYp-cVx5zQ_TA.wasm"));
        for path in ["/pkg/evently.js", "/favicon.ico", "/robots.txt", "/pkg/1bHr4jGm0kYp3cVx5zQwTA.js", "/"] {
            assert!(!is_hashed(path), "{path}");
        }
    }
}
