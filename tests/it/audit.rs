//! The audit finds what it is there to find: each test breaks one invariant by hand.

use super::{app::TestApp, tickets::tickets};
use evently::{audit::run_alone, bookings::store::seal_history};
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
    assert_eq!(tickets(&ada, &more).await.len() + tickets(&ada, &booked).await.len(), 3);
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
    a_ticket_of_a_place_too_many: "update tickets set place = 3 where place = 2" => "tickets: one is of a place";
    a_ticket_of_a_seat_of_another_booking: "update tickets set seat_id = (select min(seat_id::text)::uuid from seat_bookings where released_at is not null) where seat_id is not null" => "tickets: one is of a place";
    a_ticket_of_another_issue: "update tickets set nonce = 2 where place = 1" => "tickets: the issue";
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

#[sqlx::test]
async fn the_audit_on_schedule_counts_what_it_finds_and_one_process_does_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(5).await;
    assert_eq!(run_alone(&app.state).await.expect("an audit"), 0);
    let sql = "update events set available_capacity = 4 where id = $1";
    sqlx::query(sql).bind(event_id).execute(app.state.db.pool()).await.expect("a place is lost");
    assert_eq!(run_alone(&app.state).await.expect("an audit"), 2, "the count and the replay");
    let mut other = app.state.db.begin().await.expect("a transaction");
    sqlx::query("select pg_advisory_xact_lock(658711)").execute(&mut *other).await.expect("another process audits");
    assert_eq!(run_alone(&app.state).await.expect("nothing done"), 0);
}

#[sqlx::test]
async fn seals_form_a_chain_and_cover_every_entry_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (one, other) = (app.event(50).await, app.event(50).await);
    let ada = app.person("ada").await;
    let mut sealed = Vec::new();
    for round in 0..3 {
        let held = ada.hold(one, 1).await;
        ada.change("confirm", &held).await.expect(200);
        if round == 1 {
            ada.hold(other, 1).await;
        }
        sealed.push(seal_history(&app.state).await.expect("sealed"));
    }
    assert_eq!((sealed, seal_history(&app.state).await.expect("nothing new")), (vec![2, 3, 2], 0));
    let numbers: Vec<i32> = sqlx::query_scalar("select number from history_seals where event_id = $1 order by 1")
        .bind(one)
        .fetch_all(app.state.db.pool())
        .await
        .expect("seals");
    assert_eq!(numbers, [1, 2, 3]);
    app.audit().await;
}

/// Writes an entry after the only one of the booking `$1`.
const ONE_MORE_ENTRY: &str =
    "insert into booking_history (id, booking_id, action, actor_id, status_before, status_after, details, created_at,
                                  quantity, total_amount_minor, previous_hash)
     select gen_random_uuid(), booking_id, 'extended', actor_id, 'held', 'held', details, created_at, quantity,
            total_amount_minor, booking_history_hash(h) from booking_history h where booking_id = $1::uuid";

#[sqlx::test]
async fn an_entry_that_is_still_being_written_holds_the_seal_up(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(50).await;
    let ada = app.person("ada").await;
    let held = ada.hold(event_id, 1).await;
    // Gets its number before the entry below, and commits after it.
    let mut slow = app.state.db.begin().await.expect("a transaction");
    sqlx::query(ONE_MORE_ENTRY).bind(&held).execute(&mut *slow).await.expect("written");
    ada.hold(event_id, 1).await;
    let (sealed, ()) = tokio::join!(seal_history(&app.state), async {
        app.wait_until_asked("pg_snapshot_xmin").await;
        slow.commit().await.expect("committed");
    });
    assert_eq!(sealed.expect("sealed"), 3, "all three, the slow one too");
    app.audit().await;
}

#[sqlx::test]
async fn a_number_that_was_given_out_and_is_not_committed_holds_the_seal_up(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(50).await;
    let ada = app.person("ada").await;
    let (older, newer) = (ada.hold(event_id, 1).await, ada.hold(event_id, 1).await);
    let lock = "select from bookings where id = $1::uuid for no key update";
    // The older transaction is given the later number, and is over first.
    let mut first = app.state.db.begin().await.expect("a transaction");
    sqlx::query(lock).bind(&older).execute(&mut *first).await.expect("locked");
    let mut second = app.state.db.begin().await.expect("a transaction");
    sqlx::query(lock).bind(&newer).execute(&mut *second).await.expect("locked");
    sqlx::query(ONE_MORE_ENTRY).bind(&newer).execute(&mut *second).await.expect("written");
    sqlx::query(ONE_MORE_ENTRY).bind(&older).execute(&mut *first).await.expect("written");
    first.commit().await.expect("committed");
    let (sealed, ()) = tokio::join!(seal_history(&app.state), async {
        app.wait_until_asked("pg_snapshot_xmin").await;
        second.commit().await.expect("committed");
    });
    assert_eq!(sealed.expect("sealed"), 4, "both holds and both later entries");
    app.audit().await;
}
