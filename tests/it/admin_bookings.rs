//! Bookings in the dashboard, through the door: found, opened, cancelled, moved, sold, and taken out as a file.

mod doors;
mod races;
mod searching;
mod seats;
mod selling;

use super::app::{Person, Reply, TestApp};
use chrono::TimeDelta;
use evently::id::EventId;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use sqlx::PgPool;

impl TestApp {
    /// The owner of the site.
    pub(crate) async fn owner(&self) -> Person {
        self.admin_named("Olga Owner").await
    }

    /// Somebody who has this role for this event, or for the site.
    async fn appoint(&self, name: &str, role: &str, event_id: Option<EventId>) -> Person {
        let person = self.person(name).await;
        let email = format!("{name}@example.org");
        sqlx::query("insert into staff (user_id, event_id, role, created_at) select id, $2, $3::staff_role, $4 from users where email = $1")
            .bind(&email)
            .bind(event_id)
            .bind(role)
            .bind(self.now())
            .execute(self.state.db.pool())
            .await
            .expect("a post");
        let known = sqlx::query("update users set is_staff = true where email = $1").bind(&email);
        known.execute(self.state.db.pool()).await.expect("noted");
        person
    }

    /// What the log says was done, oldest first.
    async fn deeds(&self) -> Vec<(String, Value)> {
        let deeds = sqlx::query_as("select action, after from staff_actions order by number");
        deeds.fetch_all(self.state.db.pool()).await.expect("deeds")
    }

    /// The text of the newest mail.
    async fn last_mail(&self) -> String {
        self.work().await;
        let mails = self.mails().await;
        let mail = MessageParser::default().parse(mails.last().expect("a mail")).expect("a mail");
        format!("{}\n{}", mail.subject().unwrap_or_default(), mail.body_text(0).unwrap_or_default())
    }
}

impl Person {
    async fn cancel_for(&self, booking_id: &str, reason: &str) -> Reply {
        self.post("admin/cancel_booking", json!({"booking_id": booking_id, "reason": reason})).await
    }

    async fn file(&self, booking_id: &str) -> Value {
        self.get(&format!("admin/booking?booking_id={booking_id}")).await.expect(200)
    }

    /// The newest entry in a waitlist.
    async fn newest_entry(&self) -> Value {
        self.get("waitlist/list").await.expect(200)["items"][0].clone()
    }

    async fn join_line(&self, event_id: EventId, quantity: i32) {
        let wanted = json!({"event_id": event_id, "requested_quantity": quantity});
        self.post("waitlist/join", wanted).await.expect(200);
    }
}

#[sqlx::test]
async fn a_booking_is_cancelled_for_a_reason_that_its_person_reads(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.event(2).await);
    let booking = ada.book(event_id, 2).await;
    let bob = app.person("bob").await;
    bob.join_line(event_id, 2).await;
    for _ in 0..2 {
        let cancelled = owner.cancel_for(&booking, "  The hall is <b>flooded</b>.  ").await.expect(200);
        assert_eq!(
            (&cancelled["status"], &cancelled["cancel_reason"]),
            (&"cancelled".into(), &"The hall is <b>flooded</b>.".into())
        );
    }
    assert_eq!(bob.newest_entry().await["status"], "offered", "whoever waits is first");
    let history = ada.get(&format!("bookings/history?booking_id={booking}")).await.expect(200);
    assert_eq!(history[2]["sentence"], "The organiser cancelled the booking; 2 places went back on sale.");
    app.work().await;
    let mails = app.mails().await;
    let told = mails.iter().filter(|mail| mail.contains("Subject: Cancelled")).count();
    assert_eq!(told, 1, "{mails:?}");
    assert!(mails.iter().any(|mail| mail.contains("The reason: The hall is")), "{mails:?}");
    let deeds = app.deeds().await;
    assert_eq!(deeds.len(), 1, "once is once: {deeds:?}");
    assert_eq!(
        (deeds[0].0.as_str(), &deeds[0].1["reason"]),
        ("booking_cancelled", &"The hall is <b>flooded</b>.".into())
    );
    app.audit().await;
}

#[sqlx::test]
async fn staff_cancel_also_when_the_event_has_begun(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.event(5).await);
    let booking = ada.book(event_id, 2).await;
    app.wait(TimeDelta::days(10) + TimeDelta::hours(1));
    ada.change("cancel", &booking).await.refused(409, "sales_closed");
    owner.cancel_for(&booking, "").await.refused(422, "invalid");
    owner.cancel_for(&booking, &"x".repeat(501)).await.refused(422, "invalid");
    owner.cancel_for(&uuid::Uuid::nil().to_string(), "Gone.").await.refused(404, "not_found");
    owner.cancel_for(&booking, "Ill.").await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn a_hold_is_given_back_and_a_lapsed_one_is_not(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.event(5).await);
    let (first, second) = (ada.hold(event_id, 2).await, ada.hold(event_id, 1).await);
    owner.cancel_for(&first, "A mistake.").await.expect(200);
    assert_eq!(app.available(event_id).await, 4);
    app.wait(TimeDelta::minutes(11));
    owner.cancel_for(&second, "A mistake.").await.refused(409, "hold_expired");
    app.audit().await;
}

#[sqlx::test]
async fn several_are_cancelled_each_by_itself(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (mine, other) = (app.event(9).await, app.event(9).await);
    let box_office = app.appoint("box", "box_office", Some(mine)).await;
    let ada = app.person("ada").await;
    let (one, two, foreign) = (ada.book(mine, 2).await, ada.book(mine, 1).await, ada.book(other, 1).await);
    let unknown = uuid::Uuid::nil().to_string();
    let body = json!({"booking_ids": [one, foreign, two, unknown, one], "reason": "No heating."});
    let outcomes = box_office.post("admin/cancel_bookings", body).await.expect(200);
    let refused = |id: &str| {
        let outcome = outcomes.as_array().expect("outcomes").iter().find(|outcome| outcome["booking_id"] == *id);
        outcome.expect("an outcome")["refused"]["code"].clone()
    };
    assert_eq!(outcomes.as_array().map(Vec::len), Some(4));
    assert_eq!((refused(&one), refused(&two)), (Value::Null, Value::Null));
    assert_eq!((refused(&foreign), refused(&unknown)), ("forbidden".into(), "not_found".into()));
    let zero = json!({"booking_ids": [one], "reason": "a\u{0}"});
    for body in [json!({"reason": "No heating."}), json!({"booking_ids": [one], "reason": " "}), zero] {
        box_office.post("admin/cancel_bookings", body).await.refused(422, "invalid");
    }
    assert_eq!((app.available(mine).await, app.available(other).await), (9, 8));
    app.audit().await;
}

#[sqlx::test]
async fn the_mail_goes_out_again_once_a_minute(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.event(5).await);
    let booking = ada.book(event_id, 2).await;
    app.work().await;
    let resend = || owner.post("admin/resend_mail", json!({"booking_id": booking}));
    for _ in 0..2 {
        resend().await.expect(200);
    }
    app.work().await;
    let going = |mails: Vec<String>| mails.iter().filter(|mail| mail.contains("Subject: You're going")).count();
    assert_eq!(going(app.mails().await), 2, "the first one and one more");
    app.wait(TimeDelta::minutes(1));
    resend().await.expect(200);
    app.work().await;
    assert_eq!(going(app.mails().await), 3);
    let mails = owner.get(&format!("admin/booking_mails?booking_id={booking}")).await.expect(200);
    let fates: Vec<(&str, &str)> = mails
        .as_array()
        .expect("mails")
        .iter()
        .map(|mail| (mail["about"].as_str().expect("a code"), mail["fate"].as_str().expect("a fate")))
        .collect();
    assert_eq!(fates, [("confirmation", "sent"), ("confirmation_again", "sent"), ("confirmation_again", "sent")]);
    owner.cancel_for(&booking, "Ill.").await.expect(200);
    resend().await.refused(409, "wrong_state");
    app.audit().await;
}

#[sqlx::test]
async fn the_file_of_a_booking_says_everything_and_who_did_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let booking = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("extend", &booking).await.expect(200);
    ada.change("confirm", &booking).await.expect(200);
    let tickets = owner.get(&format!("admin/booking_tickets?booking_id={booking}")).await.expect(200);
    assert_eq!(tickets, json!([]), "nobody has asked for them");
    ada.get(&format!("tickets/list?booking_id={booking}")).await.expect(200);
    let tickets = owner.get(&format!("admin/booking_tickets?booking_id={booking}")).await.expect(200);
    assert_eq!(
        (&tickets[1]["place"], &tickets[1]["email"], &tickets[1]["nonce"]),
        (&"Stalls, row A, seat 2".into(), &"ada@example.org".into(), &1.into())
    );
    owner.cancel_for(&booking, "Ill.").await.expect(200);
    let file = owner.file(&booking).await;
    assert_eq!(
        (&file["attendee"]["name"], &file["attendee"]["email"]),
        (&"ada Test".into(), &"ada@example.org".into())
    );
    let told: Vec<(&str, Option<&str>)> = file["history"]
        .as_array()
        .expect("entries")
        .iter()
        .map(|entry| (entry["sentence"].as_str().expect("words"), entry["actor"].as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("Held: Stalls A1, A2", Some("ada Test")),
            ("5 more minutes", Some("ada Test")),
            ("Booked: Stalls A1, A2", Some("ada Test")),
            ("Cancelled: Stalls A1, A2", Some("Olga Owner")),
        ]
    );
    let deed = &file["deeds"][0];
    assert_eq!(
        (&deed["action"], &deed["actor"], &deed["reason"]),
        (&"booking_cancelled".into(), &"Olga Owner".into(), &"Ill.".into())
    );
    app.audit().await;
}

#[sqlx::test]
async fn the_list_is_a_file_that_no_spreadsheet_runs(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, event_id) = (app.owner().await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    ada.post("users/update", json!({"first_name": "=cmd|'/c calc'!A1", "last_name": "Love, \"Ada\""}))
        .await
        .expect(200);
    let booking = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("confirm", &booking).await.expect(200);
    ada.hold_seats(event_id, &seats[4..5]).await;
    let path = format!("/admin/events/{event_id}/bookings.csv");
    let reply = owner.server.get(&path).await;
    assert_eq!(reply.status_code().as_u16(), 200);
    assert_eq!(reply.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"an-evening-bookings.csv\"");
    let text = reply.text();
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').split("\r\n").collect();
    assert!(lines[0].starts_with("reference,status,first_name"), "{text}");
    assert!(lines[1].contains(",confirmed,\"'=cmd|'/c calc'!A1\",\"Love, \"\"Ada\"\"\",ada@example.org,2,Stalls A1; Stalls A2,50.00,EUR,no,2030-03-01T12:00:00Z,"), "{text}");
    assert!(lines[2].contains(",held,") && lines[2].contains(",25.00,"), "{text}");
    assert_eq!((lines.len(), lines[3]), (4, ""), "{text}");
    assert_eq!(app.deeds().await[0].0, "bookings_exported");
    let stranger = app.person("eve").await;
    for (person, path, status) in [
        (&stranger, path.as_str(), 403),
        (&app.visitor(), path.as_str(), 401),
        (&app.appoint("box", "box_office", None).await, path.as_str(), 403),
        (&owner, "/admin/events/x/bookings.csv", 404),
    ] {
        assert_eq!(person.server.get(path).await.status_code().as_u16(), status, "{path}");
    }
}
