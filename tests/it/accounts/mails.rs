//! The mails that carry links.

use super::TestApp;
use chrono::TimeDelta;
use evently::users::token::Purpose;
use mail_parser::MessageParser;
use serde_json::json;
use sqlx::PgPool;

impl TestApp {
    /// Subject and text of each mail that is sent once all is done.
    async fn letters(&self) -> Vec<(String, String)> {
        self.work().await;
        let read = |mail: &String| {
            let mail = MessageParser::default().parse(mail).expect("a mail");
            let text = mail.body_text(0).expect("a text").into_owned();
            assert!(mail.body_html(0).expect("HTML").contains("?token="), "a link in both");
            (mail.subject().unwrap_or_default().to_owned(), text)
        };
        self.mails().await.iter().map(read).collect()
    }
}

fn secret_in(text: &str) -> &str {
    let from = text.find("?token=").expect("a link") + "?token=".len();
    &text[from..from + 64]
}

#[sqlx::test]
async fn registering_sends_the_link_that_confirms(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.visitor();
    let fields = json!({
        "email": "ada@example.org", "password": "correct horse", "first_name": "Ada", "last_name": "Lovelace",
    });
    ada.post("auth/register", fields).await.expect(200);
    let letters = app.letters().await;
    let [(subject, text)] = letters.as_slice() else { panic!("one mail: {letters:?}") };
    assert_eq!(subject, "Confirm your address");
    assert!(text.contains("Hello Ada") && text.contains("http://127.0.0.1:3000/verify-email?token="), "{text}");
    ada.verify(secret_in(text)).await.expect(200);
    assert!(ada.is_verified().await);
}

#[sqlx::test]
async fn a_link_for_a_password_is_sent_to_who_has_the_account(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.person("ada").await;
    let visitor = app.visitor();
    visitor.forget_password("nobody").await;
    assert_eq!(app.letters().await, []);
    visitor.forget_password("ada").await;
    let jobs: Vec<String> =
        sqlx::query_scalar("select job::text from jobs").fetch_all(app.state.db.pool()).await.expect("jobs");
    assert!(jobs.len() == 1 && jobs[0].len() < 150, "an id waits, no secret: {jobs:?}");
    let letters = app.letters().await;
    let [(subject, text)] = letters.as_slice() else { panic!("one mail: {letters:?}") };
    assert_eq!(subject, "Choose a new password");
    visitor.reset(secret_in(text), "battery staple").await.expect(200);
}

#[sqlx::test]
async fn a_link_that_is_over_is_not_sent(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    for _ in 0..2 {
        ada.forget_password("ada").await;
    }
    assert_eq!(app.letters().await.len(), 1, "the newer one");
    ada.forget_password("ada").await;
    app.wait(TimeDelta::hours(1));
    assert_eq!(app.letters().await.len(), 1, "too late for the last");
    assert_eq!(app.try_link(Purpose::Reset).await, None);
}

#[sqlx::test]
async fn who_leaves_is_written_to_no_more_and_their_mails_are_forgotten(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada) = (app.event(10).await, app.person("ada").await);
    ada.book(event_id, 1).await;
    ada.forget_password("ada").await;
    app.work().await;
    let kept = ada.get("users/export").await.expect(200);
    let mut subjects: Vec<&str> =
        kept["mails"].as_array().expect("mails").iter().filter_map(|mail| mail["subject"].as_str()).collect();
    subjects.sort_unstable();
    assert_eq!(subjects, ["Choose a new password", "You're going: An evening, Mon 11 Mar"]);
    assert_eq!(kept["notifications"].as_array().map(Vec::len), Some(1), "a link's secret is in its mail alone");
    assert_eq!(kept["wanted_mails"]["reminder"], true);
    let sent = app.mails().await.len();
    ada.forget_password("ada").await;
    ada.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    app.work().await;
    assert_eq!(app.mails().await.len(), sent);
    let named: i64 = sqlx::query_scalar("select count(*) from mails where user_id is not null or address is not null")
        .fetch_one(app.state.db.pool())
        .await
        .expect("a count");
    assert_eq!(named, 0);
    let told: i64 =
        sqlx::query_scalar("select count(*) from notifications").fetch_one(app.state.db.pool()).await.expect("a count");
    assert_eq!(told, 0);
}
