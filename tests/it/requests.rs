//! What every function has in common: encodings, refusals, headers, pages.

use super::app::{Reply, TestApp};
use axum::http::StatusCode;
use axum_test::{TestRequest, TestResponse};
use serde_json::json;
use sqlx::PgPool;

async fn read(request: TestRequest) -> (TestResponse, Reply) {
    let response = request.await;
    let body = serde_json::from_str(&response.text()).unwrap_or(json!(response.text()));
    let reply = Reply { status: response.status_code().as_u16(), body };
    (response, reply)
}

#[sqlx::test]
async fn a_form_and_json_are_the_same_request(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let form = format!("event_id={event_id}&seat_ids%5B%5D={}&seat_ids%5B%5D={}", seats[0], seats[1]);
    let request = ada.server.post("/api/v1/bookings/hold").text(form).content_type("application/x-www-form-urlencoded");
    let (_, by_form) = read(request).await;
    let by_json = ada.post("bookings/hold", json!({"event_id": event_id, "seat_ids": [seats[1], seats[0]]})).await;
    assert_eq!(by_form.id(), by_json.id());
}

#[sqlx::test]
async fn what_cannot_be_read_is_refused_in_our_own_words(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let server = app.visitor().server;
    let login = || server.post("/api/v1/auth/login");
    for (request, status, code) in [
        (login().text("{\"email\":").content_type("application/json"), 400, "malformed"),
        (login().text("[1]").content_type("application/json"), 400, "malformed"),
        (login().text("hello").content_type("text/plain"), 415, "unsupported_media_type"),
        (login().text("x".repeat(70_000)).content_type("application/json"), 413, "too_large"),
        (server.post("/api/v1/bookings/hold").text(huge_form()).content_type("application/json"), 413, "too_large"),
        (login().text("{}").content_type("Application/JSON"), 400, "malformed"),
        (server.get("/api/v1/auth/login"), 405, "method_not_allowed"),
        (server.post("/api/v1/events/list").json(&json!({})), 405, "method_not_allowed"),
        (server.get("/api/v1/nothing/here"), 404, "not_found"),
        (server.get("/api/nothing"), 404, "not_found"),
    ] {
        let (response, reply) = read(request).await;
        let path = response.request_url();
        assert_eq!((reply.status, reply.body["code"].as_str()), (status, Some(code)), "{path} {}", reply.body);
        assert_eq!(reply.body["request_id"].as_str(), response.header("x-request-id").to_str().ok());
    }
}

/// A small body whose form repeats a name for each of many items.
fn huge_form() -> String {
    format!("{{\"event_id\":\"x\",\"seat_ids\":[{}\"\"]}}", "\"\",".repeat(16_000))
}

#[sqlx::test]
async fn another_site_cannot_post_for_a_person(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 1});
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://evil.example")] {
        let request = ada.server.post("/api/v1/bookings/hold").json(&body).add_header(name, value);
        let (_, reply) = read(request).await;
        reply.refused(403, "forbidden");
    }
    assert_eq!(app.available(event_id).await, 10);
}

#[sqlx::test]
async fn a_form_without_scripts_is_sent_on(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let page = format!("http://127.0.0.1:3000/events/{event_id}");
    let hold = |person: &super::app::Person| {
        person
            .server
            .post("/api/v1/bookings/hold")
            .text(format!("event_id={event_id}&quantity=2"))
            .content_type("application/x-www-form-urlencoded")
            .add_header("accept", "text/html")
            .add_header("referer", page.clone())
    };
    let signed_out = hold(&app.visitor()).await;
    assert_eq!(signed_out.status_code(), StatusCode::FOUND);
    let to = signed_out.header("location").to_str().expect("a path").to_owned();
    assert_eq!(to, format!("/sign-in?next=%2Fevents%2F{event_id}%3Fquantity%3D2"));

    let held = hold(&app.person("ada").await).await;
    assert_eq!(held.status_code(), StatusCode::FOUND);
    let to = held.header("location").to_str().expect("a path").to_owned();
    assert!(to.starts_with("/bookings/") && to.ends_with("/checkout"), "{to}");
}

#[sqlx::test]
async fn a_refused_form_comes_back_to_its_page_with_the_reason_and_what_was_typed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let server = app.visitor().server;
    let refused = server
        .post("/api/v1/auth/login")
        .text("email=nobody%40example.org&password=wrong-horse&next=%2Fbookings")
        .content_type("application/x-www-form-urlencoded")
        .add_header("accept", "text/html")
        .add_header("referer", "http://127.0.0.1:3000/sign-in")
        .await;
    assert_eq!(refused.status_code(), StatusCode::FOUND);
    let path = refused.header("location").to_str().expect("a path").to_owned();
    assert!(path.starts_with("/sign-in?") && !path.contains("wrong-horse"), "{path}");
    let page = server.get(&path).add_header("accept", "text/html").await;
    let html = page.text();
    for kept in ["match an account", "value=\"nobody@example.org\"", "value=\"/bookings\""] {
        assert!(html.contains(kept), "{kept} {html}");
    }
}

#[sqlx::test]
async fn a_refused_form_finds_its_page_without_a_referer(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (reply, _) = read(
        app.visitor()
            .server
            .post("/api/v1/auth/login")
            .add_header("accept", "text/html")
            .form(&[("email", "ada@example.org"), ("password", "something else")]),
    )
    .await;
    assert!(reply.status_code().is_redirection(), "{}", reply.status_code());
    let to = reply.header("location");
    let to = to.to_str().expect("text");
    assert!(to.starts_with("/sign-in?") && to.contains("__err=") && !to.contains("something"), "{to}");
}

#[sqlx::test]
async fn signing_in_leads_only_to_this_site(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    for (next, to) in [
        ("%2Fbookings", "/bookings"),
        ("https%3A%2F%2Fevil.example", "/"),
        ("%2F%2Fevil.example", "/"),
        ("%2Fa%0D%0Ab", "/"),
    ] {
        let reply = app
            .visitor()
            .server
            .post("/api/v1/auth/login")
            .text(format!("email=ada%40example.org&password=correct+horse&next={next}"))
            .content_type("application/x-www-form-urlencoded")
            .add_header("accept", "text/html")
            .await;
        assert_eq!(reply.header("location").to_str().ok(), Some(to), "{next}");
    }
}

#[sqlx::test]
async fn pages_carry_their_security_headers(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    for path in ["/", "/events", "/sign-in", "/register", &format!("/events/{event_id}")] {
        let page = app.visitor().server.get(path).add_header("accept", "text/html").await;
        assert_eq!(page.status_code(), StatusCode::OK, "{path}");
        let policy = page.header("content-security-policy").to_str().expect("a policy").to_owned();
        assert!(policy.contains("'nonce-") && !policy.contains("unsafe-inline"), "{policy}");
        let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
        let html = page.text();
        assert!(html.contains(&format!("nonce=\"{nonce}\"")), "{path}: the scripts carry the policy's nonce");
        assert!(!html.contains(" style="), "{path}: no inline style");
        assert_eq!(page.header("x-content-type-options"), "nosniff");
        assert!(page.maybe_header("x-request-id").is_some());
    }
}

#[sqlx::test]
async fn a_page_that_does_not_exist_says_so_with_its_status(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for path in ["/nothing", "/events/00000000-0000-7000-8000-000000000000", "/events/x"] {
        let page = app.visitor().server.get(path).add_header("accept", "text/html").await;
        assert_eq!(page.status_code(), StatusCode::NOT_FOUND, "{path}");
        assert!(page.text().contains("<h1"), "{path}");
    }
}

#[sqlx::test]
async fn an_address_with_a_slash_at_its_end_is_the_same_page(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let server = app.visitor().server;
    for (path, to) in [("/events/", "/events"), ("/sign-in/?next=%2Fbookings", "/sign-in?next=%2Fbookings")] {
        let moved = server.get(path).await;
        assert_eq!(
            (moved.status_code(), moved.header("location").to_str().ok()),
            (StatusCode::PERMANENT_REDIRECT, Some(to))
        );
    }
    let elsewhere = server.get("//evil.example/").await;
    assert_eq!(elsewhere.status_code(), StatusCode::NOT_FOUND, "nowhere else");
}

#[sqlx::test]
async fn health_says_what_is_ready(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let server = app.visitor().server;
    assert_eq!(server.get("/healthz").await.status_code(), StatusCode::OK);
    let (_, ready) = read(server.get("/readyz")).await;
    let ready = ready.expect(200);
    assert!(ready.to_string().contains("migrations"), "{ready}");
}
