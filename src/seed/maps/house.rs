//! Houses where everybody looks one way: theatres, halls, cinemas. Rows curve around a point behind the stage.

use super::{
    PAD, ROW, SEAT,
    shape::{Point, corners, polygon, steps},
};
use crate::seats::{
    model::SeatKind,
    store::{NewMap, NewSeat, NewSection},
};

/// From the edge of a block to the next across an aisle, beyond the ordinary distance of two seats.
const AISLE: f64 = 14.0;
/// Around everything.
const MARGIN: f64 = 30.0;
/// From the stage to the first row.
const FRONT: f64 = 46.0;

/// A house to draw.
pub(super) struct House {
    /// What people look at.
    pub(super) stage_label: &'static str,
    /// Width of the stage.
    pub(super) stage_width: f64,
    /// Depth of the stage.
    pub(super) stage_depth: f64,
    /// From the point the rows curve around to the first row: the larger, the straighter.
    pub(super) radius: f64,
    /// From the front of the house to the back.
    pub(super) tiers: Vec<Tier>,
}

/// A section of a house.
pub(super) struct Tier {
    /// Its name.
    pub(super) name: &'static str,
    /// Minor units.
    pub(super) price_minor: i64,
    /// From the row before it to its first, beyond the ordinary distance of two rows.
    pub(super) gap: f64,
    /// From the front.
    pub(super) rows: &'static [Row],
}

/// A row of a house: three blocks with aisles between them. A block may be empty.
pub(super) struct Row {
    /// Its label.
    pub(super) label: &'static str,
    /// Seats left of, between and right of the aisles.
    pub(super) blocks: [usize; 3],
    /// What is special about its ends.
    pub(super) ends: Ends,
}

/// What is special about the two seats at either end of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ends {
    /// Nothing.
    Plain,
    /// A wheelchair place at the very end and its companion's seat beside it.
    Accessible,
    /// Part of the stage is hidden.
    LimitedView,
}

impl Row {
    /// A row with nothing special.
    pub(super) const fn plain(label: &'static str, left: usize, middle: usize, right: usize) -> Self {
        Self { label, blocks: [left, middle, right], ends: Ends::Plain }
    }

    /// A row whose ends are special.
    pub(super) const fn with(label: &'static str, blocks: [usize; 3], ends: Ends) -> Self {
        Self { label, blocks, ends }
    }

    fn count(&self) -> usize {
        self.blocks.iter().sum()
    }

    /// How far each seat is from the middle of the row, from left to right. `half` is half the middle block's room.
    fn offsets(&self, half: f64) -> Vec<f64> {
        let [left, middle, right] = self.blocks.map(|count| count as f64);
        let first_of_left = -half - AISLE - (left - 0.5) * SEAT;
        let first_of_middle = -(middle - 1.0) / 2.0 * SEAT;
        let first_of_right = half + AISLE + 0.5 * SEAT;
        let block = |first: f64, count: f64| (0..count as usize).map(move |seat| first + seat as f64 * SEAT);
        block(first_of_left, left).chain(block(first_of_middle, middle)).chain(block(first_of_right, right)).collect()
    }

    fn kind(&self, seat: usize) -> SeatKind {
        match (self.ends, seat.min(self.count() - 1 - seat)) {
            (Ends::Accessible, 0) => SeatKind::Accessible,
            (Ends::Accessible, 1) => SeatKind::Companion,
            _ => SeatKind::Standard,
        }
    }

    fn is_limited(&self, seat: usize) -> bool {
        self.ends == Ends::LimitedView && seat.min(self.count() - 1 - seat) < 2
    }
}

/// Draws a house: the stage at the top in the middle, the tiers below it.
pub(super) fn draw(house: &House) -> NewMap {
    let half = house.half_width() + MARGIN;
    let centre = Point::new(half, MARGIN + house.stage_depth + FRONT - house.radius);
    let mut radius = house.radius;
    let mut sections = Vec::with_capacity(house.tiers.len());
    for tier in &house.tiers {
        radius += tier.gap;
        sections.push(tier.draw(centre, radius));
        radius += tier.rows.len() as f64 * ROW;
    }
    NewMap {
        width: (half * 2.0).ceil() as i32,
        height: (centre.y + radius + MARGIN).ceil() as i32,
        stage: house.stage(centre),
        stage_label: house.stage_label.to_owned(),
        leaves_no_single: true,
        sections,
    }
}

impl House {
    fn half_width(&self) -> f64 {
        self.tiers.iter().map(Tier::half_width).fold(self.stage_width / 2.0, f64::max)
    }

    /// A trapezoid whose front edge follows the rows.
    fn stage(&self, centre: Point) -> Vec<i32> {
        let front = self.radius - FRONT;
        let angle = self.stage_width / 2.0 / self.radius;
        let back = centre.y + front - self.stage_depth;
        let wings = self.stage_width / 2.0 * 0.86;
        let edge = steps(angle, -angle, corners(angle * 2.0)).map(|angle| centre.away(front, angle));
        let corners = [Point::new(centre.x - wings, back), Point::new(centre.x + wings, back)];
        polygon(corners.into_iter().chain(edge))
    }
}

impl Tier {
    /// Room for the widest middle block, so that aisles run straight.
    fn half_middle(&self) -> f64 {
        self.rows.iter().map(|row| row.blocks[1]).max().unwrap_or(0) as f64 * SEAT / 2.0
    }

    /// From the middle to the section's edge, at the front and at the back: a straight line outside all rows.
    fn edge(&self) -> (f64, f64) {
        let half = self.half_middle();
        let reach = |row: &Row| row.offsets(half).into_iter().map(f64::abs).fold(0.0, f64::max) + PAD;
        let reaches: Vec<f64> = self.rows.iter().map(reach).collect();
        let (Some(first), Some(last)) = (reaches.first(), reaches.last()) else { return (0.0, 0.0) };
        let line = steps(*first, *last, reaches.len().saturating_sub(1));
        let short = reaches.iter().zip(line).map(|(reach, line)| reach - line).fold(0.0, f64::max);
        (first + short, last + short)
    }

    fn half_width(&self) -> f64 {
        let (front, back) = self.edge();
        front.max(back)
    }

    fn draw(&self, centre: Point, radius: f64) -> NewSection {
        let half = self.half_middle();
        let radii = (0..self.rows.len()).map(|row| radius + row as f64 * ROW);
        let seats = self.rows.iter().zip(radii).flat_map(|(row, radius)| draw_row(row, half, centre, radius)).collect();
        NewSection {
            name: self.name.to_owned(),
            price_minor: self.price_minor,
            outline: self.outline(centre, radius),
            seats,
            standing: false,
        }
    }

    fn outline(&self, centre: Point, radius: f64) -> Vec<i32> {
        let (front, back) = self.edge();
        let (near, far) = (radius - PAD, radius + (self.rows.len() as f64 - 1.0) * ROW + PAD);
        let (narrow, wide) = (front / near, back / far);
        let front = steps(-narrow, narrow, corners(narrow * 2.0)).map(|angle| centre.away(near, angle));
        let back = steps(wide, -wide, corners(wide * 2.0)).map(|angle| centre.away(far, angle));
        polygon(front.chain(back))
    }
}

fn draw_row(row: &Row, half: f64, centre: Point, radius: f64) -> Vec<NewSeat> {
    let place = |(index, offset): (usize, f64)| {
        let (x, y) = centre.away(radius, offset / radius).rounded();
        NewSeat {
            row: row.label.to_owned(),
            number: (index + 1).to_string(),
            x,
            y,
            kind: row.kind(index),
            limited_view: row.is_limited(index),
        }
    };
    row.offsets(half).into_iter().enumerate().map(place).collect()
}
