//! Passing a ticket on: it stays the holder's until somebody accepts it, and then it is theirs alone.

use super::{
    app::{Person, TestApp},
    interleavings::{BOTH, Order, in_turn},
    tickets::{book, id, keys, tickets, token},
};
use chrono::TimeDelta;
use evently::{
    id::TransferId,
    tickets::{store::write_transfer, token::Stamp},
};
use futures::join;
use mail_parser::MessageParser;
use serde_json::{Value, json};
use sqlx::PgPool;

struct Offered {
    ticket: Value,
    link: String,
}

/// Offers a ticket of a new booking, and reads the link out of the mail.
async fn offer(app: &TestApp, person: &Person) -> Offered {
    let ticket = tickets(person, &book(app, person, 2).await).await.remove(0);
    let link = offer_again(app, person, &id(&ticket)).await;
    Offered { ticket, link }
}

async fn offer_again(app: &TestApp, person: &Person, ticket: &str) -> String {
    let fields = json!({"ticket_id": ticket, "email": " Bob@Example.org "});
    let offered = person.post("tickets/transfer", fields).await.expect(200);
    assert_eq!(offered["transfer"]["email"], "bob@example.org");
    read_link(app).await
}

/// What the newest mail that offers Bob a ticket carries.
async fn read_link(app: &TestApp) -> String {
    app.work().await;
    let mails = app.mails().await;
    let words = mails.iter().rev().find_map(|mail| {
        let mail = MessageParser::default().parse(mail)?;
        let is_his = mail.to()?.first()?.address()? == "bob@example.org";
        let words = mail.body_text(0).filter(|words| is_his && words.contains("/tickets/transfers?token="))?;
        Some(words.into_owned())
    });
    let words = words.expect("a mail to him");
    let (_, link) = words.split_once("/tickets/transfers?token=").expect("a link");
    link.split_whitespace().next().expect("a token").to_owned()
}

async fn accept(person: &Person, link: &str) -> super::app::Reply {
    person.post("tickets/accept_transfer", json!({"token": link})).await
}

async fn actions(person: &Person, ticket: &Value) -> Vec<Value> {
    let history = person.get(&format!("tickets/history?ticket_id={}", id(ticket))).await.expect(200);
    history.as_array().expect("entries").iter().map(|entry| entry["action"].clone()).collect()
}

#[sqlx::test]
async fn a_ticket_passed_on_is_the_new_holders_and_its_old_code_fails(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let Offered { ticket, link } = offer(&app, &ada).await;
    let one = format!("tickets/get?ticket_id={}", id(&ticket));
    assert_eq!(token(&ada.get(&one).await.expect(200)), token(&ticket), "hers until he accepts");
    let seen = app.visitor().get(&format!("tickets/offer?token={link}")).await.expect(200);
    assert_eq!((&seen["from"], &seen["place"]), (&json!("ada"), &json!("Place 1 of 2")));

    let his = accept(&bob, &link).await.expect(200);
    assert_eq!((&his["holder"], &his["is_received"]), (&json!("bob Test"), &json!(true)));
    let (old, new) =
        (Stamp::verify(&token(&ticket), &keys(&app).await), Stamp::verify(&token(&his), &keys(&app).await));
    assert_eq!((old.expect("signed").nonce, new.expect("signed").nonce), (1, 2));
    ada.get(&one).await.refused(404, "not_found");
    ada.post("tickets/reissue", json!({"ticket_id": id(&ticket)})).await.refused(404, "not_found");
    let hers = tickets(&ada, ticket["booking_id"].as_str().expect("an id")).await;
    assert_eq!(
        (&hers[0]["is_yours"], &hers[0]["token"], &hers[0]["holder"]),
        (&json!(false), &Value::Null, &Value::Null)
    );
    assert_eq!((&hers[1]["is_yours"], hers.len()), (&json!(true), 2));

    let received = bob.get("tickets/list").await.expect(200);
    assert_eq!(received["items"].as_array().map(Vec::len), Some(1));
    assert_eq!(id(&received["items"][0]), id(&ticket));
    assert_eq!(actions(&bob, &ticket).await, ["issued", "transfer_offered", "transfer_accepted"]);
    bob.post("tickets/reissue", json!({"ticket_id": id(&ticket)})).await.expect(200);
    assert_eq!(accept(&bob, &link).await.expect(200)["id"], ticket["id"], "twice is fine");
    app.audit().await;
}

#[sqlx::test]
async fn the_link_is_in_no_answer_and_only_its_hash_is_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let ticket = tickets(&ada, &book(&app, &ada, 1).await).await.remove(0);
    let offered = ada.post("tickets/transfer", json!({"ticket_id": id(&ticket), "email": "bob@example.org"})).await;
    let link = read_link(&app).await;
    let secret = &link[32..];
    assert_eq!(secret.len(), 64);
    assert!(!offered.expect(200).to_string().contains(secret));
    for table in ["ticket_transfers", "ticket_history", "jobs", "mails"] {
        let sql = format!("select coalesce(string_agg(t::text, ' '), '') from {table} t");
        let kept: String =
            sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(app.state.db.pool()).await.expect("all of it");
        assert!(!kept.contains(secret), "{table}: {kept}");
    }
}

#[sqlx::test]
async fn a_mail_that_is_written_again_has_a_link_of_its_own_and_the_ones_before_go_on_working(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let Offered { ticket, link } = offer(&app, &ada).await;
    let transfer_id: TransferId = link[..32].parse().expect("an id");
    for _ in 0..12 {
        let mail = write_transfer(&app.state, transfer_id).await.expect("written").expect("still pending");
        assert!(!mail.link.contains(&link));
        app.visitor()
            .get(&format!("tickets/offer?{}", mail.link.split_once('?').expect("a query").1))
            .await
            .expect(200);
    }
    accept(&bob, &link).await.refused(404, "not_found");
    let again = write_transfer(&app.state, transfer_id).await.expect("written").expect("still pending");
    let token = again.link.split_once("token=").expect("a token").1.to_owned();
    assert_eq!(accept(&bob, &token).await.expect(200)["id"], ticket["id"]);
    assert!(write_transfer(&app.state, transfer_id).await.expect("written").is_none(), "it is over");
}

#[sqlx::test]
async fn the_mail_says_who_offers_what_and_is_not_written_once_it_is_withdrawn(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let Offered { ticket, .. } = offer(&app, &ada).await;
    let mails = app.mails().await;
    let mail = mails.iter().find(|mail| mail.contains("bob@example.org")).expect("a mail to him");
    let mail = MessageParser::default().parse(mail).expect("a mail");
    assert_eq!(mail.subject(), Some("ada has a ticket for you: An evening, Mon 11 Mar"));
    let words = mail.body_text(0).expect("words");
    for word in [
        "Monday 11 March 2030, 13:00 CET",
        "Place 1 of 2",
        "The Hall, 1 High Street, Berlin",
        "until 13:00 CET on Fri 8 Mar",
    ] {
        assert!(words.contains(word), "{word}: {words}");
    }
    let fields = json!({"ticket_id": id(&ticket), "email": "eve@example.org"});
    ada.post("tickets/transfer", fields).await.expect(200);
    ada.post("tickets/cancel_transfer", json!({"ticket_id": id(&ticket)})).await.expect(200);
    app.work().await;
    assert!(app.mails().await.iter().all(|mail| !mail.contains("eve@example.org")), "withdrawn before it was sent");
}

#[sqlx::test]
async fn an_offer_lapses_after_a_week_and_when_the_event_begins(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let Offered { ticket, link } = offer(&app, &ada).await;
    app.wait(TimeDelta::days(7));
    accept(&bob, &link).await.refused(409, "transfer_over");
    bob.get(&format!("tickets/offer?token={link}")).await.refused(409, "transfer_over");
    let again = offer_again(&app, &ada, &id(&ticket)).await;
    assert_eq!(actions(&ada, &ticket).await, ["issued", "transfer_offered", "transfer_lapsed", "transfer_offered"]);
    app.wait(TimeDelta::days(3));
    accept(&bob, &again).await.refused(409, "transfer_over");
    let late = json!({"ticket_id": id(&ticket), "email": "bob@example.org"});
    ada.post("tickets/transfer", late).await.refused(409, "event_begun");
}

#[sqlx::test]
async fn an_offer_can_be_withdrawn_and_another_takes_its_place(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let Offered { ticket, link } = offer(&app, &ada).await;
    let wish = json!({"ticket_id": id(&ticket)});
    for _ in 0..2 {
        let left = ada.post("tickets/cancel_transfer", wish.clone()).await.expect(200);
        assert_eq!(left["transfer"], Value::Null);
    }
    accept(&bob, &link).await.refused(409, "transfer_over");
    let first = offer_again(&app, &ada, &id(&ticket)).await;
    let second = offer_again(&app, &ada, &id(&ticket)).await;
    accept(&bob, &first).await.refused(409, "transfer_over");
    accept(&bob, &second).await.expect(200);
    ada.post("tickets/cancel_transfer", wish).await.refused(404, "not_found");
}

#[sqlx::test]
async fn nobody_is_sent_mail_after_mail(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let Offered { ticket, .. } = offer(&app, &ada).await;
    for _ in 0..4 {
        offer_again(&app, &ada, &id(&ticket)).await;
    }
    let sixth = json!({"ticket_id": id(&ticket), "email": "bob@example.org"});
    ada.post("tickets/transfer", sixth).await.refused(429, "too_many");
    app.wait(TimeDelta::days(1));
    offer_again(&app, &ada, &id(&ticket)).await;
}

#[sqlx::test]
async fn a_cancelled_booking_takes_its_tickets_and_offers_with_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let Offered { ticket, link } = offer(&app, &ada).await;
    let booking = ticket["booking_id"].as_str().expect("an id").to_owned();
    let other = id(&tickets(&ada, &booking).await[1]);
    let pending = offer_again(&app, &ada, &other).await;
    accept(&bob, &link).await.expect(200);
    ada.change("cancel", &booking).await.expect(200);
    accept(&bob, &pending).await.refused(409, "ticket_void");
    let his = bob.get(&format!("tickets/get?ticket_id={}", id(&ticket))).await.expect(200);
    assert_eq!((&his["status"], &his["token"]), (&json!("void"), &Value::Null));
    bob.post("tickets/reissue", json!({"ticket_id": id(&ticket)})).await.refused(409, "ticket_void");
    app.audit().await;
}

#[sqlx::test]
async fn of_two_who_accept_one_gets_the_ticket(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob, eve) = (app.person("ada").await, app.person("bob").await, app.person("eve").await);
    for _ in 0..5 {
        let Offered { ticket, link } = offer(&app, &ada).await;
        let (his, hers) = join!(accept(&bob, &link), accept(&eve, &link));
        let (winner, loser) = if his.status == 200 { (his, hers) } else { (hers, his) };
        assert_eq!(winner.expect(200)["id"], ticket["id"]);
        loser.refused(409, "transfer_over");
        let nonce: i32 = sqlx::query_scalar("select nonce from tickets where id = $1::uuid")
            .bind(id(&ticket))
            .fetch_one(app.state.db.pool())
            .await
            .expect("a row");
        assert_eq!(nonce, 2);
    }
}

#[sqlx::test]
async fn accepting_and_withdrawing_at_the_same_moment_leave_one_holder(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    for _ in 0..5 {
        let Offered { ticket, link } = offer(&app, &ada).await;
        let wish = json!({"ticket_id": id(&ticket)});
        let (accepted, withdrawn) = join!(accept(&bob, &link), ada.post("tickets/cancel_transfer", wish));
        let one = format!("tickets/get?ticket_id={}", id(&ticket));
        if accepted.status == 200 {
            withdrawn.refused(404, "not_found");
            bob.get(&one).await.expect(200);
            ada.get(&one).await.refused(404, "not_found");
        } else {
            accepted.refused(409, "transfer_over");
            withdrawn.expect(200);
            ada.get(&one).await.expect(200);
            bob.get(&one).await.refused(404, "not_found");
        }
    }
}

#[sqlx::test]
async fn the_page_of_an_offer_is_for_who_has_the_link_and_asks_to_sign_in_first(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let Offered { ticket, link } = offer(&app, &ada).await;
    let page = |person: &Person, link: &str| {
        let request = person.server.get(&format!("/tickets/transfers?token={link}")).add_header("accept", "text/html");
        async move { request.await }
    };
    let html = page(&app.visitor(), &link).await.text();
    for part in ["ada has a ticket for you", "An evening", "Place 1 of 2", "Sign in to accept", "noindex"] {
        assert!(html.contains(part), "{part}: {html}");
    }
    assert!(!html.contains("class=\"qr\""), "{html}");
    assert!(page(&bob, &link).await.text().contains("Accept the ticket"));
    assert_eq!(page(&bob, "0123").await.status_code(), 404);
    let form = bob.server.post("/api/v1/tickets/accept_transfer").form(&[("token", &link)]);
    let sent = form.add_header("accept", "text/html").await;
    assert_eq!(sent.status_code(), 303, "{}", sent.text());
    assert!(sent.headers()["location"].to_str().is_ok_and(|to| to.ends_with(&id(&ticket))));
    let html = bob.server.get("/bookings").add_header("accept", "text/html").await.text();
    assert!(html.contains("Tickets passed on to you") && html.contains(&id(&ticket)), "{html}");
}

#[sqlx::test]
async fn who_leaves_takes_their_tickets_along_and_whom_they_offered_them(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let Offered { ticket, link } = offer(&app, &ada).await;
    let kept = ada.get("users/export").await.expect(200);
    assert_eq!(kept["tickets"].as_array().map(Vec::len), Some(2));
    let offered = kept["tickets"].as_array().expect("tickets").iter().find(|kept| kept["id"] == ticket["id"]);
    assert_eq!(offered.expect("the ticket")["offered"][0]["email"], "bob@example.org");

    ada.post("users/delete", json!({"password": "correct horse"})).await.expect(200);
    accept(&bob, &link).await.refused(404, "not_found");
    let addresses: Vec<String> =
        sqlx::query_scalar("select email from ticket_transfers").fetch_all(app.state.db.pool()).await.expect("rows");
    assert_eq!(addresses, ["gone"]);
}

#[sqlx::test]
async fn accepting_and_leaving_at_once_leave_no_ticket_with_nobody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    for (order, name) in BOTH.into_iter().zip(["bob", "eve"]) {
        let taker = app.person(name).await;
        let Offered { ticket, link } = offer(&app, &ada).await;
        let mut gate = app.state.db.begin().await.expect("a transaction");
        let sql = "select from users where email = $1 for update";
        sqlx::query(sql).bind(format!("{name}@example.org")).execute(&mut *gate).await.expect("locked");
        let leave = taker.post("users/delete", json!({"password": "correct horse"}));
        let (accepted, left) = in_turn(&app, gate, order, (accept(&taker, &link), leave), || ()).await;
        left.expect(200);
        let last = match order {
            Order::AsNamed => {
                accepted.expect(200);
                "returned"
            }
            Order::Reversed => {
                accepted.refused(401, "sign_in_required");
                "transfer_offered"
            }
        };
        assert_eq!(actions(&ada, &ticket).await.last(), Some(&json!(last)), "{order:?}");
        let hers = ada.get(&format!("tickets/get?ticket_id={}", id(&ticket))).await.expect(200);
        assert_eq!((&hers["is_yours"], &hers["status"]), (&json!(true), &json!("valid")), "{order:?}");
    }
    app.audit().await;
}
