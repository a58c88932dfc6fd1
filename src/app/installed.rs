//! Evently as an app on somebody's home screen: its manifest, and icons drawn from the favicon.

use crate::server::{Result, state::AppState};
use axum::{
    Router,
    extract::State,
    http::{
        HeaderMap,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    routing::get,
};

const MANIFEST: &str = include_str!("manifest.webmanifest");
const FAVICON: &str = include_str!("../../public/favicon.svg");

/// How the drawing lies in an icon.
#[derive(Clone, Copy)]
enum Cut {
    /// As it is, with its round corners.
    Plain,
    /// For systems that round it themselves: its ground reaches to the corners.
    Square,
    /// For systems that cut any shape out of it: the mark lies in the circle that all of them leave. Source: W3C, Web
    /// Application Manifest, "safe zone", 40 % of the width around the middle.
    Maskable,
}

pub(super) fn routes() -> Router<AppState> {
    let icon = |size: u32, cut: Cut| {
        get(move |State(state): State<AppState>, headers: HeaderMap| async move {
            draw_icon(&state, &headers, size, cut).await
        })
    };
    Router::new()
        .route("/manifest.webmanifest", get(manifest))
        .route("/icon-192.png", icon(192, Cut::Plain))
        .route("/icon-512.png", icon(512, Cut::Plain))
        .route("/icon-maskable-512.png", icon(512, Cut::Maskable))
        .route("/apple-touch-icon.png", icon(180, Cut::Square))
}

async fn manifest() -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/manifest+json"), (CACHE_CONTROL, "public, max-age=3600")], MANIFEST)
}

async fn draw_icon(state: &AppState, headers: &HeaderMap, size: u32, cut: Cut) -> Result<Response> {
    let inset = match cut {
        Cut::Plain => return state.pictures.reply(headers, format!("icon-{size}"), [size; 2], || FAVICON.into()).await,
        Cut::Square => 0,
        Cut::Maskable => 4,
    };
    let key = format!("icon-{size}-{inset}");
    state.pictures.reply(headers, key, [size; 2], move || on_ground(inset)).await
}

/// The favicon on a sheet of its own colour, so far from the edges of its 32 units.
fn on_ground(inset: u32) -> String {
    let colour = FAVICON.split("fill=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
    let width = 32 - 2 * inset;
    let mark =
        FAVICON.replacen("<svg", &format!("<svg x=\"{inset}\" y=\"{inset}\" width=\"{width}\" height=\"{width}\""), 1);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><path fill=\"{colour}\" d=\"M0 0H32V32H0Z\"/>{mark}</svg>"
    )
}
