//! The document of the API: that it is the source's, that it is true, and that it breaks nobody.

mod compatible;
pub(crate) mod conform;
mod document;
mod examples;
mod sources;
mod types;

use super::app::TestApp;
use axum::http::{Method, StatusCode, header};
use compatible::{breaks, resolved};
use conform::misfits;
use evently::api::document::DOCUMENT;
use leptos::server_fn::axum::server_fn_paths;
use serde_json::{Value, json};
use sources::Sources;
use sqlx::PgPool;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

/// The folder of the crate. Asked for when the test runs: the binary may have been built in another clone that shares the
/// cache of builds.
pub(crate) fn root() -> PathBuf {
    std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the crate is").into()
}

fn file() -> PathBuf {
    root().join("docs/openapi.json")
}

/// The document as it is released.
fn kept() -> Value {
    serde_json::from_str(&fs::read_to_string(file()).expect("the document")).expect("JSON")
}

/// What is checked in is what was promised: it is replaced only by what breaks nobody.
#[test]
fn the_document_is_what_the_source_says_and_breaks_nobody() {
    let (kept, made) = (kept(), document::document(&Sources::read(&root())));
    let broken = breaks(&kept, &made);
    assert!(broken.is_empty(), "callers of the released API would stumble over: {broken:#?}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(file(), format!("{made:#}\n")).expect("written");
        return;
    }
    assert!(kept == made, "docs/openapi.json is old: run this test with UPDATE_DOCS=1");
}

#[test]
fn the_document_has_every_function_and_no_other() {
    let registered: BTreeSet<_> =
        server_fn_paths().map(|(path, method)| (path.to_owned(), method.as_str().to_lowercase())).collect();
    let kept = kept();
    let paths = kept["paths"].as_object().expect("paths");
    let documented: BTreeSet<_> = paths
        .iter()
        .flat_map(|(path, operations)| {
            operations.as_object().into_iter().flatten().map(|(method, _)| (path.clone(), method.clone()))
        })
        .collect();
    assert!(registered.len() > 100, "{registered:?}");
    assert_eq!(documented, registered);
}

#[test]
fn every_example_fits_its_schema() {
    let kept = kept();
    let mut count = 0;
    for (path, operations) in kept["paths"].as_object().expect("paths") {
        for (_, operation) in operations.as_object().expect("operations") {
            let answers = operation["responses"].as_object().into_iter().flatten().map(|(_, answer)| answer);
            let contents = answers
                .map(|answer| &resolved(&kept, answer)["content"])
                .chain([&operation["requestBody"]["content"]])
                .flat_map(|content| content.as_object().into_iter().flatten().map(|(_, media)| media));
            for media in contents {
                let several = media["examples"].as_object().into_iter().flatten().map(|(_, one)| &one["value"]);
                let examples: Vec<_> = media.get("example").into_iter().chain(several).collect();
                assert!(!examples.is_empty(), "{path}: an answer or a body without an example");
                for example in examples {
                    assert_eq!(misfits(&media["schema"], example), Vec::<String>::new(), "{path}: {example}");
                    count += 1;
                }
            }
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let parameter = resolved(&kept, parameter);
                let problems = misfits(&parameter["schema"], &parameter["example"]);
                assert_eq!(problems, Vec::<String>::new(), "{path}: {parameter}");
            }
        }
    }
    assert!(count > 500, "{count}");
}

#[test]
fn every_function_is_told_in_words() {
    for (path, operations) in kept()["paths"].as_object().expect("paths") {
        for (_, operation) in operations.as_object().expect("operations") {
            let summary = operation["summary"].as_str().unwrap_or_default();
            assert!(summary.len() > 10 && !summary.contains('\n'), "{path}: {summary}");
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let is_told = parameter["description"].is_string() || parameter["$ref"].is_string();
                assert!(is_told, "{path}: {parameter}");
            }
        }
    }
}

/// Also where the function's own decoder is what refuses: a form, a query, a list.
#[sqlx::test]
async fn what_cannot_be_read_is_told_by_its_field(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    for (body, field) in [
        (json!({}), "event_id"),
        (json!({"event_id": 7}), "event_id"),
        (json!({"event_id": "x"}), "event_id"),
        (json!({"event_id": event_id, "quantity": "2"}), "quantity"),
        (json!({"event_id": event_id, "seat_ids": [event_id, "x"]}), "seat_ids[1]"),
    ] {
        let refused = ada.post("bookings/hold", body.clone()).await.refused(400, "malformed");
        assert_eq!(refused["details"], json!({"field": field}), "{body}");
    }
    let refused = ada.get("bookings/list?limit=many").await.refused(400, "malformed");
    assert_eq!(refused["details"], json!({"field": "limit"}));
    let form = ada
        .server
        .post("/api/v1/bookings/hold")
        .form(&[("event_id", event_id.to_string().as_str()), ("quantity", "two")]);
    assert_eq!(form.await.json::<Value>()["details"], json!({"field": "quantity"}));
    // Nothing is known of what is no JSON at all.
    let odd = ada.server.post("/api/v1/bookings/hold").content_type("application/json").bytes("{".into());
    assert_eq!(odd.await.json::<Value>()["details"], Value::Null);
}

#[sqlx::test]
async fn fields_that_no_function_knows_are_ignored_whatever_their_name(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 1.0, "": [[]], "a[b]": {"0": null}, "[": [[[[[1]]]]]});
    ada.post("bookings/hold", body).await.expect(200);
    let form = format!("=1&]=2&a=1&a=2&event_id={event_id}&quantity=2&x[y][z]=1");
    let reply =
        ada.server.post("/api/v1/bookings/hold").content_type("application/x-www-form-urlencoded").bytes(form.into());
    assert_eq!(reply.await.status_code(), StatusCode::OK);
}

#[sqlx::test]
async fn the_document_is_handed_out_to_every_site_and_sent_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let visitor = app.visitor().server;
    let first = visitor.get("/api/openapi.json").await;
    assert_eq!(first.status_code(), StatusCode::OK);
    assert_eq!(first.header(header::CONTENT_TYPE), "application/json");
    assert_eq!(first.header(header::ACCESS_CONTROL_ALLOW_ORIGIN), "*");
    assert_eq!(first.json::<Value>(), *DOCUMENT);
    let tag = first.header(header::ETAG);
    let again = visitor.get("/api/openapi.json").add_header(header::IF_NONE_MATCH, tag).await;
    assert_eq!((again.status_code(), again.text().len()), (StatusCode::NOT_MODIFIED, 0));
    // Only this: what people have is for nobody else's pages.
    let me = visitor.get("/api/v1/events/list").await;
    assert!(me.maybe_header(header::ACCESS_CONTROL_ALLOW_ORIGIN).is_none());
    let other = visitor.method(Method::POST, "/api/openapi.json").await;
    assert_eq!(other.status_code(), StatusCode::METHOD_NOT_ALLOWED);
}

#[sqlx::test]
async fn the_pages_show_every_function_every_type_and_every_refusal(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let visitor = app.visitor();
    let kept = kept();
    let (status, guide) = visitor.page("/developers").await;
    assert_eq!(status, 200);
    let schemas = kept["components"]["schemas"].as_object().expect("schemas");
    let codes = schemas.values().filter_map(|schema| schema["properties"]["code"]["const"].as_str());
    assert!(codes.clone().count() > 30);
    for code in codes {
        assert!(guide.contains(&format!("id=\"{code}\"")), "{code} is not on the first page");
    }
    let mut pages = BTreeMap::new();
    for (path, operations) in kept["paths"].as_object().expect("paths") {
        let noun = path.trim_start_matches("/api/v1/").split('/').next().unwrap_or_default();
        if !pages.contains_key(noun) {
            pages.insert(noun, visitor.page(&format!("/developers/{noun}")).await);
        }
        let (status, page) = &pages[noun];
        assert_eq!(*status, 200, "{noun}");
        for (_, operation) in operations.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(page.contains(&format!("id=\"{id}\"")), "{id} is not on the page of {noun}");
        }
    }
    let (status, types) = visitor.page("/developers/types").await;
    assert_eq!(status, 200);
    assert!(types.contains("id=\"Booking\"") && !types.contains("id=\"NotFoundError\""));
    assert_eq!(visitor.page("/developers/nothing").await.0, 404);
}
