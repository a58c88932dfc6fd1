//! Headers that every reply carries, whoever made it.

use super::csp;
use axum::{
    extract::{Request, State},
    http::{
        HeaderMap, HeaderName, HeaderValue,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, SET_COOKIE, STRICT_TRANSPORT_SECURITY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    middleware::Next,
    response::Response,
};

/// Whether people reach the site over https.
#[derive(Clone, Copy)]
pub(super) struct IsHttps(pub(super) bool);

const ALWAYS: [(HeaderName, HeaderValue); 3] = [
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    // Not `no-referrer`: a form finds its way back by the Referer.
    (REFERRER_POLICY, HeaderValue::from_static("strict-origin-when-cross-origin")),
    (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
];
/// What a page may ask the device for.
pub(super) const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const NO_DEVICES: HeaderValue =
    HeaderValue::from_static("camera=(), geolocation=(), microphone=(), payment=(), usb=()");
/// For the page that scans tickets.
pub(super) const CAMERA: HeaderValue =
    HeaderValue::from_static("camera=(self), geolocation=(), microphone=(), payment=(), usb=()");
/// Source: hstspreload.org asks for a year at least. Without `includeSubDomains`: the other hosts are not ours to bind.
const ONE_YEAR_OF_HTTPS: HeaderValue = HeaderValue::from_static("max-age=31536000");
/// Pages greet people by name and answers say what is free now: nobody may keep them, and going back asks again. With
/// `no-cache` a browser shows the old page when one goes back.
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");

/// Adds the headers of safety, and how long a reply may be kept where its maker didn't say.
pub(super) async fn set_headers(State(IsHttps(https)): State<IsHttps>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.extend(ALWAYS);
    headers.entry(PERMISSIONS_POLICY).or_insert(NO_DEVICES);
    headers.entry(CACHE_CONTROL).or_insert(NO_STORE);
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(csp::NOTHING);
    if https {
        headers.insert(STRICT_TRANSPORT_SECURITY, ONE_YEAR_OF_HTTPS);
        mark_cookies_secure(headers);
    }
    response
}

/// A browser takes a `__Host-` cookie back only when the reply that removes it says `Secure` as well, and the session
/// layer's doesn't.
fn mark_cookies_secure(headers: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().map(secured).collect();
    headers.remove(SET_COOKIE);
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
}

fn secured(cookie: &HeaderValue) -> HeaderValue {
    let text = cookie.to_str().unwrap_or_default();
    if text.split(';').any(|part| part.trim().eq_ignore_ascii_case("secure")) {
        return cookie.clone();
    }
    HeaderValue::from_str(&format!("{text}; Secure")).unwrap_or_else(|_| cookie.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cookie_of_a_site_on_https_is_secure_once() {
        let removal = HeaderValue::from_static("__Host-evently=; Path=/; Max-Age=0");
        assert_eq!(secured(&removal), "__Host-evently=; Path=/; Max-Age=0; Secure");
        let session = HeaderValue::from_static("__Host-evently=x; HttpOnly; Secure; Path=/");
        assert_eq!(secured(&session), session);
    }
}
