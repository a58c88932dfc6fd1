//! Joining a waitlist when there are no places, and leaving it.

use super::{change::release_hold, enter_event};
use crate::{
    error::Conflict,
    events::{self, when::with_offset},
    id::{EntryId, UserId},
    seats::{
        self,
        model::{FreeSeat, free_in, most_at_once},
    },
    server::{Result, finish, retrying, state::AppState},
    users,
    waitlist::{
        self,
        model::{Entry, EntryStatus, JoinFacts, decide_join},
        store::JoinRequest,
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Puts a person at the end of an event's line. Joining twice is one entry. Runs to its end even if the caller goes away.
///
/// Errors: `NotFound`, `SignInRequired` for a closed account, `Invalid` for a section that isn't the event's, `SectionNotOpen` where
/// there will be enough once a section opens, and those of [`decide_join`].
pub async fn join_waitlist(state: &AppState, request: JoinRequest) -> Result<Entry> {
    let task = state.clone();
    finish(async move {
        let _turn = enter_event(&task, request.event_id).await?;
        retrying("join", || join(&task, &request)).await
    })
    .await
}

async fn join(state: &AppState, request: &JoinRequest) -> Result<Entry> {
    let mut tx = state.db.begin().await?;
    users::store::require_active(&mut tx, request.user_id).await?;
    waitlist::store::lock_line_alone(&mut tx, request.event_id).await?;
    let open = waitlist::store::find_open_entry(&mut tx, request.user_id, request.event_id).await?;
    let entry_id = match open {
        Some(open) => open,
        None => {
            let now = state.clock.now_in(&mut tx).await?;
            let facts = join_facts(&mut tx, request, now).await?;
            decide_join(&facts, request.quantity, request.together, now)?;
            if facts.has_seat_selection {
                refuse_before_opening(&mut tx, request, now).await?;
            }
            if let Some(section) = &request.section {
                seats::store::require_section(&mut tx, request.event_id, section).await?;
            }
            waitlist::store::insert_entry(&mut tx, request, now).await?
        }
    };
    let entry = waitlist::store::get_entry(&mut tx, request.user_id, entry_id).await?;
    tx.commit().await?;
    Ok(entry)
}

/// What is free for this request, lapsed holds included: those can be booked.
async fn join_facts(conn: &mut PgConnection, request: &JoinRequest, now: DateTime<Utc>) -> Result<JoinFacts> {
    let event = events::store::find_sale(conn, request.event_id).await?;
    let (have, lapsed): (i32, i32) = sqlx::query_as(
        "select coalesce((select sum(quantity) from bookings where user_id = $2 and event_id = $1
                          and status in ('held', 'confirmed') and (status = 'confirmed' or expires_at > $3)), 0)::int,
                coalesce((select sum(quantity) from bookings where event_id = $1 and status = 'held' and expires_at <= $3), 0)::int",
    )
    .bind(request.event_id)
    .bind(request.user_id)
    .bind(now)
    .fetch_one(&mut *conn)
    .await?;
    let free = if event.has_seat_selection {
        let off_sale = seats::store::list_off_sale(conn, request.event_id, now).await?;
        let only = request.section.as_deref();
        let free = seats::store::list_free_outside(conn, request.event_id, Some(now), (&off_sale, only)).await?;
        most_at_once(free_in(&free, only), request.together)
    } else {
        event.available_capacity + lapsed
    };
    Ok(JoinFacts {
        sale: event.sale(),
        has_seat_selection: event.has_seat_selection,
        places_per_person: event.places_per_person,
        have,
        free,
    })
}

/// Nobody gets ahead of those who come when a section goes on sale by waiting for it. Errors: `SectionNotOpen`, if what is free would
/// be enough once one opens.
///
/// The seats are read once, however many sections open one after the other: who frees places waits for the line meanwhile.
async fn refuse_before_opening(conn: &mut PgConnection, request: &JoinRequest, now: DateTime<Utc>) -> Result<()> {
    let windowed = seats::store::list_windowed(conn, request.event_id).await?;
    let off_sale = |at| {
        let closed = windowed.iter().filter(move |section| section.window.off_sale(at).is_some());
        closed.map(|section| section.name.as_str()).collect::<Vec<_>>()
    };
    let section = request.section.as_deref();
    if section.is_some_and(|section| !off_sale(now).contains(&section)) {
        return Ok(());
    }
    let openings = seats::store::list_openings(conn, request.event_id, now).await?;
    if openings.is_empty() {
        return Ok(());
    }
    let free = seats::store::list_free_outside(conn, request.event_id, Some(now), (&[], section)).await?;
    for opens_at in openings {
        let closed = off_sale(opens_at);
        let then: Vec<FreeSeat> = free.iter().filter(|seat| !closed.contains(&&*seat.section)).cloned().collect();
        if most_at_once(free_in(&then, section), request.together) >= request.quantity {
            let event = events::store::find_sale(conn, request.event_id).await?;
            let opens_at = with_offset(opens_at, &event.timezone);
            return Err(Conflict::SectionNotOpen { opens_at, seat_ids: Vec::new() }.into());
        }
    }
    Ok(())
}

/// Takes a person out of the line, or gives back what they were offered: that goes to the next. Doing it twice is fine.
///
/// Errors: `NotFound`, also for someone else's entry.
pub async fn leave_waitlist(state: &AppState, user_id: UserId, entry_id: EntryId) -> Result<Entry> {
    let task = state.clone();
    finish(async move {
        let mut conn = task.db.pool().acquire().await?;
        let now = task.clock.now_in(&mut conn).await?;
        waitlist::store::leave(&mut conn, user_id, entry_id, now).await?;
        let entry = waitlist::store::get_entry(&mut conn, user_id, entry_id).await?;
        let (EntryStatus::Offered, Some(booking_id)) = (entry.status, entry.booking_id) else { return Ok(entry) };
        drop(conn);
        release_hold(&task, user_id, booking_id).await?;
        let mut conn = task.db.pool().acquire().await?;
        waitlist::store::get_entry(&mut conn, user_id, entry_id).await
    })
    .await
}
