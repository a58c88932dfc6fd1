//! What was typed stays: in forms that were refused, and where the session was over.

use super::{edit, typed, with};
use crate::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::server::form_drafts::remove_expired;
use serde_json::{Value, json};
use sqlx::PgPool;

impl Person {
    /// A page, whatever its status.
    pub(super) async fn admin_page(&self, path: &str) -> String {
        self.server.get(path).add_header("accept", "text/html").await.text()
    }

    /// Sends a form as a browser without scripts does, and answers where it leads.
    pub(super) async fn send_typed(&self, function: &str, fields: &Value) -> String {
        let fields: Vec<(String, String)> = fields
            .as_object()
            .expect("fields")
            .iter()
            .map(|(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)))
            .collect();
        let request = self.server.post(&format!("/api/v1/{function}")).add_header("accept", "text/html").form(&fields);
        let reply = request.await;
        let location = reply.headers().get("location").unwrap_or_else(|| panic!("{reply:?}"));
        location.to_str().expect("an address").to_owned()
    }
}

#[sqlx::test]
async fn a_form_that_was_refused_comes_back_as_it_was_typed_and_not_in_the_address(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let long = "Long words. ".repeat(300);
    let back = admin.send_typed("events/create", &with(typed(), json!({"description": long, "venue": ""}))).await;
    assert!(back.starts_with("/admin/events/new?") && back.contains("draft=") && !back.contains("Long"), "{back}");
    let page = admin.admin_page(&back).await;
    assert!(page.contains("Long words. Long words.") && page.contains("Please fill this in."), "{page}");
    // It is nobody else's.
    let other = app.admin_named("other Test").await.admin_page(&back).await;
    assert!(!other.contains("Long words."), "{other}");
}

#[sqlx::test]
async fn what_was_typed_survives_a_lost_session_in_the_same_browser(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.event(10).await;
    let change = edit(&admin, event_id, json!({"summary": "Typed with care."})).await;
    sqlx::query("delete from sessions").execute(app.state.db.pool()).await.expect("over");
    let browser = app.visitor();
    let to = browser.send_typed("events/update", &change).await;
    assert!(to.starts_with("/sign-in?next=/admin/events/") && !to.contains("care"), "{to}");
    let next = to.split_once("next=").expect("the way on").1.replace("%3F", "?").replace("%3D", "=");
    let login = json!({"email": "root@example.org", "password": "correct horse", "next": next});
    assert_eq!(browser.send_typed("auth/login", &login).await, next);
    let page = browser.admin_page(&next).await;
    assert!(page.contains("Typed with care.") && page.contains("It is not saved yet."), "{page}");
    let elsewhere = app.visitor();
    elsewhere.post("auth/login", json!({"email": "root@example.org", "password": "correct horse"})).await.expect(200);
    assert!(!elsewhere.admin_page(&next).await.contains("Typed with care."), "another browser");
    // A day later it is gone.
    app.wait(TimeDelta::hours(24));
    assert!(!browser.admin_page(&next).await.contains("Typed with care."));
    assert_eq!(remove_expired(&app.state).await.expect("tidied"), 1);
}

#[sqlx::test]
async fn programs_leave_nothing_behind(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.visitor().post("events/create", typed()).await.refused(401, "sign_in_required");
    let kept: i64 =
        sqlx::query_scalar("select count(*) from form_drafts").fetch_one(app.state.db.pool()).await.expect("a count");
    assert_eq!(kept, 0);
}
