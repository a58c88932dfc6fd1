//! The way to hold places, or the reason why there is none and what to do instead.

use super::Seats;
use crate::{
    bookings::{
        hold_quantity::HoldQuantity,
        hold_refusal::{say, say_lost},
        hold_seats::HoldSeats,
    },
    error::Error,
    events::{
        model::{Availability, Event, EventDetail, category_name},
        sale_countdown::SaleCountdown,
    },
    seats::{
        model::{Seat, SeatStatus},
        seat_map::{Choice, ChosenSeat, SectionLinks},
    },
    ui::{ButtonKind, LinkButton, asked, path_with},
};
use leptos::prelude::*;

/// Seconds before its opening from which on a page counts down to a sale; further ahead nobody keeps the page open.
const WAIT_MAX_S: i64 = 6 * 3600;

/// The way to hold places, or the reason why there is none and what to do instead. `refused` is why its form came back.
pub(super) fn hold_panel(detail: EventDetail, seats: Option<Seats>, refused: Option<Error>) -> AnyView {
    if !detail.event.availability.is_bookable() {
        return view! { <NoSale detail /> }.into_any();
    }
    match seats {
        Some(seats) => view! { <SeatsPanel detail seats refused /> }.into_any(),
        None => view! { <QuantityPanel detail refused /> }.into_any(),
    }
}

#[component]
fn QuantityPanel(detail: EventDetail, refused: Option<Error>) -> impl IntoView {
    let event = &detail.event;
    let most = detail.places_per_person.min(event.available_capacity).max(1);
    let first = asked("quantity").parse().unwrap_or(1).clamp(1, most);
    let key = format!("{}-{}", event.id, detail.server_now.timestamp_micros());
    let refused = refused.and_then(|error| say(&error, &[]));
    view! {
        <aside class="hold-panel" id="hold" aria-labelledby="hold-heading">
            <h2 id="hold-heading">"Book places"</h2>
            <HoldQuantity event_id=event.id price=event.price() most first key refused />
            <p class="hold-terms">{terms(&detail)}</p>
        </aside>
    }
}

#[component]
fn SeatsPanel(detail: EventDetail, seats: Seats, refused: Option<Error>) -> impl IntoView {
    let Seats { map, section, kept, asked } = seats;
    let refused = say_refusal(&asked, refused.as_ref());
    let free = asked.iter().filter(|seat| kept.contains(&seat.id) && seat.status == SeatStatus::Available);
    let choice = Choice::new(free.map(ChosenSeat::from), detail.places_per_person);
    // What is lost is said once, not on every section opened from here.
    let links = SectionLinks::new(map.event_id, &choice.ids());
    view! {
        <section class="event-seats" id="seats" tabindex="-1" aria-labelledby="seats-heading">
            <header class="event-seats-head">
                <h2 id="seats-heading">"Choose your seats"</h2>
                <p class="hold-terms">{terms(&detail)}</p>
            </header>
            <HoldSeats map section choice links refused />
        </section>
    }
}

/// Why the form came back, or which of the seats that the address asks for are gone.
fn say_refusal(asked: &[Seat], refused: Option<&Error>) -> Option<String> {
    let gone: Vec<String> = asked.iter().filter(|seat| seat.status != SeatStatus::Available).map(Seat::label).collect();
    match refused {
        Some(error) => say(error, &gone),
        None => (!gone.is_empty()).then(|| say_lost(&gone)),
    }
}

/// The rules of holding, said plainly.
fn terms(detail: &EventDetail) -> String {
    let minutes = detail.hold_length_s / 60;
    let kept = if detail.event.has_seat_selection { "your seats" } else { "your places" };
    format!(
        "Up to {} per person. We keep {kept} for {minutes} minutes while you check out. The price is what you pay, all in.",
        detail.places_per_person
    )
}

/// Why nothing can be booked now, and what to do instead.
#[component]
fn NoSale(detail: EventDetail) -> impl IntoView {
    let event = &detail.event;
    let (heading, words) = say_no_sale(&detail);
    let wait_s = match event.availability {
        Availability::OpensLater { opens_at } => Some((opens_at - detail.server_now).num_seconds()),
        _ => None,
    };
    let countdown =
        wait_s.filter(|wait_s| (0..=WAIT_MAX_S).contains(wait_s)).map(|wait_s| view! { <SaleCountdown wait_s /> });
    let similar = (!matches!(event.availability, Availability::OpensLater { .. })).then(|| similar_events(event));
    view! {
        <aside class="hold-panel" id="hold" aria-labelledby="hold-heading">
            <h2 id="hold-heading">{heading}</h2>
            <p>{words}</p>
            {countdown}
            {similar
                .map(|(href, words)| {
                    view! {
                        <p class="actions">
                            <LinkButton href=href kind=ButtonKind::Secondary>{words}</LinkButton>
                        </p>
                    }
                })}
        </aside>
    }
}

fn say_no_sale(detail: &EventDetail) -> (&'static str, String) {
    let opens = &detail.event.sales_open;
    match detail.event.availability {
        Availability::OpensLater { .. } => (
            "On sale soon",
            format!(
                "The sale opens {} at {} {}. Up to {} per person.",
                opens.date, opens.time, opens.zone, detail.places_per_person
            ),
        ),
        Availability::SoldOut => {
            ("Sold out", "Every place is taken. Places that are given back go on sale again here.".to_owned())
        }
        Availability::Cancelled => {
            ("Cancelled", "This event does not take place. Bookings for it are no longer valid.".to_owned())
        }
        Availability::Past => ("This event is over", format!("It took place on {}.", detail.event.when.date)),
        Availability::SalesClosed | Availability::Available | Availability::FewLeft { .. } => (
            "The sale has closed",
            format!(
                "It closed {} at {} {}.",
                detail.sales_close.date, detail.sales_close.time, detail.sales_close.zone
            ),
        ),
    }
}

/// Where to look instead, and the words of the link.
fn similar_events(event: &Event) -> (String, String) {
    let path = path_with("/events", [("category", event.category.as_str()), ("city", event.city.as_str())]);
    (path, format!("More {} in {}", category_name(&event.category).to_lowercase(), event.city))
}
