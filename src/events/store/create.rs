//! Making events and putting them on sale.

use crate::{
    error::{Error, Problem},
    id::EventId,
    job::{Job, News},
    money::Money,
    server::{Result, clock::new_id, jobs::enqueue, state::AppState},
};
use chrono::{DateTime, Utc};

/// The fields of a new event. It begins as a draft with all its places free.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its name.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// Paragraphs parted by empty lines.
    pub description: String,
    /// One of the categories.
    pub category: String,
    /// Where.
    pub venue: String,
    /// Street and number.
    pub address: String,
    /// In which city.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA zone.
    pub timezone: String,
    /// When it begins.
    pub event_date: DateTime<Utc>,
    /// When it ends.
    pub ends_at: DateTime<Utc>,
    /// When doors open.
    pub doors_at: Option<DateTime<Utc>>,
    /// The price of a place, or of the cheapest seat.
    pub price: Money,
    /// Places of general admission; 0 for an event whose seats are drawn afterwards.
    pub total_capacity: i32,
    /// Whether people choose seats.
    pub has_seat_selection: bool,
    /// When the sale opens.
    pub sales_open_at: DateTime<Utc>,
    /// When it closes.
    pub sales_close_at: DateTime<Utc>,
    /// Places one person may have.
    pub places_per_person: i32,
}

/// Makes an event, as a draft. Errors: `Invalid` for a time zone that isn't known.
pub async fn create_event(state: &AppState, new: &NewEvent, now: DateTime<Utc>) -> Result<EventId> {
    if new.timezone.parse::<chrono_tz::Tz>().is_err() {
        return Err(Error::invalid("timezone", Problem::Unknown).into());
    }
    let id = EventId(new_id());
    sqlx::query(
        "insert into events (id, name, summary, description, category, venue, address, city, country, timezone,
             event_date, ends_at, doors_at, currency, price_minor, total_capacity, available_capacity,
             has_seat_selection, sales_open_at, sales_close_at, places_per_person, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17, $18, $19, $20, $21, $21)",
    )
    .bind(id)
    .bind(&new.name)
    .bind(&new.summary)
    .bind(&new.description)
    .bind(&new.category)
    .bind(&new.venue)
    .bind(&new.address)
    .bind(&new.city)
    .bind(&new.country)
    .bind(&new.timezone)
    .bind(new.event_date)
    .bind(new.ends_at)
    .bind(new.doors_at)
    .bind(new.price.currency.code())
    .bind(new.price.minor)
    .bind(new.total_capacity)
    .bind(new.has_seat_selection)
    .bind(new.sales_open_at)
    .bind(new.sales_close_at)
    .bind(new.places_per_person)
    .bind(now)
    .execute(state.db.pool())
    .await?;
    Ok(id)
}

/// Puts a draft on sale within its window. Doing it twice is fine. Errors: `NotFound`, also once cancelled.
pub async fn publish_event(state: &AppState, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
    let published = sqlx::query(
        "update events set status = 'published', version = version + 1, updated_at = $2
         where id = $1 and status <> 'cancelled'",
    )
    .bind(event_id)
    .bind(now)
    .execute(state.db.pool())
    .await?;
    if published.rows_affected() == 0 { Err(Error::NotFound.into()) } else { Ok(()) }
}

/// Calls an event off: nothing can be held or confirmed from now on. What is being held or confirmed just now is waited
/// for, so that whoever sees to the bookings afterwards sees all of them. Who has booked is told. Doing it twice is fine.
/// Errors: `NotFound`.
pub async fn cancel_event(state: &AppState, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
    let mut tx = state.db.begin().await?;
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 0))").bind(event_id).execute(&mut *tx).await?;
    let cancelled =
        sqlx::query("update events set status = 'cancelled', version = version + 1, updated_at = $2 where id = $1")
            .bind(event_id)
            .bind(now)
            .execute(&mut *tx)
            .await?;
    if cancelled.rows_affected() == 0 {
        return Err(Error::NotFound.into());
    }
    let tell = Job::TellAttendees { event_id, news: News::Cancelled, after: None };
    let at = state.clock.now_in(&mut tx).await?;
    enqueue(&mut tx, &[tell], at).await?;
    tx.commit().await?;
    Ok(())
}
