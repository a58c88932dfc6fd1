//! The checkout: what is held, until when, and what to do with it.

pub mod countdown;
pub mod summary;

use super::{
    api::{ConfirmBooking, ExtendHold, ReleaseHold, get_booking},
    model::{Booking, BookingStatus},
};
use crate::{
    error::Error,
    id::BookingId,
    ui::{ButtonKind, FormRefusal, LinkButton, PageError, Skeleton, SubmitButton, refusal},
};
use countdown::Countdown;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;
use summary::Summary;

type BookingResource = Resource<Result<Booking, Error>>;

/// The actions of the page. They outlive the booking's being read again, and with it their refusals.
#[derive(Clone, Copy)]
struct Actions {
    confirm: ServerAction<ConfirmBooking>,
    extend: ServerAction<ExtendHold>,
    release: ServerAction<ReleaseHold>,
}

/// The page on which a hold becomes a booking.
#[component]
pub fn CheckoutPage() -> impl IntoView {
    let booking = Resource::new(use_booking_id(), |id| async move { get_booking(id.ok_or(Error::NotFound)?).await });
    let actions = Actions { confirm: ServerAction::new(), extend: ServerAction::new(), release: ServerAction::new() };
    read_again_after(actions, booking);
    view! {
        <Title text="Checkout" />
        <Transition fallback=|| view! { <div class="page checkout"><Skeleton shape="skeleton-checkout" count=2 /></div> }>
            {move || Suspend::new(async move {
                match booking.await {
                    Ok(held) if held.status == BookingStatus::Held => {
                        view! { <Held held actions on_over=move |()| booking.refetch() /> }.into_any()
                    }
                    Ok(over) => view! { <Over booking=over /> }.into_any(),
                    Err(error) => view! { <PageError error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The booking that the address names.
pub(super) fn use_booking_id() -> impl Fn() -> Option<BookingId> + Copy + Send + Sync + 'static {
    let params = use_params_map();
    move || params.with(|params| params.get_str("id").and_then(|id| id.parse().ok()))
}

/// Reads the booking again when it got more time, or when something was refused: then it isn't what it was.
fn read_again_after(actions: Actions, booking: BookingResource) {
    let refused = [refusal(actions.confirm), refusal(actions.extend), refusal(actions.release)];
    Effect::watch(
        move || (actions.extend.version().get(), refused.iter().any(|refused| refused.with(Option::is_some))),
        move |_, _, _| booking.refetch(),
        false,
    );
}

/// A hold: its clock, what it holds, what to do.
#[component]
fn Held(held: Booking, actions: Actions, #[prop(into)] on_over: Callback<()>) -> impl IntoView {
    let over = RwSignal::new(false);
    let lapsed = held.clone();
    let end = move |()| {
        over.set(true);
        on_over.run(());
    };
    let until = format!("{} {}", held.expires.time, held.expires.zone);
    let kept = if held.event.has_seat_selection { "your seats" } else { "your places" };
    view! {
        <div hidden=move || over.get()>
            <section class="page checkout">
                <header class="checkout-head">
                    <h1>"Check and confirm"</h1>
                    <p>{format!("We keep {kept} until {until}.")}</p>
                    <Countdown booking=held.clone() on_over=end />
                </header>
                <Summary booking=held.clone() />
                <HeldActions held actions />
            </section>
        </div>
        {move || over.get().then(|| view! { <Over booking=Booking { status: BookingStatus::Expired, ..lapsed.clone() } /> })}
    }
}

#[component]
fn HeldActions(held: Booking, actions: Actions) -> impl IntoView {
    let Actions { confirm, extend, release } = actions;
    let booking_id = held.id.to_string();
    let (for_extend, for_release) = (booking_id.clone(), booking_id.clone());
    let [confirming, extending, releasing] = [
        underway(confirm.pending(), confirm.value()),
        Signal::derive(move || extend.pending().get()),
        underway(release.pending(), release.value()),
    ];
    view! {
        <div class="checkout-actions">
            <FormRefusal refusal=refusal(confirm) />
            <FormRefusal refusal=refusal(extend) />
            <FormRefusal refusal=refusal(release) />
            <ActionForm action=confirm attr:class="checkout-confirm">
                <input type="hidden" name="booking_id" value=booking_id />
                <SubmitButton pending=confirming>"Confirm booking"</SubmitButton>
            </ActionForm>
            {held
                .can_extend
                .then(|| {
                    view! {
                        <ActionForm action=extend>
                            <input type="hidden" name="booking_id" value=for_extend />
                            <SubmitButton kind=ButtonKind::Secondary pending=extending>"5 more minutes"</SubmitButton>
                        </ActionForm>
                    }
                })}
            <ActionForm action=release>
                <input type="hidden" name="booking_id" value=for_release />
                <SubmitButton kind=ButtonKind::Quiet pending=releasing>
                    {if held.event.has_seat_selection { "Release these seats" } else { "Release these places" }}
                </SubmitButton>
            </ActionForm>
        </div>
    }
}

/// Whether an action runs, or has succeeded and the page is about to change.
fn underway(pending: Memo<bool>, answer: MappedSignal<Option<Result<Booking, Error>>>) -> Signal<bool> {
    Signal::derive(move || pending.get() || answer.with(|answer| matches!(answer, Some(Ok(_)))))
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
