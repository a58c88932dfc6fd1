//! Changing a plan. Each change is a function from a drawing to the next, which shares all sections that stay as they are, so
//! that a history of a stadium costs little more than its last state.

mod clip;
mod history;
mod seats;
mod sections;

pub use clip::Clip;
pub use history::History;
pub use seats::Edge;

pub use crate::check::NAME_MAX;
use crate::{
    geometry::{bounds, corners, outline_of},
    model::{Area, Plan, Row, Seat, Section},
};
use std::{collections::BTreeSet, rc::Rc};

/// Between what is drawn and the edge of the map, in the map's units.
const MARGIN: i32 = 30;

/// Where a seat is in a drawing: by its section, its row and its place in the row, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Spot {
    /// The section.
    pub section: u32,
    /// The row.
    pub row: u32,
    /// The seat.
    pub seat: u32,
}

impl Spot {
    /// The seat at these places.
    pub fn new(section: usize, row: usize, seat: usize) -> Self {
        // No plan has as many sections, rows or seats.
        let narrow = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        Self { section: narrow(section), row: narrow(row), seat: narrow(seat) }
    }
}

/// A plan that is changed: cheap to copy.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The plan but its sections.
    pub sheet: Rc<Plan>,
    /// Its sections.
    pub sections: Vec<Rc<Section>>,
}

impl From<Plan> for Drawing {
    fn from(mut plan: Plan) -> Self {
        let sections = std::mem::take(&mut plan.sections).into_iter().map(Rc::new).collect();
        Self { sheet: Rc::new(plan), sections }
    }
}

/// Why a change isn't made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Nothing is chosen that could be changed.
    NothingChosen,
    /// There is such a name already.
    NameTaken(String),
    /// A name is empty or too long.
    NoName,
    /// There is no such section or tier.
    Unknown,
    /// Three corners at least.
    NoOutline,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NothingChosen => write!(f, "Choose seats first."),
            Self::NameTaken(name) => write!(f, "There is a {name} already."),
            Self::NoName => write!(f, "A name has 1 to {NAME_MAX} characters."),
            Self::Unknown => write!(f, "That is not there any more."),
            Self::NoOutline => write!(f, "An outline has three corners at least."),
        }
    }
}

/// What a change leads to, or why it isn't made.
pub type Changed = Result<Drawing, Refused>;

impl Drawing {
    /// As a plan.
    pub fn plan(&self) -> Plan {
        let sections = self.sections.iter().map(|section| Section::clone(section)).collect();
        Plan { sections, ..Plan::clone(&self.sheet) }
    }

    /// All seats with where they are.
    pub fn seats(&self) -> impl Iterator<Item = (Spot, &Seat)> {
        self.sections.iter().enumerate().flat_map(|(section, of)| {
            of.rows().iter().enumerate().flat_map(move |(row, of)| {
                of.seats.iter().enumerate().map(move |(seat, of)| (Spot::new(section, row, seat), of))
            })
        })
    }

    /// The row of a seat.
    pub fn row(&self, spot: Spot) -> Option<&Row> {
        self.sections.get(spot.section as usize)?.rows().get(spot.row as usize)
    }

    /// A seat.
    pub fn seat(&self, spot: Spot) -> Option<&Seat> {
        self.row(spot)?.seats.get(spot.seat as usize)
    }

    /// The seats of a section.
    pub fn spots_of(&self, section: usize) -> Vec<Spot> {
        let rows = self.sections.get(section).map_or(&[][..], |section| section.rows());
        let of_row = |(row, of): (usize, &Row)| (0..of.seats.len()).map(move |seat| Spot::new(section, row, seat));
        rows.iter().enumerate().flat_map(of_row).collect()
    }

    /// Names of its sections.
    pub fn names(&self) -> BTreeSet<&str> {
        self.sections.iter().map(|section| section.name.as_str()).collect()
    }

    /// Left, top, right and bottom of all that is drawn; nothing of an empty map.
    pub fn extent(&self) -> Option<(i32, i32, i32, i32)> {
        let outlines = self.sections.iter().flat_map(|section| corners(&section.outline));
        bounds(outlines.chain(corners(&self.sheet.stage)).chain(self.seats().map(|(_, seat)| (seat.x, seat.y))))
    }

    /// The same on a map that has room for all of it, and how far it was moved for that: right and down.
    pub fn fitted(&self) -> (Self, (i32, i32)) {
        let Some((left, top, right, bottom)) = self.extent() else { return (self.clone(), (0, 0)) };
        let shift = |edge: i32| if edge < 0 { MARGIN - edge } else { 0 };
        let (x, y) = (shift(left), shift(top));
        let mut drawing = if (x, y) == (0, 0) { self.clone() } else { self.all_moved(x, y) };
        let (width, height) = (self.sheet.width.max(right + x + MARGIN), self.sheet.height.max(bottom + y + MARGIN));
        if (width, height) != (self.sheet.width, self.sheet.height) {
            let sheet = Rc::make_mut(&mut drawing.sheet);
            (sheet.width, sheet.height) = (width, height);
        }
        (drawing, (x, y))
    }

    fn all_moved(&self, x: i32, y: i32) -> Self {
        let mut drawing = self.clone();
        let sheet = Rc::make_mut(&mut drawing.sheet);
        shift(&mut sheet.stage, x, y);
        if let Some(background) = &mut sheet.background {
            (background.x, background.y) = (background.x + x, background.y + y);
        }
        for section in &mut drawing.sections {
            let section = Rc::make_mut(section);
            shift(&mut section.outline, x, y);
            if let Area::Rows(rows) = &mut section.area {
                for seat in rows.iter_mut().flat_map(|row| &mut row.seats) {
                    (seat.x, seat.y) = (seat.x + x, seat.y + y);
                }
            }
        }
        drawing
    }

    /// Changes the rows of a section; an outline that followed from its seats still does.
    fn reshape(&mut self, section: usize, change: impl FnOnce(&mut Vec<Row>)) {
        let Some(section) = self.sections.get_mut(section) else { return };
        let section = Rc::make_mut(section);
        let is_automatic = is_automatic(section);
        let Area::Rows(rows) = &mut section.area else { return };
        change(rows);
        rows.retain(|row| !row.seats.is_empty());
        if is_automatic && !rows.is_empty() {
            section.outline = outline_of(rows);
        }
    }
}

/// Whether a section's outline is what follows from its seats.
pub fn is_automatic(section: &Section) -> bool {
    !section.rows().is_empty() && outline_of(section.rows()) == section.outline
}

fn shift(polygon: &mut [i32], x: i32, y: i32) {
    for corner in polygon.chunks_exact_mut(2) {
        corner[0] += x;
        corner[1] += y;
    }
}

/// Chosen seats by section: each with its part of them, which are in order.
fn by_section(chosen: &[Spot]) -> impl Iterator<Item = (usize, &[Spot])> {
    chosen.chunk_by(|a, b| a.section == b.section).map(|part| (part[0].section as usize, part))
}

#[cfg(test)]
mod tests;
