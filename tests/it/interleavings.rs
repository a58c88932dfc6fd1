//! Two things that happen to one booking, seat or event at the same moment, forced into either order: both wait for a lock
//! that the test holds, one behind the other.

use super::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::{bookings::store::sweep, events::store::cancel_event, id::EventId};
use serde_json::json;
use sqlx::{PgPool, Postgres, Transaction};

/// The order in which two things get the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    AsNamed,
    Reversed,
}

pub(crate) const BOTH: [Order; 2] = [Order::AsNamed, Order::Reversed];

/// Lets two things wait behind the gate, in this order, then does `meanwhile` and opens it.
pub(crate) async fn in_turn<A, B>(
    app: &TestApp,
    gate: Transaction<'static, Postgres>,
    order: Order,
    (one, other): (impl Future<Output = A>, impl Future<Output = B>),
    meanwhile: impl FnOnce(),
) -> (A, B) {
    let before = |own| if order == own { 0 } else { 1 };
    let (one, other, ()) = tokio::join!(
        async {
            app.wait_for_blocked(before(Order::AsNamed)).await;
            one.await
        },
        async {
            app.wait_for_blocked(before(Order::Reversed)).await;
            other.await
        },
        async {
            app.wait_for_blocked(2).await;
            meanwhile();
            gate.commit().await.expect("opened");
        },
    );
    (one, other)
}

async fn lock_booking(app: &TestApp, booking: &str) -> Transaction<'static, Postgres> {
    let mut gate = app.state.db.begin().await.expect("a transaction");
    sqlx::query("select from bookings where id = $1::uuid for update")
        .bind(booking)
        .execute(&mut *gate)
        .await
        .expect("locked");
    gate
}

async fn lock_sale(app: &TestApp, event_id: EventId) -> Transaction<'static, Postgres> {
    let mut gate = app.state.db.begin().await.expect("a transaction");
    let sql = "select pg_advisory_xact_lock(hashtextextended($1::text, 0))";
    sqlx::query(sql).bind(event_id).execute(&mut *gate).await.expect("locked");
    gate
}

async fn actions(person: &Person, booking: &str) -> Vec<String> {
    let history = person.get(&format!("bookings/history?booking_id={booking}")).await.expect(200);
    let action = |entry: &serde_json::Value| entry["action"].as_str().expect("a word").to_owned();
    history.as_array().expect("entries").iter().map(action).collect()
}

#[sqlx::test]
async fn confirm_and_cancel(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    for order in BOTH {
        let held = ada.hold(event_id, 1).await;
        let both = (ada.change("confirm", &held), ada.change("cancel", &held));
        let (confirmed, cancelled) = in_turn(&app, lock_booking(&app, &held).await, order, both, || ()).await;
        assert_eq!(cancelled.expect(200)["status"], "cancelled", "{order:?}");
        match order {
            Order::AsNamed => {
                assert_eq!(confirmed.expect(200)["status"], "confirmed");
                assert_eq!(actions(&ada, &held).await, ["held", "confirmed", "cancelled"]);
            }
            Order::Reversed => {
                confirmed.refused(409, "wrong_state");
                assert_eq!(actions(&ada, &held).await, ["held", "released"]);
            }
        }
    }
    assert_eq!(app.available(event_id).await, 10);
    app.audit().await;
}

#[sqlx::test]
async fn cancel_and_cancel(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    let booked = ada.hold(event_id, 1).await;
    ada.change("confirm", &booked).await.expect(200);
    let both = (ada.change("cancel", &booked), ada.change("cancel", &booked));
    let (one, other) = in_turn(&app, lock_booking(&app, &booked).await, Order::AsNamed, both, || ()).await;
    assert_eq!(
        (one.expect(200)["status"].clone(), other.expect(200)["status"].clone()),
        ("cancelled".into(), "cancelled".into())
    );
    assert_eq!(actions(&ada, &booked).await, ["held", "confirmed", "cancelled"], "once");
    assert_eq!(app.available(event_id).await, 10);
    app.audit().await;
}

#[sqlx::test]
async fn confirm_and_expire(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    for order in BOTH {
        let held = ada.hold(event_id, 1).await;
        let gate = lock_booking(&app, &held).await;
        // Asked for in time; while it waits for the booking, the hold lapses. What counts is the time once it has the lock.
        app.wait(TimeDelta::minutes(11));
        let both = (ada.change("confirm", &held), sweep(&app.state));
        let (confirmed, _) = in_turn(&app, gate, order, both, || ()).await;
        confirmed.refused(409, "hold_expired");
        while sweep(&app.state).await.expect("swept") > 0 {}
        assert_eq!(actions(&ada, &held).await, ["held", "expired"], "{order:?}");
    }
    assert_eq!(app.available(event_id).await, 10);
    app.audit().await;
}

#[sqlx::test]
async fn a_confirm_that_waits_past_the_end_is_too_late(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    for verb in ["confirm", "extend"] {
        let held = ada.hold(event_id, 1).await;
        let both = (ada.change(verb, &held), ada.change(verb, &held));
        let gate = lock_booking(&app, &held).await;
        let (one, other) = in_turn(&app, gate, Order::AsNamed, both, || app.wait(TimeDelta::minutes(10))).await;
        one.refused(409, "hold_expired");
        other.refused(409, "hold_expired");
    }
    while sweep(&app.state).await.expect("swept") > 0 {}
    assert_eq!(app.available(event_id).await, 10);
    app.audit().await;
}

#[sqlx::test]
async fn extend_and_expire(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    for order in BOTH {
        let held = ada.hold(event_id, 1).await;
        app.wait(TimeDelta::minutes(10));
        let both = (ada.change("extend", &held), sweep(&app.state));
        let (extended, _) = in_turn(&app, lock_booking(&app, &held).await, order, both, || ()).await;
        extended.refused(409, "hold_expired");
        while sweep(&app.state).await.expect("swept") > 0 {}
        assert_eq!(actions(&ada, &held).await, ["held", "expired"], "{order:?}");
    }
    app.audit().await;
}

#[sqlx::test]
async fn a_hold_of_seats_and_the_expiry_of_who_had_them(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    for (order, seat) in BOTH.into_iter().zip(&seats) {
        let lapsed = ada.hold_seats(event_id, std::slice::from_ref(seat)).await;
        app.wait(TimeDelta::minutes(10));
        let wanted = json!({"event_id": event_id, "seat_ids": [seat]});
        let both = (bob.post("bookings/hold", wanted), sweep(&app.state));
        let (held, _) = in_turn(&app, lock_booking(&app, &lapsed).await, order, both, || ()).await;
        assert_eq!(held.expect(200)["seats"][0]["seat_id"].as_str(), Some(seat.as_str()), "{order:?}");
        assert_eq!(actions(&ada, &lapsed).await, ["held", "expired"]);
    }
    app.audit().await;
}

#[sqlx::test]
async fn calling_the_event_off_and_confirm(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    for order in BOTH {
        let event_id = app.event(10).await;
        let held = ada.hold(event_id, 1).await;
        let both = (cancel_event(&app.state, event_id, app.now()), ada.change("confirm", &held));
        let (cancelled, confirmed) = in_turn(&app, lock_sale(&app, event_id).await, order, both, || ()).await;
        cancelled.expect("called off");
        match order {
            Order::AsNamed => _ = confirmed.refused(409, "event_cancelled"),
            Order::Reversed => assert_eq!(confirmed.expect(200)["status"], "confirmed"),
        }
    }
    app.audit().await;
}

#[sqlx::test]
async fn calling_the_event_off_and_hold(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    for order in BOTH {
        let event_id = app.event(10).await;
        let gate = app.lock_event(event_id).await;
        let wanted = json!({"event_id": event_id, "quantity": 1});
        let both = (cancel_event(&app.state, event_id, app.now()), ada.post("bookings/hold", wanted));
        let (cancelled, held) = in_turn(&app, gate, order, both, || ()).await;
        cancelled.expect("called off");
        match order {
            Order::AsNamed => _ = held.refused(409, "event_cancelled"),
            Order::Reversed => _ = held.expect(200),
        }
    }
    app.audit().await;
}

#[sqlx::test]
async fn lowering_the_capacity_and_hold(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    for order in BOTH {
        let event_id = app.event(1).await;
        let mut gate = app.lock_event(event_id).await;
        app.set_capacity(app.event(1).await, 2).await.expect("another event is free");
        let wanted = json!({"event_id": event_id, "quantity": 2});
        sqlx::query("update events set total_capacity = 2, available_capacity = 2 where id = $1")
            .bind(event_id)
            .execute(&mut *gate)
            .await
            .expect("two places");
        let both = (app.set_capacity(event_id, 1), ada.post("bookings/hold", wanted));
        let (lowered, held) = in_turn(&app, gate, order, both, || ()).await;
        match order {
            Order::AsNamed => {
                lowered.expect("lowered");
                held.refused(409, "sold_out");
            }
            Order::Reversed => {
                assert!(format!("{lowered:?}").contains("BelowTaken { taken_count: 2 }"), "{lowered:?}");
                held.expect(200);
            }
        }
    }
    app.audit().await;
}

#[sqlx::test]
async fn joining_the_line_and_cancelling(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for order in BOTH {
        let event_id = app.event(1).await;
        let (ada, bob) = (app.person(&format!("ada{order:?}")).await, app.person(&format!("bob{order:?}")).await);
        let booked = ada.hold(event_id, 1).await;
        // The line's own lock: joining takes it alone, freeing shares it.
        let mut gate = app.state.db.begin().await.expect("a transaction");
        let sql = "select pg_advisory_xact_lock(hashtextextended($1::text, 1))";
        sqlx::query(sql).bind(event_id).execute(&mut *gate).await.expect("locked");
        let joined = bob.post("waitlist/join", json!({"event_id": event_id, "requested_quantity": 1}));
        let both = (joined, ada.change("release", &booked));
        let (joined, released) = in_turn(&app, gate, order, both, || ()).await;
        released.expect(200);
        match order {
            Order::AsNamed => {
                joined.expect(200);
                let entries = bob.get("waitlist/list").await.expect(200);
                assert_eq!(entries["items"][0]["status"], "offered", "the place went to the one who had just joined");
            }
            Order::Reversed => _ = joined.refused(409, "places_free"),
        }
    }
    app.audit().await;
}

#[sqlx::test]
async fn the_last_use_of_a_code_is_confirmed_or_given_to_somebody_else(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(50).await;
    let admin = app.admin().await;
    for (order, lapses) in BOTH.into_iter().flat_map(|order| [(order, false), (order, true)]) {
        let text = format!("LAST-{}", app.now().timestamp());
        let code = json!({"event_id": event_id, "code": text, "kind": "percent", "value": "10", "max_uses": "1"});
        let code_id = admin.post("discounts/create", code).await.id();
        let (ada, bob) = (app.person(&format!("ada{text}")).await, app.person(&format!("bob{text}")).await);
        let first = ada.hold(event_id, 1).await;
        ada.post("bookings/apply_code", json!({"booking_id": first, "code": text})).await.expect(200);
        app.wait(TimeDelta::minutes(5));
        let second = bob.hold(event_id, 1).await;
        let mut gate = app.state.db.begin().await.expect("a transaction");
        let lock = sqlx::query("select from discount_codes where id = $1::uuid for update").bind(&code_id);
        lock.execute(&mut *gate).await.expect("locked");
        let both = (
            ada.change("confirm", &first),
            bob.post("bookings/apply_code", json!({"booking_id": second, "code": text})),
        );
        // While both wait for the code the first hold lapses, or doesn't.
        let meanwhile = || app.wait(TimeDelta::minutes(if lapses { 5 } else { 1 }));
        let (confirmed, applied) = in_turn(&app, gate, order, both, meanwhile).await;
        if lapses {
            confirmed.refused(409, "hold_expired");
            assert_eq!(applied.expect(200)["discount_minor"], 250, "{order:?}");
        } else {
            assert_eq!(confirmed.expect(200)["discount_minor"], 250, "{order:?}");
            assert_eq!(applied.refused(409, "code_refused")["details"]["reason"], "used_up");
        }
        app.wait(TimeDelta::minutes(1));
    }
    app.audit().await;
}
