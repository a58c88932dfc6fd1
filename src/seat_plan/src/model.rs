//! What a plan is made of.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A seat map as it is drawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Width in the map's units, above 0.
    pub width: i32,
    /// Height in the map's units, above 0.
    pub height: i32,
    /// Outline of the stage: x, y, x, y, …; three points at least.
    pub stage: Vec<i32>,
    /// What the stage is called: `Stage`, `Pitch`.
    pub stage_label: String,
    /// Whether a hold that leaves a free seat alone, where that can be avoided, is refused.
    #[serde(default)]
    pub leaves_no_single: bool,
    /// Prices that single seats can have instead of their section's.
    #[serde(default)]
    pub tiers: Vec<Tier>,
    /// What is drawn over, for the designer alone; never shown to attendees.
    #[serde(default)]
    pub background: Option<Background>,
    /// Its sections, in the order of lists.
    pub sections: Vec<Section>,
}

/// A price that single seats can have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Its name, unique in the plan: `Front rows`.
    pub name: String,
    /// Minor units of the currency of the plan's owner.
    pub price_minor: i64,
}

/// A picture that is drawn over: a floor plan, a photograph.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Background {
    /// The picture as a `data:` address, PNG, JPEG or WebP.
    pub picture: String,
    /// Its left edge.
    pub x: i32,
    /// Its upper edge.
    pub y: i32,
    /// Its width; its height follows.
    pub width: i32,
    /// How strongly it shows, in per cent.
    pub opacity_percent: u8,
}

/// A part of a plan that is opened, and has a price, as one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// The name under which the event has it already; none for one that is new. A section that is renamed keeps it.
    #[serde(default)]
    pub was: Option<String>,
    /// Its name, unique in the plan.
    pub name: String,
    /// Minor units, for each of its places that has no tier.
    pub price_minor: i64,
    /// Outline on the map: x, y, x, y, …; three points at least.
    pub outline: Vec<i32>,
    /// What is in it.
    pub area: Area,
}

/// What a section holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Area {
    /// Seats, in rows from the front.
    Rows(Vec<Row>),
    /// So many people, who stand or sit where they like.
    Standing(u32),
}

/// A row, or a table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its label, unique in its section, 1 to 8 characters.
    pub label: String,
    /// Its seats, in order: from the left as seen from the stage's side of the map.
    pub seats: Vec<Seat>,
}

/// A seat.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// The id under which the event has it already; none for one that is new. A seat that is moved or renumbered keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<Uuid>,
    /// Its label, unique in its row, 1 to 8 characters.
    pub number: String,
    /// Its centre.
    pub x: i32,
    /// Its centre.
    pub y: i32,
    /// What kind of seat it is.
    #[serde(default, skip_serializing_if = "SeatKind::is_standard")]
    pub kind: SeatKind,
    /// Part of the stage is hidden from here.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub limited_view: bool,
    /// The tier it has instead of its section's price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
}

/// What kind of seat it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SeatKind {
    /// A seat.
    #[default]
    Standard,
    /// A wheelchair place.
    Accessible,
    /// The seat beside a wheelchair place.
    Companion,
}

impl SeatKind {
    fn is_standard(&self) -> bool {
        *self == Self::Standard
    }
}

impl Plan {
    /// How many people it has room for.
    pub fn capacity(&self) -> usize {
        self.sections.iter().map(Section::capacity).sum()
    }
}

impl Section {
    /// How many people it has room for.
    pub fn capacity(&self) -> usize {
        match &self.area {
            Area::Rows(rows) => rows.iter().map(|row| row.seats.len()).sum(),
            Area::Standing(count) => *count as usize,
        }
    }

    /// Its rows; none where people stand.
    pub fn rows(&self) -> &[Row] {
        match &self.area {
            Area::Rows(rows) => rows,
            Area::Standing(_) => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_reads_back_as_it_was_written() {
        let seat = |number: &str, x| Seat { number: number.to_owned(), x, y: 20, ..Seat::default() };
        let row = Row { label: "A".to_owned(), seats: vec![seat("1", 10), seat("2", 20)] };
        let section = |name: &str, area| Section {
            was: None,
            name: name.to_owned(),
            price_minor: 2_500,
            outline: vec![0, 0, 30, 0, 30, 30],
            area,
        };
        let plan = Plan {
            width: 100,
            height: 80,
            stage: vec![10, 0, 90, 0, 50, 8],
            stage_label: "Stage".to_owned(),
            sections: vec![section("Stalls", Area::Rows(vec![row])), section("Floor", Area::Standing(300))],
            ..Plan::default()
        };
        let json = serde_json::to_string(&plan).expect("JSON");
        assert!(json.contains(r#"{"number":"1","x":10,"y":20}"#), "what is usual isn't said: {json}");
        assert_eq!(serde_json::from_str::<Plan>(&json).expect("a plan"), plan);
        assert_eq!(plan.capacity(), 302);
    }
}
