//! The theatre of 600 seats, the chamber hall of 150, the club with its floor, and the cinema of 168.

use super::house::{
    Ends::{Accessible, LimitedView},
    House, Row, Tier, draw,
};
use crate::seats::store::{NewMap, NewSection};
use std::ops::Range;

/// The row of the stalls that is kept free in the middle, so that there is always something good left.
pub(in super::super) const FREE_ROW: &str = "F";
/// The numbers of the seats in it that are kept free.
pub(in super::super) const FREE_SEATS: std::ops::RangeInclusive<u32> = 9..=16;

/// So large a radius that rows don't curve by as much as one unit.
const STRAIGHT: f64 = 100_000.0;

/// As in most theatres there is no row I: it is mistaken for a 1.
const STALLS: [Row; 13] = [
    Row::with("A", [4, 12, 4], LimitedView),
    Row::with("B", [4, 13, 4], LimitedView),
    Row::with("C", [5, 12, 5], LimitedView),
    Row::plain("D", 5, 13, 5),
    Row::plain("E", 6, 13, 6),
    Row::plain("F", 6, 12, 6),
    Row::plain("G", 6, 13, 6),
    Row::plain("H", 6, 12, 6),
    Row::plain("J", 7, 13, 7),
    Row::plain("K", 7, 12, 7),
    Row::plain("L", 7, 13, 7),
    Row::plain("M", 7, 12, 7),
    Row::with("N", [6, 11, 6], Accessible),
];

const CIRCLE: [Row; 7] = [
    Row::with("A", [5, 12, 5], LimitedView),
    Row::plain("B", 6, 13, 6),
    Row::plain("C", 6, 12, 6),
    Row::plain("D", 6, 13, 6),
    Row::plain("E", 7, 12, 7),
    Row::plain("F", 7, 13, 7),
    Row::with("G", [6, 12, 6], Accessible),
];

const BALCONY: [Row; 5] = [
    Row::with("A", [5, 12, 5], LimitedView),
    Row::plain("B", 5, 13, 5),
    Row::plain("C", 6, 12, 6),
    Row::plain("D", 6, 11, 6),
    Row::plain("E", 5, 12, 5),
];

/// A theatre of 600 seats: stalls, circle, balcony, at these prices.
pub(in super::super) fn theatre([stalls, circle, balcony]: [i64; 3]) -> NewMap {
    draw(&House {
        stage_label: "Stage",
        stage_width: 250.0,
        stage_depth: 62.0,
        radius: 430.0,
        tiers: vec![
            Tier { name: "Stalls", price_minor: stalls, gap: 0.0, rows: &STALLS },
            Tier { name: "Circle", price_minor: circle, gap: 22.0, rows: &CIRCLE },
            Tier { name: "Balcony", price_minor: balcony, gap: 22.0, rows: &BALCONY },
        ],
    })
}

const PARTERRE: [Row; 8] = [
    Row::plain("A", 6, 0, 6),
    Row::plain("B", 7, 0, 7),
    Row::plain("C", 7, 0, 7),
    Row::plain("D", 7, 0, 7),
    Row::plain("E", 7, 0, 7),
    Row::plain("F", 7, 0, 7),
    Row::plain("G", 7, 0, 7),
    Row::with("H", [6, 0, 6], Accessible),
];

const GALLERY: [Row; 3] = [Row::plain("A", 0, 15, 0), Row::plain("B", 0, 14, 0), Row::plain("C", 0, 13, 0)];

/// A chamber hall of 150 seats: parterre with one aisle in the middle, gallery at the back, at these prices.
pub(in super::super) fn hall([parterre, gallery]: [i64; 2]) -> NewMap {
    draw(&House {
        stage_label: "Podium",
        stage_width: 130.0,
        stage_depth: 48.0,
        radius: STRAIGHT,
        tiers: vec![
            Tier { name: "Parterre", price_minor: parterre, gap: 0.0, rows: &PARTERRE },
            Tier { name: "Gallery", price_minor: gallery, gap: 24.0, rows: &GALLERY },
        ],
    })
}

const UPSTAIRS: [Row; 4] = [
    Row::with("A", [6, 14, 6], Accessible),
    Row::plain("B", 6, 15, 6),
    Row::plain("C", 7, 14, 7),
    Row::plain("D", 7, 15, 7),
];

/// From the stage of a club to its floor, and from the floor to the balcony.
const WALK: i32 = 14;

/// A club of 1,010: a floor on which 900 people stand, and a balcony of 110 seats behind it, at these prices.
pub(in super::super) fn club([floor, balcony]: [i64; 2]) -> NewMap {
    let mut map = draw(&House {
        stage_label: "Stage",
        stage_width: 190.0,
        stage_depth: 54.0,
        radius: STRAIGHT,
        tiers: vec![Tier { name: "Balcony", price_minor: balcony, gap: 190.0, rows: &UPSTAIRS }],
    });
    let balcony = extent(&map.sections[0].outline);
    let (left, right) = (balcony.0.start, balcony.0.end);
    let (top, bottom) = (extent(&map.stage).1.end + WALK, balcony.1.start - WALK);
    let outline = vec![left, top, right, top, right, bottom, left, bottom];
    map.sections.insert(0, NewSection::standing("Floor".to_owned(), floor, outline, 900));
    map
}

/// From where to where a polygon reaches, across and down.
fn extent(outline: &[i32]) -> (Range<i32>, Range<i32>) {
    let reach = |axis: usize| {
        let along = || outline.iter().copied().skip(axis).step_by(2);
        along().min().unwrap_or_default()..along().max().unwrap_or_default()
    };
    (reach(0), reach(1))
}

const FRONT: [Row; 3] = [Row::plain("A", 0, 12, 0), Row::plain("B", 0, 13, 0), Row::plain("C", 0, 14, 0)];

const MIDDLE: [Row; 6] = [
    Row::plain("D", 3, 10, 3),
    Row::plain("E", 3, 10, 3),
    Row::plain("F", 3, 10, 3),
    Row::plain("G", 3, 10, 3),
    Row::plain("H", 3, 10, 3),
    Row::with("J", [3, 8, 3], Accessible),
];

const BACK: [Row; 2] = [Row::plain("K", 3, 12, 3), Row::plain("L", 3, 11, 3)];

/// A cinema of 168 seats: the rows at the front, in the middle and at the back, at these prices.
pub(in super::super) fn cinema([front, middle, back]: [i64; 3]) -> NewMap {
    draw(&House {
        stage_label: "Screen",
        stage_width: 170.0,
        stage_depth: 14.0,
        radius: STRAIGHT,
        tiers: vec![
            Tier { name: "Front", price_minor: front, gap: 6.0, rows: &FRONT },
            Tier { name: "Middle", price_minor: middle, gap: 16.0, rows: &MIDDLE },
            Tier { name: "Back", price_minor: back, gap: 16.0, rows: &BACK },
        ],
    })
}
