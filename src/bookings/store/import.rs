//! Bookings that are confirmed as they are made: brought in from elsewhere in bulk, an old system's or the demonstration's,
//! or sold at the box office.

use super::{Entry, discount::discount_new, new_reference, write_history};
use crate::{
    bookings::model::{BookingAction, BookingStatus, name_quantity},
    error::{Conflict, Error, Problem},
    events::{
        self,
        store::{EventRow, TAKE_PLACES},
    },
    id::{BookingId, CodeId, EventId, SeatId, UserId},
    seats::{
        self,
        model::{SeatStatus, name_seats},
        store::LockedSeat,
    },
    server::{Result, clock::new_id, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// A booking to bring in, confirmed when it was made.
#[derive(Clone, Debug)]
pub struct ImportedBooking {
    /// Whose.
    pub user_id: UserId,
    /// Places; for an event with seats, as many as `seat_ids`.
    pub quantity: i32,
    /// The seats, where the event has seats.
    pub seat_ids: Vec<SeatId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// What is true of bookings that are made in one go, besides the bookings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Making<'a> {
    /// Who makes them; the people themselves if nobody else does.
    pub(super) actor_id: Option<UserId>,
    /// For nothing, or for what the event asks.
    pub(super) price: Price,
    /// The page they are made from.
    pub(super) key: Option<&'a str>,
    /// What takes something off each, locked.
    pub(super) code_id: Option<CodeId>,
}

/// What is asked for places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Price {
    /// What the event asks.
    Asked,
    /// Nothing: they are given away.
    Nothing,
}

impl Price {
    /// Of this, what is to be paid, in minor units.
    fn of(self, minor: i64) -> i64 {
        if self == Self::Nothing { 0 } else { minor }
    }
}

struct Priced<'a> {
    id: BookingId,
    import: &'a ImportedBooking,
    total_minor: i64,
    places: String,
}

/// Brings bookings of one event in, all or none, in one transaction and a handful of statements. The sale's window and
/// the limit per person don't apply: they were sold elsewhere.
///
/// Errors: `NotFound`; `SeatsTaken`; `SoldOut`; `Invalid` for seats that aren't the event's or aren't as many as places.
pub async fn import_bookings(state: &AppState, event_id: EventId, imports: &[ImportedBooking]) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let event = events::store::find_sale(&mut tx, event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    for import in imports {
        let seats = if event.has_seat_selection { import.quantity } else { 0 };
        if import.seat_ids.len() as i32 != seats {
            return Err(Error::invalid("seat_ids", Problem::Malformed).into());
        }
    }
    let making = Making { actor_id: None, price: Price::Asked, key: None, code_id: None };
    make_bookings(&mut tx, &event, (imports, making), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes bookings of an event, all or none, and answers their ids. Assumes a transaction, and as many seats as places where
/// there are seats.
///
/// Errors: `SeatsTaken`; `SoldOut`; `Invalid` for seats that aren't the event's; `CodeRefused`.
pub(super) async fn make_bookings(
    conn: &mut PgConnection,
    event: &EventRow,
    (imports, making): (&[ImportedBooking], Making<'_>),
    now: DateTime<Utc>,
) -> Result<Vec<BookingId>> {
    let seats = lock_free_seats(conn, event.id, imports).await?;
    if !event.has_seat_selection {
        let quantity: i32 = imports.iter().map(|import| import.quantity).sum();
        let taken = sqlx::query(TAKE_PLACES).bind([event.id]).bind([quantity]).execute(&mut *conn).await?;
        if taken.rows_affected() == 0 {
            return Err(Conflict::SoldOut { available_count: event.available_capacity }.into());
        }
    }
    let priced: Vec<Priced<'_>> = imports.iter().map(|import| price(import, event, &seats, making.price)).collect();
    insert_bookings(conn, event, &priced, making.key).await?;
    // Each booking's history begins with its hold, as every booking's does.
    insert_histories(conn, &priced, (BookingAction::Held, None), making.actor_id).await?;
    insert_seat_bookings(conn, event.id, &priced, (&seats, making.price)).await?;
    if let Some(code_id) = making.code_id {
        for booking in &priced {
            let owner = (booking.import.user_id, making.actor_id);
            discount_new(conn, (booking.id, owner), (code_id, event.currency), now).await?;
        }
    }
    insert_histories(conn, &priced, (BookingAction::Confirmed, Some(BookingStatus::Held)), making.actor_id).await?;
    let given: Vec<(SeatId, BookingId)> =
        priced.iter().flat_map(|booking| booking.import.seat_ids.iter().map(|id| (*id, booking.id))).collect();
    seats::store::give_booked(conn, &given, now).await?;
    Ok(priced.into_iter().map(|booking| booking.id).collect())
}

async fn lock_free_seats(
    conn: &mut PgConnection,
    event_id: EventId,
    imports: &[ImportedBooking],
) -> Result<HashMap<SeatId, LockedSeat>> {
    let seat_ids: Vec<SeatId> = imports.iter().flat_map(|import| import.seat_ids.iter().copied()).collect();
    sqlx::raw_sql(sqlx::AssertSqlSafe(seats::store::lock_seats(&seat_ids))).execute(&mut *conn).await?;
    let seats = seats::store::list_locked(conn, &seat_ids).await?;
    if seats.len() != seat_ids.len() || seats.iter().any(|seat| seat.event_id != event_id) {
        return Err(Error::invalid("seat_ids", Problem::Unknown).into());
    }
    let taken: Vec<SeatId> =
        seats.iter().filter(|seat| seat.status != SeatStatus::Available).map(|seat| seat.id).collect();
    if !taken.is_empty() {
        return Err(Conflict::SeatsTaken { seat_ids: taken }.into());
    }
    Ok(seats.into_iter().map(|seat| (seat.id, seat)).collect())
}

fn price<'a>(
    import: &'a ImportedBooking,
    event: &EventRow,
    seats: &HashMap<SeatId, LockedSeat>,
    price: Price,
) -> Priced<'a> {
    let its_seats: Vec<&LockedSeat> = import.seat_ids.iter().filter_map(|id| seats.get(id)).collect();
    let id = BookingId(new_id());
    if its_seats.is_empty() {
        let total_minor = price.of(event.price_minor * i64::from(import.quantity));
        return Priced { id, import, total_minor, places: name_quantity(import.quantity) };
    }
    let total_minor = its_seats.iter().map(|seat| price.of(seat.price_minor)).sum();
    let places = name_seats(its_seats.iter().map(|s| (s.section.as_str(), s.row.as_str(), s.number.as_str())));
    Priced { id, import, total_minor, places }
}

async fn insert_bookings(
    conn: &mut PgConnection,
    event: &EventRow,
    priced: &[Priced<'_>],
    key: Option<&str>,
) -> Result<()> {
    sqlx::query(
        "insert into bookings (id, reference, user_id, event_id, quantity, currency, total_amount_minor, status,
             expires_at, hold_key, created_at, updated_at, confirmed_at)
         select id, reference, user_id, $1, quantity, $2, total, $3, created_at + make_interval(secs => $4), $11, created_at,
             created_at, created_at
         from unnest($5::uuid[], $6::text[], $7::uuid[], $8::int[], $9::bigint[], $10::timestamptz[])
             as given (id, reference, user_id, quantity, total, created_at)",
    )
    .bind(event.id)
    .bind(event.currency.code())
    .bind(BookingStatus::Confirmed)
    .bind(f64::from(event.hold_length_s))
    .bind(priced.iter().map(|booking| booking.id).collect::<Vec<_>>())
    .bind(priced.iter().map(|_| new_reference()).collect::<Vec<_>>())
    .bind(priced.iter().map(|booking| booking.import.user_id).collect::<Vec<_>>())
    .bind(priced.iter().map(|booking| booking.import.quantity).collect::<Vec<_>>())
    .bind(priced.iter().map(|booking| booking.total_minor).collect::<Vec<_>>())
    .bind(priced.iter().map(|booking| booking.import.created_at).collect::<Vec<_>>())
    .bind(key)
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_histories(
    conn: &mut PgConnection,
    priced: &[Priced<'_>],
    (action, before): (BookingAction, Option<BookingStatus>),
    actor_id: Option<UserId>,
) -> Result<()> {
    let entry = |booking: &Priced<'_>| Entry {
        booking_id: booking.id,
        action,
        actor_id: actor_id.or(Some(booking.import.user_id)),
        before,
        details: booking.places.clone(),
        created_at: booking.import.created_at,
    };
    write_history(conn, &priced.iter().map(entry).collect::<Vec<_>>()).await
}

async fn insert_seat_bookings(
    conn: &mut PgConnection,
    event_id: EventId,
    priced: &[Priced<'_>],
    (seats, price): (&HashMap<SeatId, LockedSeat>, Price),
) -> Result<()> {
    let rows: Vec<(BookingId, &LockedSeat, DateTime<Utc>)> = priced
        .iter()
        .flat_map(|booking| {
            let its_seats = booking.import.seat_ids.iter().filter_map(|id| seats.get(id));
            its_seats.map(|seat| (booking.id, seat, booking.import.created_at))
        })
        .collect();
    sqlx::query(
        "insert into seat_bookings (id, event_id, booking_id, seat_id, price_minor, created_at)
         select id, $6, booking_id, seat_id, price_minor, created_at
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::timestamptz[])
             as given (id, booking_id, seat_id, price_minor, created_at)",
    )
    .bind(rows.iter().map(|_| new_id()).collect::<Vec<_>>())
    .bind(rows.iter().map(|(booking_id, _, _)| *booking_id).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, seat, _)| seat.id).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, seat, _)| price.of(seat.price_minor)).collect::<Vec<_>>())
    .bind(rows.iter().map(|(_, _, created_at)| *created_at).collect::<Vec<_>>())
    .bind(event_id)
    .execute(conn)
    .await?;
    Ok(())
}
