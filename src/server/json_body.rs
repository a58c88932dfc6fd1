//! JSON for the functions that take forms.
//!
//! Leptos decodes a POST as a form (`PostUrl`, by serde_qs). A program that sends JSON instead reaches the very same
//! function: this layer writes its JSON as the form that decodes to the same values. `{"a":[1,2],"b":{"c":"x"}}` becomes
//! `a[0]=1&a[1]=2&b[c]=x`; null is left out, as an empty field of a form would be. What the document of the API says of the
//! function is held first: JSON of another type is refused, and fields that the function doesn't know never reach it, because
//! not every name can stand in a form.

use super::error_shape::{Unread, status_of};
use crate::{
    api::requests::{Fields, body_of},
    error::Error,
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::Request,
    http::{
        HeaderMap, HeaderValue, Method,
        header::{CONTENT_LENGTH, CONTENT_TYPE},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode;
use serde_json::{Map, Value};

/// Bytes a request under `/api` may have. The largest real one is a hold of many seats, a few kB.
pub(super) const BODY_MAX_BYTES: usize = 64 * 1024;
/// How many times as long as the body that is allowed the form may be that JSON becomes: escaping can triple it.
const FORM_GROWTH: usize = 3;
/// Brackets after a name: what serde_qs takes, as server_fn sets it up, less the one it needs for itself.
const DEPTH_MAX: usize = 4;

const FORM: &str = "application/x-www-form-urlencoded";

/// Layer on `/api`: lets forms and empty bodies through, turns JSON into a form, refuses the rest.
pub(super) async fn accept_json(request: Request, next: Next) -> Response {
    accept_json_up_to(BODY_MAX_BYTES, request, next).await
}

/// The same for a function whose body may have more bytes.
pub(super) async fn accept_json_up_to(most: usize, request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let read = match *request.method() {
        Method::POST => as_form(request, most).await,
        _ => as_query(request),
    };
    let (request, form) = match read {
        Ok(read) => read,
        // The layer around gives the reply its shape by the status.
        Err(refusal) => {
            let mut response = status_of(&refusal.error).into_response();
            if let Some(field) = refusal.field {
                response.extensions_mut().insert(Unread::Field(field));
            }
            return response;
        }
    };
    let mut response = next.run(request).await;
    if response.status().is_server_error() {
        response.extensions_mut().insert(Unread::Form { path, form });
    }
    response
}

/// Why a body is not passed on, and by which of its fields.
#[derive(Debug, PartialEq)]
struct Refusal {
    error: Error,
    field: Option<String>,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, field: None }
    }
}

/// The request, and what it asks with as a form. Errors: `Malformed` for a query that isn't text.
fn as_query(request: Request) -> Result<(Request, Bytes), Refusal> {
    let query = Bytes::copy_from_slice(request.uri().query().unwrap_or_default().as_bytes());
    checked_text(&query)?;
    Ok((request, query))
}

/// What is encoded as a form has to be text: Leptos would put a placeholder for what isn't, and a name would be kept with
/// one. Errors: `Malformed`.
fn checked_text(form: &[u8]) -> Result<(), Error> {
    percent_decode(form).decode_utf8().map(|_| ()).map_err(|_| Error::Malformed)
}

/// The request with its body as a form, and that.
async fn as_form(request: Request, most: usize) -> Result<(Request, Bytes), Refusal> {
    let (mut parts, body) = request.into_parts();
    let fields = body_of(parts.uri.path());
    // The other cause, a client that went away, reads no answer.
    let body = to_bytes(body, most).await.map_err(|_| Error::TooLarge)?;
    let body = match media_type(&parts.headers).as_str() {
        "application/json" => Bytes::from(form_of(&body, most, fields)?),
        FORM => kept(body, fields),
        _ if body.is_empty() => body,
        _ => return Err(Error::UnsupportedMediaType.into()),
    };
    checked_text(&body)?;
    parts.headers.insert(CONTENT_TYPE, HeaderValue::from_static(FORM));
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(body.len()));
    Ok((Request::from_parts(parts, Body::from(body.clone())), body))
}

/// The form without what its function doesn't know. What isn't text stays, to be refused.
fn kept(form: Bytes, fields: Option<&Fields>) -> Bytes {
    match (fields, str::from_utf8(&form)) {
        (Some(fields), Ok(text)) => Bytes::from(fields.keep(text)),
        _ => form,
    }
}

/// The content type in lower case without its parameters, or nothing.
fn media_type(headers: &HeaderMap) -> String {
    let content_type = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// The form that decodes to the same values as this JSON object, as far as its function knows them. Errors: `Malformed`.
fn form_of(json: &[u8], most: usize, fields: Option<&Fields>) -> Result<String, Refusal> {
    let mut object = match json.trim_ascii() {
        [] => Map::new(),
        json => serde_json::from_slice(json).map_err(|_| Error::Malformed)?,
    };
    if let Some(fields) = fields {
        let refused = |field| Refusal { error: Error::Malformed, field: Some(field) };
        object = fields.read(object).map_err(refused)?;
    }
    let mut form = Form { text: String::new(), most: FORM_GROWTH * most };
    for (name, value) in &object {
        form.append(&encode(checked(name)?), value, 0)?;
    }
    Ok(form.text)
}

struct Form {
    text: String,
    /// Bytes that it may have.
    most: usize,
}

impl Form {
    fn append(&mut self, name: &str, value: &Value, depth: usize) -> Result<(), Error> {
        match value {
            Value::Null => {}
            Value::Bool(value) => self.push(name, if *value { "true" } else { "false" })?,
            Value::Number(number) => self.push(name, &number.to_string())?,
            Value::String(text) => self.push(name, &encode(text))?,
            Value::Array(_) | Value::Object(_) if depth == DEPTH_MAX => return Err(Error::Malformed),
            Value::Array(items) => {
                for (i, item) in items.iter().enumerate() {
                    self.append(&format!("{name}[{i}]"), filled(item)?, depth + 1)?;
                }
            }
            Value::Object(fields) => {
                for (inner, value) in fields {
                    self.append(&format!("{name}[{}]", encode(checked_inner(inner)?)), value, depth + 1)?;
                }
            }
        }
        Ok(())
    }

    /// Errors: `TooLarge`: a list repeats its name for each item, so that a small body could make a huge form.
    fn push(&mut self, name: &str, encoded: &str) -> Result<(), Error> {
        if self.text.len() + name.len() + encoded.len() > self.most {
            return Err(Error::TooLarge);
        }
        if !self.text.is_empty() {
            self.text.push('&');
        }
        self.text.extend([name, "=", encoded]);
        Ok(())
    }
}

/// An item of a list that a form can say. One that isn't there would shift those behind it.
fn filled(item: &Value) -> Result<&Value, Error> {
    let empty = match item {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.values().all(Value::is_null),
        _ => false,
    };
    if empty { Err(Error::Malformed) } else { Ok(item) }
}

/// A name a form can say: serde_qs takes brackets for structure even when they are escaped.
fn checked(name: &str) -> Result<&str, Error> {
    if name.is_empty() || name.contains(['[', ']']) { Err(Error::Malformed) } else { Ok(name) }
}

/// Inside brackets, a name that begins with a digit would be a place in a list.
fn checked_inner(name: &str) -> Result<&str, Error> {
    if name.starts_with(|first: char| first.is_ascii_digit()) { Err(Error::Malformed) } else { checked(name) }
}

/// Escapes everything but letters and digits.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' | b'.' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::server_fn::codec::{FromReq, PostUrl};
    use proptest::{collection, option, prelude::*};
    use serde::{Deserialize, Serialize, de::DeserializeOwned};
    use serde_json::json;

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Everything {
        text: String,
        number: i64,
        ratio: f64,
        flag: bool,
        maybe: Option<i32>,
        #[serde(default)]
        texts: Vec<String>,
        #[serde(default)]
        grid: Vec<Vec<i32>>,
        inner: Inner,
        #[serde(default)]
        inners: Vec<Inner>,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    struct Inner {
        name: String,
        #[serde(default)]
        tags: Vec<String>,
    }

    /// What a server function gets to see of a body of JSON: through the layer, then through the decoding of Leptos.
    async fn received<T: DeserializeOwned>(json: String) -> Result<T, Error> {
        let request = Request::post("/api/x").header(CONTENT_TYPE, "application/json; charset=utf-8");
        let request = request.body(Body::from(json)).expect("a request");
        let (request, _) = as_form(request, BODY_MAX_BYTES).await.map_err(|refusal| refusal.error)?;
        <T as FromReq<PostUrl, Request, Error>>::from_req(request).await
    }

    fn received_now<T: DeserializeOwned>(json: String) -> Result<T, Error> {
        futures::executor::block_on(received(json))
    }

    fn inner() -> impl Strategy<Value = Inner> {
        (any::<String>(), collection::vec(any::<String>(), 0..4)).prop_map(|(name, tags)| Inner { name, tags })
    }

    prop_compose! {
        fn everything()(
            text in "\\PC*|[&=%+\\[\\] ;#?]*",
            number in any::<i64>(),
            // Eighths, because serde_json reads other fractions to the last bit but one.
            ratio in any::<i32>().prop_map(|eighths| f64::from(eighths) / 8.0),
            flag in any::<bool>(),
            maybe in option::of(any::<i32>()),
            texts in collection::vec("\\PC*|[&=%+\\[\\]]*", 0..12),
            grid in collection::vec(collection::vec(any::<i32>(), 1..4), 0..12),
            inner in inner(),
            inners in collection::vec(inner(), 0..4),
        ) -> Everything {
            Everything { text, number, ratio, flag, maybe, texts, grid, inner, inners }
        }
    }

    proptest! {
        #[test]
        fn a_function_receives_what_the_json_says(sent in everything()) {
            let received: Everything = received_now(serde_json::to_string(&sent).expect("JSON")).expect("received");
            prop_assert_eq!(received, sent);
        }

        #[test]
        fn no_body_makes_the_layer_panic(body in any::<Vec<u8>>()) {
            let _ = form_of(&body, BODY_MAX_BYTES, None);
            let _ = form_of(&body, BODY_MAX_BYTES, body_of("/api/v1/bookings/hold"));
        }
    }

    /// The form of a function that the document doesn't know.
    fn plain_form_of(json: &str) -> Result<String, Error> {
        form_of(json.as_bytes(), BODY_MAX_BYTES, None).map_err(|refusal| refusal.error)
    }

    #[test]
    fn a_function_that_is_known_gets_what_it_knows_and_names_what_it_cannot_read() {
        let form_of =
            |json: Value| form_of(json.to_string().as_bytes(), BODY_MAX_BYTES, body_of("/api/v1/users/update"));
        assert_eq!(
            form_of(json!({"first_name": "Ada", "last_name": "L", "a[b]": 1})).as_deref(),
            Ok("first_name=Ada&last_name=L")
        );
        for (json, field) in
            [(json!({"first_name": 5, "last_name": "L"}), "first_name"), (json!({"first_name": "Ada"}), "last_name")]
        {
            let refused = Refusal { error: Error::Malformed, field: Some(field.to_owned()) };
            assert_eq!(form_of(json), Err(refused));
        }
    }

    #[test]
    fn json_becomes_the_form_that_says_the_same() {
        let json = json!({"a": [1, 2], "b": {"c": "x&y=z [1]"}, "n": null, "t": true, "u": "ü+%"});
        assert_eq!(
            plain_form_of(&json.to_string()).as_deref(),
            Ok("a[0]=1&a[1]=2&b[c]=x%26y%3Dz%20%5B1%5D&t=true&u=%C3%BC%2B%25")
        );
    }

    #[test]
    fn an_empty_body_is_an_empty_object() {
        for body in ["", " \n", "{}"] {
            assert_eq!(plain_form_of(body).as_deref(), Ok(""));
        }
    }

    #[test]
    fn what_is_no_object_is_malformed() {
        for body in ["[1]", "1", "null", "\"x\"", "{", "{\"a\":1}x", "\u{0}"] {
            assert_eq!(plain_form_of(body), Err(Error::Malformed), "{body}");
        }
    }

    #[test]
    fn what_a_form_cannot_say_is_malformed_and_never_changed() {
        for json in [
            json!({"a": [1, null, 2]}),
            json!({"a": [[], [1]]}),
            json!({"a": [{"b": null}, {"b": 1}]}),
            json!({"a[b]": 1}),
            json!({"": 1}),
            json!({"a": {"0": 1}}),
            json!({"a": [[[[[1]]]]]}),
        ] {
            assert_eq!(plain_form_of(&json.to_string()), Err(Error::Malformed), "{json}");
        }
    }

    #[test]
    fn the_deepest_nesting_that_is_let_through_is_understood() {
        #[derive(Deserialize, PartialEq, Debug)]
        struct Deep {
            a: Vec<Vec<Vec<Vec<i32>>>>,
            b: Vec<Vec<Vec<Vec<i32>>>>,
        }
        let deep: Deep = received_now(json!({"a": [[[[1, 2]]]], "b": [[[[3]]]]}).to_string()).expect("received");
        assert_eq!(deep, Deep { a: vec![vec![vec![vec![1, 2]]]], b: vec![vec![vec![vec![3]]]] });
    }

    async fn refusal(content_type: &str, body: &str) -> Option<Error> {
        let request = Request::post("/api/x").header(CONTENT_TYPE, content_type);
        as_form(request.body(Body::from(body.to_owned())).expect("a request"), BODY_MAX_BYTES)
            .await
            .err()
            .map(|refusal| refusal.error)
    }

    #[tokio::test]
    async fn only_forms_and_json_are_read() {
        assert_eq!(refusal(FORM, "a=1").await, None);
        assert_eq!(refusal("text/plain", "").await, None);
        assert_eq!(refusal("text/plain", "{}").await, Some(Error::UnsupportedMediaType));
        assert_eq!(refusal("multipart/form-data; boundary=x", "--x").await, Some(Error::UnsupportedMediaType));
        assert_eq!(refusal("application/json", "{").await, Some(Error::Malformed));
        assert_eq!(refusal(FORM, &"a".repeat(BODY_MAX_BYTES + 1)).await, Some(Error::TooLarge));
    }
}
