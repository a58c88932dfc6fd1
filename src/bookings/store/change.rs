//! Confirming, extending, releasing and cancelling: each locks the booking, looks again, decides, writes.

use super::{
    Entry, LockedBooking,
    end::{Ending, end_bookings},
    enter_event, find_event, list_seat_ids, lock_booking, name_places,
    read::read_booking,
    write_history,
};
use crate::{
    bookings::model::{Booking, BookingAction, EXTENSION_S, Step},
    discounts, events,
    id::{BookingId, EventId, UserId},
    seats,
    server::{Result, finish, retrying, state::AppState},
    users,
    waitlist::{self, model::EntryStatus},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Gives a hold more time.
///
/// Errors: `NotFound`, and those of [`decide_extend`](crate::bookings::model::BookingFacts::decide_extend).
pub async fn extend_hold(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<Booking> {
    change(state, user_id, booking_id, Change::Extend).await
}

/// Gives a hold back; one that is over already is answered as it is.
///
/// Errors: `NotFound`, and those of [`decide_release`](crate::bookings::model::BookingFacts::decide_release).
pub async fn release_hold(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<Booking> {
    change(state, user_id, booking_id, Change::Release).await
}

/// Cancels a booking, or releases a hold; one that is cancelled already is answered again.
///
/// Errors: `NotFound`, and those of [`decide_cancel`](crate::bookings::model::BookingFacts::decide_cancel).
pub async fn cancel_booking(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<Booking> {
    change(state, user_id, booking_id, Change::Cancel).await
}

/// What a person may do with a booking of theirs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Confirm,
    Extend,
    Release,
    Cancel,
}

/// One transaction: the booking is locked, looked at, changed and read. Runs to its end even if the caller goes away.
pub(super) async fn change(
    state: &AppState,
    user_id: UserId,
    booking_id: BookingId,
    change: Change,
) -> Result<Booking> {
    let task = state.clone();
    finish(async move {
        let event_id = retrying(change.name(), || find_event(&task, user_id, booking_id)).await?;
        let _turn = enter_event(&task, event_id).await?;
        match change {
            // Time that was given without an answer would be given twice.
            Change::Extend => change_once(&task, user_id, (event_id, booking_id), change).await,
            _ => retrying(change.name(), || change_once(&task, user_id, (event_id, booking_id), change)).await,
        }
    })
    .await
}

async fn change_once(
    state: &AppState,
    user_id: UserId,
    (event_id, booking_id): (EventId, BookingId),
    change: Change,
) -> Result<Booking> {
    let mut tx = state.db.begin().await?;
    let event = events::store::lock_sale(&mut tx, event_id).await?;
    let booking = lock_booking(&mut tx, user_id, booking_id).await?;
    if change == Change::Confirm {
        users::store::require_active(&mut tx, user_id).await?;
    }
    if let (Some(code_id), Change::Confirm | Change::Extend) = (booking.discount_code_id, change) {
        discounts::store::share_code(&mut tx, code_id).await?;
    }
    let facts = booking.facts(&event);
    let now = state.clock.now_in(&mut tx).await?;
    let ending = |action| Ending { action, actor_id: Some(user_id), now };
    match change {
        Change::Confirm => {
            if facts.decide_confirm(now)? == Step::Do(()) {
                confirm(&mut tx, user_id, &booking, now).await?;
            }
        }
        Change::Extend => extend(&mut tx, user_id, &booking, facts.decide_extend(now)?, now).await?,
        Change::Release => {
            if facts.decide_release(now)? == Step::Do(()) {
                end_bookings(&mut tx, &[booking], ending(BookingAction::Released)).await?;
            }
        }
        Change::Cancel => {
            if let Step::Do(action) = facts.decide_cancel(now)? {
                end_bookings(&mut tx, &[booking], ending(action)).await?;
            }
        }
    }
    // Read before the commit: an answer must not depend on getting a second connection.
    let booking = read_booking(&mut tx, user_id, booking_id, now).await?;
    tx.commit().await?;
    Ok(booking)
}

impl Change {
    /// What the metrics call it.
    fn name(self) -> &'static str {
        match self {
            Self::Confirm => "confirm",
            Self::Extend => "extend",
            Self::Release => "release",
            Self::Cancel => "cancel",
        }
    }
}

async fn confirm(conn: &mut PgConnection, user_id: UserId, booking: &LockedBooking, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("update bookings set status = 'confirmed', confirmed_at = $2, updated_at = $2 where id = $1")
        .bind(booking.id)
        .bind(now)
        .execute(&mut *conn)
        .await?;
    record(conn, user_id, booking, BookingAction::Confirmed, now).await?;
    if booking.is_offer {
        waitlist::store::close_offers(conn, &[booking.id], EntryStatus::Accepted, now).await?;
    }
    let seat_ids = list_seat_ids(conn, &[booking.id]).await?;
    if seat_ids.is_empty() { Ok(()) } else { seats::store::book_seats(conn, &seat_ids, now).await }
}

async fn extend(
    conn: &mut PgConnection,
    user_id: UserId,
    booking: &LockedBooking,
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query("update bookings set expires_at = $2, extended_s = extended_s + $3, updated_at = $4 where id = $1")
        .bind(booking.id)
        .bind(until)
        .bind(EXTENSION_S)
        .bind(now)
        .execute(&mut *conn)
        .await?;
    record(conn, user_id, booking, BookingAction::Extended, now).await?;
    let seat_ids = list_seat_ids(conn, &[booking.id]).await?;
    if seat_ids.is_empty() { Ok(()) } else { seats::store::extend_seats(conn, &seat_ids, until, now).await }
}

async fn record(
    conn: &mut PgConnection,
    user_id: UserId,
    booking: &LockedBooking,
    action: BookingAction,
    now: DateTime<Utc>,
) -> Result<()> {
    let details = name_places(conn, std::slice::from_ref(booking)).await?.concat();
    let before = Some(booking.status);
    let entry = Entry { booking_id: booking.id, action, actor_id: Some(user_id), before, details, created_at: now };
    write_history(conn, &[entry]).await
}
