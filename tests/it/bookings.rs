//! Holding, confirming, extending, releasing and cancelling through the door: happy, refused, forbidden, twice.

use super::app::TestApp;
use chrono::TimeDelta;
use evently::{
    bookings::store::{seal_history, sweep},
    events::store::cancel_event,
};
use serde_json::{Value, json};
use sqlx::PgPool;

fn minutes(n: i64) -> TimeDelta {
    TimeDelta::minutes(n)
}

#[sqlx::test]
async fn places_are_held_then_booked_then_cancelled(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;

    let held = ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 2})).await.expect(200);
    assert_eq!((&held["status"], &held["quantity"]), (&"held".into(), &2.into()));
    assert_eq!((&held["total_amount_minor"], &held["currency"]), (&5_000.into(), &"EUR".into()));
    assert_eq!((&held["expires_at"], &held["seconds_left"]), (&"2030-03-01T12:10:00Z".into(), &600.into()));
    assert_eq!(app.available(event_id).await, 98);

    let id = held["id"].as_str().expect("an id");
    let booked = ada.change("confirm", id).await.expect(200);
    assert_eq!((&booked["status"], &booked["can_cancel"]), (&"confirmed".into(), &true.into()));
    assert_eq!(app.available(event_id).await, 98);

    assert_eq!(ada.change("cancel", id).await.expect(200)["status"], "cancelled");
    assert_eq!(app.available(event_id).await, 100);
    app.audit().await;
}

#[sqlx::test]
async fn chosen_seats_are_held_at_their_price_and_named(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let held = ada.post("bookings/hold", json!({"event_id": event_id, "seat_ids": &seats[3..5]})).await.expect(200);
    assert_eq!((&held["quantity"], &held["total_amount_minor"]), (&2.into(), &5_000.into()));
    assert_eq!((&held["seats"][0]["row"], &held["seats"][0]["number"]), (&"A".into(), &"4".into()));
    ada.change("confirm", held["id"].as_str().expect("an id")).await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn a_held_seat_cannot_be_held_again_and_the_rest_of_the_choice_is_untouched(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    ada.hold_seats(event_id, &seats[0..2]).await;
    let refusal = bob
        .post("bookings/hold", json!({"event_id": event_id, "seat_ids": &seats[1..4]}))
        .await
        .refused(409, "seats_taken");
    assert_eq!(refusal["details"]["seat_ids"], json!([seats[1]]));
    bob.hold_seats(event_id, &seats[2..4]).await;
    app.audit().await;
}

#[sqlx::test]
async fn a_seat_of_a_lapsed_hold_is_sold_without_waiting_for_the_sweeper(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let lapsed = ada.hold_seats(event_id, &seats[0..3]).await;
    app.wait(minutes(10));
    bob.hold_seats(event_id, &seats[2..4]).await;
    ada.change("confirm", &lapsed).await.refused(409, "hold_expired");
    assert_eq!(ada.get(&format!("bookings/get?booking_id={lapsed}")).await.expect(200)["status"], "expired");
    app.audit().await;
}

#[sqlx::test]
async fn places_of_lapsed_holds_are_sold_without_waiting_for_the_sweeper(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(5).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    ada.hold(event_id, 3).await;
    ada.hold(event_id, 2).await;
    let refusal =
        bob.post("bookings/hold", json!({"event_id": event_id, "quantity": 1})).await.refused(409, "sold_out");
    assert_eq!(refusal["details"]["available_count"], 0);
    app.wait(minutes(10));
    bob.hold(event_id, 5).await;
    app.audit().await;
}

#[sqlx::test]
async fn sold_out_says_what_is_left(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(5).await;
    app.person("ada").await.hold(event_id, 3).await;
    let bob = app.person("bob").await;
    let refusal =
        bob.post("bookings/hold", json!({"event_id": event_id, "quantity": 3})).await.refused(409, "sold_out");
    assert_eq!(refusal["details"]["available_count"], 2);
}

#[sqlx::test]
async fn one_person_has_at_most_the_events_limit(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event_with(|event| event.places_per_person = 4).await;
    let ada = app.person("ada").await;
    let first = ada.hold(event_id, 3).await;
    ada.change("confirm", &first).await.expect(200);
    let refusal =
        ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 2})).await.refused(409, "over_limit");
    assert_eq!(refusal["details"], json!({"limit": 4, "have": 3}));
    let one = ada.hold(event_id, 1).await;
    app.wait(minutes(10));
    ada.change("confirm", &one).await.refused(409, "hold_expired");
    ada.hold(event_id, 1).await;
    app.audit().await;
}

#[sqlx::test]
async fn a_double_click_is_one_hold(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (general, seated) = (app.event(100).await, app.seated_event(1).await);
    let seats = app.seats(seated).await;
    let ada = app.person("ada").await;
    let by_key = json!({"event_id": general, "quantity": 2, "key": "page-1"});
    let (first, second) = tokio::join!(ada.post("bookings/hold", by_key.clone()), ada.post("bookings/hold", by_key));
    assert_eq!(first.id(), second.id());
    let by_seat = json!({"event_id": seated, "seat_ids": &seats[0..2]});
    let (first, second) = tokio::join!(ada.post("bookings/hold", by_seat.clone()), ada.post("bookings/hold", by_seat));
    assert_eq!(first.id(), second.id());
    assert_eq!((app.available(general).await, app.available(seated).await), (98, 8));
    app.audit().await;
}

#[sqlx::test]
async fn confirming_releasing_and_cancelling_twice_is_doing_it_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let booking = ada.hold(event_id, 2).await;
    for _ in 0..2 {
        assert_eq!(ada.change("confirm", &booking).await.expect(200)["status"], "confirmed");
    }
    for _ in 0..2 {
        assert_eq!(ada.change("cancel", &booking).await.expect(200)["status"], "cancelled");
    }
    let given_back = ada.hold(event_id, 1).await;
    for _ in 0..2 {
        assert_eq!(ada.change("release", &given_back).await.expect(200)["status"], "cancelled");
    }
    assert_eq!(app.available(event_id).await, 100);
    let history = ada.get(&format!("bookings/history?booking_id={booking}")).await.expect(200);
    assert_eq!(history.as_array().expect("entries").len(), 3);
    app.audit().await;
}

#[sqlx::test]
async fn states_that_do_not_fit_are_refused_and_change_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let booked = ada.hold(event_id, 1).await;
    ada.change("confirm", &booked).await.expect(200);
    ada.change("release", &booked).await.refused(409, "wrong_state");
    ada.change("extend", &booked).await.refused(409, "wrong_state");
    let released = ada.hold(event_id, 1).await;
    ada.change("release", &released).await.expect(200);
    ada.change("confirm", &released).await.refused(409, "wrong_state");
    app.wait(TimeDelta::days(10));
    ada.change("cancel", &booked).await.refused(409, "sales_closed");
    app.audit().await;
}

#[sqlx::test]
async fn more_time_is_five_minutes_and_thirty_in_all(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let hold = ada.hold_seats(event_id, &seats[0..1]).await;
    for left in [900, 1200, 1500, 1800] {
        assert_eq!(ada.change("extend", &hold).await.expect(200)["seconds_left"], left);
    }
    ada.change("extend", &hold).await.refused(409, "extension_used");
    app.wait(minutes(29));
    app.person("bob")
        .await
        .post("bookings/hold", json!({"event_id": event_id, "seat_ids": [seats[0]]}))
        .await
        .refused(409, "seats_taken");
    ada.change("confirm", &hold).await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn someone_elses_booking_does_not_exist(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let booking = app.person("ada").await.hold(event_id, 1).await;
    let bob = app.person("bob").await;
    for verb in ["confirm", "extend", "release", "cancel"] {
        bob.change(verb, &booking).await.refused(404, "not_found");
        app.visitor().change(verb, &booking).await.refused(401, "sign_in_required");
    }
    for verb in ["get", "history"] {
        bob.get(&format!("bookings/{verb}?booking_id={booking}")).await.refused(404, "not_found");
        app.visitor().get(&format!("bookings/{verb}?booking_id={booking}")).await.refused(401, "sign_in_required");
    }
    assert_eq!(bob.get("bookings/list").await.expect(200)["items"], json!([]));
}

#[sqlx::test]
async fn holding_needs_an_account_an_event_and_a_sale(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let hold = |event: Value| json!({"event_id": event, "quantity": 1});
    app.visitor().post("bookings/hold", hold(json!(event_id))).await.refused(401, "sign_in_required");
    ada.post("bookings/hold", hold(json!("00000000-0000-7000-8000-000000000000"))).await.refused(404, "not_found");
    let draft = app.draft_with(|_| ()).await;
    ada.post("bookings/hold", hold(json!(draft))).await.refused(404, "not_found");
    let later = app.event_with(|event| event.sales_open_at = event.event_date - TimeDelta::days(1)).await;
    ada.post("bookings/hold", hold(json!(later))).await.refused(409, "sales_not_open");
    let closed = app.event_with(|event| event.sales_close_at = event.sales_open_at + minutes(1)).await;
    ada.post("bookings/hold", hold(json!(closed))).await.refused(409, "sales_closed");
    cancel_event(&app.state, event_id, app.now()).await.expect("cancelled");
    ada.post("bookings/hold", hold(json!(event_id))).await.refused(409, "event_cancelled");
}

#[sqlx::test]
async fn bad_requests_get_the_right_refusal_and_change_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (general, seated, other) = (app.event(100).await, app.seated_event(1).await, app.seated_event(1).await);
    let (seats, strange) = (app.seats(seated).await, app.seats(other).await);
    let ada = app.person("ada").await;
    for (body, status, code) in [
        (json!({"event_id": general}), 422, "invalid"),
        (json!({"event_id": general, "quantity": 0}), 422, "invalid"),
        (json!({"event_id": general, "quantity": -3}), 422, "invalid"),
        (json!({"event_id": general, "quantity": 101}), 422, "invalid"),
        (json!({"event_id": general, "quantity": 99_999_999_999_i64}), 400, "malformed"),
        (json!({"event_id": general, "quantity": "two"}), 400, "malformed"),
        (json!({"event_id": general, "quantity": 1.5}), 400, "malformed"),
        (json!({"event_id": general, "seat_ids": [seats[0]]}), 422, "invalid"),
        (json!({"event_id": seated, "quantity": 1}), 422, "invalid"),
        (json!({"event_id": seated, "quantity": 1, "seat_ids": [seats[0]]}), 422, "invalid"),
        (json!({"event_id": seated, "seat_ids": [seats[0], seats[0]]}), 422, "invalid"),
        (json!({"event_id": seated, "seat_ids": [strange[0]]}), 422, "invalid"),
        (json!({"event_id": seated, "seat_ids": ["x"]}), 400, "malformed"),
        (json!({"event_id": "x", "quantity": 1}), 400, "malformed"),
        (json!({"quantity": 1}), 400, "malformed"),
        (json!([]), 400, "malformed"),
        (json!("hold"), 400, "malformed"),
    ] {
        let reply = ada.post("bookings/hold", body.clone()).await;
        assert_eq!((reply.status, reply.body["code"].as_str()), (status, Some(code)), "{body} → {}", reply.body);
    }
    for verb in ["confirm", "extend", "release", "cancel"] {
        ada.change(verb, "00000000-0000-7000-8000-000000000000").await.refused(404, "not_found");
        ada.change(verb, "x").await.refused(400, "malformed");
    }
    assert_eq!((app.available(general).await, app.available(seated).await), (100, 10));
}

#[sqlx::test]
async fn the_sweeper_tidies_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (general, seated) = (app.event(100).await, app.seated_event(1).await);
    let seats = app.seats(seated).await;
    let ada = app.person("ada").await;
    ada.hold(general, 2).await;
    ada.hold_seats(seated, &seats[0..2]).await;
    assert_eq!(sweep(&app.state).await.expect("swept"), 0);
    app.wait(minutes(10));
    let (one, other) = tokio::join!(sweep(&app.state), sweep(&app.state));
    assert_eq!(one.expect("swept") + other.expect("swept"), 2);
    assert_eq!(sweep(&app.state).await.expect("swept"), 0);
    assert_eq!((app.available(general).await, app.available(seated).await), (100, 10));
    app.audit().await;
}

#[sqlx::test]
async fn the_history_tells_what_happened_in_plain_words(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let booking = ada.hold_seats(event_id, &seats[0..2]).await;
    ada.change("extend", &booking).await.expect(200);
    ada.change("confirm", &booking).await.expect(200);
    ada.change("cancel", &booking).await.expect(200);
    let history = ada.get(&format!("bookings/history?booking_id={booking}")).await.expect(200);
    let told: Vec<&str> =
        history.as_array().expect("entries").iter().filter_map(|entry| entry["sentence"].as_str()).collect();
    assert_eq!(
        told,
        [
            "You held Stalls A1, A2.",
            "You took 5 more minutes.",
            "You booked Stalls A1, A2.",
            "You cancelled the booking; Stalls A1, A2 went back on sale.",
        ]
    );
}

#[sqlx::test]
async fn history_cannot_be_rewritten(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(5).await;
    app.person("ada").await.hold(event_id, 1).await;
    seal_history(&app.state).await.expect("sealed");
    let refusal = async |sql: &'static str, grant: &'static str| {
        let mut tx = app.state.db.begin().await.expect("a transaction");
        sqlx::query(grant).execute(&mut *tx).await.expect("granted");
        let refused = sqlx::query(sql).execute(&mut *tx).await.expect_err(sql);
        refused.as_database_error().and_then(|error| error.code()).expect("a code").into_owned()
    };
    for sql in [
        "update booking_history set details = ''",
        "delete from booking_history",
        "truncate booking_history",
        "update history_seals set entry_count = 2",
        "delete from history_seals",
        "truncate history_seals",
    ] {
        assert_eq!(refusal(sql, "select 1").await, "42501", "by privilege: {sql}");
        let grant = "grant all on booking_history, history_seals to current_user";
        assert_eq!(refusal(sql, grant).await, "23001", "by trigger: {sql}");
    }
}

#[sqlx::test]
async fn the_database_itself_refuses_a_double_sale(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    ada.hold_seats(event_id, &seats[0..1]).await;
    let other = bob.hold_seats(event_id, &seats[1..2]).await;
    let again = "insert into seat_bookings (id, event_id, booking_id, seat_id, price_minor, created_at)
                 values (gen_random_uuid(), $1, $2::uuid, $3::uuid, 0, now())";
    let refused = sqlx::query(again).bind(event_id).bind(other).bind(&seats[0]).execute(app.state.db.pool()).await;
    assert_eq!(constraint(refused), "seat_bookings_one_active_per_seat");
    for (sql, name) in [
        ("update events set available_capacity = total_capacity + 1", "events_available_within_capacity"),
        ("update events set available_capacity = -1", "events_available_within_capacity"),
        ("update seats set booking_id = null where status = 'held'", "seats_taken_have_a_booking"),
        ("update seats set event_id = gen_random_uuid() where status = 'held'", "seat_bookings_of_a_seat_of_the_event"),
    ] {
        assert_eq!(constraint(sqlx::query(sql).execute(app.state.db.pool()).await), name, "{sql}");
    }
}

/// The name of the constraint that refused a statement.
#[track_caller]
fn constraint<T: std::fmt::Debug>(refused: Result<T, sqlx::Error>) -> String {
    let error = refused.expect_err("refused");
    error.as_database_error().and_then(|error| error.constraint()).unwrap_or_default().to_owned()
}

#[sqlx::test]
async fn a_key_names_one_hold_of_the_same_places(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let hold = |quantity: i32| json!({"event_id": event_id, "quantity": quantity, "key": "page-1"});
    let first = ada.post("bookings/hold", hold(2)).await.id();
    let refusal = ada.post("bookings/hold", hold(3)).await.refused(422, "invalid");
    assert_eq!(refusal["details"][0]["field"], "key");
    ada.change("confirm", &first).await.expect(200);
    assert_eq!(ada.post("bookings/hold", hold(2)).await.id(), first, "the answer may have been lost");
    ada.change("cancel", &first).await.expect(200);
    assert_ne!(ada.post("bookings/hold", hold(2)).await.id(), first, "given back, it can be held again");
    app.audit().await;
}

#[sqlx::test]
async fn more_time_ends_at_thirty_minutes_however_short_the_hold(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let ada = app.person("ada").await;
    for (hold_length_s, presses) in [(60, 5), (300, 5), (1800, 0)] {
        let event_id = app.event(100).await;
        let set = "update events set hold_length_s = $2 where id = $1";
        sqlx::query(set).bind(event_id).bind(hold_length_s).execute(app.state.db.pool()).await.expect("set");
        let hold = ada.hold(event_id, 1).await;
        for _ in 0..presses {
            ada.change("extend", &hold).await.expect(200);
        }
        ada.change("extend", &hold).await.refused(409, "extension_used");
    }
}

#[sqlx::test]
async fn a_deactivated_account_neither_holds_nor_confirms(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let hold = ada.hold(event_id, 1).await;
    sqlx::query("update users set is_active = false").execute(app.state.db.pool()).await.expect("deactivated");
    ada.change("confirm", &hold).await.refused(401, "sign_in_required");
    ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 1})).await.refused(401, "sign_in_required");
}

#[sqlx::test]
async fn a_lapsed_hold_that_is_just_being_confirmed_counts_towards_the_limit(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event_with(|event| event.places_per_person = 4).await;
    let ada = app.person("ada").await;
    let first = ada.hold(event_id, 4).await;
    // Someone has the booking locked and confirms it in time; meanwhile its hold lapses and the person asks for more.
    let mut confirming = app.state.db.begin().await.expect("a transaction");
    let confirm = "update bookings set status = 'confirmed', confirmed_at = $2 where id = $1::uuid";
    sqlx::query(confirm).bind(&first).bind(app.now()).execute(&mut *confirming).await.expect("confirmed");
    app.wait(minutes(11));
    let more = ada.post("bookings/hold", json!({"event_id": event_id, "quantity": 4}));
    let (more, ()) = tokio::join!(more, async {
        app.wait_for_blocked(1).await;
        confirming.commit().await.expect("committed");
    });
    more.refused(409, "over_limit");
}

#[sqlx::test]
async fn bookings_are_listed_newest_first_in_pages(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let mut made = Vec::new();
    for _ in 0..5 {
        made.insert(0, ada.hold(event_id, 1).await);
        app.wait(TimeDelta::seconds(1));
    }
    let (mut listed, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = ada.get(&format!("bookings/list?limit=2&cursor={cursor}")).await.expect(200);
        listed.extend(
            page["items"].as_array().expect("items").iter().map(|b| b["id"].as_str().expect("an id").to_owned()),
        );
        let Some(next) = page["next_cursor"].as_str() else { break };
        cursor = next.to_owned();
    }
    assert_eq!(listed, made);
    for bad in ["limit=0", "limit=201", "cursor=x"] {
        ada.get(&format!("bookings/list?{bad}")).await.refused(422, "invalid");
    }
}

#[sqlx::test]
async fn everything_sells_without_redis(pool: PgPool) {
    let app = TestApp::with_redis(pool, "redis://127.0.0.1:1");
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let hold = ada.hold_seats(event_id, &seats[0..2]).await;
    ada.change("confirm", &hold).await.expect(200);
    app.audit().await;
}
