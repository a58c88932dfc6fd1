//! A waitlist in the dashboard: who waits, whose turn it would be, and changed turns.

use super::app::{Person, Reply, TestApp};
use chrono::TimeDelta;
use evently::id::EventId;
use futures::future::join_all;
use serde_json::{Value, json};
use sqlx::PgPool;

/// A sold-out event, whoever has it, who runs it, and those who wait for so many places each.
struct World {
    app: TestApp,
    event_id: EventId,
    owner: Person,
    seller: Person,
    bookings: Vec<String>,
    line: Vec<Person>,
}

impl World {
    async fn new(pool: PgPool, quantities: &[i32]) -> Self {
        let app = TestApp::new(pool).await;
        let owner = app.admin_named("Olga Owner").await;
        let event_id = app.event(6).await;
        let seller = app.person("seller").await;
        let bookings = join_all((0..3).map(|_| seller.book(event_id, 2))).await;
        let mut line = Vec::new();
        for (at, quantity) in quantities.iter().enumerate() {
            let person = app.person(&format!("p{at}")).await;
            app.wait(TimeDelta::minutes(1));
            let wanted = json!({"event_id": event_id, "requested_quantity": quantity});
            person.post("waitlist/join", wanted).await.expect(200);
            line.push(person);
        }
        Self { app, event_id, owner, seller, bookings, line }
    }

    async fn told(&self, more: &str) -> Value {
        self.owner.get(&format!("admin/waitlist?event_id={}{more}", self.event_id)).await.expect(200)
    }

    /// Who waits, in order, by the number in their name.
    async fn order(&self) -> Vec<String> {
        let told = self.told("").await;
        let name = |entry: &Value| entry["attendee"]["name"].as_str().expect("a name").replace(" Test", "");
        told["entries"]["items"].as_array().expect("entries").iter().map(name).collect()
    }

    /// Ids of those who wait, in order.
    async fn ids(&self) -> Vec<String> {
        let told = self.told("").await;
        let id = |entry: &Value| entry["id"].as_str().expect("an id").to_owned();
        told["entries"]["items"].as_array().expect("entries").iter().map(id).collect()
    }

    async fn put(&self, entry_id: &str, before_id: &str) -> Reply {
        let body = json!({"entry_id": entry_id, "before_id": before_id, "reason": "A promise."});
        self.owner.post("admin/move_entry", body).await
    }
}

async fn rank(person: &Person) -> Value {
    person.get("waitlist/list").await.expect(200)["items"][0]["rank"].clone()
}

#[sqlx::test]
async fn staff_see_who_waits_and_whose_turn_it_would_be(pool: PgPool) {
    let world = World::new(pool, &[2, 4, 1, 3]).await;
    let told = world.told("").await;
    assert_eq!((&told["waiting_count"], &told["waiting_places_count"]), (&4.into(), &10.into()));
    let first = &told["entries"]["items"][0];
    assert_eq!(
        (&first["rank"], &first["requested_quantity"], &first["would_get"]),
        (&1.into(), &2.into(), &Value::Null)
    );
    assert_eq!(first["attendee"]["email"], "p0@example.org");
    let told = world.told("&if_free=5").await;
    let would: Vec<bool> = told["entries"]["items"]
        .as_array()
        .expect("entries")
        .iter()
        .filter_map(|entry| entry["would_get"].as_bool())
        .collect();
    assert_eq!(would, [true, false, true, false], "two, then one; four and three don't fit");
    assert_eq!(told["would_get_count"], 2);
    for bad in ["&if_free=0", "&if_free=1001", "&limit=0", "&cursor=x"] {
        world.owner.get(&format!("admin/waitlist?event_id={}{bad}", world.event_id)).await.refused(422, "invalid");
    }
    let page = world.told("&limit=3").await;
    let rest = world.told(&format!("&limit=3&cursor={}", page["entries"]["next_cursor"].as_str().expect("more"))).await;
    assert_eq!((&rest["entries"]["items"][0]["rank"], &rest["entries"]["next_cursor"]), (&4.into(), &Value::Null));
}

#[sqlx::test]
async fn what_was_simulated_is_what_happens(pool: PgPool) {
    let world = World::new(pool, &[3, 2, 1]).await;
    let told = world.told("&if_free=2").await;
    let entries = told["entries"]["items"].as_array().expect("entries");
    let would: Vec<&str> =
        entries.iter().filter(|entry| entry["would_get"] == true).filter_map(|entry| entry["id"].as_str()).collect();
    world.seller.change("cancel", &world.bookings[0]).await.expect(200);
    let offers = world.owner.get(&format!("admin/offers?event_id={}", world.event_id)).await.expect(200);
    let offered: Vec<&str> =
        offers["items"].as_array().expect("offers").iter().filter_map(|entry| entry["id"].as_str()).collect();
    assert_eq!(offered, would);
    world.app.audit().await;
}

#[sqlx::test]
async fn the_fate_of_offers_is_told(pool: PgPool) {
    let world = World::new(pool, &[2, 2, 2, 2]).await;
    let entry = world.line[3].get("waitlist/list").await.expect(200)["items"][0]["id"].clone();
    world.line[3].post("waitlist/leave", json!({"entry_id": entry})).await.expect(200);
    for booking in &world.bookings {
        world.seller.change("cancel", booking).await.expect(200);
    }
    let offer = world.line[0].get("waitlist/list").await.expect(200)["items"][0]["booking_id"].clone();
    world.line[0].change("confirm", offer.as_str().expect("an offer")).await.expect(200);
    let offer = world.line[1].get("waitlist/list").await.expect(200)["items"][0]["booking_id"].clone();
    world.line[1].change("release", offer.as_str().expect("an offer")).await.expect(200);
    let offers = world.owner.get(&format!("admin/offers?event_id={}", world.event_id)).await.expect(200);
    let fates: Vec<(&str, bool, bool)> = offers["items"]
        .as_array()
        .expect("offers")
        .iter()
        .map(|entry| {
            (entry["status"].as_str().expect("a status"), entry["booking_id"].is_string(), entry["expires"].is_object())
        })
        .collect();
    assert_eq!(
        fates,
        [("left", false, false), ("offered", true, true), ("left", true, false), ("accepted", true, false)]
    );
    assert_eq!(world.order().await, Vec::<String>::new());
}

#[sqlx::test]
async fn a_changed_turn_holds_wherever_the_line_counts(pool: PgPool) {
    let world = World::new(pool, &[2, 2, 2, 2]).await;
    let ids = world.ids().await;
    for _ in 0..2 {
        world.put(&ids[3], &ids[1]).await.expect(200);
    }
    assert_eq!(world.order().await, ["p0", "p3", "p1", "p2"]);
    world.put(&ids[2], &ids[0]).await.expect(200);
    assert_eq!(world.order().await, ["p2", "p0", "p3", "p1"]);
    world.put(&ids[0], &ids[1]).await.expect(200);
    assert_eq!(world.order().await, ["p2", "p3", "p0", "p1"]);
    let mut ranks = Vec::new();
    for person in &world.line {
        ranks.push(rank(person).await);
    }
    assert_eq!(ranks, [json!(3), json!(4), json!(1), json!(2)], "people see the same");
    world.seller.change("cancel", &world.bookings[0]).await.expect(200);
    assert_eq!(world.order().await, ["p3", "p0", "p1"], "who went ahead was first");
    let late = world.app.person("late").await;
    late.post("waitlist/join", json!({"event_id": world.event_id, "requested_quantity": 1})).await.expect(200);
    assert_eq!(world.order().await, ["p3", "p0", "p1", "late"], "who joins is last all the same");
    let deeds: Vec<(String, Value, Value)> =
        sqlx::query_as("select action, before, after from staff_actions order by number")
            .fetch_all(world.app.state.db.pool())
            .await
            .expect("deeds");
    assert_eq!(deeds.len(), 3, "to where one stands already is no move");
    assert_eq!(deeds[0], ("entry_moved".to_owned(), json!({"rank": 4}), json!({"rank": 2, "reason": "A promise."})));
    world.app.audit().await;
}

#[sqlx::test]
async fn turns_can_be_changed_as_often_as_one_likes(pool: PgPool) {
    let world = World::new(pool, &[2, 2, 2]).await;
    let ids = world.ids().await;
    for round in 0..60 {
        let order = world.ids().await;
        world.put(&order[2], &order[round % 2]).await.expect(200);
    }
    let mut now = world.ids().await;
    now.sort();
    let mut before = ids;
    before.sort();
    assert_eq!(now, before);
    let told = world.told("&limit=1").await;
    let cursor = told["entries"]["next_cursor"].as_str().expect("more").to_owned();
    assert_eq!(world.told(&format!("&limit=1&cursor={cursor}")).await["entries"]["items"][0]["rank"], 2);
}

#[sqlx::test]
async fn only_entries_of_one_line_change_their_turns(pool: PgPool) {
    let world = World::new(pool, &[2, 2]).await;
    let ids = world.ids().await;
    let nobody = uuid::Uuid::nil().to_string();
    world.put(&ids[1], &ids[1]).await.refused(422, "invalid");
    world.put(&ids[1], &nobody).await.refused(422, "invalid");
    world.put(&nobody, &ids[0]).await.refused(404, "not_found");
    let body = json!({"entry_id": ids[1], "before_id": ids[0], "reason": " "});
    world.owner.post("admin/move_entry", body).await.refused(422, "invalid");
    world.seller.change("cancel", &world.bookings[0]).await.expect(200);
    world.put(&ids[0], &ids[1]).await.refused(404, "not_found");
    world.put(&ids[1], &ids[0]).await.refused(422, "invalid");
    for (person, status) in [(&world.line[0], 403), (&world.app.visitor(), 401)] {
        for function in ["waitlist", "offers"] {
            assert_eq!(person.get(&format!("admin/{function}?event_id={}", world.event_id)).await.status, status);
        }
        let body = json!({"entry_id": ids[1], "before_id": ids[0], "reason": "Me."});
        assert_eq!(person.post("admin/move_entry", body).await.status, status);
    }
    world.owner.get(&format!("admin/waitlist?event_id={nobody}")).await.refused(404, "not_found");
}

#[sqlx::test]
async fn a_turn_is_changed_while_places_come_free(pool: PgPool) {
    let world = World::new(pool, &[2, 2, 2, 2]).await;
    let ids = world.ids().await;
    let cancels = join_all(world.bookings.iter().map(|booking| world.seller.change("cancel", booking)));
    let moves = join_all((0..4).map(|_| world.put(&ids[3], &ids[0])));
    let (cancelled, _) = tokio::join!(cancels, moves);
    assert!(cancelled.iter().all(|reply| reply.status == 200), "{cancelled:?}");
    let offers = world.owner.get(&format!("admin/offers?event_id={}", world.event_id)).await.expect(200);
    assert_eq!(offers["items"].as_array().map(Vec::len), Some(3));
    world.app.audit().await;
}

#[sqlx::test]
async fn seats_are_simulated_beside_each_other(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let owner = app.admin_named("Olga Owner").await;
    let event_id = app.seated_event(1).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let held = ada.hold_seats(event_id, &seats).await;
    ada.change("confirm", &held).await.expect(200);
    for (name, quantity, together) in [("four", 4, true), ("two", 2, true), ("one", 1, false)] {
        let wanted = json!({"event_id": event_id, "requested_quantity": quantity, "together": together});
        app.person(name).await.post("waitlist/join", wanted).await.expect(200);
    }
    for (count, would) in [(1, vec![false, false, true]), (3, vec![false, true, true]), (5, vec![true, false, true])] {
        let told = owner.get(&format!("admin/waitlist?event_id={event_id}&if_free={count}")).await.expect(200);
        let entries = told["entries"]["items"].as_array().expect("entries");
        assert_eq!(
            entries.iter().filter_map(|entry| entry["would_get"].as_bool()).collect::<Vec<_>>(),
            would,
            "{count}"
        );
    }
}
