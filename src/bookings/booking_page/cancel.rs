//! Cancelling a booking: first what it would mean, then the button.

use crate::{
    bookings::{
        api::{CancelBooking, get_booking},
        checkout_page::asked_booking_id,
        model::{Booking, BookingStatus},
    },
    error::Error,
    id::BookingId,
    server::begin,
    tickets::api::list_tickets,
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// The page that shows what cancelling gives back, and cancels.
#[component]
pub fn CancelPage() -> impl IntoView {
    let booking_id = asked_booking_id();
    let found = begin(async { load(booking_id?).await });
    view! {
        <Title text="Cancel a booking" />
        {Suspend::new(async move {
            match found.await {
                Ok((booking, passed_on)) if booking.can_cancel && booking.status == BookingStatus::Confirmed => {
                    view! { <Preview booking passed_on /> }.into_any()
                }
                Ok((booking, _)) => view! { <NotPossible booking /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

/// The booking, and how many of its tickets are with others.
async fn load(booking_id: BookingId) -> Result<(Booking, usize), Error> {
    let booking = get_booking(booking_id).await?;
    let tickets = list_tickets(Some(booking_id), None, String::new()).await?.items;
    Ok((booking, tickets.iter().filter(|ticket| !ticket.is_yours).count()))
}

#[component]
fn Preview(booking: Booking, passed_on: usize) -> impl IntoView {
    let back = format!("/bookings/{}", booking.id);
    let event = booking.event.clone();
    view! {
        <section class="page cancel">
            <header class="page-head">
                <h1>"Cancel this booking?"</h1>
                <p class="lead">{event.name} " · " {event.when.date} ", " {event.when.time}</p>
            </header>
            <dl class="cancel-preview">
                <div>
                    <dt>"You give back"</dt>
                    <dd>{booking.places()}</dd>
                </div>
                <div>
                    <dt>"You get back"</dt>
                    <dd>{say_refund(&booking)}</dd>
                </div>
            </dl>
            {say_passed_on(passed_on).map(|words| view! { <Notice tone=Tone::Warning><p>{words}</p></Notice> })}
            <p>"The places go on sale again at once. Cancelling can't be undone."</p>
            <FormRefusal refusal={refusal::<CancelBooking>()} />
            <div class="actions">
                <form method="post" action=CancelBooking::url()>
                    <input type="hidden" name="booking_id" value=booking.id.to_string() />
                    <SubmitButton kind=ButtonKind::Danger>"Cancel booking"</SubmitButton>
                </form>
                <LinkButton href=back kind=ButtonKind::Secondary>"Keep booking"</LinkButton>
            </div>
        </section>
    }
}

/// What others lose who have tickets of it.
fn say_passed_on(count: usize) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 of its tickets is with somebody else, who loses it and is told.".to_owned()),
        _ => Some(format!("{count} of its tickets are with others, who lose them and are told.")),
    }
}

/// What comes back to the person.
fn say_refund(booking: &Booking) -> String {
    if booking.total_amount_minor == 0 {
        "Nothing: the places were free".to_owned()
    } else if booking.discount_minor > 0 {
        format!("{}, all that you paid", booking.total())
    } else {
        format!("{}, the full price", booking.total())
    }
}

/// Why the booking can't be cancelled, and where to go instead.
#[component]
fn NotPossible(booking: Booking) -> impl IntoView {
    let own = format!("/bookings/{}", booking.id);
    let (heading, words, href, next) = match booking.status {
        BookingStatus::Cancelled => {
            ("This booking is cancelled", "There is nothing left to do.", own, "Show the booking")
        }
        BookingStatus::Expired => {
            ("This was never booked", "The time ran out before it was confirmed.", own, "Show what happened")
        }
        BookingStatus::Held => (
            "This is not booked yet",
            "You can release the places on the checkout page.",
            format!("{own}/checkout"),
            "Go to the checkout",
        ),
        BookingStatus::Confirmed => {
            ("It is too late to cancel", "A booking can be cancelled until its event begins.", own, "Show the booking")
        }
    };
    view! {
        <section class="page cancel">
            <h1>{heading}</h1>
            <p class="lead">{words}</p>
            <p class="actions">
                <LinkButton href=href kind=ButtonKind::Secondary>{next}</LinkButton>
            </p>
        </section>
    }
}
