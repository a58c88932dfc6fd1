//! Waiting for places of a sold-out event, through the door.

use super::app::{Person, Reply, TestApp};
use chrono::TimeDelta;
use evently::{
    bookings::store::{feed_waitlists, sweep},
    id::EventId,
};
use serde_json::{Value, json};
use sqlx::PgPool;

impl Person {
    async fn join(&self, event_id: EventId, quantity: i32, together: bool) -> Reply {
        let body = json!({"event_id": event_id, "requested_quantity": quantity, "together": together});
        self.post("waitlist/join", body).await
    }

    /// The newest entry.
    async fn entry(&self) -> Value {
        self.get("waitlist/list").await.expect(200)["items"][0].clone()
    }
}

fn status(entry: &Value) -> &str {
    entry["status"].as_str().expect("a status")
}

/// An event of so many places, all of them booked by Ada, and her bookings of two places each.
async fn sold_out(app: &TestApp, capacity: i32) -> (EventId, Person, Vec<String>) {
    let event_id = app.event(capacity).await;
    let ada = app.person("ada").await;
    let mut bookings = Vec::new();
    for _ in 0..capacity / 2 {
        bookings.push(ada.book(event_id, 2).await);
    }
    (event_id, ada, bookings)
}

#[sqlx::test]
async fn a_line_has_ranks_and_says_why_they_moved(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada, bookings) = sold_out(&app, 4).await;
    let (bob, cid, dot) = (app.person("bob").await, app.person("cid").await, app.person("dot").await);
    let mut joined = Vec::new();
    for person in [&bob, &cid, &dot] {
        app.wait(TimeDelta::minutes(1));
        joined.push(person.join(event_id, 2, false).await.expect(200));
    }
    assert_eq!(joined.iter().map(|entry| entry["rank"].as_i64()).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    app.wait(TimeDelta::minutes(1));
    cid.post("waitlist/leave", json!({"entry_id": joined[1]["id"]})).await.expect(200);
    ada.change("cancel", &bookings[0]).await.expect(200);
    let entry = dot.entry().await;
    assert_eq!((entry["rank"].as_i64(), entry["joined_rank"].as_i64()), (Some(1), Some(3)));
    assert_eq!((entry["offered_ahead_count"].as_i64(), entry["left_ahead_count"].as_i64()), (Some(1), Some(1)));
    assert_eq!((status(&bob.entry().await), status(&cid.entry().await)), ("offered", "left"));
    app.audit().await;
}

#[sqlx::test]
async fn joining_twice_is_one_entry_and_leaving_twice_is_fine(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ..) = sold_out(&app, 2).await;
    let bob = app.person("bob").await;
    let first = bob.join(event_id, 2, false).await.expect(200);
    let again = bob.join(event_id, 1, false).await.expect(200);
    assert_eq!((&first["id"], &again["requested_quantity"]), (&again["id"], &2.into()));
    for _ in 0..2 {
        let left = bob.post("waitlist/leave", json!({"entry_id": first["id"]})).await.expect(200);
        assert_eq!((status(&left), &left["rank"]), ("left", &Value::Null));
    }
    let anew = bob.join(event_id, 1, false).await.expect(200);
    assert!(anew["position"].as_i64() > first["position"].as_i64());
}

#[sqlx::test]
async fn who_could_book_now_is_told_so(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(3).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let refused = bob.join(event_id, 3, false).await.refused(409, "places_free");
    assert_eq!(refused["details"]["available_count"], 3);
    ada.hold(event_id, 1).await;
    bob.join(event_id, 3, false).await.expect(200);
    let seated = app.seated_event(1).await;
    bob.join(seated, 2, true).await.refused(409, "places_free");
    let bad = [
        (json!({"event_id": event_id, "requested_quantity": 0}), 422, "invalid"),
        (json!({"event_id": event_id, "requested_quantity": 11}), 422, "invalid"),
        (json!({"event_id": event_id, "requested_quantity": 2, "together": true}), 422, "invalid"),
        (json!({"event_id": uuid::Uuid::nil(), "requested_quantity": 2}), 404, "not_found"),
        (json!({"requested_quantity": 2}), 400, "malformed"),
    ];
    for (body, status, code) in bad {
        app.person(&format!("p{status}{}", body.to_string().len()))
            .await
            .post("waitlist/join", body)
            .await
            .refused(status, code);
    }
    app.visitor().join(event_id, 1, false).await.refused(401, "sign_in_required");
    ada.post("waitlist/leave", json!({"entry_id": bob.entry().await["id"]})).await.refused(404, "not_found");
}

#[sqlx::test]
async fn what_is_cancelled_is_offered_before_the_public_sees_it_and_accepted_in_one_click(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada, bookings) = sold_out(&app, 2).await;
    let bob = app.person("bob").await;
    bob.join(event_id, 2, false).await.expect(200);
    ada.change("cancel", &bookings[0]).await.expect(200);
    assert_eq!(app.available(event_id).await, 0, "the public never saw them");
    let entry = bob.entry().await;
    assert_eq!(status(&entry), "offered");
    let offer = entry["booking_id"].as_str().expect("a hold").to_owned();
    let booking = bob.get(&format!("bookings/get?booking_id={offer}")).await.expect(200);
    assert_eq!(
        (&booking["status"], &booking["is_offer"], &booking["quantity"]),
        (&"held".into(), &true.into(), &2.into())
    );
    assert_eq!(booking["seconds_left"], 24 * 3600);
    bob.change("confirm", &offer).await.expect(200);
    assert_eq!(status(&bob.entry().await), "accepted");
    let history = bob.get(&format!("bookings/history?booking_id={offer}")).await.expect(200);
    assert_eq!((&history[0]["action"], &history[1]["action"]), (&"offered".into(), &"confirmed".into()));
    app.audit().await;
}

#[sqlx::test]
async fn an_offer_that_lapses_or_is_declined_goes_to_the_next(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada, bookings) = sold_out(&app, 2).await;
    let (bob, cid, dot) = (app.person("bob").await, app.person("cid").await, app.person("dot").await);
    for person in [&bob, &cid, &dot] {
        person.join(event_id, 2, false).await.expect(200);
    }
    ada.change("release", &bookings[0]).await.refused(409, "wrong_state");
    ada.change("cancel", &bookings[0]).await.expect(200);
    app.wait(TimeDelta::hours(24));
    sweep(&app.state).await.expect("swept");
    assert_eq!((status(&bob.entry().await), status(&cid.entry().await)), ("lapsed", "offered"));
    let declined = cid.post("waitlist/leave", json!({"entry_id": cid.entry().await["id"]})).await.expect(200);
    assert_eq!(status(&declined), "left");
    assert_eq!(status(&dot.entry().await), "offered");
    assert_eq!(app.available(event_id).await, 0);
    app.audit().await;
}

#[sqlx::test]
async fn an_entry_is_passed_over_only_by_offers_it_could_not_use(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada, bookings) = sold_out(&app, 8).await;
    let (four, two, one) = (app.person("four").await, app.person("two").await, app.person("one").await);
    four.join(event_id, 4, false).await.expect(200);
    two.join(event_id, 3, false).await.expect(200);
    one.join(event_id, 1, false).await.expect(200);
    ada.change("cancel", &bookings[0]).await.expect(200);
    assert_eq!(
        (status(&four.entry().await), status(&two.entry().await), status(&one.entry().await)),
        ("waiting", "waiting", "offered"),
        "two places are enough for one only"
    );
    assert_eq!(four.entry().await["passed_by_count"], 1);
    assert_eq!(app.available(event_id).await, 1, "what nobody in line can use is the public's");
    ada.change("cancel", &bookings[1]).await.expect(200);
    assert_eq!((status(&four.entry().await), status(&two.entry().await)), ("waiting", "offered"));
    ada.change("cancel", &bookings[2]).await.expect(200);
    ada.change("cancel", &bookings[3]).await.expect(200);
    assert_eq!(status(&four.entry().await), "offered");
    app.audit().await;
}

#[sqlx::test]
async fn a_lapsed_hold_goes_to_the_line_and_not_to_the_buyer_who_finds_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(2).await;
    let (ada, bob, cid) = (app.person("ada").await, app.person("bob").await, app.person("cid").await);
    ada.hold(event_id, 2).await;
    bob.join(event_id, 2, false).await.expect(200);
    app.wait(TimeDelta::minutes(10));
    let wanted = json!({"event_id": event_id, "quantity": 1});
    cid.post("bookings/hold", wanted).await.refused(409, "sold_out");
    assert_eq!(status(&bob.entry().await), "offered");
    let seated = app.seated_event(1).await;
    let seats = app.seats(seated).await;
    ada.hold_seats(seated, &seats).await;
    bob.join(seated, 2, true).await.expect(200);
    app.wait(TimeDelta::minutes(10));
    let body = json!({"event_id": seated, "seat_ids": [seats[0]]});
    cid.post("bookings/hold", body).await.refused(409, "seats_taken");
    assert_eq!(status(&bob.entry().await), "offered");
    cid.hold_seats(seated, &seats[4..5]).await;
    app.audit().await;
}

#[sqlx::test]
async fn who_wants_to_sit_together_gets_seats_beside_each_other(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let (ada, eve) = (app.person("ada").await, app.person("eve").await);
    let mut singles = Vec::new();
    for seat in &seats[..10] {
        singles.push(ada.hold_seats(event_id, std::slice::from_ref(seat)).await);
    }
    let pairs = [eve.hold_seats(event_id, &seats[10..12]).await, eve.hold_seats(event_id, &seats[12..20]).await];
    let (bob, cid) = (app.person("bob").await, app.person("cid").await);
    bob.join(event_id, 2, true).await.expect(200);
    cid.join(event_id, 2, false).await.expect(200);
    ada.change("release", &singles[0]).await.expect(200);
    ada.change("release", &singles[4]).await.expect(200);
    assert_eq!((status(&bob.entry().await), status(&cid.entry().await)), ("waiting", "offered"));
    eve.change("release", &pairs[0]).await.expect(200);
    let offer = bob.entry().await["booking_id"].as_str().expect("an offer").to_owned();
    let booking = bob.get(&format!("bookings/get?booking_id={offer}")).await.expect(200);
    let numbers: Vec<&str> =
        booking["seats"].as_array().expect("seats").iter().filter_map(|s| s["number"].as_str()).collect();
    assert_eq!(numbers, ["1", "2"]);
    assert_eq!(app.available(event_id).await, 0);
    app.audit().await;
}

#[sqlx::test]
async fn places_that_are_added_go_to_the_line_first(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ..) = sold_out(&app, 2).await;
    let bob = app.person("bob").await;
    bob.join(event_id, 2, false).await.expect(200);
    let refused = app.set_capacity(event_id, 1).await;
    assert!(format!("{refused:?}").contains("BelowTaken { taken_count: 2 }"), "{refused:?}");
    app.set_capacity(event_id, 5).await.expect("raised");
    assert_eq!(status(&bob.entry().await), "offered");
    assert_eq!(app.available(event_id).await, 1);
    app.set_capacity(event_id, 4).await.expect("lowered to what is taken");
    assert_eq!(app.available(event_id).await, 0);
    app.audit().await;
}

#[sqlx::test]
async fn what_came_free_unseen_is_offered_by_the_worker(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let (event_id, ..) = sold_out(&app, 2).await;
    let bob = app.person("bob").await;
    bob.join(event_id, 1, false).await.expect(200);
    let sql = "update events set total_capacity = total_capacity + 1, available_capacity = 1 where id = $1";
    sqlx::query(sql).bind(event_id).execute(&pool).await.expect("a place that nobody saw come");
    assert_eq!(feed_waitlists(&app.state).await.expect("fed"), 1);
    assert_eq!(status(&bob.entry().await), "offered");
    assert_eq!(feed_waitlists(&app.state).await.expect("fed again"), 0);
    app.audit().await;
}

#[sqlx::test]
async fn who_has_all_they_may_have_keeps_their_place_and_lets_others_pass(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event_with(|event| {
        event.total_capacity = 4;
        event.places_per_person = 2;
    });
    let event_id = event_id.await;
    let (ada, bob, cid) = (app.person("ada").await, app.person("bob").await, app.person("cid").await);
    let booked = [ada.book(event_id, 1).await, ada.book(event_id, 1).await];
    bob.hold(event_id, 1).await;
    let spare = cid.hold(event_id, 1).await;
    bob.join(event_id, 2, false).await.refused(409, "over_limit");
    bob.join(event_id, 1, false).await.expect(200);
    cid.join(event_id, 1, false).await.expect(200);
    // Bob finds a place on his own.
    cid.change("release", &spare).await.expect(200);
    assert_eq!(status(&bob.entry().await), "offered");
    ada.change("cancel", &booked[0]).await.expect(200);
    assert_eq!(status(&cid.entry().await), "offered");
    app.audit().await;
}

#[sqlx::test]
async fn who_leaves_while_places_come_free_gives_them_to_the_next(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada, bookings) = sold_out(&app, 2).await;
    let (bob, cid) = (app.person("bob").await, app.person("cid").await);
    let entry = bob.join(event_id, 2, false).await.expect(200);
    cid.join(event_id, 2, false).await.expect(200);
    // The offer's booking refers to Bob: it waits here, with his entry chosen.
    let mut gate = app.state.db.begin().await.expect("a transaction");
    sqlx::query("select from users where email like 'bob%' for update").execute(&mut *gate).await.expect("locked");
    let (cancelled, left, ()) = tokio::join!(
        ada.change("cancel", &bookings[0]),
        async {
            app.wait_for_blocked(1).await;
            bob.post("waitlist/leave", json!({"entry_id": entry["id"]})).await
        },
        async {
            app.wait_for_blocked(2).await;
            gate.commit().await.expect("opened");
        }
    );
    cancelled.expect(200);
    assert_eq!(status(&left.expect(200)), "left");
    assert_eq!(status(&cid.entry().await), "offered");
    app.audit().await;
}
