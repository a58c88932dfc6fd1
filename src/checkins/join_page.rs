//! Where a link to a door leads: it says what it opens, and opens it when that is pressed.

use super::{
    api::{OpenDoorLink, find_link},
    model::DoorEvent,
};
use crate::{
    server::begin,
    ui::{FormRefusal, PageError, PageHead, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// The page of a link. Looking at it changes nothing: messengers that preview it open no door.
#[component]
pub fn JoinDoorPage() -> impl IntoView {
    let token = asked("token");
    let found = begin(find_link(token.clone()));
    view! {
        <Title text="Check-in" />
        {Suspend::new(async move {
            match found.await {
                Ok(door) => view! { <Shown door token /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(door: DoorEvent, token: String) -> impl IntoView {
    let lead = format!("{}, {} {} · {}", door.when.date, door.when.time, door.when.zone, door.venue);
    view! {
        <section class="page checkin-join">
            <PageHead title=door.name lead=lead />
            <p>
                "This link opens the check-in of this event on this device, as " <strong>{door.door}</strong>
                ", and nothing else. You need no account."
            </p>
            <FormRefusal refusal={refusal::<OpenDoorLink>()} />
            <form method="post" action=OpenDoorLink::url()>
                <input type="hidden" name="token" value=token />
                <SubmitButton>"Open check-in"</SubmitButton>
            </form>
        </section>
    }
}
