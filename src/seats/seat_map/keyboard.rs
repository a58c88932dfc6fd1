//! Moving between seats with the arrow keys.

use leptos::{
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, HtmlInputElement},
};

/// Moves the focus from this seat in the key's direction to the next free one, or to the row's first or last. Answers whether the key meant a move.
pub(super) fn move_focus(seat: &HtmlInputElement, key: &str) -> bool {
    let Ok(Some(row)) = seat.closest(".seat-row") else { return false };
    let target = match key {
        "ArrowLeft" => beside(&row, seat, false),
        "ArrowRight" => beside(&row, seat, true),
        "ArrowUp" => in_next_row(&row, seat, Element::previous_element_sibling),
        "ArrowDown" => in_next_row(&row, seat, Element::next_element_sibling),
        "Home" => free_seats(&row).into_iter().next(),
        "End" => free_seats(&row).into_iter().next_back(),
        _ => return false,
    };
    if let Some(target) = target {
        _ = target.focus();
    }
    true
}

/// Makes one seat of this part the place where the tab key stops, so that nobody tabs through hundreds: the one it stopped at
/// before, as long as it can be had, else a chosen one, else the first. The arrow keys lead to the others.
pub(super) fn keep_one_stop(part: &Element) {
    let seats = seats_in(part);
    let is_stop = |seat: &&HtmlInputElement| seat.get_attribute("tabindex").as_deref() == Some("0");
    let can_be_had = || seats.iter().filter(|seat| !seat.disabled());
    let stop =
        can_be_had().find(is_stop).or_else(|| can_be_had().find(|seat| seat.checked())).or_else(|| can_be_had().next());
    for seat in &seats {
        let index = if Some(seat) == stop { "0" } else { "-1" };
        if seat.get_attribute("tabindex").as_deref() != Some(index) {
            _ = seat.set_attribute("tabindex", index);
        }
    }
}

/// Makes this seat the place where the tab key stops.
pub(super) fn stop_at(part: &Element, seat: &HtmlInputElement) {
    if let Ok(Some(before)) = part.query_selector("input[tabindex=\"0\"]") {
        _ = before.set_attribute("tabindex", "-1");
    }
    seat.set_tab_index(0);
}

fn beside(row: &Element, seat: &HtmlInputElement, to_the_right: bool) -> Option<HtmlInputElement> {
    let free = free_seats(row);
    let at = free.iter().position(|other| other == seat)?;
    let next = if to_the_right { at.checked_add(1) } else { at.checked_sub(1) };
    free.into_iter().nth(next?)
}

fn in_next_row(
    row: &Element,
    seat: &HtmlInputElement,
    step: fn(&Element) -> Option<Element>,
) -> Option<HtmlInputElement> {
    let from = left_edge(seat);
    let mut row = step(row)?;
    loop {
        if let Some(nearest) = free_seats(&row).into_iter().min_by_key(|other| (left_edge(other) - from).abs()) {
            return Some(nearest);
        }
        row = step(&row)?;
    }
}

fn free_seats(row: &Element) -> Vec<HtmlInputElement> {
    seats_in(row).into_iter().filter(|seat| !seat.disabled()).collect()
}

/// The checkboxes in this part of the page.
pub(super) fn seats_in(part: &Element) -> Vec<HtmlInputElement> {
    let inputs = part.get_elements_by_tag_name("input");
    (0..inputs.length()).filter_map(|i| inputs.item(i)?.dyn_into().ok()).collect()
}

/// How far this seat stands from the left end of what scrolls, in pixels.
pub(super) fn left_edge(seat: &HtmlInputElement) -> i32 {
    let label = seat.parent_element().and_then(|label| label.dyn_into::<HtmlElement>().ok());
    label.map_or(0, |label| label.offset_left())
}
