//! Events on sale, written straight into the tables.

use sqlx::PgPool;
use uuid::Uuid;

/// Seats of a section; ten rows of a hundred.
const SECTION_SEATS: usize = 1000;

/// What an event sells, and how.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// Places of general admission; 0 where there are seats.
    pub places: i32,
    /// Places that one person may have.
    pub places_per_person: i32,
    /// Seconds a hold lasts.
    pub hold_length_s: i32,
}

/// Events of general admission that are on sale, so many of them.
pub async fn insert_events(pool: &PgPool, count: usize, terms: Terms) -> anyhow::Result<Vec<Uuid>> {
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    sqlx::query(
        "insert into events (id, name, summary, description, category, venue, address, city, country, timezone,
                             event_date, ends_at, currency, price_minor, total_capacity, available_capacity,
                             has_seat_selection, status, sales_open_at, sales_close_at, places_per_person, hold_length_s,
                             created_at, updated_at)
         select id, 'A measured event', 'For measuring', 'For measuring', 'music', 'Hall', 'Street 1', 'Berlin', 'DE',
                'Europe/Berlin', now() + interval '30 days', now() + interval '30 days 3 hours', 'EUR', 2500, $2, $2,
                false, 'published', now() - interval '1 day', now() + interval '30 days', $3, $4, now(), now()
         from unnest($1::uuid[]) as id",
    )
    .bind(&ids)
    .bind(terms.places)
    .bind(terms.places_per_person)
    .bind(terms.hold_length_s)
    .execute(pool)
    .await?;
    Ok(ids)
}

/// Events to be found, so many: of every category and in 300 cities, from a month ago to eleven months ahead, with names of a
/// common word and two of 8,000, every third with seats.
pub async fn insert_catalogue(pool: &PgPool, count: usize) -> anyhow::Result<()> {
    for first in (0..count).step_by(10_000) {
        let ids: Vec<Uuid> = (first..count.min(first + 10_000)).map(|_| Uuid::now_v7()).collect();
        sqlx::query(include_str!("../sql/catalogue.sql")).bind(&ids).bind(first as i32).execute(pool).await?;
    }
    // As it is at rest: to clean up after so many is no part of a search.
    for settle in ["vacuum analyze events", "analyze event_words"] {
        sqlx::raw_sql(settle).execute(pool).await?;
    }
    Ok(())
}

/// Gives an event without places so many seats, in rows of 100, and answers their ids in order.
pub async fn insert_seats(pool: &PgPool, event: Uuid, count: usize) -> anyhow::Result<Vec<Uuid>> {
    let seats: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    let mut tx = pool.begin().await?;
    sqlx::query(
        "update events set has_seat_selection = true, total_capacity = $2, available_capacity = $2 where id = $1",
    )
    .bind(event)
    .bind(count as i32)
    .execute(&mut *tx)
    .await?;
    sqlx::query("insert into seat_maps values ($1, 2000, 2000, '{0,0,10,0,10,10}', 'Stage')")
        .bind(event)
        .execute(&mut *tx)
        .await?;
    sqlx::query(
        "insert into sections (event_id, name, position, price_minor, lowest_price_minor, outline, total_count, available_count)
         select $1, n::text, n, 2500, 2500, '{0,0,10,0,10,10}', seats, seats
         from generate_series(1, $2) n, least($3, $4 - (n - 1) * $3) seats",
    )
    .bind(event)
    .bind(count.div_ceil(SECTION_SEATS) as i32)
    .bind(SECTION_SEATS as i32)
    .bind(count as i32)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into seats (id, event_id, section, \"row\", number, price_minor, x, y, created_at, updated_at)
         select id, $1, ((n - 1) / $3 + 1)::text, ((n - 1) / 100 % 10 + 1)::text, ((n - 1) % 100 + 1)::text, 2500,
                (n - 1) % 100 * 10, (n - 1) / 100 * 10, now(), now()
         from unnest($2::uuid[]) with ordinality as seat (id, n)",
    )
    .bind(event)
    .bind(&seats)
    .bind(SECTION_SEATS as i32)
    .execute(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(seats)
}
