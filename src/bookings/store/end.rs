//! Ending bookings: expired by time, released, cancelled. One way for all three, set-based.

use super::{Entry, LOCKED, LockedBooking, name_places, offer::feed_lines, write_history};
use crate::{
    bookings::model::BookingAction,
    events,
    id::{BookingId, EventId, SeatId, UserId},
    seats,
    server::{Failure, Result, state::AppState},
    waitlist::{self, model::EntryStatus},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashSet;

/// Lapsed holds expired in one transaction.
pub(super) const LAPSED_MAX: i64 = 200;

/// Holds and offers that nobody has settled yet, of all events.
pub async fn count_holds(state: &AppState) -> Result<i64> {
    let held = sqlx::query_scalar("select count(*) from bookings where status = 'held'");
    Ok(held.fetch_one(state.db.pool()).await?)
}

/// Expires every lapsed hold, and answers how many. Tidiness only: a hold's places can be taken once it has lapsed.
/// Safe to run twice and in many processes at once.
///
/// One event a transaction, and no patience: a sweeper that waits for one event's locks would keep buyers waiting.
pub async fn sweep(state: &AppState) -> Result<u64> {
    let now = state.clock.now_in(&mut *state.db.pool().acquire().await?).await?;
    let events: Vec<EventId> =
        sqlx::query_scalar("select distinct event_id from bookings where status = 'held' and expires_at <= $1")
            .bind(now)
            .fetch_all(state.db.pool())
            .await?;
    let mut swept = 0;
    for event_id in events {
        match sweep_event(state, event_id).await {
            Ok(count) => swept += count,
            // Someone is at this event: the next round comes in a second.
            Err(Failure::Passing(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(swept)
}

/// Expires a batch of lapsed holds of an event, and answers how many.
pub(super) async fn sweep_event(state: &AppState, event_id: EventId) -> Result<u64> {
    let mut tx = state.db.begin().await?;
    sqlx::query("set local lock_timeout = '250ms'").execute(&mut *tx).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let lapsed = lock_lapsed(&mut tx, event_id, now).await?;
    end_bookings(&mut tx, &lapsed, Ending::by_time(now)).await?;
    tx.commit().await?;
    Ok(lapsed.len() as u64)
}

/// Ends a batch of the holds of an event that have lapsed, unless somebody is at one of them: before staff pick places of a standing
/// section, so that what goes to who waits isn't picked.
pub async fn sweep_ahead(state: &AppState, event_id: EventId) -> Result<()> {
    match sweep_event(state, event_id).await {
        Ok(_) | Err(Failure::Passing(_)) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// Locks a batch of the holds of an event that have lapsed, in id order. One that someone else has locked is waited for:
/// it may be free in a moment, and to call it taken would be untrue.
async fn lock_lapsed(conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<Vec<LockedBooking>> {
    let sql = const_format::formatcp!(
        "select {LOCKED} from bookings
         where status = 'held' and expires_at <= $1 and event_id = $2 order by id limit $3 for no key update"
    );
    Ok(sqlx::query_as(sql).bind(now).bind(event_id).bind(LAPSED_MAX).fetch_all(conn).await?)
}

/// How bookings end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ending {
    /// What happens to them.
    pub(super) action: BookingAction,
    /// Who does it; nobody when time does.
    pub(super) actor_id: Option<UserId>,
    /// When.
    pub(super) now: DateTime<Utc>,
}

/// Ends bookings that are locked and may be ended: status, history, and their places free again, for the waitlist first.
pub(super) async fn end_bookings(conn: &mut PgConnection, bookings: &[LockedBooking], ending: Ending) -> Result<()> {
    let lines = lock_lines(conn, bookings).await?;
    ending.end(conn, bookings, &lines).await
}

/// Locks the waitlists of these bookings' events, and answers those that have to be fed with what comes free.
pub(super) async fn lock_lines(conn: &mut PgConnection, bookings: &[LockedBooking]) -> Result<Vec<EventId>> {
    let event_ids: HashSet<EventId> = bookings.iter().map(|booking| booking.event_id).collect();
    if event_ids.is_empty() {
        return Ok(Vec::new());
    }
    waitlist::store::lock_lines(conn, &event_ids.into_iter().collect::<Vec<_>>()).await
}

impl Ending {
    /// By time.
    pub(super) fn by_time(now: DateTime<Utc>) -> Self {
        Self { action: BookingAction::Expired, actor_id: None, now }
    }

    /// Ends them. Assumes that the `lines` to feed are locked, and after them the places where others are locked too.
    pub(super) async fn end(
        self,
        conn: &mut PgConnection,
        bookings: &[LockedBooking],
        lines: &[EventId],
    ) -> Result<()> {
        if bookings.is_empty() {
            return Ok(());
        }
        let places = name_places(conn, bookings).await?;
        let entry = |(booking, details): (&LockedBooking, String)| Entry {
            booking_id: booking.id,
            action: self.action,
            actor_id: self.actor_id,
            before: Some(booking.status),
            details,
            created_at: self.now,
        };
        let entries: Vec<Entry> = bookings.iter().zip(places).map(entry).collect();
        let ids: Vec<BookingId> = bookings.iter().map(|booking| booking.id).collect();
        sqlx::query("update bookings set status = $2, ended_at = $3, updated_at = $3 where id = any($1)")
            .bind(&ids)
            .bind(self.action.leads_to())
            .bind(self.now)
            .execute(&mut *conn)
            .await?;
        write_history(conn, &entries).await?;
        self.close_offers(conn, bookings).await?;
        free_places(conn, bookings, &ids, self.now).await?;
        feed_lines(conn, lines, self.now).await
    }

    /// What ends an offer ends its entry, unless it was accepted before.
    async fn close_offers(self, conn: &mut PgConnection, bookings: &[LockedBooking]) -> Result<()> {
        let offers: Vec<BookingId> =
            bookings.iter().filter(|booking| booking.is_offer).map(|booking| booking.id).collect();
        if offers.is_empty() {
            return Ok(());
        }
        let status = if self.action == BookingAction::Expired { EntryStatus::Lapsed } else { EntryStatus::Left };
        waitlist::store::close_offers(conn, &offers, status, self.now).await
    }
}

/// General admission goes back to the events' rows, before the seats are locked: the order of all locks.
async fn free_places(
    conn: &mut PgConnection,
    bookings: &[LockedBooking],
    ids: &[BookingId],
    now: DateTime<Utc>,
) -> Result<()> {
    let released: Vec<(BookingId, SeatId)> = sqlx::query_as(
        "update seat_bookings set released_at = $2 where booking_id = any($1) and released_at is null
         returning booking_id, seat_id",
    )
    .bind(ids)
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    let general: Vec<(EventId, i32)> = bookings
        .iter()
        .filter(|booking| released.iter().all(|(booking_id, _)| *booking_id != booking.id))
        .map(|booking| (booking.event_id, booking.quantity))
        .collect();
    if !general.is_empty() {
        events::store::add_available(conn, &general).await?;
    }
    if !released.is_empty() {
        let seat_ids: Vec<SeatId> = released.iter().map(|(_, seat_id)| *seat_id).collect();
        seats::store::free_seats(conn, &seat_ids, now).await?;
    }
    Ok(())
}
