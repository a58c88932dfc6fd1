//! Switching mails off by the link in them: by hand, and in one step as mail programs do.

use super::app::{Person, TestApp};
use axum_test::TestResponse;
use chrono::TimeDelta;
use evently::notifications::store::warn_of_ends;
use mail_parser::MessageParser;
use serde_json::json;
use sqlx::PgPool;

impl TestApp {
    /// Ada, and the mail that warns her before a hold ends, as it would go over the wire.
    async fn warned(&self) -> (Person, String) {
        let ada = self.person("ada").await;
        self.warn(&ada).await;
        let mail = self.mails().await.pop().expect("a mail");
        (ada, mail)
    }

    /// Lets a hold of this person come close to its end, and answers how many mails were sent for it.
    pub(crate) async fn warn(&self, person: &Person) -> usize {
        let before = self.mails().await.len();
        person.hold(self.event(10).await, 1).await;
        warn_of_ends(&self.state).await.expect("looked");
        self.wait(TimeDelta::minutes(8));
        warn_of_ends(&self.state).await.expect("looked");
        self.work().await;
        self.mails().await.len() - before
    }

    /// What a mail program sends, from its own server.
    async fn one_click(&self, path: &str) -> TestResponse {
        let request = self.visitor().server.post(path).form(&[("List-Unsubscribe", "One-Click")]);
        request.add_header("sec-fetch-site", "cross-site").await
    }
}

/// The address that the mail's header names, without the site.
fn path_in(mail: &str) -> String {
    let mail = MessageParser::default().parse(mail).expect("a mail");
    assert_eq!(mail.header_raw("List-Unsubscribe-Post").map(str::trim), Some("List-Unsubscribe=One-Click"));
    let header = mail.header_raw("List-Unsubscribe").expect("a header").trim().to_owned();
    let address = header.strip_prefix('<').and_then(|rest| rest.strip_suffix('>')).expect("an address").to_owned();
    assert!(mail.body_text(0).expect("a text").contains(&address) && !address.contains(char::is_whitespace));
    assert!(mail.body_html(0).expect("HTML").contains("Stop such mails"));
    address.strip_prefix("http://127.0.0.1:3000").expect("ours").to_owned()
}

async fn wants(person: &Person) -> (bool, bool) {
    let wanted = person.get("notifications/preferences").await.expect(200);
    (wanted["reminder"] == json!(true), wanted["hold_ending"] == json!(true))
}

#[sqlx::test]
async fn a_mail_program_switches_a_kind_of_mail_off_in_one_step(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, mail) = app.warned().await;
    let path = path_in(&mail);
    for _ in 0..2 {
        let reply = app.one_click(&path).await;
        assert_eq!(reply.status_code(), 200, "{}", reply.text());
        assert!(reply.maybe_header("location").is_none() && reply.maybe_header("set-cookie").is_none());
    }
    assert_eq!(wants(&ada).await, (true, false));
    assert_eq!(app.warn(&ada).await, 0, "she is warned on the site alone");
    let told = ada.get("notifications/list").await.expect(200);
    assert_eq!(told["items"].as_array().map(Vec::len), Some(2));
}

#[sqlx::test]
async fn the_page_behind_the_link_says_what_its_button_does(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, mail) = app.warned().await;
    let (path, stranger) = (path_in(&mail), app.visitor());
    for _ in 0..2 {
        let page = stranger.server.get(&path).await;
        assert_eq!(page.status_code(), 200);
        assert!(page.text().contains("No more warnings?") && page.text().contains("Stop these mails"));
    }
    assert_eq!(wants(&ada).await, (true, true), "opening it switches nothing off");
    let token = path.split_once("token=").expect("a token").1;
    let form = stranger.server.post("/api/v1/notifications/unsubscribe").add_header("accept", "text/html");
    let sent = form.form(&[("token", token)]).await;
    let to = sent.header("location").to_str().expect("text").to_owned();
    assert_eq!(to, format!("{path}&saved=off"));
    assert!(stranger.server.get(&to).await.text().contains("Switch them on again"));
    assert_eq!(wants(&ada).await, (true, false));
}

#[sqlx::test]
async fn a_link_that_was_changed_is_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, mail) = app.warned().await;
    let path = path_in(&mail);
    let (start, signature) = path.rsplit_once('.').expect("a signature");
    let other_kind = path.replace("hold_ending", "reminder");
    let shorter = path[..path.len() - 1].to_owned();
    let other = format!("{start}.{}", signature.chars().rev().collect::<String>());
    for wrong in [&other_kind, &shorter, &other, "/unsubscribe", "/unsubscribe?token=a.b.c", "/unsubscribe?token=%00"] {
        assert_eq!(app.one_click(wrong).await.status_code(), 410, "{wrong}");
        let page = app.visitor().server.get(wrong).await;
        assert!(page.status_code() == 410 && page.text().contains("nothing was switched off"), "{wrong}");
        let token = wrong.split_once("token=").map(|(_, token)| token).unwrap_or_default();
        let reply = app.visitor().post("notifications/unsubscribe", json!({"token": token})).await;
        reply.refused(410, "link_over");
    }
    assert_eq!(wants(&ada).await, (true, true));
}

#[sqlx::test]
async fn what_is_about_ones_own_booking_cannot_be_switched_off(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    ada.book(app.event(10).await, 1).await;
    app.work().await;
    let mail = app.mails().await.pop().expect("a mail");
    assert!(!mail.contains("List-Unsubscribe") && !mail.contains("unsubscribe"), "{mail}");
}

#[sqlx::test]
async fn a_guest_switches_mails_off_like_anybody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let guest = app.visitor();
    let fields = json!({"email": "gil@example.org", "first_name": "Gil", "last_name": "Guest"});
    guest.post("auth/guest", fields).await.expect(200);
    app.warn(&guest).await;
    let mail = app.mails().await.pop().expect("a mail");
    assert_eq!(app.one_click(&path_in(&mail)).await.status_code(), 200);
    assert_eq!(wants(&guest).await, (true, false));
}
