//! One section opened: its seats, and what happens when one is chosen.

use super::{
    choice::{Choice, ChosenSeat},
    draw::draw_section,
    keyboard::{keep_one_stop, left_edge, move_focus, seats_in, stop_at},
    legend::{Marks, draw_legend},
    links::SectionLinks,
    opened::Opened,
    row::{Row, preview, read_seat, seat_of, spot_of},
    sections::NOT_ON_SALE,
};
use crate::{
    id::SeatId,
    money::{Currency, Money},
    seats::model::{Seat, SeatMap, SeatStatus, SectionSeats, nearest_free},
    ui::{Glyph, Icon, stream::callback},
};
use leptos::{
    html::Div,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, Event, HtmlInputElement, KeyboardEvent},
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
    /// -1 where nothing is on sale.
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
        let is_off_sale = section.seats.iter().all(|seat| seat.status == SeatStatus::Blocked);
        Self {
            free_count: if is_off_sale { -1 } else { i32::try_from(free).unwrap_or(i32::MAX) },
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
    /// How many seats a click takes.
    party: RwSignal<i32>,
    /// Told of each click: why it could not take what was wanted, in a sentence.
    on_click: Callback<Result<(), String>>,
) -> impl IntoView {
    let part = NodeRef::<Div>::new();
    let pointed_at = RwSignal::new(None::<String>);
    let (marks, label) = (section.marks, section.name.clone());
    let html = draw_section(&map, &section.seats, &choice.with_untracked(Choice::ids));
    let name = StoredValue::new(section.name.clone());
    keep_in_step(part, name, choice);
    if map.leaves_no_single {
        mind_single_seats(part, opened, choice);
    }
    centre(part, opened, name);
    bring_into_view(part, opened);
    let currency = map.currency;
    let point = move |target: Option<Element>| {
        let seat = target.as_ref().and_then(seat_of);
        let row = seat.as_ref().and_then(Row::of);
        let count = party.get_untracked().unsigned_abs() as usize;
        let block = row.as_ref().zip(seat.as_ref().filter(|seat| !seat.disabled() && count > 1));
        let block = block.and_then(|(row, seat)| row.block(seat, count)).unwrap_or_default();
        if let Some(part) = part.get_untracked() {
            preview(&part, block);
        }
        let alone = || seat.as_ref().and_then(|seat| seat.get_attribute("aria-label"));
        pointed_at.set(if block.len() > 1 { say_block(block, currency) } else { alone() });
    };
    // One listener for all: a closure of each kind of event for itself is a kilobyte and a half of the bundle.
    let hear = move |event: &Event| {
        // Told once more while another section takes its place.
        if name.try_get_value().is_none() {
            return;
        }
        let target = event_target::<Element>(event);
        let seat = target.dyn_ref::<HtmlInputElement>();
        match (event.type_().as_str(), seat) {
            ("scroll", _) => {
                opened.keep_scrolled(name.get_value(), part.get_untracked().map_or(0, |part| part.scroll_left()));
            }
            ("change", Some(seat)) => on_click.run(take_change(seat, name, choice, party.get_untracked())),
            ("keydown", Some(seat)) => press(seat, event.unchecked_ref()),
            ("pointerover", _) => point(Some(target)),
            ("pointerleave", _) => point(None),
            ("focusin", _) => {
                if let (Some(part), Some(seat)) = (part.get_untracked(), seat_of(&target)) {
                    stop_at(&part, &seat);
                }
                point(Some(target));
            }
            _ => {}
        }
    };
    listen(part, hear);
    grant_wish(part, opened);
    view! {
        <section class="section-seats" aria-label=label>
            <SectionHead map=map.clone() section opened back />
            <a class="skip-link" href="#chosen-seats">"Skip to your seats"</a>
            <p class="visually-hidden needs-scripts">"The arrow keys move from seat to seat, the space bar chooses."</p>
            <div
                class="seat-scroll"
                node_ref=part
                inner_html=html
            ></div>
            <p class="seat-pointed-at needs-scripts" aria-hidden="true">
                {move || pointed_at.get()}
            </p>
            <ul class="seat-legend" aria-label="What the marks mean" inner_html=draw_legend(marks)></ul>
        </section>
    }
}

/// What the seats are listened to for.
const EVENTS: [&str; 6] = ["scroll", "change", "keydown", "pointerover", "pointerleave", "focusin"];

/// Listens for as long as this section is shown: the next one is shown in the same element.
fn listen(part: NodeRef<Div>, hear: impl Fn(&Event) + Copy + 'static) {
    Effect::new(move |_| {
        let Some(part) = part.get() else { return };
        let hear = callback(move |event| hear(event.unchecked_ref()));
        EVENTS.iter().for_each(|name| _ = part.add_event_listener_with_callback(name, &hear));
        let listening = StoredValue::new_local((part, hear));
        on_cleanup(move || {
            _ = listening.try_with_value(|(part, hear)| {
                EVENTS.iter().for_each(|name| _ = part.remove_event_listener_with_callback(name, hear));
            });
        });
    });
}

/// A key on a seat. Enter, which in a form would hold what is chosen so far, chooses here, as the space bar does.
fn press(seat: &HtmlInputElement, event: &KeyboardEvent) {
    if event.key() == "Enter" {
        event.prevent_default();
        seat.click();
    } else if move_focus(seat, &event.key()) {
        event.prevent_default();
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
    let as_list = opened.as_list();
    let name = section.name.clone();
    let free = match section.free_count {
        -1 => NOT_ON_SALE.to_owned(),
        0 => "Sold out".to_owned(),
        count => format!("{count} free"),
    };
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
            // The styles do the rest: it is the same form field, in lines.
            <label class="seat-list-switch">
                <input
                    type="checkbox"
                    autocomplete="off"
                    prop:checked=as_list
                    on:change:target=move |event| as_list.set(event.target().checked())
                />
                "Show as a list"
            </label>
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
                // One by one: they were ticked as they are.
                _ = take_change(seat, section, choice, 1);
            }
        }
        keep_one_stop(&part);
        choice.with(|choice| {
            for seat in seats {
                // Nothing to read where nothing is chosen: that is how most sections are opened, and there are hundreds of seats.
                let chosen = choice.count() > 0 && seat.value().parse().is_ok_and(|id| choice.has(id));
                if seat.checked() != chosen {
                    seat.set_checked(chosen);
                }
            }
        });
        true
    });
}

/// Says which seats the choice would leave alone. By the same rule as the server, and only to help: the server decides.
fn mind_single_seats(part: NodeRef<Div>, opened: Opened, choice: RwSignal<Choice>) {
    Effect::new(move |_| {
        let chosen = choice.with(Choice::ids);
        let part = part.get().filter(|_| !chosen.is_empty());
        let rows = part.map(|part| Row::all(&part)).unwrap_or_default();
        opened.left_alone().set(rows.iter().flat_map(|row| row.left_alone(&chosen)).collect());
    });
    on_cleanup(move || opened.left_alone().set(Vec::new()));
}

/// Chooses the seat that was clicked on the overview, as a click here would.
fn grant_wish(part: NodeRef<Div>, opened: Opened) {
    Effect::new(move |_| {
        let Some(part) = part.get() else { return };
        if let Some(place) = opened.take_wish()
            && let Some(seat) = seats_in(&part).iter().find(|seat| spot_of(seat) == Some(place) && !seat.checked())
        {
            seat.click();
        }
    });
}

/// A section that is wider than its place begins at what is chosen in it, or in its middle; one that is drawn anew stays where
/// it was.
fn centre(part: NodeRef<Div>, opened: Opened, name: StoredValue<String>) {
    Effect::new(move |_| {
        let Some(part) = part.get() else { return };
        let chosen: Vec<i32> = seats_in(&part).iter().filter(|seat| seat.checked()).map(left_edge).collect();
        let middle = match (chosen.iter().min(), chosen.iter().max()) {
            (Some(first), Some(last)) => first.midpoint(*last),
            _ => part.scroll_width() / 2,
        };
        let begins = middle - part.client_width() / 2;
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

/// Takes what a click on this checkbox means into the choice: the block of the party's size around it, in place of what was
/// chosen before; a single seat in addition; unticked, it goes. Answers why not, where that can't be, and unticks it.
fn take_change(
    seat: &HtmlInputElement,
    section: StoredValue<String>,
    choice: RwSignal<Choice>,
    party: i32,
) -> Result<(), String> {
    let Some(chosen) = read_seat(seat, section.get_value()) else { return Ok(()) };
    if !seat.checked() {
        choice.update(|choice| _ = choice.remove(&[chosen.id]));
        return Ok(());
    }
    let limit = choice.with_untracked(Choice::limit);
    let taken = match Row::of(seat) {
        Some(row) if party > 1 => match row.block(seat, party.unsigned_abs() as usize) {
            Some(block) if block.len() > 1 => {
                let seats = block.iter().filter_map(|input| read_seat(input, section.get_value()));
                choice.set(Choice::new(seats, limit));
                true
            }
            Some(_) => choice.try_update(|choice| choice.add(chosen)).unwrap_or(true),
            None => {
                seat.set_checked(false);
                return Err(format!(
                    "There are not {party} free seats beside each other here. Try another row, or find the best."
                ));
            }
        },
        _ => choice.try_update(|choice| choice.add(chosen)).unwrap_or(true),
    };
    if taken {
        return Ok(());
    }
    seat.set_checked(false);
    Err(format!("One person can have up to {limit} places of this event."))
}

/// What a click on this seat would take, in words.
fn say_block(block: &[HtmlInputElement], currency: Currency) -> Option<String> {
    let seats: Vec<ChosenSeat> = block.iter().filter_map(|input| read_seat(input, String::new())).collect();
    let (first, last) = (seats.first()?, seats.last()?);
    let total = Money::new(seats.iter().map(|seat| seat.price_minor).sum(), currency);
    Some(format!("Row {} seats {} to {}, {} together, {total}", first.row, first.number, last.number, seats.len()))
}
