//! The client that the documentation shows, run as it stands there.

use super::{api::root, app::TestApp};
use axum::{
    Router,
    body::to_bytes,
    extract::Request,
    http::{Method, StatusCode, header::RETRY_AFTER},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
};
use serde_json::json;
use sqlx::PgPool;
use std::{
    collections::HashSet,
    fs,
    path::PathBuf,
    process::{Command, Output},
    sync::{Arc, Mutex},
};
use tokio::net::TcpListener;

fn client() -> PathBuf {
    root().join("docs/client.py")
}

/// What the client says on a site that is reached through this.
async fn run(site: Router, arguments: Vec<String>) -> Output {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("an address"));
    let serving = tokio::spawn(async move { axum::serve(listener, site).await });
    let ran = tokio::task::spawn_blocking(move || {
        Command::new("python3").arg(client()).arg(address).args(arguments).output().expect("python3")
    });
    let output = ran.await.expect("an end");
    serving.abort();
    output
}

/// Every change is made, and its first answer gets lost on the way.
fn losing_first_answers(router: Router) -> Router {
    let lost = Arc::new(Mutex::new(HashSet::new()));
    router.layer(from_fn(move |request: Request, next: Next| {
        let lost = lost.clone();
        async move {
            let (is_change, path) = (request.method() == Method::POST, request.uri().path().to_owned());
            let response = next.run(request).await;
            if is_change && lost.lock().expect("the list").insert(path) {
                return gone(response).await;
            }
            response
        }
    }))
}

async fn gone(response: Response) -> Response {
    // A handler that isn't heard out is cancelled, and then nothing would have been done.
    to_bytes(response.into_body(), usize::MAX).await.expect("an answer");
    let refusal =
        json!({"code": "unavailable", "message": "Try again.", "details": {"retry_after_s": 1}, "request_id": "x"});
    (StatusCode::SERVICE_UNAVAILABLE, [(RETRY_AFTER, "1")], axum::Json(refusal)).into_response()
}

#[test]
fn the_client_has_less_than_sixty_lines() {
    let lines = fs::read_to_string(client()).expect("the client").lines().count();
    assert!(lines < 60, "{lines}");
}

#[sqlx::test]
async fn the_client_books_one_seat_though_every_change_s_first_answer_is_lost(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    app.count_together().await;
    let ada = app.person("ada").await;
    let arguments = ["ada@example.org", "correct horse", &event_id.to_string()].map(str::to_owned).to_vec();
    let output = run(losing_first_answers(app.router.clone()), arguments).await;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.trim_end().ends_with("confirmed 2500 EUR"), "{said}");
    let booked = ada.get("bookings/list").await.expect(200);
    let bookings = booked["items"].as_array().expect("bookings");
    assert_eq!(bookings.len(), 1, "{booked}");
    assert!(said.starts_with(bookings[0]["reference"].as_str().expect("a reference")), "{said}");
    app.audit().await;
}

#[sqlx::test]
async fn the_client_says_why_it_was_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.event(1).await;
    app.person("bob").await;
    let output = run(app.router.clone(), ["bob@example.org", "wrong"].map(str::to_owned).to_vec()).await;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("wrong_credentials"), "{said}");
}
