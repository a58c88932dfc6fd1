//! Check-in through the real router: who is let in and who isn't, once, by whom; links that open a door and nothing else.

use super::{
    app::{Person, Reply, TestApp},
    tickets::{id, tickets, token},
};
use chrono::TimeDelta;
use evently::{
    events::store::cancel_event,
    id::EventId,
    staff::model::{FUNCTIONS, Role},
};
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;

/// An event whose door is open, somebody who stands there, and somebody who has booked.
struct Door {
    app: TestApp,
    event_id: EventId,
    keeper: Person,
    ada: Person,
}

impl Door {
    async fn open(pool: PgPool) -> Self {
        let app = TestApp::new(pool).await;
        let event_id = app.event(100).await;
        Self::at(app, event_id).await
    }

    async fn open_with_seats(pool: PgPool) -> Self {
        let app = TestApp::new(pool).await;
        let event_id = app.seated_event(2).await;
        Self::at(app, event_id).await
    }

    /// Two hours before the event begins.
    async fn at(app: TestApp, event_id: EventId) -> Self {
        app.wait(TimeDelta::days(10) - TimeDelta::hours(2));
        let keeper = app.staff("kim", Role::CheckIn, Some(event_id)).await;
        let ada = app.person("ada").await;
        Self { app, event_id, keeper, ada }
    }

    /// The tickets of a new booking of Ada's.
    async fn book(&self, quantity: i32) -> Vec<Value> {
        let booking = self.ada.book(self.event_id, quantity).await;
        tickets(&self.ada, &booking).await
    }

    async fn scan(&self, code: &str) -> Value {
        self.scan_with(json!({"code": code})).await
    }

    async fn scan_with(&self, fields: Value) -> Value {
        scan(&self.keeper, self.event_id, fields).await.expect(200)
    }

    async fn manager(&self) -> Person {
        self.app.staff("max", Role::Manager, Some(self.event_id)).await
    }

    async fn summary(&self) -> Value {
        self.keeper.get(&format!("checkins/summary?event_id={}", self.event_id)).await.expect(200)
    }
}

async fn scan(person: &Person, event_id: EventId, fields: Value) -> Reply {
    let mut body = json!({"event_id": event_id});
    body.as_object_mut().expect("fields").extend(fields.as_object().expect("fields").clone());
    person.post("checkins/check_in", body).await
}

/// Makes a link, and answers its token.
async fn make_link(person: &Person, event_id: EventId, name: &str) -> (String, Value) {
    let made = person.post("checkins/make_link", json!({"event_id": event_id, "name": name})).await.expect(200);
    let token = made["address"].as_str().expect("an address").rsplit('=').next().expect("a token").to_owned();
    (token, made["link"].clone())
}

/// A browser of somebody without an account, with the link opened.
async fn opened(app: &TestApp, token: &str) -> Person {
    let visitor = app.visitor();
    visitor.post("checkins/open_link", json!({"token": token})).await.expect(200);
    visitor
}

async fn deeds(app: &TestApp) -> Vec<String> {
    let sql = "select action from staff_actions where action like 'check_in%' order by number";
    sqlx::query_scalar(sql).fetch_all(app.state.db.pool()).await.expect("deeds")
}

#[track_caller]
fn refused(verdict: &Value, reason: &str) {
    assert_eq!((&verdict["outcome"], &verdict["reason"]), (&json!("refused"), &json!(reason)), "{verdict}");
    assert!(verdict["words"].as_str().is_some_and(|words| words.len() > 10), "{verdict}");
}

#[sqlx::test]
async fn a_ticket_lets_in_once_and_the_second_scan_says_when_and_by_whom(pool: PgPool) {
    let door = Door::open_with_seats(pool).await;
    let seats = door.app.seats(door.event_id).await;
    let booking = door.ada.hold_seats(door.event_id, &seats[3..4]).await;
    door.ada.change("confirm", &booking).await.expect(200);
    let ticket = tickets(&door.ada, &booking).await.remove(0);
    let first = door.scan_with(json!({"code": token(&ticket), "device": "Phone 1"})).await;
    assert_eq!((&first["outcome"], &first["guest"]["name"]), (&json!("admitted"), &json!("ada Test")));
    assert_eq!(first["guest"]["place"], "Stalls, row A, seat 4");
    assert_eq!((&first["guest"]["kind"], &first["guest"]["seat"]["number"]), (&json!("standard"), &json!("4")));
    door.app.wait(TimeDelta::minutes(5));
    let second = door.scan(&token(&ticket)).await;
    assert_eq!(second["outcome"], "already_admitted");
    assert_eq!(second["check_in"], first["check_in"]);
    assert_eq!(second["check_in"]["door"], "kim · Phone 1");
    assert_eq!(second["words"], "In since 11:00, Mon 11 Mar: kim · Phone 1.");
    let summary = door.summary().await;
    assert_eq!((&summary["expected_count"], &summary["admitted_count"]), (&json!(1), &json!(1)));
    assert_eq!(summary["sections"], json!([{"name": "Stalls", "expected_count": 1, "admitted_count": 1}]));
    assert_eq!(summary["recent"][0]["guest"], first["guest"]);
}

#[sqlx::test]
async fn of_fifty_scans_at_once_one_lets_in_and_all_are_told_of_it(pool: PgPool) {
    let door = Door::open(pool).await;
    let code = token(&door.book(1).await[0]);
    let verdicts = join_all((0..50).map(|_| door.scan(&code))).await;
    let admitted: Vec<&Value> = verdicts.iter().filter(|verdict| verdict["outcome"] == "admitted").collect();
    assert_eq!(admitted.len(), 1);
    let others = verdicts.iter().filter(|verdict| verdict["outcome"] == "already_admitted").count();
    assert_eq!(others, 49);
    assert!(verdicts.iter().all(|verdict| verdict["check_in"] == admitted[0]["check_in"]), "{verdicts:?}");
    assert_eq!(door.summary().await["admitted_count"], 1);
}

#[sqlx::test]
async fn what_is_no_ticket_of_ours_is_told_apart(pool: PgPool) {
    let door = Door::open(pool).await;
    let ticket = door.book(1).await.remove(0);
    refused(&door.scan("https://example.org").await, "unreadable");
    refused(&door.scan("").await, "unreadable");
    let mut bytes = base45::decode(token(&ticket)).expect("bytes");
    bytes[60] ^= 1;
    refused(&door.scan(&base45::encode(&bytes)).await, "forged");
    bytes[0] = 2;
    refused(&door.scan(&base45::encode(&bytes)).await, "other_version");
    let unknown = json!({"ticket_id": "00000000-0000-7000-8000-000000000000"});
    refused(&door.scan_with(unknown).await, "unknown");
    assert_eq!(door.summary().await["admitted_count"], 0);
}

#[sqlx::test]
async fn a_ticket_of_another_event_is_told_without_whose_it_is(pool: PgPool) {
    let door = Door::open(pool).await;
    let other = door.app.event(10).await;
    let booking = door.ada.book(other, 1).await;
    let ticket = tickets(&door.ada, &booking).await.remove(0);
    for shown in [json!({"code": token(&ticket)}), json!({"ticket_id": id(&ticket)})] {
        let verdict = door.scan_with(shown).await;
        refused(&verdict, "other_event");
        assert_eq!(verdict["guest"], Value::Null);
    }
    let verdict = door.scan(ticket["reference"].as_str().expect("a reference")).await;
    refused(&verdict, "other_event");
    assert_eq!(verdict["choices"], json!([]));
}

#[sqlx::test]
async fn a_code_that_was_replaced_fails_and_the_new_one_lets_in(pool: PgPool) {
    let door = Door::open(pool).await;
    let ticket = door.book(1).await.remove(0);
    let anew = door.ada.post("tickets/reissue", json!({"ticket_id": id(&ticket)})).await.expect(200);
    refused(&door.scan(&token(&ticket)).await, "superseded");
    assert_eq!(door.scan(&token(&anew)).await["outcome"], "admitted");
    refused(&door.scan(&token(&ticket)).await, "superseded");
}

#[sqlx::test]
async fn a_cancelled_booking_and_a_cancelled_event_let_nobody_in(pool: PgPool) {
    let door = Door::open(pool).await;
    let booking = door.ada.book(door.event_id, 1).await;
    let cancelled = tickets(&door.ada, &booking).await.remove(0);
    let valid = door.book(1).await.remove(0);
    door.ada.change("cancel", &booking).await.expect(200);
    refused(&door.scan(&token(&cancelled)).await, "void");
    refused(&door.scan(cancelled["reference"].as_str().expect("a reference")).await, "void");
    cancel_event(&door.app.state, door.event_id, door.app.now()).await.expect("called off");
    refused(&door.scan(&token(&valid)).await, "void");
}

#[sqlx::test]
async fn the_door_opens_half_a_day_before_and_closes_half_a_day_after(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let (kim, ada) = (app.staff("kim", Role::CheckIn, None).await, app.person("ada").await);
    let booking = ada.book(event_id, 2).await;
    let booked = tickets(&ada, &booking).await;
    let early = scan(&kim, event_id, json!({"code": token(&booked[0])})).await.expect(200);
    refused(&early, "not_yet");
    app.wait(TimeDelta::days(10) - TimeDelta::hours(13));
    assert_eq!(scan(&kim, event_id, json!({"code": token(&booked[0])})).await.expect(200)["outcome"], "admitted");
    app.wait(TimeDelta::hours(13 + 3 + 12));
    refused(&scan(&kim, event_id, json!({"code": token(&booked[1])})).await.expect(200), "over");
    let scanned_at = app.now() - TimeDelta::hours(14);
    let late = json!({"code": token(&booked[1]), "scanned_at": scanned_at});
    assert_eq!(scan(&kim, event_id, late).await.expect(200)["outcome"], "admitted", "it was scanned in time");
}

#[sqlx::test]
async fn a_reference_that_is_typed_answers_with_its_tickets_to_choose_from(pool: PgPool) {
    let door = Door::open(pool).await;
    let booking = door.ada.book(door.event_id, 2).await;
    let shown = door.ada.get(&format!("bookings/get?booking_id={booking}")).await.expect(200);
    let reference = shown["reference"].as_str().expect("a reference").to_lowercase();
    let verdict = door.scan(&format!(" {} {} ", &reference[..4], &reference[4..])).await;
    assert_eq!(verdict["outcome"], "choose");
    let choices = verdict["choices"].as_array().expect("choices");
    let places: Vec<&Value> = choices.iter().map(|choice| &choice["guest"]["place"]).collect();
    assert_eq!(places, ["Place 1 of 2", "Place 2 of 2"], "nobody had asked for the tickets");
    let chosen = door.scan_with(json!({"ticket_id": choices[1]["guest"]["ticket_id"]})).await;
    assert_eq!(chosen["outcome"], "admitted");
    let again = door.scan(&reference).await;
    assert_eq!(
        (&again["choices"][0]["check_in"], &again["choices"][1]["check_in"]),
        (&Value::Null, &chosen["check_in"])
    );
    refused(&door.scan("ZZZZZZZZ").await, "unknown");
}

#[sqlx::test]
async fn what_a_device_sends_again_is_answered_as_before(pool: PgPool) {
    let door = Door::open(pool).await;
    let booked = door.book(2).await;
    let scanned_at = door.app.now() - TimeDelta::minutes(20);
    let queued = json!({"code": token(&booked[0]), "key": "scan-1", "scanned_at": scanned_at, "device": "Phone 2"});
    let sent = door.scan_with(queued.clone()).await;
    assert_eq!((&sent["outcome"], &sent["check_in"]["scanned_at"]), (&json!("admitted"), &json!(scanned_at)));
    assert_eq!(door.scan_with(queued.clone()).await, sent);
    let racing = join_all((0..5).map(|_| door.scan_with(queued.clone()))).await;
    assert!(racing.iter().all(|verdict| *verdict == sent), "{racing:?}");
    let taken = json!({"code": token(&booked[1]), "key": "scan-1"});
    scan(&door.keeper, door.event_id, taken).await.refused(422, "invalid");
    assert_eq!(door.summary().await["admitted_count"], 1);
}

#[sqlx::test]
async fn a_device_that_comes_back_learns_what_others_did_meanwhile(pool: PgPool) {
    let door = Door::open(pool).await;
    let booked = door.book(2).await;
    let elsewhere = door.scan_with(json!({"code": token(&booked[0]), "device": "North"})).await;
    door.ada.post("tickets/reissue", json!({"ticket_id": id(&booked[1])})).await.expect(200);
    let scanned_at = door.app.now() - TimeDelta::minutes(5);
    let queued = |ticket: &Value, key: &str| json!({"code": token(ticket), "key": key, "scanned_at": scanned_at});
    let conflict = door.scan_with(queued(&booked[0], "a")).await;
    assert_eq!((&conflict["outcome"], &conflict["check_in"]), (&json!("already_admitted"), &elsewhere["check_in"]));
    refused(&door.scan_with(queued(&booked[1], "b")).await, "superseded");
    let future = json!({"ticket_id": id(&booked[1]), "scanned_at": door.app.now() + TimeDelta::days(1)});
    let admitted = door.scan_with(future).await;
    assert_eq!(admitted["check_in"]["scanned_at"], json!(door.app.now()), "nobody scans in the future");
}

#[sqlx::test]
async fn the_list_for_a_device_says_what_each_code_is_worth_and_no_more_of_people(pool: PgPool) {
    let door = Door::open(pool).await;
    let mut booked = door.book(3).await;
    let gone = door.ada.book(door.event_id, 1).await;
    let void = tickets(&door.ada, &gone).await.remove(0);
    door.ada.change("cancel", &gone).await.expect(200);
    door.ada.post("tickets/reissue", json!({"ticket_id": id(&booked[1])})).await.expect(200);
    door.scan(&token(&booked[2])).await;
    booked.push(void);
    let list = door.keeper.get(&format!("checkins/list?event_id={}", door.event_id)).await.expect(200);
    assert_eq!(list["keys"], door.ada.get("tickets/keys").await.expect(200));
    let line = |ticket: &Value| {
        let simple = id(ticket).replace('-', "");
        let lines = list["tickets"].as_array().expect("lines");
        lines.iter().find(|line| line[0] == simple).cloned().expect("a line")
    };
    let lines: Vec<Value> = booked.iter().map(line).collect();
    assert_eq!(
        lines[0].as_array().expect("a line")[1..],
        [json!(1), json!("ada T."), json!("Place 1 of 3"), json!("")]
    );
    assert_eq!((&lines[1][1], &lines[2][4], &lines[3][1]), (&json!(2), &json!("11:00, kim"), &json!(0)));
    let text = list.to_string();
    assert!(!text.contains("example.org") && !text.contains("Test"), "{text}");
}

#[sqlx::test]
async fn a_check_in_is_undone_for_a_reason_and_written_down_once(pool: PgPool) {
    let door = Door::open(pool).await;
    let code = token(&door.book(1).await[0]);
    let first = door.scan_with(json!({"code": code, "key": "scan-1"})).await;
    let undo = |reason: &str| json!({"check_in_id": first["check_in"]["id"], "reason": reason});
    door.keeper.post("checkins/undo", undo(" ")).await.refused(422, "invalid");
    door.keeper.post("checkins/undo", undo("Wrong person")).await.expect(200);
    door.keeper.post("checkins/undo", undo("Wrong person")).await.expect(200);
    assert_eq!(deeds(&door.app).await, ["check_in_undone"]);
    assert_eq!(door.summary().await["admitted_count"], 0);
    let repeated = door.scan_with(json!({"code": code, "key": "scan-1"})).await;
    assert_eq!(repeated["check_in"], first["check_in"], "what is sent again is no new scan");
    assert_eq!(door.summary().await["admitted_count"], 0);
    assert_eq!(door.scan(&code).await["outcome"], "admitted");
    let unknown = json!({"check_in_id": "00000000-0000-7000-8000-000000000000", "reason": "x"});
    door.keeper.post("checkins/undo", unknown.clone()).await.refused(404, "not_found");
    door.ada.post("checkins/undo", unknown).await.refused(403, "forbidden");
}

#[sqlx::test]
async fn who_was_let_in_does_not_cancel_and_staff_may(pool: PgPool) {
    let door = Door::open(pool).await;
    let tickets = door.book(2).await;
    let booking_id = tickets[0]["booking_id"].as_str().expect("an id").to_owned();
    let first = door.scan(&token(&tickets[0])).await;
    let booking = door.ada.get(&format!("bookings/get?booking_id={booking_id}")).await.expect(200);
    assert_eq!(booking["can_cancel"], false);
    door.ada.change("cancel", &booking_id).await.refused(409, "wrong_state");
    let undo = json!({"check_in_id": first["check_in"]["id"], "reason": "Wrong person"});
    door.keeper.post("checkins/undo", undo).await.expect(200);
    let booking = door.ada.get(&format!("bookings/get?booking_id={booking_id}")).await.expect(200);
    assert_eq!(booking["can_cancel"], true, "nobody is in any more");
    door.scan(&token(&tickets[0])).await;
    assert_eq!(door.scan(&token(&tickets[1])).await["outcome"], "admitted");
    let summary = door.summary().await;
    assert_eq!((&summary["expected_count"], &summary["admitted_count"]), (&json!(2), &json!(2)));
    let cancel = json!({"booking_id": booking_id, "reason": "Thrown out"});
    door.manager().await.post("admin/cancel_booking", cancel).await.expect(200);
    // The count that doors share is up to a second old, by the real clock.
    let mut summary = door.summary().await;
    for _ in 0..50 {
        if summary["expected_count"] == 0 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        summary = door.summary().await;
    }
    assert_eq!((&summary["expected_count"], &summary["admitted_count"]), (&json!(0), &json!(0)), "nobody is expected");
    door.app.audit().await;
}

#[sqlx::test]
async fn a_link_opens_one_door_and_says_so_at_each_scan(pool: PgPool) {
    let door = Door::open(pool).await;
    let manager = door.manager().await;
    let (token_of_link, link) = make_link(&manager, door.event_id, " North door ").await;
    assert_eq!((&link["name"], &link["is_open"]), (&json!("North door"), &json!(true)));
    let looked = door.app.visitor();
    let found = looked.get(&format!("checkins/find_link?token={token_of_link}")).await.expect(200);
    assert_eq!((&found["id"], &found["door"]), (&json!(door.event_id), &json!("North door")));
    let summary = format!("checkins/summary?event_id={}", door.event_id);
    looked.get(&summary).await.refused(401, "sign_in_required");
    let helper = opened(&door.app, &token_of_link).await;
    let code = token(&door.book(1).await[0]);
    let verdict = scan(&helper, door.event_id, json!({"code": code})).await.expect(200);
    assert_eq!((&verdict["outcome"], &verdict["check_in"]["door"]), (&json!("admitted"), &json!("North door")));
    assert_eq!(helper.get(&summary).await.expect(200)["admitted_count"], 1);
    let doors = helper.get("checkins/doors").await.expect(200);
    assert_eq!(doors.as_array().expect("doors").len(), 1);
    let links = manager.get(&format!("checkins/links?event_id={}", door.event_id)).await.expect(200);
    assert_eq!(links[0]["admitted_count"], 1);
    assert_eq!(deeds(&door.app).await, ["check_in_link_made"]);
    let hashes: Vec<Vec<u8>> = sqlx::query_scalar("select secret_hash from check_in_links")
        .fetch_all(door.app.state.db.pool())
        .await
        .expect("hashes");
    assert!(hashes.iter().all(|hash| *hash != hex::decode(&token_of_link).expect("hexadecimal")));
}

#[sqlx::test]
async fn a_link_opens_nothing_else(pool: PgPool) {
    let door = Door::open(pool).await;
    let other = door.app.event(10).await;
    let (token_of_link, link) = make_link(&door.manager().await, door.event_id, "North door").await;
    let helper = opened(&door.app, &token_of_link).await;
    let checked = door.scan(&token(&door.book(1).await[0])).await;
    for function in ["summary", "list", "door"] {
        helper.get(&format!("checkins/{function}?event_id={other}")).await.refused(401, "sign_in_required");
    }
    scan(&helper, other, json!({"code": "x"})).await.refused(401, "sign_in_required");
    helper.get(&format!("checkins/links?event_id={}", door.event_id)).await.refused(401, "sign_in_required");
    let made = json!({"event_id": door.event_id, "name": "Mine"});
    helper.post("checkins/make_link", made).await.refused(401, "sign_in_required");
    helper.post("checkins/revoke_link", json!({"link_id": link["id"]})).await.refused(401, "sign_in_required");
    let undo = json!({"check_in_id": checked["check_in"]["id"], "reason": "x"});
    helper.post("checkins/undo", undo).await.refused(401, "sign_in_required");
    for function in ["admin/me", "users/me", "bookings/list", "tickets/list", "notifications/list"] {
        helper.get(function).await.refused(401, "sign_in_required");
    }
    helper.post("bookings/hold", json!({"event_id": other, "quantity": 1})).await.refused(401, "sign_in_required");
    for page in ["/admin/events/{id}/checkin", "/account", "/bookings"] {
        let path = page.replace("{id}", &door.event_id.to_string());
        let status = helper.server.get(&path).add_header("accept", "text/html").await.status_code();
        assert!(!status.is_success(), "{path}: {status}");
    }
}

#[sqlx::test]
async fn every_function_of_the_dashboard_but_the_doors_refuses_a_link(pool: PgPool) {
    let door = Door::open(pool).await;
    let (token_of_link, _) = make_link(&door.manager().await, door.event_id, "North door").await;
    let helper = opened(&door.app, &token_of_link).await;
    let opened_by_links =
        ["check_in", "door", "doors", "find", "list", "summary", "verdict"].map(|name| format!("checkins/{name}"));
    let paths: Vec<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    for (function, _) in FUNCTIONS.iter().filter(|(function, _)| !opened_by_links.contains(&(*function).to_owned())) {
        // Some are announced before they are built.
        if !paths.contains(&format!("/api/v1/{function}").as_str()) {
            continue;
        }
        let replies = [helper.get(function).await.status, helper.post(function, json!({})).await.status];
        assert!(replies.iter().all(|status| [400, 401, 405, 422].contains(status)), "{function}: {replies:?}");
    }
}

#[sqlx::test]
async fn a_link_that_is_closed_or_has_lapsed_is_over_at_once(pool: PgPool) {
    let door = Door::open(pool).await;
    let manager = door.manager().await;
    let (first, link) = make_link(&manager, door.event_id, "North door").await;
    let (second, _) = make_link(&manager, door.event_id, "South door").await;
    let (north, south) = (opened(&door.app, &first).await, opened(&door.app, &second).await);
    let summary = format!("checkins/summary?event_id={}", door.event_id);
    let close = json!({"link_id": link["id"]});
    manager.post("checkins/revoke_link", close.clone()).await.expect(200);
    manager.post("checkins/revoke_link", close).await.expect(200);
    assert_eq!(deeds(&door.app).await, ["check_in_link_made", "check_in_link_made", "check_in_link_revoked"]);
    north.get(&summary).await.refused(410, "link_over");
    south.get(&summary).await.expect(200);
    door.app.wait(TimeDelta::hours(2 + 3 + 12));
    south.get(&summary).await.refused(410, "link_over");
    for token in [&first, &second, "", "x"] {
        door.app.visitor().post("checkins/open_link", json!({"token": token})).await.refused(410, "link_over");
        door.app.visitor().get(&format!("checkins/find_link?token={token}")).await.refused(410, "link_over");
    }
    let late = json!({"event_id": door.event_id, "name": "Late"});
    manager.post("checkins/make_link", late).await.refused(410, "link_over");
}

#[sqlx::test]
async fn each_role_may_do_at_the_door_what_it_is_for(pool: PgPool) {
    let door = Door::open(pool).await;
    let other = door.app.event(10).await;
    let door_functions = ["summary", "list", "door"];
    for (number, role) in Role::ALL.into_iter().enumerate() {
        let person = door.app.staff(&format!("role{number}"), role, Some(door.event_id)).await;
        let keeps = matches!(role, Role::Owner | Role::Manager | Role::BoxOffice | Role::CheckIn);
        let runs = matches!(role, Role::Owner | Role::Manager);
        for function in door_functions {
            let reply = person.get(&format!("checkins/{function}?event_id={}", door.event_id)).await;
            assert_eq!(reply.status, if keeps { 200 } else { 403 }, "{role:?} {function}");
            person.get(&format!("checkins/{function}?event_id={other}")).await.refused(403, "forbidden");
        }
        let scanned = scan(&person, door.event_id, json!({"code": "x"})).await.status;
        assert_eq!(scanned, if keeps { 200 } else { 403 }, "{role:?}");
        let links = person.get(&format!("checkins/links?event_id={}", door.event_id)).await.status;
        assert_eq!(links, if runs { 200 } else { 403 }, "{role:?}");
        let made = json!({"event_id": door.event_id, "name": "A door"});
        let made = person.post("checkins/make_link", made).await.status;
        assert_eq!(made, if runs { 200 } else { 403 }, "{role:?}");
        let doors = person.get("checkins/doors").await.status;
        assert_eq!(doors, if keeps { 200 } else { 403 }, "{role:?}");
    }
    for (person, status) in [(&door.ada, 403), (&door.app.visitor(), 401)] {
        assert_eq!(scan(person, door.event_id, json!({"code": "x"})).await.status, status);
        assert_eq!(person.get("checkins/doors").await.status, status);
    }
}

#[sqlx::test]
async fn the_door_works_with_plain_forms(pool: PgPool) {
    let door = Door::open(pool).await;
    let ticket = door.book(1).await.remove(0);
    let path = format!("/checkin/{}", door.event_id);
    let send = async |fields: &[(&str, &str)]| {
        let event_id = door.event_id.to_string();
        let fields: Vec<(&str, &str)> = fields.iter().copied().chain([("event_id", event_id.as_str())]).collect();
        let sent = door.keeper.server.post("/api/v1/checkins/check_in").form(&fields);
        let reply = sent.add_header("accept", "text/html").add_header("referer", path.as_str()).await;
        let to = reply.header("location").to_str().expect("text").to_owned();
        door.keeper.server.get(&to).add_header("accept", "text/html").await.text()
    };
    let page = send(&[("code", &token(&ticket))]).await;
    assert!(page.contains("data-outcome=\"admitted\"") && page.contains("Come in"), "{page}");
    let page = send(&[("code", &token(&ticket))]).await;
    assert!(page.contains("data-outcome=\"already_admitted\"") && page.contains("In since 11:00"), "{page}");
    let page = send(&[("code", "nonsense that is typed")]).await;
    assert!(page.contains("data-outcome=\"refused\"") && page.contains("no reference"), "{page}");
    let page = send(&[("code", ticket["reference"].as_str().expect("a reference"))]).await;
    assert!(page.contains("data-outcome=\"choose\""), "{page}");
    let forged = door.keeper.server.get(&format!("{path}?admitted={}", id(&door.book(1).await[0])));
    let page = forged.add_header("accept", "text/html").await.text();
    assert!(page.contains("data-outcome=\"ready\""), "a link can't say that somebody may come in: {page}");
}

#[sqlx::test]
async fn only_the_door_may_ask_for_the_camera(pool: PgPool) {
    let door = Door::open(pool).await;
    for (path, policy) in
        [(format!("/checkin/{}", door.event_id), "camera=(self)"), ("/checkin".to_owned(), "camera=()")]
    {
        let page = door.keeper.server.get(&path).add_header("accept", "text/html").await;
        assert_eq!(page.status_code(), 200, "{path}");
        let said = page.header("permissions-policy");
        assert!(said.to_str().expect("text").contains(policy), "{path}: {said:?}");
    }
}

#[sqlx::test]
async fn the_dashboard_shows_who_came_and_what_to_undo(pool: PgPool) {
    let door = Door::open(pool).await;
    door.scan(&token(&door.book(1).await[0])).await;
    let admin = door.app.admin_named("Root Test").await;
    let path = format!("/admin/events/{}/checkin", door.event_id);
    let page = |person: &Person| {
        let request = person.server.get(&path).add_header("accept", "text/html");
        async move { request.await.text() }
    };
    let (all, less) = (page(&admin).await, page(&door.keeper).await);
    for text in [&all, &less] {
        assert!(text.contains("ada Test") && text.contains("Undo this check-in"), "{text}");
    }
    assert!(all.contains("Make a link") && !less.contains("Make a link"), "links are the manager's");
}

#[sqlx::test]
async fn an_account_s_data_says_when_its_tickets_were_let_in(pool: PgPool) {
    let door = Door::open(pool).await;
    let ticket = door.book(1).await.remove(0);
    door.scan(&token(&ticket)).await;
    let export = door.ada.get("users/export").await.expect(200);
    assert_eq!(export["check_ins"][0]["ticket_id"], ticket["id"]);
}

#[sqlx::test]
async fn a_door_knows_at_once_whom_it_let_in_itself_and_others_a_moment_later(pool: PgPool) {
    let door = Door::open(pool).await;
    let tickets = door.book(3).await;
    let manager = door.manager().await;
    let summary = format!("checkins/summary?event_id={}", door.event_id);
    let admitted = async |person: &Person| person.get(&summary).await.expect(200)["admitted_count"].clone();
    assert_eq!((admitted(&door.keeper).await, admitted(&manager).await), (json!(0), json!(0)));
    for (nth, ticket) in (1..).zip(&tickets) {
        door.scan(&token(ticket)).await;
        assert_eq!(admitted(&door.keeper).await, json!(nth), "whoever scans counts what they scanned");
    }
    // What the doorkeeper has made be counted is there for everybody.
    assert_eq!(admitted(&manager).await, json!(3));
    let undo = json!({"check_in_id": door.keeper.get(&summary).await.expect(200)["recent"][0]["check_in"]["id"], "reason": "A mistake."});
    manager.post("checkins/undo", undo).await.expect(200);
    assert_eq!(admitted(&manager).await, json!(2));
}
