//! Keeping seats back, and giving a booking other seats.

use super::*;
use evently::bookings::store::sweep;

impl Person {
    async fn block(&self, verb: &str, event_id: EventId, seats: &[String]) -> Reply {
        self.post(&format!("seats/{verb}"), json!({"event_id": event_id, "seat_ids": seats, "reason": "The camera."}))
            .await
    }

    async fn move_to(&self, booking_id: &str, seats: &[String]) -> Reply {
        self.post(
            "admin/change_seats",
            json!({"booking_id": booking_id, "seat_ids": seats, "reason": "A broken seat."}),
        )
        .await
    }

    /// What the QR codes of a booking carry.
    async fn tokens(&self, booking_id: &str) -> Vec<(String, String)> {
        let tickets = self.get(&format!("tickets/list?booking_id={booking_id}")).await.expect(200);
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let items = tickets["items"].as_array().expect("tickets").clone();
        items.iter().map(|ticket| (text(&ticket["id"]), text(&ticket["token"]))).collect()
    }
}

#[sqlx::test]
async fn seats_are_kept_back_and_given_free_to_whoever_waits(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    for _ in 0..2 {
        owner.block("block", event_id, &seats[..4]).await.expect(200);
    }
    assert_eq!(app.available(event_id).await, 6);
    let wanted = json!({"event_id": event_id, "seat_ids": [seats[0]]});
    ada.post("bookings/hold", wanted).await.refused(409, "seats_taken");
    let held = ada.hold_seats(event_id, &seats[4..]).await;
    ada.change("confirm", &held).await.expect(200);
    let refused = owner.block("block", event_id, &seats[3..6]).await.refused(409, "seats_taken");
    assert_eq!(refused["details"]["seat_ids"].as_array().map(Vec::len), Some(2), "those that are booked");
    let bob = app.person("bob").await;
    bob.join_line(event_id, 2).await;
    for _ in 0..2 {
        owner.block("unblock", event_id, &seats[..3]).await.expect(200);
    }
    assert_eq!(bob.newest_entry().await["status"], "offered");
    assert_eq!(app.available(event_id).await, 1, "three, of which two are offered");
    let actions: Vec<String> = app.deeds().await.into_iter().map(|(action, _)| action).collect();
    assert_eq!(actions, ["seats_blocked", "seats_unblocked"], "doing it twice is doing it once");
    app.audit().await;
}

#[sqlx::test]
async fn seats_of_a_lapsed_hold_can_be_kept_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    ada.hold_seats(event_id, &seats[..2]).await;
    owner.block("block", event_id, &seats[..1]).await.refused(409, "seats_taken");
    app.wait(TimeDelta::minutes(11));
    owner.block("block", event_id, &seats[..1]).await.expect(200);
    assert_eq!(sweep(&app.state).await.expect("swept"), 0, "it was expired already");
    assert_eq!(app.available(event_id).await, 9);
    app.audit().await;
}

#[sqlx::test]
async fn what_is_no_seat_of_the_event_is_not_kept_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, event_id, other) = (app.owner().await, app.seated_event(1).await, app.seated_event(1).await);
    let (seats, foreign) = (app.seats(event_id).await, app.seats(other).await);
    for verb in ["block", "unblock"] {
        owner.block(verb, event_id, &foreign[..1]).await.refused(422, "invalid");
        owner.block(verb, event_id, &[]).await.refused(422, "invalid");
        owner.block(verb, event_id, &[uuid::Uuid::nil().to_string()]).await.refused(422, "invalid");
        let without = json!({"event_id": event_id, "seat_ids": [seats[0]], "reason": " "});
        owner.post(&format!("seats/{verb}"), without).await.refused(422, "invalid");
    }
    assert_eq!(app.deeds().await, []);
}

#[sqlx::test]
async fn a_booking_gets_other_seats_and_its_tickets_go_along(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let booking = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("confirm", &booking).await.expect(200);
    let before = ada.tokens(&booking).await;
    let rest = app.person("rest").await;
    let others = rest.hold_seats(event_id, &seats[2..8]).await;
    rest.change("confirm", &others).await.expect(200);
    app.work().await;
    let moved = owner.move_to(&booking, &[seats[1].clone(), seats[8].clone()]).await.expect(200);
    assert_eq!(moved["total_amount_minor"], 5_000);
    let names: Vec<&str> =
        moved["seats"].as_array().expect("seats").iter().filter_map(|seat| seat["number"].as_str()).collect();
    assert_eq!(names, ["2", "9"]);
    let after = ada.tokens(&booking).await;
    assert_eq!(after.len(), 2);
    let token = |tokens: &[(String, String)], id: &str| {
        tokens.iter().find(|(own, _)| own == id).map(|(_, token)| token.clone())
    };
    assert_eq!(token(&after, &before[1].0), Some(before[1].1.clone()), "the seat that was kept has its code");
    assert!(token(&after, &before[0].0).is_some_and(|token| token != before[0].1), "the other one has a new code");
    assert_eq!(app.available(event_id).await, 2, "the first seat is free, the ninth is not");
    let told = app.last_mail().await;
    assert!(told.contains("Your new seats") && told.contains("Stalls A2, A9"), "{told}");
    let history = ada.get(&format!("bookings/history?booking_id={booking}")).await.expect(200);
    assert_eq!(history[2]["sentence"], "The organiser moved you to Stalls A2, A9.");
    app.audit().await;
    owner.move_to(&booking, &seats[..2]).await.expect(200);
    owner.move_to(&booking, &seats[..2]).await.expect(200);
    ada.change("cancel", &booking).await.expect(200);
    assert_eq!(app.available(event_id).await, 4);
    let moves = app.deeds().await.iter().filter(|(action, _)| action == "booking_moved").count();
    assert_eq!(moves, 2, "to the seats it has already is no move");
    app.audit().await;
}

#[sqlx::test]
async fn moving_refuses_what_cannot_be(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada) = (app.owner().await, app.person("ada").await);
    let (event_id, other, general) = (app.seated_event(1).await, app.seated_event(1).await, app.event(5).await);
    let (seats, foreign) = (app.seats(event_id).await, app.seats(other).await);
    let booking = ada.hold_seats(event_id, &seats[..2]).await;
    owner.move_to(&booking, &seats[4..6]).await.refused(409, "wrong_state");
    ada.change("confirm", &booking).await.expect(200);
    let bob = app.person("bob").await;
    let held = bob.hold_seats(event_id, &seats[2..3]).await;
    let refused = owner.move_to(&booking, &seats[2..4]).await.refused(409, "seats_taken");
    assert_eq!(refused["details"]["seat_ids"], json!([seats[2]]));
    for seats in [&seats[4..5], &seats[4..7], &foreign[..2], &[][..]] {
        owner.move_to(&booking, seats).await.refused(422, "invalid");
    }
    let placed = ada.book(general, 2).await;
    owner.move_to(&placed, &seats[4..6]).await.refused(422, "invalid");
    owner.move_to(&uuid::Uuid::nil().to_string(), &seats[4..6]).await.refused(404, "not_found");
    app.wait(TimeDelta::minutes(11));
    owner.move_to(&booking, &seats[2..4]).await.expect(200);
    bob.change("confirm", &held).await.refused(409, "hold_expired");
    app.audit().await;
}

#[sqlx::test]
async fn new_seats_cost_what_the_old_ones_did_unless_it_is_said_otherwise(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let booking = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("confirm", &booking).await.expect(200);
    let dearer = sqlx::query("update seats set price_minor = 4000 where event_id = $1").bind(event_id);
    dearer.execute(app.state.db.pool()).await.expect("dearer");
    let moved = owner.move_to(&booking, &seats[2..4]).await.expect(200);
    assert_eq!(moved["total_amount_minor"], 5_000);
    app.audit().await;
    let body = json!({"booking_id": booking, "seat_ids": seats[4..6], "reason": "Asked for.", "at_new_prices": true});
    let moved = owner.post("admin/change_seats", body).await.expect(200);
    assert_eq!(moved["total_amount_minor"], 8_000);
    app.audit().await;
}

#[sqlx::test]
async fn the_seats_a_booking_gives_up_go_to_whoever_waits(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let booking = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("confirm", &booking).await.expect(200);
    owner.block("block", event_id, &seats[2..9]).await.expect(200);
    let bob = app.person("bob").await;
    let last = bob.hold_seats(event_id, &seats[9..]).await;
    let cid = app.person("cid").await;
    cid.join_line(event_id, 2).await;
    bob.change("release", &last).await.expect(200);
    assert_eq!(cid.newest_entry().await["status"], "waiting", "one is too few");
    let kept = [seats[9].clone(), seats[1].clone()];
    owner.move_to(&booking, &kept).await.expect(200);
    assert_eq!(app.available(event_id).await, 1, "the one that was given up");
    let dot = app.person("dot").await;
    let first = dot.hold_seats(event_id, &seats[..1]).await;
    dot.join_line(event_id, 1).await;
    dot.change("release", &first).await.expect(200);
    assert_eq!(dot.newest_entry().await["status"], "offered");
    app.audit().await;
}
