//! Tickets through the real router: made once, verified offline, issued anew, void with their booking.

use super::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::{
    events::store::cancel_event,
    tickets::{
        store::{Change, change_keys},
        token::{Flaw, Place, PublicKey, Stamp},
    },
};
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;

/// Books places of a new event, and answers the booking's id.
pub(crate) async fn book(app: &TestApp, person: &Person, quantity: i32) -> String {
    let booking = person.hold(app.event(100).await, quantity).await;
    person.change("confirm", &booking).await.expect(200);
    booking
}

/// The tickets of a booking, as its person sees them.
pub(crate) async fn tickets(person: &Person, booking: &str) -> Vec<Value> {
    let list = person.get(&format!("tickets/list?booking_id={booking}")).await.expect(200);
    list["items"].as_array().expect("tickets").clone()
}

pub(crate) fn id(ticket: &Value) -> String {
    ticket["id"].as_str().expect("an id").to_owned()
}

pub(crate) fn token(ticket: &Value) -> String {
    ticket["token"].as_str().expect("a token").to_owned()
}

/// The keys as a scanner has them.
pub(crate) async fn keys(app: &TestApp) -> Vec<PublicKey> {
    let keys = app.visitor().get("tickets/keys").await.expect(200);
    let read = |key: &Value| hex::decode(key.as_str()?).ok()?.try_into().ok();
    keys.as_array().expect("keys").iter().map(|key| read(key).expect("a key")).collect()
}

async fn count(app: &TestApp, what: &str) -> i64 {
    let sql = format!("select count(*) from {what}");
    sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(app.state.db.pool()).await.expect("a count")
}

#[sqlx::test]
async fn a_confirmed_booking_has_a_ticket_for_each_place_and_only_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let booking = book(&app, &ada, 3).await;
    assert_eq!(count(&app, "tickets").await, 0, "confirming writes none");
    let found = tickets(&ada, &booking).await;
    assert_eq!(found.iter().map(|ticket| ticket["place"].as_i64()).collect::<Vec<_>>(), [Some(1), Some(2), Some(3)]);
    assert!(found.iter().all(|ticket| ticket["holder"] == "ada Test" && ticket["is_yours"] == true));
    assert_eq!(tickets(&ada, &booking).await, found);
    assert_eq!((count(&app, "tickets").await, count(&app, "ticket_history").await), (3, 3));
    let one = ada.get(&format!("tickets/get?ticket_id={}", id(&found[1]))).await.expect(200);
    assert_eq!(one, found[1]);
}

#[sqlx::test]
async fn a_ticket_names_its_seat(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let booking = ada.hold_seats(event_id, &[seats[11].clone(), seats[2].clone()]).await;
    ada.change("confirm", &booking).await.expect(200);
    let found = tickets(&ada, &booking).await;
    let names: Vec<_> = found.iter().map(|ticket| (&ticket["seat"]["row"], &ticket["seat"]["number"])).collect();
    assert_eq!(names, [(&json!("A"), &json!("3")), (&json!("B"), &json!("2"))]);
    let stamp = Stamp::verify(&token(&found[0]), &keys(&app).await).expect("signed");
    assert_eq!(stamp.place, Place::Seat(seats[2].parse().expect("an id")));
}

#[sqlx::test]
async fn who_asks_at_the_same_moment_finds_the_same_tickets_and_keys(pool: PgPool) {
    let apps = [TestApp::new(pool.clone()).await, TestApp::new(pool).await];
    let ada = apps[0].person("ada").await;
    let booking = book(&apps[0], &ada, 5).await;
    let (one, other) = (ada, apps[1].visitor());
    other.post("auth/login", json!({"email": "ada@example.org", "password": "correct horse"})).await.expect(200);
    let asked = join_all((0..6).map(|i| tickets(if i % 2 == 0 { &one } else { &other }, &booking))).await;
    assert!(asked.iter().all(|found| found.len() == 5 && *found == asked[0]), "{asked:?}");
    assert_eq!((count(&apps[0], "tickets").await, count(&apps[0], "ticket_keys").await), (5, 1));
}

#[sqlx::test]
async fn a_new_key_is_known_before_it_signs_and_what_was_signed_before_stays_good(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let ada = app.person("ada").await;
    let booking = book(&app, &ada, 1).await;
    let printed = token(&tickets(&ada, &booking).await[0]);
    let (signs_from, retired) = change_keys(&app.state, Change::InTime).await.expect("changed");
    assert_eq!((retired, keys(&app).await.len()), (0, 2));
    assert_eq!(token(&tickets(&ada, &booking).await[0]), printed, "the key before signs as yet");
    // Another process, which has believed nothing yet.
    let later = TestApp::new(pool).await;
    later.wait(signs_from - later.now() + TimeDelta::seconds(1));
    let phone = later.visitor();
    phone.login("ada", "correct horse").await.expect(200);
    let shown = token(&tickets(&phone, &booking).await[0]);
    assert_ne!(shown, printed);
    for text in [&printed, &shown] {
        assert!(Stamp::verify(text, &keys(&later).await).is_ok());
    }
}

#[sqlx::test]
async fn where_keys_were_stolen_nothing_that_was_signed_before_counts(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let booking = book(&app, &ada, 1).await;
    let printed = token(&tickets(&ada, &booking).await[0]);
    change_keys(&app.state, Change::InTime).await.expect("changed");
    let (_, retired) = change_keys(&app.state, Change::Stolen).await.expect("changed");
    assert_eq!((retired, keys(&app).await.len()), (2, 1), "the one that waited for its time may be stolen too");
    assert_eq!(Stamp::verify(&printed, &keys(&app).await), Err(Flaw::Forged));
    assert!(Stamp::verify(&token(&tickets(&ada, &booking).await[0]), &keys(&app).await).is_ok());
}

#[sqlx::test]
async fn only_a_confirmed_booking_has_tickets_and_only_its_person_sees_them(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let held = ada.hold(app.event(10).await, 2).await;
    assert_eq!(tickets(&ada, &held).await, Vec::<Value>::new());
    let booking = book(&app, &ada, 1).await;
    let ticket = id(&tickets(&ada, &booking).await[0]);
    for function in [
        format!("tickets/list?booking_id={booking}"),
        format!("tickets/get?ticket_id={ticket}"),
        format!("tickets/history?ticket_id={ticket}"),
    ] {
        bob.get(&function).await.refused(404, "not_found");
        app.visitor().get(&function).await.refused(401, "sign_in_required");
    }
    for function in ["tickets/reissue", "tickets/cancel_transfer"] {
        bob.post(function, json!({"ticket_id": ticket})).await.refused(404, "not_found");
        app.visitor().post(function, json!({"ticket_id": ticket})).await.refused(401, "sign_in_required");
    }
}

#[sqlx::test]
async fn a_code_verifies_with_the_public_keys_alone_and_an_old_one_is_told_by_its_nonce(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let ticket = tickets(&ada, &book(&app, &ada, 1).await).await.remove(0);
    let keys = keys(&app).await;
    let before = Stamp::verify(&token(&ticket), &keys).expect("signed");
    assert_eq!((before.ticket_id.to_string(), before.nonce, before.place), (id(&ticket), 1, Place::Number(1)));
    let anew = ada.post("tickets/reissue", json!({"ticket_id": id(&ticket)})).await.expect(200);
    let after = Stamp::verify(&token(&anew), &keys).expect("signed");
    assert_eq!(after, Stamp { nonce: 2, ..before });
    let nonce: i32 =
        sqlx::query_scalar("select nonce from tickets").fetch_one(app.state.db.pool()).await.expect("a row");
    assert!(before.nonce < nonce && after.nonce == nonce, "the old code is not the ticket's any more");
    assert_eq!(Stamp::verify(&token(&anew), &[[7; 32]]), Err(Flaw::Forged));
    let history = ada.get(&format!("tickets/history?ticket_id={}", id(&ticket))).await.expect(200);
    let actions: Vec<_> = history.as_array().expect("entries").iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["issued", "reissued"]);
}

#[sqlx::test]
async fn a_ticket_is_void_with_its_booking_and_with_its_event(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let cancelled = book(&app, &ada, 1).await;
    let ticket = id(&tickets(&ada, &cancelled).await[0]);
    ada.change("cancel", &cancelled).await.expect(200);
    let event_id = app.event(10).await;
    let called_off = ada.hold(event_id, 1).await;
    ada.change("confirm", &called_off).await.expect(200);
    cancel_event(&app.state, event_id, app.now()).await.expect("called off");
    for booking in [&cancelled, &called_off] {
        let void = tickets(&ada, booking).await.remove(0);
        assert_eq!((&void["status"], &void["token"]), (&json!("void"), &Value::Null));
        ada.post("tickets/reissue", json!({"ticket_id": id(&void)})).await.refused(409, "ticket_void");
    }
    let page = ada.server.get(&format!("/tickets/{ticket}")).add_header("accept", "text/html").await.text();
    assert!(page.contains("not valid any more") && !page.contains("class=\"qr\""), "{page}");
    assert_eq!(tickets(&ada, &ada_never_asked(&app, &ada).await).await, Vec::<Value>::new());
}

/// A booking that was cancelled before anybody asked for its tickets.
async fn ada_never_asked(app: &TestApp, ada: &Person) -> String {
    let booking = book(app, ada, 1).await;
    ada.change("cancel", &booking).await.expect(200);
    booking
}

#[sqlx::test]
async fn a_ticket_is_issued_anew_until_its_event_is_over(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let ticket = id(&tickets(&ada, &book(&app, &ada, 1).await).await[0]);
    app.wait(TimeDelta::days(10) + TimeDelta::hours(1));
    app.visitor();
    ada.post("tickets/reissue", json!({"ticket_id": ticket})).await.expect(200);
    app.wait(TimeDelta::hours(3));
    ada.post("tickets/reissue", json!({"ticket_id": ticket})).await.refused(409, "event_begun");
}

#[sqlx::test]
async fn what_happened_to_a_ticket_stays_written(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    tickets(&ada, &book(&app, &ada, 1).await).await;
    for sql in ["update ticket_history set actor_id = null", "delete from ticket_history", "truncate ticket_history"] {
        let refused = sqlx::query(sql).execute(app.state.db.pool()).await.expect_err("append-only");
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[sqlx::test]
async fn the_pages_show_codes_to_who_holds_the_tickets(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let booking = book(&app, &ada, 2).await;
    let of_booking = format!("/bookings/{booking}/tickets");
    let page = |person: &Person, path: &str| {
        let request = person.server.get(path).add_header("accept", "text/html");
        async move { request.await }
    };
    let html = page(&ada, &of_booking).await.text();
    assert_eq!(html.matches("class=\"qr\"").count(), 2, "{html}");
    for part in [
        "Place 1 of 2",
        "Place 2 of 2",
        "/tickets.pdf",
        "/ticket.ics",
        "noindex",
        "aria-label=\"QR code: Place 1 of 2\"",
    ] {
        assert!(html.contains(part), "{part}: {html}");
    }
    let one = format!("/tickets/{}", id(&tickets(&ada, &booking).await[0]));
    assert!(html.contains(&one), "{html}");
    let html = page(&ada, &one).await.text();
    for part in ["An evening", "Place 1 of 2", "Pass it on", "Issue it anew", "The ticket was issued.", "ada Test"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    for path in [&of_booking, &one] {
        assert_eq!(page(&bob, path).await.status_code(), 404);
        assert_eq!(page(&app.visitor(), path).await.status_code(), 401);
    }
    let html = page(&ada, &format!("/bookings/{booking}")).await.text();
    assert!(html.contains(&format!("href=\"{of_booking}\"")), "{html}");
}
