//! Where the link below a mail leads that one can do without: it says what the button does.

use super::{
    api::{Unsubscribe, find_subscription},
    model::Optional,
};
use crate::{
    error::Error,
    server::{begin, set_page_status},
    ui::{ButtonKind, FormRefusal, LinkButton, PageError, PageHead, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// The page of such a link.
#[component]
pub fn UnsubscribePage() -> impl IntoView {
    let token = asked("token");
    let found = begin(find_subscription(token.clone()));
    view! {
        <Title text="Fewer mails" />
        {Suspend::new(async move {
            match found.await {
                Ok(kind) if asked("saved") == "off" => view! { <SwitchedOff kind /> }.into_any(),
                Ok(kind) => view! { <SwitchOff kind token /> }.into_any(),
                Err(Error::LinkOver) => view! { <NotOurs /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn SwitchOff(kind: Optional, token: String) -> impl IntoView {
    let (title, lead) = match kind {
        Optional::Reminder => ("No more reminders?", "You won't get a mail the day before an event any more."),
        Optional::HoldEnding => {
            ("No more warnings?", "You won't get a mail any more before places that are held for you go to others.")
        }
        Optional::Digest => {
            ("No more weekly mails?", "You won't get a mail on Mondays any more that says how the week went.")
        }
    };
    view! {
        <section class="page account-page">
            <PageHead title=title lead=lead />
            <p class="muted">"What happens to your bookings and offers comes by mail as before."</p>
            <FormRefusal refusal={refusal::<Unsubscribe>()} />
            <form method="post" action=Unsubscribe::url() class="form">
                <input type="hidden" name="token" value=token />
                <SubmitButton>"Stop these mails"</SubmitButton>
            </form>
        </section>
    }
}

#[component]
fn SwitchedOff(kind: Optional) -> impl IntoView {
    let lead = match kind {
        Optional::Reminder => "You won't get reminders any more.",
        Optional::HoldEnding => "You won't get warnings before a hold ends any more.",
        Optional::Digest => "You won't get the weekly mail any more.",
    };
    view! {
        <section class="page account-page">
            <PageHead title="Done" lead=lead />
            <p class="actions">
                <LinkButton href="/notifications" kind=ButtonKind::Secondary>"Switch them on again"</LinkButton>
            </p>
        </section>
    }
}

#[component]
fn NotOurs() -> impl IntoView {
    set_page_status(Error::LinkOver.status());
    view! {
        <section class="page account-page">
            <PageHead
                title="This link isn't complete"
                lead="It was cut short or changed on its way, so nothing was switched off. Open it from the mail once more, or choose your mails when you are signed in."
            />
            <p class="actions">
                <LinkButton href="/notifications">"Choose my mails"</LinkButton>
            </p>
        </section>
    }
}
