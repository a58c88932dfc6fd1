//! Events as the dashboard reads and changes them, drafts included.

use super::{EVENT, EventRow, NewEvent, create::on_timezone};
use crate::{
    error::Error,
    events::{admin::model::ManagedFilter, editing::facts::EventFacts, model::EventStatus},
    id::{EventId, UserId},
    money::Money,
    server::{Result, state::AppState},
    staff::model::Reach,
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, Postgres, QueryBuilder};

/// An event with what only the dashboard shows.
#[derive(Debug, sqlx::FromRow)]
pub struct ManagedRow {
    #[sqlx(flatten)]
    pub(crate) event: EventRow,
    /// When it is published by itself.
    pub publish_at: Option<DateTime<Utc>>,
    pub(super) publish_by: Option<UserId>,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
}

/// The columns of a [`ManagedRow`].
const MANAGED: &str = const_format::formatcp!("{EVENT}, publish_at, publish_by, cancel_reason");

impl ManagedRow {
    /// Whether it is seen by admins only.
    pub fn is_draft(&self) -> bool {
        self.event.status == EventStatus::Draft
    }

    /// Whether people can see it, and it was not called off.
    pub fn is_published(&self) -> bool {
        self.event.status == EventStatus::Published
    }

    /// When it is over.
    pub fn ends_at(&self) -> DateTime<Utc> {
        self.event.ends_at
    }

    /// The version that the next edit has to name.
    pub fn version(&self) -> i32 {
        self.event.version
    }

    /// What an admin can set of it.
    pub fn facts(&self) -> EventFacts {
        let row = &self.event;
        let event = NewEvent {
            name: row.name.clone(),
            summary: row.summary.clone(),
            description: row.description.clone(),
            category: row.category.clone(),
            venue: row.venue.clone(),
            address: row.address.clone(),
            city: row.city.clone(),
            country: row.country.clone(),
            timezone: row.timezone.clone(),
            event_date: row.event_date,
            ends_at: row.ends_at,
            doors_at: row.doors_at,
            price: Money::new(row.price_minor, row.currency),
            total_capacity: row.total_capacity,
            has_seat_selection: row.has_seat_selection,
            sales_open_at: row.sales_open_at,
            sales_close_at: row.sales_close_at,
            places_per_person: row.places_per_person,
        };
        EventFacts { event, hold_length_s: row.hold_length_s }
    }
}

/// An event, drafts included. Errors: `NotFound`.
pub async fn find_managed(conn: &mut PgConnection, event_id: EventId) -> Result<ManagedRow> {
    let sql = const_format::formatcp!("select {MANAGED} from events where id = $1");
    let row: Option<ManagedRow> = sqlx::query_as(sql).bind(event_id).fetch_optional(conn).await?;
    row.ok_or_else(|| Error::NotFound.into())
}

/// The same, locked until the transaction ends: nobody takes places of it or changes it meanwhile. Errors: `NotFound`.
pub async fn lock_managed(conn: &mut PgConnection, event_id: EventId) -> Result<ManagedRow> {
    let sql = const_format::formatcp!("select {MANAGED} from events where id = $1 for no key update");
    let row: Option<ManagedRow> = sqlx::query_as(sql).bind(event_id).fetch_optional(conn).await?;
    row.ok_or_else(|| Error::NotFound.into())
}

/// Waits for what is being held or confirmed of the event, and keeps others from it until the transaction ends.
pub async fn lock_sale_alone(conn: &mut PgConnection, event_id: EventId) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 0))").bind(event_id).execute(conn).await?;
    Ok(())
}

/// Sets everything that an admin can set; places are added, or taken away, free. Answers the new version.
///
/// Assumes that the row is locked. Errors: `Invalid` for a time zone that isn't known.
pub async fn write_facts(
    conn: &mut PgConnection,
    event_id: EventId,
    facts: &EventFacts,
    now: DateTime<Utc>,
) -> Result<i32> {
    let EventFacts { event, hold_length_s } = facts;
    let version = sqlx::query_scalar(
        "update events set name = $2, summary = $3, description = $4, category = $5, venue = $6, address = $7, city = $8,
             country = $9, timezone = $10, event_date = $11, ends_at = $12, doors_at = $13, currency = $14, price_minor = $15,
             total_capacity = $16, available_capacity = available_capacity + $16 - total_capacity, sales_open_at = $17,
             sales_close_at = $18, places_per_person = $19, hold_length_s = $20, updated_at = $21, version = version + 1
         where id = $1 returning version",
    )
    .bind(event_id)
    .bind(&event.name)
    .bind(&event.summary)
    .bind(&event.description)
    .bind(&event.category)
    .bind(&event.venue)
    .bind(&event.address)
    .bind(&event.city)
    .bind(&event.country)
    .bind(&event.timezone)
    .bind(event.event_date)
    .bind(event.ends_at)
    .bind(event.doors_at)
    .bind(event.price.currency.code())
    .bind(event.price.minor)
    .bind(event.total_capacity)
    .bind(event.sales_open_at)
    .bind(event.sales_close_at)
    .bind(event.places_per_person)
    .bind(hold_length_s)
    .bind(now)
    .fetch_one(conn)
    .await
    .map_err(on_timezone)?;
    Ok(version)
}

/// Sets the price that lists show of an event with seats, as part of an edit. Assumes that the row is locked.
pub async fn write_price(
    conn: &mut PgConnection,
    event_id: EventId,
    price_minor: i64,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "update events set price_minor = $2, updated_at = $3, version = version + 1 where id = $1";
    sqlx::query(sql).bind(event_id).bind(price_minor).bind(now).execute(conn).await?;
    Ok(())
}

/// One more than `filter.limit` of the events within reach, newest first, from the event `filter.after` on.
pub async fn list_managed(
    state: &AppState,
    reach: &Reach,
    filter: &ManagedFilter,
    now: DateTime<Utc>,
) -> Result<Vec<ManagedRow>> {
    let mut query = QueryBuilder::<Postgres>::new(format!("select {MANAGED} from events where true"));
    if let Some(event_ids) = reach.event_ids() {
        query.push(" and id = any(").push_bind(event_ids.to_vec()).push(")");
    }
    for word in filter.words.clone() {
        query.push(" and search_text like '%' || fold(").push_bind(super::list::escape_like(&word)).push(") || '%'");
    }
    if let Some(status) = filter.status {
        query.push(" and status = ").push_bind(status);
    }
    if let Some(is_past) = filter.is_past {
        query.push(if is_past { " and ends_at <= " } else { " and ends_at > " }).push_bind(now);
    }
    if let Some(after) = filter.after {
        query.push(" and (event_date, id) < (select event_date, id from events where id = ").push_bind(after).push(")");
    }
    query.push(" order by event_date desc, id desc limit ").push_bind(filter.limit + 1);
    super::list::read(state, query).await
}

/// Why the event was called off, if somebody said.
pub async fn find_cancel_reason(state: &AppState, event_id: EventId) -> Result<Option<String>> {
    let sql = "select cancel_reason from events where id = $1";
    let reason: Option<Option<String>> = sqlx::query_scalar(sql).bind(event_id).fetch_optional(state.db.pool()).await?;
    Ok(reason.flatten())
}
