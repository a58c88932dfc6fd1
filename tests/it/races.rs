//! Many callers at once for too little: exactly what there is gets sold, and everybody is told.

use super::app::{Person, Reply, TestApp};
use evently::{
    bookings::{model::BookingStatus, store::confirm_booking},
    error::Error,
    id::{EventId, UserId},
    server::Failure,
};
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;

async fn people(app: &TestApp, count: usize) -> Vec<Person> {
    join_all((0..count).map(|i| async move { app.person(&format!("p{i}")).await })).await
}

/// Everyone asks for the same at once.
async fn rush(people: &[Person], body: Value) -> Vec<Reply> {
    join_all(people.iter().map(|person| person.post("bookings/hold", body.clone()))).await
}

#[track_caller]
fn winners(replies: Vec<Reply>, refusal: &str) -> usize {
    let mut won = 0;
    for reply in replies {
        if reply.status == 200 {
            won += 1;
        } else {
            reply.refused(409, refusal);
        }
    }
    won
}

#[sqlx::test]
async fn fifty_callers_for_one_seat(pool: PgPool) {
    let app = TestApp::new(pool).await;
    fifty_for_one_seat(&app).await;
}

#[sqlx::test]
async fn fifty_callers_for_one_seat_without_redis(pool: PgPool) {
    let app = TestApp::with_redis(pool, "redis://127.0.0.1:1");
    fifty_for_one_seat(&app).await;
}

async fn fifty_for_one_seat(app: &TestApp) {
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let people = people(app, 50).await;
    let replies = rush(&people, json!({"event_id": event_id, "seat_ids": [seats[0]]})).await;
    assert_eq!(winners(replies, "seats_taken"), 1);
    app.audit().await;
}

#[sqlx::test]
async fn two_hundred_callers_for_fifty_places(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(50).await;
    let people = people(&app, 200).await;
    let replies = rush(&people, json!({"event_id": event_id, "quantity": 1})).await;
    assert_eq!(winners(replies, "sold_out"), 50);
    assert_eq!(app.available(event_id).await, 0);
    app.audit().await;
}

#[sqlx::test]
async fn two_processes_that_combine_on_their_own_sell_exactly_what_there_is(pool: PgPool) {
    let one = TestApp::new(pool.clone()).await;
    let other = TestApp::new(pool).await;
    let event_id = one.event(50).await;
    let (here, there) = tokio::join!(
        people(&one, 60),
        join_all((60..120).map(|i| {
            let other = &other;
            async move { other.person(&format!("p{i}")).await }
        }))
    );
    let body = json!({"event_id": event_id, "quantity": 1});
    let (mut replies, more) = tokio::join!(rush(&here, body.clone()), rush(&there, body));
    replies.extend(more);
    assert_eq!(winners(replies, "sold_out"), 50);
    assert_eq!(one.available(event_id).await, 0);
    one.audit().await;
}

#[sqlx::test]
async fn in_one_rush_everybody_gets_their_own_answer(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(20).await;
    let people = people(&app, 30).await;
    let (first, rest) = people.split_first().expect("people");
    first.hold(event_id, 9).await;
    let wanted = |quantity: i32| json!({"event_id": event_id, "quantity": quantity});
    let nobody = app.visitor();
    let (over_limit, repeated, other, nonsense, unknown, signed_out, bought) = tokio::join!(
        first.post("bookings/hold", wanted(2)),
        async {
            let keyed = json!({"event_id": event_id, "quantity": 1, "key": "same"});
            tokio::join!(first.post("bookings/hold", keyed.clone()), first.post("bookings/hold", keyed))
        },
        rest[0].post("bookings/hold", json!({"event_id": event_id, "quantity": 1, "key": "odd \u{1f600} key"})),
        rest[1].post("bookings/hold", wanted(0)),
        rest[2].post("bookings/hold", json!({"event_id": uuid::Uuid::nil(), "quantity": 1})),
        nobody.post("bookings/hold", wanted(1)),
        rush(&rest[3..], wanted(1)),
    );
    over_limit.refused(409, "over_limit");
    // Who comes first is anybody's guess: a limit is counted, and a session read, before a request stands in the queue.
    // One key is one answer, whichever: one hold in both, or, as a refusal keeps no key, sold out in both.
    let (once, again) = repeated;
    assert_eq!(once.status, again.status, "one key is one answer");
    assert_eq!(once.body["id"], again.body["id"], "one key is one hold");
    nonsense.refused(422, "invalid");
    unknown.refused(404, "not_found");
    signed_out.refused(401, "sign_in_required");
    let bought = bought.into_iter().chain([once, other]).collect();
    assert_eq!(winners(bought, "sold_out"), 11, "20 places, 9 of them held before");
    app.audit().await;
}

#[sqlx::test]
async fn everybody_confirms_at_once_and_twice(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let people = people(&app, 40).await;
    let holds = join_all(people.iter().map(|person| person.hold(event_id, 1))).await;
    // Not theirs: refused, and no reason to refuse the others.
    let strangers =
        join_all(people.iter().zip(holds.iter().skip(1)).map(|(person, hold)| person.change("confirm", hold)));
    let once = || join_all(people.iter().zip(&holds).map(|(person, hold)| person.change("confirm", hold)));
    let (first, second, strangers) = tokio::join!(once(), once(), strangers);
    for reply in first.into_iter().chain(second) {
        assert_eq!(reply.expect(200)["status"], "confirmed");
    }
    strangers.into_iter().for_each(|reply| _ = reply.refused(404, "not_found"));
    for (person, hold) in people.iter().zip(&holds) {
        let history = person.get(&format!("bookings/history?booking_id={hold}")).await;
        let actions: Vec<String> =
            history.expect(200).as_array().expect("a list").iter().map(|entry| entry["action"].to_string()).collect();
        assert_eq!(actions, ["\"held\"", "\"confirmed\""]);
    }
    app.audit().await;
}

#[sqlx::test]
async fn overlapping_choices_neither_deadlock_nor_oversell(pool: PgPool) {
    let app = TestApp::with_redis(pool, "redis://127.0.0.1:1");
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let people = people(&app, 40).await;
    let replies = join_all(people.iter().enumerate().map(|(i, person)| {
        // Neighbours overlap, in both directions of naming them.
        let mut choice = vec![seats[i % 10].clone(), seats[(i + 1) % 10].clone(), seats[(i + 5) % 10].clone()];
        choice.rotate_left(i % 3);
        person.post("bookings/hold", json!({"event_id": event_id, "seat_ids": choice}))
    }))
    .await;
    assert!((1..=3).contains(&winners(replies, "seats_taken")));
    app.audit().await;
}

#[sqlx::test]
async fn one_person_at_fifty_windows_stays_within_the_limit(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let replies =
        join_all((0..50).map(|_| ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 1})))).await;
    assert_eq!(winners(replies, "over_limit"), 10);
    app.audit().await;
}

#[sqlx::test]
async fn confirming_and_cancelling_at_once_leaves_one_truth(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    for seat in seats.chunks(1) {
        let hold = ada.hold_seats(event_id, seat).await;
        let (confirmed, cancelled) = tokio::join!(ada.change("confirm", &hold), ada.change("cancel", &hold));
        cancelled.expect(200);
        if confirmed.status != 200 {
            confirmed.refused(409, "wrong_state");
        }
    }
    assert_eq!(app.available(event_id).await, 10);
    app.audit().await;
}

#[sqlx::test]
async fn a_storm_of_everything_adds_up(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (general, seated) = (app.event(30).await, app.seated_event(2).await);
    let seats = app.seats(seated).await;
    let people = people(&app, 20).await;
    join_all(people.iter().enumerate().map(|(i, person)| storm(person, i, general, seated, &seats))).await;
    app.audit().await;
}

/// One person's part: hold, then confirm, release or cancel, again and again, whatever is answered.
async fn storm(person: &Person, who: usize, general: EventId, seated: EventId, seats: &[String]) {
    for round in 0..6 {
        let body = if (who + round).is_multiple_of(2) {
            json!({"event_id": general, "quantity": 1 + who % 3})
        } else {
            let first = (who * 7 + round * 3) % seats.len();
            json!({"event_id": seated, "seat_ids": [seats[first], seats[(first + 1) % seats.len()]]})
        };
        let reply = person.post("bookings/hold", body).await;
        assert!(matches!(reply.status, 200 | 409), "{reply:?}");
        let Some(id) = reply.body["id"].as_str() else { continue };
        for verb in [["confirm", "cancel"], ["release", "confirm"], ["confirm", "confirm"]][(who + round) % 3] {
            let reply = person.change(verb, id).await;
            assert!(matches!(reply.status, 200 | 409), "{verb}: {reply:?}");
        }
    }
}

#[sqlx::test]
async fn a_batch_that_could_not_begin_leaves_its_connection_as_new(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(5).await;
    let ada = app.person("ada").await;
    let gate = app.lock_event(event_id).await;
    let (held, ()) = tokio::join!(ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 1})), async {
        // The plain round has given up by then.
        app.wait_for_second_round().await;
        gate.commit().await.expect("opened");
    });
    held.expect(200);
    for _ in 0..20 {
        sqlx::query("select 1")
            .execute(app.state.db.pool())
            .await
            .expect("no connection is in a transaction that failed");
    }
    app.audit().await;
}

#[sqlx::test]
async fn what_one_buyer_sends_is_told_to_nobody_else(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let people = people(&app, 6).await;
    let gate = app.lock_event(event_id).await;
    // Makes the statement of a whole batch fail, as a fault of one of its members would.
    let sql = "alter table bookings add constraint bookings_no_tens check (quantity <> 10) not valid";
    sqlx::query(sql).execute(app.state.db.pool()).await.expect("a rule that the program doesn't know");
    let wanted = |quantity: i32| json!({"event_id": event_id, "quantity": quantity});
    let (first, all, ()) = tokio::join!(
        people[0].post("bookings/hold", wanted(1)),
        async {
            app.wait_for_blocked(1).await;
            let bad = people[1].post("bookings/hold", wanted(10));
            tokio::join!(bad, join_all(people[2..].iter().map(|person| person.post("bookings/hold", wanted(1)))))
        },
        async {
            app.wait_for_second_round().await;
            gate.commit().await.expect("opened");
        }
    );
    first.expect(200);
    all.0.refused(500, "internal");
    all.1.into_iter().for_each(|reply| _ = reply.expect(200));
    let control = json!({"event_id": event_id, "quantity": 1, "key": "\u{0}"});
    people[0].post("bookings/hold", control).await.refused(422, "invalid");
}

#[sqlx::test]
async fn who_asks_for_somebody_elses_booking_in_the_same_batch_is_not_shown_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let (first, ada) = (app.person("first").await, app.person("ada").await);
    app.person("eve").await;
    let lane = |id: &str| id.parse::<uuid::Uuid>().expect("an id").as_u128() % 4;
    let opening = first.hold(event_id, 1).await;
    let mut wanted = ada.hold(event_id, 1).await;
    while lane(&wanted) != lane(&opening) {
        ada.change("release", &wanted).await.expect(200);
        wanted = ada.hold(event_id, 1).await;
    }
    let mut gate = app.state.db.begin().await.expect("a transaction");
    // A batch of confirmations waits for nobody's rows: only the table keeps it from writing.
    sqlx::query("lock table bookings in share mode").execute(&mut *gate).await.expect("locked");
    let user_id = async |name: &str| -> UserId {
        let sql = "select id from users where email = $1 || '@example.org'";
        sqlx::query_scalar(sql).bind(name).fetch_one(app.state.db.pool()).await.expect("a person")
    };
    let (eves_id, adas_id) = (user_id("eve").await, user_id("ada").await);
    let booking_id = wanted.parse().expect("an id");
    let (opened, (eves, adas, ())) = tokio::join!(first.change("confirm", &opening), async {
        app.wait_for_blocked(1).await;
        // Polled in this order: Eve's request stands before Ada's in the batch that gathers, and then it may begin.
        tokio::join!(
            confirm_booking(&app.state, eves_id, booking_id),
            confirm_booking(&app.state, adas_id, booking_id),
            async { gate.commit().await.expect("opened") },
        )
    });
    opened.expect(200);
    assert!(matches!(eves, Err(Failure::Refused(Error::NotFound))), "{eves:?}");
    assert_eq!(adas.expect("confirmed").status, BookingStatus::Confirmed);
    app.audit().await;
}
