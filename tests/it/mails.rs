//! What people are told by mail: which mails, what they say, and that each is sent once.

use super::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::{
    bookings::store::sweep,
    events::store::cancel_event,
    id::EventId,
    job::{Job, Lane, Mail, News},
    notifications::store::{remind, warn_of_ends},
    server::{
        config::MailTo,
        jobs::{enqueue, run_due},
    },
};
use mail_parser::{Message, MessageParser};
use serde_json::json;
use sqlx::PgPool;

impl TestApp {
    /// Whom each mail went to and its subject.
    pub(crate) async fn told(&self) -> Vec<(String, String)> {
        let mails = self.mails().await;
        mails.iter().map(|mail| (to(&read(mail)), read(mail).subject().unwrap_or_default().to_owned())).collect()
    }

    pub(crate) async fn ask(&self, jobs: &[Job]) {
        let mut tx = self.state.db.begin().await.expect("a transaction");
        enqueue(&mut tx, jobs, self.now()).await.expect("asked");
        tx.commit().await.expect("committed");
    }

    /// Ada's booking of so many places.
    async fn booked(&self, event_id: EventId, quantity: i32) -> (Person, String) {
        let ada = self.person("ada").await;
        let booking_id = ada.book(event_id, quantity).await;
        (ada, booking_id)
    }
}

pub(crate) fn read(mail: &str) -> Message<'_> {
    MessageParser::default().parse(mail).expect("a mail")
}

pub(crate) fn to(mail: &Message<'_>) -> String {
    mail.to().and_then(|to| to.first()).and_then(|to| to.address()).expect("an address").to_owned()
}

pub(crate) fn text(mail: &Message<'_>) -> String {
    mail.body_text(0).expect("a text").replace("\r\n", "\n")
}

#[sqlx::test]
async fn a_booking_is_confirmed_by_mail(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (_, booking_id) = app.booked(event_id, 2).await;
    app.work().await;
    let mails = app.mails().await;
    let [mail] = mails.as_slice() else { panic!("one mail: {mails:?}") };
    let mail = read(mail);
    assert_eq!(to(&mail), "ada@example.org");
    assert_eq!(mail.subject(), Some("You're going: An evening, Mon 11 Mar"));
    let html = mail.body_html(0).expect("HTML").into_owned();
    for said in [text(&mail), html.clone()] {
        for word in ["An evening", "The Hall, 1 High Street, Berlin", "13:00 CET", "2 places", "€50", &booking_id] {
            assert!(said.contains(word), "{word}: {said}");
        }
    }
    assert!(html.starts_with("<!doctype html>") && !html.contains("<script"));
    assert!(mail.message_id().is_some_and(|id| id.ends_with("@127.0.0.1")), "{:?}", mail.message_id());
    assert_eq!(mail.header_raw("Auto-Submitted").map(str::trim), Some("auto-generated"));
}

#[sqlx::test]
async fn what_a_person_writes_cannot_become_markup(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event_with(|event| event.name = "Songs & <b>Dances</b>".to_owned()).await;
    let (_, _) = app.booked(event_id, 1).await;
    app.work().await;
    let mails = app.mails().await;
    let mail = read(&mails[0]);
    assert!(mail.body_html(0).expect("HTML").contains("Songs &#38; &#60;b&#62;Dances"), "{}", mails[0]);
    assert!(text(&mail).contains("Songs & <b>Dances</b>"));
    assert_eq!(mail.subject(), Some("You're going: Songs & <b>Dances</b>, Mon 11 Mar"));
}

#[sqlx::test]
async fn a_cause_is_told_once_however_often_its_job_is_done(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (_, booking_id) = app.booked(event_id, 1).await;
    app.work().await;
    let again = Mail::Confirmation { booking_id: booking_id.parse().expect("an id") }.into();
    for _ in 0..2 {
        app.ask(&[again, again]).await;
        assert_eq!(run_due(&app.state, Lane::Mail, 10).await.expect("done"), 1, "waiting twice is waiting once");
    }
    assert_eq!(app.mails().await.len(), 1);
}

#[sqlx::test]
async fn what_is_over_before_its_turn_is_not_told(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let (ada, booking_id) = app.booked(event_id, 1).await;
    ada.change("cancel", &booking_id).await.expect(200);
    let released = ada.hold(event_id, 1).await;
    ada.change("release", &released).await.expect(200);
    ada.hold(event_id, 1).await;
    app.wait(TimeDelta::hours(1));
    sweep(&app.state).await.expect("swept");
    app.work().await;
    let told = app.told().await;
    assert_eq!(told, [("ada@example.org".to_owned(), "Cancelled: An evening, Mon 11 Mar".to_owned())]);
}

#[sqlx::test]
async fn a_hold_that_ends_soon_is_told_once_while_there_is_time(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    let ada = app.person("ada").await;
    ada.hold(event_id, 2).await;
    warn_of_ends(&app.state).await.expect("looked");
    app.wait(TimeDelta::minutes(6));
    assert_eq!(warn_of_ends(&app.state).await.expect("looked"), 0);
    app.wait(TimeDelta::minutes(1));
    assert_eq!(warn_of_ends(&app.state).await.expect("looked"), 1);
    app.wait(TimeDelta::minutes(1));
    assert_eq!(warn_of_ends(&app.state).await.expect("looked"), 0);
    app.work().await;
    assert_eq!(
        app.told().await,
        [("ada@example.org".to_owned(), "Book by 13:10 CET on Fri 1 Mar: An evening".to_owned())]
    );
}

#[sqlx::test]
async fn an_offer_and_its_end_are_told(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(2).await;
    let (ada, booking_id) = app.booked(event_id, 2).await;
    let bob = app.person("bob").await;
    let join = json!({"event_id": event_id, "requested_quantity": 2, "together": false});
    bob.post("waitlist/join", join).await.expect(200);
    ada.change("cancel", &booking_id).await.expect(200);
    app.work().await;
    app.wait(TimeDelta::days(2));
    sweep(&app.state).await.expect("swept");
    app.work().await;
    let to_bob: Vec<String> =
        app.told().await.into_iter().filter(|(to, _)| to == "bob@example.org").map(|(_, subject)| subject).collect();
    assert_eq!(to_bob, ["Your turn: 2 places for An evening", "Your offer has ended: An evening"]);
}

#[sqlx::test]
async fn attendees_are_reminded_the_day_before_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(10).await;
    app.booked(event_id, 1).await;
    app.work().await;
    app.wait(TimeDelta::days(9) - TimeDelta::minutes(1));
    assert_eq!(remind(&app.state).await.expect("looked"), 0);
    app.wait(TimeDelta::minutes(6));
    let bob = app.person("bob").await;
    bob.book(event_id, 1).await;
    assert_eq!(remind(&app.state).await.expect("looked"), 1);
    app.wait(TimeDelta::minutes(6));
    assert_eq!(remind(&app.state).await.expect("looked"), 0);
    app.work().await;
    let reminded: Vec<_> = app.told().await.into_iter().filter(|(_, subject)| subject.starts_with("Soon")).collect();
    let ada = ("ada@example.org".to_owned(), "Soon: An evening, Mon 11 Mar at 13:00".to_owned());
    assert_eq!(reminded, [ada], "who has just booked knows");
}

#[sqlx::test]
async fn everybody_is_told_that_an_event_is_called_off_or_changed(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    app.booked(event_id, 1).await;
    let bob = app.person("bob").await;
    bob.book(event_id, 1).await;
    app.work().await;
    let changed = Job::TellAttendees { event_id, news: News::Changed { version: 2 }, after: None };
    app.ask(&[changed]).await;
    app.work().await;
    cancel_event(&app.state, event_id, app.now()).await.expect("cancelled");
    app.ask(&[changed]).await;
    app.work().await;
    let mut told: Vec<_> = app.told().await.into_iter().skip(2).collect();
    told.sort();
    let to = |name: &str, subject: &str| (format!("{name}@example.org"), subject.to_owned());
    let (new, off) = ("New time or place: An evening", "Called off: An evening, Mon 11 Mar");
    assert_eq!(told, [to("ada", off), to("ada", new), to("bob", off), to("bob", new)]);
}

#[sqlx::test]
async fn every_kind_of_mail_reads_well(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(2).await;
    let (ada, booking_id) = app.booked(event_id, 2).await;
    let booking = booking_id.parse().expect("an id");
    app.work().await;
    for news in [News::Reminder, News::Changed { version: 2 }] {
        app.ask(&[Mail::News { booking_id: booking, news }.into()]).await;
        app.work().await;
    }
    let bob = app.person("bob").await;
    let join = json!({"event_id": event_id, "requested_quantity": 2, "together": false});
    bob.post("waitlist/join", join).await.expect(200);
    ada.change("cancel", &booking_id).await.expect(200);
    app.wait(TimeDelta::hours(22));
    warn_of_ends(&app.state).await.expect("looked");
    app.work().await;
    app.wait(TimeDelta::hours(3));
    sweep(&app.state).await.expect("swept");
    app.work().await;
    let mails = app.mails().await;
    let mut said: Vec<String> = mails
        .iter()
        .map(|mail| read(mail))
        .map(|mail| format!("Subject: {}\n\n{}", mail.subject().unwrap_or_default(), text(&mail)))
        .collect();
    said.sort();
    // Ids and references are another each time.
    let said = said.join("\n==========\n");
    let said = said.lines().map(mask).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(said);
}

/// A line without what is made by chance.
pub(crate) fn mask(line: &str) -> String {
    let words = line.split(' ').map(|word| {
        let bare = word.trim_end_matches([',', '.']);
        let is_reference = bare.len() == 8 && bare.chars().all(|c| c.is_ascii_digit() || c.is_ascii_uppercase());
        if is_reference { word.replace(bare, "[reference]") } else { word.to_owned() }
    });
    let line = words.collect::<Vec<_>>().join(" ");
    if let Some((address, _)) = line.split_once("/unsubscribe?token=") {
        return format!("{address}/unsubscribe?token=[token]");
    }
    match line.find("/bookings/") {
        Some(at) => {
            let rest = &line[at + "/bookings/".len()..];
            format!("{}/bookings/[id]{}", &line[..at], rest.get(36..).unwrap_or_default())
        }
        None => match line.find("/events/") {
            Some(at) => format!("{}/events/[id]", &line[..at]),
            None => line,
        },
    }
}

#[sqlx::test]
async fn the_mailbox_is_not_there_where_mails_are_sent(pool: PgPool) {
    let app = TestApp::new(pool).await;
    assert_eq!(app.visitor().server.get("/dev/mailbox").await.status_code(), 404);
}

#[sqlx::test]
async fn whoever_develops_has_a_mailbox(pool: PgPool) {
    let folder = std::env::temp_dir().join(format!("evently-mailbox-{}", std::process::id()));
    let app = TestApp::with_mail(pool, MailTo::Folder(folder.clone()));
    let visitor = app.visitor();
    assert!(visitor.server.get("/dev/mailbox").await.text().contains("No mail yet"));
    let event_id = app.event(10).await;
    app.booked(event_id, 2).await;
    app.work().await;
    let page = visitor.server.get("/dev/mailbox").await.text();
    assert!(page.contains("You&#x27;re going: An evening") || page.contains("You're going: An evening"), "{page}");
    let path = page.split("href=\"").find(|part| part.starts_with("/dev/mailbox/")).expect("a link");
    let path = path.split('"').next().expect("a path");
    let mail = visitor.server.get(path).await;
    assert!(mail.header("content-security-policy").to_str().is_ok_and(|policy| policy.contains("default-src 'none'")));
    assert!(mail.text().contains("Show my booking"));
    assert!(visitor.server.get(&format!("{path}/text")).await.text().contains("Show my booking"));
    assert!(visitor.server.get(&format!("{path}/files/0")).await.text().starts_with("BEGIN:VCALENDAR"));
    assert_eq!(visitor.server.get(&format!("{path}/files/2")).await.status_code(), 404);
    for bad in ["/dev/mailbox/x", "/dev/mailbox/..%2f..%2fetc", "/dev/mailbox/00000000-0000-0000-0000-000000000000"] {
        assert!(visitor.server.get(bad).await.status_code().is_client_error(), "{bad}");
    }
    std::fs::remove_dir_all(folder).expect("removed");
}
