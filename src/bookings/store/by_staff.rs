//! What staff do to one booking: cancel it, tell it once more. Who may is asked before, at the door.

use super::{
    LOCKED, LockedBooking,
    end::{Ending, end_bookings},
    enter_event,
    read::get_owned,
};
use crate::{
    bookings::model::{Booking, BookingStatus, Step},
    error::{Conflict, Error},
    events,
    id::{BookingId, EventId},
    job::Mail,
    server::{Result, finish, jobs::enqueue, retrying, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use serde_json::json;
use sqlx::PgConnection;

/// The event of anybody's booking, if there is such a booking.
pub async fn find_event_of(state: &AppState, booking_id: BookingId) -> Result<Option<EventId>> {
    let sql = "select event_id from bookings where id = $1";
    Ok(sqlx::query_scalar(sql).bind(booking_id).fetch_optional(state.db.pool()).await?)
}

/// Cancels anybody's booking for this reason, or gives their hold back; one that is cancelled already is answered again. Runs
/// to its end even if the caller goes away.
///
/// Errors: `NotFound`, and those of [`decide_cancel_by_staff`](crate::bookings::model::BookingFacts::decide_cancel_by_staff).
pub async fn cancel_for_person(
    state: &AppState,
    actor: Actor,
    booking_id: BookingId,
    reason: String,
) -> Result<Booking> {
    let task = state.clone();
    finish(async move {
        let event_id = find_event_of(&task, booking_id).await?.ok_or(Error::NotFound)?;
        let _turn = enter_event(&task, event_id).await?;
        retrying("cancel", || cancel_once(&task, &actor, (event_id, booking_id), &reason)).await
    })
    .await
}

async fn cancel_once(
    state: &AppState,
    actor: &Actor,
    (event_id, booking_id): (EventId, BookingId),
    reason: &str,
) -> Result<Booking> {
    let mut tx = state.db.begin().await?;
    let event = events::store::lock_sale(&mut tx, event_id).await?;
    let booking = lock_any(&mut tx, booking_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    if let Step::Do(action) = booking.facts(&event).decide_cancel_by_staff(now)? {
        let (before, after) = (booking.status, action.leads_to());
        end_bookings(&mut tx, &[booking], Ending { action, actor_id: Some(actor.user_id), now }).await?;
        note_reason(&mut tx, booking_id, reason).await?;
        let deed = Deed {
            action: "booking_cancelled",
            event_id: Some(event_id),
            subject_id: Some(booking_id.0),
            before: json!({"status": before}),
            after: json!({"status": after, "reason": reason}),
        };
        record(&mut tx, actor, deed, now).await?;
    }
    let booking = get_owned(&mut tx, booking_id, now).await?.booking;
    tx.commit().await?;
    Ok(booking)
}

/// Locks a booking, whoever's it is. Errors: `NotFound`.
async fn lock_any(conn: &mut PgConnection, booking_id: BookingId) -> Result<LockedBooking> {
    let sql = const_format::formatcp!("select {LOCKED} from bookings where id = $1 for no key update");
    let booking: Option<LockedBooking> = sqlx::query_as(sql).bind(booking_id).fetch_optional(conn).await?;
    booking.ok_or_else(|| Error::NotFound.into())
}

async fn note_reason(conn: &mut PgConnection, booking_id: BookingId, reason: &str) -> Result<()> {
    let sql = "update bookings set cancel_reason = $2 where id = $1";
    sqlx::query(sql).bind(booking_id).bind(reason).execute(conn).await?;
    Ok(())
}

/// Asks for the mail about a booking once more, with its tickets. Asking twice within a minute is asking once.
///
/// Errors: `NotFound`; `EventCancelled`; `WrongState` unless it is confirmed.
pub async fn resend_mail(state: &AppState, actor: &Actor, booking_id: BookingId) -> Result<Booking> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let booking = get_owned(&mut tx, booking_id, now).await?.booking;
    if booking.status != BookingStatus::Confirmed {
        return Err(Conflict::WrongState { booking_id }.into());
    }
    if booking.event.availability == events::model::Availability::Cancelled {
        return Err(Conflict::EventCancelled.into());
    }
    let mail = Mail::ConfirmationAgain { booking_id, asked: now.timestamp() / 60 };
    enqueue(&mut tx, &[mail.into()], now).await?;
    let deed = Deed {
        action: "mail_resent",
        event_id: Some(booking.event_id),
        subject_id: Some(booking_id.0),
        before: json!({}),
        after: json!({"mail": "confirmation"}),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(booking)
}
