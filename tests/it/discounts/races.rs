//! Many give a code at once: exactly as many have it afterwards as can.

use super::sum;
use crate::app::{Person, TestApp};
use evently::{bookings::store::sweep, id::EventId};
use futures::future::join_all;
use serde_json::json;
use sqlx::PgPool;

async fn people(app: &TestApp, count: usize) -> Vec<Person> {
    join_all((0..count).map(|i| async move { app.person(&format!("p{i}")).await })).await
}

#[sqlx::test]
async fn two_hundred_buyers_for_a_code_of_fifty_uses(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(500).await;
    app.admin().await.make_code(event_id, "FIFTY", json!({"max_uses": "50"})).await;
    let people = people(&app, 200).await;
    let holds = join_all(people.iter().map(|person| person.hold(event_id, 1))).await;
    let applied = join_all(people.iter().zip(&holds).map(|(person, held)| async move {
        let mut reply = person.apply(held, "FIFTY").await;
        // Six at a time are let to an event: who waits too long asks again.
        while reply.status == 503 {
            reply = person.apply(held, "FIFTY").await;
        }
        reply
    }))
    .await;
    let mut won = 0;
    for reply in applied {
        match reply.status {
            200 => won += 1,
            _ => assert_eq!(super::reason(reply), "used_up"),
        }
    }
    assert_eq!(won, 50);
    let confirmed = join_all(people.iter().zip(&holds).map(|(person, held)| person.change("confirm", held))).await;
    let with_code = confirmed.into_iter().filter(|reply| reply.body["discount_code"] == "FIFTY").count();
    assert_eq!(with_code, 50);
    app.audit().await;
}

#[sqlx::test]
async fn one_person_at_ten_windows_has_a_code_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(50).await;
    app.admin().await.make_code(event_id, "EACH", json!({"max_uses_per_person": "1"})).await;
    let ada = app.person("ada").await;
    let mut holds = Vec::new();
    for _ in 0..10 {
        holds.push(ada.hold(event_id, 1).await);
    }
    let applied = join_all(holds.iter().map(|held| ada.apply(held, "EACH"))).await;
    let won = applied.iter().filter(|reply| reply.status == 200).count();
    assert_eq!(won, 1, "{applied:?}");
    app.audit().await;
}

#[sqlx::test]
async fn giving_a_code_confirming_and_releasing_at_once_leaves_one_truth(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(50).await;
    app.admin().await.make_code(event_id, "EARLY", json!({"max_uses": "30"})).await;
    let ada = app.person("ada").await;
    for round in 0..10 {
        let held = ada.hold(event_id, 1).await;
        let verb = if round % 2 == 0 { "confirm" } else { "release" };
        let (applied, done) = tokio::join!(ada.apply(&held, "EARLY"), ada.change(verb, &held));
        done.expect(200);
        let booking = ada.booking(&held).await;
        if applied.status == 200 {
            assert_eq!(sum(&booking), (2_000, 500, Some("EARLY")));
        } else {
            applied.refused(409, "wrong_state");
            assert_eq!(sum(&booking), (2_500, 0, None));
        }
        ada.change("cancel", &held).await.expect(200);
    }
    app.audit().await;
}

#[sqlx::test]
async fn a_storm_with_codes_adds_up(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (general, seated) = (app.event(30).await, app.seated_event(2).await);
    let seats = app.seats(seated).await;
    let admin = app.admin().await;
    for event_id in [general, seated] {
        admin.make_code(event_id, "ODD", json!({"value": "33", "max_uses": "7"})).await;
        admin
            .make_code(event_id, "EACH", json!({"kind": "per_booking", "value": "7.77", "max_uses_per_person": "1"}))
            .await;
    }
    let people = people(&app, 16).await;
    join_all(people.iter().enumerate().map(|(i, person)| storm(&app, person, i, (general, seated, &seats)))).await;
    while sweep(&app.state).await.expect("swept") > 0 {}
    app.audit().await;
}

/// One person's part: hold, give codes and take them back, then confirm, release or cancel, whatever is answered.
async fn storm(app: &TestApp, person: &Person, who: usize, (general, seated, seats): (EventId, EventId, &[String])) {
    for round in 0..6 {
        let body = if (who + round).is_multiple_of(2) {
            json!({"event_id": general, "quantity": 1 + who % 3})
        } else {
            let first = (who * 7 + round * 3) % seats.len();
            json!({"event_id": seated, "seat_ids": [seats[first], seats[(first + 1) % seats.len()]]})
        };
        let reply = person.post("bookings/hold", body).await;
        let Some(id) = reply.body["id"].as_str() else { continue };
        let code = |n: usize| if (who + n).is_multiple_of(2) { "ODD" } else { "EACH" };
        let replies = match (who + round) % 4 {
            0 => vec![
                person.apply(id, code(0)).await,
                person.apply(id, code(1)).await,
                person.change("confirm", id).await,
            ],
            1 => {
                let (applied, confirmed) = tokio::join!(person.apply(id, code(round)), person.change("confirm", id));
                vec![applied, confirmed, person.change("cancel", id).await]
            }
            2 => vec![person.apply(id, code(1)).await, person.change("remove_code", id).await],
            _ => vec![person.apply(id, code(0)).await, person.change("release", id).await],
        };
        for reply in replies {
            assert!(matches!(reply.status, 200 | 409 | 503), "{reply:?}");
        }
        if round == 3 && who == 0 {
            app.wait(chrono::TimeDelta::minutes(11));
        }
    }
}
