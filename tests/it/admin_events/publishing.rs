//! Drafts, published and taken back.

use super::{deeds, edit, typed, with, wrong};
use crate::app::TestApp;
use chrono::TimeDelta;
use evently::events::store::publish_scheduled;
use futures::future::{join, join_all};
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test]
async fn what_is_missing_is_named_before_an_event_is_published(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let bare = json!({"summary": "", "description": "", "address": ""});
    let draft = admin.post("events/create", with(typed(), bare)).await.id();
    let publish = json!({"event_id": draft});
    let refused = admin.post("events/publish", publish.clone()).await.refused(422, "invalid");
    assert_eq!(wrong(&refused), ["summary", "description", "address"]);
    let full =
        edit(&admin, draft.parse().expect("an id"), json!({"summary": "S.", "description": "D.", "address": "1 A St"}));
    admin.post("events/update", full.await).await.expect(200);
    for _ in 0..2 {
        assert_eq!(admin.post("events/publish", publish.clone()).await.expect(200)["status"], "published");
    }
    app.visitor().get(&format!("events/get?event_id={draft}")).await.expect(200);
    assert_eq!(deeds(&app).await.iter().filter(|(action, ..)| action == "event_published").count(), 1);
    app.wait(TimeDelta::days(20));
    let late = admin.post("events/create", typed()).await.id();
    let refused = admin.post("events/publish", json!({"event_id": late})).await.refused(422, "invalid");
    assert_eq!(wrong(&refused), ["event_date", "sales_close_at"]);
}

#[sqlx::test]
async fn an_event_is_taken_back_only_while_nobody_has_places(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.event(10).await;
    let body = json!({"event_id": event_id});
    let ada = app.person("ada").await;
    ada.hold(event_id, 3).await;
    let refused = admin.post("events/unpublish", body.clone()).await.refused(409, "places_taken");
    assert_eq!(refused["details"]["taken_count"], 3);
    // The hold lapses, whether or not it has been swept.
    app.wait(TimeDelta::minutes(10));
    for _ in 0..2 {
        assert_eq!(admin.post("events/unpublish", body.clone()).await.expect(200)["status"], "draft");
    }
    app.visitor().get(&format!("events/get?event_id={event_id}")).await.refused(404, "not_found");
    ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 1})).await.refused(404, "not_found");
    admin.post("events/publish", body).await.expect(200);
    ada.book(event_id, 1).await;
    app.audit().await;
}

#[sqlx::test]
async fn nobody_gets_places_of_what_is_just_taken_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let ada = app.person("ada").await;
    for _ in 0..5 {
        let event_id = app.event(10).await;
        let wanted = json!({"event_id": event_id, "quantity": 1});
        let (taken_back, held) =
            join(admin.post("events/unpublish", json!({"event_id": event_id})), ada.post("bookings/hold", wanted))
                .await;
        assert!((taken_back.status == 200) != (held.status == 200), "{taken_back:?} {held:?}");
    }
    app.audit().await;
}

#[sqlx::test]
async fn a_draft_is_published_at_its_time_and_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let draft = admin.post("events/create", typed()).await.id();
    let schedule = |at: &str| json!({"event_id": draft, "publish_at": at});
    for bad in ["", "soon", "2030-03-01T12:59", "2030-03-11T19:30", "2030-03-31T02:30"] {
        let refused = admin.post("events/schedule", schedule(bad)).await.refused(422, "invalid");
        assert_eq!(wrong(&refused), ["publish_at"], "{bad}");
    }
    for _ in 0..2 {
        let scheduled = admin.post("events/schedule", schedule("2030-03-02T09:00")).await.expect(200);
        assert_eq!(
            (&scheduled["publish_at"], &scheduled["publish"]["time"]),
            (&json!("2030-03-02T08:00:00Z"), &json!("09:00"))
        );
    }
    app.wait(TimeDelta::hours(20) - TimeDelta::seconds(1));
    assert_eq!(publish_scheduled(&app.state).await.expect("looked"), 0);
    app.wait(TimeDelta::seconds(1));
    let published = join_all((0..4).map(|_| publish_scheduled(&app.state))).await;
    assert_eq!(published.into_iter().map(|count| count.expect("looked")).sum::<u64>(), 1);
    app.visitor().get(&format!("events/get?event_id={draft}")).await.expect(200);
    let done: Vec<_> = deeds(&app).await.into_iter().map(|(action, ..)| action).collect();
    assert_eq!(done, ["event_created", "event_scheduled", "event_published"]);
    admin.post("events/schedule", schedule("2030-03-05T09:00")).await.refused(409, "wrong_event_state");
}

#[sqlx::test]
async fn a_time_that_was_set_is_taken_back_and_waits_for_what_is_missing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let draft = admin.post("events/create", typed()).await.id();
    let at = json!({"event_id": draft, "publish_at": "2030-03-02T09:00"});
    admin.post("events/schedule", at.clone()).await.expect(200);
    for _ in 0..2 {
        let taken_back = admin.post("events/unschedule", json!({"event_id": draft})).await.expect(200);
        assert!(taken_back["publish_at"].is_null());
    }
    admin.post("events/schedule", at).await.expect(200);
    let event_id = draft.parse().expect("an id");
    let change = edit(&admin, event_id, json!({"summary": ""})).await;
    admin.post("events/update", change).await.expect(200);
    app.wait(TimeDelta::days(1));
    assert_eq!(publish_scheduled(&app.state).await.expect("looked"), 0, "its summary is missing");
    let change = edit(&admin, event_id, json!({"summary": "Here."})).await;
    admin.post("events/update", change).await.expect(200);
    assert_eq!(publish_scheduled(&app.state).await.expect("looked"), 1);
}
