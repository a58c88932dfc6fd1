//! Seat maps through the door.

use super::app::TestApp;
use chrono::TimeDelta;
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
