//! The seat map: an overview of sections, and one section opened as a form field that looks like the map.
//!
//! Which section is open and which seats were asked for stand in the URL, so everything works without scripts. With
//! scripts the one [`Choice`] is the truth, across sections, and the checkboxes follow it.

mod all_seats;
mod camera;
mod choice;
mod draw;
mod follow;
mod gestures;
mod grid;
mod keyboard;
#[cfg(feature = "ssr")]
mod label;
pub mod legend;
mod links;
mod opened;
pub(in crate::seats) mod outline;
#[cfg(feature = "ssr")]
pub mod overview;
mod paint;
#[cfg(feature = "ssr")]
pub mod party;
mod row;
#[cfg(feature = "ssr")]
mod sale_words;
pub mod section;
mod sections;
mod spots;
mod zoom;

pub use choice::{Choice, ChosenSeat};
pub use draw::what_more;
pub use follow::follow;
pub use links::{SectionLinks, asked_seats, opened_section};
pub use opened::Opened;
#[cfg(feature = "ssr")]
pub use overview::standing_id;
#[cfg(feature = "ssr")]
pub use party::Party;
#[cfg(feature = "ssr")]
pub use sale_words::say_sale;
pub use section::OpenedSection;
pub use sections::{left_of, say_free, state_of};

use super::model;
use crate::ui::{ButtonKind, Notice, Skeleton, Tone, stream::callback};
use leptos::{prelude::*, wasm_bindgen::JsCast};
use opened::Shown;
use section::SectionSeatsForm;
use web_sys::{Event, HtmlSelectElement};
use zoom::Zoom;

/// The name of the field that says how many seats a click takes.
const PARTY_FIELD: &str = "party";

/// How many seats a click takes: `first`, until somebody says otherwise in the form, which is the server's.
pub fn follow_party(first: i32) -> RwSignal<i32> {
    let count = RwSignal::new(first);
    // Effects run in the browser only.
    Effect::new(move |_| {
        let field = document()
            .query_selector(&format!("select[name={PARTY_FIELD}]"))
            .ok()
            .flatten()
            .and_then(|field| field.dyn_into::<HtmlSelectElement>().ok());
        let Some(field) = field else { return };
        let read = move |field: &HtmlSelectElement| count.set(field.value().parse().unwrap_or(1));
        // It may have been changed before the scripts arrived.
        read(&field);
        let on_change = callback(move |event| read(&event_target(event.unchecked_ref::<Event>())));
        _ = field.add_event_listener_with_callback("change", &on_change);
    });
    count
}

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
    /// The overview, which the server draws.
    children: Children,
) -> impl IntoView {
    sections::enliven(opened);
    Zoom::begin(opened, choice);
    let back = (!links::is_small(&map)).then_some(links);
    let (name, shown, is_loading) = (opened.name(), opened.shown(), opened.is_loading());
    let is_coming = move || is_loading.get() && shown.with(|shown| matches!(shown, Shown::Overview));
    let problem = move || shown.with(|shown| if let Shown::Problem(why) = shown { Some(why.clone()) } else { None });
    let section = move || shown.with(|shown| if let Shown::Section(of) = shown { Some(of.clone()) } else { None });
    view! {
        <div
            class="seat-map"
            class:seat-map-open=move || name.with(Option::is_some)
            aria-busy=move || is_loading.get().then_some("true")
        >
            {children()}
            {move || is_coming().then(|| view! { <Skeleton shape="skeleton-seats" /> })}
            {move || {
                problem()
                    .map(|sentence| {
                        view! {
                            <Notice tone=Tone::Warning>
                                <p>{sentence}</p>
                                <button type="button" class=ButtonKind::Secondary.class() on:click=move |_| opened.refetch()>
                                    "Try again"
                                </button>
                            </Notice>
                        }
                    })
            }}
            {move || {
                section()
                    .map(|section| {
                        let (map, back) = (map.clone(), back.clone());
                        view! { <SectionSeatsForm map section opened back choice party on_click /> }
                    })
            }}
        </div>
    }
}
