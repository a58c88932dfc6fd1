//! The application under test, and builders that name only what a test is about.

use super::api::conform::conform;
use axum::{Router, http::StatusCode, middleware::from_fn};
use axum_test::{TestResponse, TestServer};
use chrono::{DateTime, TimeDelta, Utc};
use evently::{
    audit,
    bookings::store::{Edit, update_event},
    events::{
        editing::form::EventForm,
        store::{NewEvent, create_event, find_managed, publish_event},
    },
    id::{EventId, UserId},
    job::Lane,
    money::{Currency, Money},
    notifications::store::tell_history,
    seats::{
        model::SeatKind,
        store::{NewMap, NewSeat, NewSection, count_together, draw_map, project_availability},
    },
    server::{
        self,
        clock::{Clock, new_id},
        config::{Config, MailTo},
        db::Db,
        jobs::run_due,
        router::router,
        state::AppState,
    },
    staff::{
        admit::Actor,
        model::Role,
        store::{Offer, invite, write_invitation},
    },
    users::store::create_admin,
};
use serde_json::{Value, json};
use sqlx::{AssertSqlSafe, PgPool, Postgres, Transaction};

/// When every test begins.
pub(crate) const START: &str = "2030-03-01T12:00:00Z";

pub(crate) struct TestApp {
    pub(crate) state: AppState,
    pub(crate) router: Router,
}

/// A reply, read.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

/// Someone with a browser of their own.
pub(crate) struct Person {
    pub(crate) server: TestServer,
}

/// A program with a token, and no cookies.
pub(crate) struct Program {
    pub(crate) server: TestServer,
    pub(crate) token: String,
}

impl Program {
    pub(crate) async fn get(&self, function: &str) -> Reply {
        let response = self.file(&format!("/api/v1/{function}")).await;
        Reply::read(response.status_code(), response.text())
    }

    pub(crate) async fn post(&self, function: &str, body: Value) -> Reply {
        let request = self.server.post(&format!("/api/v1/{function}")).json(&body);
        let response = request.add_header("authorization", format!("Bearer {}", self.token)).await;
        Reply::read(response.status_code(), response.text())
    }

    /// What is not a function.
    pub(crate) async fn file(&self, path: &str) -> TestResponse {
        self.server.get(path).add_header("authorization", format!("Bearer {}", self.token)).await
    }
}

impl TestApp {
    pub(crate) async fn new(pool: PgPool) -> Self {
        let redis_url = std::env::var("REDIS_URL").expect("REDIS_URL names the Redis for tests");
        Self::with_redis(pool, &redis_url)
    }

    pub(crate) fn with_redis(pool: PgPool, redis_url: &str) -> Self {
        Self::with_config(pool, Config::for_tests("postgres://not-used", redis_url))
    }

    /// With mails that go there.
    pub(crate) fn with_mail(pool: PgPool, to: MailTo) -> Self {
        let redis_url = std::env::var("REDIS_URL").expect("REDIS_URL names the Redis for tests");
        let mut config = Config::for_tests("postgres://not-used", &redis_url);
        config.mail.to = to;
        Self::with_config(pool, config)
    }

    /// With other settings than tests have.
    pub(crate) fn with_settings(pool: PgPool, change: impl FnOnce(&mut Config)) -> Self {
        let redis_url = std::env::var("REDIS_URL").expect("REDIS_URL names the Redis for tests");
        let mut config = Config::for_tests("postgres://not-used", &redis_url);
        change(&mut config);
        Self::with_config(pool, config)
    }

    pub(crate) fn with_config(pool: PgPool, config: Config) -> Self {
        let clock = Clock::fixed(START.parse().expect("an instant"));
        let state = AppState::new(config, Db::from_pool(pool), clock).expect("a state");
        let router = router(state.clone()).layer(from_fn(conform));
        Self { state, router }
    }

    /// Another process of the same site, which remembers nothing yet. The time is the same.
    pub(crate) fn elsewhere(&self) -> Self {
        let db = Db::from_pool(self.state.db.pool().clone());
        let state = AppState::new((*self.state.config).clone(), db, self.state.clock.clone()).expect("a state");
        let router = router(state.clone()).layer(from_fn(conform));
        Self { state, router }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.state.clock.now()
    }

    pub(crate) fn wait(&self, time: TimeDelta) {
        self.state.clock.advance(time);
    }

    /// Does what is to be done after the requests so far, mails included.
    pub(crate) async fn work(&self) {
        self.tell_history().await;
        for lane in [Lane::Work, Lane::Mail, Lane::Bulk] {
            while run_due(&self.state, lane, 50).await.expect("jobs") > 0 {}
        }
    }

    /// Asks for the mails about everything that has happened. Other tests' transactions may have to end first.
    pub(crate) async fn tell_history(&self) {
        let untold = "select exists (select from booking_history where number > (select upto_entry from told_history))";
        while sqlx::query_scalar(untold).fetch_one(self.state.db.pool()).await.expect("an answer") {
            tell_history(&self.state).await.expect("told");
        }
    }

    /// The mails so far, oldest first.
    pub(crate) async fn mails(&self) -> Vec<String> {
        self.state.mailer.sent().await
    }

    /// Someone who is not signed in.
    pub(crate) fn visitor(&self) -> Person {
        let server = TestServer::builder().save_cookies().build(self.router.clone());
        Person { server }
    }

    /// A program that shows this token.
    pub(crate) fn program(&self, token: &str) -> Program {
        let server = TestServer::builder().build(self.router.clone());
        Program { server, token: token.to_owned() }
    }

    /// Someone who has just registered, and whom nobody asks to confirm the address.
    pub(crate) async fn person(&self, name: &str) -> Person {
        let person = self.visitor();
        let fields = json!({
            "email": format!("{name}@example.org"), "password": "correct horse", "first_name": name, "last_name": "Test",
        });
        person.post("auth/register", fields).await.expect(200);
        let forget = sqlx::query("delete from jobs where job->'mail'->>'about' = 'link'");
        forget.execute(self.state.db.pool()).await.expect("forgotten");
        person
    }

    /// An admin of the site, signed in.
    pub(crate) async fn admin(&self) -> Person {
        self.admin_named("Ida Admin").await
    }

    /// One more admin of the site, by given and family name.
    pub(crate) async fn admin_named(&self, name: &str) -> Person {
        let (first, last) = name.split_once(' ').expect("two names");
        let email = format!("{}@example.org", first.to_lowercase());
        create_admin(&self.state, &email, "correct horse".to_owned(), first, last).await.expect("an admin");
        let admin = self.visitor();
        admin.post("auth/login", json!({"email": email, "password": "correct horse"})).await.expect(200);
        admin
    }

    /// Who gives everybody else their posts.
    async fn founder(&self) -> UserId {
        let known = sqlx::query_scalar("select id from users where email = 'founder@example.org'");
        match known.fetch_optional(self.state.db.pool()).await.expect("an answer") {
            Some(user_id) => user_id,
            None => create_admin(&self.state, "founder@example.org", "correct horse".to_owned(), "Fay", "Founder")
                .await
                .expect("an admin"),
        }
    }

    /// Somebody new with this role, for this event or for the whole site.
    pub(crate) async fn staff(&self, name: &str, role: Role, event_id: Option<EventId>) -> Person {
        let person = self.person(name).await;
        let actor = Actor { user_id: self.founder().await, address: None };
        let offer = Offer { email: format!("{name}@example.org"), event_id, role };
        let invitation = invite(&self.state, &actor, offer).await.expect("an invitation");
        let written = write_invitation(&self.state, invitation.id).await.expect("an answer");
        let (_, secret) = written.expect("one that stands");
        person.post("admin/accept_invitation", json!({"token": secret.text()})).await.expect(200);
        person
    }

    /// A published event of general admission.
    pub(crate) async fn event(&self, capacity: i32) -> EventId {
        self.event_with(|event| event.total_capacity = capacity).await
    }

    /// A published event, changed as the test needs it.
    pub(crate) async fn event_with(&self, change: impl FnOnce(&mut NewEvent)) -> EventId {
        let id = self.draft_with(change).await;
        publish_event(&self.state, id, self.now()).await.expect("published");
        id
    }

    pub(crate) async fn draft_with(&self, change: impl FnOnce(&mut NewEvent)) -> EventId {
        self.try_event_with(change).await.expect("an event")
    }

    pub(crate) async fn try_event_with(&self, change: impl FnOnce(&mut NewEvent)) -> server::Result<EventId> {
        let mut event = new_event(self.now());
        change(&mut event);
        create_event(&self.state, &event, self.now()).await
    }

    /// A published event with one section, `Stalls`, of rows A, B, … with ten seats each at 25 euros.
    pub(crate) async fn seated_event(&self, rows: i32) -> EventId {
        self.seated_event_with(rows, |_| {}).await
    }

    /// The same with another map.
    pub(crate) async fn seated_event_with(&self, rows: i32, change: impl FnOnce(&mut NewMap)) -> EventId {
        let mut map = stalls(rows);
        change(&mut map);
        let id = self
            .event_with(|event| {
                event.has_seat_selection = true;
                event.total_capacity = 0;
            })
            .await;
        draw_map(&self.state, id, &map, self.now()).await.expect("a map");
        id
    }

    /// The ids of the seats of `Stalls`, in order.
    pub(crate) async fn seats(&self, event_id: EventId) -> Vec<String> {
        let reply = self.visitor().get(&format!("seats/section?event_id={event_id}&section=Stalls")).await;
        let seats = reply.expect(200)["seats"].as_array().expect("seats").clone();
        seats.iter().map(|seat| seat["id"].as_str().expect("an id").to_owned()).collect()
    }

    /// Nothing was sold twice and nothing was lost, and the counts of free seats are exact once added up.
    pub(crate) async fn audit(&self) {
        while project_availability(&self.state).await.expect("projected") > 0 {}
        assert_eq!(self.violations().await, Vec::<String>::new());
    }

    /// What the audit finds.
    pub(crate) async fn violations(&self) -> Vec<String> {
        let mut found = Vec::new();
        audit::run(&self.state, |line| found.push(line)).await.expect("an audit");
        found
    }

    /// Keeps whoever wants places of the event waiting until it is committed.
    pub(crate) async fn lock_event(&self, event_id: EventId) -> Transaction<'static, Postgres> {
        let mut gate = self.state.db.begin().await.expect("a transaction");
        let lock = sqlx::query("select from events where id = $1 for update").bind(event_id);
        lock.execute(&mut *gate).await.expect("locked");
        gate
    }

    /// Sets the number of places, as an admin's edit does.
    pub(crate) async fn set_capacity(&self, event_id: EventId, wanted: i32) -> server::Result<()> {
        let row = find_managed(&mut self.state.db.pool().acquire().await.expect("a connection"), event_id).await?;
        let form = EventForm { total_capacity: wanted.to_string(), ..row.facts().form() };
        let edit = Edit { event_id, version: row.version(), marks: String::new(), theirs: Vec::new(), form };
        update_event(&self.state, Actor { user_id: UserId(new_id()), address: None }, edit).await
    }

    /// Waits until a hold is in its second round, which waits for locks as long as it may.
    pub(crate) async fn wait_for_second_round(&self) {
        self.wait_for_sessions("wait_event_type = 'Lock' and query not like '%lock_timeout%'", 1).await;
    }

    /// Waits until a session of this database has asked something like this.
    pub(crate) async fn wait_until_asked(&self, sql: &str) {
        let asked = format!("pid <> pg_backend_pid() and query like '%{sql}%'");
        self.wait_for_sessions(&asked, 1).await;
    }

    /// Waits until so many sessions of this database wait for a lock.
    pub(crate) async fn wait_for_blocked(&self, count: i64) {
        self.wait_for_sessions("wait_event_type = 'Lock'", count).await;
    }

    async fn wait_for_sessions(&self, what: &str, count: i64) {
        let sql = format!("select count(*) from pg_stat_activity where datname = current_database() and {what}");
        for _ in 0..5_000 {
            let query = sqlx::query_scalar(AssertSqlSafe(sql.clone()));
            let found: i64 = query.fetch_one(self.state.db.pool()).await.expect("a count");
            if found >= count {
                return;
            }
            tokio::task::yield_now().await;
        }
        panic!("no {count} sessions of which {what}");
    }

    /// Adds up what has changed and counts the free seats beside each other, some seconds later.
    pub(crate) async fn count_together(&self) -> u64 {
        while project_availability(&self.state).await.expect("projected") > 0 {}
        self.wait(TimeDelta::seconds(3));
        count_together(&self.state).await.expect("counted")
    }

    /// Places left, as the list and the page say it.
    pub(crate) async fn available(&self, event_id: EventId) -> i64 {
        while project_availability(&self.state).await.expect("projected") > 0 {}
        let reply = self.visitor().get(&format!("events/get?event_id={event_id}")).await;
        reply.expect(200)["available_capacity"].as_i64().expect("a number")
    }
}

impl Person {
    pub(crate) async fn user_id(&self) -> UserId {
        let me = self.get("users/me").await.expect(200);
        me["id"].as_str().and_then(|id| id.parse().ok()).expect("an id")
    }

    /// A page's status and text.
    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let response = self.server.get(path).add_header("accept", "text/html").await;
        (response.status_code().as_u16(), response.text())
    }

    pub(crate) async fn get(&self, function: &str) -> Reply {
        let response = self.server.get(&format!("/api/v1/{function}")).await;
        Reply::read(response.status_code(), response.text())
    }

    pub(crate) async fn post(&self, function: &str, body: Value) -> Reply {
        let response = self.server.post(&format!("/api/v1/{function}")).json(&body).await;
        Reply::read(response.status_code(), response.text())
    }

    /// Holds places, and answers the booking's id.
    pub(crate) async fn hold(&self, event_id: EventId, quantity: i32) -> String {
        self.post("bookings/hold", json!({"event_id": event_id, "quantity": quantity})).await.id()
    }

    /// Holds seats, and answers the booking's id.
    pub(crate) async fn hold_seats(&self, event_id: EventId, seat_ids: &[String]) -> String {
        self.post("bookings/hold", json!({"event_id": event_id, "seat_ids": seat_ids})).await.id()
    }

    /// Books places, and answers the booking's id.
    pub(crate) async fn book(&self, event_id: EventId, quantity: i32) -> String {
        let held = self.hold(event_id, quantity).await;
        self.change("confirm", &held).await.expect(200);
        held
    }

    pub(crate) async fn change(&self, verb: &str, booking_id: &str) -> Reply {
        self.post(&format!("bookings/{verb}"), json!({"booking_id": booking_id})).await
    }
}

impl Reply {
    pub(crate) fn read(status: StatusCode, text: String) -> Self {
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Self { status: status.as_u16(), body }
    }

    /// The body, if the status is this.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.body);
        self.body
    }

    /// The body of a refusal with this status and code; it has a sentence and a request id too.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status, self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert!(self.body["message"].as_str().is_some_and(|words| words.len() > 10), "{}", self.body);
        assert!(self.body["request_id"].is_string(), "{}", self.body);
        self.body
    }

    #[track_caller]
    pub(crate) fn id(self) -> String {
        self.expect(200)["id"].as_str().expect("an id").to_owned()
    }
}

fn new_event(now: DateTime<Utc>) -> NewEvent {
    NewEvent {
        name: "An evening".to_owned(),
        summary: "One evening.".to_owned(),
        description: "It begins.\n\nIt ends.".to_owned(),
        category: "music".to_owned(),
        venue: "The Hall".to_owned(),
        address: "1 High Street".to_owned(),
        city: "Berlin".to_owned(),
        country: "DE".to_owned(),
        timezone: "Europe/Berlin".to_owned(),
        event_date: now + TimeDelta::days(10),
        ends_at: now + TimeDelta::days(10) + TimeDelta::hours(3),
        doors_at: Some(now + TimeDelta::days(10) - TimeDelta::hours(1)),
        price: Money::new(2_500, Currency::try_from("EUR".to_owned()).expect("a currency")),
        total_capacity: 100,
        has_seat_selection: false,
        sales_open_at: now - TimeDelta::days(1),
        sales_close_at: now + TimeDelta::days(10),
        places_per_person: 10,
    }
}

fn stalls(rows: i32) -> NewMap {
    let seat = |row: i32, column: i32| NewSeat {
        row: char::from(b'A' + row as u8).to_string(),
        number: (column + 1).to_string(),
        x: 15 + 10 * column,
        y: 35 + 10 * row,
        kind: SeatKind::Standard,
        limited_view: false,
    };
    let seats = (0..rows).flat_map(|row| (0..10).map(move |column| seat(row, column))).collect();
    let bottom = 45 + 10 * rows;
    let outline = vec![5, 25, 115, 25, 115, bottom, 5, bottom];
    let section = NewSection { name: "Stalls".to_owned(), price_minor: 2_500, outline, seats, standing: false };
    NewMap {
        width: 120,
        height: bottom + 10,
        stage: vec![20, 2, 100, 2, 100, 18, 20, 18],
        stage_label: "Stage".to_owned(),
        leaves_no_single: false,
        sections: vec![section],
    }
}
