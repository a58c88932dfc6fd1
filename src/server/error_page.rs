//! A plain page for when the app can't draw one: no scripts, no styles, the sentence and a way on.

use super::error_shape::{read_error, request_id_of, status_of, with_retry_after};
use crate::error::Error;
use axum::{
    extract::Request,
    http::header::CONTENT_TYPE,
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

/// The refusal as a page, with its status.
pub(super) fn error_page(error: &Error) -> Response {
    let sentence = escape(&error.to_string());
    // A busy page is asked for again by itself: nobody has to know how to reload.
    let again = error.retry_after_s().map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">"));
    let again = again.unwrap_or_default();
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">{again}\
         <meta name=\"viewport\" content=\"width=device-width\"><title>Evently</title></head>\
         <body><main><h1>That didn’t work</h1><p>{sentence}</p>\
         <p><a href=\"/\">Go to the start page</a></p></main></body></html>\n"
    );
    with_retry_after(error, (status_of(error), Html(page)).into_response())
}

/// Layer around the pages: replies of layers that refuse or fail (timeout, panic, foreign origin) become a page.
pub(super) async fn refuse_as_page(request: Request, next: Next) -> Response {
    let request_id = request_id_of(&request);
    let response = next.run(request).await;
    let failed = response.status().is_client_error() || response.status().is_server_error();
    if !failed || is_html(&response) {
        return response;
    }
    error_page(&read_error(response, &request_id).await)
}

fn is_html(response: &Response) -> bool {
    let content_type = response.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.is_some_and(|value| value.starts_with("text/html"))
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
