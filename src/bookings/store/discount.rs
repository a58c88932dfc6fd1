//! Giving a hold a discount code, and taking it back.

use super::{Entry, LOCKED, LockedBooking, enter_event, find_event, lock_booking, read::read_booking, write_history};
use crate::{
    bookings::model::{Booking, BookingAction, BookingStatus, Step},
    discounts::{
        self,
        model::{Code, Priced, Uses},
        store::Guess,
    },
    error::Conflict,
    events,
    id::{BookingId, CodeId, EventId, SeatId, UserId},
    money::{Currency, Money},
    server::{Failure, Result, finish, retrying, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::net::IpAddr;

/// A code that somebody gives for a hold of theirs.
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// Who.
    pub user_id: UserId,
    /// For which hold.
    pub booking_id: BookingId,
    /// In capitals.
    pub code: String,
    /// From where, where that is known.
    pub address: Option<IpAddr>,
}

/// Lets a code take something off a hold, in place of the one it has, if it has one; the same code once more changes nothing. Runs
/// to its end even if the caller goes away.
///
/// Errors: `NotFound`; `CodeRefused`; `TooMany` after too many that don't exist; and those of
/// [`decide_discount`](crate::bookings::model::BookingFacts::decide_discount).
pub async fn apply_code(state: &AppState, request: CodeRequest) -> Result<Booking> {
    let task = state.clone();
    finish(async move {
        let CodeRequest { user_id, booking_id, code, address } = request;
        let event_id = retrying("apply code", || find_event(&task, user_id, booking_id)).await?;
        let guess = Guess { event_id, code, user_id, address };
        let code_id = retrying("apply code", || discounts::store::find_guessed(&task, &guess)).await?;
        let _turn = enter_event(&task, event_id).await?;
        retrying("apply code", || change_once(&task, user_id, (event_id, booking_id), Some(code_id))).await
    })
    .await
}

/// Takes the code of a hold back, if it has one: it costs what it did before. Runs to its end even if the caller goes away.
///
/// Errors: `NotFound`, and those of [`decide_discount`](crate::bookings::model::BookingFacts::decide_discount).
pub async fn remove_code(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<Booking> {
    let task = state.clone();
    finish(async move {
        let event_id = retrying("remove code", || find_event(&task, user_id, booking_id)).await?;
        let _turn = enter_event(&task, event_id).await?;
        retrying("remove code", || change_once(&task, user_id, (event_id, booking_id), None)).await
    })
    .await
}

async fn change_once(
    state: &AppState,
    user_id: UserId,
    (event_id, booking_id): (EventId, BookingId),
    code_id: Option<CodeId>,
) -> Result<Booking> {
    let mut tx = state.db.begin().await?;
    let event = events::store::lock_sale(&mut tx, event_id).await?;
    let booking = lock_booking(&mut tx, user_id, booking_id).await?;
    let code = match code_id {
        Some(code_id) => Some(discounts::store::lock_code(&mut tx, code_id).await?),
        None => None,
    };
    // After the code's lock: no hold counts as lapsed here that is confirmed in time elsewhere.
    let now = state.clock.now_in(&mut tx).await?;
    if booking.facts(&event).decide_discount(booking.discount_code_id, code_id, now)? == Step::Do(()) {
        match &code {
            Some(code) => apply(&mut tx, (&booking, user_id, user_id), (code, event.currency), now).await?,
            None => remove(&mut tx, &booking, user_id, now).await?,
        }
    }
    let booking = read_booking(&mut tx, user_id, booking_id, now).await?;
    tx.commit().await?;
    Ok(booking)
}

/// Lets a code, which is locked, take something off a booking that is being made in this transaction, before it is confirmed in its
/// history. By the rules of [`apply_code`]. `owner` is whose it is, and who gives the code where that is somebody else.
///
/// Errors: `CodeRefused`.
pub(super) async fn discount_new(
    conn: &mut PgConnection,
    (booking_id, owner): (BookingId, (UserId, Option<UserId>)),
    (code_id, currency): (CodeId, Currency),
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = const_format::formatcp!("select {LOCKED} from bookings where id = $1");
    let booking: LockedBooking = sqlx::query_as(sql).bind(booking_id).fetch_one(&mut *conn).await?;
    let code = discounts::store::get_code(conn, code_id).await?;
    let held = LockedBooking { status: BookingStatus::Held, ..booking };
    let (user_id, actor_id) = owner;
    apply(conn, (&held, user_id, actor_id.unwrap_or(user_id)), (&code, currency), now).await
}

async fn apply(
    conn: &mut PgConnection,
    (booking, user_id, actor_id): (&LockedBooking, UserId, UserId),
    (code, currency): (&Code, Currency),
    now: DateTime<Utc>,
) -> Result<()> {
    let uses = match code.is_limited() {
        true => discounts::store::count_uses_of(conn, code.id, (user_id, booking.id), now).await?,
        false => Uses::default(),
    };
    code.decide_use(uses, now).map_err(refuse)?;
    let places = list_places(conn, booking).await?;
    let off = code.decide_off(&places.iter().map(Place::priced).collect::<Vec<_>>()).map_err(refuse)?;
    write(conn, booking, (Some(code.id), &places, &off), now).await?;
    let details = format!("{}: {} off", code.code, Money::new(off.iter().sum(), currency));
    record(conn, (booking, actor_id), (BookingAction::CodeApplied, details), now).await
}

async fn remove(conn: &mut PgConnection, booking: &LockedBooking, user_id: UserId, now: DateTime<Utc>) -> Result<()> {
    let places = list_places(conn, booking).await?;
    let codes: Vec<CodeId> = booking.discount_code_id.into_iter().collect();
    let texts = discounts::store::list_texts(conn, &codes).await?;
    write(conn, booking, (None, &places, &vec![0; places.len()]), now).await?;
    let details = texts.into_values().collect::<Vec<_>>().concat();
    record(conn, (booking, user_id), (BookingAction::CodeRemoved, details), now).await
}

fn refuse(reason: crate::error::CodeRefusal) -> Failure {
    Conflict::CodeRefused { reason }.into()
}

/// Works out anew what the code of a booking takes off, once its seats or what they cost have changed. The terms are those it
/// was given for: they can't change any more. Assumes that the booking is locked.
pub(super) async fn discount_anew(conn: &mut PgConnection, booking: &LockedBooking, now: DateTime<Utc>) -> Result<()> {
    let Some(code_id) = booking.discount_code_id else { return Ok(()) };
    let code = discounts::store::get_code(conn, code_id).await?;
    let places = list_places(conn, booking).await?;
    let priced: Vec<Priced<'_>> = places.iter().map(Place::priced).collect();
    // Seats that it isn't for, or that are free, cost what they cost.
    let off = code.decide_off(&priced).unwrap_or_else(|_| vec![0; places.len()]);
    write(conn, booking, (Some(code_id), &places, &off), now).await
}

/// A place of a booking and what it costs without a code.
#[derive(sqlx::FromRow)]
struct Place {
    /// None for general admission.
    seat_id: Option<SeatId>,
    section: Option<String>,
    price_minor: i64,
}

impl Place {
    fn priced(&self) -> Priced<'_> {
        Priced { section: self.section.as_deref(), price_minor: self.price_minor }
    }
}

/// The places that a booking has, in the order of their ids; those of general admission cost the same each.
async fn list_places(conn: &mut PgConnection, booking: &LockedBooking) -> Result<Vec<Place>> {
    let seats: Vec<Place> = sqlx::query_as(
        "select seat_id, section, seat_bookings.price_minor from seat_bookings join seats on seats.id = seat_id
         where seat_bookings.booking_id = $1 and released_at is null order by seat_id",
    )
    .bind(booking.id)
    .fetch_all(&mut *conn)
    .await?;
    if !seats.is_empty() {
        return Ok(seats);
    }
    let sql = "select total_amount_minor + discount_minor from bookings where id = $1";
    let whole_minor: i64 = sqlx::query_scalar(sql).bind(booking.id).fetch_one(conn).await?;
    let price_minor = whole_minor / i64::from(booking.quantity.max(1));
    Ok((0..booking.quantity).map(|_| Place { seat_id: None, section: None, price_minor }).collect())
}

/// What a code takes off each place of a booking; the booking's amount is what is left.
async fn write(
    conn: &mut PgConnection,
    booking: &LockedBooking,
    (code_id, places, off): (Option<CodeId>, &[Place], &[i64]),
    now: DateTime<Utc>,
) -> Result<()> {
    let seats = places.iter().zip(off).filter_map(|(place, off)| Some((place.seat_id?, *off)));
    let (seat_ids, offs): (Vec<SeatId>, Vec<i64>) = seats.unzip();
    if !seat_ids.is_empty() {
        sqlx::query(
            "update seat_bookings set discount_minor = given.off
             from unnest($2::uuid[], $3::bigint[]) as given (seat_id, off)
             where booking_id = $1 and seat_bookings.seat_id = given.seat_id and released_at is null",
        )
        .bind(booking.id)
        .bind(seat_ids)
        .bind(offs)
        .execute(&mut *conn)
        .await?;
    }
    let whole_minor: i64 = places.iter().map(|place| place.price_minor).sum();
    sqlx::query(
        "update bookings set discount_code_id = $2, discount_minor = $3, total_amount_minor = $4 - $3, updated_at = $5
         where id = $1",
    )
    .bind(booking.id)
    .bind(code_id)
    .bind(off.iter().sum::<i64>())
    .bind(whole_minor)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

async fn record(
    conn: &mut PgConnection,
    (booking, user_id): (&LockedBooking, UserId),
    (action, details): (BookingAction, String),
    now: DateTime<Utc>,
) -> Result<()> {
    let before = Some(booking.status);
    let entry = Entry { booking_id: booking.id, action, actor_id: Some(user_id), before, details, created_at: now };
    write_history(conn, &[entry]).await
}
