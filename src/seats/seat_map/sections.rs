//! The sections of the overview as they live in the browser: their links, what is pointed at, how many seats are free.
//!
//! The overview is the server's: nothing here draws it, everything changes what is there.

use super::opened::Opened;
use crate::{
    events::left::Left,
    money::{Money, group_thousands},
    seats::model::{SeatMap, Section},
    ui::stream::callback,
};
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, MouseEvent},
};
use web_sys::Event;

/// What is told of the pointer and of the focus.
const POINTS: [&str; 4] = ["pointerover", "pointerout", "focusin", "focusout"];

/// Opens sections in place of following their links, and shows which is open and which is pointed at, on the map and in the
/// list alike.
pub(super) fn enliven(opened: Opened) {
    // Effects run in the browser only.
    Effect::new(move |_| {
        let Ok(Some(overview)) = document().query_selector(".section-overview") else { return };
        let follow = callback(move |click| {
            let click: &MouseEvent = click.unchecked_ref();
            let section = event_target::<Element>(click)
                .closest("[data-section] a")
                .ok()
                .flatten()
                .and_then(|link| name_of(&link));
            if section.is_some() {
                opened.follow(click, section);
            }
        });
        _ = overview.add_event_listener_with_callback("click", &follow);
        let point = callback(move |event| {
            let event: &Event = event.unchecked_ref();
            let begins = matches!(event.type_().as_str(), "pointerover" | "focusin");
            let name = name_of(&event_target::<Element>(event)).filter(|_| begins);
            mark("section-pointed-at", name.as_deref());
        });
        POINTS.iter().for_each(|name| _ = overview.add_event_listener_with_callback(name, &point));
    });
    Effect::new(move |_| {
        let name = opened.name().get();
        if let Ok(Some(overview)) = document().query_selector(".section-overview") {
            _ = overview.class_list().toggle_with_force("section-overview-small", name.is_some());
            mark("section-open", name.as_deref());
            keep_in_view(&overview);
        }
    });
}

/// The section that this element is part of.
fn name_of(element: &Element) -> Option<String> {
    element.closest("[data-section]").ok().flatten()?.get_attribute("data-section")
}

/// Gives this class to what stands for the section of this name, and takes it from the others.
fn mark(class: &str, name: Option<&str>) {
    for element in counted() {
        let is_meant = name.is_some() && element.get_attribute("data-section").as_deref() == name;
        _ = element.class_list().toggle_with_force(class, is_meant);
    }
}

/// Everything that says how many seats of a section are free.
fn counted() -> impl Iterator<Item = Element> {
    let shown = document().get_elements_by_class_name("section-counted");
    (0..shown.length()).filter_map(move |i| shown.item(i))
}

/// Tells of the section that is open to who doesn't see it, and scrolls the list, and only the list, to it.
fn keep_in_view(overview: &Element) {
    let Ok(Some(list)) = overview.query_selector(".section-list") else { return };
    if let Ok(Some(before)) = list.query_selector("[aria-current]") {
        _ = before.remove_attribute("aria-current");
    }
    let Ok(Some(line)) = list.query_selector(".section-open") else { return };
    if let Some(link) = line.first_element_child() {
        _ = link.set_attribute("aria-current", "true");
    }
    if let (Ok(list), Ok(line)) = (list.dyn_into::<HtmlElement>(), line.dyn_into::<HtmlElement>()) {
        request_animation_frame(move || {
            list.set_scroll_top(line.offset_top() - list.client_height() / 2 + line.offset_height() / 2);
        });
    }
}

/// Takes over how many seats of these sections are free now, and says so wherever it is shown: on the map, in the list and above
/// an opened section.
pub(super) fn show_counts(map: &mut SeatMap, counts: &[(String, i32)]) {
    for (name, available_count) in counts {
        if let Some(section) = map.sections.iter_mut().find(|section| section.name == *name) {
            section.available_count = *available_count;
        }
    }
    for element in counted() {
        let name = element.get_attribute("data-section");
        let is_told = |section: &&Section| {
            name.as_deref() == Some(&section.name) && counts.iter().any(|(name, _)| *name == section.name)
        };
        if let Some(section) = map.sections.iter().find(is_told) {
            let state = state_of(section);
            STATES.iter().for_each(|class| _ = element.class_list().toggle_with_force(class, *class == state));
            for (part, words) in [(".section-free", say_free(section)), ("title", say_title(map, section))] {
                if let Ok(Some(part)) = element.query_selector(part) {
                    part.set_text_content(Some(&words));
                }
            }
        }
    }
}

/// How much is left of the whole map.
pub fn left_of(map: &SeatMap) -> Left {
    let of_all = |count: fn(&Section) -> i32| map.sections.iter().map(count).sum();
    Left { available: of_all(|section| section.available_count.max(0)), total: of_all(|section| section.total_count) }
}

/// What is said of a section that isn't on sale, by who doesn't know since when or until when.
pub(super) const NOT_ON_SALE: &str = "Not on sale";

/// How many seats are free, in words; -1 are those of a section that isn't on sale.
pub fn say_free(section: &Section) -> String {
    match u64::try_from(section.available_count) {
        Err(_) => NOT_ON_SALE.to_owned(),
        Ok(0) => "Sold out".to_owned(),
        Ok(_) if is_nearly_gone(section) => format!("Only {} left", section.available_count),
        Ok(count) => format!("{} free", group_thousands(count)),
    }
}

/// At most eight seats or a twentieth of the section, whichever is more.
fn is_nearly_gone(section: &Section) -> bool {
    section.available_count <= 8.max(section.total_count / 20) && section.available_count < section.total_count
}

/// `Stalls, €48, 12 free`
pub(super) fn say_title(map: &SeatMap, section: &Section) -> String {
    format!("{}, {}, {}", section.name, Money::new(section.price_minor, map.currency), say_free(section))
}

const STATES: [&str; 3] = ["section-sold-out", "section-few", "section-available"];

/// How the section is drawn by what is left of it: one of a few classes.
pub fn state_of(section: &Section) -> &'static str {
    let [sold_out, few, available] = STATES;
    match section.available_count {
        ..=0 => sold_out,
        _ if is_nearly_gone(section) => few,
        _ => available,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in super::super) fn section(available_count: i32, price_minor: i64) -> Section {
        Section {
            name: "Stalls".to_owned(),
            price_minor,
            outline: vec![0, 0, 9, 0, 9, 9],
            total_count: 300,
            available_count,
            standing: false,
            sales_open_at: None,
            sales_close_at: None,
            off_sale: None,
        }
    }

    #[test]
    fn a_section_says_how_many_seats_are_free() {
        assert_eq!(say_free(&section(300, 1)), "300 free");
        assert_eq!(say_free(&section(16, 1)), "16 free");
        assert_eq!(say_free(&section(15, 1)), "Only 15 left");
        assert_eq!(say_free(&section(0, 1)), "Sold out");
        assert_eq!((say_free(&section(-1, 1)).as_str(), state_of(&section(-1, 1))), (NOT_ON_SALE, "section-sold-out"));
        let whole = Section { total_count: 6, ..section(6, 1) };
        assert_eq!(say_free(&whole), "6 free");
    }

    #[test]
    fn a_section_is_drawn_by_what_is_left_of_it() {
        for (available_count, state) in [(300, "section-available"), (3, "section-few"), (0, "section-sold-out")] {
            assert_eq!(state_of(&section(available_count, 3_000)), state);
        }
    }
}
