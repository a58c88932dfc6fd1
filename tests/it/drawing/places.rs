//! Places that somebody has, or had.

use super::{draw, drawing, floor, plan, saved, seats_of};
use crate::app::TestApp;
use chrono::TimeDelta;
use serde_json::{Value, json};
use sqlx::PgPool;

/// The plan without the first seats of its first row.
fn without(plan: &Value, count: usize) -> Value {
    let mut plan = plan.clone();
    seats_of(&mut plan, 0).drain(..count);
    plan
}

#[sqlx::test]
async fn what_somebody_has_cannot_be_removed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let booked = ada.hold_seats(event_id, &seats[..1]).await;
    ada.change("confirm", &booked).await.expect(200);
    bob.hold_seats(event_id, &seats[1..2]).await;
    admin
        .post("seats/block", json!({"event_id": event_id, "seat_ids": [seats[2]], "reason": "Camera"}))
        .await
        .expect(200);
    let told = drawing(&admin, event_id).await;
    let statuses: Vec<(&Value, &Value)> =
        told["taken"].as_array().expect("taken").iter().map(|seat| (&seat["id"], &seat["status"])).collect();
    let [a1, a2, a3] = [0, 1, 2].map(|nth| json!(seats[nth]));
    let mut wanted = [(&a1, json!("booked")), (&a2, json!("held")), (&a3, json!("blocked"))];
    wanted.sort_by_key(|(id, _)| id.to_string());
    assert_eq!(statuses, wanted.iter().map(|(id, status)| (*id, status)).collect::<Vec<_>>());
    let change = draw(&admin, event_id, &without(&told["plan"], 4)).await;
    assert_eq!((&change["is_saved"], &change["in_use"]["seat_count"]), (&json!(false), &json!(2)));
    assert_eq!(change["in_use"]["names"], json!(["Stalls A1", "Stalls A2"]));
    assert_eq!(change["warnings"][0], "1 seat is kept back and would be removed.");
    // The hold lapses, and its seat can go.
    app.wait(TimeDelta::minutes(10));
    let mut plan = without(&told["plan"], 4);
    let first = told["plan"]["sections"][0]["area"]["rows"][0]["seats"][0].clone();
    seats_of(&mut plan, 0).insert(0, first);
    saved(&draw(&admin, event_id, &plan).await);
    assert_eq!((app.available(event_id).await, app.seats(event_id).await.len()), (16, 17));
    app.audit().await;
    bob.post("bookings/hold", json!({"event_id": event_id, "seat_ids": [seats[3]]})).await.refused(422, "invalid");
}

#[sqlx::test]
async fn seats_that_are_sold_can_be_moved_and_renamed_and_their_people_see_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let booking = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("confirm", &booking).await.expect(200);
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    // The first two swap their names, and the section gets another.
    let row = seats_of(&mut plan, 0);
    (row[0]["number"], row[1]["number"]) = (json!("2"), json!("1"));
    row[0]["y"] = json!(34);
    plan["sections"][0]["name"] = json!("Parkett");
    let change = draw(&admin, event_id, &plan).await;
    saved(&change);
    assert_eq!(change["touches"], json!({"booked_count": 2, "held_count": 0, "people_count": 1, "waiting_count": 0}));
    assert_eq!(change["changes"]["sections_renamed"], json!([["Stalls", "Parkett"]]));
    let read = ada.get(&format!("bookings/get?booking_id={booking}")).await.expect(200);
    let names: Vec<(&Value, &Value, &Value)> = read["seats"]
        .as_array()
        .expect("seats")
        .iter()
        .map(|seat| (&seat["seat_id"], &seat["section"], &seat["number"]))
        .collect();
    let [one, two] = [0, 1].map(|nth| json!(seats[nth]));
    let (parkett, first, second) = (json!("Parkett"), json!("1"), json!("2"));
    assert_eq!(names, [(&two, &parkett, &first), (&one, &parkett, &second)], "{read}");
    app.audit().await;
}

#[sqlx::test]
async fn a_seat_that_was_removed_keeps_its_name_for_who_once_had_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let booking = ada.hold_seats(event_id, &seats[..1]).await;
    ada.change("confirm", &booking).await.expect(200);
    ada.change("cancel", &booking).await.expect(200);
    let whole = drawing(&admin, event_id).await["plan"].clone();
    saved(&draw(&admin, event_id, &without(&whole, 1)).await);
    // Another seat in its place is another seat.
    saved(&draw(&admin, event_id, &plan(2)).await);
    assert!(app.seats(event_id).await.iter().all(|seat| !seats[..1].contains(seat)));
    let read = ada.get(&format!("bookings/get?booking_id={booking}")).await.expect(200);
    assert_eq!((&read["seats"][0]["section"], &read["seats"][0]["number"]), (&json!("Stalls"), &json!("1")), "{read}");
    let copy = admin.post("events/duplicate", json!({"event_id": event_id, "date": "2030-03-20"})).await.expect(200);
    assert_eq!(copy["total_capacity"], 20);
    app.audit().await;
}

#[sqlx::test]
async fn a_map_that_nobody_booked_on_has_no_more_rows_than_it_ever_had_seats(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.unseated_draft().await;
    for rows in [3, 1, 2, 3, 2, 3] {
        // Without ids: all seats are new ones.
        saved(&draw(&admin, event_id, &plan(rows)).await);
        app.audit().await;
    }
    let count: i64 = sqlx::query_scalar("select count(*) from seats where event_id = $1")
        .bind(event_id)
        .fetch_one(app.state.db.pool())
        .await
        .expect("a count");
    assert_eq!(count, 30);
}

#[sqlx::test]
async fn what_is_added_goes_to_who_waits_first(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    app.person("ada").await.hold_seats(event_id, &seats).await;
    let bob = app.person("bob").await;
    let wanted = json!({"event_id": event_id, "requested_quantity": 2, "together": true});
    bob.post("waitlist/join", wanted).await.expect(200);
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    let more = super::rows_of(&mut self::plan(2), 0)[1].clone();
    super::rows_of(&mut plan, 0).push(more);
    let change = draw(&admin, event_id, &plan).await;
    saved(&change);
    assert_eq!(change["touches"]["waiting_count"], 1);
    let offers: i64 = sqlx::query_scalar("select count(*) from seats where event_id = $1 and status = 'held'")
        .bind(event_id)
        .fetch_one(app.state.db.pool())
        .await
        .expect("a count");
    assert_eq!((offers, app.available(event_id).await), (12, 8));
    app.audit().await;
}

#[sqlx::test]
async fn places_to_stand_are_made_and_removed_by_number(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.unseated_draft().await;
    let mut plan = plan(1);
    plan["sections"].as_array_mut().expect("sections").push(floor(5));
    saved(&draw(&admin, event_id, &plan).await);
    let numbers = async || -> Vec<String> {
        let sql =
            "select number from seats where event_id = $1 and section = 'Floor' and \"row\" = '*' order by number";
        sqlx::query_scalar(sql).bind(event_id).fetch_all(app.state.db.pool()).await.expect("numbers")
    };
    assert_eq!(numbers().await, ["1", "2", "3", "4", "5"]);
    // Somebody has the third and the fifth: whoever wants places gets the lowest numbers that are free.
    admin.post("events/publish", json!({"event_id": event_id})).await.expect(200);
    let ada = app.person("ada").await;
    for number in ["1", "2", "3", "4", "5"] {
        let one = json!({"event_id": event_id, "section": "Floor", "quantity": 1, "key": number});
        let held = ada.post("bookings/hold", one).await.expect(200);
        assert_eq!(held["seats"][0]["number"], number, "{held}");
    }
    for number in ["1", "2", "4"] {
        let sql = "select booking_id::text from seats where event_id = $1 and section = 'Floor' and number = $2";
        let held: String =
            sqlx::query_scalar(sql).bind(event_id).bind(number).fetch_one(app.state.db.pool()).await.expect("a hold");
        ada.change("release", &held).await.expect(200);
    }
    let told = drawing(&admin, event_id).await;
    assert_eq!(told["standing"], json!([{"section": "Floor", "taken_count": 2, "blocked_count": 0}]));
    let mut plan = told["plan"].clone();
    let with = |plan: &mut Value, count: u32| plan["sections"][1]["area"] = json!({"standing": count});
    with(&mut plan, 1);
    let refused = draw(&admin, event_id, &plan).await;
    assert_eq!(refused["in_use"]["standing"], json!([{"section": "Floor", "taken_count": 2, "blocked_count": 0}]));
    with(&mut plan, 3);
    saved(&draw(&admin, event_id, &plan).await);
    assert_eq!(numbers().await, ["1", "3", "5"], "free ones go, the highest numbers first");
    with(&mut plan, 6);
    saved(&draw(&admin, event_id, &plan).await);
    assert_eq!(numbers().await, ["1", "2", "3", "4", "5", "6"]);
    // What is kept back goes before what somebody has.
    let back = json!({"event_id": event_id, "standing": "Floor", "quantity": 1, "reason": "Camera"});
    admin.post("seats/block", back).await.expect(200);
    with(&mut plan, 2);
    saved(&draw(&admin, event_id, &plan).await);
    assert_eq!(numbers().await, ["3", "5"]);
    let gone = json!({"sections": [plan["sections"][0]]});
    plan["sections"] = gone["sections"].clone();
    assert_eq!(draw(&admin, event_id, &plan).await["is_saved"], false);
    app.audit().await;
}

#[sqlx::test]
async fn seats_with_a_price_of_their_own_cost_that(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let mut plan = drawing(&admin, event_id).await["plan"].clone();
    plan["tiers"] = json!([{"name": "Front", "price_minor": 4000}, {"name": "Side", "price_minor": 1000}]);
    seats_of(&mut plan, 0)[0]["tier"] = json!("Front");
    seats_of(&mut plan, 0)[1]["tier"] = json!("Side");
    let change = draw(&admin, event_id, &plan).await;
    saved(&change);
    assert_eq!(change["changes"]["repriced"]["count"], 2);
    let map = async || app.visitor().get(&format!("seats/map?event_id={event_id}")).await.expect(200);
    assert_eq!(map().await["sections"][0]["price_minor"], 1000, "the cheapest");
    let prices = admin.get(&format!("seats/prices?event_id={event_id}")).await.expect(200);
    let told: Vec<(&Value, bool, &Value, &Value)> = prices
        .as_array()
        .expect("prices")
        .iter()
        .map(|price| (&price["section"], price["is_tier"] == true, &price["price"]["minor"], &price["total_count"]))
        .collect();
    let (stalls, front, side) = (json!("Stalls"), json!("Front"), json!("Side"));
    let numbers = [2500, 4000, 1000, 18, 1].map(|number| json!(number));
    assert_eq!(
        told,
        [
            (&stalls, false, &numbers[0], &numbers[3]),
            (&front, true, &numbers[1], &numbers[4]),
            (&side, true, &numbers[2], &numbers[4]),
        ]
    );
    let body = json!({
        "event_id": event_id, "sections": ["Stalls"], "prices": ["30"], "tiers": ["Side", "Front"], "tier_prices": ["35", "50"],
        "tiers_before": ["10.00", "40.00"],
    });
    admin.post("seats/set_prices", body).await.expect(200);
    assert_eq!(map().await["sections"][0]["price_minor"], 3000);
    let ada = app.person("ada").await;
    let body = json!({"event_id": event_id, "seat_ids": &seats[..3]});
    assert_eq!(ada.post("bookings/hold", body).await.expect(200)["total_amount_minor"], 5000 + 3500 + 3000);
    for (tiers, prices, field) in [(["Front"], ["x"], "tier_prices[0]"), (["Stalls"], ["1"], "tiers")] {
        let body = json!({"event_id": event_id, "sections": ["Stalls"], "prices": ["30"], "tiers": tiers, "tier_prices": prices});
        let refused = admin.post("seats/set_prices", body).await.refused(422, "invalid");
        assert_eq!(refused["details"][0]["field"], field);
    }
    let (status, page) = admin.page(&format!("/admin/events/{event_id}/prices")).await;
    assert!(status == 200 && page.contains("name=\"tier_prices[1]\"") && page.contains("value=\"35.00\""), "{page}");
    let copy = admin.post("events/duplicate", json!({"event_id": event_id, "date": "2030-03-20"})).await.expect(200);
    let copied = admin.get(&format!("seats/prices?event_id={}", copy["id"].as_str().expect("an id"))).await.expect(200);
    assert_eq!(copied, admin.get(&format!("seats/prices?event_id={event_id}")).await.expect(200));
    app.audit().await;
}
