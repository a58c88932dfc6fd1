//! Making webhooks, and what nobody should send.

use super::{super::app::TestApp, receiver::Receiver};
use evently::{
    server::{config::Config, outgoing::PrivateAddresses},
    staff::model::Role,
};
use serde_json::{Value, json};
use sqlx::PgPool;

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";

#[sqlx::test]
async fn a_webhook_is_made_changed_stopped_and_removed_and_the_log_says_so(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada) = (app.event(10).await, app.person("ada").await);
    let manager = app.staff("mia", Role::Manager, Some(event_id)).await;
    let receiver = Receiver::start([]).await;
    let (webhook_id, secret) = manager.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    assert!(secret.starts_with("whsec_") && secret.len() == 70, "{secret}");
    let by_id = json!({"webhook_id": webhook_id});
    let listed = manager.get("webhooks/list").await.expect(200);
    assert_eq!((&listed["items"][0]["id"], &listed["items"][0]["state"]), (&json!(webhook_id), &"open".into()));
    let change = json!({"webhook_id": webhook_id, "url": receiver.url, "kinds": [], "note": " For the shop "});
    let changed = manager.post("webhooks/update", change).await.expect(200);
    assert_eq!((&changed["note"], &changed["kinds"]), (&"For the shop".into(), &json!([])));
    for _ in 0..2 {
        let stopped = manager.post("webhooks/stop", by_id.clone()).await.expect(200);
        assert_eq!(stopped["state"], "stopped");
    }
    ada.hold(event_id, 1).await;
    app.deliver().await;
    for _ in 0..2 {
        assert_eq!(manager.post("webhooks/start", by_id.clone()).await.expect(200)["state"], "open");
    }
    ada.book(event_id, 1).await;
    app.deliver().await;
    assert_eq!(
        super::kinds(&receiver.documents()),
        ["booking.held", "booking.confirmed"],
        "since it was started again"
    );
    let delivery_id = manager.deliveries(&webhook_id).await[0]["id"].clone();
    manager.post("webhooks/replay", json!({"delivery_id": delivery_id})).await.expect(200);
    app.deliver().await;
    let requests = receiver.requests();
    assert_eq!((requests.len(), &requests[2].body), (3, &requests[1].body));
    manager.post("webhooks/delete", by_id.clone()).await.expect(200);
    manager.post("webhooks/delete", by_id).await.refused(404, "not_found");
    let log = manager.get(&format!("admin/log?event_id={event_id}")).await.expect(200);
    let mut deeds: Vec<&str> =
        log["items"].as_array().expect("items").iter().filter_map(|deed| deed["action"].as_str()).collect();
    deeds.retain(|deed| !deed.contains("post_taken") && !deed.contains("staff"));
    deeds.reverse();
    assert_eq!(
        deeds,
        [
            "webhook_created",
            "webhook_updated",
            "webhook_stopped",
            "webhook_started",
            "delivery_replayed",
            "webhook_deleted"
        ]
    );
}

#[sqlx::test]
async fn who_runs_one_event_reaches_no_webhook_of_another(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (own, other) = (app.event(10).await, app.event(10).await);
    let (admin, manager) = (app.admin().await, app.staff("mia", Role::Manager, Some(own)).await);
    let receiver = Receiver::start([]).await;
    let (of_other, _) = admin.webhook(Some(other), &receiver.url, &[]).await;
    let (of_all, _) = admin.webhook(None, &receiver.url, &[]).await;
    admin.post("webhooks/test", json!({"webhook_id": of_all})).await.expect(200);
    let delivery_id = admin.deliveries(&of_all).await[0]["id"].clone();
    for webhook_id in [&of_other, &of_all] {
        for read in ["get", "deliveries"] {
            manager.get(&format!("webhooks/{read}?webhook_id={webhook_id}")).await.refused(403, "forbidden");
        }
        for change in ["delete", "rotate_secret", "start", "stop", "test"] {
            let by_id = json!({"webhook_id": webhook_id});
            manager.post(&format!("webhooks/{change}"), by_id).await.refused(403, "forbidden");
        }
        let update = json!({"webhook_id": webhook_id, "url": receiver.url});
        manager.post("webhooks/update", update).await.refused(403, "forbidden");
        let all = json!({"webhook_id": webhook_id, "since": "2030-03-01T00:00:00Z"});
        manager.post("webhooks/replay_all", all).await.refused(403, "forbidden");
        assert_eq!(manager.page(&format!("/admin/webhooks/{webhook_id}")).await.0, 403);
    }
    manager.post("webhooks/replay", json!({"delivery_id": delivery_id})).await.refused(403, "forbidden");
    manager.post("webhooks/create", json!({"url": receiver.url})).await.refused(403, "forbidden");
    assert_eq!(manager.get("webhooks/list").await.expect(200)["items"], json!([]));
}

#[sqlx::test]
async fn nothing_is_sent_to_our_own_network_unless_that_is_allowed(pool: PgPool) {
    let redis_url = std::env::var("REDIS_URL").expect("REDIS_URL names the Redis for tests");
    let mut config = Config::for_tests("postgres://not-used", &redis_url);
    config.private_addresses = PrivateAddresses::Refused;
    let app = TestApp::with_config(pool, config);
    let admin = app.admin().await;
    for url in [
        "https://127.0.0.1/hooks",
        "https://[::1]:8443",
        "https://localhost",
        "https://10.1.2.3",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://0.0.0.0",
        "https://2130706433",
        "https://0x7f.1",
    ] {
        let refused = admin.post("webhooks/create", json!({"url": url})).await.refused(422, "invalid");
        assert_eq!(
            (&refused["details"][0]["field"], &refused["details"][0]["problem"]),
            (&"url".into(), &"unknown".into()),
            "{url}"
        );
    }
    let refused = admin.post("webhooks/create", json!({"url": "http://example.org"})).await.refused(422, "invalid");
    assert_eq!(refused["details"][0]["problem"], "malformed");
    // One that was made while it was allowed.
    let receiver = Receiver::start([]).await;
    let made = "insert into webhooks (id, url, kinds, note, secret, after_entry, after_action, created_by, created_at, updated_at)
                select gen_random_uuid(), u, '{}', '', decode(repeat('01', 32), 'hex'), 0, 0, users.id, $2, $2
                from users, unnest($1::text[]) as u";
    let port = receiver.url.split([':', '/']).nth(4).expect("a port");
    let urls = vec![receiver.url.clone(), format!("https://127.0.0.1:{port}")];
    sqlx::query(made).bind(urls).bind(app.now()).execute(app.state.db.pool()).await.expect("made");
    let listed = admin.get("webhooks/list").await.expect(200);
    for webhook in listed["items"].as_array().expect("items") {
        admin.post("webhooks/test", json!({"webhook_id": webhook["id"]})).await.expect(200);
    }
    app.send_due().await;
    assert_eq!(receiver.requests().len(), 0);
    for webhook in listed["items"].as_array().expect("items") {
        let log = admin.deliveries(webhook["id"].as_str().expect("an id")).await;
        assert_eq!(log[0]["tries"][0]["error"], "the name leads to an address that is not public");
    }
}

#[sqlx::test]
async fn bad_input_is_refused_in_our_words(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin) = (app.event(10).await, app.admin().await);
    let receiver = Receiver::start([]).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &[]).await;
    let long = "a".repeat(10_000);
    let good = json!({"event_id": event_id, "url": receiver.url, "kinds": [], "note": ""});
    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        body
    };
    for (field, value, status, code) in [
        ("url", json!(""), 422, "invalid"),
        ("url", json!("example.org"), 422, "invalid"),
        ("url", json!("ftp://example.org"), 422, "invalid"),
        ("url", json!("https://me:pw@example.org"), 422, "invalid"),
        ("url", json!(format!("https://example.org/{long}")), 422, "invalid"),
        ("url", json!("http://a\0b"), 422, "invalid"),
        ("url", json!(null), 400, "malformed"),
        ("url", json!(["https://example.org"]), 400, "malformed"),
        ("kinds", json!(["booking.eaten"]), 422, "invalid"),
        ("kinds", json!(["alert.raised"]), 422, "invalid"),
        ("kinds", json!(["booking.held\0"]), 422, "invalid"),
        ("kinds", json!([[1]]), 400, "malformed"),
        ("note", json!(long), 422, "invalid"),
        ("note", json!("a\0b"), 422, "invalid"),
        ("event_id", json!("x"), 400, "malformed"),
        ("event_id", json!(NOBODY), 404, "not_found"),
    ] {
        let body = with(field, value);
        admin.post("webhooks/create", body.clone()).await.refused(status, code);
        if field != "event_id" {
            let mut body = body;
            body["webhook_id"] = json!(webhook_id);
            admin.post("webhooks/update", body).await.refused(status, code);
        }
    }
    for function in ["get", "deliveries"] {
        for (id, status, code) in [(NOBODY, 404, "not_found"), ("x", 400, "malformed"), ("%00", 400, "malformed")] {
            admin.get(&format!("webhooks/{function}?webhook_id={id}")).await.refused(status, code);
        }
    }
    for query in ["status=eaten", "limit=0", "limit=201", "cursor=x"] {
        admin.get(&format!("webhooks/deliveries?webhook_id={webhook_id}&{query}")).await.refused(422, "invalid");
    }
    for query in ["limit=0", "cursor=x"] {
        admin.get(&format!("webhooks/list?{query}")).await.refused(422, "invalid");
    }
    for function in ["delete", "rotate_secret", "start", "stop", "test"] {
        admin.post(&format!("webhooks/{function}"), json!({"webhook_id": NOBODY})).await.refused(404, "not_found");
        admin.post(&format!("webhooks/{function}"), json!({"webhook_id": "x"})).await.refused(400, "malformed");
        admin.get(&format!("webhooks/{function}")).await.refused(405, "method_not_allowed");
    }
    admin.post("webhooks/replay", json!({"delivery_id": NOBODY})).await.refused(404, "not_found");
    for (since, status) in
        [("", ""), ("yesterday", ""), ("2030-13-01T00:00:00Z", ""), ("2030-03-01T00:00:00Z", "eaten")]
    {
        let body = json!({"webhook_id": webhook_id, "since": since, "status": status});
        admin.post("webhooks/replay_all", body).await.refused(422, "invalid");
    }
    assert_eq!(admin.get("webhooks/list").await.expect(200)["items"].as_array().map(Vec::len), Some(1));
}

#[sqlx::test]
async fn pages_show_what_there_is_and_forms_come_back_filled_in(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, admin) = (app.event(10).await, app.admin().await);
    let list = format!("/admin/events/{event_id}/webhooks");
    assert!(admin.page(&list).await.1.contains("There are no webhooks yet."));
    assert!(!admin.page(&list).await.1.contains("alert.raised"), "no event is the system");
    assert!(admin.page("/admin/webhooks").await.1.contains("alert.raised"));
    let receiver = Receiver::start([]).await;
    let (webhook_id, _) = admin.webhook(Some(event_id), &receiver.url, &["booking.held"]).await;
    admin.post("webhooks/test", json!({"webhook_id": webhook_id})).await.expect(200);
    app.deliver().await;
    for page in [&list, "/admin/webhooks"] {
        let (status, text) = admin.page(page).await;
        assert!(status == 200 && text.contains(&webhook_id) && text.contains("Deliveries arrive"), "{page}");
    }
    let (status, text) = admin.page(&format!("/admin/webhooks/{webhook_id}")).await;
    assert!(status == 200 && text.contains("Answered 200 after") && text.contains("webhook.test"), "{text}");
    assert!(text.contains("Delivered") && text.contains("Send again"));
    assert_eq!(admin.page(&format!("/admin/webhooks/{NOBODY}")).await.0, 404);
    assert_eq!(admin.page("/admin/webhooks/x").await.0, 404);
    let refused = admin
        .server
        .post("/api/v1/webhooks/create")
        .add_header("accept", "text/html")
        .form(&[("event_id", event_id.to_string().as_str()), ("url", "nonsense"), ("note", "For the shop")])
        .await;
    let location = refused.headers()["location"].to_str().expect("text").to_owned();
    let (_, text) = admin.page(&location).await;
    assert!(text.contains("This is no address that begins with https://") && text.contains("For the shop"), "{text}");
}
