//! The way to hold places, or the reason why there is none and what to do instead.

use super::{Seats, standing::StandingSections};
use crate::{
    bookings::{
        api::ConfirmBooking,
        hold_quantity::HoldQuantity,
        hold_refusal::{say, say_lost, say_not_on_sale},
        hold_seats::HoldSeats,
        model::Booking,
    },
    error::Error,
    events::{
        left::Left,
        model::{Availability, Event, EventDetail, category_name},
        sale_countdown::OpensSoon,
    },
    id::SeatId,
    seats::{
        model::{Seat, SeatMap, SeatStatus, Section},
        seat_map::{Choice, ChosenSeat, SectionLinks, overview::SectionOverview, party::PartyForm},
    },
    server::shared_pages::{counts_down, page_key},
    ui::{self, ButtonKind, LinkButton, Notice, SubmitButton, Tone, asked, path_with},
    waitlist::{model::Entry, waitlist_panel::WaitlistPanel},
};
use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::ServerFn};

/// Milliseconds before its opening from which on people can choose already, and their page opens with the sale; further ahead
/// nobody keeps a page open.
const WAIT_MAX_MS: i64 = 6 * 3_600_000;

/// What the panel shows.
pub(super) struct PanelData {
    /// The event.
    pub(super) detail: EventDetail,
    /// Its seats, where it has some.
    pub(super) seats: Option<Seats>,
    /// The person's own hold of it.
    pub(super) own_hold: Option<Booking>,
    /// The person's entry of its waitlist.
    pub(super) own_entry: Option<Entry>,
    /// Why the panel's form came back, if it did.
    pub(super) refused: Option<Error>,
}

/// The way to hold places, or the reason why there is none and what to do instead.
pub(super) fn hold_panel(data: PanelData) -> AnyView {
    let PanelData { detail, seats, own_hold, own_entry, refused } = data;
    // Of use to whoever waits already, and where there may be too few places; who has been offered some decides about those
    // first.
    let is_scarce = detail.event.available_capacity < detail.places_per_person;
    let all_sections = || seats.iter().flat_map(|seats| &seats.map.sections);
    let is_sold_out = |section: &&Section| section.available_count == 0 && section.off_sale.is_none();
    let has_offer = own_hold.as_ref().is_some_and(|hold| hold.is_offer);
    let has_sold_out = all_sections().any(|section| is_sold_out(&section));
    let waits = own_entry.is_some() || (is_scarce || has_sold_out) && detail.event.availability.is_on_sale();
    let is_waited_for = |section: &&Section| is_scarce || is_sold_out(section);
    let sections = all_sections().filter(is_waited_for).map(|section| section.name.clone()).collect();
    let waitlist = (waits && !has_offer)
        .then(|| view! { <WaitlistPanel detail=detail.clone() sections is_scarce entry=own_entry /> }.into_any());
    let opens_soon = opens_soon(&detail);
    if opens_soon.is_none() && !detail.event.availability.is_bookable() {
        return view! {
            <NoSale detail>{own_hold.map(|booking| view! { <OwnHold booking /> })} {waitlist}</NoSale>
        }
        .into_any();
    }
    match seats {
        Some(seats) => {
            view! { <SeatsPanel detail seats own_hold refused opens_soon>{waitlist}</SeatsPanel> }.into_any()
        }
        None => view! { <QuantityPanel detail own_hold refused opens_soon>{waitlist}</QuantityPanel> }.into_any(),
    }
}

/// The sale of this event, if it opens soon.
fn opens_soon(detail: &EventDetail) -> Option<OpensSoon> {
    let Availability::OpensLater { opens_at } = detail.event.availability else { return None };
    // Rounded up, so that nobody presses too early.
    counts_down();
    let in_ms = (opens_at - detail.server_now + TimeDelta::microseconds(999)).num_milliseconds();
    (in_ms <= WAIT_MAX_MS).then(|| OpensSoon { in_ms, words: say_opening(detail) })
}

/// The key of the page's form.
fn name_page(detail: &EventDetail) -> String {
    format!("{}-{}", detail.event.id, page_key(|| detail.server_now.timestamp_micros().to_string()))
}

fn say_opening(detail: &EventDetail) -> String {
    let opens = &detail.event.sales_open;
    format!("The sale opens {} at {} {}.", opens.date, opens.time, opens.zone)
}

/// What the person holds already, and the way on to its checkout.
#[component]
fn OwnHold(booking: Booking) -> impl IntoView {
    if booking.is_offer {
        return view! { <OwnOffer booking /> }.into_any();
    }
    let words = format!("You hold {} until {} {}. ", booking.places(), booking.expires.time, booking.expires.zone);
    view! {
        <Notice>
            <p>
                {words}
                <a href=format!("/bookings/{}/checkout", booking.id)>"Go on to the checkout"</a>
            </p>
        </Notice>
    }
    .into_any()
}

/// What the waitlist keeps for the person: what it costs, one click to book it, and the way to let it go.
#[component]
fn OwnOffer(booking: Booking) -> impl IntoView {
    let expires = &booking.expires;
    let words = format!(
        "It is your turn: we keep {} for you until {}, {} {}.",
        booking.places(),
        expires.date_short,
        expires.time,
        expires.zone
    );
    view! {
        <Notice tone=Tone::Success>
            <p>{words}</p>
            <form method="post" action=ConfirmBooking::url() class="offer-actions">
                <input type="hidden" name="booking_id" value=booking.id.to_string() />
                <SubmitButton>{format!("Book for {}", booking.total())}</SubmitButton>
                <LinkButton href=format!("/bookings/{}/checkout", booking.id) kind=ButtonKind::Secondary>
                    "Look at it first"
                </LinkButton>
            </form>
        </Notice>
    }
}

#[component]
fn QuantityPanel(
    detail: EventDetail,
    own_hold: Option<Booking>,
    refused: Option<Error>,
    opens_soon: Option<OpensSoon>,
    children: Children,
) -> impl IntoView {
    let event = &detail.event;
    let limit = detail.places_per_person;
    let first = asked("quantity").parse().unwrap_or(1).clamp(1, limit.min(event.available_capacity).max(1));
    let left = Left { available: event.available_capacity, total: event.total_capacity };
    let key = name_page(&detail);
    let refused = refused.and_then(|error| say(&error, &[]));
    view! {
        <aside class="hold-panel" id="hold" aria-labelledby="hold-heading">
            <h2 id="hold-heading">"Book places"</h2>
            {own_hold.map(|booking| view! { <OwnHold booking /> })}
            <HoldQuantity event_id=event.id price=event.price() limit left first key refused opens_soon />
            <p class="hold-terms">{terms(&detail)}</p>
            {children()}
        </aside>
    }
}

#[component]
fn SeatsPanel(
    detail: EventDetail,
    seats: Seats,
    own_hold: Option<Booking>,
    refused: Option<Error>,
    opens_soon: Option<OpensSoon>,
    children: Children,
) -> impl IntoView {
    let Seats { map, section, kept, asked, mut party, unfit } = seats;
    let is_own = |seat: &Seat| own_hold.iter().flat_map(|own| &own.seats).any(|own| own.seat_id == seat.id);
    // The form of a standing section says itself why it came back; of one that is no more, the page does.
    let asked_standing = ui::asked("standing");
    let has_form = map.sections.iter().any(|section| section.standing && section.name == asked_standing);
    let (at_standing, refused) = if has_form { (refused, None) } else { (None, refused) };
    let refused = say_refusal(asked.iter().filter(|seat| !is_own(seat)), refused.as_ref());
    let free = asked.iter().filter(|seat| kept.contains(&seat.id) && seat.status == SeatStatus::Available);
    let free: Vec<&Seat> = free.collect();
    // Said of all that were found, or not at all.
    party.found = party.found.filter(|_| free.len() == kept.len());
    let refused = refused.or(unfit);
    let choice = Choice::new(free.into_iter().map(ChosenSeat::from), detail.places_per_person);
    // What is lost is said once, not on every section opened from here.
    let lost = asked.iter().filter(|seat| !is_own(seat) && seat.status != SeatStatus::Available);
    let lost: Vec<SeatId> = lost.map(|seat| seat.id).collect();
    let nearest = section.as_ref().map(|section| section.nearest(&choice.ids(), &lost)).unwrap_or_default();
    let links = SectionLinks::new(map.event_id, &choice.ids());
    let open = section.as_ref().map(|section| section.name().to_owned());
    let heading = match (map.sections.iter().any(|section| section.standing), map.with_seats().sections.is_empty()) {
        (false, _) => "Choose your seats",
        (true, false) => "Choose your places",
        (true, true) => "Book places",
    };
    let overview =
        (map.sections.len() > 1).then(|| view! { <SectionOverview map=map.clone() links=links.clone() open /> });
    // The overview is drawn: the island need not carry what it is drawn from.
    let bare = |section: Section| Section { outline: Vec::new(), ..section };
    let key = name_page(&detail);
    let limit = detail.places_per_person;
    let standing = view! { <StandingSections map=map.clone() limit key refused=at_standing /> };
    let seated = map.with_seats();
    let map = map.seats_first();
    let map = SeatMap { sections: map.sections.into_iter().map(bare).collect(), ..map };
    let seats = if seated.sections.is_empty() {
        // Nobody chooses anything on it.
        let opens = opens_soon.map(|soon| view! { <p class="sale-opens">{soon.words}</p> });
        view! {
            {opens}
            {overview}
        }
        .into_any()
    } else {
        view! {
            <PartyForm map=seated links=links.clone() party=party.clone() limit />
            {party.found.clone().map(|sentence| view! { <Notice tone=Tone::Success>{sentence}</Notice> })}
            <HoldSeats map section choice links refused nearest party=party.count opens_soon>
                {overview}
            </HoldSeats>
        }
        .into_any()
    };
    view! {
        <section class="event-seats" id="seats" tabindex="-1" aria-labelledby="seats-heading">
            <header class="event-seats-head">
                <h2 id="seats-heading">{heading}</h2>
                <p class="hold-terms">{terms(&detail)}</p>
            </header>
            {own_hold.map(|booking| view! { <OwnHold booking /> })}
            {standing}
            {seats}
            {children()}
        </section>
    }
}

/// Why the form came back, or which of the seats that the address asks for are gone.
fn say_refusal<'a>(asked: impl Iterator<Item = &'a Seat>, refused: Option<&Error>) -> Option<String> {
    let (blocked, gone): (Vec<&Seat>, Vec<&Seat>) =
        asked.filter(|seat| seat.status != SeatStatus::Available).partition(|seat| seat.status == SeatStatus::Blocked);
    let names = |seats: Vec<&Seat>| seats.into_iter().map(Seat::label).collect::<Vec<_>>();
    let (blocked, gone) = (names(blocked), names(gone));
    match refused {
        Some(error) => say(error, &gone),
        None if gone.is_empty() => (!blocked.is_empty()).then(|| say_not_on_sale(&blocked)),
        None => Some(say_lost(&gone)),
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
fn NoSale(detail: EventDetail, children: Children) -> impl IntoView {
    let event = &detail.event;
    let (heading, words) = say_no_sale(&detail);
    let similar = (!matches!(event.availability, Availability::OpensLater { .. })).then(|| similar_events(event));
    view! {
        <aside class="hold-panel" id="hold" aria-labelledby="hold-heading">
            <h2 id="hold-heading">{heading}</h2>
            <p>{words}</p>
            {children()}
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
    match detail.event.availability {
        Availability::OpensLater { .. } => {
            ("On sale soon", format!("{} Up to {} per person.", say_opening(detail), detail.places_per_person))
        }
        Availability::SoldOut => ("Sold out", "Every place is taken.".to_owned()),
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
