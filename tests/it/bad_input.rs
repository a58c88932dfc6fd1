//! What nobody should send, to every function: each is refused in our words, and nothing has changed afterwards.

mod bookings;
mod doors;
mod world;

use self::{
    bookings::{bookings_by_id, holds, states, waitlists},
    doors::{accounts, events_and_seats, tickets, unreadable},
    world::World,
};
use super::app::{Reply, TestApp};
use axum::http::Method;
use serde_json::{Value, json};
use sqlx::PgPool;

const NOBODY: &str = "00000000-0000-7000-8000-000000000000";
const FORM: &str = "application/x-www-form-urlencoded";
const JSON: &str = "application/json";

/// One request that has to be refused.
struct Row {
    method: Method,
    function: String,
    body: Vec<u8>,
    content_type: &'static str,
    signed_in: bool,
    status: u16,
    code: &'static str,
}

impl Row {
    fn signed_out(mut self) -> Self {
        self.signed_in = false;
        self
    }

    async fn send(&self, world: &World) -> Reply {
        let person = if self.signed_in { &world.ada } else { &world.visitor };
        let request = person.server.method(self.method.clone(), &format!("/api/v1/{}", self.function));
        let request = match self.method {
            Method::GET => request,
            _ => request.bytes(self.body.clone().into()).content_type(self.content_type),
        };
        let response = request.await;
        Reply::read(response.status_code(), response.text())
    }

    /// What is wrong with the reply, if anything is.
    async fn fault(&self, world: &World) -> Option<String> {
        let reply = self.send(world).await;
        let said = (reply.status, reply.body["code"].as_str().unwrap_or_default());
        let whole = reply.body["message"].as_str().is_some_and(|words| words.len() > 10)
            && reply.body.get("details").is_some()
            && reply.body["request_id"].is_string();
        let (method, function) = (&self.method, &self.function[..self.function.len().min(120)]);
        let body = String::from_utf8_lossy(&self.body[..self.body.len().min(160)]);
        (said != (self.status, self.code) || !whole)
            .then(|| format!("{method} {function} {body:?}: {} instead of {} {}", reply.body, self.status, self.code))
    }
}

fn get(function: impl Into<String>, status: u16, code: &'static str) -> Row {
    let function = function.into();
    Row { method: Method::GET, function, body: Vec::new(), content_type: "", signed_in: true, status, code }
}

fn raw(function: &str, content_type: &'static str, body: impl Into<Vec<u8>>, refused: (u16, &'static str)) -> Row {
    let (status, code) = refused;
    let (function, body) = (function.to_owned(), body.into());
    Row { method: Method::POST, function, body, content_type, signed_in: true, status, code }
}

fn post(function: &str, body: Value, status: u16, code: &'static str) -> Row {
    raw(function, JSON, body.to_string(), (status, code))
}

#[sqlx::test]
async fn bad_input_is_refused_in_our_words_and_changes_nothing(pool: PgPool) {
    let world = World::new(pool).await;
    let before = world.all_that_is_kept().await;
    let (bookings, seats) = (bookings_by_id(&world), events_and_seats(&world));
    let (lines, tickets) = (waitlists(&world), tickets(&world));
    let rows = [unreadable(), bookings, states(&world), holds(&world), lines, seats, tickets, accounts()];
    let mut faults = Vec::new();
    for row in rows.iter().flatten() {
        faults.extend(row.fault(&world).await);
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), rows.iter().flatten().count(), faults.join("\n"));
    assert_eq!(world.all_that_is_kept().await, before);
    world.app.audit().await;
}

#[sqlx::test]
async fn fields_that_no_function_takes_are_ignored(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let event_id = app.event(100).await;
    let ada = app.person("ada").await;
    let wishes = json!({
        "event_id": event_id, "quantity": 2, "total_amount_minor": 0, "status": "confirmed", "user_id": NOBODY,
    });
    let held = ada.post("bookings/hold", wishes).await.expect(200);
    assert_eq!((&held["status"], &held["total_amount_minor"]), (&"held".into(), &5_000.into()));
    app.audit().await;
}
