//! Seat maps through the door.

use super::app::TestApp;
use chrono::TimeDelta;
use evently::id::EventId;
use serde_json::Value;
use sqlx::PgPool;

#[sqlx::test]
async fn the_overview_counts_what_is_free(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    app.person("ada").await.hold_seats(event_id, &seats[0..3]).await;
    app.audit().await;
    let map = app.visitor().get(&format!("seats/map?event_id={event_id}")).await.expect(200);
    let section = &map["sections"][0];
    assert_eq!((&section["name"], &section["price_minor"]), (&"Stalls".into(), &2500.into()));
    assert_eq!((&section["total_count"], &section["available_count"]), (&20.into(), &17.into()));
    assert_eq!(app.available(event_id).await, 17);
}

#[sqlx::test]
async fn a_section_lists_its_seats_from_the_front_left_to_right(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let section = app.visitor().get(&format!("seats/section?event_id={event_id}&section=Stalls")).await.expect(200);
    let labels: Vec<String> = section["seats"]
        .as_array()
        .expect("seats")
        .iter()
        .map(|seat| format!("{}{}", seat["row"].as_str().expect("a row"), seat["number"].as_str().expect("a number")))
        .collect();
    assert_eq!((labels.len(), labels[0].as_str(), labels[9].as_str(), labels[10].as_str()), (20, "A1", "A10", "B1"));
}

#[sqlx::test]
async fn a_lapsed_hold_reads_as_available_before_anything_swept_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    app.person("ada").await.hold_seats(event_id, &seats[0..1]).await;
    let status = async || {
        let section = app.visitor().get(&format!("seats/section?event_id={event_id}&section=Stalls")).await.expect(200);
        section["seats"][0]["status"].as_str().expect("a status").to_owned()
    };
    assert_eq!(status().await, "held");
    app.wait(TimeDelta::minutes(10));
    assert_eq!(status().await, "available");
}

#[sqlx::test]
async fn seats_are_listed_by_their_ids(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other) = (app.seated_event(1).await, app.seated_event(1).await);
    let (seats, strange) = (app.seats(event_id).await, app.seats(other).await);
    app.person("ada").await.hold_seats(event_id, &seats[1..2]).await;
    let ask =
        format!("event_id={event_id}&seat_ids[0]={}&seat_ids[1]={}&seat_ids[2]={}", seats[1], seats[0], strange[0]);
    let listed = app.visitor().get(&format!("seats/list?{ask}")).await.expect(200);
    let told: Vec<(&str, &str)> = listed
        .as_array()
        .expect("seats")
        .iter()
        .map(|seat| (seat["number"].as_str().expect("a number"), seat["status"].as_str().expect("a status")))
        .collect();
    assert_eq!(told, [("1", "available"), ("2", "held")]);
    let many: String = (0..101).map(|i| format!("&seat_ids[{i}]={}", seats[0])).collect();
    app.visitor().get(&format!("seats/list?event_id={event_id}{many}")).await.refused(422, "invalid");
}

/// What `seats/plan` says of the stalls: rows with their numbers and steps.
async fn plan_of(app: &TestApp, event_id: EventId) -> Vec<Value> {
    let plan = app.visitor().get(&format!("seats/plan?event_id={event_id}")).await.expect(200);
    assert_eq!(plan["sections"][0]["section"], "Stalls");
    plan["sections"][0]["rows"].as_array().expect("rows").clone()
}

#[sqlx::test]
async fn a_plan_says_where_every_seat_stands(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let section = app.visitor().get(&format!("seats/section?event_id={event_id}&section=Stalls")).await.expect(200);
    let rows = plan_of(&app, event_id).await;
    assert_eq!((&rows[0]["row"], &rows[1]["row"], rows.len()), (&"A".into(), &"B".into(), 2));
    let mut seats = section["seats"].as_array().expect("seats").iter();
    for row in &rows {
        let steps: Vec<i64> = row["steps"].as_array().expect("steps").iter().filter_map(Value::as_i64).collect();
        let (mut x, mut y) = (0, 0);
        for (number, step) in row["numbers"].as_array().expect("numbers").iter().zip(steps.as_chunks::<2>().0) {
            (x, y) = (x + step[0], y + step[1]);
            let seat = seats.next().expect("a seat");
            assert_eq!((&seat["number"], &seat["x"], &seat["y"]), (number, &x.into(), &y.into()));
        }
    }
    assert!(seats.next().is_none());
}

#[sqlx::test]
async fn a_bit_for_each_seat_says_whether_it_is_free(pool: PgPool) {
    let (app, elsewhere) = (TestApp::new(pool.clone()).await, TestApp::new(pool).await);
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let free = async |app: &TestApp, more: &str| {
        let reply = app.visitor().get(&format!("seats/statuses?event_id={event_id}{more}")).await.expect(200);
        reply["free"].as_str().expect("digits").to_owned()
    };
    assert_eq!(free(&app, "").await, "fffff0");
    let ada = app.person("ada").await;
    ada.hold_seats(event_id, &[seats[0].clone(), seats[9].clone()]).await;
    app.audit().await;
    // Whoever has heard of it is not told the old again, however lately that was read.
    let map = app.visitor().get(&format!("seats/map?event_id={event_id}")).await.expect(200);
    assert_eq!(free(&app, &format!("&frame={}", map["frame"])).await, "7fbff0");
    app.wait(TimeDelta::minutes(10));
    elsewhere.wait(TimeDelta::minutes(10));
    assert_eq!(free(&elsewhere, "").await, "fffff0", "a lapsed hold reads as free");
}

#[sqlx::test]
async fn what_does_not_exist_is_not_found(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (seated, general) = (app.seated_event(1).await, app.event(5).await);
    let visitor = app.visitor();
    for path in [
        format!("seats/map?event_id={general}"),
        format!("seats/section?event_id={seated}&section=Balcony"),
        "seats/map?event_id=00000000-0000-7000-8000-000000000000".to_owned(),
    ] {
        visitor.get(&path).await.refused(404, "not_found");
    }
    visitor.get("seats/map?event_id=x").await.refused(400, "malformed");
    visitor.get("seats/map").await.refused(400, "malformed");
}
