//! What becomes of the bookings of an event that is called off: first what it would mean, then a few at a time.

use super::{
    LOCKED, LockedBooking,
    end::{Ending, end_bookings},
};
use crate::{
    bookings::model::{BookingAction, BookingStatus},
    events::{
        self,
        admin::model::{CancelPreview, PlaceCounts},
    },
    id::{BookingId, EventId, UserId},
    job::{Job, Mail, News},
    money::{Currency, Money},
    server::{Result, finish, jobs::enqueue, state::AppState},
    waitlist,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Bookings ended in one transaction, and one job.
const ENDED_MAX: i64 = 200;

/// Ends the next of the bookings of an event that was called off, with a mail to each who had booked, and asks for the rest;
/// after the last, those who wait are sent home. What was ended before isn't any more, so that a job that died half-way, or is
/// done twice, does no harm.
pub async fn end_called_off(
    state: &AppState,
    event_id: EventId,
    by: Option<UserId>,
    after: Option<BookingId>,
) -> Result<()> {
    let task = state.clone();
    let is_last = finish(async move { end_next(&task, event_id, by, after).await }).await?;
    if is_last { close_line(state, event_id).await } else { Ok(()) }
}

async fn end_next(state: &AppState, event_id: EventId, by: Option<UserId>, after: Option<BookingId>) -> Result<bool> {
    let mut tx = state.db.begin().await?;
    if !events::store::find_sale(&mut tx, event_id).await?.is_cancelled() {
        return Ok(false);
    }
    let sql = const_format::formatcp!(
        "select {LOCKED} from bookings where event_id = $1 and ($2 is null or id > $2) and status in ('held', 'confirmed')
         order by id limit $3 for no key update"
    );
    let bookings: Vec<LockedBooking> =
        sqlx::query_as(sql).bind(event_id).bind(after).bind(ENDED_MAX).fetch_all(&mut *tx).await?;
    let now = state.clock.now_in(&mut tx).await?;
    end_bookings(&mut tx, &bookings, Ending { action: BookingAction::CalledOff, actor_id: by, now }).await?;
    let booked = bookings.iter().filter(|booking| booking.status == BookingStatus::Confirmed);
    let mail = |booking: &LockedBooking| Mail::News { booking_id: booking.id, news: News::Cancelled };
    let mut jobs: Vec<Job> = booked.map(mail).map(Job::from).collect();
    let is_last = bookings.len() < ENDED_MAX as usize;
    if !is_last {
        jobs.push(Job::EndBookings { event_id, by, after: bookings.last().map(|booking| booking.id) });
    }
    enqueue(&mut tx, &jobs, now).await?;
    tx.commit().await?;
    Ok(is_last)
}

async fn close_line(state: &AppState, event_id: EventId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    waitlist::store::lock_line_alone(&mut tx, event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    waitlist::store::close_line(&mut tx, event_id, now).await?;
    tx.commit().await?;
    Ok(())
}

/// What calling the event off would end, and what would have to be given back; `holder_count` have tickets without having
/// booked. Changes nothing.
pub async fn preview_cancel(state: &AppState, event_id: EventId, holder_count: i64) -> Result<CancelPreview> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let (booking_count, place_count, people_count, hold_count): (i64, i64, i64, i64) = sqlx::query_as(
        "select count(*) filter (where status = 'confirmed'),
                coalesce(sum(quantity) filter (where status = 'confirmed'), 0),
                count(distinct user_id) filter (where status = 'confirmed'),
                count(*) filter (where status = 'held' and expires_at > $2)
         from bookings where event_id = $1",
    )
    .bind(event_id)
    .bind(now)
    .fetch_one(&mut *conn)
    .await?;
    let back: Vec<(String, i64)> = sqlx::query_as(
        "select currency, sum(total_amount_minor)::bigint from bookings
         where event_id = $1 and status = 'confirmed' and total_amount_minor > 0 group by currency order by currency",
    )
    .bind(event_id)
    .fetch_all(&mut *conn)
    .await?;
    let (waiting_count, _) = waitlist::store::count_waiting(&mut conn, event_id).await?;
    let money = |(code, minor): (String, i64)| Some(Money::new(minor, Currency::try_from(code).ok()?));
    Ok(CancelPreview {
        event_id,
        booking_count,
        place_count,
        people_count,
        holder_count,
        hold_count,
        waiting_count,
        give_back: back.into_iter().filter_map(money).collect(),
    })
}

/// How many places of each of these events are held and booked; those of which none are, are left out.
pub async fn count_places(state: &AppState, event_ids: &[EventId]) -> Result<HashMap<EventId, PlaceCounts>> {
    let now = state.clock.now();
    let rows: Vec<(EventId, i64, i64)> = sqlx::query_as(
        "select event_id, coalesce(sum(quantity) filter (where status = 'held' and expires_at > $2), 0),
                coalesce(sum(quantity) filter (where status = 'confirmed'), 0)
         from bookings where event_id = any($1) and status in ('held', 'confirmed') group by event_id",
    )
    .bind(event_ids)
    .bind(now)
    .fetch_all(state.db.pool())
    .await?;
    let counts = |(event_id, held_count, booked_count)| (event_id, PlaceCounts { held_count, booked_count });
    Ok(rows.into_iter().map(counts).collect())
}

/// The places of an event that somebody has now, lapsed holds not counted, as far as the transaction sees.
pub(super) async fn count_taken(conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<i32> {
    let sql = "select coalesce(sum(quantity), 0)::int from bookings
               where event_id = $1 and (status = 'confirmed' or status = 'held' and expires_at > $2)";
    Ok(sqlx::query_scalar(sql).bind(event_id).bind(now).fetch_one(conn).await?)
}
