//! Files for spreadsheets: RFC 4180, written while they are sent.

use axum::{
    body::{Body, Bytes},
    http::header::{CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use futures::Stream;

/// What a file begins with: it says UTF-8, without which Excel reads it otherwise.
pub const BEGIN: &str = "\u{feff}";

/// The file broke off: whoever downloads it is told by the connection.
#[derive(Debug, thiserror::Error)]
#[error("the export broke off")]
pub struct Interrupted;

/// The reply with a file of this name, whose pieces are made while it is sent.
pub fn download(name: &str, pieces: impl Stream<Item = Result<Bytes, Interrupted>> + Send + 'static) -> Response {
    let disposition = format!("attachment; filename=\"{name}.csv\"");
    let headers = [(CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()), (CONTENT_DISPOSITION, disposition)];
    (headers, Body::from_stream(pieces)).into_response()
}

/// Adds a line of cells.
pub fn push_line<C: AsRef<str>>(text: &mut String, cells: &[C]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            text.push(',');
        }
        push_cell(text, cell.as_ref());
    }
    text.push_str("\r\n");
}

/// A cell that a spreadsheet takes for words, whatever stands in it: what would be read as a formula gets an apostrophe before
/// it. A negative number is one. Source: OWASP, "CSV Injection".
fn push_cell(text: &mut String, cell: &str) {
    let is_number = cell.parse::<f64>().is_ok_and(f64::is_finite);
    let is_formula = !is_number && cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let is_quoted = is_formula || cell.contains(['"', ',', '\n', '\r']);
    if !is_quoted {
        text.push_str(cell);
        return;
    }
    text.push('"');
    if is_formula {
        text.push('\'');
    }
    text.push_str(&cell.replace('"', "\"\""));
    text.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        let mut line = String::new();
        push_cell(&mut line, text);
        line
    }

    #[test]
    fn a_cell_is_never_a_formula() {
        for (typed, written) in [
            ("=1+1", "\"'=1+1\""),
            ("+49 30", "\"'+49 30\""),
            ("-1+1", "\"'-1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("\t=1", "\"'\t=1\""),
            ("\r=1", "\"'\r=1\""),
        ] {
            assert_eq!(cell(typed), written);
        }
    }

    #[test]
    fn a_number_stays_one() {
        assert_eq!((cell("-12.50"), cell("7")), ("-12.50".to_owned(), "7".to_owned()));
    }

    #[test]
    fn a_cell_is_read_back_as_it_was() {
        for (typed, written) in [
            ("Ada", "Ada"),
            ("", ""),
            ("Lovelace, Ada", "\"Lovelace, Ada\""),
            ("a \"b\"\nc", "\"a \"\"b\"\"\nc\""),
            ("a=b", "a=b"),
        ] {
            assert_eq!(cell(typed), written);
        }
    }
}
