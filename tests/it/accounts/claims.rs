//! An account takes over what a guest has booked.

use super::{Person, Reply, TestApp};
use chrono::TimeDelta;
use evently::{
    bookings::store::{seal_history, sweep},
    id::EventId,
};
use futures::future::join;
use serde_json::{Value, json};
use sqlx::PgPool;

impl Person {
    async fn claim(&self, link: &str) -> Reply {
        self.post("users/claim", json!({"token": link})).await
    }

    async fn join_for_one(&self, event_id: EventId) {
        self.post("waitlist/join", json!({"event_id": event_id, "requested_quantity": 1})).await.expect(200);
    }

    /// Its open entries: of which event, and whether places are offered.
    async fn lines(&self) -> Vec<(Value, Value)> {
        let list = self.get("waitlist/list").await.expect(200);
        let open = list["items"].as_array().expect("entries").iter().filter(|entry| entry["status"] != "left");
        open.map(|entry| (entry["event_id"].clone(), entry["status"].clone())).collect()
    }

    async fn actions(&self, booking_id: &str) -> Vec<String> {
        let history = self.get(&format!("bookings/history?booking_id={booking_id}")).await.expect(200);
        let entries = history.as_array().expect("entries").iter();
        entries.map(|entry| entry["action"].as_str().expect("an action").to_owned()).collect()
    }
}

impl TestApp {
    /// A guest who has booked a place of a new event, and the link of the mail about it.
    async fn booked_guest(&self) -> (Person, String, String) {
        let guest = self.guest("gil").await;
        let booking_id = guest.book(self.event(10).await, 1).await;
        (guest, booking_id, self.guest_link().await)
    }
}

#[sqlx::test]
async fn all_that_a_guest_has_becomes_the_accounts(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (general, seated, full) = (app.event(10).await, app.seated_event(1).await, app.event(1).await);
    let (ada, bob, guest) = (app.person("ada").await, app.person("bob").await, app.guest("gil").await);
    let seats = app.seats(seated).await;
    let booked = guest.book(general, 2).await;
    let released = guest.hold(general, 1).await;
    guest.change("release", &released).await.expect(200);
    let held = guest.hold_seats(seated, &seats[..2]).await;
    bob.book(full, 1).await;
    guest.join_for_one(full).await;
    let tickets = guest.get(&format!("tickets/list?booking_id={booked}")).await.expect(200)["items"].clone();
    let code = tickets[0]["token"].clone();
    let link = app.guest_link().await;
    seal_history(&app.state).await.expect("sealed");

    let (status, page) = ada.page(&format!("/guest?token={link}")).await;
    assert!(status == 200 && page.contains("Add these to my account"), "{status}");
    assert_eq!(ada.booking_ids().await, Vec::<String>::new(), "opening the page claims nothing");
    ada.claim(&link).await.expect(200);

    let mut ids = ada.booking_ids().await;
    ids.sort();
    let mut all = vec![booked.clone(), released.clone(), held.clone()];
    all.sort();
    assert_eq!(ids, all);
    assert_eq!(ada.actions(&booked).await, ["held", "confirmed", "claimed"]);
    assert_eq!(ada.actions(&released).await, ["held", "released", "claimed"]);
    assert_eq!(ada.lines().await, [(json!(full), json!("waiting"))]);
    let own = ada.get(&format!("tickets/list?booking_id={booked}")).await.expect(200)["items"].clone();
    assert!(code.is_string() && own[0]["token"] == code, "what was printed lets in as before");
    let ticket_id = own[0]["id"].as_str().expect("an id");
    let history = ada.get(&format!("tickets/history?ticket_id={ticket_id}")).await.expect(200);
    assert_eq!(history.as_array().and_then(|all| all.last()).map(|last| &last["action"]), Some(&json!("claimed")));
    let told = ada.get("notifications/list").await.expect(200);
    assert!(told["items"][0]["title"].as_str().expect("a title").starts_with("You're going"));
    assert_eq!(ada.get("users/me").await.expect(200)["unread_count"], 1);

    guest.get("users/me").await.refused(401, "sign_in_required");
    ada.change("confirm", &held).await.expect(200);
    app.work().await;
    let last = app.mails().await.pop().expect("a mail");
    assert!(last.contains("ada@example.org") && !last.contains("/guest?token="), "{last}");
    seal_history(&app.state).await.expect("sealed");
    app.audit().await;
    let kept: i64 = sqlx::query_scalar("select count(*) from users where email like 'gil@%' or first_name = 'gil'")
        .fetch_one(app.state.db.pool())
        .await
        .expect("a count");
    assert_eq!(kept, 0, "nothing is left of the guest");
}

#[sqlx::test]
async fn claiming_twice_is_fine_and_nobody_else_comes_after(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_, booking_id, link) = app.booked_guest().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    assert_eq!(ada.send_form("users/claim", &[("token", &link)]).await, "/bookings?saved=claimed");
    ada.claim(&link).await.expect(200);
    assert_eq!(ada.actions(&booking_id).await, ["held", "confirmed", "claimed"]);
    assert!(ada.page(&format!("/guest?token={link}")).await.1.contains("This is in your account"));
    bob.claim(&link).await.refused(410, "link_over");
    assert_eq!(bob.page(&format!("/guest?token={link}")).await.0, 410);
    app.visitor().open(&link).await.refused(410, "link_over");
    let back = bob.send_form("users/claim", &[("token", &link)]).await;
    assert!(back.starts_with("/guest?"), "{back}");
    app.audit().await;
}

#[sqlx::test]
async fn only_an_account_claims_and_only_by_a_link(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (guest, booking_id, link) = app.booked_guest().await;
    app.visitor().claim(&link).await.refused(401, "sign_in_required");
    guest.claim(&link).await.refused(403, "forbidden");
    app.guest("bob").await.claim(&link).await.refused(403, "forbidden");
    let ada = app.person("ada").await;
    let wrong = format!("{}{}", &link[..32], "f".repeat(64));
    for wrong in ["", "x", &wrong] {
        ada.claim(wrong).await.refused(410, "link_over");
    }
    assert_eq!(guest.booking_ids().await, [booking_id]);
}

#[sqlx::test]
async fn of_two_who_claim_at_once_one_gets_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_, booking_id, link) = app.booked_guest().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let (first, second) = join(ada.claim(&link), bob.claim(&link)).await;
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 410], "{first:?} {second:?}");
    let (winner, loser) = if first.status == 200 { (&ada, &bob) } else { (&bob, &ada) };
    assert_eq!(winner.booking_ids().await, [booking_id.as_str()]);
    assert_eq!(winner.actions(&booking_id).await, ["held", "confirmed", "claimed"]);
    assert_eq!(loser.booking_ids().await, Vec::<String>::new());
    app.audit().await;
}

#[sqlx::test]
async fn nobody_gets_more_places_by_having_been_a_guest(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event_with(|event| event.places_per_person = 4).await;
    let (ada, guest) = (app.person("ada").await, app.guest("gil").await);
    let first = ada.book(event_id, 3).await;
    let booking_id = guest.book(event_id, 2).await;
    let link = app.guest_link().await;
    let refusal = ada.claim(&link).await.refused(409, "over_limit");
    assert_eq!(refusal["details"], json!({"limit": 4, "have": 3}));
    assert_eq!(guest.booking_ids().await, [booking_id.as_str()]);
    assert_eq!(guest.actions(&booking_id).await, ["held", "confirmed"]);
    ada.change("cancel", &first).await.expect(200);
    ada.claim(&link).await.expect(200);
    ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 3})).await.refused(409, "over_limit");
    app.audit().await;
}

#[sqlx::test]
async fn of_two_places_in_a_line_the_better_one_stays(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (full, offered) = (app.event(1).await, app.event(1).await);
    let (ada, bob, guest) = (app.person("ada").await, app.person("bob").await, app.guest("gil").await);
    bob.book(full, 1).await;
    let given_back = bob.book(offered, 1).await;
    guest.join_for_one(full).await;
    ada.join_for_one(full).await;
    guest.join_for_one(offered).await;
    ada.join_for_one(offered).await;
    bob.change("cancel", &given_back).await.expect(200);
    let link = app.guest_link().await;
    ada.claim(&link).await.expect(200);
    let mut lines = ada.lines().await;
    lines.sort_by_key(|(_, status)| status.to_string());
    assert_eq!(lines, [(json!(offered), json!("offered")), (json!(full), json!("waiting"))]);
    app.audit().await;
    app.wait(TimeDelta::days(2));
    while sweep(&app.state).await.expect("swept") > 0 {}
    app.audit().await;
}

#[sqlx::test]
async fn two_offers_of_one_event_are_the_persons_to_decide(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(2).await;
    let (ada, bob, guest) = (app.person("ada").await, app.person("bob").await, app.guest("gil").await);
    let given_back = bob.book(event_id, 2).await;
    guest.join_for_one(event_id).await;
    ada.join_for_one(event_id).await;
    bob.change("cancel", &given_back).await.expect(200);
    let link = app.guest_link().await;
    ada.claim(&link).await.refused(409, "wrong_state");
    let back = ada.send_form("users/claim", &[("token", &link)]).await;
    assert!(ada.page(&back).await.1.contains("Take or decline one of them first."), "{back}");
    let offer = guest.booking_ids().await.pop().expect("an offer");
    guest.change("release", &offer).await.expect(200);
    ada.claim(&link).await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn what_a_guest_does_meanwhile_is_claimed_or_gives_way(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (guest, booking_id, link) = app.booked_guest().await;
    let (general, seated) = (app.event(10).await, app.seated_event(1).await);
    let seats = app.seats(seated).await;
    let ada = app.person("ada").await;
    let hold = guest.post("bookings/hold", json!({"event_id": general, "quantity": 1}));
    let hold_seats = guest.post("bookings/hold", json!({"event_id": seated, "seat_ids": &seats[..1]}));
    let (claimed, cancelled, held, seat) =
        tokio::join!(ada.claim(&link), guest.change("cancel", &booking_id), hold, hold_seats);
    claimed.expect(200);
    assert!([200, 401, 404].contains(&cancelled.status), "{cancelled:?}");
    assert!([held.status, seat.status].iter().all(|status| [200, 401].contains(status)), "{held:?} {seat:?}");
    assert!(ada.booking_ids().await.contains(&booking_id));
    app.wait(TimeDelta::minutes(11));
    while sweep(&app.state).await.expect("swept") > 0 {}
    assert_eq!(app.available(general).await, 10);
    app.audit().await;
}

#[sqlx::test]
async fn claims_and_everything_they_lock_get_past_each_other(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (open, full, ada) = (app.event(100).await, app.event(1).await, app.person("ada").await);
    let bob = app.person("bob").await;
    let given_back = bob.book(full, 1).await;
    let mut guests = Vec::new();
    for name in ["gil", "gus", "gwen"] {
        let guest = app.guest(name).await;
        let booking_id = guest.book(open, 1).await;
        guest.join_for_one(full).await;
        guests.push((guest, booking_id, app.guest_link().await));
    }
    let doings = guests.iter().map(|(guest, booking_id, link)| async {
        let hold = guest.post("bookings/hold", json!({"event_id": open, "quantity": 1}));
        let (claimed, cancelled, held) = tokio::join!(ada.claim(link), guest.change("cancel", booking_id), hold);
        [claimed.status, cancelled.status, held.status]
    });
    let (statuses, cancelled, held) = tokio::join!(
        futures::future::join_all(doings),
        bob.change("cancel", &given_back),
        bob.post("bookings/hold", json!({"event_id": open, "quantity": 2})),
    );
    cancelled.expect(200);
    held.expect(200);
    for [claimed, cancelled, held] in statuses {
        // Two offers of one event are ada's to decide.
        assert!([200, 409].contains(&claimed), "{claimed}");
        assert!([200, 401, 404].contains(&cancelled) && [200, 401].contains(&held), "{cancelled} {held}");
    }
    app.audit().await;
    app.wait(TimeDelta::days(2));
    while sweep(&app.state).await.expect("swept") > 0 {}
    app.audit().await;
}
