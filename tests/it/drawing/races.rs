//! Drawing while others book, and large maps.

use super::{draw, drawing, saved, seats_of};
use crate::app::{Person, TestApp};
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Instant;

async fn people(app: &TestApp, count: usize) -> Vec<Person> {
    let mut people = Vec::new();
    for nth in 0..count {
        people.push(app.person(&format!("b{nth}")).await);
    }
    people
}

#[sqlx::test]
async fn a_seat_is_either_removed_or_had(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let buyers = people(&app, 8).await;
    for round in 0..4 {
        let read = drawing(&admin, event_id).await;
        let mut plan = read["plan"].clone();
        // One seat of the first row, which two buyers want as well.
        let gone = seats_of(&mut plan, 0).remove(0);
        let body = json!({"event_id": event_id, "version": read["version"], "plan": plan, "confirmed": true});
        let want = json!({"event_id": event_id, "seat_ids": [gone["id"]]});
        let (one, other) = (&buyers[2 * round], &buyers[2 * round + 1]);
        let (change, first, second) = tokio::join!(
            admin.post("seats/draw", body),
            one.post("bookings/hold", want.clone()),
            other.post("bookings/hold", want)
        );
        let held = [&first, &second].into_iter().filter(|reply| reply.status == 200).count();
        let is_saved = change.status == 200 && change.body["is_saved"] == true;
        assert!(held + usize::from(is_saved) == 1, "round {round}: {} {} {}", change.body, first.body, second.body);
        app.audit().await;
        if !is_saved {
            // Out of the way of the next round.
            let mut plan = drawing(&admin, event_id).await["plan"].clone();
            let first = seats_of(&mut plan, 0).remove(0);
            super::rows_of(&mut plan, 0)[1]["seats"].as_array_mut().expect("seats").push(json!({
                "id": first["id"], "number": format!("{}", 20 + round), "x": 15 + 10 * round, "y": 60,
            }));
            saved(&draw(&admin, event_id, &plan).await);
        }
    }
    assert_eq!(seats.len(), 20);
    app.audit().await;
}

#[sqlx::test]
async fn a_rush_goes_on_while_the_map_is_drawn(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.seated_event(5).await;
    let seats = app.seats(event_id).await;
    let buyers = people(&app, 20).await;
    let rush = join_all(buyers.iter().zip(&seats).map(|(buyer, seat)| async move {
        let held = buyer.post("bookings/hold", json!({"event_id": event_id, "seat_ids": [seat]})).await;
        let id = held.body["id"].as_str().unwrap_or_default().to_owned();
        if held.status == 200 { buyer.change("confirm", &id).await.status } else { held.status }
    }));
    let drawings = async {
        let mut count = 0;
        for step in 1..=5 {
            let read = drawing(&admin, event_id).await;
            let mut plan = read["plan"].clone();
            for row in 0..5 {
                for seat in seats_of(&mut plan, row) {
                    seat["y"] = json!(seat["y"].as_i64().expect("a place") + 1);
                }
            }
            seats_of(&mut plan, 4).pop();
            seats_of(&mut plan, 4).push(json!({"number": format!("9{step}"), "x": 105, "y": 75 + step}));
            let body = json!({"event_id": event_id, "version": read["version"], "plan": plan, "confirmed": true});
            count += usize::from(admin.post("seats/draw", body).await.body["is_saved"] == true);
        }
        count
    };
    let (statuses, saved_count) = tokio::join!(rush, drawings);
    assert!(statuses.iter().all(|status| *status == 200), "{statuses:?}");
    assert_eq!((saved_count, app.available(event_id).await), (5, 30));
    app.audit().await;
}

#[sqlx::test]
async fn of_two_who_draw_at_once_one_is_saved(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, other) = (app.admin().await, app.admin_named("Bob Other").await);
    let event_id = app.unseated_draft().await;
    let body = |rows: i32| json!({"event_id": event_id, "version": 0, "plan": super::plan(rows), "confirmed": true});
    let (one, two) = tokio::join!(admin.post("seats/draw", body(2)), other.post("seats/draw", body(3)));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.body, two.body);
    app.audit().await;
}

/// 120 sections of 500 seats.
fn stadium() -> Value {
    let section = |nth: i32| {
        let (left, top) = (20 + nth % 12 * 330, 60 + nth / 12 * 320);
        let seat = |row: i32, n: i32| json!({"number": format!("{}", n + 1), "x": left + 12 * n, "y": top + 14 * row});
        let row = |row: i32| json!({"label": format!("{}", row + 1), "seats": (0..25).map(|n| seat(row, n)).collect::<Vec<_>>()});
        let (right, bottom) = (left + 300, top + 290);
        json!({
            "name": format!("Block {}", nth + 1), "price_minor": 4000, "outline": [left, top, right, top, right, bottom, left, bottom],
            "area": {"rows": (0..20).map(row).collect::<Vec<_>>()},
        })
    };
    json!({
        "width": 4100, "height": 3400, "stage": [100, 5, 400, 5, 400, 40, 100, 40], "stage_label": "Pitch",
        "sections": (0..120).map(section).collect::<Vec<_>>(),
    })
}

#[sqlx::test]
async fn sixty_thousand_seats_are_saved_in_seconds_and_a_small_change_at_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = app.unseated_draft().await;
    let began = Instant::now();
    saved(&draw(&admin, event_id, &stadium()).await);
    let first = began.elapsed();
    let read = drawing(&admin, event_id).await;
    let mut plan = read["plan"].clone();
    seats_of(&mut plan, 0)[0]["x"] = json!(21);
    let body = json!({"event_id": event_id, "version": read["version"], "plan": plan, "confirmed": true});
    let began = Instant::now();
    saved(&admin.post("seats/draw", body).await.expect(200));
    eprintln!("60,000 seats drawn in {first:?}, one of them moved in {:?}, without optimisation", began.elapsed());
    app.audit().await;
}
