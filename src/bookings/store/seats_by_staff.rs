//! What staff do with seats: keep them back, give them free again, and give a booking others. Lapsed holds that stand in the
//! way are expired first, and what comes free goes to the waitlist before the commit.

use super::{
    Entry, LOCKED, LockedBooking,
    discount::discount_anew,
    end::{Ending, sweep_ahead},
    enter_event, list_seat_ids, name_places,
    offer::feed_lines,
    write_history,
};
use crate::{
    bookings::model::BookingAction,
    error::{Conflict, Error, Problem},
    events::{self, store::EventRow},
    id::{BookingId, EventId, SeatId},
    seats::{
        self,
        model::{SeatStatus, Standing},
        store::LockedSeat,
    },
    server::{Failure, Passing, Result, finish, retrying, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    waitlist,
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// Seats of an event, and why something is done with them.
#[derive(Clone, Debug)]
pub struct SeatsRequest {
    /// The event.
    pub event_id: EventId,
    /// The seats.
    pub seat_ids: Vec<SeatId>,
    /// Places of a standing section, instead of seats.
    pub standing: Option<Standing>,
    /// In the words of who does it.
    pub reason: String,
}

/// Keeps free seats back; those that are kept back already stay so. All or none. Runs to its end even if the caller goes away.
///
/// Errors: `NotFound`; `SeatsTaken` with those that somebody has; `SoldOut` where fewer places of a standing section are free;
/// `Invalid` for seats that aren't the event's.
pub async fn block_seats(state: &AppState, actor: Actor, request: SeatsRequest) -> Result<()> {
    let task = state.clone();
    finish(async move {
        let _turn = enter_event(&task, request.event_id).await?;
        if request.standing.is_some() {
            sweep_ahead(&task, request.event_id).await?;
        }
        retrying("block", || block_once(&task, &actor, &request)).await
    })
    .await
}

async fn block_once(state: &AppState, actor: &Actor, request: &SeatsRequest) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let seat_ids = match &request.standing {
        Some(wanted) => {
            let now = state.clock.now_in(&mut tx).await?;
            seats::store::pick_standing(&mut tx, request.event_id, wanted, now).await?
        }
        None => request.seat_ids.clone(),
    };
    let locked = lock_seats(state, &mut tx, (request.event_id, None), &seat_ids).await?;
    let seats = list_own(&mut tx, request.event_id, &seat_ids).await?;
    let with = |status| seats.iter().filter(move |seat| seat.status == status).map(|seat| seat.id).collect::<Vec<_>>();
    let taken = [with(SeatStatus::Held), with(SeatStatus::Booked)].concat();
    if !taken.is_empty() {
        return Err(lost(taken, request.standing.is_some()));
    }
    let free = with(SeatStatus::Available);
    if !free.is_empty() {
        seats::store::block_seats(&mut tx, &free, locked.now).await?;
        record(&mut tx, actor, deed("seats_blocked", request, &seats, &free), locked.now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Gives seats that are kept back free again, to whoever waits first; those that aren't kept back stay as they are. Runs to its
/// end even if the caller goes away.
///
/// Errors: `NotFound`; `Invalid` for seats that aren't the event's.
pub async fn unblock_seats(state: &AppState, actor: Actor, request: SeatsRequest) -> Result<()> {
    let task = state.clone();
    finish(async move {
        let _turn = enter_event(&task, request.event_id).await?;
        retrying("unblock", || unblock_once(&task, &actor, &request)).await
    })
    .await
}

async fn unblock_once(state: &AppState, actor: &Actor, request: &SeatsRequest) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let seat_ids = match &request.standing {
        Some(wanted) => seats::store::list_blocked_standing(&mut tx, request.event_id, wanted).await?,
        None => request.seat_ids.clone(),
    };
    let locked = lock_seats(state, &mut tx, (request.event_id, None), &seat_ids).await?;
    let seats = list_own(&mut tx, request.event_id, &seat_ids).await?;
    let blocked: Vec<SeatId> =
        seats.iter().filter(|seat| seat.status == SeatStatus::Blocked).map(|seat| seat.id).collect();
    if !blocked.is_empty() {
        seats::store::unblock_seats(&mut tx, &blocked, locked.now).await?;
        record(&mut tx, actor, deed("seats_unblocked", request, &seats, &blocked), locked.now).await?;
        feed_lines(&mut tx, &locked.lines, locked.now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Somebody has these seats. Of a standing section there may be others: it is tried again with those.
fn lost(seat_ids: Vec<SeatId>, are_standing: bool) -> Failure {
    if are_standing { Passing::Serialization.into() } else { Conflict::SeatsTaken { seat_ids }.into() }
}

fn deed(action: &'static str, request: &SeatsRequest, seats: &[LockedSeat], changed: &[SeatId]) -> Deed {
    let names = name(seats.iter().filter(|seat| changed.contains(&seat.id)));
    Deed {
        action,
        event_id: Some(request.event_id),
        subject_id: None,
        before: json!({}),
        after: json!({"seats": names, "reason": request.reason}),
    }
}

fn name<'a>(seats: impl Iterator<Item = &'a LockedSeat>) -> String {
    seats::model::name_seats(seats.map(|seat| (seat.section.as_str(), seat.row.as_str(), seat.number.as_str())))
}

/// What a booking pays for its new seats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pricing {
    /// What it paid for those before.
    AsBooked,
    /// What they cost now.
    AsNow,
}

/// Which seats a booking is to have.
#[derive(Clone, Debug)]
pub struct MoveRequest {
    /// The booking.
    pub booking_id: BookingId,
    /// All of its seats afterwards; it may have some of them already.
    pub seat_ids: Vec<SeatId>,
    /// The standing section that all of its places are to be of, instead of seats.
    pub standing: Option<String>,
    /// For how much.
    pub pricing: Pricing,
    /// In the words of who does it.
    pub reason: String,
}

/// A seat that was given for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Swap {
    /// The one the booking had.
    pub from: SeatId,
    /// The one it has.
    pub to: SeatId,
}

/// Gives a confirmed booking of this event other seats, and answers which for which: none if it has them all. What it gives up
/// goes to the waitlist first. Assumes a transaction that has locked nothing yet.
///
/// Errors: `NotFound`; `EventCancelled`, `WrongState`; `SeatsTaken`; `SoldOut` where fewer places of a standing section are free;
/// `Invalid` for seats that aren't the event's, or aren't as many as the booking has.
pub async fn move_seats(
    state: &AppState,
    conn: &mut PgConnection,
    (actor, event_id): (&Actor, EventId),
    request: &MoveRequest,
) -> Result<Vec<Swap>> {
    let wanted = match &request.standing {
        Some(section) => pick_for(state, conn, (event_id, request.booking_id), section).await?,
        None => request.seat_ids.clone(),
    };
    let Locked { event, lines, booking, now } =
        lock_seats(state, conn, (event_id, Some(request.booking_id)), &wanted).await?;
    let booking = booking.ok_or(Error::NotFound)?;
    booking.facts(&event).decide_move()?;
    let had = list_seat_ids(conn, &[booking.id]).await?;
    if had.is_empty() || wanted.len() != had.len() {
        return Err(Error::invalid("seat_ids", Problem::OutOfRange(booking.quantity, booking.quantity)).into());
    }
    let places_before = name_places(conn, std::slice::from_ref(&booking)).await?.concat();
    let seats = list_own(conn, event_id, &wanted).await?;
    let new: Vec<&LockedSeat> = seats.iter().filter(|seat| !had.contains(&seat.id)).collect();
    let taken: Vec<SeatId> =
        new.iter().filter(|seat| seat.status != SeatStatus::Available).map(|seat| seat.id).collect();
    if !taken.is_empty() {
        return Err(lost(taken, request.standing.is_some()));
    }
    let given_up = had.iter().copied().filter(|id| !wanted.contains(id));
    let swaps: Vec<Swap> = given_up.zip(&new).map(|(from, to)| Swap { from, to: to.id }).collect();
    if swaps.is_empty() {
        return Ok(swaps);
    }
    swap(conn, &booking, &swaps, now).await?;
    let prices = if request.pricing == Pricing::AsNow { seats.as_slice() } else { &[] };
    reprice(conn, &booking, prices, now).await?;
    let places = name_places(conn, std::slice::from_ref(&booking)).await?.concat();
    let entry = Entry {
        booking_id: booking.id,
        action: BookingAction::Moved,
        actor_id: Some(actor.user_id),
        before: Some(booking.status),
        details: places.clone(),
        created_at: now,
    };
    write_history(conn, &[entry]).await?;
    let deed = Deed {
        action: "booking_moved",
        event_id: Some(event_id),
        subject_id: Some(booking.id.0),
        before: json!({"seats": places_before}),
        after: json!({"seats": places, "at_new_prices": request.pricing == Pricing::AsNow, "reason": request.reason}),
    };
    record(conn, actor, deed, now).await?;
    feed_lines(conn, &lines, now).await?;
    Ok(swaps)
}

/// As many places of this standing section as the booking has: its own that are there already, and free ones.
async fn pick_for(
    state: &AppState,
    conn: &mut PgConnection,
    (event_id, booking_id): (EventId, BookingId),
    section: &str,
) -> Result<Vec<SeatId>> {
    let had = list_seat_ids(conn, &[booking_id]).await?;
    let kept = seats::store::list_in_standing(conn, section, &had).await?;
    let quantity = i32::try_from(had.len() - kept.len()).unwrap_or(i32::MAX);
    let wanted = Standing { section: section.to_owned(), quantity };
    let now = state.clock.now_in(conn).await?;
    Ok([kept, seats::store::pick_standing(conn, event_id, &wanted, now).await?].concat())
}

/// The seats change hands; each row of the booking has its new seat at the price of the old one.
async fn swap(conn: &mut PgConnection, booking: &LockedBooking, swaps: &[Swap], now: DateTime<Utc>) -> Result<()> {
    let (from, to): (Vec<SeatId>, Vec<SeatId>) = swaps.iter().map(|swap| (swap.from, swap.to)).unzip();
    let moved = sqlx::query(
        "update seat_bookings set seat_id = swap.new_id
         from unnest($2::uuid[], $3::uuid[]) as swap (old_id, new_id)
         where booking_id = $1 and seat_id = swap.old_id and released_at is null",
    )
    .bind(booking.id)
    .bind(&from)
    .bind(&to)
    .execute(&mut *conn)
    .await?;
    if moved.rows_affected() != swaps.len() as u64 {
        return Err(anyhow::anyhow!("{} of {} seats were swapped", moved.rows_affected(), swaps.len()).into());
    }
    seats::store::free_seats(conn, &from, now).await?;
    let given: Vec<(SeatId, BookingId)> = to.iter().map(|seat_id| (*seat_id, booking.id)).collect();
    seats::store::give_booked(conn, &given, now).await
}

/// Sets the prices of those of a booking's seats that are among these, what its code takes off them, and its amount to what
/// is left of all.
async fn reprice(
    conn: &mut PgConnection,
    booking: &LockedBooking,
    seats: &[LockedSeat],
    now: DateTime<Utc>,
) -> Result<()> {
    let booking_id = booking.id;
    sqlx::query(
        "update seat_bookings set price_minor = seat.price_minor, discount_minor = least(discount_minor, seat.price_minor)
         from unnest($2::uuid[], $3::bigint[]) as seat (id, price_minor)
         where booking_id = $1 and seat_id = seat.id and released_at is null",
    )
    .bind(booking_id)
    .bind(seats.iter().map(|seat| seat.id).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.price_minor).collect::<Vec<_>>())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "update bookings set updated_at = $2, total_amount_minor = seats.left_minor, discount_minor = seats.off_minor
         from (select sum(price_minor - discount_minor)::bigint as left_minor, sum(discount_minor)::bigint as off_minor
               from seat_bookings where booking_id = $1 and released_at is null) as seats
         where id = $1",
    )
    .bind(booking_id)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    if seats.is_empty() { Ok(()) } else { discount_anew(conn, booking, now).await }
}

/// What is locked: the event's sale, a booking, the event's line, and the seats.
struct Locked {
    event: EventRow,
    /// To be fed with what comes free.
    lines: Vec<EventId>,
    booking: Option<LockedBooking>,
    now: DateTime<Utc>,
}

/// Locks seats of an event, and a booking of it with the seats it has, in the order of all locks. Lapsed holds that have some of
/// these seats are expired. Errors: `NotFound`.
async fn lock_seats(
    state: &AppState,
    conn: &mut PgConnection,
    (event_id, booking_id): (EventId, Option<BookingId>),
    seat_ids: &[SeatId],
) -> Result<Locked> {
    let event = events::store::lock_sale(conn, event_id).await?;
    let now = state.clock.now_in(conn).await?;
    let lapsed = seats::store::list_lapsed_holds(conn, seat_ids, now).await?;
    let sql = const_format::formatcp!(
        "select {LOCKED} from bookings
         where event_id = $1 and (id = $2 or (id = any($3) and status = 'held' and expires_at <= $4))
         order by id for no key update"
    );
    let bookings: Vec<LockedBooking> =
        sqlx::query_as(sql).bind(event_id).bind(booking_id).bind(lapsed).bind(now).fetch_all(&mut *conn).await?;
    let (own, lapsed): (Vec<LockedBooking>, Vec<LockedBooking>) =
        bookings.into_iter().partition(|booking| Some(booking.id) == booking_id);
    let lines = waitlist::store::lock_lines(conn, &[event_id]).await?;
    let ids: Vec<BookingId> = own.iter().chain(&lapsed).map(|booking| booking.id).collect();
    let all = [list_seat_ids(conn, &ids).await?, seat_ids.to_vec()].concat();
    sqlx::raw_sql(sqlx::AssertSqlSafe(seats::store::lock_seats(&all))).execute(&mut *conn).await?;
    Ending::by_time(now).end(conn, &lapsed, &lines).await?;
    Ok(Locked { event, lines, booking: own.into_iter().next(), now })
}

/// These seats, all of the event, in the order they are read out. Assumes they are locked. Errors: `Invalid`.
async fn list_own(conn: &mut PgConnection, event_id: EventId, seat_ids: &[SeatId]) -> Result<Vec<LockedSeat>> {
    let seats = seats::store::list_locked(conn, seat_ids).await?;
    if seats.len() != seat_ids.len() || seats.iter().any(|seat| seat.event_id != event_id) {
        return Err(Error::invalid("seat_ids", Problem::Unknown).into());
    }
    Ok(seats)
}
