//! What changes from one plan to another: seats by their ids, sections by the names they had.

use crate::{Area, Plan, Row, Seat, Section, name_seat};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// As many names as a list of what changes shows.
pub const NAMES_MAX: usize = 20;

/// What changes, short enough to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes {
    /// Seats that are new.
    pub added: Listed,
    /// Seats that are gone.
    pub removed: Listed,
    /// Seats that stand elsewhere.
    pub moved: Listed,
    /// Seats with another section, row or number.
    pub renumbered: Listed,
    /// Seats that cost something else.
    pub repriced: Listed,
    /// Seats that are of another kind, or whose view is limited now or isn't any more.
    pub changed_kind: Listed,
    /// Sections that are new.
    pub sections_added: Vec<String>,
    /// Sections that are gone.
    pub sections_removed: Vec<String>,
    /// Sections with another name: what it was, and what it is.
    pub sections_renamed: Vec<(String, String)>,
    /// Sections where people stand, and in which the number of places changes, or what they cost.
    pub standing: Vec<StandingChange>,
    /// Whether anything else changes: outlines, the stage, the order of sections, prices that no seat has, the background.
    pub is_redrawn: bool,
}

/// So many seats, and the first of them by name.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// How many they are.
    pub count: usize,
    /// The names of the first [`NAMES_MAX`].
    pub names: Vec<String>,
}

/// What changes in a section where people stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingChange {
    /// Its name now, or as it was if it is gone.
    pub section: String,
    /// How many had room; 0 where nobody stood.
    pub before: u32,
    /// How many have room; 0 where nobody stands any more.
    pub after: u32,
    /// Whether a place costs something else.
    pub is_repriced: bool,
}

impl Changes {
    /// Whether there is anything to save.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What changes, seat by seat.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// The same, to be shown.
    pub changes: Changes,
    /// The seats that are gone.
    pub removed: Vec<Uuid>,
    /// The seats whose people have to know: they stand elsewhere, are called otherwise, or are of another kind.
    pub touched: Vec<Uuid>,
}

impl Listed {
    fn add(&mut self, name: impl FnOnce() -> String) {
        self.count += 1;
        if self.names.len() < NAMES_MAX {
            self.names.push(name());
        }
    }
}

/// A seat with where it is.
#[derive(Clone, Copy)]
struct Placed<'a> {
    section: &'a Section,
    row: &'a Row,
    seat: &'a Seat,
    price_minor: i64,
}

impl Placed<'_> {
    fn name(&self) -> String {
        name_seat(&self.section.name, &self.row.label, &self.seat.number)
    }
}

fn placed(plan: &Plan) -> impl Iterator<Item = Placed<'_>> {
    let tiers: HashMap<&str, i64> = plan.tiers.iter().map(|tier| (tier.name.as_str(), tier.price_minor)).collect();
    plan.sections.iter().flat_map(|section| section.rows().iter().map(move |row| (section, row))).flat_map(
        move |(section, row)| {
            let price = |seat: &Seat| seat.tier.as_deref().and_then(|tier| tiers.get(tier)).copied();
            let place = |seat| Placed { section, row, seat, price_minor: price(seat).unwrap_or(section.price_minor) };
            row.seats.iter().map(place).collect::<Vec<_>>()
        },
    )
}

/// What changes from `before`, which is an event's map, to `after`. A seat of `after` without an id, or with one that `before`
/// doesn't have, is new; so is a section whose `was` isn't there.
pub fn compare(before: &Plan, after: &Plan) -> Comparison {
    let mut comparison = Comparison::default();
    let known: HashMap<Uuid, Placed> = placed(before).filter_map(|placed| Some((placed.seat.id?, placed))).collect();
    let mut kept = HashSet::with_capacity(known.len());
    for now in placed(after) {
        match now.seat.id.and_then(|id| Some((id, known.get(&id)?))) {
            Some((id, was)) => {
                kept.insert(id);
                comparison.compare_seat(id, was, &now);
            }
            None => comparison.changes.added.add(|| now.name()),
        }
    }
    for gone in placed(before) {
        if let Some(id) = gone.seat.id.filter(|id| !kept.contains(id)) {
            comparison.removed.push(id);
            comparison.changes.removed.add(|| gone.name());
        }
    }
    comparison.changes.compare_sections(before, after);
    comparison.changes.is_redrawn = rest(before) != rest(after) || places_differ(before, after);
    comparison
}

impl Comparison {
    fn compare_seat(&mut self, id: Uuid, was: &Placed<'_>, now: &Placed<'_>) {
        let changes = &mut self.changes;
        let is_renamed = now.section.name != was.section.name;
        let has_moved = (now.seat.x, now.seat.y) != (was.seat.x, was.seat.y);
        let is_elsewhere = now.section.was.as_deref() != Some(&was.section.name);
        let is_renumbered = is_elsewhere || (&now.row.label, &now.seat.number) != (&was.row.label, &was.seat.number);
        let is_of_another_kind = (now.seat.kind, now.seat.limited_view) != (was.seat.kind, was.seat.limited_view);
        for (is_so, listed) in [
            (has_moved, &mut changes.moved),
            (is_renumbered, &mut changes.renumbered),
            (now.price_minor != was.price_minor, &mut changes.repriced),
            (is_of_another_kind, &mut changes.changed_kind),
        ] {
            if is_so {
                listed.add(|| was.name());
            }
        }
        if has_moved || is_renumbered || is_renamed || is_of_another_kind {
            self.touched.push(id);
        }
    }
}

impl Changes {
    fn compare_sections(&mut self, before: &Plan, after: &Plan) {
        let known: HashMap<&str, &Section> =
            before.sections.iter().map(|section| (section.name.as_str(), section)).collect();
        let mut kept = HashSet::new();
        for now in &after.sections {
            let was = now.was.as_deref().and_then(|was| known.get(was).copied());
            match was {
                None => self.sections_added.push(now.name.clone()),
                Some(was) => {
                    kept.insert(was.name.as_str());
                    if was.name != now.name {
                        self.sections_renamed.push((was.name.clone(), now.name.clone()));
                    }
                }
            }
            let (had, has) = (was.map_or(0, standing), standing(now));
            let is_repriced = had > 0 && has > 0 && was.is_some_and(|was| was.price_minor != now.price_minor);
            if had != has || is_repriced {
                self.standing.push(StandingChange { section: now.name.clone(), before: had, after: has, is_repriced });
            }
        }
        for gone in before.sections.iter().filter(|section| !kept.contains(section.name.as_str())) {
            self.sections_removed.push(gone.name.clone());
            let (section, before) = (gone.name.clone(), standing(gone));
            if before > 0 {
                self.standing.push(StandingChange { section, before, after: 0, is_repriced: false });
            }
        }
    }
}

fn standing(section: &Section) -> u32 {
    match section.area {
        Area::Standing(count) => count,
        Area::Rows(_) => 0,
    }
}

/// What of a plan isn't said seat by seat.
fn rest(plan: &Plan) -> impl PartialEq + '_ {
    let sections: Vec<(&str, i64, &[i32])> = plan
        .sections
        .iter()
        .map(|section| (section.name.as_str(), section.price_minor, section.outline.as_slice()))
        .collect();
    (
        (plan.width, plan.height, &plan.stage, &plan.stage_label, plan.leaves_no_single),
        (&plan.tiers, &plan.background, sections),
    )
}

/// Whether a seat costs the same by another name.
fn places_differ(before: &Plan, after: &Plan) -> bool {
    let tiers = |plan: &Plan| -> HashMap<Uuid, Option<String>> {
        placed(plan).filter_map(|placed| Some((placed.seat.id?, placed.seat.tier.clone()))).collect()
    };
    let now = tiers(after);
    tiers(before).iter().any(|(id, tier)| now.get(id).is_some_and(|now| now != tier))
}

#[cfg(test)]
mod tests;
