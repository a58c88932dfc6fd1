//! The page for when there is no connection: a service worker keeps it in the browser, and shows it in place of a page that
//! couldn't be loaded.

use crate::{
    server::{csp, state::AppState},
    ui::{ButtonKind, Marked, PlaceRows, bare_page},
};
use axum::{
    Router,
    extract::State,
    http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE},
    response::{Html, IntoResponse},
    routing::get,
};
use leptos::{nonce::use_nonce, prelude::*};
use sha2::{Digest, Sha256};

const SERVICE_WORKER: &str = include_str!("service_worker.js");

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/offline", get(offline)).route("/sw.js", get(service_worker))
}

async fn offline(State(state): State<AppState>) -> impl IntoResponse {
    ([(CONTENT_SECURITY_POLICY, csp::STILL), (CACHE_CONTROL, "no-cache")], Html(document(&state)))
}

/// The script names the page it keeps by what is in it, so that a browser takes both anew when the page has changed.
async fn service_worker(State(state): State<AppState>) -> impl IntoResponse {
    let version = hex::encode(Sha256::digest(document(&state)));
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, csp::WORKER),
        (CACHE_CONTROL, "no-cache"),
    ];
    (headers, SERVICE_WORKER.replace("$VERSION", &version[..16]))
}

fn document(state: &AppState) -> String {
    bare_page(state.leptos_options.clone(), "No connection · Evently".to_owned(), || view! { <Offline /> })
}

#[component]
fn Offline() -> impl IntoView {
    view! {
        <main class="page page-error">
            <PlaceRows marked=Marked::Kept />
            <h1>"No connection"</h1>
            <p class="lead">
                "This page couldn't be loaded. What you have booked stays booked; if you hold places, their clock runs on our \
                 server, so come back before it ends."
            </p>
            // The address is still that of the page that couldn't be loaded.
            <p class="actions"><a class=ButtonKind::Primary.class() href="">"Try again"</a></p>
        </main>
    }
}

/// Asks the browser to keep the page, once everything else has loaded. In the document and not in the WebAssembly half,
/// which has to be small.
#[component]
pub fn KeepOfflinePage() -> impl IntoView {
    view! {
        <script nonce=use_nonce()>
            "addEventListener('load', () => navigator.serviceWorker?.register('/sw.js').catch(() => {}))"
        </script>
    }
}
