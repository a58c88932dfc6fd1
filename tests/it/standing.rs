//! Both kinds of admission in one event: a floor on which people stand, booked by quantity, beside seats that they choose.

use super::app::{Person, Reply, TestApp};
use evently::{
    id::EventId,
    seats::store::{NewSection, project_availability},
};
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::ops::Range;

/// An event with a floor of so many, at 40 euros, and ten seats in one row, `A`, of `Stalls`, at 25.
async fn concert(app: &TestApp, floor: u32) -> EventId {
    let outline = vec![5, 60, 115, 60, 115, 90, 5, 90];
    let standing = NewSection::standing("Floor".to_owned(), 4_000, outline, floor);
    app.seated_event_with(1, |map| {
        map.height += 60;
        map.sections.insert(0, standing);
    })
    .await
}

fn wanted(event_id: EventId, quantity: i32) -> Value {
    json!({"event_id": event_id, "section": "Floor", "quantity": quantity})
}

impl Person {
    async fn stand(&self, event_id: EventId, quantity: i32) -> Reply {
        self.post("bookings/hold", wanted(event_id, quantity)).await
    }
}

/// The free and blocked places of the floor.
async fn floor(app: &TestApp, event_id: EventId) -> (i64, i64) {
    let sql = "select count(*) filter (where status = 'available'), count(*) filter (where status = 'blocked')
               from seats where event_id = $1 and section = 'Floor'";
    sqlx::query_as(sql).bind(event_id).fetch_one(app.state.db.pool()).await.expect("counts")
}

#[sqlx::test]
async fn places_of_a_floor_are_booked_by_quantity_and_named_by_their_section(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 20).await;
    let ada = app.person("ada").await;
    let held = ada.stand(event_id, 3).await.expect(200);
    assert_eq!((&held["quantity"], &held["total_amount_minor"]), (&json!(3), &json!(12_000)));
    assert!(held["seats"].as_array().expect("places").iter().all(|seat| seat["section"] == "Floor"), "{held}");
    let id = held["id"].as_str().expect("an id").to_owned();
    let (_, checkout) = ada.page(&format!("/bookings/{id}/checkout")).await;
    assert!(checkout.contains("Floor, 3 places") && !checkout.contains("Floor *"), "{checkout}");
    ada.change("confirm", &id).await.expect(200);
    let history = ada.get(&format!("bookings/history?booking_id={id}")).await.expect(200);
    assert_eq!(history[0]["sentence"], "You held Floor, 3 places.");
    let (_, page) = ada.page(&format!("/bookings/{id}")).await;
    assert!(page.contains("Floor") && !page.contains("row *") && !page.contains("Floor *"), "{page}");
    app.work().await;
    let mails = app.mails().await.concat();
    assert!(mails.contains("Floor") && !mails.contains("row *") && !mails.contains("Floor *"), "{mails}");
    // One place, and a seat of the other section beside it.
    ada.stand(event_id, 1).await.expect(200);
    let seats = app.seats(event_id).await;
    ada.hold_seats(event_id, &seats[..1]).await;
    assert_eq!(floor(&app, event_id).await, (16, 0));
    app.audit().await;
    assert_eq!(app.available(event_id).await, 25);
}

#[sqlx::test]
async fn a_floor_is_one_area_of_the_map_and_its_places_are_nobodys_choice(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 20).await;
    let ada = app.person("ada").await;
    let map = ada.get(&format!("seats/map?event_id={event_id}")).await.expect(200);
    let told: Vec<(&Value, &Value)> =
        map["sections"].as_array().expect("sections").iter().map(|of| (&of["name"], &of["standing"])).collect();
    assert_eq!(told, [(&json!("Floor"), &json!(true)), (&json!("Stalls"), &json!(false))]);
    let section = ada.get(&format!("seats/section?event_id={event_id}&section=Floor")).await.expect(200);
    assert_eq!(section["seats"], json!([]));
    let plan = ada.get(&format!("seats/plan?event_id={event_id}")).await.expect(200);
    assert_eq!(plan["sections"].as_array().expect("sections").len(), 1, "{plan}");
    let best = ada.get(&format!("seats/best_available?event_id={event_id}&quantity=2")).await.expect(200);
    assert_eq!(best["seats"][0]["section"], "Stalls");
    ada.get(&format!("seats/best_available?event_id={event_id}&quantity=2&section=Floor"))
        .await
        .refused(409, "not_together");
    let sql = "select id::text from seats where event_id = $1 and section = 'Floor' limit 1";
    let place: String = sqlx::query_scalar(sql).bind(event_id).fetch_one(app.state.db.pool()).await.expect("a place");
    let named = ada.post("bookings/hold", json!({"event_id": event_id, "seat_ids": [place]})).await;
    assert_eq!(named.refused(422, "invalid")["details"][0]["field"], "seat_ids");
    // With scripts and without, the page asks for a number, and opens the section with seats.
    let (status, page) = ada.page(&format!("/events/{event_id}")).await;
    assert_eq!(status, 200);
    for part in [r#"id="standing-1""#, r##"href="#standing-1""##, r#"name="section" value="Floor""#, "20 free"] {
        assert!(page.contains(part), "{part}");
    }
    assert!(page.contains("Choose your places") && page.contains("seat_ids[]"), "the stalls are open");
    let (status, same) = ada.page(&format!("/events/{event_id}?section=Floor&standing=Floor&quantity=4")).await;
    assert!(status == 200 && same.contains("seat_ids[]") && same.contains(r#"value="4""#), "{status}");
    let (_, signed_out) = app.visitor().page(&format!("/events/{event_id}")).await;
    assert!(signed_out.contains(r#"id="standing-1""#));
}

#[sqlx::test]
async fn an_event_with_nothing_but_a_floor_has_no_seats_to_choose(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let standing = NewSection::standing("Floor".to_owned(), 4_000, vec![5, 25, 115, 25, 115, 90, 5, 90], 2);
    let event_id = app.seated_event_with(1, |map| map.sections = vec![standing]).await;
    let ada = app.person("ada").await;
    let (status, page) = ada.page(&format!("/events/{event_id}")).await;
    assert!(status == 200 && page.contains(r#"id="standing-1""#) && !page.contains("Find the best seats"), "{status}");
    ada.stand(event_id, 2).await.expect(200);
    app.audit().await;
    let (status, page) = app.person("bob").await.page(&format!("/events/{event_id}")).await;
    assert!(status == 200 && page.contains("Join the waitlist"), "{status}");
}

#[sqlx::test]
async fn what_makes_no_sense_is_refused_by_its_field(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, general) = (concert(&app, 20).await, app.event(10).await);
    let ada = app.person("ada").await;
    let seat = app.seats(event_id).await.remove(0);
    for (event_id, section, quantity, seats, field) in [
        (event_id, "Roof".to_owned(), json!(1), json!([]), "section"),
        (event_id, "Stalls".to_owned(), json!(1), json!([]), "section"),
        (event_id, "F".repeat(61), json!(1), json!([]), "section"),
        (event_id, "Flo\u{0}or".to_owned(), json!(1), json!([]), "section"),
        (event_id, "'); drop table seats; --".to_owned(), json!(1), json!([]), "section"),
        (event_id, "Floor".to_owned(), json!(0), json!([]), "quantity"),
        (event_id, "Floor".to_owned(), json!(101), json!([]), "quantity"),
        (event_id, "Floor".to_owned(), Value::Null, json!([]), "quantity"),
        (event_id, "Floor".to_owned(), json!(1), json!([seat]), "seat_ids"),
        (general, "Floor".to_owned(), json!(1), json!([]), "section"),
    ] {
        let mut body = json!({"event_id": event_id, "section": section, "seat_ids": seats});
        if !quantity.is_null() {
            body["quantity"] = quantity;
        }
        let refused = ada.post("bookings/hold", body.clone()).await.refused(422, "invalid");
        assert_eq!(refused["details"][0]["field"], field, "{body}");
    }
    ada.stand(event_id, 11).await.refused(409, "over_limit");
    assert_eq!(floor(&app, event_id).await.0, 20);
}

async fn people(app: &TestApp, range: Range<usize>) -> Vec<Person> {
    let mut people = Vec::new();
    // Some at a time: each has a password hashed, and only so many wait for that.
    for some in range.collect::<Vec<usize>>().chunks(40) {
        people.extend(join_all(some.iter().map(|i| async move { app.person(&format!("p{i}")).await })).await);
    }
    people
}

#[sqlx::test]
async fn five_hundred_for_a_floor_of_three_hundred_beside_seats(pool: PgPool) {
    let app = TestApp::new(pool.clone()).await;
    let other = TestApp::new(pool).await;
    let event_id = concert(&app, 300).await;
    let seats = app.seats(event_id).await;
    let (here, there) = tokio::join!(people(&app, 0..260), people(&other, 260..520));
    let all = here.iter().chain(&there).zip(0..).map(|(person, nth): (&Person, usize)| {
        // Every thirteenth wants a seat, and each seat is wanted four times.
        let seat = nth.is_multiple_of(13).then(|| &seats[nth / 13 % 10]);
        let body = seat.map_or(wanted(event_id, 1), |seat| json!({"event_id": event_id, "seat_ids": [seat]}));
        async move { (seat.is_some(), person.post("bookings/hold", body).await) }
    });
    let (mut stood, mut sat) = (0, 0);
    for (seated, reply) in join_all(all).await {
        match (seated, reply.status) {
            (true, 200) => sat += 1,
            (false, 200) => stood += 1,
            (true, _) => _ = reply.refused(409, "seats_taken"),
            (false, _) => {
                let refused = reply.refused(409, "sold_out");
                assert_eq!(refused["details"]["available_count"], 0, "{refused}");
            }
        }
    }
    assert_eq!((stood, sat), (300, 10));
    assert_eq!(floor(&app, event_id).await, (0, 0));
    app.audit().await;
    assert_eq!(app.available(event_id).await, 0);
}

#[sqlx::test]
async fn the_last_places_go_to_whoever_they_are_enough_for(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 5).await;
    let [ada, bob, eve] = [app.person("ada").await, app.person("bob").await, app.person("eve").await];
    ada.stand(event_id, 3).await.expect(200);
    let refused = bob.stand(event_id, 3).await.refused(409, "sold_out");
    assert_eq!(refused["details"]["available_count"], 2);
    eve.stand(event_id, 2).await.expect(200);
    // A lapsed hold's places can be had by whoever wants them.
    app.wait(chrono::TimeDelta::minutes(11));
    bob.stand(event_id, 5).await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn places_that_somebody_has_locked_and_does_not_take_are_waited_for(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 4).await;
    let ada = app.person("ada").await;
    let mut locked = app.state.db.begin().await.expect("a transaction");
    let sql = "select from seats where event_id = $1 and section = 'Floor' for update";
    sqlx::query(sql).bind(event_id).execute(&mut *locked).await.expect("locked");
    let give_back = async {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        locked.rollback().await.expect("rolled back");
    };
    let (held, ()) = tokio::join!(ada.stand(event_id, 4), give_back);
    held.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn the_same_key_is_the_same_hold_with_its_places(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 20).await;
    let ada = app.person("ada").await;
    let keyed = |quantity: i32| {
        let mut body = wanted(event_id, quantity);
        body["key"] = json!("page 1");
        body
    };
    let first = ada.post("bookings/hold", keyed(2)).await.expect(200);
    let again = ada.post("bookings/hold", keyed(2)).await.expect(200);
    assert_eq!((&first["id"], &first["seats"]), (&again["id"], &again["seats"]));
    ada.post("bookings/hold", keyed(3)).await.refused(422, "invalid");
    ada.stand(event_id, 2).await.expect(200);
    assert_eq!(floor(&app, event_id).await.0, 16, "without a key two more are two more");
}

async fn status(person: &Person) -> Value {
    person.get("waitlist/list").await.expect(200)["items"][0]["status"].clone()
}

#[sqlx::test]
async fn who_waits_for_one_section_is_offered_its_places(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 2).await;
    let [ada, bob, eve, zoe] =
        [app.person("ada").await, app.person("bob").await, app.person("eve").await, app.person("zoe").await];
    let stand = ada.stand(event_id, 2).await.id();
    let join = |section: &str| json!({"event_id": event_id, "requested_quantity": 1, "section": section});
    let roof = bob.post("waitlist/join", join("Roof")).await.refused(422, "invalid");
    assert_eq!(roof["details"][0]["field"], "section");
    bob.post("waitlist/join", join("Stalls")).await.refused(409, "places_free");
    let seats = app.seats(event_id).await;
    let sit = zoe.hold_seats(event_id, &seats).await;
    app.audit().await;
    assert_eq!(bob.post("waitlist/join", join("Stalls")).await.expect(200)["section"], "Stalls");
    assert_eq!(eve.post("waitlist/join", join("Floor")).await.expect(200)["section"], "Floor");
    let (_, page) = eve.page(&format!("/events/{event_id}")).await;
    assert!(page.contains("1 place in Floor"), "{page}");
    ada.change("release", &stand).await.expect(200);
    assert_eq!((status(&bob).await, status(&eve).await), (json!("waiting"), json!("offered")));
    zoe.change("release", &sit).await.expect(200);
    assert_eq!(status(&bob).await, json!("offered"));
    app.audit().await;
}

#[sqlx::test]
async fn staff_sell_keep_back_and_move_places_of_a_floor(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 10).await;
    let admin = app.admin().await;
    let some =
        |quantity: i32| json!({"event_id": event_id, "standing": "Floor", "quantity": quantity, "reason": "Camera."});
    admin.post("seats/block", some(4)).await.expect(200);
    assert_eq!(floor(&app, event_id).await, (6, 4));
    let refused = admin.post("seats/block", some(7)).await.refused(409, "sold_out");
    assert_eq!(refused["details"]["available_count"], 6);
    admin.post("seats/unblock", some(3)).await.expect(200);
    assert_eq!(floor(&app, event_id).await, (9, 1));
    let sale = json!({"event_id": event_id, "email": "ben@example.org", "first_name": "Ben", "last_name": "Ohm",
                      "standing": "Floor", "quantity": 2, "key": "one"});
    let sold = admin.post("admin/book", sale.clone()).await.expect(200);
    assert_eq!(admin.post("admin/book", sale).await.expect(200)["id"], sold["id"], "one page is one sale");
    assert_eq!((&sold["status"], &sold["total_amount_minor"]), (&json!("confirmed"), &json!(8_000)));
    assert_eq!(floor(&app, event_id).await, (7, 1));
    let id = sold["id"].as_str().expect("an id");
    let seats = app.seats(event_id).await;
    let to_seats = json!({"booking_id": id, "seat_ids": seats[..2], "reason": "Tired."});
    let moved = admin.post("admin/change_seats", to_seats).await.expect(200);
    assert_eq!(moved["seats"][0]["section"], "Stalls");
    assert_eq!(floor(&app, event_id).await, (9, 1));
    let back = json!({"booking_id": id, "standing": "Floor", "reason": "Rested."});
    let moved = admin.post("admin/change_seats", back.clone()).await.expect(200);
    assert!(moved["seats"].as_array().expect("places").iter().all(|seat| seat["section"] == "Floor"), "{moved}");
    admin.post("admin/change_seats", back).await.expect(200);
    assert_eq!(floor(&app, event_id).await, (7, 1));
    let nowhere = json!({"booking_id": id, "standing": "Roof", "reason": "Sun."});
    admin.post("admin/change_seats", nowhere).await.refused(422, "invalid");
    for page in ["book", "blocked"] {
        let (status, html) = admin.page(&format!("/admin/events/{event_id}/{page}?section=Floor")).await;
        assert!(status == 200 && html.contains("Places in Floor"), "{page}");
    }
    let (status, html) = admin.page(&format!("/admin/bookings/{id}/seats?section=Floor")).await;
    assert!(status == 200 && html.contains("Give places here"), "{status}");
    let (status, html) = admin.page(&format!("/admin/bookings/{id}")).await;
    assert!(status == 200 && html.contains("Standing") && !html.contains(">*<"), "{status}");
    app.audit().await;
}

#[sqlx::test]
async fn staff_move_nobody_to_places_that_come_free_for_who_waits(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 2).await;
    let (ada, bob, eve) = (app.person("ada").await, app.person("bob").await, app.person("eve").await);
    let seats = app.seats(event_id).await;
    let sits = bob.hold_seats(event_id, &seats[..1]).await;
    bob.change("confirm", &sits).await.expect(200);
    ada.stand(event_id, 2).await.expect(200);
    let join = json!({"event_id": event_id, "requested_quantity": 2, "section": "Floor"});
    eve.post("waitlist/join", join).await.expect(200);
    // Nobody has expired Ada's hold yet.
    app.wait(chrono::TimeDelta::minutes(11));
    let body = json!({"booking_id": sits, "standing": "Floor", "reason": "Rested."});
    app.admin().await.post("admin/change_seats", body).await.refused(409, "sold_out");
    assert_eq!(status(&eve).await, json!("offered"));
    app.audit().await;
}

#[sqlx::test]
async fn who_wants_to_stand_can_wait_while_seats_are_free(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 2).await;
    let page = async || app.visitor().page(&format!("/events/{event_id}")).await.1;
    assert!(!page().await.contains("Join the waitlist"));
    app.person("ada").await.stand(event_id, 2).await.expect(200);
    app.audit().await;
    let shown = page().await;
    assert!(shown.contains("Join the waitlist") && shown.contains("<option value=\"Floor\""), "{shown}");
    assert!(
        !shown.contains("<option value=\"Stalls\"") && !shown.contains("Anywhere"),
        "of what is left nobody waits: {shown}"
    );
}

#[sqlx::test]
async fn open_maps_hear_how_many_are_left_of_a_floor_and_not_which(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = concert(&app, 20).await;
    app.person("ada").await.stand(event_id, 4).await.expect(200);
    while project_availability(&app.state).await.expect("projected") > 0 {}
    let sql = "select available_counts, taken from seat_frames where event_id = $1";
    let frame: (Vec<i32>, Vec<uuid::Uuid>) =
        sqlx::query_as(sql).bind(event_id).fetch_one(app.state.db.pool()).await.expect("a frame");
    assert_eq!(frame, (vec![16], Vec::new()));
    app.wait(chrono::TimeDelta::seconds(4));
    app.count_together().await;
    let together = |section: &'static str| {
        let sql = "select together_count from sections where event_id = $1 and name = $2";
        sqlx::query_scalar::<_, i32>(sql).bind(event_id).bind(section).fetch_one(app.state.db.pool())
    };
    assert_eq!(together("Floor").await.expect("a count"), 16, "people who stand stand together");
}
