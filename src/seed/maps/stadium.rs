//! A stadium of about 50,000 in 118 sections: three tiers round a pitch.

use super::{
    ring::{Block, Side, depth},
    shape::{Point, rectangle},
};
use crate::seats::store::{NewMap, NewSection};
use std::f64::consts::PI;

/// What the sections of a stadium cost, in minor units.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct StadiumPrices {
    /// Lower, middle and upper tier, along the pitch.
    pub(in super::super) along: [i64; 3],
    /// Lower, middle and upper tier, behind the goals and in the corners.
    pub(in super::super) behind: [i64; 3],
}

const CENTRE: Point = Point::new(2205.0, 1840.0);
/// Half the length of the straight stands along the pitch, and of those behind the goals.
const HALF_STRAIGHT: [f64; 2] = [985.0, 620.0];
/// How the corners turn, at the edge nearest to the pitch.
const CORNER_RADIUS: f64 = 220.0;
/// Between two tiers.
const WALKWAY: f64 = 30.0;

/// A tier of the stadium.
struct Tier {
    /// Its first section is the one after this number.
    hundreds: usize,
    /// Rows of each section.
    rows: usize,
    /// Sections along the pitch, behind each goal, and in each corner.
    parts: [usize; 3],
}

const TIERS: [Tier; 3] = [
    Tier { hundreds: 100, rows: 26, parts: [8, 5, 2] },
    Tier { hundreds: 200, rows: 8, parts: [8, 5, 3] },
    Tier { hundreds: 300, rows: 27, parts: [8, 5, 5] },
];

/// Draws the stadium.
pub(in super::super) fn stadium(prices: StadiumPrices) -> NewMap {
    let mut out = 0.0;
    let mut sections = Vec::new();
    for (tier, (along, behind)) in TIERS.iter().zip(prices.along.into_iter().zip(prices.behind)) {
        sections.extend(tier.draw(out, along, behind));
        out += depth(tier.rows) + WALKWAY;
    }
    NewMap {
        width: (CENTRE.x * 2.0) as i32,
        height: (CENTRE.y * 2.0) as i32,
        stage: rectangle(CENTRE, 2100.0, 1360.0),
        stage_label: "Pitch".to_owned(),
        leaves_no_single: true,
        sections,
    }
}

impl Tier {
    /// Its sections in the order of their numbers: clockwise, from the left of the north stand.
    fn draw(&self, out: f64, along: i64, behind: i64) -> Vec<NewSection> {
        let clockwise = sides().into_iter().rev().flat_map(|(stands, side)| {
            let count = self.count(stands);
            let parts = Side::parts(count).rev().enumerate();
            parts.map(move |(index, part)| (stands[usize::from(index * 2 >= count)], stands, side, part))
        });
        let draw_part = |(number, (stand, stands, side, part)): (usize, (Stand, [Stand; 2], Side, [f64; 2]))| {
            let accessible = self.hundreds == 100 && number % 3 == 0;
            let price = if stands == [stand; 2] && stand.is_along() { along } else { behind };
            let block = Block { side, part, out, rows: self.rows, accessible };
            block.draw(format!("{} {}", stand.name(), self.hundreds + number), price)
        };
        (1..).zip(clockwise).map(draw_part).collect()
    }

    fn count(&self, [one, other]: [Stand; 2]) -> usize {
        let [along, behind, corner] = self.parts;
        match (one == other, one.is_along()) {
            (false, _) => corner,
            (true, true) => along,
            (true, false) => behind,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stand {
    North,
    East,
    South,
    West,
}

impl Stand {
    fn name(self) -> &'static str {
        match self {
            Self::North => "North",
            Self::East => "East",
            Self::South => "South",
            Self::West => "West",
        }
    }

    fn is_along(self) -> bool {
        matches!(self, Self::North | Self::South)
    }
}

/// The sides in the order of [`Side`], each with its stand; a corner belongs to two, named clockwise.
fn sides() -> [([Stand; 2], Side); 8] {
    use Stand::{East, North, South, West};
    let [long, short] = HALF_STRAIGHT;
    let (right, down) = (long + CORNER_RADIUS, short + CORNER_RADIUS);
    let at = |x: f64, y: f64| Point::new(CENTRE.x + x, CENTRE.y + y);
    let corner = |x: f64, y: f64, from: f64| Side::Curved(at(x, y), CORNER_RADIUS, [from, from + PI / 2.0]);
    [
        ([West, North], corner(-long, -short, PI)),
        ([West, West], Side::Straight(at(-right, -short), at(-right, short))),
        ([South, West], corner(-long, short, PI * 1.5)),
        ([South, South], Side::Straight(at(-long, down), at(long, down))),
        ([East, South], corner(long, short, 0.0)),
        ([East, East], Side::Straight(at(right, short), at(right, -short))),
        ([North, East], corner(long, -short, PI / 2.0)),
        ([North, North], Side::Straight(at(long, -down), at(-long, -down))),
    ]
}
