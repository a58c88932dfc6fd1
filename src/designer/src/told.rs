//! What the page shows beside the map, as JSON.

use crate::{editor::Editor, price};
use seat_plan::{
    Area, SeatKind,
    edit::is_automatic,
    geometry::{bounds, corners},
};
use serde::Serialize;

/// How it stands.
#[derive(Debug, Serialize)]
pub struct Told {
    undo: Option<String>,
    redo: Option<String>,
    is_changed: bool,
    capacity: usize,
    section: Option<usize>,
    sections: Vec<TellSection>,
    tiers: Vec<TellTier>,
    chosen: TellChosen,
    stage: TellStage,
    leaves_no_single: bool,
    background: Option<TellBackground>,
}

#[derive(Debug, Serialize)]
struct TellSection {
    name: String,
    price: String,
    count: usize,
    is_standing: bool,
    is_chosen: bool,
    follows_seats: bool,
}

#[derive(Debug, Serialize)]
struct TellTier {
    name: String,
    price: String,
    count: usize,
}

#[derive(Debug, Default, Serialize)]
struct TellChosen {
    count: usize,
    taken_count: usize,
    /// Of one seat: its words, row and number.
    seat: Option<(String, String, String)>,
    /// What all of them are; none where they differ.
    kind: Option<SeatKind>,
    limited_view: Option<bool>,
    tier: Option<String>,
}

#[derive(Debug, Serialize)]
struct TellStage {
    label: String,
    width: i32,
    height: i32,
}

#[derive(Debug, Serialize)]
struct TellBackground {
    x: i32,
    y: i32,
    width: i32,
    opacity_percent: u8,
}

/// A row in the list.
#[derive(Debug, Serialize)]
pub struct TellRow {
    label: String,
    count: usize,
    is_chosen: bool,
}

impl Editor {
    /// How it stands.
    pub fn tell(&self) -> Option<Told> {
        let history = self.history.as_ref()?;
        let drawing = history.drawing();
        let (undo, redo) = history.ways();
        let mut chosen_of = vec![0; drawing.sections.len()];
        for spot in history.chosen() {
            chosen_of[spot.section as usize] += 1;
        }
        let section = |(at, section): (usize, &std::rc::Rc<seat_plan::Section>)| {
            let count = section.capacity();
            TellSection {
                name: section.name.clone(),
                price: price::write(section.price_minor, self.exponent),
                count,
                is_standing: matches!(section.area, Area::Standing(_)),
                is_chosen: self.section == Some(at) || (chosen_of[at] > 0 && chosen_of[at] == count),
                follows_seats: self.section == Some(at) && is_automatic(section),
            }
        };
        let sections: Vec<_> = drawing.sections.iter().enumerate().map(section).collect();
        let mut counts = vec![0; drawing.sheet.tiers.len() + 1];
        for mark in &self.scene.marks {
            counts[usize::from(mark.tier).min(drawing.sheet.tiers.len())] += 1;
        }
        let tier = |(tier, count): (&seat_plan::Tier, &usize)| TellTier {
            name: tier.name.clone(),
            price: price::write(tier.price_minor, self.exponent),
            count: *count,
        };
        let (left, top, right, bottom) = bounds(corners(&drawing.sheet.stage)).unwrap_or_default();
        let background = drawing.sheet.background.as_ref().map(|of| TellBackground {
            x: of.x,
            y: of.y,
            width: of.width,
            opacity_percent: of.opacity_percent,
        });
        Some(Told {
            undo: undo.map(str::to_owned),
            redo: redo.map(str::to_owned),
            is_changed: self.is_changed(),
            capacity: sections.iter().map(|section| section.count).sum(),
            section: self.section,
            sections,
            tiers: drawing.sheet.tiers.iter().zip(&counts[1..]).map(tier).collect(),
            chosen: self.tell_chosen(),
            stage: TellStage { label: drawing.sheet.stage_label.clone(), width: right - left, height: bottom - top },
            leaves_no_single: drawing.sheet.leaves_no_single,
            background,
        })
    }

    fn tell_chosen(&self) -> TellChosen {
        let (Some(drawing), chosen) = (self.drawing(), self.chosen()) else { return TellChosen::default() };
        let all: Vec<&seat_plan::Seat> = chosen.iter().filter_map(|spot| drawing.seat(*spot)).collect();
        let Some(first) = all.first() else { return TellChosen::default() };
        let seat = match chosen {
            [spot] => drawing.row(*spot).map(|row| (self.describe(*spot), row.label.clone(), first.number.clone())),
            _ => None,
        };
        TellChosen {
            count: all.len(),
            taken_count: self.taken_count(),
            seat,
            kind: all.iter().all(|seat| seat.kind == first.kind).then_some(first.kind),
            limited_view: all.iter().all(|seat| seat.limited_view == first.limited_view).then_some(first.limited_view),
            tier: all.iter().all(|seat| seat.tier == first.tier).then(|| first.tier.clone().unwrap_or_default()),
        }
    }

    /// The rows of a section.
    pub fn tell_rows(&self, section: usize) -> Vec<TellRow> {
        let rows =
            self.drawing().and_then(|drawing| drawing.sections.get(section)).map_or(&[][..], |section| section.rows());
        let chosen_of = |row: usize| {
            let is_of = |spot: &&seat_plan::edit::Spot| (spot.section as usize, spot.row as usize) == (section, row);
            self.chosen().iter().filter(is_of).count()
        };
        let tell = |(at, row): (usize, &seat_plan::Row)| TellRow {
            label: row.label.clone(),
            count: row.seats.len(),
            is_chosen: chosen_of(at) == row.seats.len(),
        };
        rows.iter().enumerate().map(tell).collect()
    }
}
