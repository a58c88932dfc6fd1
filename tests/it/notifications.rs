//! What people are told on the site, and which mails they want.

use super::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::notifications::{live, store::warn_of_ends};
use serde_json::{Value, json};
use sqlx::PgPool;

impl Person {
    async fn told(&self) -> Vec<Value> {
        self.get("notifications/list").await.expect(200)["items"].as_array().expect("a list").clone()
    }

    async fn unread(&self) -> i64 {
        self.get("users/me").await.expect(200)["unread_count"].as_i64().expect("a number")
    }
}

#[sqlx::test]
async fn what_was_told_is_listed_and_counted_until_it_is_read(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let mut bookings = Vec::new();
    for _ in 0..3 {
        bookings.push(ada.book(event_id, 1).await);
        app.work().await;
    }
    let told = ada.told().await;
    assert_eq!(told.len(), 3);
    assert_eq!(told[0]["title"], "You're going: An evening, Mon 11 Mar");
    assert_eq!(told[0]["path"], format!("/bookings/{}", bookings[2]));
    assert_eq!((told[0]["is_read"].as_bool(), ada.unread().await), (Some(false), 3));
    assert_eq!((bob.told().await.len(), bob.unread().await), (0, 0));

    // Somebody else's, or none: nothing happens.
    bob.post("notifications/read", json!({"upto": told[0]["id"]})).await.expect(200);
    for _ in 0..2 {
        ada.post("notifications/read", json!({"upto": told[1]["id"]})).await.expect(200);
        assert_eq!(ada.unread().await, 1, "the newest came after the list was drawn");
    }
    ada.post("notifications/read", json!({})).await.expect(200);
    assert_eq!(ada.unread().await, 0);
    assert!(ada.told().await.iter().all(|told| told["is_read"] == true));
}

#[sqlx::test]
async fn the_list_is_paged(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    for _ in 0..3 {
        ada.book(event_id, 1).await;
        app.work().await;
    }
    let first = ada.get("notifications/list?limit=2").await.expect(200);
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = ada.get(&format!("notifications/list?limit=2&cursor={cursor}")).await.expect(200);
    assert_eq!((first["items"].as_array().map(Vec::len), second["items"].as_array().map(Vec::len)), (Some(2), Some(1)));
    assert_eq!(second["next_cursor"], Value::Null);
    for bad in ["limit=0", "limit=201", "cursor=x", "limit=-1"] {
        ada.get(&format!("notifications/list?{bad}")).await.refused(422, "invalid");
    }
}

#[sqlx::test]
async fn nobody_is_told_without_an_account(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let visitor = app.visitor();
    for function in ["notifications/list", "notifications/preferences", "notifications/stream"] {
        visitor.get(function).await.refused(401, "sign_in_required");
    }
    for function in ["notifications/read", "notifications/update_preferences"] {
        visitor.post(function, json!({})).await.refused(401, "sign_in_required");
    }
    app.person("ada").await.post("notifications/read", json!({"upto": "x"})).await.refused(400, "malformed");
}

#[sqlx::test]
async fn a_mail_that_one_can_do_without_can_be_switched_off(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    assert_eq!(
        ada.get("notifications/preferences").await.expect(200),
        json!({"reminder": true, "hold_ending": true, "digest": true})
    );
    let off = json!({"reminder": true, "hold_ending": false, "digest": true});
    for _ in 0..2 {
        assert_eq!(ada.post("notifications/update_preferences", off.clone()).await.expect(200), off);
    }
    // What is left out stays as it is, unless a form has shown it.
    assert_eq!(ada.post("notifications/update_preferences", json!({})).await.expect(200), off);
    let shown = json!({"reminder": true, "shown": ["reminder", "digest"]});
    let none_of_staff = json!({"reminder": true, "hold_ending": false, "digest": false});
    assert_eq!(ada.post("notifications/update_preferences", shown).await.expect(200), none_of_staff);
    ada.post("notifications/update_preferences", json!({"shown": ["weather"]})).await.refused(422, "invalid");
    warn_of_ends(&app.state).await.expect("looked");
    ada.hold(event_id, 1).await;
    ada.book(event_id, 1).await;
    app.wait(TimeDelta::minutes(8));
    warn_of_ends(&app.state).await.expect("looked");
    app.work().await;
    assert_eq!(app.mails().await.len(), 1, "what happens to a booking is told always");
    assert_eq!(ada.told().await.len(), 2, "on the site all of it");
    let statuses: Vec<String> = sqlx::query_scalar("select status::text from mails order by status")
        .fetch_all(app.state.db.pool())
        .await
        .expect("mails");
    assert_eq!(statuses, ["sent", "unwanted"]);

    ada.post("notifications/update_preferences", json!({"reminder": true, "hold_ending": true, "digest": true}))
        .await
        .expect(200);
    ada.hold(event_id, 1).await;
    app.wait(TimeDelta::minutes(8));
    warn_of_ends(&app.state).await.expect("looked");
    app.work().await;
    assert_eq!(app.mails().await.len(), 2);
}

#[sqlx::test]
async fn the_number_follows_on_an_open_page(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let streamed = async {
        let reply = ada.server.get("/api/v1/notifications/stream").await;
        (reply.header("content-type").to_str().expect("a type").to_owned(), reply.text())
    };
    let happened = async {
        while app.state.live_notifications.keys().is_empty() {
            tokio::task::yield_now().await;
        }
        live::tell_viewers(&app.state).await.expect("told");
        ada.book(event_id, 1).await;
        app.work().await;
        assert_eq!(live::tell_viewers(&app.state).await.expect("told"), 1);
        assert_eq!(live::tell_viewers(&app.state).await.expect("told"), 0);
        app.state.live_notifications.close();
    };
    let ((kind, words), ()) = tokio::join!(streamed, happened);
    assert_eq!(kind, "text/event-stream");
    let data: Vec<&str> = words.lines().filter_map(|line| line.strip_prefix("data: ")).collect();
    assert_eq!(data, ["0", "1"]);
}
