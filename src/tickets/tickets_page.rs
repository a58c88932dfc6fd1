//! All tickets of a booking: each with its code, its place, and what one can do with it.

use super::{
    api::list_tickets,
    model::{Ticket, TicketStatus},
    qr::QrCode,
};
use crate::{
    error::Error,
    id::BookingId,
    server::begin,
    ui::{ButtonKind, LinkButton, Notice, PageError, PageHead, Tone},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page of a booking's tickets.
#[component]
pub fn TicketsPage() -> impl IntoView {
    let found = begin(load(asked_booking_id()));
    Suspend::new(async move {
        match found.await {
            Ok((booking_id, tickets)) => view! { <Shown booking_id tickets /> }.into_any(),
            Err(error) => view! { <Title text="Tickets" /> <PageError error /> }.into_any(),
        }
    })
}

fn asked_booking_id() -> Result<BookingId, Error> {
    use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound)
}

async fn load(booking_id: Result<BookingId, Error>) -> Result<(BookingId, Vec<Ticket>), Error> {
    let id = booking_id?;
    Ok((id, list_tickets(Some(id), None, String::new()).await?.items))
}

#[component]
fn Shown(booking_id: BookingId, tickets: Vec<Ticket>) -> impl IntoView {
    let booking = format!("/bookings/{booking_id}");
    match tickets.first().cloned() {
        Some(first) => view! { <Cards booking first tickets /> }.into_any(),
        None => view! { <NoTickets booking /> }.into_any(),
    }
}

/// What a booking shows that was never confirmed, or was cancelled before anybody asked for its tickets.
#[component]
fn NoTickets(booking: String) -> impl IntoView {
    view! {
        <Title text="Tickets" />
        <section class="page tickets">
            <PageHead title="No tickets" lead="A booking has tickets once it is confirmed, until it is cancelled." />
            <p class="actions">
                <LinkButton href=booking kind=ButtonKind::Secondary>"Show the booking"</LinkButton>
            </p>
        </section>
    }
}

#[component]
fn Cards(booking: String, first: Ticket, tickets: Vec<Ticket>) -> impl IntoView {
    let event = first.event.clone();
    let has_valid = tickets.iter().any(|ticket| ticket.token.is_some());
    let lead = format!("{}, {} {} · {}", event.when.date, event.when.time, event.when.zone, event.venue);
    view! {
        <Title text=format!("Tickets · {}", event.name) />
        <section class="page tickets">
            <PageHead title=format!("Tickets for {}", event.name) lead=lead />
            {if first.status == TicketStatus::Void {
                view! { <Void /> }.into_any()
            } else {
                view! { <Files booking=booking.clone() has_valid /> }.into_any()
            }}
            <ul class="ticket-cards">
                {tickets.into_iter().map(|ticket| view! { <Card ticket /> }).collect_view()}
            </ul>
            <p class="actions">
                <LinkButton href=booking kind=ButtonKind::Quiet>"Show the booking"</LinkButton>
            </p>
        </section>
    }
}

/// Why there is no code.
#[component]
pub(super) fn Void() -> impl IntoView {
    view! {
        <Notice tone=Tone::Warning>
            <p>"These tickets are not valid any more: the booking or its event was cancelled."</p>
        </Notice>
    }
}

#[component]
fn Files(booking: String, has_valid: bool) -> impl IntoView {
    let pdf = format!("{booking}/tickets.pdf");
    has_valid.then(|| {
        view! {
            <p class="actions">
                <LinkButton href=pdf.clone() kind=ButtonKind::Secondary>"PDF to print"</LinkButton>
                <LinkButton href=format!("{pdf}?width=phone") kind=ButtonKind::Secondary>"PDF for a phone"</LinkButton>
                <LinkButton href=format!("{booking}/ticket.ics") kind=ButtonKind::Secondary>"Add to calendar"</LinkButton>
            </p>
            <p class="ticket-hint">
                "Once you have seen this page or a ticket, this browser shows it without a connection too, until you sign out."
            </p>
        }
    })
}

#[component]
fn Card(ticket: Ticket) -> impl IntoView {
    let place = ticket.say_place();
    let (href, link) = (format!("/tickets/{}", ticket.id), format!("Show or pass on: {place}"));
    let can_open = ticket.is_yours && ticket.status == TicketStatus::Valid;
    let is_gone = ticket.token.is_none();
    let code = ticket.token.clone().map(|token| view! { <QrCode token label=format!("QR code: {place}") /> });
    let offered = ticket.transfer.as_ref().map(|transfer| format!("Offered to {}", transfer.email));
    let words = match (ticket.is_yours, ticket.status) {
        (_, TicketStatus::Void) => Some("Not valid any more".to_owned()),
        (false, TicketStatus::Valid) => Some("Passed on: somebody else has this ticket".to_owned()),
        (true, TicketStatus::Valid) => offered,
    };
    view! {
        <li class="ticket-card" class:ticket-card-gone=is_gone>
            {code}
            <div class="ticket-card-text">
                <h2>{place}</h2>
                {ticket.holder.map(|holder| view! { <p>{holder}</p> })}
                <p class="ticket-card-reference">"Reference " <strong>{ticket.reference}</strong></p>
                {words.map(|words| view! { <p class="ticket-card-words">{words}</p> })}
                {can_open
                    .then(|| {
                        view! {
                            <p>
                                <a class="ticket-card-link" href=href aria-label=link>"Show or pass on"</a>
                            </p>
                        }
                    })}
            </div>
        </li>
    }
}
