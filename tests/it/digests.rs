//! The mail on Mondays: who gets it, what it says, and that it comes once.

use super::app::TestApp;
use chrono::TimeDelta;
use evently::{notifications::store::ask_for_digests, staff::model::Role};
use mail_parser::MessageParser;
use serde_json::json;
use sqlx::PgPool;

/// From the beginning of every test, a Friday, until a second before the week is over everywhere.
const ALMOST_MONDAY: TimeDelta = TimeDelta::seconds(3 * 86_400 - 1);

impl TestApp {
    /// Looks whether a week is over, sends what is to be sent, and answers the new weekly mails: to whom each went, and its text.
    async fn digests(&self) -> Vec<(String, String)> {
        let before = self.mails().await.len();
        ask_for_digests(&self.state).await.expect("looked");
        self.work().await;
        let mails = self.mails().await;
        let read = mails[before..].iter().filter_map(|mail| {
            let mail = MessageParser::default().parse(mail)?;
            mail.subject()?.starts_with("Your week").then_some(())?;
            assert!(mail.header_raw("List-Unsubscribe").is_some(), "it can be done without");
            let to = mail.to()?.first()?.address()?.to_owned();
            Some((to, mail.body_text(0)?.into_owned()))
        });
        let mut read: Vec<(String, String)> = read.collect();
        read.sort();
        read
    }
}

#[sqlx::test]
async fn staff_are_told_on_monday_how_the_week_went(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, quiet) = (app.event(10).await, app.event(10).await);
    app.admin().await;
    app.staff("bob", Role::BoxOffice, Some(event_id)).await;
    app.staff("cyd", Role::Finance, Some(quiet)).await;
    app.staff("dan", Role::CheckIn, Some(event_id)).await;
    assert_eq!(app.digests().await, [], "nothing had happened");

    let ada = app.person("ada").await;
    ada.book(event_id, 3).await;
    let given_back = ada.book(event_id, 2).await;
    ada.change("cancel", &given_back).await.expect(200);
    app.add_up().await;
    app.wait(ALMOST_MONDAY);
    assert_eq!(app.digests().await, [], "it is still Sunday in the west");

    app.wait(TimeDelta::minutes(5));
    let told = app.digests().await;
    let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
    assert_eq!(to, ["bob@example.org", "founder@example.org", "ida@example.org"], "where something happened");
    for (to, text) in &told {
        for words in [
            "2 bookings, 5 places",
            "1 booking, 2 places",
            "25 February to 3 March 2030",
            "(3)",
            "/admin/figures?from=2030-02-25",
        ] {
            assert!(text.contains(words), "{to}: {words} in {text}");
        }
        assert_eq!(text.contains("Taken"), to != "bob@example.org", "money is for who may see it: {text}");
    }

    app.wait(TimeDelta::minutes(5));
    assert_eq!(app.digests().await, [], "it is told once");
    app.wait(TimeDelta::days(7));
    assert_eq!(app.digests().await, [], "nothing has happened since");
}

#[sqlx::test]
async fn who_has_switched_it_off_gets_none(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ida = app.admin().await;
    let (_, page) = ida.page("/notifications").await;
    assert!(page.contains("How the week went at your events, on Mondays"));
    let off = json!({"reminder": true, "hold_ending": true, "digest": false});
    assert_eq!(ida.post("notifications/update_preferences", off.clone()).await.expect(200), off);
    let ada = app.person("ada").await;
    let (_, page) = ada.page("/notifications").await;
    assert!(!page.contains("How the week went"), "it is for staff");
    ada.book(app.event(10).await, 1).await;
    app.add_up().await;
    app.wait(ALMOST_MONDAY + TimeDelta::seconds(1));
    assert_eq!(app.digests().await, []);
    let told = ida.get("notifications/list").await.expect(200);
    assert_eq!(told["items"][0]["title"], "Your week: 1 place booked", "on the site all of it");
}

#[sqlx::test]
async fn of_many_processes_one_asks(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.admin().await;
    let looks = futures::future::join_all((0..8).map(|_| ask_for_digests(&app.state))).await;
    let asked: u64 = looks.into_iter().map(|asked| asked.expect("looked")).sum();
    assert_eq!(asked, 1);
}
