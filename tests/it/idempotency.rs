//! `Idempotency-Key`: a change that is sent twice is made once, whatever happens in between.

use super::app::{Person, Reply, TestApp};
use axum_test::{TestRequest, TestResponse};
use chrono::TimeDelta;
use evently::server::idempotency_store::remove_expired;
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;

/// A reply, and whether it was kept from an earlier request.
struct Answer {
    reply: Reply,
    replayed: bool,
    response: TestResponse,
}

impl Answer {
    async fn to(request: TestRequest) -> Self {
        let response = request.await;
        let replayed = response.maybe_header("idempotent-replayed").is_some_and(|value| value == "true");
        Self { reply: Reply::read(response.status_code(), response.text()), replayed, response }
    }

    /// The body of a success that was not kept from before.
    #[track_caller]
    fn first(self) -> Value {
        assert!(!self.replayed);
        self.reply.expect(200)
    }

    /// The body of a success that was kept from before.
    #[track_caller]
    fn again(self) -> Value {
        assert!(self.replayed, "{:?}", self.reply);
        self.reply.expect(200)
    }
}

fn request(person: &Person, function: &str, key: &str, body: &Value) -> TestRequest {
    person.server.post(&format!("/api/v1/{function}")).json(body).add_header("idempotency-key", key)
}

async fn send(person: &Person, function: &str, key: &str, body: &Value) -> Answer {
    Answer::to(request(person, function, key, body)).await
}

async fn kept_count(app: &TestApp) -> i64 {
    let count = sqlx::query_scalar("select count(*) from idempotency_keys");
    count.fetch_one(app.state.db.pool()).await.expect("a count")
}

#[sqlx::test]
async fn a_change_sent_twice_is_made_once_and_answered_twice(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 2});
    let held = send(&ada, "bookings/hold", "k1", &body).await.first();
    app.wait(TimeDelta::minutes(1));
    assert_eq!(send(&ada, "bookings/hold", "k1", &body).await.again(), held);
    assert_eq!(app.available(event_id).await, 98);
    let another = send(&ada, "bookings/hold", "k2", &body).await.first();
    assert_ne!(another["id"], held["id"]);
    app.audit().await;
}

#[sqlx::test]
async fn the_same_fields_are_the_same_request_however_they_are_written(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let held = send(&ada, "bookings/hold", "k", &json!({"event_id": event_id, "quantity": 2})).await.first();
    for (body, content_type) in [
        (
            format!(" {{ \"quantity\" : 2, \"event_id\":\"{event_id}\", \"key\":null }}"),
            "application/json; charset=utf-8",
        ),
        (format!("event_id={event_id}&quantity=2"), "application/x-www-form-urlencoded"),
    ] {
        let request = ada.server.post("/api/v1/bookings/hold").add_header("idempotency-key", "k");
        let answer = Answer::to(request.text(body).content_type(content_type)).await;
        assert_eq!(answer.again(), held);
    }
}

#[sqlx::test]
async fn a_key_used_for_another_request_is_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let held = send(&ada, "bookings/hold", "k", &json!({"event_id": event_id, "quantity": 2})).await.first();
    let other_body = send(&ada, "bookings/hold", "k", &json!({"event_id": event_id, "quantity": 3})).await;
    other_body.reply.refused(422, "idempotency_key_reused");
    let booking = json!({"booking_id": held["id"]});
    send(&ada, "bookings/confirm", "c", &booking).await.first();
    send(&ada, "bookings/cancel", "c", &booking).await.reply.refused(422, "idempotency_key_reused");
    assert_eq!(app.available(event_id).await, 98);
}

#[sqlx::test]
async fn two_people_may_have_the_same_key(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let body = json!({"event_id": event_id, "quantity": 2});
    let adas = send(&ada, "bookings/hold", "k", &body).await.first();
    let bobs = send(&bob, "bookings/hold", "k", &body).await.first();
    assert_ne!(adas["id"], bobs["id"]);
    assert_eq!(send(&ada, "bookings/hold", "k", &body).await.again(), adas);
    assert_eq!(app.available(event_id).await, 96);
}

#[sqlx::test]
async fn of_who_is_not_signed_in_nothing_is_kept_and_a_refusal_that_is_tells_its_own_request(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let body = json!({"event_id": event_id, "quantity": 2});
    let visitor = app.visitor();
    for _ in 0..2 {
        let refused = send(&visitor, "bookings/hold", "k", &body).await;
        assert!(!refused.replayed);
        refused.reply.refused(401, "sign_in_required");
    }
    assert_eq!(kept_count(&app).await, 0);
    let register =
        json!({"email": "ada@example.org", "password": "correct horse", "first_name": "A", "last_name": "L"});
    visitor.post("auth/register", register).await.expect(200);
    send(&visitor, "bookings/hold", "k", &body).await.first();
    let unknown = json!({"booking_id": uuid::Uuid::nil()});
    assert!(!send(&visitor, "bookings/confirm", "u", &unknown).await.replayed);
    let again = send(&visitor, "bookings/confirm", "u", &unknown).await;
    assert!(again.replayed);
    let request_id = again.response.header("x-request-id");
    assert_eq!(again.reply.refused(404, "not_found")["request_id"].as_str(), request_id.to_str().ok());
}

#[sqlx::test]
async fn a_request_that_is_still_running_is_not_run_twice(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 2});
    let gate = app.lock_event(event_id).await;
    let meanwhile = async {
        app.wait_for_blocked(1).await;
        let running = send(&ada, "bookings/hold", "k", &body).await;
        assert_eq!(running.response.header("retry-after"), "1");
        running.reply.refused(409, "still_running");
        let other = send(&ada, "bookings/hold", "k", &json!({"event_id": event_id, "quantity": 3})).await;
        other.reply.refused(422, "idempotency_key_reused");
        gate.commit().await.expect("opened");
    };
    let (first, ()) = tokio::join!(send(&ada, "bookings/hold", "k", &body), meanwhile);
    let held = first.first();
    assert_eq!(send(&ada, "bookings/hold", "k", &body).await.again(), held);
    assert_eq!(app.available(event_id).await, 98);
}

#[sqlx::test]
async fn of_many_at_once_one_makes_the_change(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 2});
    let answers = join_all((0..20).map(|_| send(&ada, "bookings/hold", "k", &body))).await;
    let first = answers.iter().filter(|answer| answer.reply.status == 200 && !answer.replayed).count();
    let odd = answers.iter().filter(|answer| ![200, 409].contains(&answer.reply.status)).count();
    assert_eq!((first, odd), (1, 0));
    assert_eq!(app.available(event_id).await, 98);
    app.audit().await;
}

#[sqlx::test]
async fn what_may_succeed_the_next_time_is_not_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(2).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let bobs = bob.hold(event_id, 2).await;
    let body = json!({"event_id": event_id, "quantity": 2});
    for _ in 0..2 {
        let refused = send(&ada, "bookings/hold", "k", &body).await;
        assert!(!refused.replayed);
        refused.reply.refused(409, "sold_out");
    }
    bob.change("release", &bobs).await.expect(200);
    send(&ada, "bookings/hold", "k", &body).await.first();
}

#[sqlx::test]
async fn a_fault_of_ours_is_not_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 2});
    let pool = app.state.db.pool();
    sqlx::query("alter table booking_history rename to gone").execute(pool).await.expect("renamed");
    send(&ada, "bookings/hold", "k", &body).await.reply.refused(500, "internal");
    sqlx::query("alter table gone rename to booking_history").execute(pool).await.expect("renamed back");
    send(&ada, "bookings/hold", "k", &body).await.first();
    app.audit().await;
}

#[sqlx::test]
async fn a_refusal_that_stays_is_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let body = json!({"first_name": "", "last_name": "King"});
    assert!(!send(&ada, "users/update", "k", &body).await.replayed);
    let again = send(&ada, "users/update", "k", &body).await;
    assert!(again.replayed);
    again.reply.refused(422, "invalid");
}

#[sqlx::test]
async fn a_reply_is_kept_for_a_day_and_then_removed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let (augusta, ida) =
        (json!({"first_name": "Augusta", "last_name": "King"}), json!({"first_name": "Ida", "last_name": "King"}));
    send(&ada, "users/update", "k", &augusta).await.first();
    app.wait(TimeDelta::hours(24) - TimeDelta::seconds(1));
    send(&ada, "users/update", "k", &augusta).await.again();
    assert_eq!(remove_expired(&app.state).await.expect("tidied"), 0);
    app.wait(TimeDelta::seconds(1));
    assert_eq!(send(&ada, "users/update", "k", &ida).await.first()["first_name"], "Ida");
    app.wait(TimeDelta::hours(24));
    assert_eq!(remove_expired(&app.state).await.expect("tidied"), 1);
    assert_eq!(remove_expired(&app.state).await.expect("tidied"), 0, "twice is fine");
}

#[sqlx::test]
async fn a_crash_does_not_lock_a_key_for_ever_and_its_hold_is_found_again(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 2});
    let held = send(&ada, "bookings/hold", "k", &body).await.first();
    let crash = "update idempotency_keys set status = null, headers = null, body = null, nonce = null";
    sqlx::query(crash).execute(app.state.db.pool()).await.expect("as if the process had died");
    app.wait(TimeDelta::seconds(59));
    send(&ada, "bookings/hold", "k", &body).await.reply.refused(409, "still_running");
    app.wait(TimeDelta::seconds(1));
    let other = send(&ada, "bookings/hold", "k", &json!({"event_id": event_id, "quantity": 3})).await;
    other.reply.refused(422, "idempotency_key_reused");
    assert_eq!(send(&ada, "bookings/hold", "k", &body).await.first()["id"], held["id"]);
    assert_eq!(app.available(event_id).await, 98);
}

#[sqlx::test]
async fn a_client_that_goes_away_finds_the_reply_when_it_comes_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 2});
    let gate = app.lock_event(event_id).await;
    tokio::select! {
        _ = send(&ada, "bookings/hold", "k", &body) => panic!("the event is locked"),
        () = app.wait_for_blocked(1) => {}
    }
    gate.commit().await.expect("opened");
    let mut again = send(&ada, "bookings/hold", "k", &body).await;
    while again.reply.status == 409 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        again = send(&ada, "bookings/hold", "k", &body).await;
    }
    again.again();
    assert_eq!(app.available(event_id).await, 98);
}

#[sqlx::test]
async fn without_the_database_a_key_is_answered_unavailable(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    app.state.db.pool().close().await;
    let away = send(&ada, "users/update", "k", &json!({"first_name": "A", "last_name": "L"})).await;
    assert!(away.response.maybe_header("retry-after").is_some());
    away.reply.refused(503, "unavailable");
}

#[sqlx::test]
async fn a_key_that_is_none_is_refused_and_nothing_is_done(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "quantity": 2});
    for key in ["", "a b", &"k".repeat(256)] {
        let refusal = send(&ada, "bookings/hold", key, &body).await.reply.refused(422, "invalid");
        assert_eq!(refusal["details"][0]["field"], "idempotency_key", "{key}");
    }
    assert_eq!((app.available(event_id).await, kept_count(&app).await), (100, 0));
}

#[sqlx::test]
async fn without_a_key_nothing_is_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    ada.hold(event_id, 1).await;
    ada.post("nothing/here", json!({})).await.refused(404, "not_found");
    send(&ada, "nothing/here", "k", &json!({})).await.reply.refused(404, "not_found");
    assert_eq!(kept_count(&app).await, 0);
}

#[sqlx::test]
async fn signing_in_is_never_answered_from_memory(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let fields = json!({"email": "ada@example.org", "password": "correct horse", "first_name": "A", "last_name": "L"});
    send(&app.visitor(), "auth/register", "k", &fields).await.first();
    send(&app.visitor(), "auth/register", "k", &fields).await.reply.refused(409, "email_taken");
    for _ in 0..2 {
        let visitor = app.visitor();
        let signed_in = send(&visitor, "auth/login", "k", &fields).await;
        assert!(signed_in.response.maybe_header("set-cookie").is_some());
        signed_in.first();
        visitor.get("users/me").await.expect(200);
    }
    assert_eq!(kept_count(&app).await, 0);
}

#[sqlx::test]
async fn a_form_of_a_page_is_sent_on_to_the_same_place_again(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(2).await;
    let ada = app.person("ada").await;
    let hold = |key: &'static str, quantity: i32| {
        let request = ada
            .server
            .post("/api/v1/bookings/hold")
            .text(format!("event_id={event_id}&quantity={quantity}"))
            .content_type("application/x-www-form-urlencoded")
            .add_header("accept", "text/html")
            .add_header("referer", format!("http://127.0.0.1:3000/events/{event_id}"))
            .add_header("idempotency-key", key);
        Answer::to(request)
    };
    let (held, again) = (hold("a", 2).await, hold("a", 2).await);
    assert_eq!((held.replayed, again.replayed, again.reply.status), (false, true, 302));
    assert_eq!(again.response.header("location"), held.response.header("location"));
    for _ in 0..2 {
        let refused = hold("b", 1).await;
        assert_eq!((refused.replayed, refused.reply.status), (false, 302), "sold out: not kept");
    }
}

#[sqlx::test]
async fn nothing_secret_is_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let body = json!({"current_password": "correct horse", "new_password": "battery staple"});
    // A new day: the reply moves the session's end, and with it the cookie's.
    app.wait(TimeDelta::days(1));
    let changed = send(&ada, "users/change_password", "my-key", &body).await;
    assert!(changed.response.maybe_header("set-cookie").is_some());
    changed.first();
    let again = send(&ada, "users/change_password", "my-key", &body).await;
    assert!(again.response.maybe_header("set-cookie").is_none());
    again.again();
    let rows: Vec<String> = sqlx::query_scalar("select row_to_json(k)::text from idempotency_keys k")
        .fetch_all(app.state.db.pool())
        .await
        .expect("rows");
    assert_eq!(rows.len(), 1);
    for secret in ["horse", "staple", "my-key", "cookie"] {
        assert!(!rows[0].contains(secret), "{secret}: {}", rows[0]);
    }
}

#[sqlx::test]
async fn a_reply_with_a_secret_can_be_had_again_and_not_be_read_in_the_database(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, body) = (app.admin().await, json!({"url": "http://127.0.0.1:9/hooks", "kinds": ["booking.held"]}));
    let made = send(&admin, "webhooks/create", "my-key", &body).await.first();
    let secret = made["secret"].as_str().expect("text");
    assert_eq!(send(&admin, "webhooks/create", "my-key", &body).await.again()["secret"], secret);
    let (headers, kept): (Value, Vec<u8>) = sqlx::query_as("select headers, body from idempotency_keys")
        .fetch_one(app.state.db.pool())
        .await
        .expect("a row");
    assert_eq!(headers, json!([]));
    assert!(!String::from_utf8_lossy(&kept).contains("whsec_"), "{kept:?}");
    assert!(!kept.windows(8).any(|bytes| bytes == &secret.as_bytes()[6..14]));
}
