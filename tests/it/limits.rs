//! Limits: who is counted together, what every reply says, and what a limit never costs.

use super::app::{Person, TestApp};
use axum_test::TestResponse;
use chrono::TimeDelta;
use evently::server::{
    clock::new_id,
    config::Config,
    limits::{Budgets, Rate},
};
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;

/// A second for each further request, and so many at once.
fn rate(burst: i64) -> Rate {
    Rate::new(60, burst)
}

/// An application of its own in the Redis that tests share, with limits of its own.
fn limited(pool: PgPool, change: impl FnOnce(&mut Config)) -> TestApp {
    TestApp::with_settings(pool, |config| {
        config.public_url = format!("http://{}.example", new_id());
        change(config);
    })
}

fn with_person(pool: PgPool, change: impl FnOnce(&mut Budgets)) -> TestApp {
    limited(pool, |config| change(&mut config.limits.person))
}

/// What a reply says of how its caller stands: the limit, what remains, and the seconds until all is there again.
fn standing(response: &TestResponse) -> [i64; 3] {
    ["x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"]
        .map(|name| response.header(name).to_str().ok().and_then(|text| text.parse().ok()).expect("a number"))
}

async fn ask(person: &Person) -> TestResponse {
    person.server.get("/api/v1/users/me").await
}

#[sqlx::test]
async fn so_many_pass_and_each_reply_says_how_many_are_left(pool: PgPool) {
    let app = with_person(pool, |person| person.read = rate(3));
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let told = [ask(&ada).await, ask(&ada).await, ask(&ada).await];
    assert_eq!(told.map(|response| standing(&response)), [[3, 2, 1], [3, 1, 2], [3, 0, 3]]);
    let refused = ask(&ada).await;
    assert_eq!((standing(&refused), refused.header("retry-after").to_str().ok()), ([3, 0, 3], Some("1")));
    let body = refused.json::<Value>();
    assert_eq!((body["code"].as_str(), &body["details"]), (Some("too_many"), &json!({"retry_after_s": 1})), "{body}");
    assert!(body["request_id"].is_string());
    assert_eq!(ask(&bob).await.status_code(), 200, "nobody pays for others");
    app.wait(TimeDelta::seconds(1));
    assert_eq!(ask(&ada).await.status_code(), 200);
    app.wait(TimeDelta::seconds(3));
    assert_eq!(standing(&ask(&ada).await), [3, 2, 1]);
}

#[sqlx::test]
async fn every_reply_says_it_whoever_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let server = &ada.server;
    for request in [
        server.get(&format!("/api/v1/events/get?event_id={event_id}")),
        server.get("/api/v1/nothing/here"),
        server.get("/api/v1/auth/login"),
        server.post("/api/v1/bookings/hold").text("{").content_type("application/json"),
        server.post("/api/v1/bookings/hold").text("x".repeat(70_000)).content_type("application/json"),
        server.post("/api/v1/users/update").json(&json!({})).add_header("sec-fetch-site", "cross-site"),
        server.get("/api/v1/users/me").add_header("authorization", "Bearer nonsense"),
        server.post("/api/v1/seats/draw").json(&json!({})),
        server.get("/admin/log.csv"),
    ] {
        let response = request.await;
        assert!(response.maybe_header("x-ratelimit-limit").is_some(), "{}", response.request_url());
        standing(&response);
    }
    let hold = async || {
        let request = server.post("/api/v1/bookings/hold").json(&json!({"event_id": event_id, "quantity": 1}));
        request.add_header("idempotency-key", "k").await
    };
    let (first, again) = (hold().await, hold().await);
    assert!(again.maybe_header("idempotent-replayed").is_some());
    assert_eq!(standing(&again)[1], standing(&first)[1] - 1, "a kept reply says how it stands now");
}

#[sqlx::test]
async fn two_processes_keep_one_limit_exactly(pool: PgPool) {
    let one = with_person(pool.clone(), |person| person.read = rate(40));
    let site = one.state.config.public_url.clone();
    let other = TestApp::with_settings(pool, |config| {
        config.public_url = site;
        config.limits.person.read = rate(40);
    });
    let ada = one.person("ada").await;
    let there = other.visitor();
    there.post("auth/login", json!({"email": "ada@example.org", "password": "correct horse"})).await.expect(200);
    let at_once = join_all((0..100).map(|n| ask(if n % 2 == 0 { &ada } else { &there }))).await;
    let passed = at_once.iter().filter(|response| response.status_code() == 200).count();
    assert_eq!(passed, 40);
    for app in [&one, &other] {
        app.wait(TimeDelta::seconds(5));
    }
    let at_once = join_all((0..50).map(|n| ask(if n % 2 == 0 { &ada } else { &there }))).await;
    assert_eq!(at_once.iter().filter(|response| response.status_code() == 200).count(), 5);
}

#[sqlx::test]
async fn without_redis_a_process_counts_by_itself_and_refuses_nobody_for_it(pool: PgPool) {
    let app = with_person(pool, |person| person.read = rate(3));
    let away = TestApp::with_settings(app.state.db.pool().clone(), |config| {
        config.redis.url = "redis://127.0.0.1:1".to_owned();
        config.redis.timeout_ms = 20;
        config.limits.person.read = rate(3);
    });
    let ada = away.person("ada").await;
    let told = join_all((0..10).map(|_| ask(&ada))).await;
    assert_eq!(told.iter().filter(|response| response.status_code() == 200).count(), 3);
    away.wait(TimeDelta::seconds(2));
    let told = join_all((0..10).map(|_| ask(&ada))).await;
    assert_eq!(told.iter().filter(|response| response.status_code() == 200).count(), 2);
}

#[sqlx::test]
async fn trying_for_places_too_often_costs_nobody_those_they_have(pool: PgPool) {
    let app = with_person(pool, |person| person.booking = rate(2));
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let (first, second) = (ada.hold(event_id, 1).await, ada.hold(event_id, 2).await);
    for _ in 0..5 {
        let hold = json!({"event_id": event_id, "quantity": 1});
        ada.post("bookings/hold", hold).await.refused(429, "too_many");
    }
    ada.post("waitlist/join", json!({"event_id": event_id, "quantity": 1})).await.refused(429, "too_many");
    ada.change("extend", &first).await.expect(200);
    ada.change("confirm", &first).await.expect(200);
    ada.change("release", &second).await.expect(200);
    assert_eq!(app.available(event_id).await, 99);
    app.audit().await;
}

#[sqlx::test]
async fn each_app_and_key_has_a_budget_of_its_own(pool: PgPool) {
    let app = limited(pool, |config| {
        config.limits.person.read = rate(2);
        config.limits.key.read = rate(4);
    });
    let ada = app.person("ada").await;
    let made = ada.post("api_keys/create", json!({"name": "x", "scopes": ["read"]})).await.expect(200);
    let fields = json!({"email": "ada@example.org", "password": "correct horse", "name": "A phone"});
    let tokens = app.visitor().post("auth/token", fields).await.expect(200);
    let (script, phone) = (&made["secret"], &tokens["access_token"]);
    for (token, count) in [(script, 4), (phone, 2)] {
        let program = app.program(token.as_str().expect("a token"));
        for _ in 0..count {
            program.get("users/me").await.expect(200);
        }
        program.get("users/me").await.refused(429, "too_many");
    }
    ada.get("users/me").await.expect(200);
}

#[sqlx::test]
async fn who_is_not_signed_in_is_counted_by_where_they_ask_from_and_whoever_signs_in_too(pool: PgPool) {
    let app = limited(pool, |config| {
        config.limits.address.read = rate(2);
        config.limits.address.sign_in = rate(5);
    });
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let path = format!("events/get?event_id={event_id}");
    for visitor in [app.visitor(), app.visitor()] {
        visitor.get(&path).await.expect(200);
    }
    app.visitor().get(&path).await.refused(429, "too_many");
    ada.get(&path).await.expect(200);
    // Ada's registration was the first of five; that she is signed in doesn't count where sessions begin.
    for name in ["a", "b", "c", "d"] {
        let guest = json!({"email": format!("{name}@example.org"), "first_name": "A", "last_name": "B"});
        ada.post("auth/guest", guest).await.expect(200);
    }
    ada.post("auth/login", json!({"email": "x", "password": "y"})).await.refused(429, "too_many");
}

async fn sign_in(app: &TestApp, name: &str, password: &str) -> super::app::Reply {
    app.visitor().post("auth/login", json!({"email": format!("{name}@example.org"), "password": password})).await
}

#[sqlx::test]
async fn wrong_passwords_are_few_for_an_account_that_is_there_and_for_one_that_is_not(pool: PgPool) {
    let app = limited(pool, |config| config.limits.account = rate(3));
    let ada = app.person("ada").await;
    let mut told = Vec::new();
    for name in ["ada", "nobody"] {
        for _ in 0..3 {
            sign_in(&app, name, "wrong").await.refused(401, "wrong_credentials");
        }
        let refused = sign_in(&app, name, "correct horse").await.refused(429, "too_many");
        told.push((refused["message"].clone(), refused["details"].clone()));
    }
    assert_eq!(told[0], told[1]);
    let token = json!({"email": " ADA@example.org", "password": "correct horse", "name": "x"});
    app.visitor().post("auth/token", token).await.refused(429, "too_many");
    // Who is signed in stays so, and it passes soon.
    ada.get("users/me").await.expect(200);
    app.wait(TimeDelta::seconds(1));
    sign_in(&app, "ada", "correct horse").await.expect(200);
    // The right password clears what was counted here.
    for _ in 0..3 {
        sign_in(&app, "ada", "wrong").await.refused(401, "wrong_credentials");
    }
}

#[sqlx::test]
async fn strangers_lock_nobody_out_where_they_signed_in_before(pool: PgPool) {
    let app = limited(pool, |config| config.limits.account_anywhere = rate(3));
    app.person("ada").await;
    app.person("bob").await;
    sign_in(&app, "ada", "correct horse").await.expect(200);
    for _ in 0..3 {
        sign_in(&app, "ada", "wrong").await.refused(401, "wrong_credentials");
        sign_in(&app, "bob", "wrong").await.refused(401, "wrong_credentials");
    }
    sign_in(&app, "ada", "correct horse").await.expect(200);
    sign_in(&app, "bob", "correct horse").await.refused(429, "too_many");
}

#[sqlx::test]
async fn a_form_that_comes_too_often_goes_back_with_what_was_typed(pool: PgPool) {
    let app = with_person(pool, |person| person.write = rate(1));
    let ada = app.person("ada").await;
    let send = async |name: &str| {
        let request = ada.server.post("/api/v1/users/update").text(format!("first_name={name}&last_name=L."));
        let request = request.content_type("application/x-www-form-urlencoded").add_header("accept", "text/html");
        request.add_header("referer", "http://127.0.0.1:3000/account").await
    };
    assert_eq!(send("Ada").await.header("location"), "/account?saved=name");
    let refused = send("Augusta").await;
    assert_eq!(standing(&refused)[1], 0);
    let back = refused.header("location").to_str().expect("an address").to_owned();
    let (_, page) = ada.page(&back).await;
    assert!(page.contains("Too many requests.") && page.contains("Augusta"), "{back} {page}");
    assert_eq!(ada.get("users/me").await.expect(200)["first_name"], "Ada", "and nothing was changed");
}

#[sqlx::test]
async fn a_long_form_that_comes_too_often_is_kept(pool: PgPool) {
    let app = with_person(pool, |person| person.write = rate(1));
    let ida = app.admin().await;
    let send = async || {
        let request = ida.server.post("/api/v1/events/create").text("name=An+evening+to+remember&timezone=nowhere");
        let request = request.content_type("application/x-www-form-urlencoded").add_header("accept", "text/html");
        let response = request.add_header("referer", "http://127.0.0.1:3000/admin/events/new").await;
        response.header("location").to_str().expect("an address").to_owned()
    };
    send().await;
    let (_, page) = ida.page(&send().await).await;
    assert!(page.contains("Too many requests.") && page.contains("An evening to remember"), "{page}");
}
