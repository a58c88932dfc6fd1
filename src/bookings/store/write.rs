//! Writing new holds, of a batch of buyers or of a line that is offered places.

use super::{new_reference, read::BookingRow};
use crate::{
    bookings::model::{BookingAction, BookingStatus, name_quantity},
    error::Conflict,
    events::store::{EventRow, TAKE_PLACES},
    id::{BookingId, EventId, SeatId, UserId},
    seats::{
        self,
        model::name_seats,
        store::{HeldSeat, LockedSeat},
    },
    server::{Failure, Result, clock::new_id},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::{collections::HashMap, ops::Range};

/// A new hold, whole.
#[derive(Clone, Debug)]
pub(super) struct Hold {
    pub(super) user_id: UserId,
    pub(super) hold_key: Option<String>,
    pub(super) row: BookingRow,
    pub(super) places: Places,
}

/// The places of a booking.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) quantity: i32,
    /// Sorted by id; none for general admission.
    pub(super) seat_ids: Vec<SeatId>,
    /// Of each of these seats, in minor units.
    pub(super) prices: Vec<i64>,
}

impl BookingRow {
    /// A new hold of these places, from and until.
    pub(super) fn held(id: BookingId, event: &EventRow, places: &Places, time: Range<DateTime<Utc>>) -> Self {
        let seats_minor = places.prices.iter().sum();
        let general_minor = event.price_minor * i64::from(places.quantity);
        Self {
            id,
            reference: new_reference(),
            event_id: event.id,
            quantity: places.quantity,
            currency: event.currency,
            total_amount_minor: if places.seat_ids.is_empty() { general_minor } else { seats_minor },
            discount_minor: 0,
            discount_code_id: None,
            status: BookingStatus::Held,
            is_offer: false,
            expires_at: time.end,
            extended_s: 0,
            admitted_count: 0,
            cancel_reason: None,
            created_at: time.start,
            updated_at: time.start,
        }
    }
}

impl Hold {
    /// What the history calls its beginning.
    fn action(&self) -> BookingAction {
        if self.row.is_offer { BookingAction::Offered } else { BookingAction::Held }
    }

    /// The places in words, for the history. `seats` has those of the hold, in the order they are read out.
    fn name_places(&self, seats: &[LockedSeat]) -> String {
        if self.places.seat_ids.is_empty() {
            return name_quantity(self.places.quantity);
        }
        let its = seats.iter().filter(|seat| self.places.seat_ids.binary_search(&seat.id).is_ok());
        name_seats(its.map(|seat| (seat.section.as_str(), seat.row.as_str(), seat.number.as_str())))
    }
}

/// Takes the places and writes the holds, their seats and their history. Assumes the transaction in which the places were
/// locked and found free; `seats` names the seats, in the order they are read out.
///
/// Errors: `SeatsTaken` for a lone hold if the database knows better.
pub(super) async fn write_holds(
    conn: &mut PgConnection,
    holds: &[Hold],
    seats: &[LockedSeat],
    now: DateTime<Utc>,
) -> Result<()> {
    if holds.is_empty() {
        return Ok(());
    }
    write_bookings(conn, holds, seats, now).await?;
    let of_hold = |hold: &Hold| -> Vec<HeldSeat> {
        let held = |id: &SeatId| HeldSeat { seat_id: *id, booking_id: hold.row.id, until: hold.row.expires_at };
        hold.places.seat_ids.iter().map(held).collect()
    };
    let held: Vec<HeldSeat> = holds.iter().flat_map(of_hold).collect();
    if !held.is_empty() && seats::store::hold_seats(conn, &held, now).await? != held.len() {
        return Err(anyhow::anyhow!("some of {} locked free seats could not be held", held.len()).into());
    }
    Ok(())
}

/// One statement, because a lone buyer waits for each.
async fn write_bookings(
    conn: &mut PgConnection,
    holds: &[Hold],
    seats: &[LockedSeat],
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = const_format::formatcp!(
        "with taken as ({TAKE_PLACES}), held as (
             insert into bookings (id, reference, user_id, event_id, quantity, currency, total_amount_minor, status,
                                   is_offer, expires_at, hold_key, created_at, updated_at)
             select id, reference, user_id, event_id, quantity, currency, total_amount_minor, 'held',
                    is_offer, expires_at, hold_key, $3, $3
             from unnest($4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::int[], $9::text[], $10::bigint[],
                         $11::bool[], $12::timestamptz[], $13::text[], $14::bool[])
                  as hold (id, reference, user_id, event_id, quantity, currency, total_amount_minor, is_offer, expires_at,
                           hold_key, has_seats)
             where has_seats or event_id in (select taken.id from taken)
             returning id, user_id, event_id, is_offer, quantity, total_amount_minor
         ), seated as (
             insert into seat_bookings (id, event_id, booking_id, seat_id, price_minor, created_at)
             select seat.id, held.event_id, held.id, seat_id, price_minor, $3
             from held join unnest($18::uuid[], $19::uuid[], $20::uuid[], $21::bigint[])
                  as seat (id, booking_id, seat_id, price_minor) on seat.booking_id = held.id
         )
         insert into booking_history (id, booking_id, action, actor_id, status_before, status_after, details, created_at,
                                      quantity, total_amount_minor, previous_hash)
         select entry.id, held.id, action, case when is_offer then null else user_id end, null, 'held', details, $3,
                quantity, total_amount_minor, null
         from held join unnest($4::uuid[], $15::uuid[], $16::booking_action[], $17::text[])
              as entry (booking_id, id, action, details) on entry.booking_id = held.id"
    );
    let (event_ids, quantities): (Vec<EventId>, Vec<i32>) = places_taken(holds).into_iter().unzip();
    let seated = || {
        let of_hold = |hold: &Hold| {
            let (ids, prices) = (hold.places.seat_ids.clone(), hold.places.prices.clone());
            let id = hold.row.id;
            ids.into_iter().zip(prices).map(move |(seat_id, price_minor)| (id, seat_id, price_minor))
        };
        holds.iter().flat_map(of_hold)
    };
    let written = sqlx::query(sql)
        .bind(event_ids)
        .bind(quantities)
        .bind(now)
        .bind(of(holds, |hold| hold.row.id))
        .bind(of(holds, |hold| hold.row.reference.as_str()))
        .bind(of(holds, |hold| hold.user_id))
        .bind(of(holds, |hold| hold.row.event_id))
        .bind(of(holds, |hold| hold.row.quantity))
        .bind(of(holds, |hold| hold.row.currency.code()))
        .bind(of(holds, |hold| hold.row.total_amount_minor))
        .bind(of(holds, |hold| hold.row.is_offer))
        .bind(of(holds, |hold| hold.row.expires_at))
        .bind(of(holds, |hold| hold.hold_key.as_deref()))
        .bind(of(holds, |hold| !hold.places.seat_ids.is_empty()))
        .bind(of(holds, |_| new_id()))
        .bind(of(holds, Hold::action))
        .bind(of(holds, |hold| hold.name_places(seats)))
        .bind(seated().map(|_| new_id()).collect::<Vec<_>>())
        .bind(seated().map(|(booking_id, ..)| booking_id).collect::<Vec<_>>())
        .bind(seated().map(|(_, seat_id, _)| seat_id).collect::<Vec<_>>())
        .bind(seated().map(|(.., price_minor)| price_minor).collect::<Vec<_>>())
        .execute(conn)
        .await
        .map_err(|error| translate(error, holds))?;
    if written.rows_affected() != holds.len() as u64 {
        return Err(anyhow::anyhow!("some of {} holds of locked places could not be written", holds.len()).into());
    }
    Ok(())
}

fn of<'a, T>(holds: &'a [Hold], pick: impl Fn(&'a Hold) -> T) -> Vec<T> {
    holds.iter().map(pick).collect()
}

/// Places of general admission, by event.
fn places_taken(holds: &[Hold]) -> HashMap<EventId, i32> {
    let mut taken = HashMap::new();
    for hold in holds.iter().filter(|hold| hold.places.seat_ids.is_empty()) {
        *taken.entry(hold.row.event_id).or_default() += hold.row.quantity;
    }
    taken
}

/// The database's own last word against a double sale, as the person whom it concerns reads it.
fn translate(error: sqlx::Error, holds: &[Hold]) -> Failure {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    match holds {
        [alone] if constraint == Some("seat_bookings_one_active_per_seat") => {
            Conflict::SeatsTaken { seat_ids: alone.places.seat_ids.clone() }.into()
        }
        _ => error.into(),
    }
}
