//! Finding events through the door.

use super::app::{Reply, TestApp};
use chrono::TimeDelta;
use evently::{
    events::store::{cancel_event, publish_event},
    money::{Currency, Money},
    seats::store::{count_together, project_availability},
};
use sqlx::PgPool;

#[track_caller]
fn names(reply: Reply) -> Vec<String> {
    let items = reply.expect(200)["items"].as_array().expect("items").clone();
    items.iter().map(|item| item["name"].as_str().expect("a name").to_owned()).collect()
}

async fn named(app: &TestApp, name: &str, day: i64) {
    app.event_with(|event| {
        event.name = name.to_owned();
        event.event_date += TimeDelta::days(day);
        event.ends_at += TimeDelta::days(day);
    })
    .await;
}

#[sqlx::test]
async fn a_list_has_what_a_card_needs(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let id = app.event(100).await;
    let list = app.visitor().get("events/list").await.expect(200);
    let event = &list["items"][0];
    assert_eq!(event["id"], id.to_string());
    for (field, value) in [
        ("name", "An evening".into()),
        ("venue", "The Hall".into()),
        ("total_capacity", 100.into()),
        ("available_capacity", 100.into()),
        ("has_seat_selection", false.into()),
        ("price_minor", 2500.into()),
        ("currency", "EUR".into()),
        ("event_date", "2030-03-11T12:00:00Z".into()),
    ] {
        assert_eq!(event[field], serde_json::Value::clone(&value), "{field}");
    }
    assert_eq!((&event["when"]["time"], &event["availability"]["state"]), (&"13:00".into(), &"available".into()));
    assert!(list["next_cursor"].is_null());
}

#[sqlx::test]
async fn drafts_and_past_events_are_not_listed_and_a_draft_does_not_exist(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let draft = app.draft_with(|_| ()).await;
    app.event(10).await;
    app.wait(TimeDelta::days(11));
    named(&app, "Later", 0).await;
    assert_eq!(names(app.visitor().get("events/list").await), ["Later"]);
    app.visitor().get(&format!("events/get?event_id={draft}")).await.refused(404, "not_found");
}

#[sqlx::test]
async fn search_forgives_typing_errors_and_accents(pool: PgPool) {
    let app = TestApp::new(pool).await;
    named(&app, "The Winter's Tale", 0).await;
    named(&app, "Dvořák: Rusalka", 1).await;
    named(&app, "100% Comedy", 2).await;
    named(&app, "Nightjar in Sofia", 3).await;
    named(&app, "Letters from Home", 4).await;
    named(&app, "Form and Colour", 5).await;
    let find = async |q: &str| names(app.visitor().get(&format!("events/list?q={q}")).await);
    assert_eq!(find("winter").await, ["The Winter's Tale"]);
    assert_eq!(find("wintre%20tael").await, ["The Winter's Tale"]);
    assert_eq!(find("dvorak").await, ["Dvořák: Rusalka"]);
    assert_eq!(find("rusalak").await, ["Dvořák: Rusalka"]);
    assert_eq!(find("100%25").await, ["100% Comedy"]);
    assert_eq!(find("%25").await, ["100% Comedy"]);
    assert_eq!(find("nigthjar").await, ["Nightjar in Sofia"]);
    assert_eq!(find("form").await, ["Form and Colour"], "a word that an event has is no typing error of another");
    assert!(find("zzzz").await.is_empty());
}

/// An event of this name at this venue in this city.
async fn placed(app: &TestApp, name: &str, venue: &str, city: &str) {
    app.event_with(|event| (event.name, event.venue, event.city) = (name.into(), venue.into(), city.into())).await;
}

#[sqlx::test]
async fn cities_and_venues_are_found_with_accents_and_errors_of_their_own(pool: PgPool) {
    let app = TestApp::new(pool).await;
    placed(&app, "Samba", "Casa de Francisca", "São Paulo").await;
    placed(&app, "Carnival", "Philharmonie", "Köln").await;
    placed(&app, "Organ", "St Mary's", "Berlin").await;
    let find = async |query: &str| names(app.visitor().get(&format!("events/list?{query}")).await);
    for typed in ["sao+paulo", "s%C3%A3o+paolo", "sao+paolo", "Sao+Pualo", "fransisca", "casa+francsica", "samba+paolo"]
    {
        assert_eq!(find(&format!("q={typed}")).await, ["Samba"], "{typed}");
    }
    for typed in ["koln", "K%C3%B6ln", "koeln", "filharmonie", "philharmony", "carnivall+koln"] {
        assert_eq!(find(&format!("q={typed}")).await, ["Carnival"], "{typed}");
    }
    for typed in ["Berlinn", "berln", "orgna+berlni"] {
        assert_eq!(find(&format!("q={typed}")).await, ["Organ"], "{typed}");
    }
    assert_eq!(find("city=koln").await, ["Carnival"], "a city goes by any accents");
    assert_eq!(find("city=SAO+PAULO&q=sambe").await, ["Samba"]);
    assert!(find("q=samba+berlin").await.is_empty(), "both words are known: neither is an error");
    assert!(find("q=bar").await.is_empty() && find("q=bremen").await.is_empty());
}

#[sqlx::test]
async fn where_nothing_is_found_what_was_meant_is_suggested(pool: PgPool) {
    let app = TestApp::new(pool).await;
    placed(&app, "Samba", "Casa de Francisca", "São Paulo").await;
    placed(&app, "Nightjar", "Philharmonie", "Sofia").await;
    let meant = async |query: &str| {
        let found = app.visitor().get(&format!("events/suggest?{query}")).await.expect(200);
        found["query"]
            .as_object()
            .map(|meant| format!("{}|{}", meant["q"].as_str().unwrap(), meant["city"].as_str().unwrap()))
    };
    assert_eq!(meant("q=sao+paoloo").await.as_deref(), Some("São Paulo|"));
    assert_eq!(meant("q=nihgtjrr").await.as_deref(), Some("Nightjar|"));
    assert_eq!(meant("q=philarmony+soffja").await.as_deref(), Some("philharmonie sofia|"));
    assert_eq!(meant("city=Sophia").await.as_deref(), Some("|Sofia"));
    assert_eq!(meant("q=zzzzzz").await, None);
    assert_eq!(meant("q=sao+paoloo&city=Sofia").await, None, "what finds nothing is no suggestion");
    app.visitor().get("events/suggest?places=x").await.refused(422, "invalid");

    let page = app.visitor().server.get("/events?q=sao+paoloo").await.text();
    assert!(page.contains("Did you mean") && page.contains("href=\"/events?q=S%C3%A3o+Paulo\""), "{page}");
}

#[sqlx::test]
async fn a_month_has_its_days_with_the_first_few_events(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for i in 0..5 {
        app.event_with(|event| event.name = format!("Busy {i}")).await;
    }
    app.event_with(|event| {
        // The first of its day by the clock on the wall, the last by UTC.
        event.name = "Morning in New York".into();
        event.timezone = "America/New_York".into();
        event.event_date += TimeDelta::hours(2);
        event.ends_at += TimeDelta::hours(2);
    })
    .await;
    app.event_with(|event| {
        event.name = "New year in Tokyo".into();
        event.city = "Tokyo".into();
        event.timezone = "Asia/Tokyo".into();
        // At its venue it is April already.
        event.event_date = "2030-03-31T16:00:00Z".parse().expect("an instant");
        event.ends_at = event.event_date + TimeDelta::hours(3);
    })
    .await;
    let days = async |query: &str| {
        let month = app.visitor().get(&format!("events/month?{query}")).await.expect(200);
        let days = month["days"].as_array().expect("days").iter();
        let day = |day: &serde_json::Value| {
            format!(
                "{} {} {}",
                day["date"].as_str().unwrap(),
                day["event_count"],
                day["events"].as_array().unwrap().len()
            )
        };
        days.map(day).collect::<Vec<_>>()
    };
    assert_eq!(days("").await, ["2030-03-11 6 3"], "this month, unless it is said which");
    let march = app.visitor().get("events/month?month=2030-03").await.expect(200);
    assert_eq!(march["days"][0]["events"][0]["name"], "Morning in New York");
    assert_eq!(days("month=2030-04").await, ["2030-04-01 1 1"]);
    assert_eq!(days("month=2030-04&city=Berlin").await, Vec::<String>::new());
    assert_eq!(days("month=2030-04&q=tokio&when=today&from=2030-01-01").await.len(), 1, "its own days count");
    for field in ["month=2030-13", "month=x", "month=2030-03-01", "places=0", "when=x"] {
        let refusal = app.visitor().get(&format!("events/month?{field}")).await.refused(422, "invalid");
        assert_eq!(refusal["details"][0]["field"].as_str(), field.split('=').next(), "{field}");
    }
}

#[sqlx::test]
async fn the_page_of_a_month_leads_to_its_events_and_to_what_it_does_not_show(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    for _ in 0..4 {
        app.event(100).await;
    }
    let page = async |path: &str| {
        let page = app.visitor().server.get(path).await;
        (page.status_code().as_u16(), page.text())
    };
    let (status, march) = page("/events/month?month=2030-03&city=Berlin").await;
    assert_eq!(status, 200);
    for part in [
        "<title>Events in March 2030 · Evently</title>".to_owned(),
        format!("href=\"/events/{event_id}\""),
        "2 more".to_owned(),
        "href=\"/events?city=Berlin&amp;from=2030-03-11&amp;to=2030-03-11\"".to_owned(),
        "href=\"/events/month?month=2030-04&amp;city=Berlin\"".to_owned(),
        "href=\"/events?city=Berlin\"".to_owned(),
    ] {
        assert!(march.contains(&part), "{part}");
    }
    assert!(!march.contains("month=2030-02"), "what is over isn't shown");
    let (_, april) = page("/events/month?month=2030-04").await;
    assert!(april.contains("Nothing on in") && april.contains("month=2030-03"), "{april}");
    let (status, refused) = page("/events/month?month=2030-13").await;
    assert_eq!(status, 422);
    assert!(refused.contains("Write it as 2026-12."), "{refused}");
}

#[sqlx::test]
async fn a_refused_filter_is_named_on_the_page(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for (query, label, words) in [
        ("from=2030-03-02&to=2030-03-01", "Until", "The last day is before the first."),
        ("places=900", "Places", "Choose a number from 1 to 100."),
        ("when=someday", "Days", "There is today, tomorrow"),
    ] {
        let page = app.visitor().server.get(&format!("/events?{query}")).await;
        assert_eq!(page.status_code().as_u16(), 422);
        let page = page.text();
        assert!(page.contains(&format!("<strong>{label}")) && page.contains(words), "{query}: {page}");
    }
}

#[sqlx::test]
async fn filters_narrow_the_list(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.event_with(|event| {
        event.name = "Free in Berlin".into();
        event.price.minor = 0;
    })
    .await;
    app.event_with(|event| {
        event.name = "Small in Tokyo".into();
        event.city = "Tokyo".into();
        event.timezone = "Asia/Tokyo".into();
        event.category = "food".into();
        event.price = Money::new(3_000, Currency::try_from("JPY".to_owned()).expect("yen"));
        event.total_capacity = 3;
        // 2030-03-11T16:00Z is already the 12th in Tokyo.
        event.event_date += TimeDelta::hours(4);
        event.ends_at += TimeDelta::hours(4);
    })
    .await;
    let find = async |query: &str| names(app.visitor().get(&format!("events/list?{query}")).await);
    assert_eq!(find("city=Tokyo").await, ["Small in Tokyo"]);
    assert_eq!(find("category=food").await, ["Small in Tokyo"]);
    assert_eq!(find("price=free").await, ["Free in Berlin"]);
    assert_eq!(find("price=3000&currency=JPY").await, ["Small in Tokyo"]);
    assert!(find("price=2999&currency=JPY").await.is_empty());
    assert_eq!(find("places=4").await, ["Free in Berlin"]);
    assert_eq!(find("from=2030-03-12").await, ["Small in Tokyo"]);
    assert_eq!(find("to=2030-03-11").await, ["Free in Berlin"]);
    assert_eq!(find("from=2030-03-11&to=2030-03-12").await.len(), 2);
    let cities = app.visitor().get("events/cities").await.expect(200);
    assert_eq!(cities, serde_json::json!(["Berlin", "Tokyo"]));
}

#[sqlx::test]
async fn days_as_a_person_picks_them_follow_the_calendar_at_the_venue(pool: PgPool) {
    let app = TestApp::new(pool).await;
    // It begins on Friday 1 March 2030 at noon in UTC: already evening in Tokyo, still Friday everywhere.
    let at = async |name: &str, event_date: &str, timezone: &str| {
        app.event_with(|event| {
            event.name = name.to_owned();
            event.timezone = timezone.to_owned();
            event.event_date = event_date.parse().expect("an instant");
            event.ends_at = event.event_date + TimeDelta::hours(3);
            event.doors_at = None;
            event.sales_close_at = event.event_date;
        })
        .await;
    };
    at("Tonight", "2030-03-01T19:00:00Z", "Europe/Berlin").await;
    // In Berlin this would be tomorrow, where it is it's tonight.
    at("Tonight in Los Angeles", "2030-03-02T04:00:00Z", "America/Los_Angeles").await;
    // In Berlin this would be today.
    at("Tomorrow in Tokyo", "2030-03-01T16:00:00Z", "Asia/Tokyo").await;
    at("On Sunday", "2030-03-03T22:00:00Z", "Europe/Berlin").await;
    at("On Monday", "2030-03-04T10:00:00Z", "Europe/Berlin").await;
    at("In a week", "2030-03-08T10:00:00Z", "Europe/Berlin").await;
    at("On the last day", "2030-03-31T20:00:00Z", "Europe/Berlin").await;
    at("Next month", "2030-03-31T23:00:00Z", "Europe/Berlin").await;
    let find = async |query: &str| names(app.visitor().get(&format!("events/list?{query}")).await);
    assert_eq!(find("when=today").await, ["Tonight", "Tonight in Los Angeles"]);
    assert_eq!(find("when=tomorrow").await, ["Tomorrow in Tokyo"]);
    assert_eq!(find("when=weekend").await, ["Tomorrow in Tokyo", "On Sunday"]);
    let week = ["Tomorrow in Tokyo", "Tonight", "Tonight in Los Angeles", "On Sunday", "On Monday"];
    assert_eq!(find("when=week").await, week);
    assert_eq!(find("when=month").await.len(), 7);
    assert_eq!(find("when=today&from=2030-03-31").await, ["On the last day", "Next month"], "a day that is named wins");
    app.wait(TimeDelta::days(1));
    assert_eq!(find("when=tomorrow").await, ["On Sunday"], "the same address a day later");
}

#[sqlx::test]
async fn places_together_are_found_until_a_hold_parts_them(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(1).await;
    app.event_with(|event| {
        event.name = "Standing".into();
        event.total_capacity = 4;
    })
    .await;
    let found = async |query: &str| names(app.visitor().get(&format!("events/list?{query}")).await).len();
    assert_eq!(found("places=4&together=true").await, 2);
    assert_eq!(found("places=10&together=true").await, 1, "the whole row");

    let (ada, seats) = (app.person("ada").await, app.seats(event_id).await);
    let parting = ada.hold_seats(event_id, &[seats[3].clone(), seats[6].clone()]).await;
    assert_eq!(app.count_together().await, 1);
    assert_eq!(found("places=4&together=true").await, 1, "three, two and three are left beside each other");
    assert_eq!((found("places=3&together=true").await, found("places=8").await), (2, 1));
    assert_eq!(found("together=true").await, 2, "two, unless it is said how many");

    ada.change("release", &parting).await.expect(200);
    assert_eq!(app.count_together().await, 1);
    assert_eq!(found("places=10&together=true").await, 1);
    assert_eq!(app.count_together().await, 0, "what hasn't changed isn't counted again");
}

#[sqlx::test]
async fn a_rush_counts_a_section_once_in_some_seconds(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let (ada, seats) = (app.person("ada").await, app.seats(event_id).await);
    for seat in &seats[0..3] {
        ada.hold_seats(event_id, std::slice::from_ref(seat)).await;
        project_availability(&app.state).await.expect("projected");
        assert_eq!(count_together(&app.state).await.expect("counted"), 0, "not for every buyer");
        app.wait(TimeDelta::milliseconds(900));
    }
    assert_eq!(app.count_together().await, 1);
}

#[sqlx::test]
async fn a_filter_that_makes_no_sense_is_refused_by_its_name(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for field in [
        "when=x",
        "from=x",
        "to=2030-13-01",
        "category=x",
        "price=x",
        "places=-1",
        "together=yes",
        "sort=x",
        "limit=0",
        "limit=201",
        "cursor=x",
    ] {
        let refusal = app.visitor().get(&format!("events/list?{field}")).await.refused(422, "invalid");
        assert_eq!(refusal["details"][0]["field"].as_str(), field.split('=').next(), "{field}");
    }
}

#[sqlx::test]
async fn what_the_database_cannot_hold_is_refused_and_not_a_fault(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.event(10).await;
    for query in
        ["q=%00", "city=a%00", "from=-5000-01-01", "cursor=-999999999999999999.00000000-0000-7000-8000-000000000000"]
    {
        app.visitor().get(&format!("events/list?{query}")).await.refused(400, "malformed");
    }
    let unknown = app.try_event_with(|event| event.timezone = "Mars/Base".into()).await;
    assert!(unknown.is_err());
}

#[sqlx::test]
async fn pages_follow_each_other_without_gap_or_repeat_in_every_order(pool: PgPool) {
    let app = TestApp::new(pool).await;
    for i in 0..7 {
        app.event_with(|event| {
            event.name = format!("{i}");
            // Prices repeat, so that the id has to decide.
            event.price.minor = 1_000 * (i % 3);
        })
        .await;
    }
    for sort in ["date", "price", "-price"] {
        let whole = names(app.visitor().get(&format!("events/list?sort={sort}")).await);
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let reply = app.visitor().get(&format!("events/list?sort={sort}&limit=2&cursor={cursor}")).await;
            let next = reply.body["next_cursor"].as_str().map(str::to_owned);
            paged.extend(names(reply));
            let Some(next) = next else { break };
            cursor = next;
        }
        assert_eq!(paged, whole, "{sort}");
        assert_eq!(paged.len(), 7, "{sort}");
    }
}

#[sqlx::test]
async fn a_card_tells_the_truth_about_the_sale(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let state = async |id| {
        app.visitor().get(&format!("events/get?event_id={id}")).await.expect(200)["availability"]["state"].clone()
    };
    let few = app.event(15).await;
    app.person("ada").await.hold(few, 1).await;
    assert_eq!(state(few).await, "few_left");
    let later = app.event_with(|event| event.sales_open_at = event.event_date - TimeDelta::days(2)).await;
    assert_eq!(state(later).await, "opens_later");
    let closed = app.event_with(|event| event.sales_close_at = event.sales_open_at + TimeDelta::hours(1)).await;
    assert_eq!(state(closed).await, "sales_closed");
    let off = app.event(15).await;
    cancel_event(&app.state, off, app.now()).await.expect("cancelled");
    assert_eq!(state(off).await, "cancelled");
    assert!(publish_event(&app.state, off, app.now()).await.is_err());
}
