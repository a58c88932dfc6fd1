//! Where one chooses at which door to stand.

use super::{
    api::list_doors,
    model::{DoorEvent, door_path},
};
use crate::{
    server::begin,
    ui::{PageError, PageHead},
};
use leptos::prelude::*;
use leptos_meta::Title;

/// The page of the doors where the caller may stand, today and soon.
#[component]
pub fn ChooseDoorPage() -> impl IntoView {
    let found = begin(list_doors());
    view! {
        <Title text="Check-in" />
        {Suspend::new(async move {
            match found.await {
                Ok(doors) => view! { <Doors doors /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Doors(doors: Vec<DoorEvent>) -> impl IntoView {
    let lead = if doors.is_empty() {
        "No event that you may check in begins within a week."
    } else {
        "Choose the event at whose door you are."
    };
    view! {
        <section class="page checkin-doors">
            <PageHead title="Check-in" lead=lead />
            <ul role="list">{doors.into_iter().map(|door| view! { <Door door /> }).collect_view()}</ul>
        </section>
    }
}

#[component]
fn Door(door: DoorEvent) -> impl IntoView {
    let state = if door.is_open {
        view! { <span class="checkin-open">"Open now"</span> }.into_any()
    } else {
        view! { <span class="muted">"Opens " {door.opens.date_short} ", " {door.opens.time}</span> }.into_any()
    };
    view! {
        <li class="checkin-door">
            <h2>
                <a href=door_path(door.id)>{door.name}</a>
            </h2>
            <p>
                <time datetime=door.when.iso>{door.when.date_short} ", " {door.when.time} " " {door.when.zone}</time>
                " · "
                {door.venue}
            </p>
            <p>{state}</p>
        </li>
    }
}
