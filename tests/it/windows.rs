//! Sections that are sold for a shorter time than their event.

use super::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::{
    bookings::store::feed_waitlists,
    id::EventId,
    seats::store::{NewSection, project_availability, tell_of_windows},
};
use serde_json::{Value, json};
use sqlx::PgPool;

/// An event with ten seats in `Stalls`, ten in `Circle`, and a `Floor` for so many, on sale since yesterday. It is 13:00 in Berlin,
/// on the first of March.
async fn theatre(app: &TestApp, floor: u32) -> EventId {
    app.seated_event_with(1, |map| {
        let mut circle = map.sections[0].clone();
        circle.name = "Circle".to_owned();
        circle.outline.iter_mut().skip(1).step_by(2).for_each(|y| *y += 60);
        circle.seats.iter_mut().for_each(|seat| seat.y += 60);
        let outline = vec![5, 160, 115, 160, 115, 190, 5, 190];
        map.sections.push(circle);
        map.sections.push(NewSection::standing("Floor".to_owned(), 4_000, outline, floor));
        map.height += 200;
    })
    .await
}

/// Sets when sections are sold, each with its price.
fn windows(event_id: EventId, of: &[(&str, &str, &str)]) -> Value {
    let list = |pick: fn(&(&str, &str, &str)) -> String| of.iter().map(pick).collect::<Vec<_>>();
    let price = |name: &str| if name == "Floor" { "40.00" } else { "25.00" }.to_owned();
    json!({
        "event_id": event_id, "sections": list(|of| of.0.to_owned()), "prices": of.iter().map(|of| price(of.0)).collect::<Vec<_>>(),
        "opens": list(|of| of.1.to_owned()), "closes": list(|of| of.2.to_owned()),
    })
}

async fn set(admin: &Person, event_id: EventId, of: &[(&str, &str, &str)]) {
    admin.post("seats/set_prices", windows(event_id, of)).await.expect(200);
}

/// The ids of the seats of a section, as staff see them.
async fn seats_of(app: &TestApp, event_id: EventId, section: &str) -> Vec<String> {
    let sql = "select id::text from seats where event_id = $1 and section = $2 order by length(number), number";
    let seats = sqlx::query_scalar(sql).bind(event_id).bind(section).fetch_all(app.state.db.pool()).await;
    seats.expect("seats")
}

async fn section(person: &Person, event_id: EventId, name: &str) -> Value {
    let map = person.get(&format!("seats/map?event_id={event_id}")).await.expect(200);
    map["sections"].as_array().expect("sections").iter().find(|of| of["name"] == name).expect("the section").clone()
}

fn seats(event_id: EventId, seat_ids: &[String]) -> Value {
    json!({"event_id": event_id, "seat_ids": seat_ids})
}

fn standing(event_id: EventId, quantity: i32) -> Value {
    json!({"event_id": event_id, "section": "Floor", "quantity": quantity})
}

#[sqlx::test]
async fn a_section_that_opens_later_is_sold_from_then_on_to_the_microsecond(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    set(&admin, event_id, &[("Circle", "2030-03-02T10:00", ""), ("Floor", "2030-03-02T10:00", "")]).await;
    let (ada, circle) = (app.person("ada").await, seats_of(&app, event_id, "Circle").await);
    let stalls = app.seats(event_id).await;
    // Of both kinds of places alike, with when it opens and which seats it is about.
    let both = [stalls[0].clone(), circle[0].clone()];
    let refused = ada.post("bookings/hold", seats(event_id, &both)).await.refused(409, "section_not_open");
    assert_eq!(refused["details"], json!({"opens_at": "2030-03-02T10:00:00+01:00", "seat_ids": [circle[0]]}));
    assert_eq!(refused["message"], "One of these seats goes on sale Saturday 2 March 2030 at 10:00.");
    let refused = ada.post("bookings/hold", standing(event_id, 2)).await.refused(409, "section_not_open");
    assert_eq!(refused["details"]["seat_ids"], json!([]));
    ada.hold_seats(event_id, &stalls[..1]).await;
    let opens_in: TimeDelta =
        "2030-03-02T09:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().expect("an instant") - app.now();
    app.wait(opens_in - TimeDelta::microseconds(1));
    ada.post("bookings/hold", seats(event_id, &circle[..1])).await.refused(409, "section_not_open");
    ada.post("bookings/hold", standing(event_id, 1)).await.refused(409, "section_not_open");
    app.wait(TimeDelta::microseconds(1));
    ada.hold_seats(event_id, &circle[..1]).await;
    ada.post("bookings/hold", standing(event_id, 1)).await.expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn a_section_that_closes_earlier_is_not_sold_any_more_and_what_was_held_is_kept(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    set(&admin, event_id, &[("Stalls", "", "2030-03-01T13:05"), ("Floor", "", "2030-03-01T13:05")]).await;
    let (ada, stalls) = (app.person("ada").await, app.seats(event_id).await);
    let held = ada.hold_seats(event_id, &stalls[..2]).await;
    app.wait(TimeDelta::minutes(5));
    let refused = ada.post("bookings/hold", seats(event_id, &stalls[4..6])).await.refused(409, "section_closed");
    assert_eq!(refused["details"]["seat_ids"].as_array().map(Vec::len), Some(2));
    ada.post("bookings/hold", standing(event_id, 2)).await.refused(409, "section_closed");
    ada.change("extend", &held).await.expect(200);
    ada.change("confirm", &held).await.expect(200);
    assert_eq!(section(&ada, event_id, "Stalls").await["off_sale"], "over");
    app.audit().await;
}

#[sqlx::test]
async fn what_is_not_on_sale_is_not_shown_as_free(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    set(&admin, event_id, &[("Circle", "2030-03-02T10:00", ""), ("Floor", "2030-03-02T10:00", "")]).await;
    let ada = app.person("ada").await;
    let circle = section(&ada, event_id, "Circle").await;
    assert_eq!((&circle["available_count"], &circle["off_sale"]), (&json!(0), &json!("later")));
    assert_eq!(circle["sales_open_at"], "2030-03-02T10:00:00+01:00");
    let stalls = section(&ada, event_id, "Stalls").await;
    assert_eq!(
        (&stalls["available_count"], stalls.get("off_sale"), &stalls["sales_open_at"]),
        (&json!(10), None, &json!(null))
    );
    let opened = ada.get(&format!("seats/section?event_id={event_id}&section=Circle")).await.expect(200);
    assert!(opened["seats"].as_array().expect("seats").iter().all(|seat| seat["status"] == "blocked"), "{opened}");
    let ids = seats_of(&app, event_id, "Circle").await;
    let listed = ada.get(&format!("seats/list?event_id={event_id}&seat_ids[0]={}", ids[0])).await.expect(200);
    assert_eq!(listed[0]["status"], "blocked");
    let bits = ada.get(&format!("seats/statuses?event_id={event_id}")).await.expect(200);
    assert_eq!(bits["free"], "ffc000", "the ten of the stalls, which come first");
    ada.get(&format!("seats/best_available?event_id={event_id}&quantity=2&section=Circle"))
        .await
        .refused(409, "not_together");
    let best = ada.get(&format!("seats/best_available?event_id={event_id}&quantity=2")).await.expect(200);
    assert_eq!(best["seats"][0]["section"], "Stalls");
    let (status, page) = ada.page(&format!("/events/{event_id}")).await;
    assert_eq!(status, 200);
    assert_eq!(
        page.matches("from Sat 2 Mar, 10:00").count(),
        5,
        "on the map and in the list twice, and above the form"
    );
    let (_, page) = ada.page(&format!("/events/{event_id}?section=Circle")).await;
    assert!(page.contains("Not on sale"), "the section that is open");
    let (_, page) = ada.page(&format!("/events/{event_id}?seats={}", ids[0])).await;
    assert!(page.contains("A1 is not on sale now.") && !page.contains("Someone else took"), "{page}");
}

#[sqlx::test]
async fn an_event_is_available_only_while_something_can_be_had(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    let word = async || {
        app.visitor().get(&format!("events/get?event_id={event_id}")).await.expect(200)["availability"].clone()
    };
    set(&admin, event_id, &[("Circle", "2030-03-02T10:00", ""), ("Floor", "2030-03-03T10:00", "")]).await;
    assert_eq!(word().await["state"], "few_left", "ten of the stalls");
    assert_eq!(word().await["count"], 10);
    let (ada, stalls) = (app.person("ada").await, app.seats(event_id).await);
    let held = ada.hold_seats(event_id, &stalls).await;
    assert_eq!(app.available(event_id).await, 15, "the figure counts what is free, on sale or not");
    assert_eq!(word().await, json!({"state": "opens_later", "opens_at": "2030-03-02T09:00:00Z"}));
    let (_, page) = app.visitor().page(&format!("/events/{event_id}")).await;
    assert!(page.contains("The sale opens Saturday 2 March 2030 at 10:00 CET."), "{page}");
    let (_, list) = app.visitor().page("/events").await;
    assert!(!list.contains(">Available<"), "{list}");
    ada.change("confirm", &held).await.expect(200);
    app.wait(TimeDelta::hours(21));
    assert_eq!(word().await["count"], 10, "the circle has opened");
    // What has closed is as good as sold out, so that who wants some can wait for what is given back.
    set(&admin, event_id, &[("Circle", "", "2030-03-02T10:30"), ("Floor", "", "2030-03-02T10:30")]).await;
    app.wait(TimeDelta::minutes(30));
    assert_eq!(word().await["state"], "sold_out");
    app.audit().await;
}

#[sqlx::test]
async fn an_event_of_which_nothing_opens_with_it_opens_with_its_first_section(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    let all =
        |at: &'static str| [("Stalls", at, ""), ("Circle", "2030-03-04T10:00", ""), ("Floor", "2030-03-05T10:00", "")];
    set(&admin, event_id, &all("2030-03-03T10:00")).await;
    let get = async || app.visitor().get(&format!("events/get?event_id={event_id}")).await.expect(200);
    assert_eq!(get().await["availability"], json!({"state": "opens_later", "opens_at": "2030-03-03T09:00:00Z"}));
    assert_eq!(get().await["sales_open"]["time"], "10:00");
    sqlx::query("update events set sales_open_at = $2 where id = $1")
        .bind(event_id)
        .bind(app.now() + TimeDelta::hours(1))
        .execute(app.state.db.pool())
        .await
        .expect("a sale that opens later");
    assert_eq!(
        get().await["availability"]["opens_at"],
        "2030-03-03T09:00:00Z",
        "not with the event: nothing opens then"
    );
    set(&admin, event_id, &all("")).await;
    assert_eq!(get().await["availability"]["opens_at"], "2030-03-01T13:00:00Z");
}

#[sqlx::test]
async fn the_line_is_fed_from_what_is_on_sale_alone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    let (ada, bob, cid) = (app.person("ada").await, app.person("bob").await, app.person("cid").await);
    let stalls = app.seats(event_id).await;
    let held = ada.hold_seats(event_id, &stalls).await;
    ada.change("confirm", &held).await.expect(200);
    let join = |section: &str, quantity: i32| json!({"event_id": event_id, "section": section, "requested_quantity": quantity});
    // Nobody gets ahead of those who come when it opens by waiting for it.
    set(&admin, event_id, &[("Circle", "2030-03-02T10:00", ""), ("Floor", "2030-03-02T10:00", "")]).await;
    let refused = bob.post("waitlist/join", join("", 2)).await.refused(409, "section_not_open");
    assert_eq!(refused["message"], "These places go on sale Saturday 2 March 2030 at 10:00.");
    bob.post("waitlist/join", join("Circle", 2)).await.refused(409, "section_not_open");
    bob.post("waitlist/join", join("Stalls", 2)).await.expect(200);
    // Somebody who waits for anything, from before the times were set.
    set(&admin, event_id, &[("Circle", "", "2030-03-01T13:01"), ("Floor", "", "2030-03-01T13:01")]).await;
    app.wait(TimeDelta::minutes(1));
    cid.post("waitlist/join", join("", 2)).await.expect(200);
    set(&admin, event_id, &[("Circle", "2030-03-02T10:00", ""), ("Floor", "", "2030-03-01T13:01")]).await;
    let status = async |person: &Person| {
        feed_waitlists(&app.state).await.expect("fed");
        person.get("waitlist/list").await.expect(200)["items"][0]["status"].clone()
    };
    assert_eq!((status(&bob).await, status(&cid).await), (json!("waiting"), json!("waiting")));
    app.wait(TimeDelta::hours(21));
    assert_eq!((status(&bob).await, status(&cid).await), (json!("waiting"), json!("offered")));
    let circle = seats_of(&app, event_id, "Circle").await;
    let offered = cid.get("bookings/list").await.expect(200)["items"][0].clone();
    assert!(circle.iter().any(|id| offered["seats"][0]["seat_id"] == id.as_str()), "{offered}");
    app.audit().await;
}

#[sqlx::test]
async fn staff_sell_and_keep_back_what_is_not_on_sale_and_are_told(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    set(&admin, event_id, &[("Circle", "2030-03-02T10:00", ""), ("Floor", "", "2030-03-01T13:00")]).await;
    let circle = seats_of(&app, event_id, "Circle").await;
    let places = admin.get(&format!("seats/places?event_id={event_id}&section=Circle")).await.expect(200);
    assert_eq!(places["section"]["seats"][0]["status"], "available");
    assert_eq!(places["map"]["sections"][1]["available_count"], 10);
    let (status, page) = admin.page(&format!("/admin/events/{event_id}/book?section=Circle")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Circle: from Sat 2 Mar, 10:00 for the public. It can be sold here all the same."), "{page}");
    assert!(page.contains("Floor, 5 of 5 free, sale closed"), "{page}");
    let person = json!({"event_id": event_id, "email": "eve@example.org", "first_name": "Eve", "last_name": "Test"});
    let sell = |more: Value| {
        let mut body = person.clone();
        body.as_object_mut().expect("fields").extend(more.as_object().expect("fields").clone());
        admin.post("admin/book", body)
    };
    assert_eq!(sell(json!({"seat_ids": &circle[..2]})).await.expect(200)["status"], "confirmed");
    assert_eq!(sell(json!({"standing": "Floor", "quantity": 2})).await.expect(200)["quantity"], 2);
    admin
        .post("seats/block", json!({"event_id": event_id, "seat_ids": &circle[4..5], "reason": "A camera"}))
        .await
        .expect(200);
    app.audit().await;
}

#[sqlx::test]
async fn times_of_sections_are_typed_by_the_clocks_there_and_recorded(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    for (opens, closes, field) in [
        ("2030-02-28T12:59", "", "opens[1]"),
        ("2030-03-11T13:00", "", "opens[1]"),
        ("tomorrow", "", "opens[1]"),
        ("", "2030-03-11T13:01", "closes[1]"),
        ("", "2030-02-28T13:00", "closes[1]"),
        ("2030-03-05T10:00", "2030-03-05T10:00", "closes[1]"),
    ] {
        let body = windows(event_id, &[("Stalls", "", ""), ("Circle", opens, closes)]);
        let refused = admin.post("seats/set_prices", body).await.refused(422, "invalid");
        assert_eq!(refused["details"][0]["field"], field, "{opens} {closes}");
    }
    let mut uneven = windows(event_id, &[("Stalls", "", ""), ("Circle", "", "")]);
    uneven["closes"] = json!([""]);
    assert_eq!(admin.post("seats/set_prices", uneven).await.refused(422, "invalid")["details"][0]["field"], "opens");
    let mut both = windows(event_id, &[("Stalls", "tomorrow", "")]);
    both["prices"] = json!(["nothing"]);
    let wrong = admin.post("seats/set_prices", both).await.refused(422, "invalid");
    assert_eq!(wrong["details"].as_array().map(Vec::len), Some(2), "{wrong}");
    set(&admin, event_id, &[("Circle", "2030-03-05T10:00", "")]).await;
    let mut stale = windows(event_id, &[("Circle", "2030-03-06T10:00", "")]);
    stale["opens_before"] = json!([""]);
    stale["closes_before"] = json!([""]);
    admin.post("seats/set_prices", stale.clone()).await.refused(409, "version_conflict");
    stale["opens"] = json!([""]);
    admin.post("seats/set_prices", stale).await.expect(200);
    let told = section(&app.visitor(), event_id, "Circle").await;
    assert_eq!(told["sales_open_at"], "2030-03-05T10:00:00+01:00", "who changed nothing undoes nothing");
    let sql = "select before, after from staff_actions where action = 'sale_times_changed'";
    let deeds: Vec<(Value, Value)> = sqlx::query_as(sql).fetch_all(app.state.db.pool()).await.expect("deeds");
    let of = |opens: Value| json!({"Circle": {"sales_open_at": opens, "sales_close_at": null}});
    assert_eq!(deeds, [(of(Value::Null), of(json!("2030-03-05T09:00:00Z")))]);
    let (status, page) = admin.page(&format!("/admin/events/{event_id}/prices")).await;
    assert!(status == 200 && page.contains(r#"value="2030-03-05T10:00""#) && page.contains("Prices and sale times"));
    let (_, log) = admin.page("/admin/log").await;
    assert!(log.contains("Circle"), "{log}");
}

#[sqlx::test]
async fn open_maps_are_told_when_a_section_goes_on_sale_and_off_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    let redrawn = async || -> i64 {
        let told = tell_of_windows(&app.state).await.expect("told");
        let sql = "select count(*) from seat_frames where event_id = $1 and is_redrawn";
        let count: i64 = sqlx::query_scalar(sql).bind(event_id).fetch_one(app.state.db.pool()).await.expect("a count");
        assert!(told > 0 || tell_of_windows(&app.state).await.expect("told") == 0);
        count
    };
    assert_eq!(redrawn().await, 0);
    set(&admin, event_id, &[("Circle", "2030-03-02T10:00", "2030-03-02T11:00")]).await;
    assert_eq!((redrawn().await, redrawn().await), (1, 1), "once");
    // Nothing of it is told meanwhile: on maps nothing of it is free.
    let circle = seats_of(&app, event_id, "Circle").await;
    let block = json!({"event_id": event_id, "seat_ids": &circle[..1], "reason": "A camera"});
    admin.post("seats/block", block.clone()).await.expect(200);
    admin.post("seats/unblock", block).await.expect(200);
    while project_availability(&app.state).await.expect("projected") > 0 {}
    let sql = "select sections, cardinality(freed) from seat_frames where event_id = $1 order by number desc limit 1";
    let last: (Vec<String>, i32) =
        sqlx::query_as(sql).bind(event_id).fetch_one(app.state.db.pool()).await.expect("a frame");
    assert_eq!(last, (Vec::new(), 0));
    app.wait(TimeDelta::hours(21));
    assert_eq!(redrawn().await, 2, "it has opened");
    app.wait(TimeDelta::hours(1));
    assert_eq!(redrawn().await, 3, "and closed");
    app.audit().await;
}

#[sqlx::test]
async fn times_stay_with_their_section_when_the_map_is_drawn_anew_and_move_with_a_copy(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let event_id = theatre(&app, 5).await;
    set(&admin, event_id, &[("Circle", "2030-03-02T10:00", "2030-03-09T22:00")]).await;
    let drawing = admin.get(&format!("seats/drawing?event_id={event_id}")).await.expect(200);
    let mut plan = drawing["plan"].clone();
    plan["sections"][1]["name"] = json!("Balcony");
    let body = json!({"event_id": event_id, "version": drawing["version"], "plan": plan, "confirmed": true});
    assert_eq!(admin.post("seats/draw", body).await.expect(200)["is_saved"], true);
    let balcony = section(&app.visitor(), event_id, "Balcony").await;
    assert_eq!(balcony["sales_open_at"], "2030-03-02T10:00:00+01:00");
    // Across the change of the clocks, by the same clock.
    let copy = admin.post("events/duplicate", json!({"event_id": event_id, "date": "2030-04-11", "name": ""})).await;
    let copy = copy.expect(200);
    let copy_id = copy["id"].as_str().or(copy["event"]["id"].as_str()).expect("an id").to_owned();
    let prices = admin.get(&format!("seats/prices?event_id={copy_id}")).await.expect(200);
    assert_eq!(prices[1]["section"], "Balcony");
    assert_eq!(prices[1]["sales_open_at"], "2030-04-02T08:00:00Z");
    assert_eq!(prices[1]["sales_close_at"], "2030-04-09T20:00:00Z");
    // Its seats, too, can be kept back before anybody sees it.
    let (status, page) = admin.page(&format!("/admin/events/{copy_id}/blocked?section=Stalls")).await;
    assert!(status == 200 && page.contains("Row A, seat 1"), "{status}");
    app.audit().await;
}
