//! Seats beside each other as they stand on the page: which block a click takes, and which seats it would leave alone.

use super::{choice::ChosenSeat, keyboard::seats_in};
use crate::{
    id::SeatId,
    seats::choosing::{RowSeat, block_at, left_alone},
};
use leptos::{
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlInputElement},
};

const PREVIEW: &str = "seat-preview";

/// The checkboxes of a row between two aisles, in order.
pub(super) struct Row(Vec<HtmlInputElement>);

impl Row {
    /// The row that this seat is in.
    pub(super) fn of(seat: &HtmlInputElement) -> Option<Self> {
        let row = seat.closest(".seat-row").ok()??;
        between_aisles(&seats_in(&row)).find(|row| row.contains(seat)).map(|row| Self(row.to_vec()))
    }

    /// Every row in this part of the page.
    pub(super) fn all(part: &Element) -> Vec<Self> {
        let seats = seats_in(part);
        between_aisles(&seats).map(|row| Self(row.to_vec())).collect()
    }

    /// The block of `count` seats that a click on this one takes; none where there are not so many beside it.
    pub(super) fn block(&self, seat: &HtmlInputElement, count: usize) -> Option<&[HtmlInputElement]> {
        let at = self.0.iter().position(|other| other == seat)?;
        // A place for a wheelchair is taken by itself.
        if count == 1 || !is_ordinary(seat) {
            return Some(&self.0[at..=at]);
        }
        self.0.get(block_at(&self.seats(), at, count)?)
    }

    /// The names of the seats that this choice would leave alone.
    pub(super) fn left_alone(&self, chosen: &[SeatId]) -> Vec<String> {
        let seats = self.seats();
        let alone = left_alone(&seats, chosen);
        let named = self.0.iter().zip(&seats).filter(|(_, seat)| alone.contains(&seat.id));
        named.filter_map(|(input, _)| Some(read_seat(input, String::new())?.label())).collect()
    }

    fn seats(&self) -> Vec<RowSeat> {
        let seat = |input: &HtmlInputElement| {
            Some(RowSeat {
                id: input.value().parse().ok()?,
                is_free: has_class(input, "seat-available") && is_ordinary(input),
            })
        };
        self.0.iter().filter_map(seat).collect()
    }
}

/// Aisles are drawn as gaps, and the labels of rows stand at their ends.
fn between_aisles(seats: &[HtmlInputElement]) -> impl Iterator<Item = &[HtmlInputElement]> {
    let label = |seat: &HtmlInputElement| seat.parent_element();
    let follows = move |seat: &HtmlInputElement, next: &HtmlInputElement| {
        label(next).and_then(|label| label.previous_element_sibling()) == label(seat)
    };
    seats.chunk_by(follows)
}

/// Shows which seats a click would take, and no others.
pub(super) fn preview(part: &Element, block: &[HtmlInputElement]) {
    let shown = part.get_elements_by_class_name(PREVIEW);
    // The list follows the page: what loses the class leaves it.
    while let Some(label) = shown.item(0) {
        _ = label.class_list().remove_1(PREVIEW);
    }
    for label in block.iter().filter_map(|input| input.parent_element()) {
        _ = label.class_list().add_1(PREVIEW);
    }
}

/// The seat a checkbox of this section stands for.
pub(super) fn read_seat(seat: &HtmlInputElement, section: String) -> Option<ChosenSeat> {
    Some(ChosenSeat {
        id: seat.value().parse().ok()?,
        section,
        row: seat.get_attribute("data-row")?,
        number: seat.get_attribute("data-number")?,
        price_minor: seat.get_attribute("data-price")?.parse().ok()?,
        spot: spot_of(seat)?,
    })
}

/// Where the seat of this checkbox stands on the map.
pub(super) fn spot_of(seat: &HtmlInputElement) -> Option<(i32, i32)> {
    let spot = seat.get_attribute("data-spot")?;
    let (x, y) = spot.split_once(' ')?;
    Some((x.parse().ok()?, y.parse().ok()?))
}

/// The checkbox of the seat that this element is part of.
pub(super) fn seat_of(target: &Element) -> Option<HtmlInputElement> {
    let label = target.closest(".seat").ok()??;
    label.query_selector("input").ok()??.dyn_into().ok()
}

fn is_ordinary(input: &HtmlInputElement) -> bool {
    !has_class(input, "seat-accessible") && !has_class(input, "seat-companion")
}

fn has_class(input: &HtmlInputElement, class: &str) -> bool {
    input.parent_element().is_some_and(|label| label.class_list().contains(class))
}
