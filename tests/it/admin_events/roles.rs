//! What staff of one event see.

use crate::app::TestApp;
use evently::staff::model::Role;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test]
async fn staff_of_an_event_see_that_alone_and_its_figures_where_they_may(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    app.event(10).await;
    let finance = app.staff("fin", Role::Finance, Some(event_id)).await;
    let items = finance.get("admin/events").await.expect(200)["items"].clone();
    assert_eq!((items.as_array().map(Vec::len), &items[0]["id"]), (Some(1), &json!(event_id)));
    assert_eq!(items[0]["counts"], json!({"held_count": 0, "booked_count": 0}));
    let door = app.staff("dora", Role::CheckIn, Some(event_id)).await;
    let event = door.get(&format!("admin/event?event_id={event_id}")).await.expect(200);
    assert!(event["counts"].is_null(), "{event}");
}
