//! Calling events off: first what it would mean, then a job that goes on wherever it was stopped.

use super::{deeds, managed, wrong};
use crate::app::TestApp;
use chrono::TimeDelta;
use evently::{bookings::store::end_called_off, id::EventId, job::Lane, server::jobs::run_due};
use serde_json::{Value, json};
use sqlx::PgPool;

fn cancel(event_id: EventId, name: &str, reason: &str) -> Value {
    json!({"event_id": event_id, "name": name, "reason": reason})
}

#[sqlx::test]
async fn an_event_is_called_off_with_its_name_and_a_reason_after_a_look_at_what_ends(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.event(10).await;
    let (ada, bob, cid) = (app.person("ada").await, app.person("bob").await, app.person("cid").await);
    ada.book(event_id, 2).await;
    let booked = ada.book(event_id, 3).await;
    bob.hold(event_id, 5).await;
    cid.post("waitlist/join", json!({"event_id": event_id, "requested_quantity": 1})).await.expect(200);
    app.work().await;
    let preview = admin.get(&format!("events/cancel_preview?event_id={event_id}")).await.expect(200);
    let expected = json!({
        "event_id": event_id, "booking_count": 2, "place_count": 5, "people_count": 1, "holder_count": 0, "hold_count": 1, "waiting_count": 1,
        "give_back": [{"minor": 12_500, "currency": "EUR"}],
    });
    assert_eq!(preview, expected);
    for (name, reason, field) in
        [("An evenin", "Rain.", "name"), ("An evening", " ", "reason"), ("An evening", &*"x".repeat(501), "reason")]
    {
        let refused = admin.post("events/cancel", cancel(event_id, name, reason)).await.refused(422, "invalid");
        assert_eq!(wrong(&refused), [field]);
    }
    let mails = app.mails().await.len();
    for _ in 0..2 {
        let off = admin.post("events/cancel", cancel(event_id, " An evening ", "Rain & <storm>.")).await.expect(200);
        assert_eq!((&off["status"], &off["cancel_reason"]), (&json!("cancelled"), &json!("Rain & <storm>.")));
    }
    ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 1})).await.refused(409, "event_cancelled");
    app.work().await;
    let told = app.mails().await.split_off(mails);
    assert_eq!(told.len(), 2, "one for each booking, none for the hold");
    assert!(
        told.iter().all(|mail| mail.contains("Called off: An evening") && mail.contains("Rain & <storm>.")),
        "{told:?}"
    );
    let booking = ada.get(&format!("bookings/get?booking_id={booked}")).await.expect(200);
    assert_eq!(booking["status"], "cancelled");
    let history = ada.get(&format!("bookings/history?booking_id={booked}")).await.expect(200);
    assert_eq!(history[2]["sentence"], "The event was called off, and 3 places with it.");
    assert_eq!(cid.get("waitlist/list").await.expect(200)["items"][0]["status"], "left");
    assert_eq!(managed(&admin, event_id).await["counts"], json!({"held_count": 0, "booked_count": 0}));
    let (_, before, after) = deeds(&app).await.pop().expect("a deed");
    assert_eq!((before["status"].clone(), after["reason"].clone()), (json!("published"), json!("Rain & <storm>.")));
    assert_eq!(deeds(&app).await.len(), 1);
    app.audit().await;
}

#[sqlx::test]
async fn drafts_and_what_is_over_are_not_called_off(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let draft = app.draft_with(|_| ()).await;
    admin.post("events/cancel", cancel(draft, "An evening", "Rain.")).await.refused(409, "wrong_event_state");
    let over = app.event(10).await;
    app.wait(TimeDelta::days(11));
    admin.post("events/cancel", cancel(over, "An evening", "Rain.")).await.refused(409, "wrong_event_state");
    let nowhere = "00000000-0000-7000-8000-000000000000".parse().expect("an id");
    admin.post("events/cancel", cancel(nowhere, "An evening", "Rain.")).await.refused(404, "not_found");
}

#[sqlx::test]
async fn the_job_goes_on_where_it_was_stopped_and_may_be_done_twice(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.event_with(|event| event.total_capacity = 500).await;
    let ada = app.person("ada").await;
    ada.book(event_id, 1).await;
    // More than one job ends, each with one place.
    let copy = "insert into bookings (id, reference, user_id, event_id, quantity, currency, total_amount_minor, status, expires_at,
                    created_at, updated_at, confirmed_at)
                select gen_random_uuid(), 'X' || n, user_id, event_id, 1, currency, total_amount_minor, status, expires_at,
                    created_at, updated_at, confirmed_at from bookings, generate_series(1, 450) as n";
    sqlx::query(copy).execute(&app.state.db.pool().clone()).await.expect("more bookings");
    let taken = "update events set available_capacity = available_capacity - 450 where id = $1";
    sqlx::query(taken).bind(event_id).execute(app.state.db.pool()).await.expect("their places");
    let history =
        "insert into booking_history (id, booking_id, action, status_after, created_at, quantity, total_amount_minor)
                   select gen_random_uuid(), id, 'held', 'held', created_at, quantity, total_amount_minor
                   from bookings where reference like 'X%'";
    sqlx::query(history).execute(app.state.db.pool()).await.expect("their history");
    admin.post("events/cancel", cancel(event_id, "An evening", "Rain.")).await.expect(200);
    let left = async || -> i64 {
        let sql = "select count(*) from bookings where status = 'confirmed'";
        sqlx::query_scalar(sql).fetch_one(app.state.db.pool()).await.expect("a count")
    };
    assert_eq!(run_due(&app.state, Lane::Work, 1).await.expect("done"), 1);
    assert_eq!(left().await, 251);
    // A worker that died after its commit does the same again.
    end_called_off(&app.state, event_id, None, None).await.expect("done again");
    assert_eq!(left().await, 51);
    while run_due(&app.state, Lane::Work, 1).await.expect("done") > 0 {}
    assert_eq!(left().await, 0);
    let ended = "select count(*) from booking_history where action = 'called_off'";
    let ended: i64 = sqlx::query_scalar(ended).fetch_one(app.state.db.pool()).await.expect("a count");
    let mails = "select count(*) from jobs where job->'mail'->'news'->>'news' = 'cancelled'";
    let mails: i64 = sqlx::query_scalar(mails).fetch_one(app.state.db.pool()).await.expect("a count");
    assert_eq!((ended, mails), (451, 451));
    assert_eq!(app.available(event_id).await, 500);
}

#[sqlx::test]
async fn seats_of_an_event_that_is_called_off_are_free_again(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let held = ada.hold_seats(event_id, &seats[..3]).await;
    ada.change("confirm", &held).await.expect(200);
    ada.hold_seats(event_id, &seats[10..12]).await;
    admin.post("events/cancel", cancel(event_id, "An evening", "Rain.")).await.expect(200);
    app.work().await;
    assert_eq!(app.available(event_id).await, 20);
    app.audit().await;
}
