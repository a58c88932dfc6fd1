//! One booking with everything that happened to it, and what can be done about it.

use super::{
    api::{CancelForPerson, ResendMail, get_file},
    model::{BookingFile, FileDeed, FileEntry},
};
use crate::{
    bookings::{
        booking_page::say_status,
        checkout_page::{asked_booking_id, summary::say_off},
        model::{Booking, BookingStatus},
    },
    error::Error,
    id::BookingId,
    notifications::{api::list_booking_mails, model::BookingMail},
    seats::model::is_standing,
    server::begin,
    staff::{
        frame::{DashboardPage, EventTab, Place},
        log_page::say_action,
    },
    tickets::{
        api::list_booking_tickets,
        model::{BookedTicket, TicketStatus},
    },
    ui::{ButtonKind, Field, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, asked, refusal},
    users::model::Attendee,
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The page of anybody's booking.
#[component]
pub fn FilePage() -> impl IntoView {
    let found = begin(load(asked_booking_id()));
    Suspend::new(async move {
        match found.await {
            Ok(found) => view! { <Shown found /> }.into_any(),
            Err(error) => view! { <PageError error /> }.into_any(),
        }
    })
}

struct Found {
    file: BookingFile,
    tickets: Vec<BookedTicket>,
    mails: Vec<BookingMail>,
}

async fn load(booking_id: Result<BookingId, Error>) -> Result<Found, Error> {
    let id = booking_id?;
    Ok(Found {
        file: get_file(id).await?,
        tickets: list_booking_tickets(id).await?,
        mails: list_booking_mails(id).await?,
    })
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { file: BookingFile { attendee, booking, history, deeds }, tickets, mails } = found;
    let place = Place::Event { tab: EventTab::Bookings, event_id: booking.event_id, name: booking.event.name.clone() };
    let lead = format!("{}, {}", attendee.say_name(), say_status(booking.status).to_lowercase());
    view! {
        <DashboardPage title=format!("Booking {}", booking.reference) lead=lead place>
            {say_saved().map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            <Facts attendee booking=booking.clone() />
            <Actions booking=booking.clone() />
            <Prices booking />
            <Tickets tickets />
            <Mails mails />
            <History history />
            <Deeds deeds />
        </DashboardPage>
    }
}

fn say_saved() -> Option<&'static str> {
    match asked("saved").as_str() {
        "cancelled" => Some("The booking is cancelled."),
        "resent" => Some("The mail is on its way."),
        "moved" => Some("The booking has its new seats."),
        "sold" => Some("The places are booked."),
        _ => None,
    }
}

fn say_state(booking: &Booking) -> String {
    let state = say_status(booking.status);
    match (&booking.cancel_reason, booking.status) {
        (Some(reason), _) => format!("{state} by the organiser: {reason}"),
        (None, BookingStatus::Held) => format!("{state} until {} {}", booking.expires.time, booking.expires.zone),
        _ => state.to_owned(),
    }
}

#[component]
fn Facts(attendee: Attendee, booking: Booking) -> impl IntoView {
    let (state, places, total) = (say_state(&booking), booking.places(), booking.total().to_string());
    let discount = booking.discount().map(|(code, off)| {
        view! {
            <div>
                <dt>"Discount"</dt>
                <dd>{format!("{} of {}, with {code}", say_off(off), booking.subtotal())}</dd>
            </div>
        }
    });
    let (name, event) = (attendee.say_name().to_owned(), booking.event);
    view! {
        <dl class="booking-facts">
            <div>
                <dt>"Person"</dt>
                <dd>{name} <br /> {attendee.email}</dd>
            </div>
            <div>
                <dt>"Event"</dt>
                <dd>{event.name} <br /> {event.when.date} ", " {event.when.time}</dd>
            </div>
            <div>
                <dt>"Places"</dt>
                <dd>{places}</dd>
            </div>
            <div>
                <dt>"Amount"</dt>
                <dd>{total}</dd>
            </div>
            {discount}
            <div>
                <dt>"State"</dt>
                <dd>{state}</dd>
            </div>
        </dl>
    }
}

/// What can be done: by the state of the booking.
#[component]
fn Actions(booking: Booking) -> impl IntoView {
    let id = booking.id;
    let is_booked = booking.status == BookingStatus::Confirmed;
    let resend = is_booked.then(|| {
        view! {
            <form method="post" action=ResendMail::url()>
                <input type="hidden" name="booking_id" value=id.to_string() />
                <SubmitButton kind=ButtonKind::Secondary>"Send the mail again"</SubmitButton>
            </form>
        }
    });
    let change = (is_booked && !booking.seats.is_empty()).then(|| {
        view! { <LinkButton href=format!("/admin/bookings/{id}/seats") kind=ButtonKind::Secondary>"Change seats"</LinkButton> }
    });
    let is_living = is_booked || booking.status == BookingStatus::Held;
    view! {
        <FormRefusal refusal={refusal::<ResendMail>()} />
        <div class="actions">{change} {resend}</div>
        {is_living.then(|| view! { <Cancel booking_id=id /> })}
    }
}

#[component]
fn Cancel(booking_id: BookingId) -> impl IntoView {
    let refused = refusal::<CancelForPerson>();
    let is_open = refused.is_some();
    view! {
        <FormRefusal refusal=refused.clone() />
        <details class="dashboard-part" open=is_open>
            <summary>"Cancel this booking"</summary>
            <form method="post" action=CancelForPerson::url() class="form">
                <input type="hidden" name="booking_id" value=booking_id.to_string() />
                <Field
                    label="Reason"
                    name="reason"
                    value=asked("reason")
                    hint="The person reads it in a mail. The places go to whoever waits, then on sale. Cancelling can't be undone."
                    refusal=refused
                    required=true
                />
                <SubmitButton kind=ButtonKind::Danger>"Cancel booking"</SubmitButton>
            </form>
        </details>
    }
}

/// Each seat with what it costs.
#[component]
fn Prices(booking: Booking) -> impl IntoView {
    let currency = booking.currency;
    (!booking.seats.is_empty()).then(|| {
        let row = move |seat: crate::bookings::model::BookedSeat| {
            let price = crate::money::Money::new(seat.price_minor, currency).to_string();
            let stands = is_standing(&seat.row);
            view! {
                <tr>
                    <th scope="row">{seat.section}</th>
                    <td data-label="Row">{if stands { "–".to_owned() } else { seat.row }}</td>
                    <td data-label="Seat">{if stands { "Standing".to_owned() } else { seat.number }}</td>
                    <td data-label="Price" class="rows-number">{price}</td>
                </tr>
            }
        };
        view! {
            <section class="dashboard-part">
                <h2>"Seats"</h2>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">"Section"</th>
                            <th scope="col">"Row"</th>
                            <th scope="col">"Seat"</th>
                            <th scope="col" class="rows-number">"Price"</th>
                        </tr>
                    </thead>
                    <tbody>{booking.seats.into_iter().map(row).collect_view()}</tbody>
                </table>
            </section>
        }
    })
}

#[component]
fn Tickets(tickets: Vec<BookedTicket>) -> impl IntoView {
    let row = |ticket: BookedTicket| {
        let state = match (ticket.status, ticket.nonce) {
            (TicketStatus::Void, _) => "Void".to_owned(),
            (TicketStatus::Valid, 1) => "Valid".to_owned(),
            (TicketStatus::Valid, times) => format!("Valid, made {times} times"),
        };
        let offered = ticket.offered_to.map(|email| format!(", offered to {email}"));
        view! {
            <tr>
                <th scope="row">{ticket.place}</th>
                <td data-label="Holder">{ticket.holder} " " <span class="muted">{ticket.email}</span></td>
                <td data-label="State">{state} {offered}</td>
            </tr>
        }
    };
    view! {
        <section class="dashboard-part">
            <h2>"Tickets"</h2>
            {if tickets.is_empty() {
                view! { <p class="muted">"Nobody has asked for them yet: they are made when somebody does."</p> }.into_any()
            } else {
                view! {
                    <table class="rows">
                        <thead>
                            <tr>
                                <th scope="col">"Place"</th>
                                <th scope="col">"Holder"</th>
                                <th scope="col">"State"</th>
                            </tr>
                        </thead>
                        <tbody>{tickets.into_iter().map(row).collect_view()}</tbody>
                    </table>
                }
                    .into_any()
            }}
        </section>
    }
}

#[component]
fn Mails(mails: Vec<BookingMail>) -> impl IntoView {
    let row = |mail: BookingMail| {
        let said = mail.error.map(|error| format!(": {error}"));
        view! {
            <tr>
                <th scope="row">{mail.subject.unwrap_or_else(|| say_action(&mail.about))}</th>
                <td data-label="To">{mail.address}</td>
                <td data-label="State">{mail.fate.words()} {said}</td>
                <td data-label="When"><time datetime=mail.when.iso>{mail.when.date_short} ", " {mail.when.time}</time></td>
            </tr>
        }
    };
    view! {
        <section class="dashboard-part">
            <h2>"Mails"</h2>
            {if mails.is_empty() {
                view! { <p class="muted">"None was sent about it."</p> }.into_any()
            } else {
                view! {
                    <table class="rows">
                        <thead>
                            <tr>
                                <th scope="col">"Subject"</th>
                                <th scope="col">"To"</th>
                                <th scope="col">"State"</th>
                                <th scope="col">"When"</th>
                            </tr>
                        </thead>
                        <tbody>{mails.into_iter().map(row).collect_view()}</tbody>
                    </table>
                }
                    .into_any()
            }}
        </section>
    }
}

#[component]
fn History(history: Vec<FileEntry>) -> impl IntoView {
    let entry = |entry: FileEntry| {
        let actor = entry.actor.unwrap_or_else(|| "by itself".to_owned());
        view! {
            <li>
                <p>{entry.sentence}</p>
                <p class="muted">
                    {actor} ", "
                    <time datetime=entry.when.iso>{entry.when.date_short} ", " {entry.when.time} " " {entry.when.zone}</time>
                </p>
            </li>
        }
    };
    view! {
        <section class="dashboard-part booking-story">
            <h2>"History"</h2>
            <ol>{history.into_iter().map(entry).collect_view()}</ol>
        </section>
    }
}

#[component]
fn Deeds(deeds: Vec<FileDeed>) -> impl IntoView {
    let deed = |deed: FileDeed| {
        let reason = deed.reason.map(|reason| format!(": {reason}"));
        view! {
            <li>
                <p>{say_action(&deed.action)} {reason}</p>
                <p class="muted">
                    {deed.actor} ", "
                    <time datetime=deed.when.iso>{deed.when.date_short} ", " {deed.when.time} " " {deed.when.zone}</time>
                </p>
            </li>
        }
    };
    (!deeds.is_empty()).then(|| {
        view! {
            <section class="dashboard-part booking-story">
                <h2>"Done by staff"</h2>
                <ol>{deeds.into_iter().map(deed).collect_view()}</ol>
            </section>
        }
    })
}
