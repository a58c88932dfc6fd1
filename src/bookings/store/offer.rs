//! Offering what comes free to the waitlist, in the order of the line.

use super::{
    read::BookingRow,
    write::{Hold, Places, write_holds},
};
use crate::{
    events::{self, store::EventRow},
    id::{BookingId, EntryId, EventId, SeatId, UserId},
    seats::{
        self,
        model::{FreeSeat, free_in, most_at_once, pick_seats},
        store::LockedSeat,
    },
    server::{Failure, Result, clock::new_id, state::AppState},
    waitlist::{
        self,
        model::{may_have_more, offer_ends_at},
        store::{Free, WaitingEntry},
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// Offers what is free to whoever waits, in all events, and answers how many events it looked at: for what came free
/// without anybody there to feed the line, such as a seat that was locked at that moment. Safe to run twice and in many
/// processes at once.
pub async fn feed_waitlists(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let event_ids = waitlist::store::list_waited_for(&mut conn, now).await?;
    drop(conn);
    let mut fed = 0;
    for event_id in event_ids {
        match feed_alone(state, event_id).await {
            Ok(()) => fed += 1,
            // Someone is at this event: the next round comes soon.
            Err(Failure::Passing(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(fed)
}

async fn feed_alone(state: &AppState, event_id: EventId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    sqlx::query("set local lock_timeout = '100ms'").execute(&mut *tx).await?;
    let lines = waitlist::store::lock_lines(&mut tx, &[event_id]).await?;
    lock_event(&mut tx, event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    feed_lines(&mut tx, &lines, now).await?;
    tx.commit().await?;
    Ok(())
}

async fn lock_event(conn: &mut PgConnection, event_id: EventId) -> Result<()> {
    sqlx::raw_sql(sqlx::AssertSqlSafe(events::store::lock_events([event_id]))).execute(conn).await?;
    Ok(())
}

/// Offers what is free of these events, and on sale, to those who wait, first come first served: an entry is passed over only by
/// offers it couldn't use. Assumes the lines' locks, and for general admission the events' rows.
pub(super) async fn feed_lines(conn: &mut PgConnection, lines: &[EventId], now: DateTime<Utc>) -> Result<()> {
    for event in events::store::list_events_by_id(conn, lines).await? {
        if event.sale().decide_on_sale(now).is_ok() {
            Feeding::new(conn, event, now).await?.feed(conn).await?;
        }
    }
    Ok(())
}

/// What is being offered of one event.
struct Feeding {
    event: EventRow,
    now: DateTime<Utc>,
    /// Places left, of either kind.
    left: i32,
    /// The seats among them, where it has seats.
    free: Vec<FreeSeat>,
    locked: Vec<LockedSeat>,
    offers: Vec<(EntryId, Hold)>,
}

impl Feeding {
    async fn new(conn: &mut PgConnection, event: EventRow, now: DateTime<Utc>) -> Result<Self> {
        let free = match event.has_seat_selection {
            true => seats::store::list_free(conn, event.id, None, now).await?,
            false => Vec::new(),
        };
        let left = if event.has_seat_selection { free.len() as i32 } else { event.available_capacity };
        Ok(Self { event, now, left, free, locked: Vec::new(), offers: Vec::new() })
    }

    async fn feed(mut self, conn: &mut PgConnection) -> Result<()> {
        let mut after = "0".to_owned();
        while self.left > 0 {
            let entries = waitlist::store::list_waiting(conn, self.event.id, &after, self.what_is_free()).await?;
            let Some(last) = entries.last() else { break };
            after.clone_from(&last.turn);
            let people: Vec<UserId> = entries.iter().map(|entry| entry.user_id).collect();
            let have = count_places(conn, self.event.id, &people).await?;
            for entry in entries {
                let have = have.get(&entry.user_id).copied().unwrap_or_default();
                // Who has booked elsewhere meanwhile keeps their place in line, as others have to.
                if may_have_more(have, entry.requested_quantity, self.event.places_per_person) {
                    self.offer(conn, &entry).await?;
                }
            }
        }
        let (entries, holds): (Vec<EntryId>, Vec<Hold>) = self.offers.into_iter().unzip();
        write_holds(conn, &holds, &self.locked, self.now).await?;
        let offered: Vec<(EntryId, BookingId)> =
            entries.into_iter().zip(holds.iter().map(|hold| hold.row.id)).collect();
        if offered.is_empty() { Ok(()) } else { waitlist::store::offer(conn, &offered, self.now).await }
    }

    fn what_is_free(&self) -> Free {
        let together = if self.event.has_seat_selection { most_at_once(&self.free, true) } else { self.left };
        let mut sections: Vec<String> = self.free.iter().map(|seat| seat.section.clone()).collect();
        sections.dedup();
        Free { count: self.left, together, sections }
    }

    async fn offer(&mut self, conn: &mut PgConnection, entry: &WaitingEntry) -> Result<()> {
        let quantity = entry.requested_quantity;
        let places = if self.event.has_seat_selection {
            let seats = self.take_seats(conn, entry).await?;
            let (seat_ids, prices) = seats.into_iter().unzip();
            Places { quantity, seat_ids, prices }
        } else {
            Places { quantity, seat_ids: Vec::new(), prices: Vec::new() }
        };
        if quantity > self.left || self.event.has_seat_selection && places.seat_ids.is_empty() {
            return Ok(());
        }
        self.left -= quantity;
        let event = &self.event;
        let until = offer_ends_at(self.now, &event.sale(), event.offer_length_s, event.hold_length_s);
        let row = BookingRow::held(BookingId(new_id()), event, &places, self.now..until);
        let row = BookingRow { is_offer: true, ..row };
        self.offers.push((entry.id, Hold { user_id: entry.user_id, hold_key: None, row, places }));
        Ok(())
    }

    /// Locks seats for this entry and answers them with their prices, sorted by id; none if there aren't any for it. A seat
    /// that somebody else has locked is somebody else's.
    async fn take_seats(&mut self, conn: &mut PgConnection, entry: &WaitingEntry) -> Result<Vec<(SeatId, i64)>> {
        let section = entry.section.as_deref();
        while let Some(picked) = pick_seats(free_in(&self.free, section), entry.requested_quantity, entry.together) {
            if !self.is_within_limit(conn, entry).await? {
                return Ok(Vec::new());
            }
            let locked = seats::store::try_lock_free(conn, &picked).await?;
            let is_ours = |id: &SeatId| locked.iter().any(|seat| seat.id == *id);
            let all_ours = picked.iter().all(is_ours);
            self.free.retain(|seat| !picked.contains(&seat.id) || !all_ours && is_ours(&seat.id));
            if all_ours {
                let mut seats: Vec<(SeatId, i64)> = locked.iter().map(|seat| (seat.id, seat.price_minor)).collect();
                seats.sort_unstable();
                self.locked.extend(locked);
                return Ok(seats);
            }
        }
        Ok(Vec::new())
    }
}

impl Feeding {
    /// Whether the person may have so many places more, looked at with their limit's lock held: they may just have held some
    /// seats. Not where somebody else has the lock.
    async fn is_within_limit(&self, conn: &mut PgConnection, entry: &WaitingEntry) -> Result<bool> {
        if !try_lock_person(conn, entry.user_id, self.event.id).await? {
            return Ok(false);
        }
        let have = count_places(conn, self.event.id, &[entry.user_id]).await?;
        let have = have.get(&entry.user_id).copied().unwrap_or_default();
        Ok(may_have_more(have, entry.requested_quantity, self.event.places_per_person))
    }
}

/// The lock of a person's limit of an event with seats, as holding takes it. Not waited for: bookings are locked by now.
async fn try_lock_person(conn: &mut PgConnection, user_id: UserId, event_id: EventId) -> Result<bool> {
    let sql = "select pg_try_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))";
    Ok(sqlx::query_scalar(sql).bind(user_id).bind(event_id).fetch_one(conn).await?)
}

/// The places that these people hold and have booked of the event.
pub(super) async fn count_places(
    conn: &mut PgConnection,
    event_id: EventId,
    people: &[UserId],
) -> Result<HashMap<UserId, i32>> {
    let have: Vec<(UserId, i32)> = sqlx::query_as(
        "select user_id, sum(quantity)::int from bookings
         where event_id = $1 and user_id = any($2) and status in ('held', 'confirmed') group by user_id",
    )
    .bind(event_id)
    .bind(people)
    .fetch_all(conn)
    .await?;
    Ok(have.into_iter().collect())
}
