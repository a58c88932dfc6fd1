//! Bookings made durable: one file a verb.

mod admitted;
mod batch;
mod by_staff;
mod call_off;
mod change;
mod claim;
mod confirm;
mod discount;
mod end;
mod export;
mod file;
mod hold;
mod import;
mod manage;
mod of_person;
mod offer;
mod read;
mod redraw;
mod seal;
mod search;
mod seats_by_staff;
mod sell;
mod settle;
mod simulate;
mod transitions;
mod wait;
mod write;

pub use admitted::count_admitted;
pub use by_staff::{cancel_for_person, find_event_of, resend_mail};
pub use call_off::{count_places, end_called_off, preview_cancel};
pub use change::{cancel_booking, extend_hold, release_hold};
pub use claim::{Claim, ClaimLocks, claim_bookings, enter_claim, lock_claim};
pub use confirm::{ConfirmRequest, confirm_booking};
pub use discount::{CodeRequest, apply_code, remove_code};
pub use end::{count_holds, sweep, sweep_ahead};
pub use export::{ExportedBooking, list_exported};
pub use file::get_file;
pub use hold::{HoldQueue, HoldRequest, hold_places};
pub use import::{ImportedBooking, import_bookings};
pub use manage::{Edit, unpublish_event, update_event};
pub use of_person::{KeptBooking, export_bookings, is_involved, list_open, resend_mails};
pub use offer::feed_waitlists;
pub use read::{OfPerson, find_booking, get_booking, get_history, get_owned, list_bookings, list_owned};
pub use redraw::{Drawing, draw_map, get_drawing};
pub use seal::seal_history;
pub use search::search_bookings;
pub use seats_by_staff::{MoveRequest, Pricing, SeatsRequest, Swap, block_seats, move_seats, unblock_seats};
pub use sell::{SellRequest, sell};
pub use simulate::simulate_offers;
pub use transitions::{Transition, find_settled, list_attending, list_ending, list_transitions};
pub use wait::{join_waitlist, leave_waitlist};

use super::model::{BookingAction, BookingFacts, BookingStatus, name_quantity};
use crate::{
    error::Error,
    events::store::EventRow,
    id::{BookingId, CodeId, EventId, SeatId, UserId},
    seats::{self, model::name_seats},
    server::{Result, clock::new_id, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;
use tokio::sync::OwnedSemaphorePermit;

/// The columns of a [`LockedBooking`].
const LOCKED: &str =
    "id, event_id, quantity, status, is_offer, expires_at, created_at, extended_s, admitted_count, discount_code_id";

/// A booking whose row is locked.
#[derive(Clone, Debug, sqlx::FromRow)]
struct LockedBooking {
    id: BookingId,
    event_id: EventId,
    quantity: i32,
    status: BookingStatus,
    is_offer: bool,
    expires_at: DateTime<Utc>,
    created_at: DateTime<Utc>,
    extended_s: i32,
    admitted_count: i32,
    discount_code_id: Option<CodeId>,
}

/// Waits for one's turn at an event: changes of its bookings and its line wait for its locks with a connection each, and
/// more than a few of them would leave none for other events. Source: stack.md, fact 15: four to eight at a row.
pub async fn enter_event(state: &AppState, event_id: EventId) -> Result<OwnedSemaphorePermit> {
    const AT_ONE_EVENT: usize = 6;
    state.gates.enter(event_id.0, AT_ONE_EVENT).await
}

/// The event of a person's booking. Errors: `NotFound`, also for someone else's.
async fn find_event(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<EventId> {
    let sql = "select event_id from bookings where id = $1 and user_id = $2";
    let event_id = sqlx::query_scalar(sql).bind(booking_id).bind(user_id).fetch_optional(state.db.pool()).await?;
    event_id.ok_or_else(|| Error::NotFound.into())
}

/// Locks a person's booking. Errors: `NotFound`, also for someone else's.
async fn lock_booking(conn: &mut PgConnection, user_id: UserId, booking_id: BookingId) -> Result<LockedBooking> {
    let sql = const_format::formatcp!("select {LOCKED} from bookings where id = $1 and user_id = $2 for no key update");
    let booking: Option<LockedBooking> =
        sqlx::query_as(sql).bind(booking_id).bind(user_id).fetch_optional(conn).await?;
    booking.ok_or_else(|| Error::NotFound.into())
}

impl LockedBooking {
    /// With its event's, the facts that decide what may become of it.
    fn facts(&self, event: &EventRow) -> BookingFacts {
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
}

/// What the history says of a transition.
struct Entry {
    booking_id: BookingId,
    action: BookingAction,
    actor_id: Option<UserId>,
    before: Option<BookingStatus>,
    details: String,
    created_at: DateTime<Utc>,
}

/// In a statement that writes an entry of the booking `entry.booking_id`: the hash of its entry before. Assumes that the
/// booking is locked, or new.
const PREVIOUS_HASH: &str = "(select booking_history_hash(before) from booking_history before \
    where before.booking_id = entry.booking_id order by before.number desc limit 1)";

async fn write_history(conn: &mut PgConnection, entries: &[Entry]) -> Result<()> {
    let sql = const_format::formatcp!(
        "insert into booking_history (id, booking_id, action, actor_id, status_before, status_after, details, created_at,
                                      quantity, total_amount_minor, discount_minor, previous_hash)
         select entry.*, quantity, total_amount_minor, discount_minor, {PREVIOUS_HASH}
         from unnest($1::uuid[], $2::uuid[], $3::booking_action[], $4::uuid[], $5::booking_status[],
                     $6::booking_status[], $7::text[], $8::timestamptz[])
              as entry (id, booking_id, action, actor_id, status_before, status_after, details, created_at)
         join bookings on bookings.id = entry.booking_id"
    );
    let written = sqlx::query(sql)
        .bind(entries.iter().map(|_| new_id()).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.booking_id).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.action).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.actor_id).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.before).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.action.leads_to().or(entry.before)).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.details.as_str()).collect::<Vec<_>>())
        .bind(entries.iter().map(|entry| entry.created_at).collect::<Vec<_>>())
        .execute(conn)
        .await?;
    if written.rows_affected() != entries.len() as u64 {
        return Err(anyhow::anyhow!(
            "{} of {} entries of the history were written",
            written.rows_affected(),
            entries.len()
        )
        .into());
    }
    Ok(())
}

/// Locks a confirmed booking against being moved or cancelled until the transaction ends, and answers it as it is then: its
/// places are those it has. Errors: `NotFound`.
pub async fn keep_places(conn: &mut PgConnection, booking_id: BookingId, now: DateTime<Utc>) -> Result<OfPerson> {
    sqlx::query("select from bookings where id = $1 for share").bind(booking_id).execute(&mut *conn).await?;
    get_owned(conn, booking_id, now).await
}

/// The seats that these bookings have now.
async fn list_seat_ids(conn: &mut PgConnection, booking_ids: &[BookingId]) -> Result<Vec<SeatId>> {
    let sql = "select seat_id from seat_bookings where booking_id = any($1) and released_at is null";
    Ok(sqlx::query_scalar(sql).bind(booking_ids).fetch_all(conn).await?)
}

/// The places of these bookings in words, for the history, in the same order: two queries however many bookings.
async fn name_places(conn: &mut PgConnection, bookings: &[LockedBooking]) -> Result<Vec<String>> {
    let ids: Vec<BookingId> = bookings.iter().map(|booking| booking.id).collect();
    let active: Vec<(SeatId, BookingId)> = sqlx::query_as(
        "select seat_id, booking_id from seat_bookings where booking_id = any($1) and released_at is null",
    )
    .bind(ids)
    .fetch_all(&mut *conn)
    .await?;
    let owners: HashMap<SeatId, BookingId> = active.into_iter().collect();
    let seat_ids: Vec<SeatId> = owners.keys().copied().collect();
    let names = if seat_ids.is_empty() { Vec::new() } else { seats::store::list_seat_names(conn, &seat_ids).await? };
    let name = |booking: &LockedBooking| {
        let its = names.iter().filter(|seat| owners.get(&seat.id) == Some(&booking.id));
        let words = name_seats(its.map(|seat| (seat.section.as_str(), seat.row.as_str(), seat.number.as_str())));
        if words.is_empty() { name_quantity(booking.quantity) } else { words }
    };
    Ok(bookings.iter().map(name).collect())
}

/// A new reference: eight letters and digits that are not mistaken for each other (Crockford's base 32), from the last 40
/// bits of a UUID version 7, most of them random. The unique index catches one that repeats.
fn new_reference() -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let bits = new_id().as_u128();
    (0..8).map(|i| char::from(ALPHABET[(bits >> (5 * i)) as usize & 31])).collect()
}
