//! The box office.

use super::*;

fn sale(event_id: EventId, name: &str) -> Value {
    json!({"event_id": event_id, "email": format!("{name}@example.org"), "first_name": name, "last_name": "Test"})
}

fn with(mut body: Value, more: Value) -> Value {
    let more = more.as_object().expect("fields").clone();
    body.as_object_mut().expect("fields").extend(more);
    body
}

#[sqlx::test]
async fn somebody_without_an_account_is_booked_for_and_can_claim_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, event_id) = (app.owner().await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let body = with(sale(event_id, "gran"), json!({"seat_ids": seats[..2], "key": "page"}));
    let first = owner.post("admin/book", body.clone()).await.expect(200);
    assert_eq!((&first["status"], &first["total_amount_minor"]), (&"confirmed".into(), &5_000.into()));
    let again = owner.post("admin/book", body).await.expect(200);
    assert_eq!(first["id"], again["id"], "one page is one sale");
    let mail = app.last_mail().await;
    assert!(mail.contains("You're going") && mail.contains("Stalls A1, A2"), "{mail}");
    let visitor = app.visitor();
    let guessed = json!({"email": "gran@example.org", "password": "correct horse"});
    visitor.post("auth/login", guessed).await.refused(401, "wrong_credentials");
    visitor.post("auth/forgot_password", json!({"email": "gran@example.org"})).await.expect(200);
    let mail = app.last_mail().await;
    assert!(mail.contains("/reset-password?token="), "{mail}");
    let deeds = app.deeds().await;
    assert_eq!(deeds.len(), 1);
    assert_eq!((&deeds[0].1["new_account"], &deeds[0].1["over_limit"]), (&true.into(), &false.into()));
    assert!(!deeds[0].1.to_string().contains("gran"), "nobody's name stands in the log");
    app.audit().await;
}

#[sqlx::test]
async fn an_account_keeps_its_name_and_sees_what_was_booked_for_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.event(10).await);
    let body = with(sale(event_id, "ada"), json!({"email": " Ada@Example.org ", "first_name": "Eve", "quantity": 2}));
    let sold = owner.post("admin/book", body).await.expect(200);
    let booking = sold["id"].as_str().expect("an id");
    let history = ada.get(&format!("bookings/history?booking_id={booking}")).await.expect(200);
    assert_eq!(history[1]["sentence"], "The organiser booked 2 places for you.");
    assert_eq!(owner.file(booking).await["attendee"]["name"], "ada Test");
    app.audit().await;
}

#[sqlx::test]
async fn what_is_given_away_costs_nothing_and_counts_all_the_same(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, seated, general) = (app.owner().await, app.seated_event(1).await, app.event(10).await);
    let seats = app.seats(seated).await;
    for body in [
        with(sale(seated, "guest"), json!({"seat_ids": seats[..2], "complimentary": true})),
        with(sale(general, "guest"), json!({"quantity": 2, "complimentary": true})),
    ] {
        let sold = owner.post("admin/book", body).await.expect(200);
        assert_eq!(sold["total_amount_minor"], 0);
    }
    assert_eq!((app.available(seated).await, app.available(general).await), (8, 8));
    app.audit().await;
}

#[sqlx::test]
async fn the_limit_holds_unless_it_is_lifted_and_the_log_says_so(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, event_id) = (app.owner().await, app.event(50).await);
    let sell = |more: Value| owner.post("admin/book", with(sale(event_id, "club"), more));
    sell(json!({"quantity": 9})).await.expect(200);
    let refused = sell(json!({"quantity": 2})).await.refused(409, "over_limit");
    assert_eq!(refused["details"], json!({"limit": 10, "have": 9}));
    sell(json!({"quantity": 2, "over_limit": true})).await.expect(200);
    let deeds = app.deeds().await;
    assert_eq!(
        deeds.iter().map(|(_, after)| after["over_limit"].clone()).collect::<Vec<_>>(),
        [json!(false), json!(true)]
    );
    app.audit().await;
}

#[sqlx::test]
async fn the_box_office_sells_before_the_sale_and_until_the_end(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let owner = app.owner().await;
    let later = app.event_with(|event| event.sales_open_at = event.event_date - TimeDelta::days(1)).await;
    let draft = app.draft_with(|_| {}).await;
    let ada = app.person("ada").await;
    ada.post("bookings/hold", json!({"event_id": later, "quantity": 1})).await.refused(409, "sales_not_open");
    let sell = |event_id: EventId| owner.post("admin/book", with(sale(event_id, "ada"), json!({"quantity": 1})));
    sell(later).await.expect(200);
    sell(draft).await.refused(404, "not_found");
    let (status, page) = owner.page(&format!("/admin/events/{draft}/book")).await;
    assert!(status == 200 && page.contains("This event is a draft"), "{status}: {page}");
    app.wait(TimeDelta::days(10) + TimeDelta::hours(2));
    sell(later).await.expect(200);
    app.wait(TimeDelta::hours(2));
    sell(later).await.refused(409, "sales_closed");
    app.audit().await;
}

#[sqlx::test]
async fn the_box_office_says_what_places_cost(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let owner = app.owner().await;
    let (general, seated) = (app.event(10).await, app.seated_event(1).await);
    let accessible =
        sqlx::query("update seats set kind = 'accessible' where event_id = $1 and number = '2'").bind(seated);
    accessible.execute(app.state.db.pool()).await.expect("changed");
    let (status, page) = owner.page(&format!("/admin/events/{general}/book")).await;
    assert!(status == 200 && page.contains("€25 each."), "{page}");
    let (status, page) = owner.page(&format!("/admin/events/{seated}/book")).await;
    assert_eq!(status, 200);
    for words in ["Stalls, 10 of 10 free, €25", "title=\"€25\"", "title=\"€25, wheelchair place\""] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[sqlx::test]
async fn what_a_lapsed_hold_has_is_sold_and_what_somebody_has_is_not(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id, full) =
        (app.owner().await, app.person("ada").await, app.seated_event(1).await, app.event(2).await);
    let seats = app.seats(event_id).await;
    ada.hold_seats(event_id, &seats[..2]).await;
    ada.hold(full, 2).await;
    let seated = with(sale(event_id, "bob"), json!({"seat_ids": seats[1..3]}));
    let general = with(sale(full, "bob"), json!({"quantity": 1}));
    owner.post("admin/book", seated.clone()).await.refused(409, "seats_taken");
    owner.post("admin/book", general.clone()).await.refused(409, "sold_out");
    app.wait(TimeDelta::minutes(11));
    owner.post("admin/book", seated).await.expect(200);
    owner.post("admin/book", general).await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn a_sale_that_makes_no_sense_names_the_field(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, event_id, seated) = (app.owner().await, app.event(5).await, app.seated_event(1).await);
    for (more, field) in [
        (json!({"quantity": 1, "email": "nobody"}), "email"),
        (json!({"quantity": 1, "first_name": " "}), "first_name"),
        (json!({"quantity": 0}), "quantity"),
        (json!({}), "quantity"),
        (json!({"seat_ids": app.seats(seated).await[..1]}), "quantity"),
    ] {
        let refused = owner.post("admin/book", with(sale(event_id, "ada"), more)).await.refused(422, "invalid");
        assert_eq!(refused["details"][0]["field"], field);
    }
    let known: i64 = sqlx::query_scalar("select count(*) from users where email = 'ada@example.org'")
        .fetch_one(app.state.db.pool())
        .await
        .expect("a count");
    assert_eq!(known, 0, "what is refused leaves nobody behind");
}

#[sqlx::test]
async fn what_is_kept_back_is_a_figure_of_its_own(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (owner, ada, event_id) = (app.owner().await, app.person("ada").await, app.seated_event(1).await);
    let seats = app.seats(event_id).await;
    let path = format!("admin/event?event_id={event_id}");
    assert_eq!(owner.get(&path).await.expect(200)["blocked_count"], 0);
    ada.hold_seats(event_id, &seats[..1]).await;
    let seat_ids: Vec<String> = seats[1..3].iter().map(ToString::to_string).collect();
    let block = json!({"event_id": event_id, "seat_ids": seat_ids, "reason": "Press"});
    owner.post("seats/block", block).await.expect(200);
    app.count_together().await;
    let event = owner.get(&path).await.expect(200);
    let number = |value: &Value| value.as_i64().expect("a number");
    let parts = [&event["blocked_count"], &event["counts"]["held_count"], &event["counts"]["booked_count"]];
    assert_eq!(parts.map(number), [2, 1, 0]);
    let all: i64 = parts.map(number).iter().sum::<i64>() + number(&event["available_capacity"]);
    assert_eq!(all, number(&event["total_capacity"]));
    let (_, page) = owner.page(&format!("/admin/events/{event_id}")).await;
    assert!(page.contains("<dt>Kept back<!></dt><dd>2<!></dd>"), "{page}");
    let (_, page) = owner.page(&format!("/admin/events/{}", app.event(5).await)).await;
    assert!(!page.contains("<dt>Kept back"), "{page}");
}
