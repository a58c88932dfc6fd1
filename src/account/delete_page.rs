//! Deleting one's account: first what it would mean, then the password and the button.

use super::{
    api::{DeleteMe, preview_delete},
    model::Leaving,
};
use crate::{
    bookings::model::{Booking, BookingStatus, name_quantity},
    error::Error,
    server::begin,
    ui::{ButtonKind, FormRefusal, LinkButton, PageError, PageHead, PasswordField, SubmitButton, refusal},
    users::{api::get_me, model::User},
    waitlist::model::Entry,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// What the person gives up, and the way to do it.
#[component]
pub fn DeletePage() -> impl IntoView {
    let found = begin(load());
    view! {
        <Title text="Delete your account" />
        {Suspend::new(async move {
            match found.await {
                Ok((leaving, user)) => view! { <Preview leaving is_guest=user.is_guest /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

async fn load() -> Result<(Leaving, User), Error> {
    Ok((preview_delete().await?, get_me().await?))
}

#[component]
fn Preview(leaving: Leaving, is_guest: bool) -> impl IntoView {
    let refusal = refusal::<DeleteMe>();
    let (title, delete, keep) = if is_guest {
        ("Delete everything?", "Delete everything", "Keep it")
    } else {
        ("Delete your account?", "Delete account", "Keep account")
    };
    view! {
        <section class="page account-page">
            <PageHead title=title lead="This can't be undone." />
            <GivenUp leaving />
            <section class="panel">
                <h2>"What stays"</h2>
                <p>
                    "Bookings that are over stay in the books of their events, without your name and address. Your address can make a new account, which knows nothing of this one."
                </p>
                <p class="actions">
                    <LinkButton href="/api/v1/users/export" kind=ButtonKind::Secondary>"Download your data first"</LinkButton>
                </p>
            </section>
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=DeleteMe::url() class="form">
                {if is_guest {
                    view! { <input type="hidden" name="password" /> }.into_any()
                } else {
                    view! { <PasswordField label="Your password" name="password" autocomplete="current-password" refusal /> }.into_any()
                }}
                <div class="actions">
                    <SubmitButton kind=ButtonKind::Danger>{delete}</SubmitButton>
                    <LinkButton href="/account" kind=ButtonKind::Secondary>{keep}</LinkButton>
                </div>
            </form>
        </section>
    }
}

#[component]
fn GivenUp(leaving: Leaving) -> impl IntoView {
    let (is_empty, passed_on, received) =
        (leaving.is_empty(), say_passed_on(leaving.passed_on_count), say_received(leaving.received_count));
    if is_empty {
        return view! {
            <p>"You have no bookings of events to come, and wait in no line."</p>
            {received.map(|words| view! { <p>{words}</p> })}
        }
        .into_any();
    }
    view! {
        <section class="panel">
            <h2>"What you give up"</h2>
            <p>"These places go to others at once. Prices of bookings come back in full."</p>
            <ul class="given-up">
                {leaving.bookings.into_iter().map(|booking| view! { <li>{say_booking(&booking)}</li> }).collect_view()}
                {leaving.entries.into_iter().map(|entry| view! { <li>{say_entry(&entry)}</li> }).collect_view()}
            </ul>
            {passed_on.map(|words| view! { <p>{words}</p> })}
            {received.map(|words| view! { <p>{words}</p> })}
        </section>
    }
    .into_any()
}

/// What others lose whose tickets are of these bookings.
fn say_passed_on(count: i64) -> Option<String> {
    match count {
        0 => None,
        1 => Some("1 of the tickets is with somebody else, who loses it and is told.".to_owned()),
        _ => Some(format!("{count} of the tickets are with others, who lose them and are told.")),
    }
}

/// What becomes of tickets that others passed on to the person.
fn say_received(count: i64) -> Option<String> {
    match count {
        0 => None,
        1 => Some("The ticket that was passed on to you goes back to who booked it.".to_owned()),
        _ => Some(format!("The {count} tickets that were passed on to you go back to who booked them.")),
    }
}

fn say_booking(booking: &Booking) -> String {
    let what = if booking.status == BookingStatus::Held { "held, not booked" } else { "booked" };
    format!("{}, {}: {} ({what})", booking.event.name, booking.event.when.date, booking.places())
}

fn say_entry(entry: &Entry) -> String {
    format!("{}: waiting for {}", entry.event_name, name_quantity(entry.requested_quantity))
}
