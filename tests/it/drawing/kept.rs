//! Plans that are kept to begin maps from.

use super::{draw, drawing, floor, plan, saved};
use crate::app::TestApp;
use evently::staff::model::Role;
use serde_json::{Value, json};
use sqlx::PgPool;

#[sqlx::test]
async fn a_plan_is_kept_changed_used_and_removed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let drawn = app.seated_event(2).await;
    let read = drawing(&admin, drawn).await;
    let keep = |name: &str, more: Value| {
        let mut body = json!({"name": name, "currency": "EUR", "plan": read["plan"]});
        body.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        body
    };
    let kept = admin.post("seat_plans/save", keep(" The house ", json!({}))).await.expect(200);
    assert_eq!((&kept["name"], &kept["place_count"], &kept["version"]), (&json!("The house"), &json!(20), &json!(1)));
    let found = admin.get(&format!("seat_plans/get?plan_id={}", kept["id"].as_str().expect("an id"))).await.expect(200);
    assert!(!found.to_string().contains("\"was\":\"") && !found["plan"].to_string().contains("\"id\""), "{found}");
    let event_id = app.unseated_draft().await;
    saved(&draw(&admin, event_id, &found["plan"]).await);
    let renamed =
        admin.post("seat_plans/save", keep("A house", json!({"plan_id": kept["id"], "version": 1}))).await.expect(200);
    assert_eq!((&renamed["id"], &renamed["version"], &renamed["name"]), (&kept["id"], &json!(2), &json!("A house")));
    let stale = keep("A house", json!({"plan_id": kept["id"], "version": 1}));
    admin.post("seat_plans/save", stale).await.refused(409, "version_conflict");
    for name in ["B", "C"] {
        admin.post("seat_plans/save", keep(name, json!({}))).await.expect(200);
    }
    let names = |page: &Value| -> Vec<String> {
        page["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|line| line["name"].as_str().expect("a name").to_owned())
            .collect()
    };
    let first = admin.get("seat_plans/list?limit=2").await.expect(200);
    assert_eq!(names(&first), ["A house", "B"]);
    let second =
        admin.get(&format!("seat_plans/list?limit=2&cursor={}", first["next_cursor"].as_str().expect("more"))).await;
    let second = second.expect(200);
    assert_eq!((names(&second), &second["next_cursor"]), (vec!["C".to_owned()], &Value::Null));
    for _ in 0..2 {
        admin.post("seat_plans/delete", json!({"plan_id": kept["id"]})).await.expect(200);
    }
    admin
        .get(&format!("seat_plans/get?plan_id={}", kept["id"].as_str().expect("an id")))
        .await
        .refused(404, "not_found");
    let gone = keep("A house", json!({"plan_id": kept["id"], "version": 2}));
    admin.post("seat_plans/save", gone).await.refused(404, "not_found");
}

#[sqlx::test]
async fn what_cannot_be_kept_is_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let body = |name: &str| json!({"name": name, "currency": "EUR", "plan": plan(1)});
    admin.post("seat_plans/save", body("House")).await.expect(200);
    for name in ["", "  ", "a\tb", &"x".repeat(101), "House"] {
        let refused = admin.post("seat_plans/save", body(name)).await.refused(422, "invalid");
        assert_eq!(refused["details"][0]["field"], "name", "{name}");
    }
    let mut large = body("Large");
    large["plan"]["sections"] = json!([floor(100_001)]);
    let refused = admin.post("seat_plans/save", large).await.refused(422, "invalid");
    assert_eq!(refused["details"][0]["field"], "plan");
    let mut flawed = body("Flawed");
    flawed["plan"]["sections"] = json!([]);
    admin.post("seat_plans/save", flawed).await.expect(200);
    admin.get("seat_plans/list?limit=0").await.refused(422, "invalid");
    admin
        .post("seat_plans/save", json!({"name": "x", "currency": "euro", "plan": plan(1)}))
        .await
        .refused(400, "malformed");
    // Who runs one event may begin from them, not change them.
    let event_id = app.unseated_draft().await;
    let manager = app.staff("mia", Role::Manager, Some(event_id)).await;
    manager.get("seat_plans/list").await.expect(200);
    manager.post("seat_plans/save", body("Mine")).await.refused(403, "forbidden");
}
