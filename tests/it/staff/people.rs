//! Invitations, roles, and what the log says of them.

use super::TestApp;
use crate::app::Person;
use chrono::TimeDelta;
use evently::staff::model::Role;
use serde_json::{Value, json};
use sqlx::PgPool;

impl TestApp {
    /// The secret in the mail of the last invitation.
    async fn invitation(&self) -> String {
        self.work().await;
        let mail = self.mails().await.pop().expect("a mail").replace("=\r\n", "").replace("=3D", "=");
        let (_, rest) = mail.split_once("/admin/invitation?token=").expect("a link");
        rest.chars().take(64).collect()
    }
}

impl Person {
    async fn accept(&self, token: &str) -> super::Reply {
        self.post("admin/accept_invitation", json!({"token": token})).await
    }

    async fn log(&self) -> Vec<Value> {
        self.get("admin/log").await.expect(200)["items"].as_array().expect("entries").clone()
    }
}

#[sqlx::test]
async fn an_invitation_makes_whoever_accepts_it_staff_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let admin = app.admin().await;
    let fields = json!({"event_id": event_id, "email": " Bo@Example.org", "role": "box_office"});
    let invited = admin.post("admin/invite", fields).await.expect(200);
    assert_eq!((&invited["email"], &invited["role"]), (&"bo@example.org".into(), &"box_office".into()));
    assert_eq!(app.mails().await.len(), 0, "mails are written afterwards");
    let token = app.invitation().await;
    assert!(app.mails().await[0].contains("Ida Admin invites you to help with An evening"));
    let bo = app.person("bo").await;
    bo.get("admin/me").await.refused(403, "forbidden");
    assert!(app.visitor().page(&format!("/admin/invitation?token={token}")).await.1.contains("Make an account"));
    app.visitor().accept(&token).await.refused(401, "sign_in_required");
    bo.accept(&token).await.expect(200);
    let me = bo.get("admin/me").await.expect(200);
    assert_eq!(me["posts"], json!([{"event_id": event_id, "role": "box_office"}]));
    app.person("eve").await.accept(&token).await.refused(410, "link_over");
    bo.accept(&token).await.refused(410, "link_over");
    let list = admin.get(&format!("admin/staff?event_id={event_id}")).await.expect(200);
    assert_eq!(list["colleagues"][0]["name"], "bo Test");
    assert_eq!(list["invitations"], json!([]));
}

#[sqlx::test]
async fn two_who_use_one_link_at_once_get_one_post(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    admin.post("admin/invite", json!({"email": "bo@example.org", "role": "owner"})).await.expect(200);
    let token = app.invitation().await;
    let (bo, eve) = (app.person("bo").await, app.person("eve").await);
    let (first, second) = tokio::join!(bo.accept(&token), eve.accept(&token));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410]);
}

#[sqlx::test]
async fn an_invitation_lasts_a_week_and_can_be_taken_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let invite = || admin.post("admin/invite", json!({"email": "bo@example.org", "role": "manager"}));
    let bo = app.person("bo").await;
    invite().await.expect(200);
    let late = app.invitation().await;
    app.wait(TimeDelta::days(7));
    bo.accept(&late).await.refused(410, "link_over");
    let id = invite().await.id();
    let withdrawn = app.invitation().await;
    for _ in 0..2 {
        admin.post("admin/withdraw_invitation", json!({"invitation_id": id})).await.expect(200);
    }
    bo.accept(&withdrawn).await.refused(410, "link_over");
    invite().await.expect(200);
    let older = app.invitation().await;
    invite().await.expect(200);
    let newer = app.invitation().await;
    bo.accept(&older).await.refused(410, "link_over");
    bo.accept(&newer).await.expect(200);
}

#[sqlx::test]
async fn roles_are_changed_and_taken_and_the_log_says_so(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (admin, fin) = (app.admin().await, app.staff("fin", Role::Finance, Some(event_id)).await);
    let key = json!({"event_id": event_id, "user_id": fin.user_id().await, "role": "manager"});
    admin.post("admin/set_role", key.clone()).await.expect(200);
    assert_eq!(fin.get("admin/me").await.expect(200)["posts"][0]["role"], "manager");
    admin.post("admin/remove_staff", key.clone()).await.expect(200);
    admin.post("admin/remove_staff", key.clone()).await.refused(404, "not_found");
    admin.post("admin/set_role", key).await.refused(404, "not_found");
    fin.get("admin/me").await.refused(403, "forbidden");
    assert_eq!(fin.get("users/me").await.expect(200)["is_staff"], false);
    let log = admin.log().await;
    let said: Vec<&str> = log.iter().map(|entry| entry["action"].as_str().expect("a code")).collect();
    assert_eq!(said, ["staff_removed", "role_changed", "post_taken", "staff_invited"]);
    assert_eq!((&log[1]["before"], &log[1]["after"]), (&json!({"role": "finance"}), &json!({"role": "manager"})));
    assert_eq!((&log[1]["actor_name"], &log[1]["event_name"]), (&"Ida Admin".into(), &"An evening".into()));
}

#[sqlx::test]
async fn the_log_shows_each_reader_their_events_and_is_paged(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other) = (app.event(10).await, app.event(10).await);
    let manager = app.staff("mia", Role::Manager, Some(event_id)).await;
    app.staff("olga", Role::Owner, Some(other)).await;
    assert!(manager.log().await.iter().all(|entry| entry["event_id"] == json!(event_id)));
    assert_eq!(manager.log().await.len(), 2);
    manager.get(&format!("admin/log?event_id={other}")).await.refused(403, "forbidden");
    let admin = app.admin().await;
    let first = admin.get("admin/log?limit=3").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("a next page");
    let rest = admin.get(&format!("admin/log?limit=3&cursor={cursor}")).await.expect(200);
    assert_eq!((rest["items"].as_array().map(Vec::len), &rest["next_cursor"]), (Some(1), &Value::Null));
    assert_eq!(admin.get("admin/log?action=post_taken").await.expect(200)["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(admin.get("admin/log?from=2030-03-02").await.expect(200)["items"], json!([]));
    for bad in ["limit=0", "limit=x", "from=yesterday", "event_id=1", "cursor=a"] {
        admin.get(&format!("admin/log?{bad}")).await.refused(422, "invalid");
    }
}

#[sqlx::test]
async fn the_log_can_not_be_changed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.staff("olga", Role::Owner, None).await;
    for change in ["update staff_actions set action = 'nothing'", "delete from staff_actions", "truncate staff_actions"]
    {
        let refused = sqlx::query(change).execute(app.state.db.pool()).await;
        assert!(refused.is_err(), "{change}");
    }
}

#[sqlx::test]
async fn bad_fields_are_named_and_nobody_is_invited(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    for (email, role, field) in [("nobody", "owner", "email"), ("", "owner", "email"), ("a@b.c", "king", "role")] {
        let refused = admin.post("admin/invite", json!({"email": email, "role": role})).await.refused(422, "invalid");
        assert_eq!(refused["details"][0]["field"], field);
    }
    let unknown = json!({"email": "a@b.c", "role": "owner", "event_id": super::NOBODY});
    admin.post("admin/invite", unknown).await.refused(404, "not_found");
    assert_eq!(admin.get("admin/staff").await.expect(200)["invitations"], json!([]));
}

#[sqlx::test]
async fn who_leaves_the_site_leaves_their_posts_and_invitations(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let fin = app.staff("fin", Role::Finance, None).await;
    app.admin().await.post("admin/invite", json!({"email": "fin@example.org", "role": "owner"})).await.expect(200);
    fin.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    let kept = "select (select count(*) from staff) + (select count(*) from staff_invitations)";
    assert_eq!(sqlx::query_scalar::<_, i64>(kept).fetch_one(app.state.db.pool()).await.expect("a count"), 0);
}

#[sqlx::test]
async fn the_pages_of_people_work_as_plain_forms(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let admin = app.admin().await;
    app.staff("fin", Role::Finance, Some(event_id)).await;
    let (status, page) = admin.page(&format!("/admin/events/{event_id}/people")).await;
    assert!(status == 200 && page.contains("fin Test") && page.contains("What each role may do"), "{status}");
    assert!(admin.page("/admin/log").await.1.contains("Post taken"));
    assert_eq!(admin.page("/admin/events/nonsense/people").await.0, 404);
}

#[sqlx::test]
async fn the_log_is_taken_out_as_a_file(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let manager = app.staff("mia", Role::Manager, Some(event_id)).await;
    app.staff("olga", Role::Owner, None).await;
    let (status, file) = app.admin().await.page("/admin/log.csv").await;
    let lines: Vec<&str> = file.lines().collect();
    assert_eq!((status, lines.len()), (200, 5), "{lines:?}");
    assert!(lines[0].starts_with("\u{feff}number,created_at,actor,"), "{}", lines[0]);
    assert!(lines[1].contains("olga Test") && lines[1].contains("post_taken"), "{}", lines[1]);
    assert_eq!(manager.page("/admin/log.csv").await.1.lines().count(), 3, "their event's alone");
    assert_eq!(manager.page("/admin/log.csv?action=post_taken").await.1.lines().count(), 2);
    assert_eq!(manager.page("/admin/log.csv?from=x").await.0, 422);
    assert_eq!(
        (app.person("eve").await.page("/admin/log.csv").await.0, app.visitor().page("/admin/log.csv").await.0),
        (403, 401)
    );
}

#[sqlx::test]
async fn an_invitation_ends_with_the_right_to_invite(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (admin, olga) = (app.admin().await, app.staff("olga", Role::Owner, Some(event_id)).await);
    let fields = json!({"event_id": event_id, "email": "bo@example.org", "role": "owner"});
    olga.post("admin/invite", fields).await.expect(200);
    let token = app.invitation().await;
    let key = json!({"event_id": event_id, "user_id": olga.user_id().await, "role": "manager"});
    admin.post("admin/set_role", key).await.expect(200);
    let bo = app.person("bo").await;
    bo.get(&format!("admin/invitation?token={token}")).await.refused(410, "link_over");
    bo.accept(&token).await.refused(410, "link_over");
}
