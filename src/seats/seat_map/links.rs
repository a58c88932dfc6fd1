//! Which section is open, and the links that open one: both live in the URL, so that they work without scripts.

use crate::{
    id::{EventId, SeatId},
    seats::model::SeatMap,
    ui::path_with,
};
use serde::{Deserialize, Serialize};

/// Seats in all up to which a map opens its first section by itself.
const SMALL_MAP_MAX: i32 = 150;

/// The section to show: the one that is asked for, else the first of a small map.
pub fn opened_section(map: &SeatMap, asked: Option<&str>) -> Option<String> {
    let named = asked.filter(|name| map.sections.iter().any(|section| section.name == *name));
    let first = || map.sections.first().filter(|_| is_small(map)).map(|section| section.name.as_str());
    named.or_else(first).map(str::to_owned)
}

/// Whether the map shows its seats at once.
pub(super) fn is_small(map: &SeatMap) -> bool {
    map.sections.iter().map(|section| section.total_count).sum::<i32>() <= SMALL_MAP_MAX || map.sections.len() == 1
}

/// The seats an address asks for: `listed` as `seats=id,id`, or `checked` by a form that was sent by GET. What is no id is
/// left out.
pub fn asked_seats(listed: &str, checked: &[String]) -> Vec<SeatId> {
    let mut ids: Vec<SeatId> = Vec::new();
    for id in listed.split(',').chain(checked.iter().map(String::as_str)).filter_map(|id| id.trim().parse().ok()) {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// Links to an event's sections that keep the seats the URL asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SectionLinks {
    path: String,
    seats: String,
}

impl SectionLinks {
    /// The links of this event, keeping these seats.
    pub fn new(event_id: EventId, kept: &[SeatId]) -> Self {
        Self { path: format!("/events/{event_id}"), seats: list(kept) }
    }

    /// The same links keeping other seats.
    pub fn with_seats(&self, kept: &[SeatId]) -> Self {
        Self { path: self.path.clone(), seats: list(kept) }
    }

    /// The link that opens a section.
    pub fn open(&self, section: &str) -> String {
        path_with(&self.path, [("section", section), ("seats", self.seats.as_str())]) + "#seats"
    }

    /// The link back to all sections.
    pub fn all(&self) -> String {
        path_with(&self.path, [("seats", self.seats.as_str())]) + "#seats"
    }

    /// The ids of the seats they keep, as `seats=` has them.
    pub fn kept(&self) -> &str {
        &self.seats
    }

    /// The event's page.
    pub fn path(&self) -> &str {
        &self.path
    }
}

fn list(seat_ids: &[SeatId]) -> String {
    seat_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{money::Currency, seats::model::Section};
    use uuid::Uuid;

    fn map(counts: &[i32]) -> SeatMap {
        let section = |(i, count): (usize, &i32)| Section {
            name: format!("Section {i}"),
            price_minor: 100,
            outline: Vec::new(),
            total_count: *count,
            available_count: *count,
            standing: false,
            sales_open_at: None,
            sales_close_at: None,
            off_sale: None,
        };
        SeatMap {
            event_id: EventId(Uuid::nil()),
            currency: Currency::try_from("EUR".to_owned()).expect("a currency"),
            width: 100,
            height: 100,
            stage: Vec::new(),
            stage_label: "Stage".to_owned(),
            leaves_no_single: false,
            sections: counts.iter().enumerate().map(section).collect(),
            frame: 0,
        }
    }

    #[test]
    fn a_small_map_opens_by_itself_and_a_large_one_when_asked() {
        assert_eq!(opened_section(&map(&[80, 70]), None).as_deref(), Some("Section 0"));
        assert_eq!(opened_section(&map(&[80, 71]), None), None);
        assert_eq!(opened_section(&map(&[2_000]), None).as_deref(), Some("Section 0"));
        assert_eq!(opened_section(&map(&[80, 71]), Some("Section 1")).as_deref(), Some("Section 1"));
        assert_eq!(opened_section(&map(&[80, 71]), Some("Roof")), None);
    }

    #[test]
    fn seats_are_asked_for_in_either_way_and_each_once() {
        let [a, b] = [1, 2].map(|n| SeatId(Uuid::from_u128(n)));
        let (a_text, b_text) = (a.to_string(), b.to_string());
        let listed = format!("{a_text},nonsense,{b_text}");
        assert_eq!(asked_seats(&listed, &[]), [a, b]);
        assert_eq!(asked_seats(&a_text, &[b_text, a_text.clone()]), [a, b]);
        assert!(asked_seats("", &[]).is_empty());
    }

    #[test]
    fn links_keep_the_seats_that_are_chosen() {
        let links = SectionLinks::new(EventId(Uuid::nil()), &[SeatId(Uuid::from_u128(1))]);
        assert_eq!(
            links.open("Upper tier"),
            "/events/00000000-0000-0000-0000-000000000000?section=Upper+tier&seats=00000000-0000-0000-0000-000000000001#seats"
        );
        assert_eq!(
            SectionLinks::new(EventId(Uuid::nil()), &[]).all(),
            "/events/00000000-0000-0000-0000-000000000000#seats"
        );
    }
}
