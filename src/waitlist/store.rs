//! Entries made durable, and the lock of the line.
//!
//! Whoever frees places shares the line's lock and whoever joins takes it alone, so that no entry is overlooked by places
//! that come free while it is made. Whoever then feeds the line does so alone, in the order of the entries.

mod line;

pub use line::{
    LineRow, MoveEntry, OfferRow, count_waiting, find_event_of, list_line, list_offers, list_waiting_all, move_entry,
};

use super::model::{Entry, EntryStatus, Kept, decide_kept};
use crate::{
    error::{Conflict, Error},
    events::model::{Page, check_limit, parse_cursor},
    id::{BookingId, EntryId, EventId, UserId},
    server::{Result, clock::new_id, state::AppState},
};
use anyhow::Context;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Keeps the line's lock apart from the sale's, which is on the same id.
const LINE: i64 = 1;
/// The same for feeding.
const FEEDING: i64 = 2;

/// Who wants to wait for what.
#[derive(Clone, Debug)]
pub struct JoinRequest {
    /// Who.
    pub user_id: UserId,
    /// For which event.
    pub event_id: EventId,
    /// For how many places.
    pub quantity: i32,
    /// Only seats beside each other.
    pub together: bool,
    /// Only places of this section.
    pub section: Option<String>,
}

/// Locks the lines of these events for somebody who frees places of theirs, and answers those in which somebody waits:
/// they have to be fed before the commit. Locked before events and seats, after bookings. Assumes a transaction.
pub async fn lock_lines(conn: &mut PgConnection, event_ids: &[EventId]) -> Result<Vec<EventId>> {
    sqlx::query(
        "select pg_advisory_xact_lock_shared(key) from (
             select distinct hashtextextended(id::text, $2) as key from unnest($1::uuid[]) as id order by key) as lines",
    )
    .bind(event_ids)
    .bind(LINE)
    .execute(&mut *conn)
    .await?;
    // Another statement: who joined before the lock was had is seen.
    let waited_for: Vec<EventId> = sqlx::query_scalar(
        "select distinct asked.id from unnest($1::uuid[]) as asked (id)
         where exists (select from waitlist where event_id = asked.id and status = 'waiting')",
    )
    .bind(event_ids)
    .fetch_all(&mut *conn)
    .await?;
    if !waited_for.is_empty() {
        sqlx::query(
            "select pg_advisory_xact_lock(key) from (
                 select hashtextextended(id::text, $2) as key from unnest($1::uuid[]) as id order by key) as lines",
        )
        .bind(&waited_for)
        .bind(FEEDING)
        .execute(conn)
        .await?;
    }
    Ok(waited_for)
}

/// Locks the line of an event for somebody who joins: nothing comes free meanwhile. Assumes a transaction.
pub async fn lock_line_alone(conn: &mut PgConnection, event_id: EventId) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, $2))")
        .bind(event_id)
        .bind(LINE)
        .execute(conn)
        .await?;
    Ok(())
}

/// The events in whose lines this person is open, in id order.
pub async fn list_lines_of(conn: &mut PgConnection, user_id: UserId) -> Result<Vec<EventId>> {
    let sql = "select event_id from waitlist where user_id = $1 and status in ('waiting', 'offered') order by event_id";
    Ok(sqlx::query_scalar(sql).bind(user_id).fetch_all(conn).await?)
}

/// Locks the lines in which this person is, for their entries to become somebody else's: nobody joins and nothing comes
/// free meanwhile. Answers their events. Assumes a transaction.
pub async fn lock_lines_of(conn: &mut PgConnection, user_id: UserId) -> Result<Vec<EventId>> {
    let event_ids = list_lines_of(conn, user_id).await?;
    sqlx::query(
        "select pg_advisory_xact_lock(key) from (
             select hashtextextended(id::text, $2) as key from unnest($1::uuid[]) as id order by key) as lines",
    )
    .bind(&event_ids)
    .bind(LINE)
    .execute(conn)
    .await?;
    Ok(event_ids)
}

/// The open entry of somebody in a line that another person is in too. Of the positions only their order counts: it is that of
/// the turns.
#[derive(sqlx::FromRow)]
struct Twice {
    id: EntryId,
    status: EntryStatus,
    position: i64,
    booking_id: Option<BookingId>,
    own_id: EntryId,
    own_status: EntryStatus,
    own_position: i64,
}

/// Makes all entries of the first person the second's. Where both are in the line of an event, the entry that is worse
/// off leaves it ([`decide_kept`]). Assumes the lines' locks.
///
/// Errors: `WrongState` with an offer of the first person, where both have one.
pub async fn claim_entries(conn: &mut PgConnection, (from, to): (UserId, UserId), now: DateTime<Utc>) -> Result<()> {
    let twice: Vec<Twice> = sqlx::query_as(
        "select theirs.id, theirs.status, (theirs.turn > own.turn)::int::bigint as position, theirs.booking_id,
                own.id as own_id, own.status as own_status, (own.turn > theirs.turn)::int::bigint as own_position
         from waitlist theirs join waitlist own on own.event_id = theirs.event_id and own.user_id = $2
         where theirs.user_id = $1 and theirs.status in ('waiting', 'offered') and own.status in ('waiting', 'offered')",
    )
    .bind(from)
    .bind(to)
    .fetch_all(&mut *conn)
    .await?;
    for both in twice {
        match decide_kept((both.status, both.position), (both.own_status, both.own_position)) {
            Some(Kept::Theirs) => leave(conn, to, both.own_id, now).await?,
            Some(Kept::Own) => leave(conn, from, both.id, now).await?,
            None => {
                let booking_id = both.booking_id.context("an offer has its hold")?;
                return Err(Conflict::WrongState { booking_id }.into());
            }
        };
    }
    sqlx::query("update waitlist set user_id = $2, updated_at = $3 where user_id = $1")
        .bind(from)
        .bind(to)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// An entry that waits.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WaitingEntry {
    /// The entry's id.
    pub id: EntryId,
    /// Whose.
    pub user_id: UserId,
    /// For how many places.
    pub requested_quantity: i32,
    /// Only seats beside each other.
    pub together: bool,
    /// Only places of this section.
    pub section: Option<String>,
    /// Its turn in the line: a number as text, since it may have as many digits as it likes.
    pub turn: String,
}

/// What is free for those who wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Free {
    /// Places in all.
    pub count: i32,
    /// Places beside each other, at most.
    pub together: i32,
    /// The sections that have them; none for general admission.
    pub sections: Vec<String>,
}

/// The next entries of an event after this turn that what is free is enough for, in order, locked: nobody of them leaves
/// meanwhile. Assumes the line's lock.
pub async fn list_waiting(
    conn: &mut PgConnection,
    event_id: EventId,
    after: &str,
    free: Free,
) -> Result<Vec<WaitingEntry>> {
    let entries = sqlx::query_as(
        "select id, user_id, requested_quantity, together, section, turn::text from waitlist
         where event_id = $1 and status = 'waiting' and turn > $2::numeric
           and requested_quantity <= case when together then $4 else $3 end and (section is null or section = any($5))
         order by waitlist.turn limit 100 for no key update",
    )
    .bind(event_id)
    .bind(after)
    .bind(free.count)
    .bind(free.together)
    .bind(free.sections)
    .fetch_all(conn)
    .await?;
    Ok(entries)
}

/// The events on sale at `now` in which somebody waits although something is free, by their counts.
pub async fn list_waited_for(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Vec<EventId>> {
    let sql = "select id from events where available_capacity > 0 and status = 'published' and sales_close_at > $1
               and exists (select from waitlist where event_id = events.id and status = 'waiting')";
    Ok(sqlx::query_scalar(sql).bind(now).fetch_all(conn).await?)
}

/// Puts a person at the end of the line, unless they are in it. Answers their entry. Assumes the line's lock.
pub async fn insert_entry(conn: &mut PgConnection, request: &JoinRequest, now: DateTime<Utc>) -> Result<EntryId> {
    sqlx::query(
        "insert into waitlist (id, user_id, event_id, requested_quantity, together, created_at, updated_at, section)
         values ($1, $2, $3, $4, $5, $6, $6, $7)
         on conflict (user_id, event_id) where status in ('waiting', 'offered') do nothing",
    )
    .bind(EntryId(new_id()))
    .bind(request.user_id)
    .bind(request.event_id)
    .bind(request.quantity)
    .bind(request.together)
    .bind(now)
    .bind(&request.section)
    .execute(&mut *conn)
    .await?;
    let id = find_open_entry(conn, request.user_id, request.event_id).await?;
    id.ok_or_else(|| anyhow::anyhow!("an entry is neither new nor there").into())
}

/// The person's entry of the event that waits or is offered places.
pub async fn find_open_entry(conn: &mut PgConnection, user_id: UserId, event_id: EventId) -> Result<Option<EntryId>> {
    let sql = "select id from waitlist where user_id = $1 and event_id = $2 and status in ('waiting', 'offered')";
    Ok(sqlx::query_scalar(sql).bind(user_id).bind(event_id).fetch_optional(conn).await?)
}

/// Gives these entries their offers. Assumes the line's lock.
pub async fn offer(conn: &mut PgConnection, offers: &[(EntryId, BookingId)], now: DateTime<Utc>) -> Result<()> {
    let (entries, bookings): (Vec<EntryId>, Vec<BookingId>) = offers.iter().copied().unzip();
    let offered = sqlx::query(
        "update waitlist set status = 'offered', booking_id = offer.booking_id, waited_until = $3, updated_at = $3
         from unnest($1::uuid[], $2::uuid[]) as offer (entry_id, booking_id)
         where id = offer.entry_id and status = 'waiting'",
    )
    .bind(entries)
    .bind(bookings)
    .bind(now)
    .execute(conn)
    .await?;
    if offered.rows_affected() != offers.len() as u64 {
        return Err(anyhow::anyhow!("{} of {} entries still waited", offered.rows_affected(), offers.len()).into());
    }
    Ok(())
}

/// Sends home everybody who waits for places of the event, which has none any more. Assumes the line's lock, alone.
pub async fn close_line(conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "update waitlist set status = 'left', waited_until = $2, updated_at = $2 where event_id = $1 and status = 'waiting'",
    )
    .bind(event_id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// What became of the offers that these bookings were. Assumes the bookings are locked.
pub async fn close_offers(
    conn: &mut PgConnection,
    bookings: &[BookingId],
    status: EntryStatus,
    now: DateTime<Utc>,
) -> Result<()> {
    sqlx::query("update waitlist set status = $2, updated_at = $3 where booking_id = any($1) and status = 'offered'")
        .bind(bookings)
        .bind(status)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a waiting entry out of the line. Answers whether it waited.
pub async fn leave(conn: &mut PgConnection, user_id: UserId, entry_id: EntryId, now: DateTime<Utc>) -> Result<bool> {
    let left = sqlx::query(
        "update waitlist set status = 'left', waited_until = $3, updated_at = $3
         where id = $1 and user_id = $2 and status = 'waiting'",
    )
    .bind(entry_id)
    .bind(user_id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(left.rows_affected() == 1)
}

/// The columns of an [`Entry`], its place in the line among them: staff can change turns, and where one stood on joining stays
/// as it was. Who waited when the person joined had not stopped
/// waiting by then.
const ENTRY: &str = "mine.id, mine.event_id, events.name as event_name, mine.requested_quantity, mine.together, mine.section, \
    mine.position, mine.status, mine.booking_id, mine.created_at, \
    case when mine.status = 'waiting' then ahead.waiting + 1 end as rank, \
    ahead.at_joining + 1 as joined_rank, ahead.offered as offered_ahead_count, ahead.left_line as left_ahead_count, \
    (select count(*) from waitlist other where mine.status = 'waiting' and other.event_id = mine.event_id \
        and other.turn > mine.turn and other.booking_id is not null) as passed_by_count";
const LINE_AHEAD: &str = "waitlist mine join events on events.id = mine.event_id cross join lateral ( \
    select count(*) filter (where turn < mine.turn and status = 'waiting') as waiting, \
           count(*) filter (where position < mine.position and (waited_until is null or waited_until > mine.created_at)) \
               as at_joining, \
           count(*) filter (where turn < mine.turn and waited_until > mine.created_at and booking_id is not null) as offered, \
           count(*) filter (where turn < mine.turn and waited_until > mine.created_at and booking_id is null) as left_line \
    from waitlist where event_id = mine.event_id and (position < mine.position or turn < mine.turn)) as ahead";

/// One entry of this person. Errors: `NotFound`, also for someone else's.
pub async fn get_entry(conn: &mut PgConnection, user_id: UserId, entry_id: EntryId) -> Result<Entry> {
    let sql = const_format::formatcp!("select {ENTRY} from {LINE_AHEAD} where mine.id = $1 and mine.user_id = $2");
    let entry: Option<Entry> = sqlx::query_as(sql).bind(entry_id).bind(user_id).fetch_optional(conn).await?;
    entry.ok_or_else(|| Error::NotFound.into())
}

/// This person's entries, newest first: `limit` of them (1 to 200) from `cursor` on. Errors: `Invalid`.
pub async fn list_entries(state: &AppState, user_id: UserId, limit: i64, cursor: &str) -> Result<Page<Entry>> {
    let (limit, before) = (check_limit(limit)?, parse_cursor::<i64>(cursor)?);
    let sql = const_format::formatcp!(
        "select {ENTRY} from {LINE_AHEAD} where mine.user_id = $1 and ($2 is null or mine.position < $2)
         order by mine.position desc limit $3"
    );
    let rows: Vec<Entry> =
        sqlx::query_as(sql).bind(user_id).bind(before).bind(limit + 1).fetch_all(state.db.pool()).await?;
    Ok(Page::cut(rows, limit, |entry| entry.position.to_string()))
}

/// The entries of this person that wait, newest first.
pub async fn list_waiting_of(conn: &mut PgConnection, user_id: UserId) -> Result<Vec<Entry>> {
    let sql = const_format::formatcp!(
        "select {ENTRY} from {LINE_AHEAD} where mine.user_id = $1 and mine.status = 'waiting' order by mine.position desc"
    );
    Ok(sqlx::query_as(sql).bind(user_id).fetch_all(conn).await?)
}
