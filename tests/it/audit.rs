//! The audit finds what it is there to find: each test breaks one invariant by hand.

use super::app::TestApp;
use evently::audit;
use sqlx::PgPool;

/// An event with seats and one of general admission, each with a hold and a booking; then the row is broken by `sql`,
/// with the trigger that guards the history off.
async fn violations_after(pool: PgPool, sql: &'static str) -> Vec<String> {
    let app = TestApp::new(pool).await;
    let (general, seated) = (app.event(100).await, app.seated_event(1).await);
    let seats = app.seats(seated).await;
    let ada = app.person("ada").await;
    let booked = ada.hold_seats(seated, &seats[0..2]).await;
    ada.change("confirm", &booked).await.expect(200);
    ada.hold_seats(seated, &seats[2..4]).await;
    let booked = ada.hold(general, 2).await;
    ada.change("confirm", &booked).await.expect(200);
    ada.hold(general, 1).await;
    app.audit().await;
    let mut tx = app.state.db.begin().await.expect("a transaction");
    sqlx::query("alter table booking_history disable trigger user").execute(&mut *tx).await.expect("set");
    assert!(sqlx::query(sql).execute(&mut *tx).await.expect("broken").rows_affected() > 0);
    tx.commit().await.expect("committed");
    audit::run(&app.state).await.expect("an audit")
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
    a_section_that_miscounts: "update sections set available_count = available_count - 1" => "sections:";
    a_seat_that_forgot_its_booking: "update seats set status = 'available', booking_id = null where status = 'booked'" => "seats: the seat and its active";
    a_seat_of_another_status: "update seats set status = 'held', held_until = now() where status = 'booked'" => "seats: the status";
    a_booking_that_lost_a_seat: "update seat_bookings set released_at = created_at where id = (select min(id::text)::uuid from seat_bookings)" => "bookings: the number";
    an_amount_that_changed: "update bookings set total_amount_minor = 1 where status = 'confirmed'" => "bookings: the amount";
    a_currency_that_changed: "update bookings set currency = 'USD'" => "bookings: the currency";
    a_history_with_a_hole: "delete from booking_history where action = 'held'" => "history:";
    a_status_without_history: "delete from booking_history where action = 'confirmed'" => "history:";
}
