//! What is written on a section in the overview, and how large.

use super::outline::{centre, corners};
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

/// The points as the `points` attribute of an SVG polygon.
pub(super) fn points(outline: &[i32]) -> String {
    let corners: Vec<String> = corners(outline).map(|(x, y)| format!("{x},{y}")).collect();
    corners.join(" ")
}

/// Where a label stands, and how large it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    /// The middle of the polygon.
    pub(super) x: i32,
    /// The middle of the polygon.
    pub(super) y: i32,
    /// The size of the type, in the map's units.
    pub(super) size: i32,
}

/// Where a label of so many letters stands in a polygon. The type is at most `largest` high.
///
/// A letter is about 0.62 of the type's size wide, and a fifth of the width stays free.
pub(super) fn label_spot(outline: &[i32], letters: usize, largest: i32) -> Spot {
    let (x, y) = centre(outline);
    let (width, height) = extent(outline);
    let letters = i32::try_from(letters).unwrap_or(i32::MAX).max(1);
    let fits = (width * 8 / 10 * 100 / 62 / letters).min(height * 7 / 10);
    Spot { x, y, size: fits.clamp(1, largest.max(1)) }
}

/// Whether a line of type of this size and so many letters lies inside the polygon, with its middle here.
pub(super) fn holds_line(outline: &[i32], (x, y): (i32, i32), letters: usize, size: i32) -> bool {
    let letters = i32::try_from(letters).unwrap_or(i32::MAX).max(1);
    let (right, down) = (size.saturating_mul(letters) * 31 / 100, size * 35 / 100);
    [(-right, -down), (right, -down), (right, down), (-right, down)]
        .iter()
        .all(|(i, j)| is_inside(outline, (x + i, y + j)))
}

/// Counts how often a ray to the right leaves and enters.
fn is_inside(outline: &[i32], (x, y): (i32, i32)) -> bool {
    let corners: Vec<(i64, i64)> = corners(outline).map(|(x, y)| (x.into(), y.into())).collect();
    let (x, y) = (i64::from(x), i64::from(y));
    let crosses = |((x1, y1), (x2, y2)): (&(i64, i64), &(i64, i64))| {
        // Whether the ray meets the edge, with both sides multiplied by the edge's height, whichever its sign.
        (*y1 > y) != (*y2 > y) && ((x - x1) * (y2 - y1) < (x2 - x1) * (y - y1)) == (y2 > y1)
    };
    corners.iter().zip(corners.iter().cycle().skip(1)).filter(|edge| crosses(*edge)).count() % 2 == 1
}

fn extent(outline: &[i32]) -> (i32, i32) {
    let span = |values: &mut dyn Iterator<Item = i32>| {
        let (low, high) = values.fold((i32::MAX, i32::MIN), |(low, high), v| (low.min(v), high.max(v)));
        high.saturating_sub(low).max(0)
    };
    (span(&mut corners(outline).map(|(x, _)| x)), span(&mut corners(outline).map(|(_, y)| y)))
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
            standing: false,
            sales_open_at: None,
            sales_close_at: None,
            off_sale: None,
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

    const BOX: [i32; 8] = [10, 20, 110, 20, 110, 60, 10, 60];

    #[test]
    fn corners_are_written_in_pairs() {
        assert_eq!(points(&BOX), "10,20 110,20 110,60 10,60");
        assert_eq!(points(&[]), "");
    }

    #[test]
    fn a_line_of_type_is_inside_or_sticks_out() {
        assert!(holds_line(&BOX, (60, 40), 6, 20));
        assert!(!holds_line(&BOX, (60, 40), 9, 20));
        assert!(!holds_line(&BOX, (60, 55), 6, 20));
        // A slanted section: wide enough in all, and not where the line stands.
        let slanted = [0, 0, 60, 0, 110, 60, 50, 60];
        assert!(holds_line(&slanted, (55, 30), 4, 16));
        assert!(!holds_line(&slanted, (55, 50), 4, 16));
    }

    #[test]
    fn a_label_fits_its_polygon() {
        let spot = label_spot(&BOX, 6, 20);
        assert_eq!((spot.x, spot.y, spot.size), (60, 40, 20));
        assert!(label_spot(&BOX, 30, 20).size < 6);
        assert_eq!(label_spot(&[], 5, 20).size, 1);
    }
}
