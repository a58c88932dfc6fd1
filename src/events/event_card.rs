//! An event in a list, and the word that says whether it can be booked.

use super::{
    model::{Availability, Event, category_name},
    poster::{EventPicture, Shown},
};
use crate::id::EventId;
use leptos::prelude::*;

/// An event as a card: the whole card leads to the event.
#[component]
pub fn EventCard(
    /// The event.
    event: Event,
) -> impl IntoView {
    let price = price_words(&event);
    let word = event.clone();
    view! {
        <article class="event-card">
            <EventPicture event=event.clone() shown=Shown::OnCard />
            <div class="event-card-text">
                <p class="event-card-when">
                    <time datetime=event.when.iso>{event.when.date_short} " · " {event.when.time}</time>
                </p>
                <h3>
                    <a href=format!("/events/{}", event.id)>{event.name}</a>
                </h3>
                <p class="event-card-where">{event.venue} "\u{a0}· " {event.city}</p>
                <p class="event-card-foot">
                    <span class="event-card-price">{price}</span>
                    " "
                    <AvailabilityWord event=word />
                </p>
            </div>
        </article>
    }
}

/// An event as the large card that opens a page.
#[component]
pub fn FeatureCard(
    /// The event.
    event: Event,
) -> impl IntoView {
    let price = price_words(&event);
    let word = event.clone();
    let category = category_name(&event.category).to_owned();
    view! {
        <article class="event-card feature-card">
            <EventPicture event=event.clone() shown=Shown::OnPage />
            <div class="event-card-text">
                <p class="event-card-when">
                    <time datetime=event.when.iso>{event.when.date} " · " {event.when.time}</time>
                </p>
                <h3>
                    <a href=format!("/events/{}", event.id)>{event.name}</a>
                </h3>
                <p class="feature-card-summary">{event.summary}</p>
                <p class="event-card-where">{category} "\u{a0}· " {event.venue} "\u{a0}· " {event.city}</p>
                <p class="event-card-foot">
                    <span class="event-card-price">{price}</span>
                    " "
                    <AvailabilityWord event=word />
                </p>
            </div>
        </article>
    }
}

/// Whether places can be had, in a word; the mark before it only repeats what the word says.
#[component]
pub fn AvailabilityWord(
    /// Of which event.
    event: Event,
) -> impl IntoView {
    let (class, words) = availability_words(&event);
    view! { <span class=format!("availability {class}")>{words}</span> }
}

fn availability_words(event: &Event) -> (&'static str, String) {
    match event.availability {
        Availability::Available | Availability::FewLeft { .. } | Availability::SoldOut => {
            event.availability.left_words().unwrap_or_default()
        }
        Availability::OpensLater { .. } => {
            ("availability-later", format!("On sale {}, {}", event.sales_open.date_short, event.sales_open.time))
        }
        Availability::SalesClosed => ("availability-gone", "Sale closed".to_owned()),
        Availability::Cancelled => ("availability-off", "Cancelled".to_owned()),
        Availability::Past => ("availability-gone", "Past".to_owned()),
    }
}

/// What an event's poster is called while one page turns into another.
pub fn poster_view_name(event_id: EventId) -> String {
    format!("poster-{event_id}")
}

/// What a place costs: `Free`, `€24`, or `from €24` where seats differ.
pub(super) fn price_words(event: &Event) -> String {
    let price = event.price();
    if event.has_seat_selection && price.minor > 0 { format!("from {price}") } else { price.to_string() }
}
