//! One log line a request, with an id that the reply carries too.

use super::{clock::new_id, request_times::count_time, vitals::count_request};
use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use std::time::Instant;
use tracing::Instrument;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: the one it brought, if it is a plain one, else a new one.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

/// Gives the request its id, puts the id into every log line of it and into the reply, and logs the request when it ends.
pub(super) async fn log_request(mut request: Request, next: Next) -> Response {
    let id = incoming_id(request.headers()).unwrap_or_else(|| new_id().to_string());
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!("request", request_id = id);
    let line = Line::begin(&request);
    async {
        let mut response = next.run(request).await;
        line.end(Some(response.status().as_u16()));
        if let Ok(id) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(X_REQUEST_ID, id);
        }
        response
    }
    .instrument(span)
    .await
}

fn incoming_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(X_REQUEST_ID)?.to_str().ok()?;
    // What stands in the log and comes back in a header must be short and can't look like anything else.
    let plain = (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
    plain.then(|| id.to_owned())
}

/// The line to log. Without the query, which may hold what people typed.
struct Line {
    method: Method,
    route: Option<MatchedPath>,
    path: String,
    began: Instant,
    ended: bool,
}

impl Line {
    fn begin(request: &Request) -> Self {
        let path = request.uri().path().to_owned();
        let route = request.extensions().get().cloned();
        Self { method: request.method().clone(), route, path, began: Instant::now(), ended: false }
    }

    fn end(mut self, status: Option<u16>) {
        self.write(status);
        self.ended = true;
    }

    fn write(&self, status: Option<u16>) {
        let (method, path) = (self.method.as_str(), self.path.as_str());
        let duration_ms = (self.began.elapsed().as_secs_f64() * 1e5).round() / 100.0;
        if let Some(status) = status {
            count_request(path, status, self.began.elapsed());
            count_time(self.route.as_ref(), path, status, self.began.elapsed());
        }
        match status {
            Some(status) => tracing::info!(method, path, status, duration_ms, "request"),
            None => tracing::info!(method, path, duration_ms, "the client went away before the reply"),
        }
    }
}

/// A request whose client goes away is dropped halfway; it gets its line all the same.
impl Drop for Line {
    fn drop(&mut self) {
        if !self.ended {
            self.write(None);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(id: &str) -> Option<String> {
        incoming_id(&HeaderMap::from_iter([(X_REQUEST_ID, HeaderValue::from_str(id).expect("a header"))]))
    }

    #[test]
    fn a_line_has_nothing_of_the_query() {
        let request = Request::builder().uri("/reset-password?token=secret").body(axum::body::Body::empty());
        let mut line = Line::begin(&request.expect("a request"));
        line.ended = true;
        assert_eq!(line.path, "/reset-password");
    }

    #[test]
    fn an_incoming_id_is_kept_when_it_is_plain() {
        assert_eq!(accepted("abc-123_x.y").as_deref(), Some("abc-123_x.y"));
        assert_eq!(accepted(&"a".repeat(64)).map(|id| id.len()), Some(64));
    }

    #[test]
    fn an_incoming_id_that_is_long_or_odd_is_replaced() {
        for id in ["", " ", "a b", "a\"b", "<b>", &"a".repeat(65)] {
            assert_eq!(accepted(id), None, "{id}");
        }
    }
}
