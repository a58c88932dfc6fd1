//! Cancelling a booking: first what it would mean, then the button.

use crate::{
    bookings::{
        api::{CancelBooking, get_booking},
        checkout_page::use_booking_id,
        model::{Booking, BookingStatus},
    },
    error::Error,
    ui::{ButtonKind, FormRefusal, LinkButton, PageError, Skeleton, SubmitButton, refusal},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page that shows what cancelling gives back, and cancels.
#[component]
pub fn CancelPage() -> impl IntoView {
    let booking = Resource::new(use_booking_id(), |id| async move { get_booking(id.ok_or(Error::NotFound)?).await });
    let cancel = ServerAction::<CancelBooking>::new();
    view! {
        <Title text="Cancel a booking" />
        <Transition fallback=|| view! { <div class="page cancel"><Skeleton shape="skeleton-checkout" /></div> }>
            {move || Suspend::new(async move {
                match booking.await {
                    Ok(booking) if booking.can_cancel && booking.status == BookingStatus::Confirmed => {
                        view! { <Preview booking cancel /> }.into_any()
                    }
                    Ok(booking) => view! { <NotPossible booking /> }.into_any(),
                    Err(error) => view! { <PageError error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

#[component]
fn Preview(booking: Booking, cancel: ServerAction<CancelBooking>) -> impl IntoView {
    let pending = cancel.pending();
    let underway = move || pending.get() || cancel.value().with(|answer| matches!(answer, Some(Ok(_))));
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
            <p>"The places go on sale again at once. Cancelling can't be undone."</p>
            <FormRefusal refusal=refusal(cancel) />
            <div class="actions">
                <ActionForm action=cancel>
                    <input type="hidden" name="booking_id" value=booking.id.to_string() />
                    <SubmitButton kind=ButtonKind::Danger pending=Signal::derive(underway)>"Cancel booking"</SubmitButton>
                </ActionForm>
                <LinkButton href=back kind=ButtonKind::Secondary>"Keep booking"</LinkButton>
            </div>
        </section>
    }
}

/// What comes back to the person.
fn say_refund(booking: &Booking) -> String {
    if booking.total_amount_minor == 0 {
        "Nothing: the places were free".to_owned()
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
