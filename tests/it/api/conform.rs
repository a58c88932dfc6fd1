//! Every answer that any test gets is held against the document: its status, its code, and each of its fields.

use super::{compatible::resolved, kept};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{Method, header::CONTENT_TYPE},
    middleware::Next,
    response::Response,
};
use serde_json::{Map, Value, json};
use std::sync::LazyLock;

/// The document in which nothing may stand that it doesn't name: callers have to bear more, the server mustn't say more.
static STRICT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = kept();
    close(&mut document);
    document
});

/// Layer around the whole site. Panics where an answer isn't as the document says.
pub(crate) async fn conform(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let response = next.run(request).await;
    let is_json = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes() == b"application/json");
    let Some(operation) = operation(&method, &path).filter(|_| is_json) else { return response };
    // A plain form is sent on to a page: the document is for programs.
    if response.status().is_redirection() {
        return response;
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else { panic!("{path}: the answer broke off") };
    let problems = problems(operation, parts.status.as_u16(), &bytes);
    assert!(problems.is_empty(), "{method} {path}: {}: {problems:#?}", String::from_utf8_lossy(&bytes));
    Response::from_parts(parts, Body::from(bytes))
}

fn operation(method: &Method, path: &str) -> Option<&'static Value> {
    STRICT["paths"].get(path)?.get(method.as_str().to_ascii_lowercase())
}

fn problems(operation: &Value, status: u16, body: &[u8]) -> Vec<String> {
    let Some(answer) = operation["responses"].get(status.to_string()) else {
        return vec![format!("{status} is no answer that the document names")];
    };
    let content = &resolved(&STRICT, answer)["content"]["application/json"];
    let Ok(body) = serde_json::from_slice(body) else { return vec!["no JSON".to_owned()] };
    misfits(&content["schema"], &body)
}

/// Where something isn't as the strict schema says.
pub(super) fn misfits(schema: &Value, value: &Value) -> Vec<String> {
    let mut named = Map::new();
    gather(schema, &mut named);
    let whole = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "components": {"schemas": named},
        "allOf": [schema],
    });
    let validator = jsonschema::options().should_validate_formats(true).build(&whole).expect("a schema");
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Gathers what a schema refers to: reading all there is takes long.
fn gather(schema: &Value, named: &mut Map<String, Value>) {
    match schema {
        Value::Object(fields) => {
            let reference = fields.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|reference| reference.strip_prefix("#/components/schemas/"));
            if let Some(name) = name.filter(|&name| !named.contains_key(name)) {
                let meant = &STRICT["components"]["schemas"][name];
                named.insert(name.to_owned(), meant.clone());
                gather(meant, named);
            }
            fields.values().for_each(|field| gather(field, named));
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, named)),
        _ => {}
    }
}

/// Closes all objects that name their fields.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(fields) => {
            fields.values_mut().for_each(close);
            let is_named = fields.get("type").is_some_and(|kind| kind == "object") && fields.contains_key("properties");
            if is_named {
                fields.entry("additionalProperties").or_insert(json!(false));
            }
        }
        Value::Array(items) => items.iter_mut().for_each(close),
        _ => {}
    }
}
