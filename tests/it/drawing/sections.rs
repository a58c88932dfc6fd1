//! Sections that change their names, and what open maps hear of a drawing.

use super::{draw, drawing, plan, saved, seats_of};
use crate::app::TestApp;
use evently::seats::store::{list_frames, list_missed, newest_frame};
use serde_json::{Value, json};
use sqlx::PgPool;

/// The stalls, and a balcony of one row behind them.
fn two_sections() -> Value {
    let mut both = plan(2);
    let seat = |n: i32| json!({"number": format!("{}", n + 1), "x": 15 + 10 * n, "y": 100});
    let row = json!({"label": "A", "seats": (0..5).map(seat).collect::<Vec<_>>()});
    let balcony = json!({"name": "Balcony", "price_minor": 900, "outline": [5, 90, 115, 90, 115, 110, 5, 110], "area": {"rows": [row]}});
    both["sections"].as_array_mut().expect("sections").push(balcony);
    both
}

/// Sections of the overview with their seats.
async fn overview(app: &TestApp, event_id: evently::id::EventId) -> Vec<(String, i64)> {
    let map = app.visitor().get(&format!("seats/map?event_id={event_id}")).await.expect(200);
    let sections = map["sections"].as_array().expect("sections").iter();
    sections
        .map(|section| {
            (section["name"].as_str().expect("a name").to_owned(), section["total_count"].as_i64().expect("a count"))
        })
        .collect()
}

#[sqlx::test]
async fn sections_swap_their_names_take_over_others_and_go(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.unseated_draft().await;
    saved(&draw(&admin, event_id, &two_sections()).await);
    admin.post("events/publish", json!({"event_id": event_id})).await.expect(200);
    let ids = app.seats(event_id).await;
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    (plan["sections"][0]["name"], plan["sections"][1]["name"]) = (json!("Balcony"), json!("Stalls"));
    saved(&draw(&admin, event_id, &plan).await);
    assert_eq!(overview(&app, event_id).await, [("Balcony".to_owned(), 20), ("Stalls".to_owned(), 5)]);
    app.audit().await;
    // The one behind goes, and the other one gets its name; its seats move over.
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    let moved = plan["sections"][1]["area"]["rows"][0].clone();
    plan["sections"].as_array_mut().expect("sections").pop();
    plan["sections"][0]["name"] = json!("Stalls");
    let mut moved = moved;
    moved["label"] = json!("Z");
    super::rows_of(&mut plan, 0).push(moved);
    let change = draw(&admin, event_id, &plan).await;
    saved(&change);
    assert_eq!(
        (&change["changes"]["sections_removed"], &change["changes"]["added"]["count"]),
        (&json!(["Stalls"]), &json!(0))
    );
    assert_eq!(overview(&app, event_id).await, [("Stalls".to_owned(), 25)]);
    let now = app.seats(event_id).await;
    assert!(ids.iter().all(|id| now.contains(id)), "seats keep their ids");
    app.audit().await;
}

#[sqlx::test]
async fn codes_follow_sections_that_change_their_names(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.unseated_draft().await;
    let mut plan = two_sections();
    plan["tiers"] = json!([{"name": "Front", "price_minor": 4000}]);
    saved(&draw(&admin, event_id, &plan).await);
    let make = async |code: &str, sections: Value| {
        let fields =
            json!({"event_id": event_id, "code": code, "kind": "percent", "value": "20", "sections": sections});
        admin.post("discounts/create", fields).await
    };
    let refused = make("FRONT", json!(["Front"])).await.refused(422, "invalid");
    assert_eq!(refused["details"][0]["field"], "sections", "a tier is no section: {refused}");
    let codes = format!("/admin/events/{event_id}/codes");
    let page = admin.page(&codes).await.1;
    assert!(page.contains("value=\"Stalls\"") && !page.contains("value=\"Front\""), "{page}");
    let (one, both) =
        (make("ONE", json!(["Stalls"])).await.id(), make("BOTH", json!(["Stalls", "Balcony"])).await.id());
    let read = async |code_id: &str| admin.get(&format!("discounts/get?code_id={code_id}")).await.expect(200);
    let named = async |code_id: &str| {
        let line = read(code_id).await["line"].clone();
        (line["sections"].clone(), line["version"].clone())
    };
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    (plan["sections"][0]["name"], plan["sections"][1]["name"]) = (json!("Balcony"), json!("Stalls"));
    saved(&draw(&admin, event_id, &plan).await);
    assert_eq!(named(&one).await, (json!(["Balcony"]), json!(2)));
    assert_eq!(named(&both).await, (json!(["Balcony", "Stalls"]), json!(2)));
    // One goes: the code keeps its name until somebody takes it out, and stays one for some seats alone.
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    plan["sections"].as_array_mut().expect("sections").pop();
    saved(&draw(&admin, event_id, &plan).await);
    assert_eq!(named(&both).await, (json!(["Balcony", "Stalls"]), json!(2)));
    let page = admin.page(&format!("{codes}/{both}")).await.1;
    assert!(page.contains("value=\"Stalls\""), "{page}");
    let mut fields = read(&both).await["form"].clone();
    (fields["code_id"], fields["version"], fields["note"]) = (json!(both), json!(2), json!("For members"));
    fields["sections"] = json!(["Stalls", "Balcony"]);
    admin.post("discounts/update", fields).await.expect(200);
    assert_eq!(named(&both).await, (json!(["Balcony", "Stalls"]), json!(3)), "in whatever order they come");
    make("NEW", json!(["Stalls"])).await.refused(422, "invalid");
    // The other one gets its name.
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    plan["sections"][0]["name"] = json!("Stalls");
    saved(&draw(&admin, event_id, &plan).await);
    assert_eq!(named(&both).await, (json!(["Stalls"]), json!(4)), "each once");
    assert_eq!(named(&one).await, (json!(["Stalls"]), json!(3)));
    app.audit().await;
}

#[sqlx::test]
async fn open_maps_hear_that_they_are_old_and_new_ones_show_what_was_drawn(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(1).await;
    let plan_of = async || app.visitor().get(&format!("seats/plan?event_id={event_id}")).await.expect(200);
    let bits =
        async || app.visitor().get(&format!("seats/statuses?event_id={event_id}")).await.expect(200)["free"].clone();
    assert_eq!(
        (plan_of().await["sections"][0]["rows"][0]["numbers"].as_array().map(Vec::len), bits().await),
        (Some(10), json!("ffc0"))
    );
    let ids = app.seats(event_id).await;
    let mut conn = app.state.db.pool().acquire().await.expect("a connection");
    let before = newest_frame(&mut conn).await.expect("a number");
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    seats_of(&mut plan, 0).remove(0);
    saved(&draw(&admin, event_id, &plan).await);
    let frames = list_frames(&app.state, before).await.expect("frames");
    let told: Vec<String> = frames.iter().map(|frame| format!("{frame:?}")).collect();
    assert_eq!(told.len(), 2);
    assert!(
        told[0].contains(&ids[0]) && told[0].contains("is_redrawn: false"),
        "what is gone can't be had: {}",
        told[0]
    );
    assert!(told[1].contains("is_redrawn: true"), "{}", told[1]);
    assert!(list_missed(&mut conn, event_id, Some(before)).await.is_ok());
    let numbers = plan_of().await["sections"][0]["rows"][0]["numbers"].as_array().map(Vec::len);
    assert_eq!((numbers, bits().await), (Some(9), json!("ff80")));
}
