//! The way to hold places, or the reason why there is none and what to do instead.

use crate::{
    bookings::{api::HoldPlaces, hold_quantity::HoldQuantity, hold_seats::HoldSeats},
    events::model::{Availability, Event, EventDetail, category_name},
    seats::{
        model::{Seat, SeatMap},
        seat_map::SectionResource,
    },
    ui::{ButtonKind, LinkButton, path_with},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

/// What the page's top holds for its panel.
pub(super) struct PanelParts {
    /// The section that is open.
    pub(super) section: SectionResource,
    /// The action that holds.
    pub(super) hold: ServerAction<HoldPlaces>,
    /// Told when the number of places that are left has changed.
    pub(super) on_changed: Callback<()>,
}

/// The way to hold places, or the reason why there is none and what to do instead.
pub(super) fn hold_panel(detail: EventDetail, map: Option<SeatMap>, asked: Vec<Seat>, parts: PanelParts) -> AnyView {
    let PanelParts { section, hold, on_changed } = parts;
    if !detail.event.availability.is_bookable() {
        return view! { <NoSale detail /> }.into_any();
    }
    let terms = terms(&detail);
    let Some(map) = map else {
        let asked = use_query_map().with_untracked(|query| query.get_str("quantity")?.parse().ok());
        return view! {
            <aside class="hold-panel" id="hold" aria-labelledby="hold-heading">
                <h2 id="hold-heading">"Book places"</h2>
                <HoldQuantity detail asked hold on_changed />
                <p class="hold-terms">{terms}</p>
            </aside>
        }
        .into_any();
    };
    view! {
        <section class="event-seats" id="seats" aria-labelledby="seats-heading">
            <header class="event-seats-head">
                <h2 id="seats-heading">"Choose your seats"</h2>
                <p class="hold-terms">{terms}</p>
            </header>
            <HoldSeats detail map asked section hold />
        </section>
    }
    .into_any()
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
    let similar = (!matches!(event.availability, Availability::OpensLater { .. })).then(|| similar_events(event));
    view! {
        <aside class="hold-panel" id="hold" aria-labelledby="hold-heading">
            <h2 id="hold-heading">{heading}</h2>
            <p>{words}</p>
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
