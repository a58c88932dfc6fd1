//! The door to bookings in the dashboard: `/api/v1/admin/…`.

#![expect(clippy::too_many_arguments, reason = "each argument of a server function is a field of its request")]

use super::model::{BookingFile, BookingQuery, Cancelled, FoundBooking, PersonFields};
use crate::{
    bookings::model::Booking,
    error::Error,
    events::model::Page,
    id::{BookingId, EventId, SeatId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// One page of the bookings that the caller may see, newest first, filtered as asked.
///
/// Every field of the query is text in the URL; empty or left out means "any". Errors: `SignInRequired`; `Forbidden`; `Invalid`
/// on the field that makes no sense.
#[server(name = SearchBookings, prefix = "/api", endpoint = "v1/admin/bookings", input = GetUrl, output = Json)]
pub async fn search_bookings(
    /// What is looked for.
    #[server(flatten)]
    query: BookingQuery,
) -> Result<Page<FoundBooking>, Error> {
    use crate::{
        bookings::store,
        server::{Caller, answer},
        staff::admit::admit_anywhere,
    };
    answer(async {
        let caller = Caller::current().await?;
        let (_, reach) = admit_anywhere::<SearchBookings>(&caller).await?;
        store::search_bookings(&caller.state, &reach, &query.parse()?).await
    })
    .await
}

/// A booking with its person, its whole history and what staff did to it.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = GetBookingFile, prefix = "/api", endpoint = "v1/admin/booking", input = GetUrl, output = Json)]
pub async fn get_file(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<BookingFile, Error> {
    use super::admit::admit_to_booking;
    use crate::{
        bookings::store,
        server::{Caller, answer},
    };
    answer(async {
        let caller = Caller::current().await?;
        admit_to_booking::<GetBookingFile>(&caller, booking_id).await?;
        store::get_file(&caller.state, booking_id).await
    })
    .await
}

/// Cancels anybody's booking, also once its event has begun, or gives their hold back. Its person is told the reason. Doing it
/// twice is fine.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `Invalid` on `reason`; `HoldExpired`.
#[server(name = CancelForPerson, prefix = "/api", endpoint = "v1/admin/cancel_booking", input = PostUrl, output = Json)]
pub async fn cancel_for_person(
    /// The booking's id.
    booking_id: BookingId,
    /// Why.
    reason: String,
) -> Result<Booking, Error> {
    use super::admit::admit_to_booking;
    use crate::{
        bookings::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::model::parse_reason,
    };
    let page = format!("/admin/bookings/{booking_id}");
    let cancelled = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_to_booking::<CancelForPerson>(&caller, booking_id).await?;
        let reason = parse_reason(&reason)?;
        let booking = store::cancel_for_person(&caller.state, actor, booking_id, reason).await?;
        redirect_to(&format!("{page}?saved=cancelled"));
        Ok(booking)
    })
    .await;
    cancelled.inspect_err(|refused| send_back::<CancelForPerson>(&page, &[("reason", &reason)], refused))
}

/// Cancels several bookings (200 at most) for one reason, each by itself: what refuses one keeps no other. Doing it twice is
/// fine. Errors of one booking, `NotFound` and `Forbidden` among them, stand beside it.
///
/// Errors: `SignInRequired`; `Forbidden` for who may do so nowhere; `Invalid` on `reason` or `booking_ids`.
#[server(name = CancelForPeople, prefix = "/api", endpoint = "v1/admin/cancel_bookings", input = PostUrl, output = Json)]
pub async fn cancel_for_people(
    /// The bookings' ids.
    #[server(default)]
    booking_ids: Vec<BookingId>,
    /// Why.
    reason: String,
    /// The event whose list a form goes back to; that of all bookings if left out.
    #[server(default)]
    event_id: Option<EventId>,
) -> Result<Vec<Cancelled>, Error> {
    use super::{admit::admit_to_booking, model::parse_many};
    use crate::{
        bookings::store,
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit_anywhere, model::parse_reason},
    };
    let page = event_id.map_or("/admin/bookings".to_owned(), |id| format!("/admin/events/{id}/bookings"));
    let join = |ids: Vec<BookingId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let chosen = join(booking_ids.clone());
    let cancelled = answer(async {
        let caller = Caller::current().await?;
        admit_anywhere::<CancelForPeople>(&caller).await?;
        let (booking_ids, reason) = (parse_many(booking_ids)?, parse_reason(&reason)?);
        let mut outcomes = Vec::with_capacity(booking_ids.len());
        for booking_id in booking_ids {
            let done = answer(async {
                let actor = admit_to_booking::<CancelForPeople>(&caller, booking_id).await?;
                store::cancel_for_person(&caller.state, actor, booking_id, reason.clone()).await
            });
            outcomes.push(Cancelled { booking_id, refused: done.await.err() });
        }
        let done = outcomes.iter().filter(|outcome| outcome.refused.is_none()).count();
        let refused = outcomes.iter().filter(|outcome| outcome.refused.is_some());
        let refused = join(refused.map(|outcome| outcome.booking_id).collect());
        redirect_to(&crate::ui::path_with(&page, [("cancelled", &*done.to_string()), ("refused", &*refused)]));
        Ok(outcomes)
    })
    .await;
    cancelled.inspect_err(|refused| {
        send_back::<CancelForPeople>(&page, &[("reason", &reason), ("chosen", &chosen)], refused);
    })
}

/// Sends the mail about a booking once more, with its tickets. Asking twice within a minute is asking once.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `EventCancelled`; `WrongState` unless it is confirmed.
#[server(name = ResendMail, prefix = "/api", endpoint = "v1/admin/resend_mail", input = PostUrl, output = Json)]
pub async fn resend_mail(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Booking, Error> {
    use super::admit::admit_to_booking;
    use crate::{
        bookings::store,
        server::{Caller, answer, redirect_to, send_back},
    };
    let page = format!("/admin/bookings/{booking_id}");
    let resent = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_to_booking::<ResendMail>(&caller, booking_id).await?;
        let booking = store::resend_mail(&caller.state, &actor, booking_id).await?;
        redirect_to(&format!("{page}?saved=resent"));
        Ok(booking)
    })
    .await;
    resent.inspect_err(|refused| send_back::<ResendMail>(&page, &[], refused))
}

/// Books places for a person at once: a `quantity` of general admission, these `seat_ids`, or a `quantity` of the places of a
/// `standing` section. Until the event is over, whether
/// or not its sale is open. Who has no account gets one by the address, and can choose a password for it; the mail of the booking
/// goes there.
///
/// `key` names the page that asks, so that a double click is one booking; an `Idempotency-Key` does the same. Errors:
/// `SignInRequired`; `Forbidden`; `Invalid`; `NotFound`; `SeatsTaken`; `SoldOut`; `OverLimit` unless the limit is lifted;
/// `SalesClosed` once the event is over; `EventCancelled`; `CodeRefused` as a buyer hears it, and `TooMany` after ten codes within ten
/// minutes that don't exist.
#[server(name = BookForPerson, prefix = "/api", endpoint = "v1/admin/book", input = PostUrl, output = Json)]
pub async fn book_for_person(
    /// The event's id.
    event_id: EventId,
    /// For whom.
    #[server(flatten)]
    person: PersonFields,
    /// Places of general admission, or of the standing section.
    #[server(default)]
    quantity: Option<i32>,
    /// The seats, instead of a quantity.
    #[server(default)]
    seat_ids: Vec<SeatId>,
    /// For nothing.
    #[server(default)]
    complimentary: bool,
    /// More than one person may have.
    #[server(default)]
    over_limit: bool,
    /// A discount code of the event, in whatever case; none if it is empty.
    #[server(default)]
    code: String,
    /// Names the page that asks.
    #[server(default)]
    key: Option<String>,
) -> Result<Booking, Error> {
    use crate::{
        bookings::{
            model::{Limit, Wanted, parse_key},
            store::{self, SellRequest},
        },
        discounts::model::parse_code,
        server::{Caller, answer, redirect_to, send_back},
        staff::admit::admit,
        users::{
            model::{Profile, parse_email},
            store::NamedPerson,
        },
    };
    let seats: Vec<String> = seat_ids.iter().map(ToString::to_string).collect();
    let sold = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<BookForPerson>(&caller, event_id).await?;
        let request = SellRequest {
            person: NamedPerson {
                email: parse_email(&person.email)?,
                profile: Profile::parse(&person.first_name, &person.last_name)?,
            },
            event_id,
            wanted: Wanted::parse(quantity, seat_ids, Some(person.standing.clone()))?,
            is_complimentary: complimentary,
            limit: if over_limit { Limit::Lifted } else { Limit::Kept },
            code: if code.trim().is_empty() { None } else { Some(parse_code(&code)?) },
            key: parse_key(key)?.or_else(|| caller.repeat_key.clone()),
        };
        let booking = store::sell(&caller.state, actor, request).await?;
        redirect_to(&format!("/admin/bookings/{}?saved=sold", booking.id));
        Ok(booking)
    })
    .await;
    sold.inspect_err(|refused| {
        let quantity = quantity.map(|quantity| quantity.to_string()).unwrap_or_default();
        let yes = |is: bool| if is { "true" } else { "" };
        let typed = [
            ("email", &*person.email),
            ("first_name", &*person.first_name),
            ("last_name", &*person.last_name),
            ("quantity", &*quantity),
            ("section", &*person.standing),
            ("seats", &*seats.join(",")),
            ("complimentary", yes(complimentary)),
            ("over_limit", yes(over_limit)),
            ("code", &*code),
        ];
        send_back::<BookForPerson>(&format!("/admin/events/{event_id}/book"), &typed, refused);
    })
}
