//! A booking as a ticket.

use crate::{
    bookings::{
        checkout_page::summary::say_off,
        model::{Booking, BookingStatus, name_quantity},
    },
    events::{
        model::Availability,
        poster::{EventPicture, Shown},
    },
};
use leptos::prelude::*;

/// The ticket: what is booked, when, where, for how much, and the reference large.
#[component]
pub fn Ticket(
    /// The booking.
    booking: Booking,
) -> impl IntoView {
    let event_cancelled = booking.event.availability == Availability::Cancelled;
    let is_void = event_cancelled || matches!(booking.status, BookingStatus::Cancelled | BookingStatus::Expired);
    let status = match booking.status {
        BookingStatus::Confirmed | BookingStatus::Cancelled if event_cancelled => "Event cancelled",
        status => say_status(status),
    };
    let event = booking.event.clone();
    let discount = booking.discount().map(|(code, off)| {
        view! { <br /> {format!("{} with {code}", say_off(off))} }
    });
    let seats = (!booking.seats.is_empty()).then(|| booking.places());
    view! {
        <article class="ticket" class:ticket-void=is_void aria-label="Booking">
            <div class="ticket-poster">
                <EventPicture event=&booking shown=Shown::OnBooking />
            </div>
            <div class="ticket-body">
                <h2>
                    <a href=format!("/events/{}", booking.event_id)>{event.name}</a>
                </h2>
                <dl class="ticket-facts">
                    <div>
                        <dt>"When"</dt>
                        <dd>
                            <time datetime=event.when.iso>{event.when.date} ", " {event.when.time} " " {event.when.zone}</time>
                        </dd>
                    </div>
                    <div>
                        <dt>"Where"</dt>
                        <dd>{event.venue} <br /> {event.address} ", " {event.city}</dd>
                    </div>
                    <div>
                        <dt>{if seats.is_some() { "Seats" } else { "Places" }}</dt>
                        <dd class="ticket-places">{seats.unwrap_or_else(|| name_quantity(booking.quantity))}</dd>
                    </div>
                    <div>
                        <dt>"Total"</dt>
                        <dd>{booking.total().to_string()} {discount}</dd>
                    </div>
                </dl>
            </div>
            <div class="ticket-stub">
                <p class="ticket-status">{status}</p>
                <p class="ticket-reference-label">"Reference"</p>
                <p class="ticket-reference">{booking.reference}</p>
            </div>
        </article>
    }
}

/// The status in a word.
pub(in crate::bookings) fn say_status(status: BookingStatus) -> &'static str {
    match status {
        BookingStatus::Held => "Held",
        BookingStatus::Confirmed => "Booked",
        BookingStatus::Cancelled => "Cancelled",
        BookingStatus::Expired => "Expired",
    }
}
