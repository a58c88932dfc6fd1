//! Rings of seats around a field: sides that are straight or curved, and the blocks of seats on them.
//!
//! A ring is walked anticlockwise, with the field to the left.

use super::{
    PAD, ROW, SEAT,
    shape::{Point, corners, polygon, steps},
};
use crate::seats::{
    model::SeatKind,
    store::{NewSeat, NewSection},
};

/// Half the gangway between two blocks.
const HALF_GANGWAY: f64 = 5.0;

/// One side of a ring, at its edge nearest to the field.
#[derive(Clone, Copy, Debug)]
pub(super) enum Side {
    /// From one point to another.
    Straight(Point, Point),
    /// Around a point at this radius, from one angle to another; angles as in [`Point::away`].
    Curved(Point, f64, [f64; 2]),
}

impl Side {
    /// Its length, so far out from its edge.
    pub(super) fn length(self, out: f64) -> f64 {
        match self {
            Self::Straight(from, to) => (to.x - from.x).hypot(to.y - from.y),
            Self::Curved(_, radius, [from, to]) => (to - from) * (radius + out),
        }
    }

    /// The point at this share of the way along it, so far out from its edge.
    fn at(self, share: f64, out: f64) -> Point {
        match self {
            Self::Straight(from, to) => {
                let on_edge = from.towards(to, share);
                let length = self.length(0.0).max(1.0);
                let (right, down) = ((to.x - from.x) / length, (to.y - from.y) / length);
                Point::new(on_edge.x - down * out, on_edge.y + right * out)
            }
            Self::Curved(centre, radius, [from, to]) => centre.away(radius + out, from + (to - from) * share),
        }
    }

    /// Corners an outline needs on a part of it.
    fn corners(self, share: f64) -> usize {
        match self {
            Self::Straight(..) => 1,
            Self::Curved(_, _, [from, to]) => corners((to - from) * share),
        }
    }

    /// Cuts it into this many parts of one length: each part's share of the way, from and to.
    pub(super) fn parts(count: usize) -> impl DoubleEndedIterator<Item = [f64; 2]> {
        let share = 1.0 / count as f64;
        (0..count).map(move |part| [part as f64 * share, (part + 1) as f64 * share])
    }
}

/// A block of seats on a side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    /// On which side.
    pub(super) side: Side,
    /// From where to where, as shares of the side.
    pub(super) part: [f64; 2],
    /// From the side's edge to the block's.
    pub(super) out: f64,
    /// Rows, numbered from the field outwards.
    pub(super) rows: usize,
    /// Whether the ends of its first row are wheelchair places.
    pub(super) accessible: bool,
}

/// How deep a block of so many rows is.
pub(super) fn depth(rows: usize) -> f64 {
    (rows as f64 - 1.0) * ROW + 2.0 * PAD
}

impl Block {
    /// The section this block is.
    pub(super) fn draw(&self, name: String, price_minor: i64) -> NewSection {
        let seats = (0..self.rows).flat_map(|row| self.draw_row(row)).collect();
        NewSection { name, price_minor, outline: self.outline(), seats, standing: false }
    }

    /// Where the block begins and ends, so far out, with this much left free at both ends.
    fn span(&self, out: f64, free: f64) -> [f64; 2] {
        let free = free / self.side.length(out);
        [self.part[0] + free, self.part[1] - free]
    }

    fn outline(&self) -> Vec<i32> {
        let (near, far) = (self.out, self.out + depth(self.rows));
        let corners = self.side.corners(self.part[1] - self.part[0]);
        let edge = |out: f64, [from, to]: [f64; 2]| steps(from, to, corners).map(move |share| self.side.at(share, out));
        let front = edge(near, self.span(near, HALF_GANGWAY));
        let back = edge(far, self.span(far, HALF_GANGWAY));
        polygon(front.chain(back.rev()))
    }

    /// Whether seats are numbered against the way the ring is walked: numbers grow to the right on the map, and
    /// downwards where rows stand upright on it.
    fn is_backwards(&self) -> bool {
        let ([from, to], out) = (self.part, self.out);
        let (first, last) = (self.side.at(from, out), self.side.at(to, out));
        let (right, down) = (last.x - first.x, last.y - first.y);
        if right.abs() >= down.abs() { right < 0.0 } else { down < 0.0 }
    }

    /// As many seats as fit, in the middle of the room there is.
    fn draw_row(&self, row: usize) -> Vec<NewSeat> {
        let out = self.out + PAD + row as f64 * ROW;
        let [from, to] = self.span(out, HALF_GANGWAY + PAD);
        let length = self.side.length(out);
        let count = ((to - from) * length / SEAT + 1e-6).floor() as usize + 1;
        let first = (from + to) / 2.0 - (count as f64 - 1.0) / 2.0 * SEAT / length;
        let backwards = self.is_backwards();
        let draw_seat = |index: usize| {
            let along = if backwards { count - 1 - index } else { index };
            let (x, y) = self.side.at(first + along as f64 * SEAT / length, out).rounded();
            let kind = self.kind(row, index.min(count - 1 - index));
            NewSeat { row: (row + 1).to_string(), number: (index + 1).to_string(), x, y, kind, limited_view: false }
        };
        (0..count).map(draw_seat).collect()
    }

    fn kind(&self, row: usize, from_end: usize) -> SeatKind {
        match (self.accessible && row == 0, from_end) {
            (true, 0) => SeatKind::Accessible,
            (true, 1) => SeatKind::Companion,
            _ => SeatKind::Standard,
        }
    }
}
