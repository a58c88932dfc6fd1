//! Holding places. Seats: Redis first, so that a rush for the same ones fails fast, then PostgreSQL, which decides.
//! Places of general admission are [settled together](super::hold_quantity).

use super::{
    Entry, LockedBooking,
    end::{end_bookings, lock_these_lapsed},
    hold_quantity::settle,
    new_reference,
    read::read_booking,
    write_history,
};
use crate::{
    bookings::model::{
        Booking, BookingAction, BookingStatus, HoldFacts, OwnBooking, Wanted, decide_hold, find_repeated,
    },
    error::{Conflict, Error, Problem},
    events::{self, store::EventRow},
    id::{BookingId, EventId, SeatId, UserId},
    seats::{
        self,
        model::{SeatStatus, name_seats},
        store::LockedSeat,
    },
    server::{Failure, Result, clock::new_id, finish, redis::LockOutcome, state::AppState},
    users,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::time::Duration;
use uuid::Uuid;

/// Holds of one event at a time in one process. Source: stack.md, fact 15: more than four to eight halve the rate.
const AT_ONE_EVENT: usize = 6;
/// A request that is refused holds its seats' locks for about this long.
const SECOND_TRY_AFTER: Duration = Duration::from_millis(20);
/// Milliseconds a seat's lock lives if its holder dies: longer than `lock_timeout`, short enough to be forgotten.
const SEAT_LOCK_TTL_MS: u64 = 5_000;

/// Who wants what.
#[derive(Clone, Debug)]
pub struct HoldRequest {
    /// For whom.
    pub user_id: UserId,
    /// Of which event.
    pub event_id: EventId,
    /// How many places, or which.
    pub wanted: Wanted,
    /// Names the page the request came from: the same key is the same hold.
    pub key: Option<String>,
}

/// Holds places, all or none, and answers the booking. Asking for the same seats twice, or with the same key, answers
/// with the same hold. Runs to its end even if the caller goes away.
///
/// Errors: those of [`decide_hold`]; `NotFound`; `SeatsTaken`; `SoldOut`; `Invalid` for seats that aren't this event's
/// and for a key used for other places; `Unavailable` when too many are at this event.
pub async fn hold_places(state: &AppState, request: HoldRequest) -> Result<Booking> {
    let task = state.clone();
    let Wanted::Seats(seat_ids) = &request.wanted else {
        let event_id = request.event_id;
        let settle = move |requests| settle(task.clone(), event_id, requests);
        return state.holds.submit(event_id, request, settle).await;
    };
    let seat_ids = seat_ids.clone();
    finish(async move {
        let locks = lock_in_redis(&task, &request, &seat_ids).await?;
        let held = hold_at_gate(&task, &request, &seat_ids).await;
        task.redis.unlock_all(&locks, &request.user_id.to_string()).await;
        held
    })
    .await
}

/// Takes the seats' locks, owned by the person: someone else's rush for the same seats ends here. A lock may be that of
/// a request that is just being refused, so it is tried twice. Without Redis there are none to take.
async fn lock_in_redis(state: &AppState, request: &HoldRequest, seat_ids: &[SeatId]) -> Result<Vec<String>> {
    // With the event in the key, a request that names another event doesn't get in anybody's way.
    let keys: Vec<String> = seat_ids.iter().map(|id| format!("evently:seat:{}:{id}", request.event_id)).collect();
    let mut outcome = LockOutcome::Unavailable;
    for pause in [Duration::ZERO, SECOND_TRY_AFTER] {
        tokio::time::sleep(pause).await;
        outcome = state.redis.try_lock_all(&keys, &request.user_id.to_string(), SEAT_LOCK_TTL_MS).await;
        if !matches!(outcome, LockOutcome::Taken(_)) {
            break;
        }
    }
    match outcome {
        // Without an answer the locks may have been set all the same: they are freed at the end as ever.
        LockOutcome::Locked | LockOutcome::Unavailable => Ok(keys),
        LockOutcome::Taken(which) => {
            let seat_ids = which.into_iter().filter_map(|i| seat_ids.get(i).copied()).collect();
            Err(Conflict::SeatsTaken { seat_ids }.into())
        }
    }
}

/// One person's holds of one event go one after the other, and a few people's at a time: more would only wait for the
/// same rows, each with a connection that others need.
async fn hold_at_gate(state: &AppState, request: &HoldRequest, seat_ids: &[SeatId]) -> Result<Booking> {
    let person = Uuid::from_u128(request.user_id.0.as_u128() ^ request.event_id.0.as_u128().rotate_left(1));
    let _alone = state.gates.enter(person, 1).await?;
    let _turn = state.gates.enter(request.event_id.0, AT_ONE_EVENT).await?;
    hold(state, request, seat_ids).await
}

async fn hold(state: &AppState, request: &HoldRequest, seat_ids: &[SeatId]) -> Result<Booking> {
    let mut tx = state.db.begin().await?;
    lock_person(&mut tx, request).await?;
    users::store::require_active(&mut tx, request.user_id).await?;
    let event = events::store::lock_sale(&mut tx, request.event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    expire_own(&mut tx, request, now).await?;
    let own = list_own(&mut tx, request).await?;
    let id = match find_repeated(&own, &request.wanted, request.key.as_deref())? {
        Some(same) => same,
        None => {
            let have = own.iter().map(|booking| booking.quantity).sum();
            let expires_at = decide_hold(&facts(&event, have), &request.wanted, now)?;
            let hold = NewHold { id: BookingId(new_id()), event: &event, request, expires_at, now };
            hold.take_seats(&mut tx, seat_ids).await?;
            hold.id
        }
    };
    // Read before the commit: an answer must not depend on getting a second connection.
    let booking = read_booking(&mut tx, request.user_id, id, now).await?;
    tx.commit().await?;
    Ok(booking)
}

/// One person's holds of one event happen one after the other in all processes, so that their limit holds.
async fn lock_person(conn: &mut PgConnection, request: &HoldRequest) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))")
        .bind(request.user_id)
        .bind(request.event_id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Expires the person's own lapsed holds of the event. One that is just being confirmed is waited for: after that it
/// counts towards the limit.
async fn expire_own(conn: &mut PgConnection, request: &HoldRequest, now: DateTime<Utc>) -> Result<()> {
    let lapsed: Vec<LockedBooking> = sqlx::query_as(
        "select id, event_id, quantity, status, expires_at, created_at, extended_s from bookings
         where user_id = $1 and event_id = $2 and status = 'held' and expires_at <= $3 order by id for no key update",
    )
    .bind(request.user_id)
    .bind(request.event_id)
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    end_bookings(conn, &lapsed, BookingAction::Expired, None, now).await
}

/// The person's living bookings of the event.
async fn list_own(conn: &mut PgConnection, request: &HoldRequest) -> Result<Vec<OwnBooking>> {
    let own = sqlx::query_as(
        "select id, status, quantity, hold_key, array(
             select seat_id from seat_bookings where booking_id = bookings.id and released_at is null order by seat_id
         ) as seat_ids
         from bookings where user_id = $1 and event_id = $2 and status in ('held', 'confirmed') order by id",
    )
    .bind(request.user_id)
    .bind(request.event_id)
    .fetch_all(conn)
    .await?;
    Ok(own)
}

fn facts(event: &EventRow, have: i32) -> HoldFacts {
    HoldFacts {
        sale: event.sale(),
        has_seat_selection: event.has_seat_selection,
        places_per_person: event.places_per_person,
        hold_length_s: event.hold_length_s,
        have,
    }
}

struct NewHold<'a> {
    id: BookingId,
    event: &'a EventRow,
    request: &'a HoldRequest,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl NewHold<'_> {
    /// Expires the lapsed holds that still have some of them, locks, looks, writes. All or none.
    async fn take_seats(&self, conn: &mut PgConnection, seat_ids: &[SeatId]) -> Result<()> {
        let lapsed = seats::store::list_lapsed_holds(conn, seat_ids, self.now).await?;
        let lapsed = lock_these_lapsed(conn, &lapsed, self.now).await?;
        let lapsed_ids: Vec<BookingId> = lapsed.iter().map(|booking| booking.id).collect();
        let mut seats = seats::store::lock_seats(conn, seat_ids, &lapsed_ids).await?;
        end_bookings(conn, &lapsed, BookingAction::Expired, None, self.now).await?;
        seats.retain(|seat| seat_ids.contains(&seat.id));
        self.refuse_strangers(&seats, seat_ids)?;
        refuse_taken(&seats, &lapsed_ids)?;

        let total = seats.iter().map(|seat| seat.price_minor).sum();
        let words = name_seats(seats.iter().map(|s| (s.section.as_str(), s.row.as_str(), s.number.as_str())));
        self.insert(conn, seats.len() as i32, total, words).await?;
        let held = seats::store::hold_seats(conn, seat_ids, self.id, self.expires_at, self.now).await?;
        if held != seat_ids.len() {
            return Err(anyhow::anyhow!("{held} of {} locked free seats could be held", seat_ids.len()).into());
        }
        self.insert_seat_bookings(conn, &seats).await
    }

    fn refuse_strangers(&self, seats: &[LockedSeat], seat_ids: &[SeatId]) -> Result<()> {
        let all_known = seats.len() == seat_ids.len() && seats.iter().all(|seat| seat.event_id == self.event.id);
        if all_known { Ok(()) } else { Err(Error::invalid("seat_ids", Problem::Unknown).into()) }
    }

    async fn insert(&self, conn: &mut PgConnection, quantity: i32, total_minor: i64, words: String) -> Result<()> {
        let sql =
            "insert into bookings (id, reference, user_id, event_id, quantity, currency, total_amount_minor, status,
                       expires_at, hold_key, created_at, updated_at)
                   values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11) on conflict (reference) do nothing";
        let mut inserted = 0;
        // A reference is short, so now and then one repeats: then another is made.
        while inserted == 0 {
            let insert = sqlx::query(sql)
                .bind(self.id)
                .bind(new_reference())
                .bind(self.request.user_id)
                .bind(self.event.id)
                .bind(quantity)
                .bind(self.event.currency.code())
                .bind(total_minor)
                .bind(BookingStatus::Held)
                .bind(self.expires_at)
                .bind(&self.request.key)
                .bind(self.now);
            inserted = insert.execute(&mut *conn).await?.rows_affected();
        }
        let entry = Entry {
            booking_id: self.id,
            action: BookingAction::Held,
            actor_id: Some(self.request.user_id),
            before: None,
            details: words,
            created_at: self.now,
        };
        write_history(conn, &[entry]).await
    }

    async fn insert_seat_bookings(&self, conn: &mut PgConnection, seats: &[LockedSeat]) -> Result<()> {
        let inserted = sqlx::query(
            "insert into seat_bookings (id, event_id, booking_id, seat_id, price_minor, created_at)
             select id, $6, $1, seat_id, price_minor, $2 from unnest($3::uuid[], $4::uuid[], $5::bigint[]) as seat (id, seat_id, price_minor)",
        )
        .bind(self.id)
        .bind(self.now)
        .bind(seats.iter().map(|_| new_id()).collect::<Vec<_>>())
        .bind(seats.iter().map(|seat| seat.id).collect::<Vec<_>>())
        .bind(seats.iter().map(|seat| seat.price_minor).collect::<Vec<_>>())
        .bind(self.event.id)
        .execute(conn)
        .await;
        inserted.map(|_| ()).map_err(|error| translate(error, seats))
    }
}

/// The database's own last word against a double sale, as a person reads it.
fn translate(error: sqlx::Error, seats: &[LockedSeat]) -> Failure {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    if constraint == Some("seat_bookings_one_active_per_seat") {
        return Conflict::SeatsTaken { seat_ids: seats.iter().map(|seat| seat.id).collect() }.into();
    }
    error.into()
}

/// Refuses seats that someone else has. A seat of a hold that was just expired is free.
fn refuse_taken(seats: &[LockedSeat], just_expired: &[BookingId]) -> Result<()> {
    let is_free = |seat: &LockedSeat| {
        seat.status == SeatStatus::Available || seat.booking_id.is_some_and(|id| just_expired.contains(&id))
    };
    let seat_ids: Vec<SeatId> = seats.iter().filter(|seat| !is_free(seat)).map(|seat| seat.id).collect();
    if seat_ids.is_empty() { Ok(()) } else { Err(Conflict::SeatsTaken { seat_ids }.into()) }
}
