//! What is needed before anything can be measured: people with sessions, events, tables for pgbench.

use anyhow::{Context, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Client, RequestBuilder, header::COOKIE, header::SET_COOKIE};
use serde_json::{Value, json};
use sqlx::{PgPool, postgres::PgPoolOptions};
use uuid::Uuid;

/// People who buy: one person may have so many places of an event, so that a long measurement needs many.
const PEOPLE: usize = 12_000;
/// Places that one person may have; also how many holds each buyer makes as one person.
pub(crate) const PLACES_PER_PERSON: usize = 10;

/// A server, its database, and people who are signed in.
pub(crate) struct Stage {
    pub(crate) database: String,
    pub(crate) people: Vec<String>,
    site: String,
    client: Client,
    pool: PgPool,
}

impl Stage {
    /// Makes the people and the tables of pgbench.
    pub(crate) async fn set(database: &str, site: &str) -> anyhow::Result<Self> {
        let pool = PgPoolOptions::new().max_connections(4).connect(database).await.context("the database")?;
        sqlx::raw_sql(include_str!("../sql/tables.sql")).execute(&pool).await.context("pgbench's tables")?;
        let client = Client::builder().tcp_nodelay(true).pool_max_idle_per_host(512).build()?;
        let mut stage = Self { database: database.to_owned(), people: Vec::new(), site: site.to_owned(), client, pool };
        eprintln!("{PEOPLE} people register");
        stage.people = stream::iter(0..PEOPLE).map(|n| stage.register(n)).buffered(32).try_collect().await?;
        Ok(stage)
    }

    /// Registers a person and answers the cookie of their session.
    async fn register(&self, n: usize) -> anyhow::Result<String> {
        let body = json!({
            "email": format!("buyer-{n}@example.org"), "password": "correct horse",
            "first_name": "Buyer", "last_name": n.to_string(),
        });
        let reply = self.client.post(format!("{}/api/v1/auth/register", self.site)).json(&body).send().await?;
        ensure!(reply.status().is_success(), "registering: {}", reply.text().await?);
        let cookie = reply.headers().get(SET_COOKIE).context("a session")?.to_str()?;
        Ok(cookie.split(';').next().unwrap_or_default().to_owned())
    }

    /// Events of general admission with so many places each.
    pub(crate) async fn events(&self, count: usize, places: i32) -> anyhow::Result<Vec<Uuid>> {
        let ids: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
        sqlx::query(
            "insert into events (id, name, summary, description, category, venue, address, city, country, timezone,
                                 event_date, ends_at, currency, price_minor, total_capacity, available_capacity,
                                 has_seat_selection, status, sales_open_at, sales_close_at, places_per_person, created_at, updated_at)
             select id, 'A measured event', 'For measuring', 'For measuring', 'music', 'Hall', 'Street 1', 'Berlin', 'DE',
                    'Europe/Berlin', now() + interval '30 days', now() + interval '30 days 3 hours', 'EUR', 2500, $2, $2,
                    false, 'published', now() - interval '1 day', now() + interval '30 days', $3, now(), now()
             from unnest($1::uuid[]) as id",
        )
        .bind(&ids)
        .bind(places)
        .bind(PLACES_PER_PERSON as i32)
        .execute(&self.pool)
        .await?;
        Ok(ids)
    }

    /// An event with rows of 100 seats, 100,000 in all, and the ids of its seats in order.
    pub(crate) async fn seated_event(&self) -> anyhow::Result<(Uuid, Vec<Uuid>)> {
        let event = self.events(1, 0).await?.pop().context("an event")?;
        let seats: Vec<Uuid> = (0..100_000).map(|_| Uuid::now_v7()).collect();
        let mut tx = self.pool.begin().await?;
        sqlx::query("update events set has_seat_selection = true, total_capacity = 100000, available_capacity = 100000 where id = $1")
            .bind(event)
            .execute(&mut *tx)
            .await?;
        sqlx::query("insert into seat_maps values ($1, 2000, 2000, '{0,0,10,0,10,10}', 'Stage')")
            .bind(event)
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "insert into sections (event_id, name, position, price_minor, outline, total_count, available_count)
             select $1, n::text, n, 2500, '{0,0,10,0,10,10}', 1000, 1000 from generate_series(1, 100) n",
        )
        .bind(event)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "insert into seats (id, event_id, section, \"row\", number, price_minor, x, y, created_at, updated_at)
             select id, $1, ((n - 1) / 1000 + 1)::text, ((n - 1) / 100 % 10 + 1)::text, ((n - 1) % 100 + 1)::text, 2500,
                    (n - 1) % 100 * 10, (n - 1) / 100 * 10, now(), now()
             from unnest($2::uuid[]) with ordinality as seat (id, n)",
        )
        .bind(event)
        .bind(&seats)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
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

    /// Confirms a hold.
    pub(crate) async fn confirm(&self, person: usize, booking: &str) -> anyhow::Result<Option<String>> {
        self.post(person, "bookings/confirm", &json!({ "booking_id": booking })).await
    }

    /// Loads a page as this person.
    pub(crate) async fn page(&self, person: usize, path: &str) -> anyhow::Result<()> {
        let reply = self.as_person(person, self.client.get(format!("{}{path}", self.site))).send().await?;
        ensure!(reply.status().is_success(), "{path}: {}", reply.status());
        reply.bytes().await?;
        Ok(())
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
