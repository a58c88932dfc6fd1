//! An arena of about 12,000 in 60 sections: an oval bowl in two rings, and a stage in the middle of the floor.

use super::{
    ring::{Block, Side, depth},
    shape::{Point, polygon, steps},
};
use crate::seats::store::{NewMap, NewSection};
use std::f64::consts::PI;

/// What the sections of an arena cost, in minor units.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct ArenaPrices {
    /// Around the stage.
    pub(in super::super) floor: i64,
    /// Lower ring, along the sides.
    pub(in super::super) lower_side: i64,
    /// Lower ring, at the ends.
    pub(in super::super) lower_end: i64,
    /// Upper ring, along the sides.
    pub(in super::super) upper_side: i64,
    /// Upper ring, at the ends.
    pub(in super::super) upper_end: i64,
}

const WIDTH: f64 = 2400.0;
const HEIGHT: f64 = 1980.0;
const CENTRE: Point = Point::new(WIDTH / 2.0, HEIGHT / 2.0);

/// The oval is made of four arcs that meet without a corner: the ends turn around points this far left and right of the
/// centre, …
const END_CENTRE: f64 = 300.0;
/// … at this radius, …
const END_RADIUS: f64 = 330.0;
/// … and the sides begin at this angle from straight up and down.
const SIDE_ANGLE: f64 = 0.62;

/// Draws the arena.
pub(in super::super) fn arena(prices: ArenaPrices) -> NewMap {
    let lower = Ring { hundreds: 100, out: 0.0, rows: 14, parts: [7, 5] };
    let upper = Ring { hundreds: 200, out: depth(14) + 44.0, rows: 17, parts: [9, 7] };
    let mut sections = draw_floor(prices.floor);
    sections.extend(lower.draw([prices.lower_side, prices.lower_end]));
    sections.extend(upper.draw([prices.upper_side, prices.upper_end]));
    NewMap {
        width: WIDTH as i32,
        height: HEIGHT as i32,
        stage: polygon(steps(0.0, 2.0 * PI, 24).take(24).map(|angle| CENTRE.away(92.0, angle))),
        stage_label: "Stage".to_owned(),
        leaves_no_single: true,
        sections,
    }
}

/// Four blocks of straight rows that look at the stage.
fn draw_floor(price_minor: i64) -> Vec<NewSection> {
    let (half, near) = (132.0, 128.0);
    let corner = |x: f64, y: f64| Point::new(CENTRE.x + x, CENTRE.y + y);
    let sides = [
        ("Floor A", 13, Side::Straight(corner(half, -near), corner(-half, -near))),
        ("Floor B", 17, Side::Straight(corner(near + 22.0, half - 22.0), corner(near + 22.0, 22.0 - half))),
        ("Floor C", 13, Side::Straight(corner(-half, near), corner(half, near))),
        ("Floor D", 17, Side::Straight(corner(-near - 22.0, 22.0 - half), corner(-near - 22.0, half - 22.0))),
    ];
    let block = |side, rows| Block { side, part: [0.0, 1.0], out: 0.0, rows, accessible: true };
    sides.into_iter().map(|(name, rows, side)| block(side, rows).draw(name.to_owned(), price_minor)).collect()
}

/// A ring of the bowl.
struct Ring {
    /// Its first section is the one after this number.
    hundreds: usize,
    /// From the floor's edge to its own.
    out: f64,
    /// Rows of each section.
    rows: usize,
    /// Sections on each long side, and at each end.
    parts: [usize; 2],
}

impl Ring {
    /// Its sections in the order of their numbers: clockwise, from the top left.
    fn draw(&self, [side_price, end_price]: [i64; 2]) -> Vec<NewSection> {
        let [per_side, per_end] = self.parts;
        let [end_left, bottom, end_right, top] = arcs();
        let clockwise = [
            (top, per_side, side_price),
            (end_right, per_end, end_price),
            (bottom, per_side, side_price),
            (end_left, per_end, end_price),
        ];
        let parts = clockwise
            .into_iter()
            .flat_map(|(side, count, price)| Side::parts(count).rev().map(move |part| (side, part, price)));
        let draw_part = |(number, (side, part, price)): (usize, (Side, [f64; 2], i64))| {
            let accessible = self.hundreds == 100 && number % 4 == 0;
            let block = Block { side, part, out: self.out, rows: self.rows, accessible };
            block.draw((self.hundreds + number).to_string(), price)
        };
        (1..).zip(parts).map(draw_part).collect()
    }
}

/// The oval's left end, bottom, right end and top, in the order of [`Side`].
fn arcs() -> [Side; 4] {
    let rise = END_CENTRE / SIDE_ANGLE.tan();
    let side_radius = END_RADIUS + END_CENTRE.hypot(rise);
    let end = |x: f64, from: f64| {
        Side::Curved(Point::new(CENTRE.x + x, CENTRE.y), END_RADIUS, [from, from + PI - 2.0 * SIDE_ANGLE])
    };
    let side = |y: f64, from: f64| {
        Side::Curved(Point::new(CENTRE.x, CENTRE.y + y), side_radius, [from, from + 2.0 * SIDE_ANGLE])
    };
    [
        end(-END_CENTRE, PI + SIDE_ANGLE),
        side(-rise, -SIDE_ANGLE),
        end(END_CENTRE, SIDE_ANGLE),
        side(rise, PI - SIDE_ANGLE),
    ]
}
