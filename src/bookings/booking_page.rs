//! One booking: the ticket, what happened to it, and cancelling it.

pub mod cancel;
pub mod history;
pub mod ticket;

pub use cancel::CancelPage;
pub(in crate::bookings) use ticket::say_status;

use super::{
    api::{get_booking, get_history},
    checkout_page::asked_booking_id,
    model::{Booking, BookingStatus, HistoryEntry},
};
use crate::{
    error::Error,
    events::model::Availability,
    id::BookingId,
    server::begin,
    ui::{ButtonKind, LinkButton, PageError},
    users::guest_page::GuestNote,
};
use history::History;
use leptos::prelude::*;
use leptos_meta::Title;
use ticket::Ticket;

/// The page of one booking.
#[component]
pub fn BookingPage() -> impl IntoView {
    let found = begin(load(asked_booking_id()));
    Suspend::new(async move {
        match found.await {
            Ok((booking, history)) => view! { <Shown booking history /> }.into_any(),
            Err(error) => view! { <Title text="Booking" /> <PageError error /> }.into_any(),
        }
    })
}

async fn load(booking_id: Result<BookingId, Error>) -> Result<(Booking, Vec<HistoryEntry>), Error> {
    let id = booking_id?;
    Ok((get_booking(id).await?, get_history(id).await?))
}

#[component]
fn Shown(booking: Booking, history: Vec<HistoryEntry>) -> impl IntoView {
    let (heading, lead) = say_state(&booking);
    let next = next_step(&booking);
    let is_booked = booking.status == BookingStatus::Confirmed;
    let has_tickets = is_booked && booking.event.availability != Availability::Cancelled;
    let tickets = has_tickets.then(|| format!("/bookings/{}/tickets", booking.id));
    view! {
        <Title text=format!("{} · {}", booking.reference, booking.event.name) />
        <section class="page booking">
            <header class="page-head">
                <h1>{heading}</h1>
                <p class="lead">{lead}</p>
            </header>
            {is_booked.then(|| view! { <GuestNote /> })}
            <Ticket booking />
            {tickets
                .map(|href| {
                    view! {
                        <p class="actions">
                            <LinkButton href=href>"Show the tickets"</LinkButton>
                        </p>
                    }
                })}
            {next
                .map(|(href, words, kind)| {
                    view! {
                        <p class="actions">
                            <LinkButton href=href kind=kind>{words}</LinkButton>
                        </p>
                    }
                })}
            <History entries={history.into_iter().map(|entry| (entry.sentence, entry.when)).collect()} />
        </section>
    }
}

/// How the booking stands, as the page's heading and the line below it.
fn say_state(booking: &Booking) -> (&'static str, String) {
    let event = &booking.event;
    if let Some(reason) = &booking.cancel_reason {
        return ("The organiser cancelled this booking", reason.clone());
    }
    match (booking.status, event.availability) {
        (BookingStatus::Confirmed | BookingStatus::Cancelled, Availability::Cancelled) => {
            ("This event was cancelled", format!("{} does not take place. You don't need to do anything.", event.name))
        }
        (BookingStatus::Confirmed, Availability::Past) => {
            ("You were there", format!("{} took place on {}.", event.name, event.when.date))
        }
        (BookingStatus::Confirmed, _) => {
            ("You are booked", format!("See you at {} on {}.", event.venue, event.when.date))
        }
        (BookingStatus::Held, _) => (
            "Not booked yet",
            format!("We keep {} until {} {}.", booking.places(), booking.expires.time, booking.expires.zone),
        ),
        (BookingStatus::Cancelled, _) => {
            ("This booking is cancelled", format!("{} went back on sale.", booking.places()))
        }
        (BookingStatus::Expired, _) => ("The time ran out", format!("{} went back on sale.", booking.places())),
    }
}

/// What one would do next here.
fn next_step(booking: &Booking) -> Option<(String, &'static str, ButtonKind)> {
    match booking.status {
        BookingStatus::Held => {
            Some((format!("/bookings/{}/checkout", booking.id), "Complete your booking", ButtonKind::Primary))
        }
        BookingStatus::Confirmed if booking.event.availability == Availability::Cancelled => None,
        BookingStatus::Confirmed if booking.can_cancel => {
            Some((format!("/bookings/{}/cancel", booking.id), "Cancel this booking", ButtonKind::Quiet))
        }
        BookingStatus::Confirmed => None,
        BookingStatus::Cancelled | BookingStatus::Expired => {
            Some((format!("/events/{}", booking.event_id), "Show the event", ButtonKind::Secondary))
        }
    }
}
