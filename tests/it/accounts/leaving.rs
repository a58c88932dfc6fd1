//! Everything that is kept about a person, and leaving.

use super::{Person, TestApp};
use chrono::TimeDelta;
use evently::{bookings::store::sweep, id::EventId};
use futures::future::{join, join_all};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool};

impl Person {
    async fn wait_for(&self, event_id: EventId, quantity: i32) -> super::Reply {
        self.post("waitlist/join", json!({"event_id": event_id, "requested_quantity": quantity})).await
    }

    async fn delete(&self) -> super::Reply {
        self.post("users/delete", json!({"password": "correct horse"})).await
    }

    async fn status_of(&self, booking_id: &str) -> String {
        let booking = self.get(&format!("bookings/get?booking_id={booking_id}")).await.expect(200);
        booking["status"].as_str().expect("a status").to_owned()
    }
}

impl TestApp {
    async fn tables_say(&self, sql: &str) -> Option<String> {
        let query = sqlx::query_scalar(AssertSqlSafe(format!("select ({sql})::text")));
        query.fetch_one(self.state.db.pool()).await.expect("an answer")
    }
}

#[sqlx::test]
async fn all_that_is_kept_is_one_document(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (general, seated, full) = (app.event(100).await, app.seated_event(2).await, app.event(1).await);
    let seats = app.seats(seated).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    bob.book(full, 1).await;
    ada.book(general, 2).await;
    let released = ada.hold_seats(seated, &seats[..2]).await;
    ada.change("release", &released).await.expect(200);
    ada.wait_for(full, 1).await.expect(200);

    let reply = ada.server.get("/api/v1/users/export").await;
    assert_eq!(reply.status_code(), 200);
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.header("content-disposition"), "attachment; filename=\"evently-account.json\"");
    assert_eq!(reply.header("cache-control"), "no-store");
    let text = reply.text();
    let kept: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(kept["account"]["email"], "ada@example.org");
    assert_eq!(kept["account"]["links"][0]["purpose"], "verify");
    assert_eq!(kept["sessions"].as_array().map(Vec::len), Some(1));
    assert_eq!(kept["waitlist"][0]["event_id"], json!(full));
    let bookings = kept["bookings"].as_array().expect("bookings");
    assert_eq!(bookings.len(), 2);
    assert_eq!((&bookings[0]["status"], &bookings[1]["status"]), (&json!("cancelled"), &json!("confirmed")));
    assert_eq!(bookings[0]["seats"].as_array().map(Vec::len), Some(2), "seats that were given back too");
    let actions: Vec<&str> =
        bookings[0]["history"].as_array().expect("a history").iter().filter_map(|e| e["action"].as_str()).collect();
    assert_eq!(actions, ["held", "released"]);
    assert!(kept["left_out"].to_string().contains("Idempotency-Key"));
    assert!(!text.contains("argon2") && !text.contains("bob") && !text.contains("hash\":"), "{text}");
}

#[sqlx::test]
async fn many_bookings_are_all_in_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada) = (app.event(100).await, app.person("ada").await);
    let empty = ada.get("users/export").await.expect(200);
    assert_eq!((&empty["bookings"], &empty["waitlist"]), (&json!([]), &json!([])));
    let mut held = Vec::new();
    for _ in 0..203 {
        app.wait(TimeDelta::seconds(1));
        let booking_id = ada.hold(event_id, 1).await;
        ada.change("release", &booking_id).await.expect(200);
        held.push(booking_id);
    }
    let kept = ada.get("users/export").await.expect(200);
    let ids: Vec<&str> =
        kept["bookings"].as_array().expect("bookings").iter().filter_map(|booking| booking["id"].as_str()).collect();
    assert!(ids.into_iter().eq(held.iter().rev().map(String::as_str)), "all of them, the newest first");
}

#[sqlx::test]
async fn who_leaves_gives_everything_back_and_is_nobody(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (general, full, other) = (app.event(100).await, app.event(2).await, app.event(2).await);
    let soon = app.now() + TimeDelta::minutes(30);
    let begun =
        app.event_with(|event| (event.event_date, event.sales_close_at, event.doors_at) = (soon, soon, None)).await;
    let (ada, phone, bob) = (app.person("ada").await, app.visitor(), app.person("bob").await);
    phone.login("ada", "correct horse").await.expect(200);
    let attended = ada.book(begun, 1).await;
    app.wait(TimeDelta::minutes(31));
    ada.book(full, 2).await;
    bob.book(other, 2).await;
    ada.book(general, 3).await;
    ada.hold(general, 2).await;
    bob.wait_for(full, 1).await.expect(200);
    ada.wait_for(other, 1).await.expect(200);
    let keyed = ada.server.post("/api/v1/users/update").json(&json!({"first_name": "Augusta", "last_name": "King"}));
    keyed.add_header("idempotency-key", "names").await.assert_status_ok();

    let preview = ada.get("users/preview_delete").await.expect(200);
    let counts = (preview["bookings"].as_array().map(Vec::len), preview["entries"].as_array().map(Vec::len));
    assert_eq!(counts, (Some(3), Some(1)));
    let (status, page) = ada.page("/account/delete").await;
    assert!(status == 200 && page.contains("3 places (booked)") && page.contains("2 places (held, not booked)"));
    ada.delete().await.expect(200);

    for person in [&ada, &phone] {
        person.get("users/me").await.refused(401, "sign_in_required");
    }
    app.visitor().login("ada", "correct horse").await.refused(401, "wrong_credentials");
    assert_eq!(app.available(general).await, 100);
    let offer = bob.get("waitlist/list").await.expect(200)["items"][0].clone();
    assert_eq!(offer["status"], "offered", "what was given back went to the line");
    let statuses =
        format!("select string_agg(status::text, ' ' order by created_at) from bookings where id <> '{attended}'");
    assert_eq!(
        app.tables_say(&format!("{statuses} and user_id = (select id from users where deleted_at is not null)"))
            .await
            .as_deref(),
        Some("cancelled cancelled cancelled")
    );
    let books = format!("select status from bookings where id = '{attended}'");
    assert_eq!(app.tables_say(&books).await.as_deref(), Some("confirmed"), "what is over stays in the books");
    for sql in [
        "select count(*) from idempotency_keys",
        "select count(*) from waitlist where status = 'waiting'",
        "select count(*) from sessions where user_id = (select id from users where deleted_at is not null)",
        "select count(*) from account_tokens where user_id = (select id from users where deleted_at is not null)",
        "select count(*) from users where (email || first_name || last_name || password_hash) ~* 'ada@example|augusta|king|argon'
         and first_name <> 'bob'",
    ] {
        assert_eq!(app.tables_say(sql).await.as_deref(), Some("0"), "{sql}");
    }
    app.audit().await;

    let anew = app.person("ada").await;
    assert_eq!(anew.get("bookings/list").await.expect(200)["items"], json!([]));
    anew.get(&format!("bookings/get?booking_id={attended}")).await.refused(404, "not_found");
}

#[sqlx::test]
async fn nobody_leaves_without_their_password(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada) = (app.event(10).await, app.person("ada").await);
    let booking_id = ada.book(event_id, 1).await;
    let refusal = ada.post("users/delete", json!({"password": "wrong horse"})).await.refused(422, "invalid");
    assert_eq!(refusal["details"][0]["field"], "password");
    app.visitor().delete().await.refused(401, "sign_in_required");
    assert_eq!(ada.status_of(&booking_id).await, "confirmed");
    let back = ada.send_form("users/delete", &[("password", "wrong horse")]).await;
    assert!(back.starts_with("/account/delete?") && !back.contains("horse"), "{back}");
    assert_eq!(ada.send_form("users/delete", &[("password", "correct horse")]).await, "/sign-in?saved=account");
    assert!(ada.page("/sign-in?saved=account").await.1.contains("Your account is deleted."));
}

#[sqlx::test]
async fn leaving_twice_is_fine(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada) = (app.event(10).await, app.person("ada").await);
    ada.book(event_id, 4).await;
    let (first, second) = join(ada.delete(), ada.delete()).await;
    let statuses = [first.status, second.status];
    assert!(
        statuses.contains(&200) && statuses.iter().all(|status| [200, 401].contains(status)),
        "{first:?} {second:?}"
    );
    ada.delete().await.refused(401, "sign_in_required");
    assert_eq!(app.tables_say("select count(*) from users where deleted_at is not null").await.as_deref(), Some("1"));
    assert_eq!(app.available(event_id).await, 10);
    app.audit().await;
}

#[sqlx::test]
async fn what_is_begun_while_leaving_is_given_back_too(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let mut full = Vec::new();
    for _ in 0..6 {
        full.push(app.event(1).await);
        bob.book(full[full.len() - 1], 1).await;
    }
    let open = app.event(10).await;
    let hold = ada.hold(open, 1).await;
    let joins = join_all(full.iter().map(|event_id| ada.wait_for(*event_id, 1)));
    let (_, confirmed, deleted) = tokio::join!(joins, ada.change("confirm", &hold), ada.delete());
    assert!([200, 401, 409].contains(&confirmed.status), "{confirmed:?}");
    // Who goes on booking all the while is asked to try again.
    if deleted.status != 200 {
        deleted.refused(503, "unavailable");
        ada.delete().await.expect(200);
    }
    app.wait(TimeDelta::minutes(11));
    while sweep(&app.state).await.expect("swept") > 0 {}
    let gone = "user_id in (select id from users where deleted_at is not null)";
    for sql in [
        format!("select count(*) from waitlist where status in ('waiting', 'offered') and {gone}"),
        format!("select count(*) from bookings where status in ('held', 'confirmed') and {gone}"),
    ] {
        assert_eq!(app.tables_say(&sql).await.as_deref(), Some("0"), "{sql}");
    }
    assert_eq!(app.available(open).await, 10);
    app.audit().await;
}

#[sqlx::test]
async fn a_reply_that_is_still_to_come_is_not_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    let delete = ada.server.post("/api/v1/users/delete").json(&json!({"password": "correct horse"}));
    delete.add_header("idempotency-key", "leave").await.assert_status_ok();
    assert_eq!(app.tables_say("select count(*) from idempotency_keys").await.as_deref(), Some("0"));
}

#[sqlx::test]
async fn who_joins_a_line_at_the_moment_of_leaving_is_taken_out_of_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, ada, bob) = (app.event(1).await, app.person("ada").await, app.person("bob").await);
    bob.book(event_id, 1).await;
    // The line's lock: whoever joins waits for it, the person's row in hand.
    let mut gate = app.state.db.begin().await.expect("a transaction");
    let lock = sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 1))").bind(event_id);
    lock.execute(&mut *gate).await.expect("locked");
    let (joined, deleted, ()) = tokio::join!(
        ada.wait_for(event_id, 1),
        async {
            app.wait_for_blocked(1).await;
            ada.delete().await
        },
        async {
            app.wait_for_blocked(2).await;
            gate.commit().await.expect("opened");
        },
    );
    joined.expect(200);
    deleted.expect(200);
    assert_eq!(app.tables_say("select string_agg(status::text, ' ') from waitlist").await.as_deref(), Some("left"));
    app.audit().await;
}
