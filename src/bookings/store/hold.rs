//! Holding places: Redis first, so that a rush for the same seats fails fast, then PostgreSQL, which decides.

use super::{Entry, end::end_bookings, end::lock_lapsed, new_reference, write_history};
use crate::{
    bookings::model::{Booking, BookingAction, BookingStatus, HoldFacts, Wanted, decide_hold, name_quantity},
    error::{Conflict, Error, Problem},
    events::{self, store::EventRow},
    id::{BookingId, EventId, SeatId, UserId},
    seats::{
        self,
        model::{SeatStatus, name_seats},
        store::LockedSeat,
    },
    server::{Failure, Result, clock::new_id, finish, redis::LockOutcome, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

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
/// Errors: those of [`decide_hold`]; `NotFound`; `SeatsTaken`; `SoldOut`; `Invalid` for seats that aren't this event's.
pub async fn hold_places(state: &AppState, request: HoldRequest) -> Result<Booking> {
    let task = state.clone();
    finish(async move {
        let locks = lock_in_redis(&task, &request).await?;
        let held = hold(&task, &request).await;
        task.redis.unlock_all(&locks, &request.user_id.to_string()).await;
        super::get_booking(&task, request.user_id, held?).await
    })
    .await
}

/// Takes the seats' locks, owned by the person: someone else's rush for the same seats ends here. Without Redis there
/// are none to take.
async fn lock_in_redis(state: &AppState, request: &HoldRequest) -> Result<Vec<String>> {
    let Wanted::Seats(seat_ids) = &request.wanted else {
        return Ok(Vec::new());
    };
    let keys: Vec<String> = seat_ids.iter().map(|id| format!("evently:seat:{id}")).collect();
    match state.redis.try_lock_all(&keys, &request.user_id.to_string(), SEAT_LOCK_TTL_MS).await {
        LockOutcome::Locked => Ok(keys),
        LockOutcome::Unavailable => Ok(Vec::new()),
        LockOutcome::Taken(which) => {
            let seat_ids = which.into_iter().filter_map(|i| seat_ids.get(i).copied()).collect();
            Err(Conflict::SeatsTaken { seat_ids }.into())
        }
    }
}

async fn hold(state: &AppState, request: &HoldRequest) -> Result<BookingId> {
    let mut tx = state.db.begin().await?;
    lock_person(&mut tx, request).await?;
    let event = events::store::find_sale(&mut tx, request.event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    if let Some(same) = find_same_hold(&mut tx, request, now).await? {
        return Ok(same);
    }
    let have = count_places(&mut tx, request, now).await?;
    let expires_at = decide_hold(&facts(&event, have), &request.wanted, now)?;
    let hold = NewHold { id: BookingId(new_id()), event: &event, request, expires_at, now };
    match &request.wanted {
        Wanted::Quantity(quantity) => hold.take_places(&mut tx, *quantity).await?,
        Wanted::Seats(seat_ids) => hold.take_seats(&mut tx, seat_ids).await?,
    }
    tx.commit().await?;
    Ok(hold.id)
}

/// One person's holds of one event happen one after the other, so that their limit holds.
async fn lock_person(conn: &mut PgConnection, request: &HoldRequest) -> Result<()> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text || $2::text, 0))")
        .bind(request.user_id)
        .bind(request.event_id)
        .execute(conn)
        .await?;
    Ok(())
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

/// The person's living hold that this request repeats: of the same key, or of exactly these seats.
async fn find_same_hold(conn: &mut PgConnection, request: &HoldRequest, now: DateTime<Utc>) -> Result<Option<BookingId>> {
    let seat_ids: &[SeatId] = match &request.wanted {
        Wanted::Seats(seat_ids) => seat_ids,
        Wanted::Quantity(_) => &[],
    };
    let same = sqlx::query_scalar(
        "select id from bookings where user_id = $1 and event_id = $2 and status = 'held' and expires_at > $3
         and (hold_key = $4 or (cardinality($5::uuid[]) > 0 and $5 = array(
             select seat_id from seat_bookings where booking_id = bookings.id and released_at is null order by seat_id)))
         limit 1",
    )
    .bind(request.user_id)
    .bind(request.event_id)
    .bind(now)
    .bind(&request.key)
    .bind(seat_ids)
    .fetch_optional(conn)
    .await?;
    Ok(same)
}

async fn count_places(conn: &mut PgConnection, request: &HoldRequest, now: DateTime<Utc>) -> Result<i32> {
    let have: i64 = sqlx::query_scalar(
        "select coalesce(sum(quantity), 0) from bookings where user_id = $1 and event_id = $2
         and (status = 'confirmed' or (status = 'held' and expires_at > $3))",
    )
    .bind(request.user_id)
    .bind(request.event_id)
    .bind(now)
    .fetch_one(conn)
    .await?;
    Ok(i32::try_from(have).unwrap_or(i32::MAX))
}

struct NewHold<'a> {
    id: BookingId,
    event: &'a EventRow,
    request: &'a HoldRequest,
    expires_at: DateTime<Utc>,
    now: DateTime<Utc>,
}

impl NewHold<'_> {
    /// General admission: takes from the event's row; if that is too little, expires what has lapsed and tries again.
    async fn take_places(&self, conn: &mut PgConnection, quantity: i32) -> Result<()> {
        let event_id = self.event.id;
        let mut taken = events::store::take_places(conn, event_id, quantity).await?;
        if !taken {
            let lapsed = lock_lapsed(conn, Some(event_id), self.now).await?;
            end_bookings(conn, &lapsed, BookingAction::Expired, None, self.now).await?;
            taken = events::store::take_places(conn, event_id, quantity).await?;
        }
        if !taken {
            return Err(refuse_places(conn, event_id).await?);
        }
        self.insert(conn, quantity, self.event.price_minor * i64::from(quantity), name_quantity(quantity)).await
    }

    /// Seats: expires the lapsed holds that still have some of them, locks, looks, writes. All or none.
    async fn take_seats(&self, conn: &mut PgConnection, seat_ids: &[SeatId]) -> Result<()> {
        let lapsed = seats::store::list_lapsed_holds(conn, seat_ids, self.now).await?;
        let lapsed = super::end::lock_these_lapsed(conn, &lapsed, self.now).await?;
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
        sqlx::query(
            "insert into bookings (id, reference, user_id, event_id, quantity, currency, total_amount_minor, status,
                 expires_at, hold_key, created_at, updated_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        )
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
        .bind(self.now)
        .execute(&mut *conn)
        .await?;
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
            "insert into seat_bookings (id, booking_id, seat_id, price_minor, created_at)
             select id, $1, seat_id, price_minor, $2 from unnest($3::uuid[], $4::uuid[], $5::bigint[]) as seat (id, seat_id, price_minor)",
        )
        .bind(self.id)
        .bind(self.now)
        .bind(seats.iter().map(|_| new_id()).collect::<Vec<_>>())
        .bind(seats.iter().map(|seat| seat.id).collect::<Vec<_>>())
        .bind(seats.iter().map(|seat| seat.price_minor).collect::<Vec<_>>())
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

/// Why places could not be taken: too few are left, or the event was called off in the meantime.
async fn refuse_places(conn: &mut PgConnection, event_id: EventId) -> Result<Failure> {
    let event = events::store::find_sale(conn, event_id).await?;
    let refusal = if event.is_cancelled() {
        Conflict::EventCancelled
    } else {
        Conflict::SoldOut { available_count: event.available_capacity }
    };
    Ok(refusal.into())
}
