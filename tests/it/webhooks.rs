//! Webhooks against receivers of our own, which fail in every way there is; and the list of changes.

mod api;
mod changes;
mod failing;
mod fairness;
mod receiver;
mod signing;

use super::app::{Person, TestApp};
use evently::{
    id::EventId,
    job::Lane,
    server::jobs::run_due,
    webhooks::store::{tell, wake},
};
use receiver::{Does, Receiver};
use serde_json::{Value, json};
use sqlx::PgPool;

impl TestApp {
    /// Makes the deliveries about all that has happened. Other tests' transactions may have to end first.
    pub(crate) async fn tell_webhooks(&self) {
        let untold = "select exists (select from booking_history where number > (select upto_entry from webhooks_told))
                   or exists (select from staff_actions where number > (select upto_action from webhooks_told))";
        while sqlx::query_scalar(untold).fetch_one(self.state.db.pool()).await.expect("an answer") {
            tell(&self.state).await.expect("told");
        }
    }

    /// Makes the deliveries, and sends what is due by now.
    async fn deliver(&self) {
        self.tell_webhooks().await;
        self.send_due().await;
    }

    /// Sends what is due by now.
    async fn send_due(&self) {
        wake(&self.state).await.expect("woken");
        for lane in [Lane::Webhook, Lane::Knock] {
            while run_due(&self.state, lane, 10).await.expect("jobs") > 0 {}
        }
    }

    async fn statuses(&self) -> Vec<(String, i32)> {
        sqlx::query_as("select status::text, attempts from webhook_deliveries order by id")
            .fetch_all(self.state.db.pool())
            .await
            .expect("deliveries")
    }
}

impl Person {
    /// Makes a webhook of an event, or of all; answers its id and secret.
    async fn webhook(&self, event_id: Option<EventId>, url: &str, kinds: &[&str]) -> (String, String) {
        let mut body = json!({"url": url, "kinds": kinds});
        if let Some(event_id) = event_id {
            body["event_id"] = json!(event_id);
        }
        let made = self.post("webhooks/create", body).await.expect(200);
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        (text(&made["webhook"]["id"]), text(&made["secret"]))
    }

    async fn deliveries(&self, webhook_id: &str) -> Vec<Value> {
        let page = self.get(&format!("webhooks/deliveries?webhook_id={webhook_id}")).await.expect(200);
        page["items"].as_array().expect("items").clone()
    }
}

fn kinds(documents: &[Value]) -> Vec<&str> {
    documents.iter().map(|document| document["kind"].as_str().expect("a kind")).collect()
}

#[sqlx::test]
async fn what_happens_to_a_booking_is_told_once_and_in_order(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other) = (app.seated_event(1).await, app.event(10).await);
    let (admin, ada) = (app.admin().await, app.person("ada").await);
    let receiver = Receiver::start([]).await;
    ada.book(other, 1).await;
    let before = ada.hold(other, 1).await;
    let (_, secret) = admin.webhook(Some(event_id), &receiver.url, &[]).await;
    let seats = app.seats(event_id).await;
    let booking_id = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("confirm", &booking_id).await.expect(200);
    ada.change("cancel", &booking_id).await.expect(200);
    ada.change("release", &before).await.expect(200);
    app.deliver().await;
    let told = receiver.documents();
    assert_eq!(kinds(&told), ["booking.held", "booking.confirmed", "booking.cancelled"]);
    let user_id = ada.user_id().await;
    for (at, document) in told.iter().enumerate() {
        assert_eq!(document["sequence"], at + 1);
        assert_eq!((&document["event_id"], &document["booking_id"]), (&json!(event_id), &json!(booking_id)));
        assert_eq!((&document["data"]["quantity"], &document["data"]["user_id"]), (&2.into(), &json!(user_id)));
        assert_eq!(
            (&document["data"]["total_amount_minor"], &document["data"]["currency"]),
            (&5_000.into(), &"EUR".into())
        );
        assert_eq!(document["data"]["seats"].as_array().map(Vec::len), Some(2));
        assert!(!document.to_string().contains("ada@example.org"), "{document}");
    }
    assert_eq!(
        (&told[1]["data"]["status_before"], &told[1]["data"]["status"], &told[2]["data"]["status"]),
        (&"held".into(), &"confirmed".into(), &"cancelled".into())
    );
    receiver.requests().iter().for_each(|request| request.verify(&secret, app.now()));
    app.wait(chrono::TimeDelta::days(1));
    app.deliver().await;
    assert_eq!(receiver.documents().len(), 3, "nothing is told twice");
    app.audit().await;
}

#[sqlx::test]
async fn only_the_chosen_kinds_are_told_and_of_events_too(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, ada) = (app.admin().await, app.person("ada").await);
    let event_id = app.draft_with(|_| ()).await;
    let (of_all, chosen) = (Receiver::start([]).await, Receiver::start([]).await);
    admin.webhook(None, &of_all.url, &[]).await;
    admin.webhook(Some(event_id), &chosen.url, &["event.cancelled", "booking.confirmed"]).await;
    admin.post("events/publish", json!({"event_id": event_id})).await.expect(200);
    ada.book(event_id, 1).await;
    let cancel = json!({"event_id": event_id, "name": "An evening", "reason": "Rain"});
    admin.post("events/cancel", cancel).await.expect(200);
    app.work().await;
    app.deliver().await;
    let told = of_all.documents();
    let mut seen = kinds(&told);
    seen.sort_unstable();
    let all = ["booking.called_off", "booking.confirmed", "booking.held", "event.cancelled", "event.published"];
    assert_eq!(seen, all);
    let published = told.iter().find(|document| document["kind"] == "event.published").expect("told");
    assert_eq!((&published["sequence"], &published["event_id"]), (&1.into(), &json!(event_id)));
    assert_eq!(published["data"]["event"]["name"], "An evening");
    assert_eq!(published["data"]["changed"], json!(["status"]));
    let told = chosen.documents();
    let mut seen = kinds(&told);
    seen.sort_unstable();
    assert_eq!(seen, ["booking.confirmed", "event.cancelled"]);
}

#[sqlx::test]
async fn an_alert_is_told_to_who_may_see_the_system_when_it_rises_and_when_it_clears(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (admin, manager) = (app.admin().await, app.staff("mia", evently::staff::model::Role::Manager, None).await);
    let (receiver, everything) = (Receiver::start([]).await, Receiver::start([]).await);
    let wanted = json!({"url": receiver.url, "kinds": ["alert.raised", "alert.cleared"]});
    manager.post("webhooks/create", wanted).await.refused(403, "forbidden");
    let (webhook_id, secret) = admin.webhook(None, &receiver.url, &["alert.raised", "alert.cleared"]).await;
    admin.webhook(None, &everything.url, &[]).await;
    let moved = json!({"webhook_id": webhook_id, "url": everything.url, "kinds": []});
    manager.post("webhooks/update", moved).await.refused(403, "forbidden");
    app.raise_and_clear().await;
    app.send_due().await;
    let told = receiver.documents();
    assert_eq!(kinds(&told), ["alert.raised", "alert.cleared"]);
    assert_eq!(
        (&told[0]["data"]["rule"], &told[0]["data"]["severity"]),
        (&"booking_failures".into(), &"critical".into())
    );
    receiver.requests().iter().for_each(|request| request.verify(&secret, app.now()));
    assert_eq!(everything.documents(), Vec::<Value>::new(), "nobody is told of the system who didn't ask");
}

#[sqlx::test]
async fn a_database_that_is_away_is_told_without_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let receiver = Receiver::start([Does::Answer(204)]).await;
    let (_, secret) = app.admin().await.webhook(None, &receiver.url, &["alert.raised"]).await;
    let watch = || async { evently::health::outage::watch(&app.state).await.expect("watched") };
    watch().await;
    app.state.db.pool().close().await;
    assert_eq!((watch().await, watch().await, watch().await), (0, 2, 0), "a mail and a webhook, once");
    let told = receiver.documents();
    assert_eq!((told.len(), &told[0]["data"]["rule"]), (1, &"database_away".into()));
    receiver.requests()[0].verify(&secret, app.now());
}
