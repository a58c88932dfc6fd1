//! Reading bookings: always a person's own.

use crate::{
    bookings::model::{
        BookedEvent, BookedSeat, Booking, BookingAction, BookingFacts, BookingStatus, Doer, HistoryEntry, tell,
    },
    discounts::store::list_texts,
    error::Error,
    events::{
        self,
        model::{Page, check_limit, parse_cursor},
        store::EventRow,
        when::at_venue,
    },
    id::{BookingId, CodeId, EventId, SeatId, UserId},
    money::Currency,
    seats::{self, store::SeatName},
    server::{Result, state::AppState},
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

pub(super) const BOOKING: &str = "id, reference, event_id, quantity, currency, total_amount_minor, discount_minor, \
    discount_code_id, status, is_offer, expires_at, extended_s, admitted_count, cancel_reason, created_at, updated_at";

#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct BookingRow {
    pub(super) id: BookingId,
    pub(super) reference: String,
    pub(super) event_id: EventId,
    pub(super) quantity: i32,
    #[sqlx(try_from = "String")]
    pub(super) currency: Currency,
    pub(super) total_amount_minor: i64,
    pub(super) discount_minor: i64,
    pub(super) discount_code_id: Option<CodeId>,
    pub(super) status: BookingStatus,
    pub(super) is_offer: bool,
    pub(super) expires_at: DateTime<Utc>,
    pub(super) extended_s: i32,
    pub(super) admitted_count: i32,
    pub(super) cancel_reason: Option<String>,
    pub(super) created_at: DateTime<Utc>,
    pub(super) updated_at: DateTime<Utc>,
}

/// One booking of this person. Errors: `NotFound`, also for someone else's.
pub async fn get_booking(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<Booking> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    read_booking(&mut conn, user_id, booking_id, now).await
}

/// A booking and whose it is.
#[derive(Clone, Debug)]
pub struct OfPerson {
    /// The person.
    pub user_id: UserId,
    /// Their booking.
    pub booking: Booking,
}

/// Anybody's booking, for what is done in nobody's name.
pub async fn find_booking(state: &AppState, booking_id: BookingId) -> Result<Option<OfPerson>> {
    let sql = "select user_id from bookings where id = $1";
    let user_id: Option<UserId> = sqlx::query_scalar(sql).bind(booking_id).fetch_optional(state.db.pool()).await?;
    let Some(user_id) = user_id else { return Ok(None) };
    Ok(Some(OfPerson { user_id, booking: get_booking(state, user_id, booking_id).await? }))
}

/// Anybody's booking, for what stands on it. Errors: `NotFound`.
pub async fn get_owned(conn: &mut PgConnection, booking_id: BookingId, now: DateTime<Utc>) -> Result<OfPerson> {
    list_owned(conn, &[booking_id], now).await?.pop().ok_or_else(|| Error::NotFound.into())
}

/// These bookings, whoever's they are, in no order.
pub async fn list_owned(
    conn: &mut PgConnection,
    booking_ids: &[BookingId],
    now: DateTime<Utc>,
) -> Result<Vec<OfPerson>> {
    let sql = const_format::formatcp!("select {BOOKING} from bookings where id = any($1) order by id");
    let rows: Vec<BookingRow> = sqlx::query_as(sql).bind(booking_ids).fetch_all(&mut *conn).await?;
    let owners: Vec<UserId> = sqlx::query_scalar("select user_id from bookings where id = any($1) order by id")
        .bind(booking_ids)
        .fetch_all(&mut *conn)
        .await?;
    let bookings = complete(conn, rows, now).await?;
    Ok(owners.into_iter().zip(bookings).map(|(user_id, booking)| OfPerson { user_id, booking }).collect())
}

/// The same at `now`, inside a transaction that changed it.
pub(super) async fn read_booking(
    conn: &mut PgConnection,
    user_id: UserId,
    booking_id: BookingId,
    now: DateTime<Utc>,
) -> Result<Booking> {
    let sql = const_format::formatcp!("select {BOOKING} from bookings where id = $1 and user_id = $2");
    let row: Option<BookingRow> = sqlx::query_as(sql).bind(booking_id).bind(user_id).fetch_optional(&mut *conn).await?;
    let bookings = complete(conn, vec![row.ok_or(Error::NotFound)?], now).await?;
    Ok(bookings.into_iter().next().context("a booking that was read is completed")?)
}

/// A person's bookings, newest first: `limit` of them (1 to 200) from `cursor` on. Errors: `Invalid`.
pub async fn list_bookings(state: &AppState, user_id: UserId, limit: i64, cursor: &str) -> Result<Page<Booking>> {
    let (limit, before) = (check_limit(limit)?, parse_cursor::<BookingId>(cursor)?);
    let mut conn = state.db.pool().acquire().await?;
    let sql = const_format::formatcp!(
        "select {BOOKING} from bookings where user_id = $1
         and ($2 is null or (created_at, id) < (select created_at, id from bookings where id = $2 and user_id = $1))
         order by created_at desc, id desc limit $3"
    );
    let rows: Vec<BookingRow> =
        sqlx::query_as(sql).bind(user_id).bind(before).bind(limit + 1).fetch_all(&mut *conn).await?;
    let Page { items, next_cursor } = Page::cut(rows, limit, |row| row.id.to_string());
    let now = state.clock.now_in(&mut conn).await?;
    Ok(Page { items: complete(&mut conn, items, now).await?, next_cursor })
}

#[derive(sqlx::FromRow)]
pub(super) struct EntryRow {
    action: BookingAction,
    details: String,
    by_staff: bool,
    created_at: DateTime<Utc>,
}

/// The columns of an [`EntryRow`]. What is done by neither its person nor time is done by staff.
pub(super) const ENTRY: &str = "action, details, booking_history.created_at, \
    coalesce((select actor_id <> user_id and not exists (
         select from users where users.id = actor_id and claimed_by = user_id)
     from bookings where bookings.id = booking_id), false) as by_staff";

/// What happened to a booking, oldest first. Errors: `NotFound`, also for someone else's.
pub async fn get_history(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<Vec<HistoryEntry>> {
    let mut conn = state.db.pool().acquire().await?;
    let event_id: Option<EventId> = sqlx::query_scalar("select event_id from bookings where id = $1 and user_id = $2")
        .bind(booking_id)
        .bind(user_id)
        .fetch_optional(&mut *conn)
        .await?;
    let event = events::store::find_sale(&mut conn, event_id.ok_or(Error::NotFound)?).await?;
    let sql = const_format::formatcp!("select {ENTRY} from booking_history where booking_id = $1 order by number");
    let rows: Vec<EntryRow> = sqlx::query_as(sql).bind(booking_id).fetch_all(&mut *conn).await?;
    let now = state.clock.now_in(&mut conn).await?;
    Ok(rows.into_iter().map(|row| row.tell(&event.timezone, now)).collect())
}

impl EntryRow {
    /// The entry as the person reads it, with times of the venue's zone.
    pub(super) fn tell(self, timezone: &str, now: DateTime<Utc>) -> HistoryEntry {
        let doer = if self.by_staff { Doer::Organiser } else { Doer::Person };
        HistoryEntry {
            action: self.action,
            sentence: tell(self.action, doer, &self.details),
            created_at: self.created_at,
            when: at_venue(self.created_at, timezone, now),
        }
    }
}

/// Adds to each row its event, its seats and its code: three queries however many rows, and one more where there are codes.
pub(super) async fn complete(
    conn: &mut PgConnection,
    rows: Vec<BookingRow>,
    now: DateTime<Utc>,
) -> Result<Vec<Booking>> {
    let event_ids: Vec<EventId> = rows.iter().map(|row| row.event_id).collect();
    let events: HashMap<EventId, EventRow> =
        events::store::list_events_by_id(conn, &event_ids).await?.into_iter().map(|event| (event.id, event)).collect();
    let ids: Vec<BookingId> = rows.iter().map(|row| row.id).collect();
    let mut seats = list_seats(conn, &ids).await?;
    let code_ids: Vec<CodeId> = rows.iter().filter_map(|row| row.discount_code_id).collect();
    let codes = if code_ids.is_empty() { HashMap::new() } else { list_texts(conn, &code_ids).await? };
    rows.into_iter()
        .map(|row| {
            let event = events.get(&row.event_id).context("a booking's event exists")?;
            let seats = seats.remove(&row.id).unwrap_or_default();
            let discount_code = row.discount_code_id.and_then(|code_id| codes.get(&code_id).cloned());
            let booking = row.into_booking(event, tell_event(event, now), seats, now);
            Ok(Booking { discount_code, ..booking })
        })
        .collect()
}

/// The seats of these bookings as they were held, given back ones included, in the order they are read out.
pub(super) async fn list_seats(
    conn: &mut PgConnection,
    booking_ids: &[BookingId],
) -> Result<HashMap<BookingId, Vec<BookedSeat>>> {
    let rows: Vec<(BookingId, SeatId, i64)> =
        sqlx::query_as("select booking_id, seat_id, price_minor from seat_bookings where booking_id = any($1)")
            .bind(booking_ids)
            .fetch_all(&mut *conn)
            .await?;
    let mut prices: HashMap<SeatId, Vec<(BookingId, i64)>> = HashMap::new();
    for (booking_id, seat_id, price_minor) in rows {
        prices.entry(seat_id).or_default().push((booking_id, price_minor));
    }
    let seat_ids: Vec<SeatId> = prices.keys().copied().collect();
    let mut seats: HashMap<BookingId, Vec<BookedSeat>> = HashMap::new();
    for SeatName { id, section, row, number } in seats::store::list_seat_names(conn, &seat_ids).await? {
        for (booking_id, price_minor) in prices.remove(&id).unwrap_or_default() {
            let (section, row, number) = (section.clone(), row.clone(), number.clone());
            seats.entry(booking_id).or_default().push(BookedSeat { seat_id: id, section, row, number, price_minor });
        }
    }
    Ok(seats)
}

impl BookingRow {
    /// With its event's, the facts that decide what may become of it.
    pub(super) fn facts(&self, event: &EventRow) -> BookingFacts {
        BookingFacts {
            id: self.id,
            status: self.status,
            expires_at: self.expires_at,
            created_at: self.created_at,
            extended_s: self.extended_s,
            event_date: event.event_date,
            event_cancelled: event.is_cancelled(),
            admitted_count: self.admitted_count,
        }
    }

    /// The same booking once it is confirmed.
    pub(super) fn confirmed(self, now: DateTime<Utc>) -> Self {
        Self { status: BookingStatus::Confirmed, updated_at: now, ..self }
    }

    /// What the person is told, without what its code reads. `told` is the event, which the bookings of a batch have in common.
    pub(super) fn into_booking(
        self,
        event: &EventRow,
        told: BookedEvent,
        seats: Vec<BookedSeat>,
        now: DateTime<Utc>,
    ) -> Booking {
        let facts = self.facts(event);
        let status = facts.status_at(now);
        let held = status == BookingStatus::Held;
        Booking {
            id: self.id,
            reference: self.reference,
            event_id: self.event_id,
            event: told,
            quantity: self.quantity,
            seats,
            currency: self.currency,
            total_amount_minor: self.total_amount_minor,
            discount_minor: self.discount_minor,
            discount_code: None,
            status,
            is_offer: self.is_offer,
            expires_at: self.expires_at,
            expires: at_venue(self.expires_at, &event.timezone, now),
            seconds_left: if held { (self.expires_at - now).num_seconds().max(0) } else { 0 },
            can_extend: facts.decide_extend(now).is_ok(),
            can_cancel: status == BookingStatus::Confirmed && facts.decide_cancel(now).is_ok(),
            cancel_reason: self.cancel_reason,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

pub(super) fn tell_event(event: &EventRow, now: DateTime<Utc>) -> BookedEvent {
    BookedEvent {
        name: event.name.clone(),
        venue: event.venue.clone(),
        address: event.address.clone(),
        city: event.city.clone(),
        category: event.category.clone(),
        event_date: event.event_date,
        when: at_venue(event.event_date, &event.timezone, now),
        has_seat_selection: event.has_seat_selection,
        availability: event.availability(now),
        poster: event.poster.clone(),
    }
}
