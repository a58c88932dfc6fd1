//! Where a person is signed in.

use super::{Person, TestApp};
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

impl Person {
    async fn sessions(&self) -> Vec<Value> {
        let list = self.get("users/sessions").await.expect(200);
        assert!(list["next_cursor"].is_null());
        list["items"].as_array().expect("sessions").clone()
    }

    async fn sign_out_session(&self, session: &Value) -> super::Reply {
        self.post("users/sign_out_session", json!({"session_id": session["id"]})).await
    }
}

/// Ada in another browser, and the cookie it has.
async fn with_firefox(app: &TestApp) -> (Person, String) {
    let person = app.visitor();
    let login = json!({"email": "ada@example.org", "password": "correct horse"});
    let reply = person.server.post("/api/v1/auth/login").json(&login).add_header("user-agent", FIREFOX).await;
    assert_eq!(reply.status_code(), 200);
    let cookie = reply.cookie("evently").value().to_owned();
    (person, cookie)
}

#[sqlx::test]
async fn sessions_are_told_by_device_and_day_and_nothing_else(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, (firefox, cookie)) = (app.person("ada").await, with_firefox(&app).await);
    app.person("bob").await;
    app.wait(TimeDelta::days(1));
    firefox.get("users/me").await.expect(200);
    let sessions = ada.sessions().await;
    assert_eq!(sessions.len(), 2, "{sessions:?}");
    let (other, own) = (&sessions[0], &sessions[1]);
    assert_eq!((&other["device"], &other["is_current"]), (&json!("Firefox on Linux"), &json!(false)));
    assert_eq!((&other["last_used_on"], &own["last_used_on"]), (&json!("2030-03-02"), &json!("2030-03-02")));
    assert_eq!(own["is_current"], true);
    let mut fields: Vec<&String> = other.as_object().expect("fields").keys().collect();
    fields.sort();
    assert_eq!(fields, ["created_at", "device", "id", "is_current", "last_used_on"]);
    let told = json!(sessions).to_string();
    let hash: String = sqlx::query_scalar("select encode(id_hash, 'hex') from sessions limit 1")
        .fetch_one(app.state.db.pool())
        .await
        .expect("a hash");
    assert!(!told.contains(&cookie) && !told.contains(&hash), "{told}");
}

#[sqlx::test]
async fn one_session_is_ended_and_the_others_stay(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, (firefox, _)) = (app.person("ada").await, with_firefox(&app).await);
    let other = ada.sessions().await.remove(0);
    firefox.get("users/me").await.expect(200);
    ada.sign_out_session(&other).await.expect(200);
    firefox.get("users/me").await.refused(401, "sign_in_required");
    assert_eq!(ada.sessions().await.len(), 1);
    ada.sign_out_session(&other).await.refused(404, "not_found");
}

#[sqlx::test]
async fn nobody_ends_the_session_of_another(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let adas = ada.sessions().await.remove(0);
    bob.sign_out_session(&adas).await.refused(404, "not_found");
    app.visitor().sign_out_session(&adas).await.refused(401, "sign_in_required");
    app.visitor().get("users/sessions").await.refused(401, "sign_in_required");
    ada.get("users/me").await.expect(200);
}

#[sqlx::test]
async fn ones_own_session_can_be_ended_too(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let own = ada.sessions().await.remove(0);
    ada.sign_out_session(&own).await.expect(200);
    ada.get("users/me").await.refused(401, "sign_in_required");
}

#[sqlx::test]
async fn signing_out_everywhere_is_everywhere_here_at_once_and_elsewhere_soon(pool: PgPool) {
    let (app, elsewhere) = (TestApp::new(pool.clone()).await, TestApp::new(pool).await);
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let ((firefox, _), (far, _)) = (with_firefox(&app).await, with_firefox(&elsewhere).await);
    for person in [&ada, &firefox, &far] {
        person.get("users/me").await.expect(200);
    }
    ada.post("users/sign_out_everywhere", json!({})).await.expect(200);
    for person in [&ada, &firefox] {
        person.get("users/me").await.refused(401, "sign_in_required");
    }
    tokio::time::sleep(Duration::from_millis(2_050)).await;
    far.get("users/me").await.refused(401, "sign_in_required");
    bob.get("users/me").await.expect(200);
    ada.post("users/sign_out_everywhere", json!({})).await.refused(401, "sign_in_required");
    ada.login("ada", "correct horse").await.expect(200);
}

#[sqlx::test]
async fn sessions_end_without_redis_too(pool: PgPool) {
    let app = TestApp::with_redis(pool, "redis://127.0.0.1:1");
    let (ada, (firefox, _)) = (app.person("ada").await, with_firefox(&app).await);
    let other = ada.sessions().await.remove(0);
    ada.sign_out_session(&other).await.expect(200);
    firefox.get("users/me").await.refused(401, "sign_in_required");
    ada.post("users/sign_out_everywhere", json!({})).await.expect(200);
    ada.get("users/me").await.refused(401, "sign_in_required");
}

#[sqlx::test]
async fn forms_lead_on_with_words(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, _) = (app.person("ada").await, with_firefox(&app).await);
    let (status, text) = ada.page("/account/sessions").await;
    assert!(status == 200 && text.contains("Firefox on Linux") && text.contains("This device"), "{text}");
    let other = ada.sessions().await.remove(0);
    let id = other["id"].as_str().expect("an id");
    let fields = [("session_id", id)];
    assert_eq!(ada.send_form("users/sign_out_session", &fields).await, "/account/sessions?saved=session");
    let back = ada.send_form("users/sign_out_session", &fields).await;
    assert!(back.starts_with("/account/sessions?") && back.contains("__err="), "{back}");
    assert_eq!(ada.send_form("users/sign_out_everywhere", &[]).await, "/sign-in?saved=everywhere");
    assert!(ada.page("/sign-in?saved=everywhere").await.1.contains("You are signed out everywhere."));
    assert_eq!(ada.page("/account/sessions").await.0, 401);
}
