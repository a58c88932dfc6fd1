//! The seat map: an overview of sections, and one section opened as a form field that looks like the map.
//!
//! Which section is open and which seats were asked for stand in the URL, so everything works without scripts. With
//! scripts the one [`Choice`] is the truth, across sections, and the checkboxes follow it.

mod choice;
mod draw;
mod follow;
mod grid;
mod keyboard;
mod label;
pub mod legend;
mod links;
mod opened;
pub(in crate::seats) mod outline;
pub mod overview;
pub mod party;
mod row;
pub mod section;

pub use choice::{Choice, ChosenSeat};
pub use follow::follow;
pub use links::{SectionLinks, asked_seats, opened_section};
pub use opened::Opened;
pub use party::Party;
pub use section::OpenedSection;

use super::model;
use crate::ui::{ButtonKind, Notice, Skeleton, Tone};
use leptos::prelude::*;
use opened::Shown;
use overview::SectionOverview;
use section::SectionSeatsForm;

/// The map: its sections, and the seats of the one that is open. It is part of a form that sends `seat_ids[]`.
#[component]
pub fn SeatMap(
    /// The map.
    map: model::SeatMap,
    /// Where its sections lead.
    links: SectionLinks,
    /// The section that is open.
    opened: Opened,
    /// What is chosen.
    choice: RwSignal<Choice>,
    /// How many seats a click takes.
    party: RwSignal<i32>,
    /// Told of each click: why it could not take what was wanted, in a sentence.
    #[prop(into)]
    on_click: Callback<Result<(), String>>,
) -> impl IntoView {
    let overview = (map.sections.len() > 1).then(|| {
        view! { <SectionOverview map=map.clone() links=links.clone() opened /> }
    });
    let back = (!links::is_small(&map)).then_some(links);
    let (name, shown, is_loading) = (opened.name(), opened.shown(), opened.is_loading());
    view! {
        <div
            class="seat-map"
            class:seat-map-open=move || name.with(Option::is_some)
            aria-busy=move || is_loading.get().then_some("true")
        >
            {overview}
            {move || match shown.get() {
                Shown::Overview if is_loading.get() => view! { <Skeleton shape="skeleton-seats" /> }.into_any(),
                Shown::Overview => ().into_any(),
                Shown::Problem(sentence) => {
                    view! {
                        <Notice tone=Tone::Warning>
                            <p>{sentence}</p>
                            <button type="button" class=ButtonKind::Secondary.class() on:click=move |_| opened.refetch()>
                                "Try again"
                            </button>
                        </Notice>
                    }
                    .into_any()
                }
                Shown::Section(section) => {
                    let (map, back) = (map.clone(), back.clone());
                    view! { <SectionSeatsForm map section opened back choice party on_click /> }.into_any()
                }
            }}
        </div>
    }
}
