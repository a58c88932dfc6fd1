//! Paths with a query, written the same way on the server and in the browser.

use leptos::prelude::*;
use leptos_router::location::Location;
use std::fmt::Write as _;

/// A path with these fields as its query; empty ones are left out.
pub fn path_with<'a>(path: &str, fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = path.to_owned();
    let mut separator = '?';
    for (name, value) in fields.into_iter().filter(|(_, value)| !value.is_empty()) {
        out.push(separator);
        out.push_str(name);
        out.push('=');
        push_encoded(&mut out, value);
        separator = '&';
    }
    out
}

/// The page with this path (for example `/sign-in`) that comes back here when it is done.
pub fn next_path(path: &str, location: &Location) -> String {
    let here = location.pathname.get() + &query_of_form(&location.search.get());
    path_with(path, [("next", here.as_str())])
}

/// A query without the error a refused form left in it, so that signing in doesn't come back to an old refusal.
fn query_of_form(search: &str) -> String {
    let search = search.trim_start_matches('?');
    let kept: Vec<&str> = search
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("__err=") && !pair.starts_with("__path="))
        .collect();
    if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) }
}

fn push_encoded(out: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => out.push(byte.into()),
            b' ' => out.push('+'),
            // Writing into a String can't fail.
            _ => _ = write!(out, "%{byte:02X}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_fields_are_left_out_and_the_rest_is_escaped() {
        assert_eq!(path_with("/events", [("q", ""), ("city", "")]), "/events");
        assert_eq!(
            path_with("/events", [("q", "jazz & blues"), ("city", "Köln")]),
            "/events?q=jazz+%26+blues&city=K%C3%B6ln"
        );
    }

    #[test]
    fn a_refusal_in_the_query_does_not_travel() {
        assert_eq!(query_of_form("?a=1&__path=x&__err=y&b=2"), "?a=1&b=2");
        assert_eq!(query_of_form("?__path=x&__err=y"), "");
        assert_eq!(query_of_form(""), "");
    }
}
