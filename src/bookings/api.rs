//! The door to bookings: `/api/v1/bookings/…`.

use super::model::{Booking, HistoryEntry};
use crate::{
    error::Error,
    events::model::Page,
    id::{BookingId, EventId, SeatId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// Holds places of an event for who is signed in: a `quantity` of general admission, these `seat_ids`, or a `quantity` of the
/// places of a standing `section`. All or nothing.
///
/// `key` names the page that asks, so that a double click is one hold: the same key answers with the same hold. Without
/// one, an `Idempotency-Key` does the same, even if the server died before it kept the reply.
///
/// Errors: `SignInRequired` (a plain form goes to the sign-in page and comes back with its choice); `Invalid`;
/// `NotFound`; `SeatsTaken` with the seats that were lost;
/// `SeatsLeftAlone` with those that nobody would sit beside; `SoldOut` with what is left; `OverLimit`; `SalesNotOpen`,
/// `SalesClosed`, `EventCancelled`; `SectionNotOpen`, `SectionClosed` while a section isn't on sale though its event is;
/// `Unavailable` when the event is too busy, nothing having changed.
#[server(name = HoldPlaces, prefix = "/api", endpoint = "v1/bookings/hold", input = PostUrl, output = Json)]
pub async fn hold_places(
    /// The event's id.
    event_id: EventId,
    /// Places of general admission, or of the section.
    #[server(default)]
    quantity: Option<i32>,
    /// The seats, instead of a quantity.
    #[server(default)]
    seat_ids: Vec<SeatId>,
    /// The name of a standing section.
    #[server(default)]
    section: Option<String>,
    /// Names the page that asks.
    #[server(default)]
    key: Option<String>,
) -> Result<Booking, Error> {
    use super::{
        model::{Wanted, parse_key},
        store::{self, HoldRequest},
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let choice = match quantity {
        Some(quantity) => ("quantity", quantity.to_string()),
        None => ("seats", seat_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")),
    };
    let standing = section.clone().unwrap_or_default();
    let held = answer(async {
        let caller = Caller::current().await?;
        let wanted = Wanted::parse(quantity, seat_ids, section)?;
        let user_id = caller.signed_in().inspect_err(|_| redirect_to(&wanted.sign_in_path(event_id)))?;
        let key = parse_key(key)?.or_else(|| caller.repeat_key.clone());
        let request = HoldRequest::new(user_id, event_id, wanted, key);
        let booking = store::hold_places(&caller.state, request).await?;
        redirect_to(&format!("/bookings/{}/checkout", booking.id));
        Ok(booking)
    })
    .await;
    held.inspect_err(|refused| {
        // Who has to sign in first is on the way there.
        if *refused != Error::SignInRequired {
            send_back::<HoldPlaces>(
                &format!("/events/{event_id}"),
                &[("standing", &standing), (choice.0, &choice.1)],
                refused,
            );
        }
    })
}

/// Gives a hold five more minutes, within thirty in all.
///
/// Errors: `SignInRequired`, `NotFound`, `HoldExpired`, `ExtensionUsed`, `WrongState`.
#[server(name = ExtendHold, prefix = "/api", endpoint = "v1/bookings/extend", input = PostUrl, output = Json)]
pub async fn extend_hold(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Booking, Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to, send_back};
    let extended = answer(async {
        let caller = Caller::current().await?;
        let booking = store::extend_hold(&caller.state, caller.signed_in()?, booking_id).await?;
        redirect_to(&format!("/bookings/{}/checkout", booking.id));
        Ok(booking)
    })
    .await;
    extended.inspect_err(|refused| send_back::<ExtendHold>(&format!("/bookings/{booking_id}/checkout"), &[], refused))
}

/// Gives a hold back. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `NotFound`, `WrongState` for a confirmed booking.
#[server(name = ReleaseHold, prefix = "/api", endpoint = "v1/bookings/release", input = PostUrl, output = Json)]
pub async fn release_hold(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Booking, Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to, send_back};
    let released = answer(async {
        let caller = Caller::current().await?;
        let booking = store::release_hold(&caller.state, caller.signed_in()?, booking_id).await?;
        redirect_to(&format!("/events/{}", booking.event_id));
        Ok(booking)
    })
    .await;
    released.inspect_err(|refused| send_back::<ReleaseHold>(&format!("/bookings/{booking_id}/checkout"), &[], refused))
}

/// Lets a discount code take something off a hold, in place of the one it has, if it has one. Doing it twice is fine. The code is
/// used from now on; a hold that is released or lapses, and a booking that is cancelled, give the use back.
///
/// Errors: `SignInRequired`; `NotFound`; `Invalid` on `code` for what can't be one; `CodeRefused` with the reason; `TooMany` after
/// ten codes within ten minutes that don't exist; `HoldExpired`, `EventCancelled`, `WrongState`.
#[server(name = ApplyCode, prefix = "/api", endpoint = "v1/bookings/apply_code", input = PostUrl, output = Json)]
pub async fn apply_code(
    /// The booking's id.
    booking_id: BookingId,
    /// The code, in whatever case.
    code: String,
) -> Result<Booking, Error> {
    use super::store::{self, CodeRequest};
    use crate::{
        discounts::model::parse_code,
        server::{Caller, answer, redirect_to, send_back},
    };
    let page = format!("/bookings/{booking_id}/checkout");
    let applied = answer(async {
        let caller = Caller::current().await?;
        let (user_id, address) = (caller.signed_in()?, caller.address);
        let request = CodeRequest { user_id, booking_id, code: parse_code(&code)?, address };
        let booking = store::apply_code(&caller.state, request).await?;
        redirect_to(&page);
        Ok(booking)
    })
    .await;
    applied.inspect_err(|refused| send_back::<ApplyCode>(&page, &[("code", &code)], refused))
}

/// Takes the discount code of a hold back: it costs what it did before. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `NotFound`, `HoldExpired`, `EventCancelled`, `WrongState`.
#[server(name = RemoveCode, prefix = "/api", endpoint = "v1/bookings/remove_code", input = PostUrl, output = Json)]
pub async fn remove_code(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Booking, Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to, send_back};
    let page = format!("/bookings/{booking_id}/checkout");
    let removed = answer(async {
        let caller = Caller::current().await?;
        let booking = store::remove_code(&caller.state, caller.signed_in()?, booking_id).await?;
        redirect_to(&page);
        Ok(booking)
    })
    .await;
    removed.inspect_err(|refused| send_back::<RemoveCode>(&page, &[], refused))
}

/// Makes a hold a booking. Doing it twice answers with the same booking.
///
/// Errors: `SignInRequired`, `NotFound`, `HoldExpired`, `EventCancelled`, `WrongState`.
#[server(name = ConfirmBooking, prefix = "/api", endpoint = "v1/bookings/confirm", input = PostUrl, output = Json)]
pub async fn confirm_booking(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Booking, Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to, send_back};
    let confirmed = answer(async {
        let caller = Caller::current().await?;
        let booking = store::confirm_booking(&caller.state, caller.signed_in()?, booking_id).await?;
        redirect_to(&format!("/bookings/{}", booking.id));
        Ok(booking)
    })
    .await;
    confirmed
        .inspect_err(|refused| send_back::<ConfirmBooking>(&format!("/bookings/{booking_id}/checkout"), &[], refused))
}

/// Cancels a booking until its event begins, or somebody was let in with it. Doing it twice is fine.
///
/// Errors: `SignInRequired`, `NotFound`, `SalesClosed` once the event has begun, `WrongState` once somebody was let in, `HoldExpired`.
#[server(name = CancelBooking, prefix = "/api", endpoint = "v1/bookings/cancel", input = PostUrl, output = Json)]
pub async fn cancel_booking(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Booking, Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to, send_back};
    let cancelled = answer(async {
        let caller = Caller::current().await?;
        let booking = store::cancel_booking(&caller.state, caller.signed_in()?, booking_id).await?;
        redirect_to(&format!("/bookings/{}", booking.id));
        Ok(booking)
    })
    .await;
    cancelled.inspect_err(|refused| send_back::<CancelBooking>(&format!("/bookings/{booking_id}/cancel"), &[], refused))
}

/// The bookings of who is signed in, newest first.
///
/// `limit` is 1 to 200, 50 if left out; `cursor` is the page before's `next_cursor`. Errors: `SignInRequired`, `Invalid`.
#[server(name = ListBookings, prefix = "/api", endpoint = "v1/bookings/list", input = GetUrl, output = Json)]
pub async fn list_bookings(
    /// Rows, at most 200.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<Booking>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::list_bookings(&caller.state, caller.signed_in()?, limit.unwrap_or(50), &cursor).await
    })
    .await
}

/// One booking of who is signed in.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's.
#[server(name = GetBooking, prefix = "/api", endpoint = "v1/bookings/get", input = GetUrl, output = Json)]
pub async fn get_booking(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Booking, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_booking(&caller.state, caller.signed_in()?, booking_id).await
    })
    .await
}

/// What happened to a booking, oldest first, in plain words.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's.
#[server(name = GetHistory, prefix = "/api", endpoint = "v1/bookings/history", input = GetUrl, output = Json)]
pub async fn get_history(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Vec<HistoryEntry>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_history(&caller.state, caller.signed_in()?, booking_id).await
    })
    .await
}
