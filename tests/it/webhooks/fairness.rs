//! Receivers that are slow or many, and those of people who have left: none takes from the others what is theirs.

use super::{
    super::app::TestApp,
    receiver::{Does, Receiver},
};
use chrono::TimeDelta;
use evently::{
    id::WebhookId,
    job::Lane,
    server::jobs::run_due,
    staff::model::Role,
    webhooks::{
        deliver,
        store::{count_waiting, stop_orphans, wake},
    },
};
use futures::future::join_all;
use serde_json::json;
use sqlx::PgPool;

#[sqlx::test]
async fn one_delivery_that_takes_long_keeps_no_other_waiting(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(20).await, app.admin().await, app.person("ada").await);
    // Answered once all the others came: were they sent in rounds that wait for each other, that would be never.
    let receiver = Receiver::start([Does::AwaitOthers(8)]).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    for _ in 0..8 {
        ada.hold(event_id, 1).await;
    }
    app.tell_webhooks().await;
    let webhook_id: WebhookId = webhook_id.parse().expect("an id");
    deliver(&app.state, webhook_id).await.expect("delivered");
    assert_eq!(app.statuses().await, vec![("delivered".to_owned(), 1); 8]);
}

#[sqlx::test]
async fn a_receiver_that_is_slow_has_workers_of_its_own_until_it_is_quick_again(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let (slow, quick) = (Receiver::start([Does::Slow(2_050)]).await, Receiver::start([]).await);
    admin.webhook(Some(event_id), &slow.url, &["booking.held"]).await;
    admin.webhook(Some(event_id), &quick.url, &["booking.held"]).await;
    ada.hold(event_id, 1).await;
    app.deliver().await;
    let run = async |lane| run_due(&app.state, lane, 10).await.expect("jobs");
    ada.hold(event_id, 1).await;
    app.tell_webhooks().await;
    wake(&app.state).await.expect("woken");
    assert_eq!(run(Lane::Webhook).await, 1);
    assert_eq!((quick.documents().len(), slow.documents().len()), (2, 1));
    assert_eq!(run(Lane::Knock).await, 1);
    ada.hold(event_id, 1).await;
    app.tell_webhooks().await;
    wake(&app.state).await.expect("woken");
    assert_eq!((run(Lane::Webhook).await, run(Lane::Knock).await), (2, 0));
    assert_eq!((quick.documents().len(), slow.documents().len()), (3, 3));
}

#[sqlx::test]
async fn what_waits_for_an_earlier_change_is_neither_due_nor_overdue(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let receiver = Receiver::start([Does::Answer(400), Does::Answer(200)]).await;
    admin.webhook(Some(event_id), &receiver.url, &[]).await;
    ada.book(event_id, 1).await;
    app.deliver().await;
    // Another booking's arrives: the webhook doesn't fail any more, and what is left waits for the first one's second try.
    ada.hold(event_id, 1).await;
    app.deliver().await;
    app.wait(TimeDelta::seconds(9));
    assert_eq!(wake(&app.state).await.expect("woken"), 0);
    let backlog = count_waiting(&app.state).await.expect("a count");
    assert_eq!((backlog.waiting, backlog.failing), (2, 0));
    assert!(backlog.overdue_s < 1.0, "{}", backlog.overdue_s);
    app.wait(TimeDelta::seconds(4));
    app.deliver().await;
    assert_eq!(count_waiting(&app.state).await.expect("a count").waiting, 0);
}

#[sqlx::test]
async fn a_receiver_is_left_alone_for_as_long_as_it_asks(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let receiver = Receiver::start([Does::AnswerLater(503, "120"), Does::AnswerLater(429, "86400")]).await;
    admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    ada.hold(event_id, 1).await;
    for (wait, came) in [(0, 1), (119, 1), (1, 2), (3_599, 2), (1, 3)] {
        app.wait(TimeDelta::seconds(wait));
        app.deliver().await;
        assert_eq!(receiver.requests().len(), came, "after {wait} s more");
    }
    assert_eq!(app.statuses().await, [("delivered".to_owned(), 3)]);
}

#[sqlx::test]
async fn an_event_has_twenty_webhooks_and_the_site_fifty_also_where_many_are_made_at_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other, admin) = (app.event(10).await, app.event(10).await, app.admin().await);
    let receiver = Receiver::start([]).await;
    let body = |at: usize, event_id: Option<_>| {
        let mut body = json!({"url": format!("{}&at={at}", receiver.url), "kinds": []});
        event_id.into_iter().for_each(|event_id: evently::id::EventId| body["event_id"] = json!(event_id));
        body
    };
    for at in 0..18 {
        admin.post("webhooks/create", body(at, Some(event_id))).await.expect(200);
    }
    let mut colleagues = Vec::new();
    for name in ["ann", "ben", "cem", "dee", "eli", "fox"] {
        colleagues.push(app.staff(name, Role::Manager, Some(event_id)).await);
    }
    let making =
        colleagues.iter().zip(18..).map(|(person, at)| person.post("webhooks/create", body(at, Some(event_id))));
    let replies = join_all(making).await;
    let (made, refused): (Vec<_>, Vec<_>) = replies.into_iter().partition(|reply| reply.status == 200);
    assert_eq!((made.len(), refused.len()), (2, 4));
    for reply in refused {
        let error = reply.refused(422, "invalid");
        assert_eq!(error["details"][0]["field"], "url", "{error}");
    }
    admin.post("webhooks/create", body(0, Some(other))).await.expect(200);
    for at in 0..50 {
        admin.post("webhooks/create", body(at, None)).await.expect(200);
    }
    admin.post("webhooks/create", body(50, None)).await.refused(422, "invalid");
}

#[sqlx::test]
async fn the_same_webhook_sent_twice_is_one(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin) = (app.event(10).await, app.admin().await);
    let receiver = Receiver::start([]).await;
    let first = admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    assert_eq!(admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await, first);
    assert_ne!(admin.webhook(Some(event_id), &receiver.url, &[]).await, first);
    assert_ne!(admin.webhook(None, &receiver.url, &["booking.held"]).await, first);
    let colleague = app.admin_named("Olga Other").await;
    assert_ne!(colleague.webhook(Some(event_id), &receiver.url, &["booking.held"]).await, first);
    app.wait(TimeDelta::minutes(1));
    assert_ne!(admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await, first);
}

#[sqlx::test]
async fn a_webhook_ends_with_the_role_of_who_runs_it_and_goes_on_with_who_starts_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other, admin, ada) =
        (app.event(10).await, app.event(10).await, app.admin().await, app.person("ada").await);
    let (mia, max) =
        (app.staff("mia", Role::Manager, Some(event_id)).await, app.staff("max", Role::Manager, Some(other)).await);
    let (mias, maxs) = (Receiver::start([]).await, Receiver::start([]).await);
    let (webhook_id, _) = mia.webhook(Some(event_id), &mias.url, &["booking.held"]).await;
    max.webhook(Some(other), &maxs.url, &["booking.held"]).await;
    admin.webhook(None, &maxs.url, &["booking.confirmed"]).await;
    assert_eq!(stop_orphans(&app.state).await.expect("looked"), 0);
    let post = json!({"user_id": mia.user_id().await, "event_id": event_id});
    admin.post("admin/remove_staff", post).await.expect(200);
    assert_eq!(stop_orphans(&app.state).await.expect("looked"), 1);
    ada.hold(event_id, 1).await;
    ada.hold(other, 1).await;
    app.deliver().await;
    assert_eq!((mias.documents().len(), maxs.documents().len()), (0, 1));
    let state = async || admin.get(&format!("webhooks/get?webhook_id={webhook_id}")).await.expect(200)["state"].clone();
    assert_eq!(state().await, "orphaned");
    let page = admin.page(&format!("/admin/webhooks/{webhook_id}")).await.1;
    assert!(page.contains("who ran it may not any more"), "{page}");
    admin.post("webhooks/start", json!({"webhook_id": webhook_id})).await.expect(200);
    assert_eq!(stop_orphans(&app.state).await.expect("looked"), 0);
    ada.hold(event_id, 1).await;
    app.deliver().await;
    assert_eq!((state().await, mias.documents().len()), (json!("open"), 1));
}
