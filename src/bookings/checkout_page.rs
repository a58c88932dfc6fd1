//! The checkout: what is held, until when, and what to do with it.

pub mod code;
pub mod summary;

use super::{
    api::{ConfirmBooking, ExtendHold, ReleaseHold, get_booking},
    countdown::Countdown,
    model::{Booking, BookingStatus},
};
use crate::{
    discounts::link::find_code,
    error::Error,
    id::BookingId,
    server::begin,
    ui::{ButtonKind, FormRefusal, LinkButton, PageError, SubmitButton, asked, refusal},
};
use code::CodePart;
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use summary::Summary;

/// Seconds left up to which a clock runs: nobody watches one for a day.
const CLOCK_MAX_S: i64 = 3600;

/// The page on which a hold becomes a booking.
#[component]
pub fn CheckoutPage() -> impl IntoView {
    let booking_id = asked_booking_id();
    let found = begin(load(booking_id, asked("code")));
    view! {
        <Title text="Checkout" />
        {Suspend::new(async move {
            match found.await {
                Ok((held, code)) if held.status == BookingStatus::Held => view! { <Held held code /> }.into_any(),
                Ok((over, _)) => view! { <Over booking=over /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

/// The booking, and the code that was typed for it or came along with a link.
async fn load(booking_id: Result<BookingId, Error>, typed: String) -> Result<(Booking, String), Error> {
    let booking = get_booking(booking_id?).await?;
    if !typed.is_empty() {
        return Ok((booking, typed));
    }
    // Without an answer the page is complete.
    let code = find_code(booking.event_id).await.ok().flatten().unwrap_or_default();
    Ok((booking, code))
}

/// The booking that the address names. Errors: `NotFound` for what is no id.
pub(super) fn asked_booking_id() -> Result<BookingId, Error> {
    use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound)
}

/// A hold: its clock, what it holds, what to do.
#[component]
fn Held(held: Booking, code: String) -> impl IntoView {
    // An offer of the waitlist lasts for longer than a day has hours left.
    let day = if held.is_offer { format!("{}, ", held.expires.date_short) } else { String::new() };
    let until = format!("{day}{} {}", held.expires.time, held.expires.zone);
    let kept = if held.event.has_seat_selection { "your seats" } else { "your places" };
    let whole_s = (held.expires_at - held.created_at).num_seconds().max(1);
    view! {
        <section class="page checkout">
            <header class="checkout-head">
                <h1>"Check and confirm"</h1>
                <p>{format!("We keep {kept} until {until}.")}</p>
                {(held.seconds_left <= CLOCK_MAX_S).then(|| view! { <Countdown given_s=held.seconds_left whole_s /> })}
            </header>
            <Summary booking=held.clone() />
            <CodePart held=held.clone() code />
            <HeldActions held />
        </section>
    }
}

#[component]
fn HeldActions(held: Booking) -> impl IntoView {
    let release = if held.event.has_seat_selection { "Release these seats" } else { "Release these places" };
    let booking_id = || view! { <input type="hidden" name="booking_id" value=held.id.to_string() /> };
    view! {
        <div class="checkout-actions">
            <FormRefusal refusal={refusal::<ConfirmBooking>()} />
            <FormRefusal refusal={refusal::<ExtendHold>()} />
            <FormRefusal refusal={refusal::<ReleaseHold>()} />
            <form method="post" action=ConfirmBooking::url() class="checkout-confirm">
                {booking_id()}
                <SubmitButton>"Confirm booking"</SubmitButton>
            </form>
            {held
                .can_extend
                .then(|| {
                    view! {
                        <form method="post" action=ExtendHold::url()>
                            {booking_id()}
                            <SubmitButton kind=ButtonKind::Secondary>"5 more minutes"</SubmitButton>
                        </form>
                    }
                })}
            <form method="post" action=ReleaseHold::url()>
                {booking_id()}
                <SubmitButton kind=ButtonKind::Quiet>{release}</SubmitButton>
            </form>
        </div>
    }
}

/// What stands here when there is nothing left to confirm, and what to do next.
#[component]
fn Over(booking: Booking) -> impl IntoView {
    let event = format!("/events/{}", booking.event_id);
    let (heading, words, href, next) = match booking.status {
        BookingStatus::Confirmed => (
            "This is booked",
            format!("{} for {} are yours.", booking.places(), booking.event.name),
            format!("/bookings/{}", booking.id),
            "Show the booking",
        ),
        BookingStatus::Cancelled => (
            "These places were given back",
            "They went back on sale. If they are still free, you can choose them again.".to_owned(),
            event,
            "Back to the event",
        ),
        BookingStatus::Expired | BookingStatus::Held => (
            "The time ran out",
            format!("{} went back on sale. They may still be free: choose again.", booking.places()),
            event,
            "Choose again",
        ),
    };
    view! {
        <section class="page checkout-over">
            <h1>{heading}</h1>
            <p class="lead">{words}</p>
            <p class="actions">
                <LinkButton href=href>{next}</LinkButton>
                <LinkButton href="/bookings" kind=ButtonKind::Secondary>"My bookings"</LinkButton>
            </p>
        </section>
    }
}
