//! Events in the dashboard: made, edited, published, called off and duplicated.

mod calling_off;
mod drafts;
mod edits;
mod prices;
mod publishing;
mod roles;

use super::app::{Person, TestApp};
use evently::id::EventId;
use serde_json::{Value, json};
use sqlx::PgPool;

/// What is typed of a new event. It begins on 11 March 2030 at 19:30 in Berlin.
fn typed() -> Value {
    json!({
        "name": "Jazz", "summary": "One evening.", "description": "It begins.\n\nIt ends.", "category": "music",
        "venue": "The Hall", "address": "1 High Street", "city": "Berlin", "country": "DE", "timezone": "Europe/Berlin",
        "doors_at": "2030-03-11T18:30", "event_date": "2030-03-11T19:30", "ends_at": "2030-03-11T22:00",
        "sales_open_at": "2030-02-01T10:00", "sales_close_at": "2030-03-11T19:30", "currency": "EUR", "price": "24.50",
        "total_capacity": "10", "places_per_person": "4", "hold_length_min": "15",
    })
}

/// The same with these fields in place of its own.
fn with(mut typed: Value, changes: Value) -> Value {
    let changes = changes.as_object().expect("fields").clone();
    typed.as_object_mut().expect("fields").extend(changes);
    typed
}

/// The form of an event with its id and version, as the dashboard has it, with these fields in place of its own.
async fn edit(admin: &Person, event_id: EventId, changes: Value) -> Value {
    let event = managed(admin, event_id).await;
    let named = json!({"event_id": event_id, "version": event["version"]});
    with(with(event["form"].clone(), named), changes)
}

async fn managed(admin: &Person, event_id: EventId) -> Value {
    admin.get(&format!("admin/event?event_id={event_id}")).await.expect(200)
}

/// The deeds in the log, oldest first: what was done, before and after.
async fn deeds(app: &TestApp) -> Vec<(String, Value, Value)> {
    let sql = "select action, before, after from staff_actions order by number";
    sqlx::query_as(sql).fetch_all(app.state.db.pool()).await.expect("deeds")
}

/// Which fields a refusal names.
fn wrong(refusal: &Value) -> Vec<&str> {
    refusal["details"].as_array().expect("fields").iter().filter_map(|field| field["field"].as_str()).collect()
}

#[sqlx::test]
async fn an_event_is_made_as_a_draft_with_its_times_by_the_clocks_there(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let made = admin.post("events/create", typed()).await.expect(200);
    assert_eq!(
        (&made["status"], &made["price_minor"], &made["currency"]),
        (&json!("draft"), &json!(2450), &json!("EUR"))
    );
    assert_eq!((&made["event_date"], &made["hold_length_s"]), (&json!("2030-03-11T18:30:00Z"), &json!(900)));
    assert_eq!((&made["total_capacity"], &made["available_capacity"]), (&json!(10), &json!(10)));
    assert_eq!((&made["form"], &made["missing"]), (&typed(), &json!([])));
    let id = made["id"].as_str().expect("an id");
    app.visitor().get(&format!("events/get?event_id={id}")).await.refused(404, "not_found");
    assert_eq!(deeds(&app).await, [("event_created".to_owned(), json!({}), typed())]);
}

#[sqlx::test]
async fn what_does_not_fit_is_named_field_by_field_and_nothing_is_made(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let bad =
        json!({"name": "", "country": "XX", "event_date": "2030-03-31T02:30", "price": "1.234", "total_capacity": "0"});
    let refused = admin.post("events/create", with(typed(), bad)).await.refused(422, "invalid");
    assert_eq!(wrong(&refused), ["name", "country", "event_date", "price", "total_capacity"]);
    let all = admin.post("events/create", json!({})).await.refused(422, "invalid");
    assert!(wrong(&all).len() == 8, "{all}");
    let null = admin.post("events/create", with(typed(), json!({"name": "a\0b"}))).await.refused(422, "invalid");
    assert_eq!(wrong(&null), ["name"]);
    assert_eq!(admin.get("admin/events").await.expect(200)["items"], json!([]));
}

#[sqlx::test]
async fn a_list_is_searched_narrowed_and_turned_page_by_page(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    for day in 11..16 {
        let changes = json!({"name": format!("Night {day}"), "event_date": format!("2030-03-{day}T19:30"), "ends_at": format!("2030-03-{day}T22:00")});
        admin.post("events/create", with(typed(), changes)).await.expect(200);
    }
    let booked = app.event_with(|event| event.name = "An evening in Köln".to_owned()).await;
    app.person("ada").await.book(booked, 3).await;
    let names = async |query: &str| -> (Vec<String>, Value) {
        let page = admin.get(&format!("admin/events?{query}")).await.expect(200);
        let items = page["items"].as_array().expect("items");
        let names = items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect();
        (names, page["next_cursor"].clone())
    };
    assert_eq!(names("q=koln&status=published").await.0, ["An evening in Köln"]);
    assert_eq!(names("status=draft&q=night+13").await.0, ["Night 13"]);
    assert_eq!(names("status=past").await.0, Vec::<String>::new());
    let (first, next) = names("status=draft&limit=2").await;
    assert_eq!(first, ["Night 15", "Night 14"]);
    let (second, next) = names(&format!("status=draft&limit=2&cursor={}", next.as_str().expect("more"))).await;
    assert_eq!(second, ["Night 13", "Night 12"]);
    let (third, next) = names(&format!("status=draft&limit=2&cursor={}", next.as_str().expect("more"))).await;
    assert_eq!((third, next), (vec!["Night 11".to_owned()], Value::Null));
    let page = admin.get("admin/events?q=koln").await.expect(200);
    assert_eq!(page["items"][0]["counts"], json!({"held_count": 0, "booked_count": 3}));
    for bad in ["status=sold", "limit=0", "cursor=x", &format!("q={}", "x".repeat(101))] {
        admin.get(&format!("admin/events?{bad}")).await.refused(422, "invalid");
    }
}

#[sqlx::test]
async fn a_duplicate_has_the_same_times_of_day_and_the_same_seats_all_free(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin_named("root Test").await;
    let made = admin.post("events/create", typed()).await.expect(200);
    // The clocks go forward between the two.
    let body = json!({"event_id": made["id"], "date": "2030-04-11", "name": "Jazz again"});
    let copy = admin.post("events/duplicate", body).await.expect(200);
    assert_eq!((&copy["status"], &copy["event_date"]), (&json!("draft"), &json!("2030-04-11T17:30:00Z")));
    let moved = json!({
        "name": "Jazz again", "doors_at": "2030-04-11T18:30", "event_date": "2030-04-11T19:30", "ends_at": "2030-04-11T22:00",
        "sales_open_at": "2030-03-04T10:00", "sales_close_at": "2030-04-11T19:30",
    });
    assert_eq!(copy["form"], with(typed(), moved));
    let seated = app.seated_event(3).await;
    let seats = app.seats(seated).await;
    app.person("ada").await.hold_seats(seated, &seats[..2]).await;
    let copy = admin.post("events/duplicate", json!({"event_id": seated, "date": "2030-03-11"})).await.expect(200);
    assert_eq!(
        (&copy["total_capacity"], &copy["available_capacity"], &copy["name"]),
        (&json!(30), &json!(30), &json!("An evening"))
    );
    let copied = copy["id"].as_str().expect("an id").parse().expect("an id");
    admin.post("events/publish", json!({"event_id": copied})).await.expect(200);
    assert_eq!(app.seats(copied).await.len(), 30);
    assert!(app.seats(copied).await.iter().all(|seat| !seats.contains(seat)));
    app.person("bob").await.hold_seats(copied, &app.seats(copied).await[..2]).await;
    app.audit().await;
    for (date, name, field) in
        [("soon", "", "date"), ("2030-02-30", "", "date"), ("2030-05-01", &*"x".repeat(201), "name")]
    {
        let body = json!({"event_id": seated, "date": date, "name": name});
        assert_eq!(wrong(&admin.post("events/duplicate", body).await.refused(422, "invalid")), [field]);
    }
    let nowhere = json!({"event_id": "00000000-0000-7000-8000-000000000000", "date": "2030-05-01"});
    admin.post("events/duplicate", nowhere).await.refused(404, "not_found");
}
