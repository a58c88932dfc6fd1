//! The Content-Security-Policy: what a page may load and run.

use axum::http::{HeaderValue, header::CONTENT_SECURITY_POLICY};
use const_format::formatcp;
use leptos::{nonce::use_nonce, prelude::use_context};
use leptos_axum::ResponseOptions;
use std::sync::LazyLock;

/// For everything that is not a page of the app: JSON, files, plain error pages. They load nothing.
pub(super) const NOTHING: HeaderValue =
    HeaderValue::from_static("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");

const STILL_PAGE: &str = "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors ";
/// For a page without scripts and forms.
pub const STILL: &str = formatcp!("{STILL_PAGE}'none'");
/// For such a page that any other site may frame.
pub const FRAMED: &str = formatcp!("{STILL_PAGE}*");
/// For a mail: its own style, and nothing that anybody would notice from afar.
pub const MAIL: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";
/// For a service worker: what it may load.
pub const WORKER: &str = "default-src 'self'; frame-ancestors 'none'";

/// `cargo leptos watch` reloads pages over a web socket on a port of its own.
static IS_WATCHED: LazyLock<bool> = LazyLock::new(|| std::env::var_os("LEPTOS_WATCH").is_some());

/// The policy of a page whose inline scripts carry this nonce.
///
/// `'wasm-unsafe-eval'` lets the browser compile the WASM half and nothing else. Styles come from files only.
pub fn content_security_policy(nonce: &str) -> String {
    let reload = if *IS_WATCHED { " ws:" } else { "" };
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; worker-src 'self'; connect-src 'self'{reload}; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    )
}

/// Sets the policy of the page that is about to be rendered, with the nonce Leptos made for its scripts.
pub(super) fn set_page_policy() {
    let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>()) else {
        return;
    };
    if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce)) {
        options.insert_header(CONTENT_SECURITY_POLICY, policy);
    }
}
