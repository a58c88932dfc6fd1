//! What open pages are told: every map of seats that change, every other event's page of the places that are left.

use super::app::{Person, Reply, TestApp};
use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use evently::{
    events::live::tell_viewers as tell_what_is_left,
    id::EventId,
    seats::{live::tell_viewers, store::project_availability},
};
use futures::{StreamExt, stream::BoxStream};
use serde_json::{Value, json};
use sqlx::PgPool;
use std::time::Duration;
use tower::ServiceExt;

/// Somebody who has a map open.
struct Viewer {
    chunks: BoxStream<'static, String>,
}

/// What a viewer is told: the number that a browser would come back with, the kind of the message and its data.
#[derive(Debug, Default, PartialEq)]
struct Message {
    id: Option<i64>,
    event: Option<String>,
    data: Option<Value>,
}

impl Viewer {
    /// Opens the stream of `seats/stream?{query}`.
    async fn open(app: &TestApp, query: &str, last_event_id: Option<i64>) -> Result<Self, Reply> {
        Self::open_at(app, &format!("seats/stream?{query}"), last_event_id).await
    }

    async fn open_at(app: &TestApp, path: &str, last_event_id: Option<i64>) -> Result<Self, Reply> {
        let mut request = Request::get(format!("/api/v1/{path}"));
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let response =
            app.router.clone().oneshot(request.body(Body::empty()).expect("a request")).await.expect("a reply");
        if response.status() != StatusCode::OK {
            let status = response.status();
            let body = axum::body::to_bytes(response.into_body(), 10_000).await.expect("a body");
            return Err(Reply::read(status, String::from_utf8(body.to_vec()).expect("text")));
        }
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        let text =
            |chunk: Result<axum::body::Bytes, _>| String::from_utf8(chunk.expect("a chunk").to_vec()).expect("text");
        Ok(Self { chunks: response.into_body().into_data_stream().map(text).boxed() })
    }

    async fn of(app: &TestApp, event_id: EventId) -> Self {
        Self::open(app, &format!("event_id={event_id}"), None).await.expect("a stream")
    }

    /// Somebody who has the page of an event without seats open.
    async fn of_places(app: &TestApp, event_id: EventId) -> Self {
        Self::open_at(app, &format!("events/stream?event_id={event_id}"), None).await.expect("a stream")
    }

    /// The messages of the next piece; none at the end of the stream.
    async fn next(&mut self) -> Option<Vec<Message>> {
        let chunk =
            tokio::time::timeout(Duration::from_secs(5), self.chunks.next()).await.expect("something is said")?;
        Some(chunk.split_terminator("\n\n").map(Message::read).collect())
    }

    /// The next message, which has to be alone.
    async fn hears(&mut self) -> Message {
        let mut messages = self.next().await.expect("a message");
        assert_eq!(messages.len(), 1, "{messages:?}");
        messages.remove(0)
    }
}

impl Message {
    fn read(text: &str) -> Self {
        let mut message = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once(": ")) {
            match name {
                "id" => message.id = Some(value.parse().expect("a number")),
                "event" => message.event = Some(value.to_owned()),
                "data" => message.data = Some(serde_json::from_str(value).expect("JSON")),
                _ => {}
            }
        }
        message
    }
}

/// Adds up, and hands on in every process, as the worker does.
async fn pass_on(apps: &[&TestApp]) {
    while project_availability(&apps[0].state).await.expect("added up") > 0 {}
    for app in apps {
        tell_viewers(&app.state).await.expect("handed on");
    }
}

/// Where these seats stand: x, y of each.
async fn spots_of(app: &TestApp, event_id: EventId, seat_ids: &[String]) -> Vec<Value> {
    let section = app.visitor().get(&format!("seats/section?event_id={event_id}&section=Stalls")).await.expect(200);
    let seats = section["seats"].as_array().expect("seats");
    let spot = |id: &String| seats.iter().find(|seat| seat["id"] == id.as_str()).expect("a seat");
    seat_ids.iter().flat_map(|id| [spot(id)["x"].clone(), spot(id)["y"].clone()]).collect()
}

async fn frame_of_map(person: &Person, event_id: EventId) -> i64 {
    person.get(&format!("seats/map?event_id={event_id}")).await.expect(200)["frame"].as_i64().expect("a number")
}

#[sqlx::test]
async fn a_seat_that_is_taken_or_freed_turns_on_every_open_map_in_all_processes(pool: PgPool) {
    let (app, elsewhere) = (TestApp::new(pool.clone()).await, TestApp::new(pool).await);
    let (event_id, other_id) = (app.seated_event(2).await, app.seated_event(2).await);
    let seats = app.seats(event_id).await;
    let (mut here, mut far) = (Viewer::of(&app, event_id).await, Viewer::of(&elsewhere, event_id).await);
    let mut other = Viewer::of(&app, other_id).await;
    for viewer in [&mut here, &mut far, &mut other] {
        assert_eq!(viewer.hears().await.data, None, "the first words only say where it begins");
    }
    let ada = app.person("ada").await;
    let held = ada.hold_seats(event_id, &seats[..2]).await;
    pass_on(&[&app, &elsewhere]).await;
    let total = seats.len();
    for viewer in [&mut here, &mut far] {
        let data = viewer.hears().await.data.expect("a frame");
        let mut taken = seats[..2].to_vec();
        taken.sort();
        let spots = spots_of(&app, event_id, &taken).await;
        assert_eq!(data, json!({"sections": {"Stalls": total - 2}, "taken": taken, "free": [], "spots": spots}));
    }
    // Confirming changes nothing for those who look on.
    ada.change("confirm", &held).await.expect(200);
    pass_on(&[&app, &elsewhere]).await;
    ada.change("cancel", &held).await.expect(200);
    pass_on(&[&app, &elsewhere]).await;
    for viewer in [&mut here, &mut far] {
        let data = viewer.hears().await.data.expect("a frame");
        assert_eq!((&data["sections"]["Stalls"], &data["taken"]), (&json!(total), &json!([])));
        assert_eq!(data["free"].as_array().map(Vec::len), Some(2));
    }
    app.state.live_seats.close();
    assert_eq!(other.next().await, None, "nothing of another event, and an end");
}

#[sqlx::test]
async fn who_comes_back_reads_on_where_they_stopped(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    let since = frame_of_map(&ada, event_id).await;
    let first = ada.hold_seats(event_id, &seats[..1]).await;
    pass_on(&[&app]).await;
    ada.change("release", &first).await.expect(200);
    pass_on(&[&app]).await;
    let open = |query: String, last| {
        let app = &app;
        async move { Viewer::open(app, &query, last).await.expect("a stream") }
    };
    let mut viewer = open(format!("event_id={event_id}&since={since}"), None).await;
    let missed = viewer.next().await.expect("what was missed");
    let told: Vec<(i64, Value)> = missed.into_iter().map(|m| (m.id.expect("an id"), m.data.expect("data"))).collect();
    assert_eq!(told.len(), 2);
    assert_eq!((&told[0].1["taken"], &told[1].1["free"]), (&json!([seats[0]]), &json!([seats[0]])));
    // What a browser says by itself counts more than the address it was given at first.
    let mut again = open(format!("event_id={event_id}&since={since}"), Some(told[0].0)).await;
    assert_eq!(again.hears().await.id, Some(told[1].0));
    let mut up_to_date = open(format!("event_id={event_id}"), Some(told[1].0)).await;
    assert_eq!(up_to_date.hears().await, Message { id: Some(told[1].0), ..Message::default() });
    // And goes on from there.
    ada.hold_seats(event_id, &seats[1..2]).await;
    pass_on(&[&app]).await;
    for viewer in [&mut viewer, &mut again, &mut up_to_date] {
        assert_eq!(viewer.hears().await.data.expect("a frame")["taken"], json!([seats[1]]));
    }
}

#[sqlx::test]
async fn who_missed_too_much_is_told_to_load_the_map_anew(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let ada = app.person("ada").await;
    for seat in &seats[..3] {
        ada.hold_seats(event_id, std::slice::from_ref(seat)).await;
        pass_on(&[&app]).await;
    }
    sqlx::query("update seat_frames set made_at = made_at - interval '11 minutes'")
        .execute(app.state.db.pool())
        .await
        .expect("aged");
    assert_eq!(evently::seats::store::remove_old_frames(&app.state).await.expect("removed"), 2, "the newest stays");
    let newest = frame_of_map(&ada, event_id).await;
    for unknown in [0, newest + 1_000] {
        let mut viewer = Viewer::open(&app, &format!("event_id={event_id}"), Some(unknown)).await.expect("a stream");
        let told = viewer.hears().await;
        assert_eq!((told.id, told.event.as_deref()), (Some(newest), Some("reset")));
    }
    let mut known = Viewer::open(&app, &format!("event_id={event_id}"), Some(newest - 1)).await.expect("a stream");
    assert_eq!(known.hears().await.data.expect("a frame")["taken"], json!([seats[2]]));
}

#[sqlx::test]
async fn a_seat_that_changes_twice_is_told_as_it_is_in_the_end(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.seated_event(2).await;
    let seats = app.seats(event_id).await;
    let mut viewer = Viewer::of(&app, event_id).await;
    viewer.hears().await;
    let (ada, bob) = (app.person("ada").await, app.person("bob").await);
    let held = ada.hold_seats(event_id, &seats[..2]).await;
    ada.change("release", &held).await.expect(200);
    bob.hold_seats(event_id, &seats[1..2]).await;
    pass_on(&[&app]).await;
    let data = viewer.hears().await.data.expect("a frame");
    assert_eq!((&data["taken"], &data["free"]), (&json!([seats[1]]), &json!([seats[0]])));
}

#[sqlx::test]
async fn there_is_no_stream_of_what_has_no_map(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let general = app.event(5).await;
    let seated = app.seated_event(1).await;
    for (query, status, code) in [
        (format!("event_id={general}"), 404, "not_found"),
        ("event_id=00000000-0000-0000-0000-000000000000".to_owned(), 404, "not_found"),
        ("event_id=nonsense".to_owned(), 400, "malformed"),
        (String::new(), 400, "malformed"),
        (format!("event_id={seated}&since=x"), 400, "malformed"),
    ] {
        Viewer::open(&app, &query, None).await.err().expect("no stream").refused(status, code);
    }
    app.state.live_seats.close();
    Viewer::open(&app, &format!("event_id={seated}"), None).await.err().expect("closed").refused(503, "unavailable");
}

#[sqlx::test]
async fn what_is_left_of_an_event_is_told_at_once_and_as_it_changes_in_all_processes(pool: PgPool) {
    let (app, elsewhere) = (TestApp::new(pool.clone()).await, TestApp::new(pool).await);
    let (event_id, other_id) = (app.event(10).await, app.event(10).await);
    let left = |count: i32| json!({"available_capacity": count, "total_capacity": 10});
    let (mut here, mut far) = (Viewer::of_places(&app, event_id).await, Viewer::of_places(&elsewhere, event_id).await);
    let mut other = Viewer::of_places(&app, other_id).await;
    for viewer in [&mut here, &mut far, &mut other] {
        assert_eq!(viewer.hears().await.data, Some(left(10)));
    }
    let pass_on = async || {
        let told = [&app, &elsewhere].map(|app| tell_what_is_left(&app.state));
        futures::future::join_all(told).await.into_iter().map(|told| told.expect("told")).collect::<Vec<_>>()
    };
    let ada = app.person("ada").await;
    let held = ada.hold(event_id, 4).await;
    assert_eq!(pass_on().await, [1, 1], "of one event in each process");
    for viewer in [&mut here, &mut far] {
        assert_eq!(viewer.hears().await.data, Some(left(6)));
    }
    // Confirming changes nothing for those who look on, and what has not changed is not told again.
    ada.change("confirm", &held).await.expect(200);
    assert_eq!(pass_on().await, [0, 0]);
    ada.change("cancel", &held).await.expect(200);
    assert_eq!(pass_on().await, [1, 1]);
    for viewer in [&mut here, &mut far] {
        assert_eq!(viewer.hears().await.data, Some(left(10)));
    }
    // Who comes now hears how things are now.
    ada.hold(event_id, 1).await;
    let mut late = Viewer::of_places(&app, event_id).await;
    assert_eq!(late.hears().await.data, Some(left(9)));
    // And so do those who came before, once: else a change back would be news to nobody.
    assert_eq!(here.hears().await.data, Some(left(9)));
    drop((here, far, late));
    assert_eq!(pass_on().await, [0, 0], "nobody watches it any more");
    app.state.live_events.close();
    assert_eq!(other.next().await, None, "nothing of another event, and an end");
}

#[sqlx::test]
async fn there_is_no_stream_of_what_is_left_of_nothing(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let draft = app.draft_with(|_| {}).await;
    for (query, status, code) in [
        (format!("event_id={draft}"), 404, "not_found"),
        ("event_id=00000000-0000-0000-0000-000000000000".to_owned(), 404, "not_found"),
        ("event_id=nonsense".to_owned(), 400, "malformed"),
        (String::new(), 400, "malformed"),
    ] {
        let refused = Viewer::open_at(&app, &format!("events/stream?{query}"), None).await.err();
        refused.expect("no stream").refused(status, code);
    }
    app.state.live_events.close();
    let event_id = app.event(1).await;
    let refused = Viewer::open_at(&app, &format!("events/stream?event_id={event_id}"), None).await.err();
    refused.expect("closed").refused(503, "unavailable");
}
