//! Choosing seats for a party through the door: the best that are free, and no single seat left alone.

use super::app::TestApp;
use evently::{id::EventId, seats::model::SeatKind};
use serde_json::Value;
use sqlx::PgPool;

async fn best(app: &TestApp, event_id: EventId, wanted: &str) -> Value {
    app.visitor().get(&format!("seats/best_available?event_id={event_id}&{wanted}")).await.expect(200)
}

fn labels(best: &Value) -> Vec<String> {
    let label =
        |seat: &Value| format!("{}{}", seat["row"].as_str().unwrap_or("?"), seat["number"].as_str().unwrap_or("?"));
    best["seats"].as_array().expect("seats").iter().map(label).collect()
}

#[sqlx::test]
async fn the_best_seats_are_those_nearest_to_the_stage_that_are_free(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let found = best(&app, event_id, "quantity=4").await;
    assert_eq!(
        (labels(&found), found["seating"].as_str()),
        (["A4", "A5", "A6", "A7"].map(str::to_owned).to_vec(), Some("together"))
    );
    assert_eq!(found["message"], "Row A of Stalls has 4 together, the nearest to the stage that are free.");
    assert_eq!((&found["total_amount_minor"], &found["currency"]), (&10_000.into(), &"EUR".into()));

    let seats = app.seats(event_id).await;
    app.person("ada").await.hold_seats(event_id, &seats[3..7]).await;
    assert_eq!(labels(&best(&app, event_id, "quantity=4").await), ["B4", "B5", "B6", "B7"]);
    assert_eq!(labels(&best(&app, event_id, "quantity=3&section=Stalls&price_minor=2500").await), ["B4", "B5", "B6"]);
}

#[sqlx::test]
async fn a_party_that_fits_nowhere_is_split_or_told_what_would_fit(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    app.person("ada").await.hold_seats(event_id, &[seats[3].clone(), seats[7].clone()]).await;
    let found = best(&app, event_id, "quantity=5").await;
    assert_eq!(found["seating"], "split");
    assert_eq!(labels(&found), ["A5", "A6", "A7", "A2", "A3"]);
    let visitor = app.visitor();
    let ask = async |wanted: &str| visitor.get(&format!("seats/best_available?event_id={event_id}&{wanted}")).await;
    let refused = ask("quantity=7").await.refused(409, "not_together");
    assert_eq!(refused["details"]["most_count"], 3);
    ask("quantity=2&price_minor=100").await.refused(409, "not_together");
    ask("quantity=1&accessible=true").await.refused(409, "not_together");
    ask("quantity=1&section=Nowhere").await.refused(409, "not_together");
    for wrong in ["quantity=0", "quantity=-1", "quantity=51", "quantity=2&price_minor=-1"] {
        ask(wrong).await.refused(422, "invalid");
    }
    ask("quantity=two").await.refused(400, "malformed");
    let general = app.event(10).await;
    visitor.get(&format!("seats/best_available?event_id={general}&quantity=2")).await.refused(404, "not_found");
}

#[sqlx::test]
async fn wheelchair_places_are_found_for_those_who_need_them(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app
        .seated_event_with(2, |map| {
            let seats = &mut map.sections[0].seats;
            (seats[3].kind, seats[4].kind) = (SeatKind::Accessible, SeatKind::Companion);
        })
        .await;
    assert_eq!(labels(&best(&app, event_id, "quantity=2&accessible=true").await), ["A4", "A5"]);
    let without = labels(&best(&app, event_id, "quantity=2").await);
    assert!(!without.contains(&"A4".to_owned()) && !without.contains(&"A5".to_owned()), "{without:?}");
}

#[sqlx::test]
async fn a_hold_that_leaves_a_seat_alone_is_refused_where_that_can_be_avoided(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event_with(1, |map| map.leaves_no_single = true).await;
    let seats = app.seats(event_id).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let wanted = |of: &[usize]| {
        let ids: Vec<&String> = of.iter().map(|at| &seats[*at]).collect();
        serde_json::json!({ "event_id": event_id, "seat_ids": ids })
    };
    for choice in [vec![1, 2], vec![0, 2], vec![7, 8]] {
        let refused = ada.post("bookings/hold", wanted(&choice)).await.refused(409, "seats_left_alone");
        assert_eq!(refused["details"]["seat_ids"].as_array().map(Vec::len), Some(1), "{refused}");
    }
    assert_eq!(app.available(event_id).await, 10, "nothing changed");
    ada.post("bookings/hold", wanted(&[0, 1])).await.expect(200);
    bob.post("bookings/hold", wanted(&[3, 4])).await.refused(409, "seats_left_alone");
    bob.post("bookings/hold", wanted(&[2, 3, 4, 5, 6, 7, 8])).await.expect(200);
    // One is left over at the end of the row: nobody could avoid that.
    ada.post("bookings/hold", wanted(&[9])).await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn what_one_buyer_takes_counts_for_the_next_in_the_same_moment(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event_with(1, |map| map.leaves_no_single = true).await;
    let seats = app.seats(event_id).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let hold = |of: std::ops::Range<usize>| serde_json::json!({ "event_id": event_id, "seat_ids": seats[of].to_vec() });
    // Each alone keeps the rule; whoever comes second would leave the seat between them alone.
    let (first, second) = tokio::join!(ada.post("bookings/hold", hold(2..4)), bob.post("bookings/hold", hold(5..7)));
    let held = [first, second].iter().filter(|reply| reply.status == 200).count();
    assert_eq!(held, 1);
    app.audit().await;
}
