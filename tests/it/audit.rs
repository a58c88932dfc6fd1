//! The audit finds what it is there to find: each test breaks one invariant by hand.

use super::app::TestApp;
use evently::bookings::store::seal_history;
use sqlx::PgPool;

/// An event with seats and one of general admission, each with a hold and a booking; then the row is broken by `sql`,
/// with the trigger that guards the history off.
async fn violations_after(pool: PgPool, sql: &'static str) -> Vec<String> {
    let app = TestApp::new(pool).await;
    let (general, seated) = (app.event(100).await, app.seated_event(1).await);
    let seats = app.seats(seated).await;
    let ada = app.person("ada").await;
    let booked_seats = ada.hold_seats(seated, &seats[0..2]).await;
    ada.change("confirm", &booked_seats).await.expect(200);
    let more = ada.hold_seats(seated, &seats[2..3]).await;
    ada.change("confirm", &more).await.expect(200);
    ada.hold_seats(seated, &seats[3..4]).await;
    let booked = ada.hold(general, 2).await;
    ada.change("confirm", &booked).await.expect(200);
    ada.hold(general, 1).await;
    let bob = app.person("bob").await;
    bob.hold_seats(seated, &seats[4..10]).await;
    assert!(seal_history(&app.state).await.expect("sealed") > 0);
    let wanted = serde_json::json!({"event_id": seated, "requested_quantity": 2, "together": true});
    app.person("cid").await.post("waitlist/join", wanted).await.expect(200);
    ada.change("cancel", &booked_seats).await.expect(200);
    app.audit().await;
    let mut tx = app.state.db.begin().await.expect("a transaction");
    sqlx::query("alter table booking_history disable trigger user").execute(&mut *tx).await.expect("set");
    sqlx::query("alter table history_seals disable trigger user").execute(&mut *tx).await.expect("set");
    sqlx::query("grant all on booking_history, history_seals to current_user")
        .execute(&mut *tx)
        .await
        .expect("granted");
    assert!(sqlx::query(sql).execute(&mut *tx).await.expect("broken").rows_affected() > 0);
    tx.commit().await.expect("committed");
    app.violations().await
}

macro_rules! finds {
    ($($name:ident: $sql:literal => $what:literal;)+) => {$(
        #[sqlx::test]
        async fn $name(pool: PgPool) {
            let found = violations_after(pool, $sql).await;
            assert!(found.iter().any(|line| line.starts_with($what)), "{found:?}");
        }
    )+};
}

finds! {
    a_lost_place: "update events set available_capacity = available_capacity - 1 where not has_seat_selection" => "general admission:";
    a_place_too_many: "update events set available_capacity = available_capacity + 1 where has_seat_selection" => "seats: the event's total";
    a_section_that_miscounts: "update sections set total_count = total_count + 1" => "sections:";
    a_seat_that_forgot_its_booking: "update seats set status = 'available', booking_id = null where status = 'booked'" => "seats: the seat and its active";
    a_seat_of_another_status: "update seats set status = 'held', held_until = now() where status = 'booked'" => "seats: the status";
    a_booking_that_lost_a_seat: "update seat_bookings set released_at = created_at where id = (select min(id::text)::uuid from seat_bookings where released_at is null)" => "bookings: the number";
    an_amount_that_changed: "update bookings set total_amount_minor = 1 where status = 'confirmed'" => "bookings: the amount";
    a_currency_that_changed: "update bookings set currency = 'USD'" => "bookings: the currency";
    a_history_with_a_hole: "delete from booking_history where action = 'held'" => "history:";
    an_entry_rewritten: "update booking_history set details = 'nothing' where action = 'held'" => "history: an entry doesn't carry";
    a_last_entry_rewritten: "update booking_history h set details = 'x' where number = (select max(number) from booking_history where booking_id = h.booking_id)" => "seals: sealed entries were altered";
    an_entry_of_other_places: "update booking_history set quantity = quantity + 1" => "history: an entry doesn't tell";
    a_history_without_its_end: "delete from booking_history h where action = 'confirmed'" => "seals: entries were added to or taken";
    a_history_that_replays_to_something_else: "update booking_history set quantity = 7 where action = 'held'" => "history: replayed";
    a_seal_rewritten: "update history_seals set entry_count = entry_count + 1" => "seals: the chain is broken";
    a_seal_removed: "delete from history_seals where event_id = (select min(event_id::text)::uuid from history_seals)" => "seals: entries that should be sealed";
    an_offer_without_an_entry: "delete from waitlist" => "waitlist: an offer";
    an_offer_that_was_kept_from_its_hold: "update waitlist set status = 'lapsed'" => "waitlist: an offer";
    a_status_without_history: "delete from booking_history where action = 'confirmed'" => "history:";
}
