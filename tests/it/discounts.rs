//! Discount codes, through the door: given at the checkout, refused, given back, counted, and in every sum afterwards.

mod managing;
mod money;
mod races;

use super::app::{Person, Reply, TestApp};
use chrono::TimeDelta;
use evently::{bookings::store::sweep, events::store::cancel_event, id::EventId};
use serde_json::{Value, json};
use sqlx::PgPool;

impl Person {
    /// Makes a code of an event, and answers its id. What is left out is 20 percent for everybody.
    async fn make_code(&self, event_id: EventId, code: &str, change: Value) -> String {
        let mut fields = json!({"event_id": event_id, "code": code, "kind": "percent", "value": "20"});
        for (name, value) in change.as_object().expect("fields") {
            fields[name] = value.clone();
        }
        self.post("discounts/create", fields).await.id()
    }

    async fn apply(&self, booking_id: &str, code: &str) -> Reply {
        self.post("bookings/apply_code", json!({"booking_id": booking_id, "code": code})).await
    }

    /// A hold of a place with this code.
    async fn hold_with(&self, event_id: EventId, code: &str) -> String {
        let held = self.hold(event_id, 1).await;
        self.apply(&held, code).await.expect(200);
        held
    }

    async fn booking(&self, booking_id: &str) -> Value {
        self.get(&format!("bookings/get?booking_id={booking_id}")).await.expect(200)
    }

    async fn history(&self, booking_id: &str) -> Vec<(String, String)> {
        let history = self.get(&format!("bookings/history?booking_id={booking_id}")).await.expect(200);
        let entry = |entry: &Value| {
            (
                entry["action"].as_str().expect("a word").to_owned(),
                entry["sentence"].as_str().expect("words").to_owned(),
            )
        };
        history.as_array().expect("entries").iter().map(entry).collect()
    }
}

/// The amount to pay, what is taken off, and with which code.
fn sum(booking: &Value) -> (i64, i64, Option<&str>) {
    let minor = |name: &str| booking[name].as_i64().expect("an amount");
    (minor("total_amount_minor"), minor("discount_minor"), booking["discount_code"].as_str())
}

#[track_caller]
fn reason(reply: Reply) -> String {
    reply.refused(409, "code_refused")["details"]["reason"].as_str().expect("a reason").to_owned()
}

#[sqlx::test]
async fn a_code_takes_something_off_a_hold_until_it_is_taken_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.event(10).await);
    admin.make_code(event_id, "early", json!({})).await;
    admin.make_code(event_id, "FIVE", json!({"kind": "per_place", "value": "5"})).await;
    let keyed = json!({"event_id": event_id, "quantity": 2, "key": "page"});
    let held = ada.post("bookings/hold", keyed.clone()).await.id();
    for _ in 0..2 {
        let applied = ada.apply(&held, " Early ").await.expect(200);
        assert_eq!(sum(&applied), (4_000, 1_000, Some("EARLY")), "once is once");
    }
    assert_eq!(sum(&ada.booking(&held).await), (4_000, 1_000, Some("EARLY")));
    let again = ada.post("bookings/hold", keyed).await.expect(200);
    assert_eq!(sum(&again), (4_000, 1_000, Some("EARLY")), "the same hold, asked for again");
    assert_eq!(sum(&ada.apply(&held, "FIVE").await.expect(200)), (4_000, 1_000, Some("FIVE")), "in its place");
    for _ in 0..2 {
        assert_eq!(sum(&ada.change("remove_code", &held).await.expect(200)), (5_000, 0, None));
    }
    ada.apply(&held, "EARLY").await.expect(200);
    assert_eq!(sum(&ada.change("extend", &held).await.expect(200)), (4_000, 1_000, Some("EARLY")));
    assert_eq!(sum(&ada.change("confirm", &held).await.expect(200)), (4_000, 1_000, Some("EARLY")));
    let actions: Vec<String> = ada.history(&held).await.into_iter().map(|(action, _)| action).collect();
    let steps = ["held", "code_applied", "code_applied", "code_removed", "code_applied", "extended", "confirmed"];
    assert_eq!(actions, steps);
    assert_eq!(ada.history(&held).await[1].1, "You used a code. EARLY: €10 off.");
    app.audit().await;
}

#[sqlx::test]
async fn a_code_that_does_not_fit_is_refused_with_its_reason(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, bob) = (app.admin().await, app.person("ada").await, app.person("bob").await);
    let event_id = app.event(50).await;
    let later = (app.now() + TimeDelta::minutes(2)).to_rfc3339();
    admin.make_code(event_id, "LATER", json!({"starts_at": later})).await;
    admin.make_code(event_id, "SHORT", json!({"ends_at": later})).await;
    admin.make_code(event_id, "ONE", json!({"max_uses": "1"})).await;
    admin.make_code(event_id, "EACH", json!({"max_uses_per_person": "1"})).await;
    let over = admin.make_code(event_id, "OVER", json!({})).await;
    admin.post("discounts/end", json!({"code_id": over})).await.expect(200);
    admin.make_code(app.event(5).await, "ELSEWHERE", json!({})).await;
    let held = ada.hold(event_id, 2).await;
    assert_eq!(reason(ada.apply(&held, "NOPE").await), "unknown");
    assert_eq!(reason(ada.apply(&held, "ELSEWHERE").await), "unknown");
    assert_eq!(reason(ada.apply(&held, "LATER").await), "not_yet");
    assert_eq!(reason(ada.apply(&held, "OVER").await), "ended");
    bob.hold_with(event_id, "ONE").await;
    assert_eq!(reason(ada.apply(&held, "ONE").await), "used_up");
    ada.hold_with(event_id, "EACH").await;
    assert_eq!(reason(ada.apply(&held, "EACH").await), "used_by_you");
    bob.hold_with(event_id, "EACH").await;
    assert_eq!(sum(&ada.booking(&held).await), (5_000, 0, None), "refused is unchanged");
    app.wait(TimeDelta::minutes(2));
    assert_eq!(reason(ada.apply(&held, "SHORT").await), "ended");
    ada.apply(&held, "LATER").await.expect(200);
    let free = app.event_with(|event| event.price.minor = 0).await;
    admin.make_code(free, "GIFT", json!({})).await;
    let of_free = ada.hold(free, 1).await;
    assert_eq!(reason(ada.apply(&of_free, "GIFT").await), "nothing_to_pay");
    for (code, bad) in [("", "empty"), ("ab", "short"), ("früh", "letters"), ("a\u{0}bc", "control")] {
        assert!(ada.apply(&held, code).await.refused(422, "invalid")["details"][0]["field"] == "code", "{bad}");
    }
    app.audit().await;
}

#[sqlx::test]
async fn a_code_is_given_to_ones_own_hold_while_it_lasts(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.event(10).await);
    admin.make_code(event_id, "EARLY", json!({})).await;
    let held = ada.hold(event_id, 1).await;
    app.visitor().apply(&held, "EARLY").await.refused(401, "sign_in_required");
    app.person("eve").await.apply(&held, "EARLY").await.refused(404, "not_found");
    let booked = ada.book(event_id, 1).await;
    ada.apply(&booked, "EARLY").await.refused(409, "wrong_state");
    ada.change("remove_code", &booked).await.refused(409, "wrong_state");
    app.wait(TimeDelta::minutes(10));
    ada.apply(&held, "EARLY").await.refused(409, "hold_expired");
    let called_off = app.event(5).await;
    admin.make_code(called_off, "EARLY", json!({})).await;
    let held = ada.hold(called_off, 1).await;
    cancel_event(&app.state, called_off, app.now()).await.expect("called off");
    ada.apply(&held, "EARLY").await.refused(409, "event_cancelled");
}

#[sqlx::test]
async fn a_use_comes_back_with_whatever_ends_its_booking(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, bob) = (app.admin().await, app.person("ada").await, app.person("bob").await);
    let event_id = app.event(50).await;
    admin.make_code(event_id, "ONE", json!({"max_uses": "1", "max_uses_per_person": "1"})).await;
    let wanting = bob.hold(event_id, 1).await;
    let released = ada.hold_with(event_id, "ONE").await;
    assert_eq!(reason(bob.apply(&wanting, "ONE").await), "used_up");
    ada.change("release", &released).await.expect(200);
    let removed = ada.hold_with(event_id, "ONE").await;
    ada.change("remove_code", &removed).await.expect(200);
    let cancelled = ada.hold_with(event_id, "ONE").await;
    ada.change("confirm", &cancelled).await.expect(200);
    assert_eq!(reason(bob.apply(&wanting, "ONE").await), "used_up");
    ada.change("cancel", &cancelled).await.expect(200);
    assert_eq!(sum(&ada.booking(&cancelled).await), (2_000, 500, Some("ONE")), "what it was is told");
    ada.hold_with(event_id, "ONE").await;
    app.wait(TimeDelta::minutes(10));
    // Lapsed and not swept: no use any more.
    let wanting = bob.hold_with(event_id, "ONE").await;
    while sweep(&app.state).await.expect("swept") > 0 {}
    let again = ada.hold(event_id, 1).await;
    assert_eq!(reason(ada.apply(&again, "ONE").await), "used_up");
    bob.change("confirm", &wanting).await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn an_offer_of_the_waitlist_takes_a_code_too(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, bob) = (app.admin().await, app.person("ada").await, app.person("bob").await);
    let event_id = app.event(1).await;
    admin.make_code(event_id, "EARLY", json!({})).await;
    let booked = ada.book(event_id, 1).await;
    bob.post("waitlist/join", json!({"event_id": event_id, "requested_quantity": 1})).await.expect(200);
    ada.change("cancel", &booked).await.expect(200);
    let offer = bob.get("bookings/list").await.expect(200)["items"][0]["id"].as_str().expect("an offer").to_owned();
    bob.apply(&offer, "EARLY").await.expect(200);
    let accepted = bob.change("confirm", &offer).await.expect(200);
    assert_eq!((sum(&accepted), &accepted["is_offer"]), ((2_000, 500, Some("EARLY")), &true.into()));
    app.audit().await;
}

#[sqlx::test]
async fn nobody_finds_a_code_by_trying(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada, event_id) = (app.admin().await, app.person("ada").await, app.event(10).await);
    admin.make_code(event_id, "EARLY", json!({})).await;
    let held = ada.hold(event_id, 1).await;
    ada.change("extend", &held).await.expect(200);
    let codes: Vec<String> = (0..30).map(|n| format!("GUESS-{n}")).collect();
    let tried = futures::future::join_all(codes.iter().map(|code| ada.apply(&held, code))).await;
    let wrong = tried.iter().filter(|reply| reply.status == 409).count();
    assert_eq!((wrong, tried.iter().filter(|reply| reply.status == 429).count()), (10, 20), "all at once, too");
    let refused = ada.apply(&held, "EARLY").await.refused(429, "too_many");
    assert_eq!(refused["details"]["retry_after_s"], 600);
    let page = ada.page(&format!("/bookings/{held}/checkout")).await.1;
    assert!(page.contains("Have a code?"), "{page}");
    app.person("bob").await.hold_with(event_id, "EARLY").await;
    app.wait(TimeDelta::minutes(10));
    ada.apply(&held, "EARLY").await.expect(200);
    assert_eq!(evently::discounts::store::remove_old_tries(&app.state).await.expect("tidied"), 10);
}

#[sqlx::test]
async fn a_code_comes_along_with_a_link_through_signing_in(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    app.admin().await.make_code(event_id, "EARLY", json!({})).await;
    let ada = app.visitor();
    let (status, page) = ada.page(&format!("/events/{event_id}?code=early")).await;
    assert!(status == 200 && page.contains("Your code EARLY stands ready at the checkout."), "{page}");
    let unknown = ada.page(&format!("/events/{}?code=%3Cb%3E", app.event(5).await)).await;
    assert!(unknown.0 == 200 && !unknown.1.contains("Your code"));
    let fields =
        json!({"email": "ada@example.org", "password": "correct horse", "first_name": "Ada", "last_name": "B"});
    ada.post("auth/register", fields).await.expect(200);
    let held = ada.hold(event_id, 2).await;
    let checkout = ada.page(&format!("/bookings/{held}/checkout")).await.1;
    assert!(
        checkout.contains("value=\"EARLY\"") && checkout.contains("<details open class=\"checkout-code\""),
        "{checkout}"
    );
    assert_eq!(sum(&ada.booking(&held).await), (5_000, 0, None), "looking changes nothing");
    ada.apply(&held, "EARLY").await.expect(200);
    let checkout = ada.page(&format!("/bookings/{held}/checkout")).await.1;
    for words in ["2 places", "€50", "−€10", "€40", "Remove the code"] {
        assert!(checkout.contains(words), "{words}: {checkout}");
    }
    ada.change("confirm", &held).await.expect(200);
    assert!(ada.page(&format!("/bookings/{held}")).await.1.contains("−€10 with EARLY"));
    assert!(ada.page(&format!("/bookings/{held}/cancel")).await.1.contains("€40, all that you paid"));
    app.work().await;
    let mails = app.mails().await.join("\n");
    assert!(mails.contains("with EARLY"), "{mails}");
}

#[sqlx::test]
async fn a_plain_form_comes_back_with_its_reason_and_what_was_typed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, event_id) = (app.person("ada").await, app.event(10).await);
    let held = ada.hold(event_id, 1).await;
    let form = [("booking_id", held.as_str()), ("code", "nope<b>")];
    let sent = ada.server.post("/api/v1/bookings/apply_code").add_header("accept", "text/html").form(&form).await;
    let back = sent.headers()["location"].to_str().expect("an address").to_owned();
    let (status, page) = ada.page(&back).await;
    assert!(status == 200 && page.contains("value=\"nope&lt;b&gt;\"") && page.contains("look right"), "{page}");
    let form = [("booking_id", held.as_str()), ("code", "nope")];
    let sent = ada.server.post("/api/v1/bookings/apply_code").add_header("accept", "text/html").form(&form).await;
    let back = sent.headers()["location"].to_str().expect("an address").to_owned();
    assert!(ada.page(&back).await.1.contains("There is no such code for this event."));
}
