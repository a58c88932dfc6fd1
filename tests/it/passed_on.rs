//! Tickets that were passed on: their holders are told of what becomes of them, and nothing of what is others'.

use super::{
    app::{Person, TestApp},
    mails::{mask, read, text, to},
    tickets::{book, id, tickets, token},
};
use chrono::TimeDelta;
use evently::{
    id::EventId,
    job::{Job, News},
    notifications::store::remind,
};
use mail_parser::MimeHeaders;
use serde_json::{Value, json};
use sqlx::PgPool;

impl TestApp {
    /// Passes this ticket on to somebody with this name.
    async fn pass_on(&self, giver: &Person, (taker, name): (&Person, &str), ticket_id: &str) -> Value {
        let email = format!("{name}@example.org");
        giver.post("tickets/transfer", json!({"ticket_id": ticket_id, "email": email})).await.expect(200);
        self.work().await;
        let mails = self.mails().await;
        let offer =
            mails.iter().rev().find(|mail| mail.contains("/tickets/transfers?token=") && to(&read(mail)) == email);
        let words = text(&read(offer.expect("an offer")));
        let (_, link) = words.split_once("/tickets/transfers?token=").expect("a link");
        let link = link.split_whitespace().next().expect("a token");
        let ticket = taker.post("tickets/accept_transfer", json!({"token": link})).await.expect(200);
        self.work().await;
        ticket
    }

    /// What the mails to this person said since so many mails ago, subject first, oldest first.
    async fn said_to(&self, name: &str, since: usize) -> Vec<String> {
        let address = format!("{name}@example.org");
        let mails = self.mails().await;
        let mails = mails.iter().skip(since).map(|mail| read(mail)).filter(|mail| to(mail) == address);
        mails.map(|mail| format!("{}\n{}", mail.subject().unwrap_or_default(), text(&mail))).collect()
    }

    async fn mail_count(&self) -> usize {
        self.mails().await.len()
    }
}

impl Person {
    async fn titles(&self) -> Vec<(String, String)> {
        let told = self.get("notifications/list").await.expect(200);
        let word = |value: &Value| value.as_str().expect("a text").to_owned();
        let told = told["items"].as_array().expect("a list").iter();
        told.map(|told| (word(&told["title"]), word(&told["path"]))).collect()
    }
}

fn subjects(said: &[String]) -> Vec<&str> {
    said.iter().filter_map(|said| said.lines().next()).collect()
}

/// Ada's booking of three places, two of whose tickets Bob has; and the tickets.
async fn passed(app: &TestApp) -> (Person, Person, String, Vec<Value>) {
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let booking = book(app, &ada, 3).await;
    let of_booking = tickets(&ada, &booking).await;
    for ticket in &of_booking[..2] {
        app.pass_on(&ada, (&bob, "bob"), &id(ticket)).await;
    }
    (ada, bob, booking, of_booking)
}

#[sqlx::test]
async fn who_accepts_gets_the_ticket_and_who_gave_it_is_told_by_whom(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let booking = book(&app, &ada, 2).await;
    let ticket = tickets(&ada, &booking).await.remove(1);
    app.work().await;
    let before = app.mail_count().await;
    app.pass_on(&ada, (&bob, "bob"), &id(&ticket)).await;

    let mails = app.mails().await;
    let mail = mails.iter().rev().map(|mail| read(mail)).find(|mail| to(mail) == "bob@example.org").expect("a mail");
    assert_eq!(mail.subject(), Some("Your ticket: An evening, Mon 11 Mar"));
    let said = text(&mail);
    for word in ["that ada passed on to you", "Place 2 of 2", "The Hall, 1 High Street, Berlin", "13:00 CET"] {
        assert!(said.contains(word), "{word}: {said}");
    }
    assert!(said.contains(&format!("/tickets/{}", id(&ticket))), "{said}");
    assert!(!said.contains('€') && !said.contains("ada@") && !said.contains(&booking), "{said}");
    let files: Vec<_> = mail.attachments().map(|file| (file.attachment_name(), file.contents())).collect();
    let [(Some("an-evening.ics"), entry), (Some("an-evening-ticket.pdf"), pdf)] = files.as_slice() else {
        panic!("{:?}", files.iter().map(|(name, _)| name).collect::<Vec<_>>())
    };
    assert!(pdf.starts_with(b"%PDF-"));
    let entry = String::from_utf8_lossy(entry).into_owned();
    assert!(entry.contains(&format!("UID:{}", id(&ticket))) && entry.contains("Place 2 of 2"), "{entry}");
    assert!(!entry.contains(&booking), "{entry}");
    let path = format!("/tickets/{}/ticket.ics", id(&ticket));
    assert_eq!(bob.server.get(&path).await.text(), entry, "the page hands out the same");
    assert_eq!(ada.server.get(&path).await.status_code(), 404);
    assert_eq!(app.visitor().server.get(&path).await.status_code(), 401);

    let hers = app.said_to("ada", before).await;
    assert_eq!(subjects(&hers), ["Accepted: your ticket for An evening, Mon 11 Mar"]);
    assert!(hers[0].contains("bob accepted the ticket for An evening that you offered to bob@example.org"), "{hers:?}");
    assert!(!hers[0].contains("Test"), "no more than the first name: {hers:?}");
    let title = "Your ticket: An evening, Mon 11 Mar".to_owned();
    assert_eq!(bob.titles().await, [(title, format!("/tickets/{}", id(&ticket)))]);
    assert_eq!(ada.titles().await[0].1, format!("/bookings/{booking}/tickets"));
    let told = app.mail_count().await;
    app.work().await;
    assert_eq!(app.mail_count().await, told, "once");
}

#[sqlx::test]
async fn a_holder_is_told_that_the_booking_was_cancelled_and_by_whom(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, booking, _) = passed(&app).await;
    let (status, page) = ada.page(&format!("/bookings/{booking}/cancel")).await;
    assert!(status == 200 && page.contains("2 of its tickets are with others, who lose them"), "{page}");
    let preview = ada.get("users/preview_delete").await.expect(200);
    assert_eq!((&preview["passed_on_count"], &preview["received_count"]), (&json!(2), &json!(0)));
    assert!(ada.page("/account/delete").await.1.contains("2 of the tickets are with others"));
    let before = app.mail_count().await;
    ada.change("cancel", &booking).await.expect(200);
    app.work().await;
    let his = app.said_to("bob", before).await;
    assert_eq!(subjects(&his), ["Not valid any more: An evening, Mon 11 Mar"], "one mail for both tickets");
    for word in [
        "ada, who passed them on to you, cancelled the booking",
        "your tickets belong to",
        "Place 1 of 3; Place 2 of 3",
    ] {
        assert!(his[0].contains(word), "{word}: {his:?}");
    }
    assert!(!his[0].contains('€') && !his[0].contains(&booking), "nothing of hers: {his:?}");
    assert_eq!(subjects(&app.said_to("ada", before).await), ["Cancelled: An evening, Mon 11 Mar"]);
    assert!(bob.titles().await[0].0.starts_with("Not valid any more"));
}

#[sqlx::test]
async fn a_holder_is_told_that_the_organiser_cancelled_but_not_why(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_, _, booking, _) = passed(&app).await;
    let before = app.mail_count().await;
    let cancel = json!({"booking_id": booking, "reason": "Her card was stolen."});
    app.admin().await.post("admin/cancel_booking", cancel).await.expect(200);
    app.work().await;
    let his = app.said_to("bob", before).await;
    assert!(his.len() == 1 && his[0].contains("the organiser cancelled the booking"), "{his:?}");
    assert!(!his[0].contains("stolen"), "that is between them and who booked: {his:?}");
    assert!(app.said_to("ada", before).await[0].contains("stolen"));
}

#[sqlx::test]
async fn who_passes_a_received_ticket_on_is_told_and_no_longer_told_of(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, booking, of_booking) = passed(&app).await;
    let carl = app.person("carl").await;
    let before = app.mail_count().await;
    for ticket in &of_booking[..2] {
        app.pass_on(&bob, (&carl, "carl"), &id(ticket)).await;
    }
    let his = app.said_to("bob", before).await;
    assert_eq!(subjects(&his), ["Accepted: your ticket for An evening, Mon 11 Mar"; 2]);
    assert!(his[0].contains("carl accepted") && !his[0].contains(&booking), "{his:?}");
    assert!(app.said_to("ada", before).await.is_empty(), "hers is with somebody else as before");
    assert!(app.said_to("carl", before).await[1].contains("that bob passed on to you"));
    let before = app.mail_count().await;
    ada.change("cancel", &booking).await.expect(200);
    app.work().await;
    assert!(app.said_to("bob", before).await.is_empty(), "he holds none any more");
    let carls = app.said_to("carl", before).await;
    assert!(carls.len() == 1 && carls[0].contains("the person who made it cancelled"), "{carls:?}");
    assert!(!carls[0].contains("ada"), "he doesn't know her: {carls:?}");
}

#[sqlx::test]
async fn a_ticket_that_comes_back_by_being_passed_on_is_told_to_who_booked_as_theirs(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, booking, of_booking) = passed(&app).await;
    let before = app.mail_count().await;
    app.pass_on(&bob, (&ada, "ada"), &id(&of_booking[0])).await;
    let hers = app.said_to("ada", before).await;
    assert_eq!(subjects(&hers)[1..], ["Your ticket: An evening, Mon 11 Mar"]);
    assert_eq!(tickets(&ada, &booking).await[0]["is_yours"], true);
    app.audit().await;
}

#[sqlx::test]
async fn holders_are_told_of_changes_of_the_event_and_reminded(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, booking, of_booking) = passed(&app).await;
    let event_id: EventId = of_booking[0]["event_id"].as_str().expect("an id").parse().expect("an id");
    let before = app.mail_count().await;
    for version in [2, 2, 3] {
        app.ask(&[Job::TellAttendees { event_id, news: News::Changed { version }, after: None }]).await;
        app.work().await;
    }
    let his = app.said_to("bob", before).await;
    assert_eq!(subjects(&his), ["New time or place: An evening"; 2], "once for each change");
    assert!(his[0].contains("Your tickets stay valid") && !his[0].contains('€'), "{his:?}");

    remind(&app.state).await.expect("looked");
    app.wait(TimeDelta::days(9) + TimeDelta::minutes(6));
    let carl = app.person("carl").await;
    app.pass_on(&ada, (&carl, "carl"), &id(&of_booking[2])).await;
    let off = json!({"reminder": false, "hold_ending": true, "digest": true});
    let before = app.mail_count().await;
    remind(&app.state).await.expect("looked");
    app.work().await;
    let his = app.said_to("bob", before).await;
    assert_eq!(subjects(&his), ["Soon: An evening, Mon 11 Mar at 13:00"]);
    assert!(his[0].contains("/unsubscribe?token=") && his[0].contains("Have your tickets at hand"), "{his:?}");
    assert!(app.said_to("carl", before).await.is_empty(), "who has just got it knows");

    let before = app.mail_count().await;
    bob.post("notifications/update_preferences", off).await.expect(200);
    app.ask(&[Job::TellAttendees { event_id, news: News::Changed { version: 4 }, after: None }]).await;
    app.work().await;
    assert_eq!(app.said_to("bob", before).await.len(), 1, "a change is told always");
    ada.change("cancel", &booking).await.expect(200);
    app.work().await;
    let before = app.mail_count().await;
    app.ask(&[Job::TellAttendees { event_id, news: News::Changed { version: 5 }, after: None }]).await;
    app.work().await;
    assert!(app.said_to("bob", before).await.is_empty(), "it isn't his affair any more");
}

#[sqlx::test]
async fn who_wants_no_reminders_gets_none_of_a_received_ticket_but_finds_it_on_the_site(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_, bob, _, _) = passed(&app).await;
    let off = json!({"reminder": false, "hold_ending": true, "digest": true});
    bob.post("notifications/update_preferences", off).await.expect(200);
    app.wait(TimeDelta::days(9) + TimeDelta::minutes(6));
    let before = app.mail_count().await;
    assert_eq!(remind(&app.state).await.expect("looked"), 1);
    app.work().await;
    assert!(app.said_to("bob", before).await.is_empty());
    assert_eq!(bob.titles().await[0], ("Soon: An evening, Mon 11 Mar at 13:00".to_owned(), "/bookings".to_owned()));
}

#[sqlx::test]
async fn holders_are_told_that_an_event_is_called_off(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (_, _, _, of_booking) = passed(&app).await;
    let before = app.mail_count().await;
    let cancel = json!({"event_id": of_booking[0]["event_id"], "name": "An evening", "reason": "The roof leaks."});
    app.admin().await.post("events/cancel", cancel).await.expect(200);
    app.work().await;
    app.work().await;
    for name in ["ada", "bob"] {
        let said = app.said_to(name, before).await;
        assert_eq!(subjects(&said), ["Called off: An evening, Mon 11 Mar"], "{name}");
        assert!(said[0].contains("The roof leaks."), "{said:?}");
    }
}

#[sqlx::test]
async fn a_holder_whose_seat_staff_change_is_told_the_new_one(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, carl) = (app.person("ada").await, app.person("bob").await, app.person("carl").await);
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let booking = ada.hold_seats(event_id, &seats[..3]).await;
    ada.change("confirm", &booking).await.expect(200);
    let of_booking = tickets(&ada, &booking).await;
    app.pass_on(&ada, (&bob, "bob"), &id(&of_booking[0])).await;
    app.pass_on(&ada, (&carl, "carl"), &id(&of_booking[1])).await;
    let before = app.mail_count().await;
    let change =
        json!({"booking_id": booking, "seat_ids": [seats[15], seats[1], seats[2]], "reason": "A broken seat."});
    app.admin().await.post("admin/change_seats", change).await.expect(200);
    app.work().await;
    let his = app.said_to("bob", before).await;
    assert_eq!(subjects(&his), ["Your new place: An evening, Mon 11 Mar"]);
    assert!(his[0].contains("moved you to Stalls, row B, seat 6") && !his[0].contains("seat 2"), "{his:?}");
    assert!(app.said_to("carl", before).await.is_empty(), "his stays");
    assert_eq!(subjects(&app.said_to("ada", before).await), ["Your new seats: An evening, Mon 11 Mar"]);
}

#[sqlx::test]
async fn the_tickets_of_who_leaves_go_back_to_who_booked_with_new_codes(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, booking, of_booking) = passed(&app).await;
    let shown = token(&bob.get(&format!("tickets/get?ticket_id={}", id(&of_booking[0]))).await.expect(200));
    // Offered to somebody when he leaves.
    let offer = json!({"ticket_id": id(&of_booking[0]), "email": "eve@example.org"});
    bob.post("tickets/transfer", offer).await.expect(200);
    let preview = bob.get("users/preview_delete").await.expect(200);
    assert_eq!((&preview["received_count"], &preview["passed_on_count"]), (&json!(2), &json!(0)));
    assert!(bob.page("/account/delete").await.1.contains("The 2 tickets that were passed on to you go back"));
    app.work().await;
    let before = app.mail_count().await;
    bob.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    app.work().await;
    let hers = tickets(&ada, &booking).await;
    assert!(hers.iter().all(|ticket| ticket["is_yours"] == true && ticket["status"] == "valid"), "{hers:?}");
    assert_ne!(token(&hers[0]), shown);
    assert_eq!(hers[0]["transfer"], Value::Null, "his offer is over");
    let history = ada.get(&format!("tickets/history?ticket_id={}", id(&hers[0]))).await.expect(200);
    let last = history.as_array().and_then(|entries| entries.last()).expect("an entry");
    assert_eq!(last["action"], "returned");
    let told = app.said_to("ada", before).await;
    assert_eq!(subjects(&told), ["Yours again: An evening, Mon 11 Mar"; 2]);
    assert!(told[0].contains("has deleted their account") && !told[0].contains("bob"), "{told:?}");
    app.audit().await;
}

#[sqlx::test]
async fn what_is_over_or_void_stays_in_the_books_when_its_holder_leaves(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, booking, _) = passed(&app).await;
    ada.change("cancel", &booking).await.expect(200);
    let over = app.pass_on(&ada, (&bob, "bob"), &id(&tickets(&ada, &book(&app, &ada, 1).await).await[0])).await;
    app.wait(TimeDelta::days(11));
    assert_eq!(bob.get("users/preview_delete").await.expect(200)["received_count"], 0);
    app.work().await;
    let before = app.mail_count().await;
    bob.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    app.work().await;
    assert!(app.said_to("ada", before).await.is_empty());
    let returned: i64 = sqlx::query_scalar("select count(*) from ticket_history where action = 'returned'")
        .fetch_one(app.state.db.pool())
        .await
        .expect("a count");
    assert_eq!(returned, 0);
    let hers = tickets(&ada, over["booking_id"].as_str().expect("an id")).await;
    assert_eq!(hers[0]["is_yours"], false);
    app.audit().await;
}

#[sqlx::test]
async fn who_booked_leaves_and_the_holders_are_told_without_their_name(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, _, _, _) = passed(&app).await;
    let before = app.mail_count().await;
    ada.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    app.work().await;
    let his = app.said_to("bob", before).await;
    assert!(his.len() == 1 && his[0].contains("the person who made it cancelled the booking"), "{his:?}");
}

#[sqlx::test]
async fn a_guest_gets_the_ticket_by_a_link_and_once_more_at_the_right_address(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let ticket = tickets(&ada, &book(&app, &ada, 1).await).await.remove(0);
    let guest = app.visitor();
    let fields = json!({"email": "gil@example.org", "first_name": "gil", "last_name": "Guest"});
    guest.post("auth/guest", fields).await.expect(200);
    app.pass_on(&ada, (&guest, "gil"), &id(&ticket)).await;
    let his = app.said_to("gil", 0).await.pop().expect("a mail");
    assert!(his.starts_with("Your ticket: An evening"), "{his}");
    assert!(his.contains("/guest?token=") && his.contains(&format!("next=/tickets/{}", id(&ticket))), "{his}");
    app.wait(TimeDelta::seconds(10));
    guest.post("users/correct_email", json!({"email": "gila@example.org"})).await.expect(200);
    app.work().await;
    let again = app.said_to("gila", 0).await;
    assert_eq!(subjects(&again), ["Your ticket: An evening, Mon 11 Mar"]);
    app.audit().await;
}

#[sqlx::test]
async fn mails_about_passed_on_tickets_read_well(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, booking, of_booking) = passed(&app).await;
    let event_id: EventId = of_booking[0]["event_id"].as_str().expect("an id").parse().expect("an id");
    let carl = app.person("carl").await;
    app.pass_on(&ada, (&carl, "carl"), &id(&of_booking[2])).await;
    for news in [News::Reminder, News::Changed { version: 2 }] {
        app.ask(&[Job::TellAttendees { event_id, news, after: None }]).await;
        app.work().await;
    }
    carl.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    app.work().await;
    bob.post("tickets/reissue", json!({"ticket_id": id(&of_booking[0])})).await.expect(200);
    ada.change("cancel", &booking).await.expect(200);
    app.work().await;
    let is_about = |subject: &str| {
        ["Your ticket", "Accepted", "Yours again", "Not valid", "Soon", "New time"]
            .iter()
            .any(|start| subject.starts_with(start))
    };
    let mails = app.mails().await;
    let mut said: Vec<String> = mails
        .iter()
        .map(|mail| read(mail))
        .filter(|mail| is_about(mail.subject().unwrap_or_default()) && to(mail) != "carl@example.org")
        .filter(|mail| to(mail) == "bob@example.org" || !mail.subject().unwrap_or_default().starts_with("Soon"))
        .map(|mail| format!("Subject: {}\n\n{}", mail.subject().unwrap_or_default(), text(&mail)))
        .collect();
    said.sort();
    said.dedup();
    let said = said.join("\n==========\n");
    insta::assert_snapshot!(said.lines().map(mask).map(|line| mask_ticket(&line)).collect::<Vec<_>>().join("\n"));
}

/// A line without the id of its ticket.
fn mask_ticket(line: &str) -> String {
    match line.find("/tickets/") {
        Some(at) => format!("{}/tickets/[id]", &line[..at]),
        None => line.to_owned(),
    }
}

#[sqlx::test]
async fn staff_see_what_its_holders_were_told_and_how_many_they_are(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let owner = app.owner().await;
    let (ada, _, booking, of_booking) = passed(&app).await;
    let offer = json!({"ticket_id": id(&of_booking[2]), "email": "nobody@example.org"});
    ada.post("tickets/transfer", offer).await.expect(200);
    app.work().await;
    let event_id = of_booking[0]["event_id"].as_str().expect("an id");
    let preview = owner.get(&format!("events/cancel_preview?event_id={event_id}")).await.expect(200);
    assert_eq!((&preview["people_count"], &preview["holder_count"]), (&json!(1), &json!(1)), "two tickets, one holder");
    let reason = json!({"booking_id": booking, "reason": "Ill."});
    owner.post("admin/cancel_booking", reason).await.expect(200);
    app.work().await;
    let mails = owner.get(&format!("admin/booking_mails?booking_id={booking}")).await.expect(200);
    let word = |mail: &Value, field: &str| mail[field].as_str().expect("a text").to_owned();
    let mut told: Vec<(String, String)> = mails
        .as_array()
        .expect("mails")
        .iter()
        .map(|mail| (word(mail, "about"), word(mail, "address").replace("@example.org", "")))
        .collect();
    told.sort();
    let told: Vec<(&str, &str)> = told.iter().map(|(about, name)| (&**about, &**name)).collect();
    let expected = [
        ("cancellation", "ada"),
        ("confirmation", "ada"),
        ("ticket_offered", "bob"),
        ("ticket_offered", "bob"),
        ("ticket_offered", "nobody"),
        ("ticket_received", "bob"),
        ("ticket_received", "bob"),
        ("ticket_taken", "ada"),
        ("ticket_taken", "ada"),
        ("tickets_void", "bob"),
    ];
    assert_eq!(told, expected);
}
