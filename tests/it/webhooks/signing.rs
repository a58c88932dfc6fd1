//! Signatures, and secrets that change.

use super::{super::app::TestApp, receiver::Receiver};
use chrono::TimeDelta;
use serde_json::json;
use sqlx::PgPool;
use std::{
    io::Write,
    process::{Command, Stdio},
};

#[sqlx::test]
async fn while_a_secret_changes_both_sign(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let receiver = Receiver::start([]).await;
    let (webhook_id, first) = admin.webhook(None, &receiver.url, &[]).await;
    let test = || async {
        admin.post("webhooks/test", json!({"webhook_id": webhook_id})).await.expect(200);
        app.send_due().await;
        receiver.requests().pop().expect("a delivery")
    };
    let signed = test().await;
    assert_eq!((signed.signature().1.len(), signed.header("evently-kind")), (1, "webhook.test"));
    let rotated = admin.post("webhooks/rotate_secret", json!({"webhook_id": webhook_id})).await.expect(200);
    let second = rotated["secret"].as_str().expect("text");
    assert!(rotated["webhook"]["old_secret_until"].is_string());
    let signed = test().await;
    assert!(signed.is_signed_by(&first) && signed.is_signed_by(second) && signed.signature().1.len() == 2);
    let by_id = json!({"webhook_id": webhook_id});
    let again = admin.post("webhooks/rotate_secret", by_id.clone()).await.expect(200);
    assert_eq!(again["secret"], second, "asked twice, it is the same");
    app.wait(TimeDelta::minutes(10));
    admin.post("webhooks/rotate_secret", by_id.clone()).await.refused(422, "invalid");
    assert!(!admin.page(&format!("/admin/webhooks/{webhook_id}")).await.1.contains("New secret"));
    let signed = test().await;
    assert!(signed.is_signed_by(&first) && signed.is_signed_by(second), "neither has ended before its time");
    app.wait(TimeDelta::hours(24));
    let signed = test().await;
    assert!(!signed.is_signed_by(&first) && signed.is_signed_by(second) && signed.signature().1.len() == 1);
    let third = admin.post("webhooks/rotate_secret", by_id).await.expect(200);
    assert_ne!(third["secret"], second);
}

#[sqlx::test]
async fn secrets_are_shown_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let receiver = Receiver::start([]).await;
    let (webhook_id, secret) = admin.webhook(None, &receiver.url, &[]).await;
    for function in ["webhooks/get?webhook_id=", "webhooks/deliveries?webhook_id="] {
        assert!(!admin.get(&format!("{function}{webhook_id}")).await.expect(200).to_string().contains(&secret));
    }
    assert!(!admin.get("webhooks/list").await.expect(200).to_string().contains(&secret));
    assert!(!admin.get("admin/log").await.expect(200).to_string().contains(&secret));
    let page = format!("/admin/webhooks/{webhook_id}");
    let made = admin.page(&format!("{page}?saved=created")).await.1;
    assert!(made.contains(&secret) && made.contains("it is not shown again"), "{made}");
    assert!(!admin.page(&page).await.1.contains(&secret));
    app.wait(TimeDelta::minutes(10));
    assert!(!admin.page(&format!("{page}?saved=created")).await.1.contains(&secret));
    let other = app.admin_named("Olga Other").await;
    assert!(!other.page(&format!("{page}?saved=created")).await.1.contains(&secret));
}

/// The sample in the documentation, as a receiver would run it: on a delivery that really came, and on what is none.
#[sqlx::test]
async fn the_sample_in_the_documentation_tells_ours_from_others(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let receiver = Receiver::start([]).await;
    let (webhook_id, secret) = admin.webhook(None, &receiver.url, &[]).await;
    admin.post("webhooks/test", json!({"webhook_id": webhook_id})).await.expect(200);
    app.send_due().await;
    let delivered = receiver.requests().pop().expect("a delivery");
    let path = format!("{}/docs/webhooks.md", std::env::var("CARGO_MANIFEST_DIR").expect("the crate"));
    let docs = std::fs::read_to_string(path).expect("the documentation");
    let sample = docs.split("```python\n").nth(1).and_then(|rest| rest.split("```").next()).expect("a sample");
    let (header, now) = (delivered.header("evently-signature"), app.now().timestamp());
    let is_genuine = |secret: &str, header: &str, body: &[u8], now: i64| {
        let program = format!(
            "import sys, time\n{sample}\ntime.time = lambda: {now}\nprint(is_genuine({secret:?}, {header:?}, sys.stdin.buffer.read()))"
        );
        let mut python = Command::new("python3")
            .args(["-c", &program])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        python.stdin.take().expect("piped").write_all(body).expect("written");
        String::from_utf8(python.wait_with_output().expect("an end").stdout).expect("text").trim().to_owned()
    };
    assert_eq!(is_genuine(&secret, header, &delivered.body, now), "True");
    assert_eq!(is_genuine(&secret, header, &delivered.body, now + 301), "False", "an old one");
    assert_eq!(is_genuine(&secret, header, b"{}", now), "False", "another body");
    assert_eq!(is_genuine("whsec_00", header, &delivered.body, now), "False", "another secret");
    let both = format!("{header},v1=00");
    assert_eq!(is_genuine(&secret, &both, &delivered.body, now), "True", "one of two is enough");
}
