//! Points, arcs and polygons on a map. x grows to the right, y downwards, a seat is about 10 wide.

use std::f64::consts::PI;

/// The most a polygon that stands for an arc turns at a corner, in radians.
const TURN_MAX: f64 = PI / 40.0;

/// A point on the map.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) x: f64,
    pub(super) y: f64,
}

impl Point {
    /// The point at these coordinates.
    pub(super) const fn new(x: f64, y: f64) -> Self {
        Self { x, y }
    }

    /// The point this far from here. The angle counts anticlockwise from straight down, in radians.
    pub(super) fn away(self, distance: f64, angle: f64) -> Self {
        Self::new(self.x + distance * angle.sin(), self.y + distance * angle.cos())
    }

    /// The point at this share of the way to another.
    pub(super) fn towards(self, to: Self, share: f64) -> Self {
        Self::new(self.x + (to.x - self.x) * share, self.y + (to.y - self.y) * share)
    }

    /// To whole units, as the database keeps them.
    pub(super) fn rounded(self) -> (i32, i32) {
        (self.x.round() as i32, self.y.round() as i32)
    }
}

/// A polygon as the database has it: x, y, x, y, …
pub(super) fn polygon(corners: impl IntoIterator<Item = Point>) -> Vec<i32> {
    corners.into_iter().map(Point::rounded).flat_map(|(x, y)| [x, y]).collect()
}

/// The rectangle around a centre.
pub(super) fn rectangle(centre: Point, width: f64, height: f64) -> Vec<i32> {
    let (right, down) = (width / 2.0, height / 2.0);
    let corner = |x: f64, y: f64| Point::new(centre.x + x, centre.y + y);
    polygon([corner(-right, -down), corner(right, -down), corner(right, down), corner(-right, down)])
}

/// Both ends of a span and so many steps between them, evenly.
pub(super) fn steps(from: f64, to: f64, count: usize) -> impl DoubleEndedIterator<Item = f64> + Clone {
    (0..=count).map(move |step| from + (to - from) * step as f64 / count.max(1) as f64)
}

/// Straight pieces it takes for an arc of this angle to look like one.
pub(super) fn corners(angle: f64) -> usize {
    (angle.abs() / TURN_MAX).ceil().max(1.0) as usize
}
