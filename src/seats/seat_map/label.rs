//! What is written on a section in the overview, and how large.

use super::outline::{holds_line, label_spot};
use crate::seats::model::{SeatMap, Section};

/// The words on a section. They are empty where none would be legible; the list beside the map has them all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Label {
    /// The section's name, or its last word where the whole name would be too small.
    pub(super) text: String,
    /// The classes of the name.
    pub(super) class: &'static str,
    /// The classes of the price.
    pub(super) price_class: &'static str,
    /// The middle of the text.
    pub(super) x: i32,
    /// The middle of the text.
    pub(super) y: i32,
    /// The size of the type, in the map's units.
    pub(super) size: i32,
    /// Where the price stands, if there is room for it.
    pub(super) price_y: Option<i32>,
}

impl Label {
    /// The label of a section whose price has so many letters; its type is at most `largest` high.
    pub(super) fn new(map: &SeatMap, section: &Section, price_letters: usize, largest: i32) -> Self {
        let text = label_text(map, section);
        let spot = label_spot(&section.outline, text.chars().count(), largest);
        let (name_y, price_y) = (spot.y - spot.size / 2, spot.y + spot.size * 2 / 3);
        let has_price = holds_line(&section.outline, (spot.x, name_y), text.chars().count(), spot.size)
            && holds_line(&section.outline, (spot.x, price_y), price_letters, spot.size * 4 / 5);
        let small = spot.size < map.width / 45;
        let legible = spot.size >= map.width / 90;
        Self {
            text: if legible { text.to_owned() } else { String::new() },
            class: if small { "section-label section-label-small" } else { "section-label" },
            price_class: if small { "section-price section-label-small" } else { "section-price" },
            x: spot.x,
            y: if has_price { name_y } else { spot.y },
            size: spot.size,
            price_y: (legible && has_price).then_some(price_y),
        }
    }
}

/// The size that most labels of the map can have, so that they look alike: a quarter of them may be smaller.
pub(super) fn label_size(map: &SeatMap) -> i32 {
    let fit =
        |section: &Section| label_spot(&section.outline, label_text(map, section).chars().count(), map.width / 24).size;
    let mut sizes: Vec<i32> = map.sections.iter().map(fit).collect();
    sizes.sort_unstable();
    sizes.get(sizes.len() / 4).copied().unwrap_or(1).max(map.width / 60)
}

/// The name where it fits at a fair size, else its last word: `North 101` becomes `101`.
fn label_text<'a>(map: &SeatMap, section: &'a Section) -> &'a str {
    let whole = section.name.as_str();
    if label_spot(&section.outline, whole.chars().count(), map.width).size >= map.width / 50 {
        return whole;
    }
    whole.rsplit(' ').next().unwrap_or(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{id::EventId, money::Currency};
    use uuid::Uuid;

    fn section(name: &str, width: i32, height: i32) -> Section {
        Section {
            name: name.to_owned(),
            price_minor: 7_200,
            outline: vec![0, 0, width, 0, width, height, 0, height],
            total_count: 100,
            available_count: 100,
        }
    }

    fn map(sections: Vec<Section>) -> SeatMap {
        SeatMap {
            event_id: EventId(Uuid::nil()),
            currency: Currency::try_from("EUR".to_owned()).expect("a currency"),
            width: 1_000,
            height: 800,
            stage: Vec::new(),
            stage_label: "Stage".to_owned(),
            leaves_no_single: false,
            sections,
            frame: 0,
        }
    }

    fn label(section: Section) -> Label {
        Label::new(&map(Vec::new()), &section, 3, 40)
    }

    #[test]
    fn a_large_section_has_its_name_and_its_price() {
        let label = label(section("Stalls", 300, 150));
        assert_eq!((label.text.as_str(), label.size, label.class), ("Stalls", 40, "section-label"));
        assert!(label.price_y.is_some_and(|y| y > label.y));
    }

    #[test]
    fn a_narrow_section_has_the_last_word_of_its_name_and_a_sliver_has_none() {
        assert_eq!(label(section("North 101", 55, 120)).text, "101");
        assert_eq!(label(section("North 101", 12, 120)).text, "");
    }

    #[test]
    fn labels_look_alike() {
        let wide = || section("101", 60, 60);
        assert_eq!(
            label_size(&map(vec![wide(), wide(), wide(), section("1", 200, 200)])),
            label_size(&map(vec![wide()]))
        );
    }
}
