//! An account takes over what a guest has booked.

use super::{Entry, LOCKED, LockedBooking, enter_event, settle::lock_limits, write_history};
use crate::{
    bookings::model::{BookingAction, decide_claim},
    events,
    id::{BookingId, EventId, UserId},
    server::{Result, state::AppState},
    waitlist,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;
use tokio::sync::OwnedSemaphorePermit;

/// Whose bookings become whose.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// The guest who booked.
    pub guest_id: UserId,
    /// The account that takes over.
    pub user_id: UserId,
}

/// What is locked for a claim.
#[derive(Debug)]
pub struct ClaimLocks {
    bookings: Vec<LockedBooking>,
    lines: Vec<EventId>,
}

/// Waits for one's turn at each event of which the guest has places, in id order: two who wait for each other's can't
/// be.
pub async fn enter_claim(state: &AppState, claim: Claim) -> Result<Vec<OwnedSemaphorePermit>> {
    let mut event_ids = list_living_events(&mut *state.db.pool().acquire().await?, claim.guest_id).await?;
    event_ids.sort_unstable();
    let mut turns = Vec::with_capacity(event_ids.len());
    for event_id in event_ids {
        turns.push(enter_event(state, event_id).await?);
    }
    Ok(turns)
}

/// Locks, in the order of all locks, what a claim moves: both people's limits of the guest's events and their sales,
/// the guest's bookings, the lines they stand in, the events. Assumes a transaction.
pub async fn lock_claim(conn: &mut PgConnection, claim: Claim) -> Result<ClaimLocks> {
    let event_ids = list_living_events(conn, claim.guest_id).await?;
    if !event_ids.is_empty() {
        let pairs = event_ids.iter().flat_map(|event_id| [(claim.guest_id, *event_id), (claim.user_id, *event_id)]);
        let limits = lock_limits(pairs) + &events::store::share_sales(event_ids.iter().copied());
        sqlx::raw_sql(sqlx::AssertSqlSafe(limits)).execute(&mut *conn).await?;
    }
    let sql = const_format::formatcp!("select {LOCKED} from bookings where user_id = $1 order by id for no key update");
    let bookings = sqlx::query_as(sql).bind(claim.guest_id).fetch_all(&mut *conn).await?;
    let lines = waitlist::store::lock_lines_of(conn, claim.guest_id).await?;
    if !event_ids.is_empty() {
        let events = events::store::lock_events(event_ids);
        sqlx::raw_sql(sqlx::AssertSqlSafe(events)).execute(conn).await?;
    }
    Ok(ClaimLocks { bookings, lines })
}

/// Makes a guest's bookings and entries the account's, each booking with an entry of its history. Answers whether that
/// is all there is: the guest may have begun something before they were locked out, and then nothing must be committed.
///
/// Assumes [`lock_claim`], and after it that the guest can't begin anything. Errors: those of [`decide_claim`], and of
/// [`claim_entries`](waitlist::store::claim_entries).
pub async fn claim_bookings(
    conn: &mut PgConnection,
    claim: Claim,
    locks: &ClaimLocks,
    now: DateTime<Utc>,
) -> Result<bool> {
    let ids: Vec<BookingId> = sqlx::query_scalar("select id from bookings where user_id = $1 order by id")
        .bind(claim.guest_id)
        .fetch_all(&mut *conn)
        .await?;
    let lines = waitlist::store::list_lines_of(conn, claim.guest_id).await?;
    if !locks.bookings.iter().map(|booking| booking.id).eq(ids) || locks.lines != lines {
        return Ok(false);
    }
    check_limits(conn, claim, now).await?;
    waitlist::store::claim_entries(conn, (claim.guest_id, claim.user_id), now).await?;
    // Not `updated_at`: the booking itself stays as it was, and who booked long ago is reminded.
    sqlx::query("update bookings set user_id = $2 where user_id = $1")
        .bind(claim.guest_id)
        .bind(claim.user_id)
        .execute(&mut *conn)
        .await?;
    let entry = |booking: &LockedBooking| Entry {
        booking_id: booking.id,
        action: BookingAction::Claimed,
        actor_id: Some(claim.user_id),
        before: Some(booking.status),
        details: String::new(),
        created_at: now,
    };
    write_history(conn, &locks.bookings.iter().map(entry).collect::<Vec<_>>()).await?;
    Ok(true)
}

/// The events of which a person has places.
async fn list_living_events(conn: &mut PgConnection, user_id: UserId) -> Result<Vec<EventId>> {
    let sql = "select distinct event_id from bookings where user_id = $1 and status in ('held', 'confirmed')";
    Ok(sqlx::query_scalar(sql).bind(user_id).fetch_all(conn).await?)
}

/// Refuses a claim by which the account would have more places of an event to come than one person may.
async fn check_limits(conn: &mut PgConnection, claim: Claim, now: DateTime<Utc>) -> Result<()> {
    let counts: Vec<(EventId, i32, i32)> = sqlx::query_as(
        "select event_id, coalesce(sum(quantity) filter (where user_id = $2), 0)::int,
                (sum(quantity) filter (where user_id = $1))::int
         from bookings
         where user_id in ($1, $2) and (status = 'confirmed' or status = 'held' and expires_at > $3)
         group by event_id having bool_or(user_id = $1)",
    )
    .bind(claim.guest_id)
    .bind(claim.user_id)
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    let counts: HashMap<EventId, (i32, i32)> = counts.into_iter().map(|(id, have, more)| (id, (have, more))).collect();
    let event_ids: Vec<EventId> = counts.keys().copied().collect();
    for event in events::store::list_events_by_id(conn, &event_ids).await? {
        let (have, more) = counts[&event.id];
        if event.event_date > now && !event.is_cancelled() {
            decide_claim(event.places_per_person, have, more)?;
        }
    }
    Ok(())
}
