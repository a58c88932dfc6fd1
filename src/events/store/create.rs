//! Making events.

use crate::{
    error::{Error, Problem},
    events::editing::facts::EventFacts,
    id::EventId,
    money::Money,
    server::{Failure, Result, clock::new_id, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// Seconds a hold lasts unless somebody says otherwise. Source: product.md, rules of the inventory, 5.
const HOLD_LENGTH_S: i32 = 600;

/// The fields of a new event. It begins as a draft with all its places free.
#[derive(Clone, Debug, PartialEq, Eq)]
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
    let facts = EventFacts { event: new.clone(), hold_length_s: HOLD_LENGTH_S };
    insert_event(&mut *state.db.pool().acquire().await?, &facts, now).await
}

/// Makes an event in somebody's name, as a draft. Errors: as [`create_event`].
pub async fn create_event_by(
    state: &AppState,
    actor: &Actor,
    facts: &EventFacts,
    now: DateTime<Utc>,
) -> Result<EventId> {
    let mut tx = state.db.begin().await?;
    let event_id = insert_event(&mut tx, facts, now).await?;
    let deed = Deed {
        action: "event_created",
        event_id: Some(event_id),
        subject_id: None,
        before: json!({}),
        after: json!(facts.form()),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(event_id)
}

/// Inserts an event, as a draft with all its places free. Errors: as [`create_event`].
pub async fn insert_event(conn: &mut PgConnection, facts: &EventFacts, now: DateTime<Utc>) -> Result<EventId> {
    let EventFacts { event: new, hold_length_s } = facts;
    if new.timezone.parse::<chrono_tz::Tz>().is_err() {
        return Err(Error::invalid("timezone", Problem::Unknown).into());
    }
    let id = EventId(new_id());
    sqlx::query(
        "insert into events (id, name, summary, description, category, venue, address, city, country, timezone,
             event_date, ends_at, doors_at, currency, price_minor, total_capacity, available_capacity,
             has_seat_selection, sales_open_at, sales_close_at, places_per_person, hold_length_s, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17, $18, $19, $20, $21,
             $22, $22)",
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
    .bind(hold_length_s)
    .bind(now)
    .execute(conn)
    .await
    .map_err(on_timezone)?;
    Ok(id)
}

/// A zone that this program knows and the database doesn't is refused, as one that neither knows.
pub(super) fn on_timezone(error: sqlx::Error) -> Failure {
    // Source: PostgreSQL manual, appendix A: invalid_parameter_value.
    let is_unknown = error.as_database_error().and_then(|error| error.code()).is_some_and(|code| code == "22023");
    if is_unknown { Error::invalid("timezone", Problem::Unknown).into() } else { error.into() }
}
