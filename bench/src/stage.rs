//! What is needed before anything can be measured: people with sessions, events, tables for pgbench.

use crate::desk::Desk;
use anyhow::{Context, ensure};
use bench::{
    bookings::{await_figures, insert_bookings, insert_people},
    events::{Terms, insert_catalogue, insert_events, insert_seats},
    people::register,
};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Client, RequestBuilder, Response, header::COOKIE};
use serde_json::{Value, json};
use sqlx::{PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

/// People who buy: one person may have so many places of an event, so that a long measurement needs many.
const PEOPLE: usize = 12_000;
/// Places that one person may have; also how many holds each buyer makes as one person.
pub(crate) const PLACES_PER_PERSON: usize = 10;
/// Longer than any measurement.
const HOLD_LENGTH_S: i32 = 600;

/// A server, its database, and people who are signed in.
pub(crate) struct Stage {
    pub(crate) database: String,
    pub(crate) people: Vec<String>,
    site: String,
    client: Client,
    pool: PgPool,
}

impl Stage {
    /// Makes the tables of pgbench; there are no people yet.
    pub(crate) async fn set(database: &str, site: &str) -> anyhow::Result<Self> {
        let pool = PgPoolOptions::new().max_connections(4).connect(database).await.context("the database")?;
        sqlx::raw_sql(include_str!("../sql/tables.sql")).execute(&pool).await.context("pgbench's tables")?;
        let client = Client::builder().tcp_nodelay(true).pool_max_idle_per_host(512).build()?;
        Ok(Self { database: database.to_owned(), people: Vec::new(), site: site.to_owned(), client, pool })
    }

    /// Makes the people who buy.
    pub(crate) async fn register_people(&mut self) -> anyhow::Result<()> {
        eprintln!("{PEOPLE} people register");
        let register = async |n| register(&self.client, &self.site, &format!("buyer-{n}@example.org")).await;
        self.people = stream::iter(0..PEOPLE).map(register).buffered(32).try_collect().await?;
        Ok(())
    }

    /// Makes so many events to be found.
    pub(crate) async fn fill_catalogue(&self, count: usize) -> anyhow::Result<()> {
        eprintln!("{count} events to be found");
        insert_catalogue(&self.pool, count).await
    }

    /// Makes so many bookings of so many events and people, and somebody who may see all of them.
    pub(crate) async fn fill_desk(&self, bookings: usize, events: usize, people: usize) -> anyhow::Result<Desk> {
        eprintln!("{bookings} bookings by {people} people");
        let (events, people) = (self.events(events, 10_000_000).await?, insert_people(&self.pool, people).await?);
        insert_bookings(&self.pool, bookings, &people, &events).await?;
        await_figures(&self.pool).await?;
        let admin = register(&self.client, &self.site, "desk@example.org").await?;
        sqlx::query("update users set is_admin = true where email = 'desk@example.org'").execute(&self.pool).await?;
        let some = "select reference from bookings where right(id::text, 3) = '000' order by id limit 200";
        Ok(Desk { admin, event: events[0], references: sqlx::query_scalar(some).fetch_all(&self.pool).await? })
    }

    /// What is answered to the person of this session.
    pub(crate) async fn get_as(&self, session: &str, path: &str) -> anyhow::Result<Vec<u8>> {
        let reply = self.client.get(format!("{}{path}", self.site)).header(COOKIE, session).send().await?;
        ensure!(reply.status().is_success(), "{path}: {}", reply.status());
        Ok(reply.bytes().await?.to_vec())
    }

    /// What leads to the second page of all events.
    pub(crate) async fn next_cursor(&self) -> anyhow::Result<String> {
        let reply = self.client.get(format!("{}/api/v1/events/list", self.site)).send().await?;
        let page: Value = serde_json::from_str(&reply.text().await?)?;
        Ok(page["next_cursor"].as_str().context("a second page")?.to_owned())
    }

    /// Loads a page as somebody who isn't signed in.
    pub(crate) async fn visit(&self, path: &str) -> anyhow::Result<()> {
        load(self.client.get(format!("{}{path}", self.site)), path).await
    }

    /// Events of general admission with so many places each.
    pub(crate) async fn events(&self, count: usize, places: i32) -> anyhow::Result<Vec<Uuid>> {
        let terms = Terms { places, places_per_person: PLACES_PER_PERSON as i32, hold_length_s: HOLD_LENGTH_S };
        insert_events(&self.pool, count, terms).await
    }

    /// An event with rows of 100 seats, 100,000 in all, and the ids of its seats in order.
    pub(crate) async fn seated_event(&self) -> anyhow::Result<(Uuid, Vec<Uuid>)> {
        let event = self.events(1, 0).await?.pop().context("an event")?;
        let seats = insert_seats(&self.pool, event, 100_000).await?;
        Ok((event, seats))
    }

    /// The places of an event that are held or booked, by the tables.
    pub(crate) async fn taken(&self, event: Uuid) -> anyhow::Result<i64> {
        let sql =
            "select coalesce(sum(quantity), 0) from bookings where event_id = $1 and status in ('held', 'confirmed')";
        Ok(sqlx::query_scalar(sql).bind(event).fetch_one(&self.pool).await?)
    }

    /// Asks for a hold as this person; answers the booking's id, or nothing where the rules refuse it.
    pub(crate) async fn hold(&self, person: usize, body: &Value) -> anyhow::Result<Option<String>> {
        self.post(person, "bookings/hold", body).await
    }

    /// Gives a hold back.
    pub(crate) async fn release(&self, person: usize, booking: &str) -> anyhow::Result<()> {
        self.post(person, "bookings/release", &json!({ "booking_id": booking })).await.map(|_| ())
    }

    /// Begins to listen to a stream, as somebody who isn't signed in.
    pub(crate) async fn stream(&self, path: &str) -> anyhow::Result<Response> {
        let reply = self.client.get(format!("{}{path}", self.site)).send().await?;
        ensure!(reply.status().is_success(), "{path}: {}", reply.status());
        Ok(reply)
    }

    /// Confirms a hold.
    pub(crate) async fn confirm(&self, person: usize, booking: &str) -> anyhow::Result<Option<String>> {
        self.post(person, "bookings/confirm", &json!({ "booking_id": booking })).await
    }

    /// Loads a page as this person.
    pub(crate) async fn page(&self, person: usize, path: &str) -> anyhow::Result<()> {
        load(self.as_person(person, self.client.get(format!("{}{path}", self.site))), path).await
    }

    async fn post(&self, person: usize, verb: &str, body: &Value) -> anyhow::Result<Option<String>> {
        let request = self.client.post(format!("{}/api/v1/{verb}", self.site)).json(body);
        let reply = self.as_person(person, request).send().await?;
        let status = reply.status();
        let text = reply.text().await?;
        ensure!(status.is_success() || status.as_u16() == 409, "{verb}: {status} {text}");
        if !status.is_success() {
            return Ok(None);
        }
        // The id comes first; to read the whole answer would cost the server the processor it shares.
        let id = text.split('"').nth(3).context("an id")?;
        Ok(Some(id.to_owned()))
    }

    fn as_person(&self, person: usize, request: RequestBuilder) -> RequestBuilder {
        request.header(COOKIE, &self.people[person % self.people.len()])
    }
}

async fn load(request: RequestBuilder, path: &str) -> anyhow::Result<()> {
    let reply = request.send().await?;
    ensure!(reply.status().is_success(), "{path}: {}", reply.status());
    reply.bytes().await?;
    Ok(())
}
