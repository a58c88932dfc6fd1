//! The door of the dashboard for functions that name a booking.

use crate::{
    bookings::store::find_event_of,
    error::Error,
    id::BookingId,
    server::{Caller, Result},
    staff::admit::{Actor, admit, admit_anywhere},
};
use leptos::server_fn::ServerFn;

/// Lets the caller of this function in, if they may do what it does to the event of this booking.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`, for those alone who may do it to some event.
pub async fn admit_to_booking<F: ServerFn>(caller: &Caller, booking_id: BookingId) -> Result<Actor> {
    match find_event_of(&caller.state, booking_id).await? {
        Some(event_id) => admit::<F>(caller, event_id).await,
        None => {
            admit_anywhere::<F>(caller).await?;
            Err(Error::NotFound.into())
        }
    }
}
