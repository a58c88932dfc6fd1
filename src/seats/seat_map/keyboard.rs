//! Moving between seats with the arrow keys.

use leptos::{
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement, HtmlInputElement},
};

/// Moves the focus from this seat in the key's direction to the next free one. Answers whether the key meant a move.
pub(super) fn move_focus(seat: &HtmlInputElement, key: &str) -> bool {
    let Ok(Some(row)) = seat.closest(".seat-row") else { return false };
    let target = match key {
        "ArrowLeft" => beside(&row, seat, false),
        "ArrowRight" => beside(&row, seat, true),
        "ArrowUp" => in_next_row(&row, seat, Element::previous_element_sibling),
        "ArrowDown" => in_next_row(&row, seat, Element::next_element_sibling),
        _ => return false,
    };
    if let Some(target) = target {
        _ = target.focus();
    }
    true
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
