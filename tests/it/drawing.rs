//! Seat maps as staff draw them.

mod files;
mod kept;
mod places;
mod races;
mod sections;

use super::app::{Person, TestApp};
use evently::id::EventId;
use serde_json::{Value, json};
use sqlx::PgPool;

/// A plan with one section of so many rows of ten seats at 25 euros, as [`TestApp::seated_event`] has it.
fn plan(rows: i32) -> Value {
    let row = |row: i32| {
        let seat = |n: i32| json!({"number": format!("{}", n + 1), "x": 15 + 10 * n, "y": 35 + 10 * row});
        json!({"label": char::from(b'A' + row as u8).to_string(), "seats": (0..10).map(seat).collect::<Vec<_>>()})
    };
    let bottom = 45 + 10 * rows;
    json!({
        "width": 400, "height": bottom + 100, "stage": [20, 2, 100, 2, 100, 18, 20, 18], "stage_label": "Stage",
        "sections": [{
            "name": "Stalls", "price_minor": 2500, "outline": [5, 25, 115, 25, 115, bottom, 5, bottom],
            "area": {"rows": (0..rows).map(row).collect::<Vec<_>>()},
        }],
    })
}

/// A floor where so many stand, beside the stalls.
fn floor(count: i32) -> Value {
    json!({"name": "Floor", "price_minor": 1500, "outline": [200, 25, 300, 25, 300, 60, 200, 60], "area": {"standing": count}})
}

async fn drawing(admin: &Person, event_id: EventId) -> Value {
    admin.get(&format!("seats/drawing?event_id={event_id}")).await.expect(200)
}

/// What comes of drawing this plan over the newest version.
async fn draw(admin: &Person, event_id: EventId, plan: &Value) -> Value {
    let version = drawing(admin, event_id).await["version"].clone();
    let body = json!({"event_id": event_id, "version": version, "plan": plan, "confirmed": true});
    admin.post("seats/draw", body).await.expect(200)
}

/// The same, which has to be saved. Answers the map as it is then.
#[track_caller]
fn saved(change: &Value) {
    assert_eq!(change["is_saved"], true, "{change}");
}

/// The seats of the plan's section, row by row.
fn rows_of(plan: &mut Value, section: usize) -> &mut Vec<Value> {
    plan["sections"][section]["area"]["rows"].as_array_mut().expect("rows")
}

fn seats_of(plan: &mut Value, row: usize) -> &mut Vec<Value> {
    rows_of(plan, 0)[row]["seats"].as_array_mut().expect("seats")
}

impl TestApp {
    /// A draft whose seats are not drawn yet.
    async fn unseated_draft(&self) -> EventId {
        self.draft_with(|event| {
            event.has_seat_selection = true;
            event.total_capacity = 0;
        })
        .await
    }
}

#[sqlx::test]
async fn the_prices_of_an_event_without_a_map_begin_with_drawing_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, event_id) = (app.admin().await, app.unseated_draft().await);
    let (status, page) = admin.page(&format!("/admin/events/{event_id}/prices")).await;
    assert!(status == 200 && page.contains("draw its map first"), "{status}: {page}");
    assert!(page.contains(&format!("/admin/events/{event_id}/seat-map")) && !page.contains("has no seats"), "{page}");
}

#[sqlx::test]
async fn an_event_with_seats_is_made_drawn_and_published(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let typed = json!({
        "has_seats": true, "name": "Jazz", "summary": "One evening.", "description": "It begins.", "category": "music",
        "venue": "The Hall", "address": "1 High Street", "city": "Berlin", "country": "DE", "timezone": "Europe/Berlin",
        "event_date": "2030-03-11T19:30", "ends_at": "2030-03-11T22:00", "sales_open_at": "2030-02-01T10:00",
        "sales_close_at": "2030-03-11T19:30", "currency": "EUR",
    });
    let made = admin.post("events/create", typed).await.expect(200);
    let event_id: EventId = made["id"].as_str().and_then(|id| id.parse().ok()).expect("an id");
    assert_eq!((&made["has_seat_selection"], &made["missing"][0]["field"]), (&json!(true), &json!("seat_map")));
    admin.post("events/publish", json!({"event_id": event_id})).await.refused(422, "invalid");
    let empty = drawing(&admin, event_id).await;
    assert_eq!((&empty["version"], &empty["plan"]["sections"], &empty["decimals"]), (&json!(0), &json!([]), &json!(2)));
    let change = draw(&admin, event_id, &plan(2)).await;
    saved(&change);
    assert_eq!((&change["version"], &change["changes"]["added"]["count"]), (&json!(1), &json!(20)));
    let published = admin.post("events/publish", json!({"event_id": event_id})).await.expect(200);
    assert_eq!((&published["total_capacity"], &published["price_minor"]), (&json!(20), &json!(2500)));
    let seats = app.seats(event_id).await;
    app.person("ada").await.hold_seats(event_id, &seats[..2]).await;
    assert_eq!(app.available(event_id).await, 18);
    app.audit().await;
    let actions = "select action from staff_actions where event_id = $1 order by number";
    let actions: Vec<String> =
        sqlx::query_scalar(actions).bind(event_id).fetch_all(app.state.db.pool()).await.expect("deeds");
    assert_eq!(actions, ["event_created", "map_drawn", "event_published"]);
}

#[sqlx::test]
async fn a_dry_run_says_what_would_change_and_changes_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(2).await;
    let before = drawing(&admin, event_id).await;
    let mut plan = before["plan"].clone();
    seats_of(&mut plan, 0)[0]["x"] = json!(14);
    seats_of(&mut plan, 1).pop();
    let body = json!({"event_id": event_id, "version": 1, "plan": plan});
    let change = admin.post("seats/draw", body).await.expect(200);
    assert_eq!((&change["is_saved"], &change["version"]), (&json!(false), &json!(1)));
    assert_eq!(change["changes"]["moved"], json!({"count": 1, "names": ["Stalls A1"]}));
    assert_eq!(change["changes"]["removed"], json!({"count": 1, "names": ["Stalls B10"]}));
    assert_eq!(change["warnings"], json!(["There is no wheelchair place on this map."]));
    assert_eq!(drawing(&admin, event_id).await, before);
}

#[sqlx::test]
async fn a_map_reads_back_as_it_was_drawn_and_drawing_it_again_is_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.unseated_draft().await;
    let mut plan = plan(2);
    plan["tiers"] = json!([{"name": "Front", "price_minor": 4000}, {"name": "Unused", "price_minor": 1}]);
    plan["leaves_no_single"] = json!(true);
    plan["background"] = json!({
        "picture": "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB", "x": -5, "y": 3, "width": 200, "opacity_percent": 40,
    });
    seats_of(&mut plan, 0)[0]["kind"] = json!("accessible");
    seats_of(&mut plan, 0)[1]["limited_view"] = json!(true);
    seats_of(&mut plan, 0)[2]["tier"] = json!("Front");
    plan["sections"].as_array_mut().expect("sections").push(floor(30));
    saved(&draw(&admin, event_id, &plan).await);
    let first = drawing(&admin, event_id).await;
    let again = draw(&admin, event_id, &first["plan"]).await;
    assert_eq!((&again["is_saved"], &again["version"]), (&json!(false), &json!(1)), "{again}");
    let mut told = first["plan"].clone();
    for section in told["sections"].as_array_mut().expect("sections") {
        section.as_object_mut().expect("a section").remove("was");
    }
    for seat in rows_of(&mut told, 0).iter_mut().flat_map(|row| row["seats"].as_array_mut().expect("seats")) {
        assert!(seat.as_object_mut().expect("a seat").remove("id").is_some());
    }
    for section in plan["sections"].as_array_mut().expect("sections") {
        section.as_object_mut().expect("a section").remove("was");
    }
    assert_eq!(told, plan);
    admin.post("events/publish", json!({"event_id": event_id})).await.expect(200);
    let map = app.visitor().get(&format!("seats/map?event_id={event_id}")).await.expect(200);
    assert_eq!((&map["sections"][0]["price_minor"], &map["leaves_no_single"]), (&json!(2500), &json!(true)));
    assert!(!map.to_string().contains("base64"), "the picture is for staff alone");
    app.audit().await;
}

#[sqlx::test]
async fn flaws_are_told_and_nothing_is_saved(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(1).await;
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    seats_of(&mut plan, 0)[1]["number"] = json!("1");
    let change = draw(&admin, event_id, &plan).await;
    let flaw = json!({"section": 0, "row": 0, "seat": 1, "words": "There is another seat 1 in row A of Stalls."});
    assert_eq!((&change["is_saved"], &change["flaws"]), (&json!(false), &json!([flaw])));
    plan["sections"] = json!([]);
    let emptied = draw(&admin, event_id, &plan).await;
    assert_eq!(emptied["flaws"][0]["words"], "There is no place on the map yet.");
    assert_eq!(app.seats(event_id).await.len(), 10);
}

#[sqlx::test]
async fn who_draws_over_a_newer_version_is_told(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, other) = (app.admin().await, app.admin_named("Bob Other").await);
    let event_id = app.seated_event(1).await;
    let read = drawing(&admin, event_id).await;
    let with = |x: i32| {
        let mut plan = read["plan"].clone();
        seats_of(&mut plan, 0)[0]["x"] = json!(x);
        json!({"event_id": event_id, "version": read["version"], "plan": plan, "confirmed": true})
    };
    saved(&other.post("seats/draw", with(14)).await.expect(200));
    admin.post("seats/draw", with(13)).await.refused(409, "version_conflict");
    let prices = json!({"event_id": event_id, "sections": ["Stalls"], "prices": ["26"]});
    let newer = drawing(&admin, event_id).await;
    other.post("seats/set_prices", prices).await.expect(200);
    let stale = json!({"event_id": event_id, "version": newer["version"], "plan": newer["plan"], "confirmed": true});
    admin.post("seats/draw", stale).await.refused(409, "version_conflict");
}

#[sqlx::test]
async fn an_event_of_general_admission_gets_seats_only_while_nobody_has_places(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let body = |event_id: EventId| json!({"event_id": event_id, "version": 0, "plan": plan(1), "confirmed": true});
    let published = app.event(10).await;
    admin.post("seats/draw", body(published)).await.refused(409, "wrong_event_state");
    app.person("ada").await.book(published, 2).await;
    admin.post("seats/draw", body(published)).await.refused(409, "places_taken");
    let draft = app.draft_with(|_| {}).await;
    saved(&admin.post("seats/draw", body(draft)).await.expect(200));
    let event = admin.get(&format!("admin/event?event_id={draft}")).await.expect(200);
    assert_eq!((&event["has_seat_selection"], &event["total_capacity"]), (&json!(true), &json!(10)));
    let cancelled = app.seated_event(1).await;
    let plan = drawing(&admin, cancelled).await["plan"].clone();
    admin
        .post("events/cancel", json!({"event_id": cancelled, "name": "An evening", "reason": "Rain"}))
        .await
        .expect(200);
    let body = json!({"event_id": cancelled, "version": 1, "plan": plan, "confirmed": true});
    admin.post("seats/draw", body).await.refused(409, "event_cancelled");
    app.audit().await;
}

#[sqlx::test]
async fn what_is_no_drawing_is_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(1).await;
    for body in [
        json!({}),
        json!({"event_id": event_id, "version": 1}),
        json!({"event_id": event_id, "version": "x", "plan": plan(1)}),
        json!({"event_id": event_id, "version": 1, "plan": {"width": 1}}),
        json!({"event_id": event_id, "version": 1, "plan": [1, 2, 3]}),
    ] {
        admin.post("seats/draw", body).await.refused(400, "malformed");
    }
    let large = json!({"event_id": event_id, "version": 1, "plan": plan(1), "filler": "x".repeat(17 * 1024 * 1024)});
    admin.post("seats/draw", large.clone()).await.refused(413, "too_large");
    // Who may draw nowhere sends nothing at all.
    app.person("ada").await.post("seats/draw", large.clone()).await.refused(403, "forbidden");
    app.visitor().post("seats/draw", large).await.refused(401, "sign_in_required");
    let small = json!({"event_id": event_id, "sections": ["x".repeat(70 * 1024)], "prices": ["1"]});
    admin.post("seats/set_prices", small).await.refused(413, "too_large");
    let nowhere = json!({"event_id": "00000000-0000-7000-8000-000000000000", "version": 0, "plan": plan(1)});
    admin.post("seats/draw", nowhere).await.refused(404, "not_found");
    admin.get("seats/drawing?event_id=00000000-0000-7000-8000-000000000000").await.refused(404, "not_found");
    admin.get(&format!("seats/draw?event_id={event_id}")).await.refused(405, "method_not_allowed");
}
