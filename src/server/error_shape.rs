//! One shape for every refusal under `/api`, whoever refused: `{code, message, details, request_id}` with its status.
//!
//! Leptos answers a server function's error with 500 and the bare error; the layers answer with texts or nothing.
//! The exception are forms that the browser sends by itself: they are redirected back to their page with the error in the
//! query, and where nobody knows one, the person gets a small page instead of JSON.

use super::{
    Failure, answer::tell, caller::request_id, error_page::error_page, idempotency::IDEMPOTENT_REPLAYED,
    request_log::RequestId,
};
use crate::{
    api::requests::{MalformedDetails, fields_of},
    error::{Error, ErrorBody, Reference},
};
use axum::{
    Json,
    body::{Bytes, to_bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{ACCEPT, ALLOW, CONTENT_TYPE, LOCATION, REFERER, RETRY_AFTER, SET_COOKIE},
    },
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use leptos::server_fn::error::ServerFnUrlError;
use serde_json::json;

/// More than any error of ours, less than matters.
const ERROR_MAX_BYTES: usize = 64 * 1024;
/// Headers of a refusal that are kept when its body is made anew.
const KEPT: [axum::http::HeaderName; 3] = [ALLOW, SET_COOKIE, IDEMPOTENT_REPLAYED];

/// Marks a request that is a form the browser sent by itself: whoever refuses it says where it goes.
#[derive(Clone, Copy)]
pub(super) struct PlainForm;

/// What a layer inside has noticed about a request that can't be read; in the extensions of the reply.
#[derive(Clone, Debug)]
pub(super) enum Unread {
    /// This field is what can't be read.
    Field(String),
    /// If it can't be read, it is for one of these: the form of the function of this path.
    Form {
        /// The function's path.
        path: String,
        /// What it was called with.
        form: Bytes,
    },
}

/// How a request wants to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asker {
    /// A program, or an island: JSON.
    Program,
    /// A form the browser sent by itself: a redirect to a page, by Leptos back to the Referer where nobody says another.
    Form,
    /// The same without a Referer: only the function knows a page to go to.
    StrandedForm,
}

/// Layer around `/api`: gives every refusal the one shape.
pub(super) async fn shape_errors(mut request: Request, next: Next) -> Response {
    let asker = asker(&request);
    let request_id = request_id_of(&request);
    if asker != Asker::Program {
        request.extensions_mut().insert(PlainForm);
    }
    prepare(asker, request.headers_mut());
    let mut response = next.run(request).await;
    let unread = response.extensions_mut().remove::<Unread>();
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return if asker == Asker::StrandedForm { sent_on(response) } else { response };
    }
    if asker == Asker::StrandedForm && response.headers().contains_key(LOCATION) {
        return sent_on(response);
    }
    let kept = kept_headers(response.headers());
    let error = read_error(response, &request_id).await;
    let field = unread.filter(|_| error == Error::Malformed).and_then(Unread::field);
    let reply = if asker == Asker::Program { json(&error, field, request_id) } else { error_page(&error) };
    with_retry_after(&error, (kept, reply).into_response())
}

impl Unread {
    /// The field that can't be read, if it is plain which it is.
    fn field(self) -> Option<String> {
        match self {
            Self::Field(field) => Some(field),
            Self::Form { path, form } => fields_of(&path)?.misfit(str::from_utf8(&form).ok()?),
        }
    }
}

/// The id of a request that has passed the request log.
pub fn request_id_of(request: &Request) -> String {
    request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default()
}

/// What a reply with this status and no error of ours means.
fn error_for(status: StatusCode, request_id: &str) -> Error {
    match status.as_u16() {
        401 => Error::SignInRequired,
        403 => Error::Forbidden,
        404 => Error::NotFound,
        405 => Error::MethodNotAllowed,
        413 => Error::TooLarge,
        415 => Error::UnsupportedMediaType,
        429 => Error::TooMany { retry_after_s: 1 },
        408 | 502..=504 => Error::Unavailable { retry_after_s: 1 },
        400..500 => Error::Malformed,
        _ => Error::Internal { reference: request_id.to_owned().into() },
    }
}

fn asker(request: &Request) -> Asker {
    let is = |name, part: &str| {
        let value = request.headers().get(name).and_then(|value: &HeaderValue| value.to_str().ok());
        value.is_some_and(|value| value.contains(part))
    };
    let form = request.method() == Method::POST && is(ACCEPT, "text/html") && !is(CONTENT_TYPE, "application/json");
    match (form, request.headers().contains_key(REFERER)) {
        (false, _) => Asker::Program,
        (true, true) => Asker::Form,
        (true, false) => Asker::StrandedForm,
    }
}

/// Leptos redirects whatever accepts HTML to the Referer, a read opened in the address bar too. Only a form that has a
/// page to go back to is to be treated so.
fn prepare(asker: Asker, headers: &mut HeaderMap) {
    if asker != Asker::Form {
        headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
        return;
    }
    // The page may show an earlier error; Leptos would add the next one to it.
    let referer = headers.get(REFERER).and_then(|referer| referer.to_str().ok());
    if let Some(mut referer) = referer.map(str::to_owned) {
        ServerFnUrlError::<Error>::strip_error_info(&mut referer);
        if let Ok(referer) = HeaderValue::from_str(&referer) {
            headers.insert(REFERER, referer);
        }
    }
}

/// A form without a Referer goes where the function sends it, else to the start page.
fn sent_on(response: Response) -> Response {
    let kept = kept_headers(response.headers());
    let to = response.headers().get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or("/");
    (kept, Redirect::to(to)).into_response()
}

fn kept_headers(headers: &HeaderMap) -> HeaderMap {
    let mut kept = HeaderMap::new();
    for name in KEPT {
        headers.get_all(&name).iter().for_each(|value| {
            kept.append(&name, value.clone());
        });
    }
    kept
}

/// The error in the reply, if it is one of ours, else what its status says.
pub(super) async fn read_error(response: Response, request_id: &str) -> Error {
    let status = response.status();
    let body = to_bytes(response.into_body(), ERROR_MAX_BYTES).await.unwrap_or_default();
    match serde_json::from_slice(&body) {
        // Leptos' own faults come without a reference: nobody has logged them yet.
        Ok(Error::Internal { reference }) if reference == Reference::default() => {
            tracing::error!("Leptos failed to run a server function");
            Error::Internal { reference: request_id.to_owned().into() }
        }
        Ok(error) => error,
        Err(_) => error_for(status, request_id),
    }
}

/// The reply to a request that failed outside a server function; the layer around `/api` gives it its shape.
pub fn refuse(failure: Failure, request_id: String) -> Response {
    let error = tell(failure, request_id);
    (status_of(&error), Json(error)).into_response()
}

/// The same in its shape already: for a layer that stands outside the one that gives it.
pub fn refuse_in_shape(failure: Failure, request_id: String) -> Response {
    let error = tell(failure, request_id.clone());
    with_retry_after(&error, json(&error, None, request_id))
}

/// The same from a route whose layers make a page of it.
impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        refuse(self, request_id())
    }
}

/// The error's status in axum's type.
pub(super) fn status_of(error: &Error) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

fn json(error: &Error, field: Option<String>, request_id: String) -> Response {
    let body = ErrorBody { request_id: Some(request_id), ..ErrorBody::from(error.clone()) };
    let mut body = json!(body);
    // Programs find the same four fields in every refusal.
    if let Some(fields) = body.as_object_mut() {
        fields.entry("details").or_insert_with(|| json!(field.map(|field| MalformedDetails { field })));
    }
    (status_of(error), Json(body)).into_response()
}

/// The reply, saying after how many seconds it makes sense to ask again, where that helps.
pub(super) fn with_retry_after(error: &Error, mut response: Response) -> Response {
    if let Some(seconds) = error.retry_after_s() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::{Conflict, Problem};
    use axum::{Router, body::Body, middleware, routing::any};
    use leptos::server_fn::error::FromServerFnError;
    use serde_json::Value;
    use tower::ServiceExt;

    /// What the layer makes of a reply with this status and body.
    async fn reply(request: axum::http::request::Builder, status: u16, body: impl Into<Body>) -> (Response, String) {
        let status = StatusCode::from_u16(status).expect("a status");
        let body = std::sync::Mutex::new(Some(body.into()));
        let body = std::sync::Arc::new(body);
        let handler = move || {
            let body = body.lock().expect("the body").take();
            async move { (status, body.unwrap_or_default()) }
        };
        let router = Router::new().route("/api/x", any(handler)).layer(middleware::from_fn(shape_errors));
        let request = request.uri("/api/x").extension(RequestId("r-1".to_owned())).body(Body::empty());
        let response = router.oneshot(request.expect("a request")).await.expect("a reply");
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.expect("a body");
        (Response::from_parts(parts, Body::empty()), String::from_utf8_lossy(&body).into_owned())
    }

    fn form() -> axum::http::request::Builder {
        Request::builder()
            .method(Method::POST)
            .header(ACCEPT, "text/html,*/*")
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
    }

    #[tokio::test]
    async fn the_error_of_a_server_function_gets_its_status_and_the_shape() {
        let error = Error::from(Conflict::SoldOut { available_count: 2 });
        let (response, body) = reply(Request::builder(), 500, error.ser()).await;
        assert_eq!(response.status(), 409);
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let expected = json!({
            "code": "sold_out", "message": "Only 2 places are left.", "details": {"available_count": 2}, "request_id": "r-1",
        });
        assert_eq!(body, expected);
    }

    #[tokio::test]
    async fn the_browser_half_reads_the_shape_back_as_the_error() {
        for error in [
            Error::SignInRequired,
            Error::invalid("email", Problem::TooLong(254)),
            Error::Unavailable { retry_after_s: 3 },
            Conflict::SalesClosed.into(),
        ] {
            let (_, body) = reply(Request::builder(), 500, error.ser()).await;
            assert_eq!(Error::de(body.into()), error);
        }
    }

    #[tokio::test]
    async fn what_a_layer_refuses_gets_the_shape_too() {
        for (status, code) in [
            (403, "forbidden"),
            (404, "not_found"),
            (405, "method_not_allowed"),
            (413, "too_large"),
            (418, "malformed"),
            (500, "internal"),
        ] {
            let (response, body) = reply(Request::builder(), status, "nope").await;
            assert!(body.contains(&format!("\"code\":\"{code}\"")) && body.contains("\"details\":"), "{body}");
            assert_eq!(response.status(), if status == 418 { 400 } else { status });
        }
    }

    #[tokio::test]
    async fn a_caller_who_may_retry_is_told_when() {
        let (response, body) = reply(Request::builder(), 503, "").await;
        assert_eq!(response.headers()[RETRY_AFTER], "1");
        assert!(body.contains("unavailable"), "{body}");
    }

    #[tokio::test]
    async fn a_fault_of_leptos_gets_the_request_id_as_its_reference() {
        let (_, body) = reply(Request::builder(), 500, Error::Internal { reference: Reference::default() }.ser()).await;
        assert!(body.contains("\"reference\":\"r-1\""), "{body}");
    }

    #[tokio::test]
    async fn a_form_without_a_referer_is_told_in_a_page() {
        let (response, body) = reply(form(), 500, Error::WrongCredentials.ser()).await;
        assert_eq!(response.status(), 401);
        assert!(body.contains("<p>That e-mail address and password don't match"), "{body}");
    }

    #[tokio::test]
    async fn a_form_without_a_referer_that_worked_goes_to_the_start_page() {
        let (response, _) = reply(form(), 200, "{}").await;
        assert_eq!(response.status(), 303);
        assert_eq!(response.headers()[LOCATION], "/");
    }

    #[tokio::test]
    async fn a_redirect_passes_untouched() {
        let (response, _) = reply(form().header(REFERER, "http://localhost/login"), 302, "").await;
        assert_eq!(response.status(), 302);
    }

    #[test]
    fn a_read_opened_in_the_address_bar_is_answered_in_json() {
        let request = Request::builder().header(ACCEPT, "text/html").body(Body::empty()).expect("a request");
        assert_eq!(asker(&request), Asker::Program);
    }

    #[test]
    fn an_earlier_error_does_not_stay_in_the_page_s_address() {
        let old = "http://localhost/login?next=%2F&__path=%2Fapi%2Fv1%2Fauth%2Flogin&__err=abc";
        let mut headers = HeaderMap::from_iter([(REFERER, HeaderValue::from_static(old))]);
        prepare(Asker::Form, &mut headers);
        assert_eq!(headers[REFERER], "http://localhost/login?next=%2F");
    }
}
