//! Accounts through the door.

use super::app::{Person, TestApp};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;
use tower_sessions::cookie::Cookie;

fn ada() -> Value {
    json!({"email": "Ada@Example.org", "password": "correct horse", "first_name": "Ada", "last_name": "Lovelace"})
}

#[sqlx::test]
async fn registering_signs_in_and_keeps_no_password(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let visitor = app.visitor();
    let user = visitor.post("auth/register", ada()).await.expect(200);
    assert_eq!((user["email"].as_str(), user["is_admin"].as_bool()), (Some("ada@example.org"), Some(false)));
    assert!(!user.to_string().contains("correct horse") && user.get("password_hash").is_none());
    assert_eq!(visitor.get("users/me").await.expect(200)["id"], user["id"]);
    let hash: String =
        sqlx::query_scalar("select password_hash from users").fetch_one(app.state.db.pool()).await.expect("a hash");
    assert!(hash.starts_with("$argon2id$"), "{hash}");
}

#[sqlx::test]
async fn an_address_is_registered_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.visitor().post("auth/register", ada()).await.expect(200);
    app.visitor().post("auth/register", ada()).await.refused(409, "email_taken");
}

#[sqlx::test]
async fn fields_that_do_not_fit_are_all_named(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let fields = json!({"email": "nobody", "password": "short", "first_name": "", "last_name": "x"});
    let refusal = app.visitor().post("auth/register", fields).await.refused(422, "invalid");
    let named: Vec<&str> =
        refusal["details"].as_array().expect("fields").iter().filter_map(|f| f["field"].as_str()).collect();
    assert_eq!(named, ["email", "password", "first_name"]);
}

#[sqlx::test]
async fn an_unknown_address_and_a_wrong_password_answer_alike(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.visitor().post("auth/register", ada()).await.expect(200);
    let login = |email: &'static str, password: &'static str| {
        let visitor = app.visitor();
        async move { visitor.post("auth/login", json!({"email": email, "password": password})).await }
    };
    let mut unknown = login("nobody@example.org", "correct horse").await.refused(401, "wrong_credentials");
    let mut wrong = login("ada@example.org", "wrong horse").await.refused(401, "wrong_credentials");
    unknown["request_id"] = Value::Null;
    wrong["request_id"] = Value::Null;
    assert_eq!(unknown, wrong);
    login(" ADA@example.ORG ", "correct horse").await.expect(200);
}

#[sqlx::test]
async fn signing_out_ends_the_session_and_twice_is_fine(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    ada.post("auth/logout", json!({})).await.expect(200);
    ada.get("users/me").await.refused(401, "sign_in_required");
    ada.post("auth/logout", json!({})).await.expect(200);
}

/// Registers Ada, and answers her browser and the session's cookie.
async fn ada_and_her_cookie(app: &TestApp) -> (Person, Cookie<'static>) {
    let visitor = app.visitor();
    let registered = visitor.server.post("/api/v1/auth/register").json(&ada()).await;
    (visitor, registered.cookie("evently"))
}

/// A browser that has this cookie, whoever's it is.
fn with_cookie(app: &TestApp, cookie: &Cookie<'static>) -> Person {
    let mut person = app.visitor();
    person.server.add_cookie(cookie.clone());
    person
}

#[sqlx::test]
async fn a_session_that_was_ended_is_worth_nothing_here_at_once_and_elsewhere_soon(pool: PgPool) {
    let (app, elsewhere) = (TestApp::new(pool.clone()).await, TestApp::new(pool).await);
    let (ada, cookie) = ada_and_her_cookie(&app).await;
    let (thief, far_thief) = (with_cookie(&app, &cookie), with_cookie(&elsewhere, &cookie));
    for person in [&ada, &thief, &far_thief] {
        person.get("users/me").await.expect(200);
    }
    ada.post("auth/logout", json!({})).await.expect(200);
    thief.get("users/me").await.refused(401, "sign_in_required");
    tokio::time::sleep(Duration::from_millis(2_050)).await;
    far_thief.get("users/me").await.refused(401, "sign_in_required");
}

#[sqlx::test]
async fn a_flushed_redis_signs_nobody_out(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (ada, cookie) = ada_and_her_cookie(&app).await;
    ada.get("users/me").await.expect(200);
    forget_sessions(&app).await;
    // Another process has no copy of its own.
    with_cookie(&TestApp::new(pool).await, &cookie).get("users/me").await.expect(200);
}

/// Removes every key of this test's sessions from Redis, as a flush would.
async fn forget_sessions(app: &TestApp) {
    let url = std::env::var("REDIS_URL").expect("REDIS_URL");
    let client = redis::Client::open(url).expect("a client");
    let mut connection = client.get_multiplexed_async_connection().await.expect("a connection");
    let hashes: Vec<String> = sqlx::query_scalar("select encode(id_hash, 'hex') from sessions")
        .fetch_all(app.state.db.pool())
        .await
        .expect("sessions");
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.expect("keys");
    for key in keys.iter().filter(|key| hashes.iter().any(|hash| key.ends_with(hash))) {
        let _: i64 = redis::cmd("DEL").arg(key).query_async(&mut connection).await.expect("deleted");
    }
}

#[sqlx::test]
async fn who_read_a_session_before_it_ended_keeps_no_copy_of_it_afterwards(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (redis, key) = (&app.state.redis, format!("session:{}", evently::server::clock::new_id()));
    redis.keep_copy(&key, b"read before", 60).await.expect("kept");
    assert_eq!(redis.get(&key).await.expect("asked"), Some(b"read before".to_vec()));
    redis.end_copies(std::slice::from_ref(&key), 60).await.expect("ended");
    redis.keep_copy(&key, b"read before", 60).await.expect("answered");
    assert_eq!(redis.get(&key).await.expect("asked"), Some(Vec::new()), "nothing that anybody takes for a session");
    redis.del(&key).await.expect("tidied");
}

#[sqlx::test]
async fn signing_in_works_without_redis(pool: PgPool) {
    let app = TestApp::with_redis(pool, "redis://127.0.0.1:1");
    let ada = app.person("ada").await;
    ada.get("users/me").await.expect(200);
}

#[sqlx::test]
async fn a_profile_is_changed_by_its_owner(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let names = json!({"first_name": " Augusta ", "last_name": "King"});
    assert_eq!(ada.post("users/update", names.clone()).await.expect(200)["first_name"], "Augusta");
    ada.post("users/update", json!({"first_name": "", "last_name": "King"})).await.refused(422, "invalid");
    app.visitor().post("users/update", names).await.refused(401, "sign_in_required");
}

#[sqlx::test]
async fn a_new_password_signs_the_other_sessions_out(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let here = app.person("ada").await;
    let elsewhere = app.visitor();
    let login = |password: &str| json!({"email": "ada@example.org", "password": password});
    elsewhere.post("auth/login", login("correct horse")).await.expect(200);

    let change = |current: &str| json!({"current_password": current, "new_password": "battery staple"});
    let refusal = here.post("users/change_password", change("wrong horse")).await.refused(422, "invalid");
    assert_eq!(refusal["details"][0]["field"], "current_password");
    here.post("users/change_password", change("correct horse")).await.expect(200);

    here.get("users/me").await.expect(200);
    elsewhere.get("users/me").await.refused(401, "sign_in_required");
    elsewhere.post("auth/login", login("correct horse")).await.refused(401, "wrong_credentials");
    elsewhere.post("auth/login", login("battery staple")).await.expect(200);
}

#[sqlx::test]
async fn signing_in_gives_the_session_a_new_id(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let login = || {
        ada.server.post("/api/v1/auth/login").json(&json!({"email": "ada@example.org", "password": "correct horse"}))
    };
    let first = login().await.cookie("evently").value().to_owned();
    let second = login().await.cookie("evently").value().to_owned();
    assert_ne!(first, second);
}

#[sqlx::test]
async fn a_deactivated_account_neither_signs_in_nor_stays_signed_in(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    sqlx::query("update users set is_active = false").execute(app.state.db.pool()).await.expect("deactivated");
    ada.get("users/me").await.refused(401, "sign_in_required");
    let login = json!({"email": "ada@example.org", "password": "correct horse"});
    app.visitor().post("auth/login", login).await.refused(401, "wrong_credentials");
}
