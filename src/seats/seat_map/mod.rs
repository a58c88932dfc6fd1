//! The seat map: an overview of sections, and one section opened as a form field that looks like the map.
//!
//! Which section is open and which seats were asked for stand in the URL, so everything works without scripts. With
//! scripts the one [`Choice`] is the truth, across sections, and the checkboxes follow it.

mod choice;
mod draw;
mod grid;
mod keyboard;
mod label;
pub mod legend;
mod links;
mod outline;
pub mod overview;
pub mod section;

pub use choice::{Choice, ChosenSeat};
pub use links::{SectionLinks, asked_seats, opened_section};
pub use section::{OpenedSection, SectionResource};

use super::model;
use crate::ui::{ErrorNotice, Skeleton};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
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
    section: SectionResource,
    /// What is chosen.
    choice: RwSignal<Choice>,
    /// Told when somebody wants more seats than one person may have.
    #[prop(into)]
    on_over_limit: Callback<()>,
) -> impl IntoView {
    let query = use_query_map();
    let shown = map.clone();
    let opened = Memo::new(move |_| query.with(|query| opened_section(&shown, query)));
    let overview = (map.sections.len() > 1).then(|| {
        view! { <SectionOverview map=map.clone() links=links.clone() opened /> }
    });
    let back = (!links::is_small(&map)).then_some(links);
    view! {
        <div class="seat-map" class:seat-map-open=move || opened.with(Option::is_some)>
            {overview}
            <Transition fallback=|| view! { <Skeleton shape="skeleton-seats" /> }>
                {move || {
                    let (map, back) = (map.clone(), back.clone());
                    Suspend::new(async move {
                        match section.await {
                            Ok(None) => ().into_any(),
                            Err(error) => view! { <ErrorNotice error /> }.into_any(),
                            Ok(Some(opened)) => {
                                view! { <SectionSeatsForm map opened back choice on_over_limit /> }.into_any()
                            }
                        }
                    })
                }}
            </Transition>
        </div>
    }
}
