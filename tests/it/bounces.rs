//! Mails that come back: noted, told to their person, and no more of those that one can do without.

use super::app::{Person, TestApp};
use evently::notifications::bounce::{BounceKind, NoBounce, take_bounce};
use mail_parser::MessageParser;
use serde_json::{Value, json};
use sqlx::PgPool;

impl TestApp {
    /// Ada, and the `Message-ID` of the mail that confirms a booking of hers.
    async fn ada_with_mail(&self) -> (Person, String) {
        let ada = self.person("ada").await;
        ada.book(self.event(10).await, 1).await;
        self.work().await;
        let mail = self.mails().await.pop().expect("a mail");
        let mail = MessageParser::default().parse(&mail).expect("a mail");
        (ada, mail.message_id().expect("an id").to_owned())
    }

    /// Hands a report over, as the pipe of a mail server does.
    async fn report(&self, message_id: &str, action: &str, code: &str) -> Result<BounceKind, NoBounce> {
        let mail = format!(
            "From: MAILER-DAEMON@mx.example.org\r\nTo: tickets@example.com\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n\
             --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.org\r\n\r\n\
             Final-Recipient: rfc822; ada@example.org\r\nAction: {action}\r\nStatus: {code}\r\n\
             --b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: x\r\nMessage-ID: <{message_id}>\r\n\r\n--b--\r\n"
        );
        take_bounce(&self.state, mail.as_bytes()).await.expect("taken").map(|bounce| bounce.kind)
    }
}

async fn returned(person: &Person) -> Value {
    person.get("notifications/returned").await.expect(200)
}

#[sqlx::test]
async fn who_can_not_be_reached_is_told_on_the_site_and_spared_what_is_optional(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, message_id) = app.ada_with_mail().await;
    assert_eq!(app.warn(&ada).await, 1);
    assert_eq!(returned(&ada).await, Value::Null);
    for _ in 0..2 {
        assert_eq!(app.report(&message_id, "failed", "5.1.1").await, Ok(BounceKind::Permanent));
    }
    assert_eq!(returned(&ada).await["code"], "5.1.1");
    let guest = app.visitor();
    let fields = json!({"email": "ada@example.org", "first_name": "Eve", "last_name": "Guest"});
    guest.post("auth/guest", fields).await.expect(200);
    assert_eq!(returned(&guest).await, Value::Null, "who types an address learns nothing of it");
    let page = ada.server.get("/account").await.text();
    assert!(page.contains("Mails to this address come back") && page.contains("there is no such mailbox. (5.1.1)"));
    let told = ada.get("users/me").await.expect(200)["unread_count"].clone();
    assert_eq!(app.warn(&ada).await, 0);
    assert_eq!(ada.get("users/me").await.expect(200)["unread_count"].as_i64(), told.as_i64().map(|told| told + 1));
    let before = app.mails().await.len();
    ada.book(app.event(10).await, 1).await;
    app.work().await;
    assert_eq!(app.mails().await.len(), before + 1, "what is about a booking is sent always");

    for _ in 0..2 {
        ada.post("notifications/send_again", json!({})).await.expect(200);
    }
    assert_eq!(returned(&ada).await, Value::Null);
    assert_eq!(app.warn(&ada).await, 1);
    let kept = ada.get("users/export").await.expect(200)["mails"].to_string();
    assert!(kept.contains("\"bounce\":\"permanent\"") && kept.contains("\"bounce_code\":\"5.1.1\""), "{kept}");
}

#[sqlx::test]
async fn what_is_only_late_stops_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, message_id) = app.ada_with_mail().await;
    assert_eq!(app.report(&message_id, "delayed", "4.4.1").await, Ok(BounceKind::Transient));
    assert_eq!(returned(&ada).await, Value::Null);
    assert_eq!(app.warn(&ada).await, 1);
    assert_eq!(app.report(&message_id, "failed", "5.2.2").await, Ok(BounceKind::Permanent));
    app.report(&message_id, "delayed", "4.4.1").await.expect("taken");
    assert_eq!(returned(&ada).await["code"], "5.2.2", "a report that comes late changes nothing");
    app.report(&message_id, "delivered", "2.0.0").await.expect_err("nothing came back");
}

#[sqlx::test]
async fn what_is_about_no_mail_of_ours_changes_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, _) = app.ada_with_mail().await;
    let stranger = format!("{}@example.com", uuid::Uuid::nil());
    assert_eq!(app.report(&stranger, "failed", "5.1.1").await, Err(NoBounce::UnknownMail));
    let answer = take_bounce(&app.state, b"Subject: I'm on holiday\r\n\r\nBack on Monday.\r\n").await.expect("taken");
    assert_eq!(answer, Err(NoBounce::NoReport));
    assert_eq!(returned(&ada).await, Value::Null);
    app.visitor().get("notifications/returned").await.refused(401, "sign_in_required");
    app.visitor().post("notifications/send_again", json!({})).await.refused(401, "sign_in_required");
}

#[sqlx::test]
async fn nothing_of_it_is_left_of_who_leaves(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, message_id) = app.ada_with_mail().await;
    app.report(&message_id, "failed", "5.1.1").await.expect("taken");
    ada.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    let anew = app.person("ada").await;
    assert_eq!(returned(&anew).await, Value::Null);
}
