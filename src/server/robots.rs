//! `/robots.txt`: what search engines may read, and where the list of it is.

use super::state::AppState;
use crate::app::PRIVATE_PATHS;
use axum::{
    extract::State,
    http::header::{CACHE_CONTROL, HeaderName},
};

pub(super) async fn robots(State(state): State<AppState>) -> ([(HeaderName, &'static str); 1], String) {
    let private = PRIVATE_PATHS.into_iter().chain(["/api/"]);
    let disallowed: String = private.map(|path| format!("Disallow: {path}\n")).collect();
    let text = format!("User-agent: *\n{disallowed}\nSitemap: {}\n", state.config.address("/sitemap.xml"));
    ([(CACHE_CONTROL, "public, max-age=3600")], text)
}
