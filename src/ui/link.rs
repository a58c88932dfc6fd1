//! Paths with a query, written the same way on the server and in the browser.

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
}
