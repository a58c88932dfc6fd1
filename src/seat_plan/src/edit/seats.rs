//! What is done with chosen seats.

use super::{Changed, Drawing, Refused, Spot, by_section, is_automatic, shift};
use crate::{
    model::{Row, Seat, SeatKind},
    numbering::{RowLabels, SeatNumbers},
};
use std::rc::Rc;

/// Where chosen seats are lined up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Edge {
    /// Below the leftmost.
    Left,
    /// Below the rightmost.
    Right,
    /// Beside the uppermost.
    Top,
    /// Beside the lowest.
    Bottom,
    /// In the middle between left and right.
    Column,
    /// In the middle between top and bottom.
    Line,
}

impl Drawing {
    /// Moves them. A section that is moved as a whole takes its outline along.
    pub fn moved(&self, chosen: &[Spot], (right, down): (i32, i32)) -> Self {
        let mut drawing = self.clone();
        for (section, part) in by_section(chosen) {
            let Some(of) = self.sections.get(section) else { continue };
            if part.len() == of.capacity() {
                let whole = Rc::make_mut(&mut drawing.sections[section]);
                shift(&mut whole.outline, right, down);
                if let crate::model::Area::Rows(rows) = &mut whole.area {
                    change(rows, part, |seat, _| (seat.x, seat.y) = (seat.x + right, seat.y + down));
                }
            } else {
                drawing.reshape(section, |rows| {
                    change(rows, part, |seat, _| (seat.x, seat.y) = (seat.x + right, seat.y + down));
                });
            }
        }
        drawing
    }

    /// Turns them about their middle, clockwise. A section that is turned as a whole takes its outline along.
    pub fn turned(&self, chosen: &[Spot], degrees: i32) -> Self {
        let Some((left, top, right, bottom)) = self.bounds_of(chosen) else { return self.clone() };
        let (x, y) = (f64::from(left + right) / 2.0, f64::from(top + bottom) / 2.0);
        let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
        let turn = |(px, py): (i32, i32)| {
            let (right, down) = (f64::from(px) - x, f64::from(py) - y);
            ((x + right * cos - down * sin).round() as i32, (y + right * sin + down * cos).round() as i32)
        };
        let mut drawing = self.clone();
        for (section, part) in by_section(chosen) {
            let Some(of) = self.sections.get(section) else { continue };
            let by_hand = part.len() == of.capacity() && !is_automatic(of);
            drawing.reshape(section, |rows| change(rows, part, |seat, _| (seat.x, seat.y) = turn((seat.x, seat.y))));
            if by_hand {
                for corner in Rc::make_mut(&mut drawing.sections[section]).outline.chunks_exact_mut(2) {
                    (corner[0], corner[1]) = turn((corner[0], corner[1]));
                }
            }
        }
        drawing
    }

    /// Lines them up.
    pub fn aligned(&self, chosen: &[Spot], edge: Edge) -> Self {
        let Some((left, top, right, bottom)) = self.bounds_of(chosen) else { return self.clone() };
        self.with_seats(chosen, |seat, _| match edge {
            Edge::Left => seat.x = left,
            Edge::Right => seat.x = right,
            Edge::Top => seat.y = top,
            Edge::Bottom => seat.y = bottom,
            Edge::Column => seat.x = (left + right) / 2,
            Edge::Line => seat.y = (top + bottom) / 2,
        })
    }

    /// Spreads those of each row evenly between the first and the last of them.
    pub fn spread(&self, chosen: &[Spot]) -> Self {
        let mut ends = Vec::with_capacity(chosen.len());
        for part in chosen.chunk_by(|a, b| (a.section, a.row) == (b.section, b.row)) {
            let at =
                |spot: Option<&Spot>| spot.and_then(|spot| self.seat(*spot)).map_or((0, 0), |seat| (seat.x, seat.y));
            let (from, to, steps) = (at(part.first()), at(part.last()), part.len().saturating_sub(1).max(1) as f64);
            let between = |from: i32, to: i32, place: usize| {
                (f64::from(from) + f64::from(to - from) * place as f64 / steps).round() as i32
            };
            ends.extend((0..part.len()).map(|place| (between(from.0, to.0, place), between(from.1, to.1, place))));
        }
        self.with_seats(chosen, |seat, place| (seat.x, seat.y) = ends[place])
    }

    /// Removes them; rows and sections that have no seats any more go with them.
    pub fn without(&self, chosen: &[Spot]) -> Self {
        let mut drawing = self.clone();
        for (section, part) in by_section(chosen) {
            drawing.reshape(section, |rows| {
                for spot in part.iter().rev() {
                    if let Some(row) = rows.get_mut(spot.row as usize)
                        && (spot.seat as usize) < row.seats.len()
                    {
                        row.seats.remove(spot.seat as usize);
                    }
                }
            });
        }
        drawing.sections.retain(|section| section.capacity() > 0);
        drawing
    }

    /// Numbers those of each row anew.
    pub fn renumbered(&self, chosen: &[Spot], numbers: SeatNumbers) -> Self {
        let of_row = |part: &[Spot]| numbers.numbers(part.len());
        let names: Vec<String> =
            chosen.chunk_by(|a, b| (a.section, a.row) == (b.section, b.row)).flat_map(of_row).collect();
        self.with_seats(chosen, |seat, place| seat.number.clone_from(&names[place]))
    }

    /// Calls the rows they are in anew, those of each section from the first.
    pub fn relabelled(&self, chosen: &[Spot], labels: &RowLabels) -> Self {
        let mut drawing = self.clone();
        for (section, part) in by_section(chosen) {
            let rows_of: Vec<usize> = part.chunk_by(|a, b| a.row == b.row).map(|row| row[0].row as usize).collect();
            drawing.reshape(section, |rows| {
                for (row, label) in rows_of.iter().zip(labels.labels(rows_of.len())) {
                    if let Some(row) = rows.get_mut(*row) {
                        row.label = label;
                    }
                }
            });
        }
        drawing
    }

    /// Gives them this number.
    pub fn with_number(&self, chosen: &[Spot], number: &str) -> Self {
        self.with_seats(chosen, |seat, _| number.clone_into(&mut seat.number))
    }

    /// Calls the row of a seat so.
    pub fn with_label(&self, spot: Spot, label: &str) -> Self {
        let mut drawing = self.clone();
        drawing.reshape(spot.section as usize, |rows| {
            if let Some(row) = rows.get_mut(spot.row as usize) {
                label.clone_into(&mut row.label);
            }
        });
        drawing
    }

    /// Makes them seats of this kind.
    pub fn of_kind(&self, chosen: &[Spot], kind: SeatKind) -> Self {
        self.with_seats(chosen, |seat, _| seat.kind = kind)
    }

    /// Says whether part of the stage is hidden from them.
    pub fn with_view(&self, chosen: &[Spot], limited_view: bool) -> Self {
        self.with_seats(chosen, |seat, _| seat.limited_view = limited_view)
    }

    /// Gives them the price of a tier, or of their section.
    ///
    /// Errors: `Unknown`.
    pub fn with_tier(&self, chosen: &[Spot], tier: Option<&str>) -> Changed {
        if tier.is_some_and(|tier| !self.sheet.tiers.iter().any(|known| known.name == tier)) {
            return Err(Refused::Unknown);
        }
        Ok(self.with_seats(chosen, |seat, _| seat.tier = tier.map(str::to_owned)))
    }

    /// Left, top, right and bottom of chosen seats' centres; nothing of none.
    pub fn bounds_of(&self, chosen: &[Spot]) -> Option<(i32, i32, i32, i32)> {
        crate::geometry::bounds(chosen.iter().filter_map(|spot| self.seat(*spot)).map(|seat| (seat.x, seat.y)))
    }

    /// Changes them one by one, each with its place among them.
    fn with_seats(&self, chosen: &[Spot], mut each: impl FnMut(&mut Seat, usize)) -> Self {
        let (mut drawing, mut first) = (self.clone(), 0);
        for (section, part) in by_section(chosen) {
            drawing.reshape(section, |rows| change(rows, part, |seat, place| each(seat, first + place)));
            first += part.len();
        }
        drawing
    }
}

/// Changes seats of these rows, each with its place among them.
fn change(rows: &mut [Row], part: &[Spot], mut each: impl FnMut(&mut Seat, usize)) {
    for (place, spot) in part.iter().enumerate() {
        if let Some(seat) = rows.get_mut(spot.row as usize).and_then(|row| row.seats.get_mut(spot.seat as usize)) {
            each(seat, place);
        }
    }
}
