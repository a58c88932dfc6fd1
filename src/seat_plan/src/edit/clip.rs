//! Seats that are copied, to be put elsewhere.

use super::{Drawing, NAME_MAX, Spot, by_section};
use crate::{
    geometry::outline_of,
    model::{Area, Row, Section},
    numbering::{free_name, next_labels},
};
use std::{collections::BTreeSet, rc::Rc};

/// What was copied: seats without their ids, by section.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clip {
    sections: Vec<Section>,
    /// Whether each is all of its section.
    are_whole: Vec<bool>,
}

impl Clip {
    /// How many seats it has.
    pub fn count(&self) -> usize {
        self.sections.iter().map(Section::capacity).sum()
    }
}

impl Drawing {
    /// Copies them.
    pub fn clip(&self, chosen: &[Spot]) -> Clip {
        let mut clip = Clip::default();
        for (section, part) in by_section(chosen) {
            let Some(of) = self.sections.get(section) else { continue };
            let row = |spots: &[Spot]| -> Option<Row> {
                let label = self.row(spots[0])?.label.clone();
                let seats = spots.iter().filter_map(|spot| self.seat(*spot)).cloned();
                Some(Row { label, seats: seats.map(|seat| crate::Seat { id: None, ..seat }).collect() })
            };
            let rows = part.chunk_by(|a, b| a.row == b.row).filter_map(row).collect();
            clip.are_whole.push(part.len() == of.capacity());
            clip.sections.push(Section { was: None, area: Area::Rows(rows), ..Section::clone(of) });
        }
        clip
    }

    /// Puts a copy so far from where it was taken: what was a whole section becomes a new one, what was a part of one becomes
    /// new rows of it. With where the new seats are.
    pub fn pasted(&self, clip: &Clip, (right, down): (i32, i32)) -> (Self, Vec<Spot>) {
        let (mut drawing, mut spots) = (self.clone(), Vec::new());
        for (section, is_whole) in clip.sections.iter().zip(&clip.are_whole) {
            let mut rows = section.rows().to_vec();
            for seat in rows.iter_mut().flat_map(|row| &mut row.seats) {
                (seat.x, seat.y) = (seat.x + right, seat.y + down);
                seat.tier = seat.tier.take().filter(|tier| self.sheet.tiers.iter().any(|known| known.name == *tier));
            }
            let into =
                drawing.sections.iter().position(|of| of.name == section.name && matches!(of.area, Area::Rows(_)));
            match into.filter(|_| !is_whole) {
                Some(into) => spots.extend(drawing.add_rows(into, rows)),
                None => {
                    let name = free_name(&section.name, &drawing.names(), NAME_MAX);
                    let outline = outline_of(&rows);
                    drawing.sections.push(Rc::new(Section {
                        name,
                        outline,
                        area: Area::Rows(rows),
                        ..section.clone()
                    }));
                    spots.extend(drawing.spots_of(drawing.sections.len() - 1));
                }
            }
        }
        (drawing, spots)
    }

    /// Adds rows to a section; those whose label it has already get the next ones. With where the new seats are.
    pub(super) fn add_rows(&mut self, section: usize, mut rows: Vec<Row>) -> Vec<Spot> {
        let (mut first, count) = (0, rows.len());
        self.reshape(section, |before| {
            first = before.len();
            let mut taken: BTreeSet<&str> = before.iter().map(|row| row.label.as_str()).collect();
            // Of two that are called alike, the first keeps its label.
            let kept: Vec<bool> = rows.iter().map(|row| taken.insert(&row.label)).collect();
            let mut next = next_labels(&taken, count).into_iter();
            let mut label = |(row, is_kept): (&Row, &bool)| {
                if *is_kept { row.label.clone() } else { next.next().unwrap_or_default() }
            };
            let labels: Vec<String> = rows.iter().zip(&kept).map(&mut label).collect();
            for (row, label) in rows.iter_mut().zip(labels) {
                row.label = label;
            }
            before.append(&mut rows);
        });
        self.spots_of(section).into_iter().filter(|spot| spot.row as usize >= first).collect()
    }
}
