//! Events made durable, and found again.

mod cancel;
mod capacity;
mod create;
mod list;
mod manage;
mod month;
mod poster;
mod publish;
mod sitemap;
mod spelling;

pub use cancel::{Cancelling, cancel_event, cancel_event_by};
pub use capacity::{
    SALES, Sale, TAKE_PLACES, add_available, change_capacity, find_sale, lock_events, lock_sale, set_together,
    share_sales, write_seats,
};
pub use create::{NewEvent, create_event, create_event_by, insert_event};
pub use list::{list_around, list_cities, list_events};
pub use manage::{
    ManagedRow, find_cancel_reason, find_managed, list_managed, lock_managed, lock_sale_alone, write_facts, write_price,
};
pub use month::list_month;
pub use poster::{Posters, SHARE, copy_poster, describe_poster, find_poster, remove_poster, set_poster};
pub use publish::{publish_event, publish_event_by, publish_scheduled, schedule_event, unpublish};
pub use sitemap::{EventToCome, count_events_to_come, list_events_to_come};
pub use spelling::suggest_events;

use super::{
    left::Left,
    model::{Availability, Event, EventDetail, EventPoster, EventStatus, SaleFacts},
    when::at_venue,
    window::{WindowedPart, Withheld},
};
use crate::{
    error::Error,
    id::EventId,
    money::Currency,
    server::{Result, state::AppState},
};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// The columns of an [`EventRow`].
pub(crate) const EVENT: &str = "id, name, summary, description, category, venue, address, city, country, timezone, \
    event_date, ends_at, doors_at, currency, price_minor, total_capacity, available_capacity, has_seat_selection, \
    status, sales_open_at, sales_close_at, hold_length_s, offer_length_s, places_per_person, version, poster, \
    (select jsonb_agg(jsonb_build_object('sales_open_at', sections.sales_open_at, 'sales_close_at', sections.sales_close_at, \
                                         'available_count', sections.available_count)) \
     from sections where sections.event_id = events.id and (sections.sales_open_at is not null or sections.sales_close_at is not null)) \
        as windowed_parts";

/// A row of `events`.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct EventRow {
    pub(crate) id: EventId,
    pub(crate) name: String,
    summary: String,
    description: String,
    pub(crate) category: String,
    pub(crate) venue: String,
    pub(crate) address: String,
    pub(crate) city: String,
    country: String,
    pub(crate) timezone: String,
    pub(crate) event_date: DateTime<Utc>,
    pub(crate) ends_at: DateTime<Utc>,
    pub(crate) doors_at: Option<DateTime<Utc>>,
    #[sqlx(try_from = "String")]
    pub(crate) currency: Currency,
    pub(crate) price_minor: i64,
    pub(crate) total_capacity: i32,
    pub(crate) available_capacity: i32,
    pub(crate) has_seat_selection: bool,
    status: EventStatus,
    sales_open_at: DateTime<Utc>,
    sales_close_at: DateTime<Utc>,
    pub(crate) hold_length_s: i32,
    pub(crate) offer_length_s: i32,
    pub(crate) places_per_person: i32,
    version: i32,
    #[sqlx(json(nullable))]
    pub(crate) poster: Option<EventPoster>,
    /// Its sections that have windows of their own.
    #[sqlx(json(nullable))]
    windowed_parts: Option<Vec<WindowedPart>>,
}

impl EventRow {
    /// The facts that decide whether it is on sale.
    pub fn sale(&self) -> SaleFacts {
        SaleFacts {
            status: self.status,
            sales_open_at: self.sales_open_at,
            sales_close_at: self.sales_close_at,
            ends_at: self.ends_at,
        }
    }

    /// The word a card says at `now`.
    pub fn availability(&self, now: DateTime<Utc>) -> Availability {
        let withheld = self.withheld(now);
        let word = self.sale().availability(self.available_capacity - withheld.count, self.total_capacity, now);
        match withheld.word(word) {
            // Where no section opens with the event, nothing can be had then.
            Availability::OpensLater { opens_at } => {
                let then = self.withheld(opens_at);
                let is_all = then.count > 0 && then.count >= self.available_capacity;
                Availability::OpensLater { opens_at: then.opens_at.filter(|_| is_all).unwrap_or(opens_at) }
            }
            word => word,
        }
    }

    /// What is free and can't be had at `now`, because its section isn't on sale.
    fn withheld(&self, now: DateTime<Utc>) -> Withheld {
        Withheld::of(self.windowed_parts.as_deref().unwrap_or_default(), self.sales_close_at, now)
    }

    /// Whether it was called off.
    pub fn is_cancelled(&self) -> bool {
        self.status == EventStatus::Cancelled
    }

    /// What lists show of it at `now`.
    pub(crate) fn into_event(self, now: DateTime<Utc>) -> Event {
        let availability = self.availability(now);
        let opens_at = match availability {
            Availability::OpensLater { opens_at } => opens_at,
            _ => self.sales_open_at,
        };
        Event {
            when: at_venue(self.event_date, &self.timezone, now),
            sales_open: at_venue(opens_at, &self.timezone, now),
            availability,
            id: self.id,
            name: self.name,
            summary: self.summary,
            category: self.category,
            venue: self.venue,
            city: self.city,
            country: self.country,
            timezone: self.timezone,
            event_date: self.event_date,
            ends_at: self.ends_at,
            currency: self.currency,
            price_minor: self.price_minor,
            total_capacity: self.total_capacity,
            available_capacity: self.available_capacity,
            has_seat_selection: self.has_seat_selection,
            status: self.status,
            sales_open_at: self.sales_open_at,
            sales_close_at: self.sales_close_at,
            version: self.version,
            poster: self.poster,
        }
    }

    pub(crate) fn into_detail(self, now: DateTime<Utc>) -> EventDetail {
        let tell = |instant| at_venue(instant, &self.timezone, now);
        EventDetail {
            doors: self.doors_at.map(tell),
            ends: tell(self.ends_at),
            sales_close: tell(self.sales_close_at),
            description: self.description.clone(),
            address: self.address.clone(),
            places_per_person: self.places_per_person,
            hold_length_s: self.hold_length_s,
            server_now: now,
            event: self.into_event(now),
        }
    }
}

/// An event as its page shows it. Errors: `NotFound`, also for a draft.
pub async fn get_event(state: &AppState, event_id: EventId, now: DateTime<Utc>) -> Result<EventDetail> {
    let sql = const_format::formatcp!("select {EVENT} from events where id = $1 and status <> 'draft'");
    let row: Option<EventRow> = sqlx::query_as(sql).bind(event_id).fetch_optional(state.db.pool()).await?;
    Ok(row.ok_or(Error::NotFound)?.into_detail(now))
}

/// What is left of each of these events; unknown ones and drafts are left out.
pub async fn list_left(state: &AppState, event_ids: &[EventId]) -> Result<HashMap<EventId, Left>> {
    let rows: Vec<(EventId, i32, i32)> = sqlx::query_as(
        "select id, available_capacity, total_capacity from events where id = any($1) and status <> 'draft'",
    )
    .bind(event_ids)
    .fetch_all(state.db.pool())
    .await?;
    Ok(rows.into_iter().map(|(id, available, total)| (id, Left { available, total })).collect())
}

/// The events of these ids, drafts included, in no order: for what refers to them.
pub async fn list_events_by_id(conn: &mut PgConnection, event_ids: &[EventId]) -> Result<Vec<EventRow>> {
    let sql = const_format::formatcp!("select {EVENT} from events where id = any($1)");
    Ok(sqlx::query_as(sql).bind(event_ids).fetch_all(conn).await?)
}

/// The events that begin on these days at their venues, drafts left out, in no order.
pub async fn list_ids_between(
    conn: &mut PgConnection,
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
) -> Result<Vec<EventId>> {
    // A day more on either side, for the zones; the index knows instants alone.
    let sql = "select id from events where status <> 'draft'
               and ($1::date is null or event_date >= $1 - 1 and (event_date at time zone timezone)::date >= $1)
               and ($2::date is null or event_date < $2 + 2 and (event_date at time zone timezone)::date <= $2)";
    Ok(sqlx::query_scalar(sql).bind(from).bind(to).persistent(false).fetch_all(conn).await?)
}

/// The events on sale, or sold, that begin after `now`, `until` at the latest.
pub async fn list_beginning(conn: &mut PgConnection, now: DateTime<Utc>, until: DateTime<Utc>) -> Result<Vec<EventId>> {
    let sql = "select id from events where event_date > $1 and event_date <= $2 and status = 'published'";
    Ok(sqlx::query_scalar(sql).bind(now).bind(until).fetch_all(conn).await?)
}
