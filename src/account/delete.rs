//! Leaving: everything a person holds goes back first, then the person goes from every table.

use super::model::Leaving;
use crate::{
    bookings,
    error::Error,
    id::{BookingId, UserId},
    notifications,
    server::{Failure, Result, form_drafts, idempotency_store, retrying, state::AppState},
    staff, tickets, users, waitlist,
};
use sqlx::PgConnection;

/// Times it is looked again for what the person began meanwhile. One is enough unless they book while they leave.
const ROUNDS: usize = 3;

/// What the person would give up at this moment.
pub(super) async fn preview_delete(state: &AppState, user_id: UserId) -> Result<Leaving> {
    let mut conn = state.db.pool().acquire().await?;
    let open = find_open(state, &mut conn, user_id).await?;
    let booking_ids: Vec<BookingId> = open.bookings.iter().map(|booking| booking.id).collect();
    let now = state.clock.now_in(&mut conn).await?;
    Ok(Leaving {
        passed_on_count: tickets::store::count_passed_on(&mut conn, &booking_ids).await?,
        received_count: tickets::store::count_received(&mut conn, user_id, now).await?,
        ..open
    })
}

/// Deletes the account of a person who knows its password, or a guest. Can be cut off anywhere and done again: what was
/// given back by then stays so, and the person is there until the last step. One that is gone is answered as gone.
/// Answers whether it was a guest.
///
/// Errors: `Invalid` on `password`; `Unavailable` when the person goes on booking.
pub(super) async fn delete(state: &AppState, user_id: UserId, password: String) -> Result<bool> {
    let is_guest = users::store::find_user(state, user_id).await?.is_some_and(|user| user.is_guest);
    users::store::check_leaving(state, user_id, password).await?;
    for _ in 0..ROUNDS {
        give_up(state, user_id).await?;
        if retrying("leave", || remove(state, user_id)).await? {
            return Ok(is_guest);
        }
    }
    Err(Error::Unavailable { retry_after_s: 1 }.into())
}

/// What is still open, without the tickets.
async fn find_open(state: &AppState, conn: &mut PgConnection, user_id: UserId) -> Result<Leaving> {
    let now = state.clock.now_in(conn).await?;
    let bookings = bookings::store::list_open(conn, user_id, now).await?;
    let entries = waitlist::store::list_waiting_of(conn, user_id).await?;
    Ok(Leaving { bookings, entries, passed_on_count: 0, received_count: 0 })
}

/// Lines first: places given back are not to be offered to who gives them.
async fn give_up(state: &AppState, user_id: UserId) -> Result<()> {
    let open = preview_delete(state, user_id).await?;
    for entry in open.entries {
        settled(bookings::store::leave_waitlist(state, user_id, entry.id).await)?;
    }
    for booking in open.bookings {
        settled(bookings::store::cancel_booking(state, user_id, booking.id).await)?;
    }
    Ok(())
}

/// A refusal says that time settled it otherwise: the hold lapsed, the event began.
fn settled<T>(done: Result<T>) -> Result<()> {
    match done {
        Ok(_) | Err(Failure::Refused(Error::Conflict(_))) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// Takes the person out of every table in one transaction, unless they have begun something since. Answers whether they are
/// gone.
pub(super) async fn remove(state: &AppState, user_id: UserId) -> Result<bool> {
    let mut tx = state.db.begin().await?;
    tickets::store::lock_held(&mut tx, user_id).await?;
    if !users::store::lock_leaving(&mut tx, user_id).await? {
        return Ok(true);
    }
    if !find_open(state, &mut tx, user_id).await?.is_empty() {
        return Ok(false);
    }
    let now = state.clock.now_in(&mut tx).await?;
    tickets::store::return_held(&mut tx, user_id, now).await?;
    // Before the account: it knows their address.
    tickets::store::forget_person(&mut tx, user_id, now).await?;
    let contact = users::store::list_contacts(&mut tx, &[user_id]).await?.pop();
    let email = contact.map(|contact| contact.email).unwrap_or_default();
    staff::store::forget_invitations(&mut tx, user_id, &email).await?;
    staff::store::remove_person(&mut tx, user_id).await?;
    users::store::remove_person(&mut tx, user_id, now).await?;
    notifications::store::forget_all_of(&mut tx, user_id).await?;
    idempotency_store::remove_of_user(&mut tx, user_id).await?;
    form_drafts::remove_of_user(&mut tx, user_id).await?;
    let ended = state.sessions.delete_of_user(&mut tx, user_id, None).await?;
    tx.commit().await?;
    state.sessions.forget(ended).await;
    Ok(true)
}
