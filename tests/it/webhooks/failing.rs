//! Receivers that fail.

use super::{
    super::app::TestApp,
    receiver::{Does, Receiver},
};
use chrono::TimeDelta;
use evently::{
    id::WebhookId,
    job::{Job, Lane},
    server::jobs::{enqueue, run_due},
    webhooks::{
        deliver,
        store::{count_waiting, forget_old},
    },
};
use serde_json::json;
use sqlx::PgPool;
use std::time::{Duration, Instant};

#[sqlx::test]
async fn what_is_refused_comes_again_under_the_same_id_until_it_is_taken(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let receiver = Receiver::start([Does::Answer(500), Does::Answer(404), Does::Redirect]).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    ada.hold(event_id, 1).await;
    for (wait, status) in [(0, "waiting"), (13, "waiting"), (38, "waiting"), (150, "delivered")] {
        app.wait(TimeDelta::seconds(wait));
        app.deliver().await;
        assert_eq!(app.statuses().await[0].0, status, "after {wait} s");
    }
    let requests = receiver.requests();
    assert_eq!(requests.len(), 4, "a redirect is no yes, and isn't followed");
    assert!(requests.iter().all(|request| request.body == requests[0].body));
    let ids: Vec<&str> = requests.iter().map(|request| request.header("evently-delivery")).collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let log = admin.deliveries(&webhook_id).await;
    let tries: Vec<i64> =
        log[0]["tries"].as_array().expect("tries").iter().map(|tried| tried["status"].as_i64().expect("one")).collect();
    assert_eq!((tries, &log[0]["status"]), (vec![500, 404, 307, 200], &"delivered".into()));
    assert_eq!(log[0]["tries"][0]["answer"], "so be it");
    let webhook = admin.get(&format!("webhooks/get?webhook_id={webhook_id}")).await.expect(200);
    assert_eq!((&webhook["state"], &webhook["waiting_count"]), (&"open".into(), &0.into()));
}

#[sqlx::test]
async fn a_booking_is_told_in_order_however_often_it_fails_and_others_go_on(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin) = (app.event(10).await, app.admin().await);
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let receiver = Receiver::start([Does::Answer(400)]).await;
    admin.webhook(Some(event_id), &receiver.url, &[]).await;
    let adas = ada.book(event_id, 1).await;
    app.deliver().await;
    let bobs = bob.book(event_id, 1).await;
    app.deliver().await;
    let of = |id: &str| -> Vec<i64> {
        let documents = receiver.documents();
        let own = documents.iter().filter(|document| document["booking_id"] == id);
        own.map(|document| document["sequence"].as_i64().expect("a number")).collect()
    };
    assert_eq!((of(&adas), of(&bobs)), (vec![1], vec![1, 2]), "the later waits for the earlier");
    app.wait(TimeDelta::seconds(13));
    app.deliver().await;
    assert_eq!(of(&adas), [1, 1, 2]);
}

#[sqlx::test]
async fn whoever_hangs_breaks_off_or_floods_costs_no_more_than_our_patience(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let receiver = Receiver::start([Does::Hang, Does::BreakOff, Does::Flood]).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    ada.hold(event_id, 1).await;
    let began = Instant::now();
    app.deliver().await;
    assert!(began.elapsed() < Duration::from_secs(14), "{:?}", began.elapsed());
    let log = admin.deliveries(&webhook_id).await;
    assert_eq!(log[0]["tries"][0]["error"], "no answer in time");
    app.wait(TimeDelta::seconds(13));
    app.deliver().await;
    ada.hold(event_id, 1).await;
    app.deliver().await;
    assert_eq!(app.statuses().await, [("delivered".to_owned(), 2), ("delivered".to_owned(), 1)], "the status decides");
    let log = admin.deliveries(&webhook_id).await;
    assert_eq!(log[0]["tries"][0]["answer"].as_str().map(str::len), Some(500));
    assert_eq!(log[1]["tries"][1]["answer"], "half");
}

#[sqlx::test]
async fn who_is_gone_is_left_alone_for_a_while_and_then_gets_all_at_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let (webhook_id, _) = admin.webhook(Some(event_id), &Receiver::gone().await, &["booking.held"]).await;
    ada.hold(event_id, 1).await;
    app.deliver().await;
    ada.hold(event_id, 1).await;
    app.deliver().await;
    let attempts: Vec<i32> = app.statuses().await.iter().map(|(_, attempts)| *attempts).collect();
    assert_eq!(attempts, [1, 0], "while it rests nothing is tried");
    let webhook = admin.get(&format!("webhooks/get?webhook_id={webhook_id}")).await.expect(200);
    assert_eq!((&webhook["state"], &webhook["waiting_count"]), (&"failing".into(), &2.into()));
    let health = admin.get("admin/health").await.expect(200);
    assert_eq!((&health["webhooks"]["waiting_count"], &health["webhooks"]["failing_count"]), (&2.into(), &1.into()));
    let receiver = Receiver::start([]).await;
    let moved = json!({"webhook_id": webhook_id, "url": receiver.url, "kinds": ["booking.held"]});
    admin.post("webhooks/update", moved).await.expect(200);
    app.wait(TimeDelta::seconds(13));
    app.deliver().await;
    assert_eq!(receiver.documents().len(), 2);
    assert_eq!(count_waiting(&app.state).await.expect("a count").failing, 0);
}

#[sqlx::test]
async fn a_receiver_that_fails_has_workers_of_its_own(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let (bad, good) = (Receiver::start([Does::Answer(503)]).await, Receiver::start([]).await);
    admin.webhook(Some(event_id), &bad.url, &["booking.held"]).await;
    admin.webhook(Some(event_id), &good.url, &["booking.held"]).await;
    ada.hold(event_id, 1).await;
    app.deliver().await;
    ada.hold(event_id, 1).await;
    app.wait(TimeDelta::seconds(13));
    app.tell_webhooks().await;
    evently::webhooks::store::wake(&app.state).await.expect("woken");
    assert_eq!(run_due(&app.state, Lane::Webhook, 10).await.expect("jobs"), 1);
    assert_eq!((good.documents().len(), bad.documents().len()), (2, 1));
    assert_eq!(run_due(&app.state, Lane::Knock, 10).await.expect("jobs"), 1);
    assert_eq!(bad.documents().len(), 3, "it answers again, and gets what waits");
}

#[sqlx::test]
async fn at_the_end_of_three_days_it_is_stopped_and_who_made_it_is_told(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let receiver = Receiver::start(std::iter::repeat_n(Does::Answer(500), 20)).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    ada.hold(event_id, 1).await;
    app.deliver().await;
    let next = "select max(due_at) from webhook_deliveries where status = 'waiting'";
    while let Some(due) = sqlx::query_scalar(next).fetch_one(app.state.db.pool()).await.expect("an answer") {
        app.state.clock.set(due);
        app.send_due().await;
    }
    // Pauses are longer by chance: the last one may be spared.
    let tries = receiver.requests().len();
    assert!((14..=15).contains(&tries), "{tries}");
    assert_eq!(app.statuses().await, [("given_up".to_owned(), tries as i32)]);
    receiver.recover();
    let webhook = admin.get(&format!("webhooks/get?webhook_id={webhook_id}")).await.expect(200);
    assert_eq!(webhook["state"], "gave_up");
    app.work().await;
    let mails = app.mails().await;
    let stopped: Vec<&String> = mails.iter().filter(|mail| mail.contains("Subject: A webhook was stopped")).collect();
    assert!(stopped.len() == 1 && stopped[0].contains("ida@example.org"), "{mails:?}");
    ada.hold(event_id, 1).await;
    app.deliver().await;
    assert_eq!(receiver.requests().len(), tries, "nothing is told any more");

    admin.post("webhooks/start", json!({"webhook_id": webhook_id})).await.expect(200);
    ada.hold(event_id, 1).await;
    app.deliver().await;
    assert_eq!(receiver.requests().len(), tries + 1, "what happened while it was stopped is in the list of changes");
    let since = json!({"webhook_id": webhook_id, "since": "2030-03-01T00:00:00Z", "status": "given_up"});
    assert_eq!(admin.post("webhooks/replay_all", since).await.expect(200)["replayed_count"], 1);
    app.deliver().await;
    let requests = receiver.requests();
    let repeated = requests[tries + 1].header("evently-delivery");
    assert_eq!((requests.len(), repeated), (tries + 2, requests[0].header("evently-delivery")));
}

#[sqlx::test]
async fn what_a_worker_had_that_died_comes_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let receiver = Receiver::start([]).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    let webhook_id: WebhookId = webhook_id.parse().expect("an id");
    ada.hold(event_id, 1).await;
    app.tell_webhooks().await;
    // As a worker leaves them that takes the job and the delivery and is killed.
    let mut conn = app.state.db.pool().acquire().await.expect("a connection");
    enqueue(&mut conn, &[Job::Deliver { webhook_id }], app.now()).await.expect("asked");
    let taken = app.now() + TimeDelta::seconds(60);
    sqlx::query("update webhook_deliveries set attempts = 1, due_at = $1")
        .bind(taken)
        .execute(&mut *conn)
        .await
        .expect("taken");
    let job = app.now() + TimeDelta::seconds(300);
    sqlx::query("update jobs set attempts = 1, run_at = $1 where lane = 'webhook'")
        .bind(job)
        .execute(&mut *conn)
        .await
        .expect("taken");
    drop(conn);
    app.wait(TimeDelta::seconds(299));
    app.send_due().await;
    assert_eq!(receiver.documents().len(), 0);
    app.wait(TimeDelta::seconds(1));
    app.send_due().await;
    assert_eq!((receiver.documents().len(), app.statuses().await), (1, vec![("delivered".to_owned(), 2)]));
}

#[sqlx::test]
async fn many_workers_send_each_delivery_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin) = (app.event(100).await, app.admin().await);
    let receiver = Receiver::start([]).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &[]).await;
    let webhook_id: WebhookId = webhook_id.parse().expect("an id");
    for name in ["ada", "bob", "eve"] {
        let person = app.person(name).await;
        for _ in 0..3 {
            person.book(event_id, 1).await;
        }
    }
    app.tell_webhooks().await;
    let workers = (0..4).map(|_| deliver(&app.state, webhook_id));
    futures::future::try_join_all(workers).await.expect("delivered");
    let documents = receiver.documents();
    let mut ids: Vec<&str> = documents.iter().filter_map(|document| document["id"].as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((documents.len(), ids.len()), (18, 18));
    for (at, document) in documents.iter().enumerate() {
        let is_before = |other: &&serde_json::Value| other["booking_id"] == document["booking_id"];
        let before = documents[..at].iter().filter(is_before).count();
        assert_eq!(document["sequence"], before + 1, "in order");
    }
}

#[sqlx::test]
async fn what_ended_a_month_ago_is_forgotten(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin, ada) = (app.event(10).await, app.admin().await, app.person("ada").await);
    let receiver = Receiver::start([]).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    ada.hold(event_id, 1).await;
    app.deliver().await;
    app.wait(TimeDelta::days(30));
    assert_eq!(forget_old(&app.state).await.expect("forgotten"), 0);
    app.wait(TimeDelta::seconds(1));
    assert_eq!(forget_old(&app.state).await.expect("forgotten"), 1);
    assert!(admin.deliveries(&webhook_id).await.is_empty());
}
