//! One section opened: its seats, and what happens when one is chosen.

use super::{
    choice::{Choice, ChosenSeat},
    draw::draw_section,
    keyboard::{move_focus, seats_in},
    legend::{Legend, Marks},
    links::SectionLinks,
    opened::Opened,
};
use crate::{
    id::SeatId,
    money::Money,
    seats::model::{Seat, SeatMap, SeatStatus, SectionSeats, nearest_free},
    ui::{Glyph, Icon},
};
use leptos::{
    ev::{Event, KeyboardEvent},
    html::Div,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlInputElement},
};
use serde::{Deserialize, Serialize};
use web_sys::{ScrollIntoViewOptions, ScrollLogicalPosition};

/// A section whose seats are shown.
///
/// Its seats don't travel with the page: there they are HTML already, and the browser leaves what the server drew as it
/// is. A section opened later is fetched with its seats and drawn in the browser.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpenedSection {
    name: String,
    free_count: i32,
    cheapest_minor: i64,
    dearest_minor: i64,
    marks: Marks,
    #[serde(skip)]
    seats: Vec<Seat>,
}

impl OpenedSection {
    /// The section's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its free seats that are nearest to these kept ones, as many as were lost.
    pub fn nearest(&self, kept: &[SeatId], lost: &[SeatId]) -> Vec<ChosenSeat> {
        nearest_free(&self.seats, kept, lost).into_iter().map(ChosenSeat::from).collect()
    }
}

impl From<SectionSeats> for OpenedSection {
    fn from(section: SectionSeats) -> Self {
        let prices = || section.seats.iter().map(|seat| seat.price_minor);
        let free = section.seats.iter().filter(|seat| seat.status == SeatStatus::Available).count();
        Self {
            free_count: i32::try_from(free).unwrap_or(i32::MAX),
            cheapest_minor: prices().min().unwrap_or(0),
            dearest_minor: prices().max().unwrap_or(0),
            marks: Marks::of(&section.seats),
            name: section.section,
            seats: section.seats,
        }
    }
}

/// The seats of an opened section, to be chosen into `choice`.
#[component]
pub fn SectionSeatsForm(
    /// The map the section is of.
    map: SeatMap,
    /// The section.
    section: OpenedSection,
    /// What is open.
    opened: Opened,
    /// Where the overview is; none on a map without one.
    back: Option<SectionLinks>,
    /// What is chosen.
    choice: RwSignal<Choice>,
    /// Told when somebody wants more seats than one person may have.
    on_over_limit: Callback<()>,
) -> impl IntoView {
    let part = NodeRef::<Div>::new();
    let pointed_at = RwSignal::new(None::<String>);
    let (marks, label) = (section.marks, section.name.clone());
    let html = draw_section(&map, &section.seats, &choice.with_untracked(Choice::ids));
    let name = StoredValue::new(section.name.clone());
    keep_in_step(part, name, choice);
    centre(part, opened, name);
    bring_into_view(part, opened);
    let change = move |event: Event| {
        let seat: HtmlInputElement = event_target(&event);
        if !take_change(&seat, name, choice) {
            on_over_limit.run(());
        }
    };
    let press = move |event: KeyboardEvent| {
        let seat: HtmlInputElement = event_target(&event);
        if event.key() == "Enter" {
            // In a form it would hold what is chosen so far: here it chooses, as the space bar does.
            event.prevent_default();
            seat.click();
        } else if move_focus(&seat, &event.key()) {
            event.prevent_default();
        }
    };
    let point = move |target: Element| pointed_at.set(name_of(&target));
    view! {
        <section class="section-seats" aria-label=label>
            <SectionHead map=map.clone() section opened back />
            <a class="skip-link" href="#chosen-seats">"Skip to your seats"</a>
            <div
                class="seat-scroll"
                node_ref=part
                on:scroll=move |_| opened.keep_scrolled(name.get_value(), part.get().map_or(0, |part| part.scroll_left()))
                on:change=change
                on:keydown=press
                on:pointerover=move |event| point(event_target(&event))
                on:focusin=move |event| point(event_target(&event))
                on:pointerleave=move |_| pointed_at.set(None)
                inner_html=html
            ></div>
            <p class="seat-pointed-at needs-scripts" aria-hidden="true">
                {move || pointed_at.get()}
            </p>
            <Legend marks />
        </section>
    }
}

/// The section's name, what it costs and how much is free.
#[component]
fn SectionHead(
    map: SeatMap,
    section: OpenedSection,
    opened: Opened,
    #[prop(optional_no_strip)] back: Option<SectionLinks>,
) -> impl IntoView {
    let [cheapest, dearest] =
        [section.cheapest_minor, section.dearest_minor].map(|minor| Money::new(minor, map.currency));
    let price = if cheapest == dearest { format!("{cheapest} each") } else { format!("{cheapest} to {dearest}") };
    let name = section.name.clone();
    let free = if section.free_count == 0 { "Sold out".to_owned() } else { format!("{} free", section.free_count) };
    view! {
        <header class="section-seats-head">
            {back
                .map(|links| {
                    view! {
                        <a class="section-back" href=links.all() on:click=move |click| opened.follow(&click, None)>
                            <Icon glyph=Glyph::Back />
                            "All sections"
                        </a>
                    }
                })}
            <h3>{section.name}</h3>
            <p class="section-counted" data-section=name>{price} ", " <span class="section-free">{free}</span></p>
        </header>
    }
}

/// Keeps checkboxes and choice the same: first takes over what was ticked before the scripts arrived, then follows the
/// choice.
fn keep_in_step(part: NodeRef<Div>, section: StoredValue<String>, choice: RwSignal<Choice>) {
    Effect::new(move |taken_over: Option<bool>| {
        let Some(part) = part.get() else { return false };
        let seats = seats_in(&part);
        if taken_over != Some(true) {
            for seat in seats.iter().filter(|seat| seat.checked()) {
                take_change(seat, section, choice);
            }
        }
        choice.with(|choice| {
            for seat in seats {
                let chosen = seat.value().parse().is_ok_and(|id| choice.has(id));
                if seat.checked() != chosen {
                    seat.set_checked(chosen);
                }
            }
        });
        true
    });
}

/// A section that is wider than its place begins in its middle; one that is drawn anew stays where it was.
fn centre(part: NodeRef<Div>, opened: Opened, name: StoredValue<String>) {
    Effect::new(move |_| {
        let Some(part) = part.get() else { return };
        let begins = (part.scroll_width() - part.client_width()) / 2;
        part.set_scroll_left(opened.scrolled(&name.get_value()).unwrap_or(begins));
    });
}

/// On a phone the section opens below what fits the window: whoever asked for it should see it.
fn bring_into_view(part: NodeRef<Div>, opened: Opened) {
    Effect::new(move |_| {
        let section = part.get().and_then(|part| part.closest(".section-seats").ok().flatten());
        if let Some(section) = section.filter(|_| opened.take_followed()) {
            let least = ScrollIntoViewOptions::new();
            least.set_block(ScrollLogicalPosition::Nearest);
            section.scroll_into_view_with_scroll_into_view_options(&least);
        }
    });
}

/// Takes a seat's checkbox into the choice. Answers false, and unticks it, when one person can't have any more.
fn take_change(seat: &HtmlInputElement, section: StoredValue<String>, choice: RwSignal<Choice>) -> bool {
    let Some(chosen) = read_seat(seat, section) else { return true };
    if !seat.checked() {
        choice.update(|choice| _ = choice.remove(&[chosen.id]));
        return true;
    }
    if choice.with_untracked(|choice| choice.has(chosen.id)) {
        return true;
    }
    let fits = choice.try_update(|choice| choice.add(chosen)).unwrap_or(true);
    if !fits {
        seat.set_checked(false);
    }
    fits
}

/// The seat a checkbox stands for.
fn read_seat(seat: &HtmlInputElement, section: StoredValue<String>) -> Option<ChosenSeat> {
    let id: SeatId = seat.value().parse().ok()?;
    Some(ChosenSeat {
        id,
        section: section.get_value(),
        row: seat.get_attribute("data-row")?,
        number: seat.get_attribute("data-number")?,
        price_minor: seat.get_attribute("data-price")?.parse().ok()?,
    })
}

/// The name of the seat that this element is part of.
fn name_of(target: &Element) -> Option<String> {
    let label = target.closest(".seat").ok()??;
    let input: HtmlInputElement = label.query_selector("input").ok()??.dyn_into().ok()?;
    input.get_attribute("aria-label")
}
