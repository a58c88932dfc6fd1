//! My bookings: what still has to be completed, what is to come, what is over.

use super::{
    api::list_bookings,
    booking_page::say_status,
    model::{Booking, BookingStatus},
};
use crate::{
    error::Error,
    events::model::{Availability, Page},
    server::begin,
    tickets::{api::list_tickets, model::Ticket},
    ui::{ButtonKind, LinkButton, Notice, PageError, PageHead, Tone, asked, path_with},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The bookings of who is signed in.
#[component]
pub fn BookingsPage() -> impl IntoView {
    let cursor = asked("cursor");
    let is_first = cursor.is_empty();
    let found = begin(load(cursor));
    view! {
        <Title text="My bookings" />
        {Suspend::new(async move {
            match found.await {
                Ok((page, received)) => view! { <Shown page received is_first /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

/// A page of bookings; with the first of them, what others passed on.
async fn load(cursor: String) -> Result<(Page<Booking>, Vec<Ticket>), Error> {
    let received = if cursor.is_empty() { list_tickets(None, None, String::new()).await?.items } else { Vec::new() };
    Ok((list_bookings(None, cursor).await?, received))
}

#[component]
fn Shown(page: Page<Booking>, received: Vec<Ticket>, is_first: bool) -> impl IntoView {
    let Page { items, next_cursor } = page;
    let (is_empty, is_only) = (items.is_empty() && received.is_empty(), is_first && next_cursor.is_none());
    view! {
        <section class="page bookings">
            <PageHead title="My bookings" />
            {(asked("saved") == "claimed")
                .then(|| view! { <Notice tone=Tone::Success>"What you booked without an account is in your account now."</Notice> })}
            {(asked("saved") == "email")
                .then(|| view! { <Notice tone=Tone::Success>"Your address is corrected. The mails about your bookings are on their way."</Notice> })}
            {is_empty.then(|| view! { <Empty /> })}
            {(!received.is_empty()).then(|| view! { <Received received /> })}
            {in_groups(items).map(|(group, bookings)| view! { <BookingGroup group bookings /> }).collect_view()}
            {(!is_only).then(|| view! { <Pager is_first next_cursor /> })}
        </section>
    }
}

/// The tickets that others passed on.
#[component]
fn Received(received: Vec<Ticket>) -> impl IntoView {
    let line = |ticket: Ticket| {
        let place = ticket.say_place();
        let Ticket { id, event, .. } = ticket;
        view! {
            <li class="received-line">
                <a href=format!("/tickets/{id}")>{event.name}</a>
                <p>{event.when.date_short} ", " {event.when.time} " · " {event.venue} " · " {place}</p>
            </li>
        }
    };
    view! {
        <section class="booking-group received">
            <h2>"Tickets passed on to you"</h2>
            <ul class="booking-list">{received.into_iter().map(line).collect_view()}</ul>
        </section>
    }
}

#[component]
fn Pager(is_first: bool, #[prop(optional_no_strip)] next_cursor: Option<String>) -> impl IntoView {
    let newest = (!is_first).then(|| {
        view! { <LinkButton href="/bookings" kind=ButtonKind::Secondary>"Newest bookings"</LinkButton> }
    });
    let older = next_cursor.map(|cursor| {
        let href = path_with("/bookings", [("cursor", cursor.as_str())]);
        view! { <LinkButton href=href kind=ButtonKind::Secondary>"Older bookings"</LinkButton> }
    });
    view! {
        <nav class="pager" aria-label="Pages">
            {newest}
            {older}
        </nav>
    }
}

/// What to do when there are none yet.
#[component]
fn Empty() -> impl IntoView {
    view! {
        <div class="bookings-empty">
            <p class="lead">"Nothing here yet. What you book stands here, with its places and its history."</p>
            <p class="actions">
                <LinkButton href="/events">"Find an event"</LinkButton>
            </p>
        </div>
    }
}

/// Where a booking stands in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    /// Still to be confirmed.
    Held,
    /// Booked and to come.
    Upcoming,
    /// Over, in one way or another.
    Over,
}

impl Group {
    fn of(booking: &Booking) -> Self {
        match (booking.status, booking.event.availability) {
            (BookingStatus::Held, _) => Self::Held,
            (BookingStatus::Confirmed, Availability::Past | Availability::Cancelled) => Self::Over,
            (BookingStatus::Confirmed, _) => Self::Upcoming,
            (BookingStatus::Cancelled | BookingStatus::Expired, _) => Self::Over,
        }
    }

    fn heading(self) -> &'static str {
        match self {
            Self::Held => "To complete",
            Self::Upcoming => "Upcoming",
            Self::Over => "Past and cancelled",
        }
    }
}

/// The groups that have bookings, each in the order of the list; what is to come soonest first.
fn in_groups(bookings: Vec<Booking>) -> impl Iterator<Item = (Group, Vec<Booking>)> {
    [Group::Held, Group::Upcoming, Group::Over].into_iter().filter_map(move |group| {
        let mut own: Vec<Booking> = bookings.iter().filter(|booking| Group::of(booking) == group).cloned().collect();
        if group == Group::Upcoming {
            own.sort_by_key(|booking| booking.event.event_date);
        }
        (!own.is_empty()).then_some((group, own))
    })
}

#[component]
fn BookingGroup(group: Group, bookings: Vec<Booking>) -> impl IntoView {
    view! {
        <section class="booking-group">
            <h2>{group.heading()}</h2>
            <ul class="booking-list">
                {bookings.into_iter().map(|booking| view! { <BookingLine group booking /> }).collect_view()}
            </ul>
        </section>
    }
}

/// Until when the places are kept, and what for.
fn say_held(booking: &Booking) -> String {
    let expires = &booking.expires;
    if booking.is_offer {
        let (day, time, zone) = (&expires.date_short, &expires.time, &expires.zone);
        return format!("Your turn on the waitlist: kept until {day}, {time} {zone}");
    }
    format!("Held until {} {}: complete your booking", expires.time, expires.zone)
}

#[component]
fn BookingLine(group: Group, booking: Booking) -> impl IntoView {
    let places = booking.places();
    let is_void = matches!(booking.status, BookingStatus::Cancelled | BookingStatus::Expired);
    let total = (!is_void).then(|| booking.total().to_string());
    let held = say_held(&booking);
    let event = booking.event;
    let (href, status) = match group {
        Group::Held => (format!("/bookings/{}/checkout", booking.id), held),
        _ if event.availability == Availability::Cancelled => {
            (format!("/bookings/{}", booking.id), "Event cancelled".to_owned())
        }
        _ => (format!("/bookings/{}", booking.id), say_status(booking.status).to_owned()),
    };
    let class = match group {
        Group::Held => "booking-line booking-line-held",
        Group::Upcoming => "booking-line",
        Group::Over => "booking-line booking-line-over",
    };
    view! {
        <li class=class>
            <p class="booking-line-date" aria-hidden="true">
                <span class="booking-line-day">{event.when.day.clone()}</span>
                <span class="booking-line-month">{event.when.month.clone()}</span>
            </p>
            <div class="booking-line-text">
                <h3>
                    <a href=href>{event.name}</a>
                </h3>
                <p>
                    <time datetime=event.when.iso>{event.when.date_short} ", " {event.when.time}</time>
                    " · "
                    {event.venue}
                    " · "
                    {places}
                </p>
            </div>
            <p class="booking-line-end">
                <span class="booking-line-status">{status}</span>
                {total.map(|total| view! { <span class="booking-line-total">{total}</span> })}
            </p>
        </li>
    }
}
