//! What others ask for about events, beside the pages: the same for everybody, so without a session.

use super::{
    calendar, embed,
    poster::{picture, uploaded},
    sitemap,
};
use crate::server::state::AppState;
use axum::Router;

/// The routes of calendars, other sites, pictures and search engines.
pub fn routes() -> Router<AppState> {
    Router::new()
        .merge(calendar::routes())
        .merge(embed::routes())
        .merge(picture::routes())
        .merge(uploaded::routes())
        .merge(sitemap::routes())
}
