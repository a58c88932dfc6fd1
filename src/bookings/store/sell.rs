//! Selling at the box office: booked at once, for whoever stands there or is on the phone.

use super::{
    end::sweep_ahead,
    enter_event,
    hold::HoldRequest,
    import::{ImportedBooking, Making, Price, make_bookings},
    read::get_owned,
    settle::lock_and_expire,
};
use crate::{
    bookings::model::{Booking, HoldFacts, Limit, Wanted, decide_sell},
    discounts::{self, store::Guess},
    error::{Conflict, Error, Problem},
    events::{self, store::EventRow},
    id::{BookingId, CodeId, EventId, UserId},
    seats,
    server::{Failure, Passing, Result, clock::new_id, finish, retrying, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    users::store::{NamedPerson, find_by_email, insert_person, require_active, unusable_password},
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// What is sold to whom.
#[derive(Clone, Debug)]
pub struct SellRequest {
    /// To whom: whoever has the address, or gets an account by it.
    pub person: NamedPerson,
    /// Of which event.
    pub event_id: EventId,
    /// Which places.
    pub wanted: Wanted,
    /// For nothing.
    pub is_complimentary: bool,
    /// Whether the limit for each person counts.
    pub limit: Limit,
    /// A discount code of the event, in capitals.
    pub code: Option<String>,
    /// Names the page it comes from: the same key is the same sale.
    pub key: Option<String>,
}

/// Books places for a person at once, all or none, and answers the booking. The sale needn't be open. Whoever waits has been
/// offered what is free before: what they couldn't use is sold. Runs to its end even if the caller goes away.
///
/// Errors: those of [`decide_sell`]; `NotFound`; `SeatsTaken`; `SoldOut`; `Invalid` for seats that aren't the event's, and on
/// `email` for an account that was deactivated; `CodeRefused` as a buyer hears it, and `TooMany` after too many that don't exist.
pub async fn sell(state: &AppState, actor: Actor, mut request: SellRequest) -> Result<Booking> {
    // What is tried again after a lost connection finds what it sold before.
    request.key.get_or_insert_with(|| new_id().to_string());
    let task = state.clone();
    finish(async move {
        let code_id = match &request.code {
            Some(code) => Some(retrying("sell", || find_code(&task, &actor, request.event_id, code)).await?),
            None => None,
        };
        let _turn = enter_event(&task, request.event_id).await?;
        if matches!(request.wanted, Wanted::Standing(_)) {
            sweep_ahead(&task, request.event_id).await?;
        }
        retrying("sell", || sell_once(&task, &actor, (&request, code_id))).await
    })
    .await
}

/// The code that is meant, found as a buyer finds it.
async fn find_code(state: &AppState, actor: &Actor, event_id: EventId, code: &str) -> Result<CodeId> {
    let guess = Guess { event_id, code: code.to_owned(), user_id: actor.user_id, address: actor.address };
    discounts::store::find_guessed(state, &guess).await
}

async fn sell_once(
    state: &AppState,
    actor: &Actor,
    (request, code_id): (&SellRequest, Option<CodeId>),
) -> Result<Booking> {
    let is_standing = matches!(request.wanted, Wanted::Standing(_));
    let known = find_by_email(state, &request.person.email).await?;
    let user_id = known.unwrap_or_else(|| UserId(new_id()));
    let hash = if known.is_none() { unusable_password(state).await? } else { String::new() };
    if is_standing && let Some(user_id) = known {
        // Before places are picked: there may be none left for once more.
        let mut conn = state.db.pool().acquire().await?;
        if let Some(sold) = find_sold(&mut conn, user_id, request).await? {
            let now = state.clock.now_in(&mut conn).await?;
            return Ok(get_owned(&mut conn, sold, now).await?.booking);
        }
    }
    let request = &SellRequest { wanted: pick(state, request).await?, ..request.clone() };
    let asked = HoldRequest::new(user_id, request.event_id, request.wanted.clone(), request.key.clone());
    let mut tx = lock_and_expire(state, std::slice::from_ref(&asked), code_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    if known.is_none() && insert_person(&mut tx, user_id, (&request.person, &hash), now).await? != user_id {
        // Somebody else made an account of the address at this moment: what is locked is nobody's limit.
        return Err(Passing::Serialization.into());
    }
    match require_active(&mut tx, user_id).await {
        // They are leaving at this moment: the address is looked up anew.
        Err(Failure::Refused(_)) => return Err(Passing::Serialization.into()),
        active => active?,
    }
    let event = events::store::find_sale(&mut tx, request.event_id).await?;
    if let Some(sold) = find_sold(&mut tx, user_id, request).await? {
        return Ok(get_owned(&mut tx, sold, now).await?.booking);
    }
    let have = count_living(&mut tx, user_id, event.id).await?;
    decide_sell(&facts(&event, have), &request.wanted, request.limit, now)?;
    let booking_id = match make(&mut tx, actor, (user_id, request, code_id), (&event, now)).await {
        // Somebody was faster: there may be other places of the standing section.
        Err(Failure::Refused(Error::Conflict(Conflict::SeatsTaken { .. }))) if is_standing => {
            return Err(Passing::Serialization.into());
        }
        made => made?,
    };
    let booking = get_owned(&mut tx, booking_id, now).await?.booking;
    let deed = Deed {
        action: "booking_sold",
        event_id: Some(event.id),
        subject_id: Some(booking_id.0),
        before: json!({}),
        after: json!({
            "places": booking.places(), "amount_minor": booking.total_amount_minor,
            "complimentary": request.is_complimentary, "code": booking.discount_code, "new_account": known.is_none(),
            "over_limit": have + request.wanted.count() > event.places_per_person,
        }),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(booking)
}

/// What is asked for, the places of a standing section picked: those that are free now.
async fn pick(state: &AppState, request: &SellRequest) -> Result<Wanted> {
    let Wanted::Standing(standing) = &request.wanted else { return Ok(request.wanted.clone()) };
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let event = events::store::find_sale(&mut conn, request.event_id).await?;
    if !event.has_seat_selection {
        return Err(Error::invalid("section", Problem::Unknown).into());
    }
    Ok(Wanted::Seats(seats::store::pick_standing(&mut conn, request.event_id, standing, now).await?))
}

/// What the same page has sold before.
async fn find_sold(conn: &mut PgConnection, user_id: UserId, request: &SellRequest) -> Result<Option<BookingId>> {
    let sql = "select id from bookings
               where user_id = $1 and event_id = $2 and status in ('held', 'confirmed') and hold_key = $3";
    Ok(sqlx::query_scalar(sql).bind(user_id).bind(request.event_id).bind(&request.key).fetch_optional(conn).await?)
}

async fn count_living(conn: &mut PgConnection, user_id: UserId, event_id: EventId) -> Result<i32> {
    let sql = "select coalesce(sum(quantity), 0)::int from bookings
               where user_id = $1 and event_id = $2 and status in ('held', 'confirmed')";
    Ok(sqlx::query_scalar(sql).bind(user_id).bind(event_id).fetch_one(conn).await?)
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

async fn make(
    conn: &mut PgConnection,
    actor: &Actor,
    (user_id, request, code_id): (UserId, &SellRequest, Option<CodeId>),
    (event, now): (&EventRow, DateTime<Utc>),
) -> Result<BookingId> {
    let seat_ids = match &request.wanted {
        Wanted::Seats(seat_ids) => seat_ids.clone(),
        Wanted::Quantity(_) | Wanted::Standing(_) => Vec::new(),
    };
    let sale = ImportedBooking { user_id, quantity: request.wanted.count(), seat_ids, created_at: now };
    let price = if request.is_complimentary { Price::Nothing } else { Price::Asked };
    let making = Making { actor_id: Some(actor.user_id), price, key: request.key.as_deref(), code_id };
    let made = make_bookings(conn, event, (&[sale], making), now).await?;
    made.into_iter().next().ok_or_else(|| anyhow::anyhow!("a sale made no booking").into())
}
