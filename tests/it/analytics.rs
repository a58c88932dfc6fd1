//! Figures: they add up to what the tables say, whoever asks sees only theirs, and money is for those who may see it.

use super::app::{Person, TestApp};
use chrono::TimeDelta;
use evently::{analytics::store::project_sales, id::EventId, staff::model::Role};
use serde_json::{Value, json};
use sqlx::PgPool;

impl TestApp {
    /// Adds up what has happened. Other tests' transactions may have to end first.
    pub(crate) async fn add_up(&self) {
        let behind = "select exists (select from booking_history where number > (select upto_entry from sales_told))";
        while sqlx::query_scalar(behind).fetch_one(self.state.db.pool()).await.expect("an answer") {
            project_sales(&self.state).await.expect("added up");
        }
    }

    /// What the tables themselves say: bookings made, their places and amounts, and the same of cancelled ones.
    async fn sums_of_bookings(&self, event_id: EventId) -> (i64, i64, i64, i64, i64, i64) {
        sqlx::query_as(
            "select count(*) filter (where confirmed_at is not null),
                    coalesce(sum(quantity) filter (where confirmed_at is not null), 0)::bigint,
                    coalesce(sum(total_amount_minor) filter (where confirmed_at is not null), 0)::bigint,
                    count(*) filter (where confirmed_at is not null and status = 'cancelled'),
                    coalesce(sum(quantity) filter (where confirmed_at is not null and status = 'cancelled'), 0)::bigint,
                    coalesce(sum(total_amount_minor) filter (where confirmed_at is not null and status = 'cancelled'), 0)::bigint
             from bookings where event_id = $1",
        )
        .bind(event_id)
        .fetch_one(self.state.db.pool())
        .await
        .expect("sums")
    }
}

impl Person {
    async fn sales(&self, event_id: EventId) -> Value {
        self.get(&format!("analytics/sales?event_id={event_id}")).await.expect(200)
    }
}

fn told(sales: &Value) -> (i64, i64, i64, i64, i64, i64) {
    let sums = &sales["sums"];
    let money = &sums["takings"][0];
    let number = |value: &Value| value.as_i64().unwrap_or_default();
    (
        number(&sums["confirmed_count"]),
        number(&sums["confirmed_quantity"]),
        number(&money["confirmed_minor"]),
        number(&sums["cancelled_count"]),
        number(&sums["cancelled_quantity"]),
        number(&money["cancelled_minor"]),
    )
}

/// Buys, cancels, releases and lets lapse, over three days.
async fn live_through(app: &TestApp, event_id: EventId) {
    for (day, name) in ["ada", "bob", "cyd"].into_iter().enumerate() {
        let person = app.person(&format!("{name}{event_id}")).await;
        let kept = person.hold(event_id, 2).await;
        app.wait(TimeDelta::seconds(90));
        person.change("confirm", &kept).await.expect(200);
        let cancelled = person.book(event_id, 1 + day as i32).await;
        let released = person.hold(event_id, 1).await;
        person.change("release", &released).await.expect(200);
        person.hold(event_id, 1).await;
        app.add_up().await;
        app.wait(TimeDelta::days(1));
        person.change("cancel", &cancelled).await.expect(200);
    }
    while evently::bookings::store::sweep(&app.state).await.expect("swept") > 0 {}
}

#[sqlx::test]
async fn the_rows_behind_a_figure_are_as_many_and_as_much_as_it_says(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other) = (app.event(50).await, app.event(50).await);
    live_through(&app, event_id).await;
    app.person("eve").await.book(other, 3).await;
    app.add_up().await;
    let (admin, boss) = (app.admin().await, app.staff("box", Role::BoxOffice, Some(event_id)).await);
    let sums = admin.sales(event_id).await["sums"].clone();
    let list = |person: &Person, rest: &str| {
        let path = format!("analytics/entries?event_id={event_id}&{rest}");
        let reply = person.server.get(&format!("/api/v1/{path}"));
        async move { serde_json::from_str::<Value>(&reply.await.text()).expect("JSON") }
    };
    for (figure, counts) in [
        ("booked", vec!["confirmed_count"]),
        ("cancelled", vec!["cancelled_count"]),
        ("released", vec!["released_count"]),
        ("ran_out", vec!["expired_count", "lapsed_count"]),
    ] {
        let count: i64 = counts.iter().filter_map(|count| sums[*count].as_i64()).sum();
        let all = list(&admin, &format!("figure={figure}&limit=200")).await;
        let rows = all["items"].as_array().expect("rows");
        assert_eq!((rows.len() as i64, count > 0), (count, true), "{figure}: {rows:?}");
        // The same ones page by page.
        let (mut cursor, mut paged) = (String::new(), Vec::new());
        loop {
            let page = list(&admin, &format!("figure={figure}&limit=2&cursor={cursor}")).await;
            paged.extend(page["items"].as_array().expect("rows").clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = next.to_owned();
        }
        assert_eq!(&paged, rows);
    }
    let booked = list(&admin, "figure=booked&limit=200").await;
    let taken: i64 =
        booked["items"].as_array().expect("rows").iter().filter_map(|row| row["amount"]["minor"].as_i64()).sum();
    assert_eq!(sums["takings"][0]["confirmed_minor"], taken);
    assert_eq!(list(&boss, "figure=booked").await["items"][0]["amount"], Value::Null, "money is for who may see it");
    for (wrong, field) in
        [("figure=held", "figure"), ("figure=booked&cursor=x", "cursor"), ("figure=booked&limit=0", "limit")]
    {
        let refused =
            admin.get(&format!("analytics/entries?event_id={event_id}&{wrong}")).await.refused(422, "invalid");
        assert_eq!(refused["details"][0]["field"], field, "{refused}");
    }
    let (status, page) = admin.page(&format!("/admin/events/{event_id}/figures/rows?figure=cancelled")).await;
    assert!(status == 200 && page.contains("/admin/bookings/") && page.contains("Rows behind"), "{status}");
    assert!(admin.page(&format!("/admin/events/{event_id}/figures")).await.1.contains("figures/rows?figure=booked"));
    assert_eq!(admin.page(&format!("/admin/events/{event_id}/figures/rows?figure=none")).await.0, 422);
}

#[sqlx::test]
async fn every_figure_is_what_the_sums_of_bookings_to_the_cent(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other) = (app.event(50).await, app.event(50).await);
    live_through(&app, event_id).await;
    app.person("eve").await.book(other, 3).await;
    app.add_up().await;
    let admin = app.admin().await;
    let sales = admin.sales(event_id).await;
    assert_eq!(told(&sales), app.sums_of_bookings(event_id).await);
    assert_eq!(told(&sales), (6, 12, 30_000, 3, 6, 15_000), "as bought above");
    let sums = &sales["sums"];
    assert_eq!(
        (&sums["held_count"], &sums["released_count"], &sums["expired_count"]),
        (&12.into(), &3.into(), &3.into())
    );
    assert_eq!(sums["confirm_time_s"], 270);
    // The days of an event, the days of all events, and the range as a whole, each add up to the same.
    let by_day: i64 =
        sales["days"].as_array().expect("days").iter().map(|d| d["confirmed_quantity"].as_i64().expect("n")).sum();
    let range = "from=2030-02-20&to=2030-03-20";
    let summary = admin.get(&format!("analytics/summary?{range}")).await.expect(200);
    let trend = admin.get(&format!("analytics/trends?{range}")).await.expect(200);
    let steps: i64 =
        trend["points"].as_array().expect("points").iter().map(|d| d["confirmed_quantity"].as_i64().expect("n")).sum();
    let popular = admin.get(&format!("analytics/events?{range}")).await.expect(200);
    let events: i64 =
        popular["items"].as_array().expect("items").iter().map(|d| d["confirmed_quantity"].as_i64().expect("n")).sum();
    assert_eq!((by_day, steps, events), (12, 15, 15));
    assert_eq!(summary["sums"]["confirmed_quantity"], 15);
    assert_eq!(
        summary["sums"]["takings"],
        json!([{"currency": "EUR", "confirmed_minor": 37_500, "cancelled_minor": 15_000, "discount_minor": 0}])
    );
    assert_eq!(popular["items"][0]["event_id"], json!(event_id));
    app.audit().await;
}

#[sqlx::test]
async fn adding_up_twice_or_by_many_adds_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(50).await;
    app.person("ada").await.book(event_id, 3).await;
    let many: Vec<_> = (0..8).map(|_| project_sales(&app.state)).collect();
    for one in futures::future::join_all(many).await {
        one.expect("added up");
    }
    app.add_up().await;
    project_sales(&app.state).await.expect("added up");
    let sales = app.admin().await.sales(event_id).await;
    assert_eq!(told(&sales), app.sums_of_bookings(event_id).await);
    assert!(sales["as_of"].is_string());
}

#[sqlx::test]
async fn seats_are_told_by_section_and_offers_of_the_waitlist_apart(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let booked = ada.hold_seats(event_id, &seats).await;
    ada.change("confirm", &booked).await.expect(200);
    bob.post("waitlist/join", json!({"event_id": event_id, "requested_quantity": 10})).await.expect(200);
    ada.change("cancel", &booked).await.expect(200);
    let offer = bob.get("bookings/list").await.expect(200)["items"][0]["id"].as_str().expect("an offer").to_owned();
    bob.change("confirm", &offer).await.expect(200);
    app.add_up().await;
    let sales = app.admin().await.sales(event_id).await;
    assert_eq!(told(&sales), app.sums_of_bookings(event_id).await);
    assert_eq!((&sales["sums"]["offered_count"], &sales["sums"]["accepted_count"]), (&1.into(), &1.into()));
    let stalls = json!({"section": "Stalls", "total_count": 10, "booked_count": 10, "booked_minor": 25_000});
    assert_eq!(sales["sections"], json!([stalls]));
    assert_eq!((&sales["waitlist"]["joined_count"], &sales["waitlist"]["accepted_count"]), (&1.into(), &1.into()));
}

#[sqlx::test]
async fn a_day_is_one_of_the_events_own_zone(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let zone =
        |zone: &'static str| move |event: &mut evently::events::store::NewEvent| event.timezone = zone.to_owned();
    let (auckland, honolulu) =
        (app.event_with(zone("Pacific/Auckland")).await, app.event_with(zone("Pacific/Honolulu")).await);
    let ada = app.person("ada").await;
    ada.book(auckland, 1).await;
    ada.book(honolulu, 1).await;
    app.add_up().await;
    let admin = app.admin().await;
    assert_eq!(admin.sales(auckland).await["days"][0]["day"], "2030-03-02");
    assert_eq!(admin.sales(honolulu).await["days"][0]["day"], "2030-03-01");
}

#[sqlx::test]
async fn money_is_told_to_who_may_see_it_of_every_event_added_up(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let (event_id, other) = (app.event(50).await, app.event(50).await);
    app.person("ada").await.book(event_id, 2).await;
    app.person("bob").await.book(other, 2).await;
    app.add_up().await;
    let finance = app.staff("fin", Role::Finance, Some(event_id)).await;
    let looker = app.staff("ron", Role::ReadOnly, Some(event_id)).await;
    assert_eq!(finance.sales(event_id).await["sums"]["takings"][0]["confirmed_minor"], 5_000);
    assert_eq!(looker.sales(event_id).await["sums"]["takings"], Value::Null);
    let summary = finance.get("analytics/summary").await.expect(200);
    assert_eq!((&summary["sums"]["confirmed_quantity"], &summary["capacity"]["event_count"]), (&2.into(), &1.into()));
    let page = looker.page("/admin").await;
    assert!(page.0 == 200 && !page.1.contains("Taken, less"), "{}", page.0);
    assert!(finance.page(&format!("/admin/events/{event_id}/figures")).await.1.contains("€50"));
}

#[sqlx::test]
async fn what_needs_attention_is_named(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let sold_out = app.event_with(|event| (event.total_capacity, event.name) = (1, "Full".to_owned())).await;
    app.person("ada").await.book(sold_out, 1).await;
    app.person("bob")
        .await
        .post("waitlist/join", json!({"event_id": sold_out, "requested_quantity": 1}))
        .await
        .expect(200);
    app.event_with(|event| event.name = "Slow".to_owned()).await;
    app.draft_with(|event| event.name = "Draft".to_owned()).await;
    let told = app.admin().await.get("analytics/attention").await.expect(200);
    let mut told: Vec<String> = told
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| {
            format!("{} {}", one["name"].as_str().expect("a name"), one["concern"]["concern"].as_str().expect("why"))
        })
        .collect();
    told.sort();
    assert_eq!(told, ["Draft still_draft", "Full waiting", "Slow sells_slowly"]);
}

#[sqlx::test]
async fn ranges_and_steps_that_make_no_sense_are_refused(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    for bad in [
        "summary?from=x",
        "summary?from=2030-03-02&to=2030-03-01",
        "trends?step=hour",
        "events?limit=0",
        "trends?to=99999-01-01",
    ] {
        admin.get(&format!("analytics/{bad}")).await.refused(422, "invalid");
    }
    admin.get("analytics/sales?event_id=1").await.refused(400, "malformed");
    let page = admin.page("/admin/figures?from=2030-03-02&to=2030-03-01").await;
    assert!(page.0 == 200 && page.1.contains("needs another look"), "{}", page.0);
}

#[sqlx::test]
async fn figures_are_taken_out_as_a_file_with_the_same_sums(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event_with(|event| event.name = "=Formula, the musical".to_owned()).await;
    app.person("ada").await.book(event_id, 3).await;
    app.add_up().await;
    let admin = app.admin().await;
    let file = |table: &str| format!("/admin/figures.csv?table={table}&from=2030-02-28&to=2030-03-02");
    let (status, days) = admin.page(&file("days")).await;
    let days: Vec<&str> = days.lines().collect();
    assert_eq!((status, days.len()), (200, 4), "{days:?}");
    assert!(days[0].starts_with("\u{feff}day,currency,taken,given_back,held_count,"), "{}", days[0]);
    assert!(days[2].starts_with("2030-03-01,EUR,75.00,0.00,1,3,0,1,3,"), "{}", days[2]);
    let (_, events) = admin.page(&file("events")).await;
    assert!(events.contains("\"'=Formula, the musical\""), "{events}");
    let looker = app.staff("ron", Role::ReadOnly, Some(event_id)).await;
    assert!(!looker.page(&file("days")).await.1.contains("75.00"), "money is for those who may see it");
    for (asked, status) in [("table=x", 422), ("table=days&from=x", 422), ("", 400)] {
        assert_eq!(admin.page(&format!("/admin/figures.csv?{asked}")).await.0, status, "{asked}");
    }
    assert_eq!(
        (app.person("eve").await.page(&file("days")).await.0, app.visitor().page(&file("days")).await.0),
        (403, 401)
    );
}

#[sqlx::test]
async fn seats_at_new_prices_are_in_the_figures(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let booking = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("confirm", &booking).await.expect(200);
    app.add_up().await;
    let admin = app.admin().await;
    let prices = json!({"event_id": event_id, "sections": ["Stalls"], "prices": ["40.00"]});
    admin.post("seats/set_prices", prices).await.expect(200);
    let moved = json!({"booking_id": booking, "seat_ids": &seats[4..6], "reason": "A pillar.", "at_new_prices": true});
    admin.post("admin/change_seats", moved).await.expect(200);
    app.add_up().await;
    let sales = admin.sales(event_id).await;
    assert_eq!(sales["sums"]["takings"][0]["confirmed_minor"], 8_000);
    assert_eq!(told(&sales), app.sums_of_bookings(event_id).await);
    app.audit().await;
}
