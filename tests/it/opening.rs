//! A sale that opens while pages of it are open.

use super::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::id::EventId;
use serde_json::json;
use sqlx::PgPool;

impl TestApp {
    /// Makes the sale of the event begin so much later.
    async fn open_in(&self, event_id: EventId, time: TimeDelta) {
        sqlx::query("update events set sales_open_at = $2 where id = $1")
            .bind(event_id)
            .bind(self.now() + time)
            .execute(self.state.db.pool())
            .await
            .expect("moved");
    }
}

async fn page(person: &Person, event_id: EventId) -> String {
    let page = person.server.get(&format!("/events/{event_id}")).add_header("accept", "text/html").await;
    page.assert_status_ok();
    page.text()
}

/// The tag of the button that holds places.
fn hold_button(page: &str) -> &str {
    let mut buttons = page.match_indices("<button").map(|(at, _)| page[at..].split('>').next().unwrap_or_default());
    let form = page.find("/api/v1/bookings/hold").expect("the form that holds places");
    let own = |tag: &&str| tag.contains("button-primary") && tag.as_ptr() as usize > page[form..].as_ptr() as usize;
    buttons.find(own).expect("a button")
}

#[sqlx::test]
async fn before_a_sale_opens_its_page_has_the_form_already(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (places, seated) = (app.event(10).await, app.seated_event(1).await);
    let seats = app.seats(seated).await;
    let ada = app.person("ada").await;
    for (event_id, wanted, opens) in [
        (places, json!({"event_id": places, "quantity": 2}), "13:10"),
        (seated, json!({"event_id": seated, "seat_ids": [seats[0]]}), "13:20"),
    ] {
        app.open_in(event_id, TimeDelta::minutes(10)).await;
        let waiting = page(&ada, event_id).await;
        assert!(waiting.contains(&format!("The sale opens Friday 1 March 2030 at {opens} CET.")), "{waiting}");
        assert!(waiting.contains("Opens in 10 min"), "as long as it is, rounded up");
        assert!(!hold_button(&waiting).contains("disabled"), "only scripts know when it may be pressed");
        ada.post("bookings/hold", wanted.clone()).await.refused(409, "sales_not_open");
        app.wait(TimeDelta::minutes(10));
        ada.post("bookings/hold", wanted).await.expect(200);
        let open = page(&ada, event_id).await;
        assert!(!open.contains("sale-opening"), "{open}");
    }
}

#[sqlx::test]
async fn the_best_seats_are_found_before_the_sale_opens(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    app.open_in(event_id, TimeDelta::hours(2)).await;
    let path = format!("/events/{event_id}?party=2&best=1");
    let found = app.visitor().server.get(&path).add_header("accept", "text/html").await;
    assert_eq!(found.status_code(), 302, "{}", found.text());
    let to = found.header("location").to_str().expect("a path").to_owned();
    let page = app.visitor().server.get(&to).await.text();
    assert!(page.contains("Opens in 2 h 0 min") && page.contains("chosen-seat-label"), "{to} {page}");
}

#[sqlx::test]
async fn a_form_that_comes_too_early_is_told_so_and_keeps_its_choice(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    app.open_in(event_id, TimeDelta::seconds(5)).await;
    let ada = app.person("ada").await;
    let sent = async || {
        let form = format!("event_id={event_id}&quantity=3");
        let reply =
            ada.server.post("/api/v1/bookings/hold").text(form).content_type("application/x-www-form-urlencoded");
        let reply = reply.add_header("accept", "text/html").await;
        reply.header("location").to_str().expect("a path").to_owned()
    };
    let back = ada.server.get(&sent().await).add_header("accept", "text/html").await.text();
    assert!(back.contains("The sale has not opened yet.") && back.contains("Opens in 0:05"), "{back}");
    assert!(back.contains("value=\"3\""), "{back}");
    app.wait(TimeDelta::seconds(5));
    let to = sent().await;
    assert!(to.starts_with("/bookings/") && to.ends_with("/checkout"), "{to}");
}

#[sqlx::test]
async fn nobody_waits_on_the_page_for_a_sale_of_another_day(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    app.open_in(event_id, TimeDelta::hours(7)).await;
    let later = page(&app.visitor(), event_id).await;
    assert!(
        later.contains("On sale soon") && later.contains("The sale opens Friday 1 March 2030 at 20:00 CET."),
        "{later}"
    );
    assert!(!later.contains("/api/v1/bookings/hold"), "{later}");
}
