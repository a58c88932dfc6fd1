//! How a section's rows stand to each other: aisles, how far in a row begins, how it curves. All from the seats' places.

use crate::seats::model::Seat;

/// The most a row may curve, in sixteenths of a seat: what leans more than that is a section that stands across.
const DIP_MAX: i32 = 48;
/// How much nearer two seats of neighbouring rows may come than their rows, in sixteenths of a seat; `.seat-rows` leaves a
/// little more than this between two rows.
const CLEARANCE: i32 = 4;

/// The measure of a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grid {
    /// From one seat to the next, in the map's units.
    pitch: i32,
    /// From one row to the next, in the map's units.
    row_pitch: i32,
    /// The leftmost seat's centre.
    left: i32,
    /// Halfway between the leftmost and the rightmost seat.
    middle: i32,
    /// Whether rows run across the map and curve little enough to be drawn as they lie.
    upright: bool,
}

impl Grid {
    /// Measures a section by its rows.
    pub(super) fn of(rows: &[&[Seat]]) -> Self {
        let steps = rows.iter().flat_map(|row| row.windows(2)).map(|pair| distance(&pair[0], &pair[1])).collect();
        let pitch = median(steps).unwrap_or(10).max(1);
        let xs = || rows.iter().flat_map(|row| row.iter()).map(|seat| seat.x);
        let (left, right) = (xs().min().unwrap_or(0), xs().max().unwrap_or(0));
        let mut grid = Self { pitch, row_pitch: pitch, left, middle: (left + right) / 2, upright: true };
        let row_steps = rows.windows(2).map(|pair| grid.line(pair[1]) - grid.line(pair[0])).filter(|step| *step > 0);
        grid.row_pitch = median(row_steps.collect()).unwrap_or(pitch).max(1);
        grid.upright = rows.iter().all(|row| row.iter().all(|seat| grid.dip(row, seat).abs() <= DIP_MAX))
            && rows.windows(2).all(|pair| grid.stand_clear(pair[0], pair[1]));
        grid
    }

    /// Whether rows stand as far to the side as they do on the map; else they are centred.
    pub(super) fn is_upright(&self) -> bool {
        self.upright
    }

    /// Half seats from the section's left edge to where the row begins.
    pub(super) fn indent(&self, row: &[Seat]) -> i32 {
        match row.first() {
            Some(seat) if self.upright => halves(seat.x - self.left, self.pitch),
            _ => 0,
        }
    }

    /// Half seats of aisle between two neighbours; none up to one and a half seats from centre to centre.
    pub(super) fn aisle(&self, seat: &Seat, next: &Seat) -> i32 {
        let distance = distance(seat, next);
        if distance * 2 > self.pitch * 3 { halves(distance - self.pitch, self.pitch) } else { 0 }
    }

    /// Sixteenths of a seat that this one lies further back than the middle of its row; below zero, further in front.
    pub(super) fn dip(&self, row: &[Seat], seat: &Seat) -> i32 {
        if self.upright { sixteenths(seat.y - self.line(row), self.pitch) } else { 0 }
    }
    /// Where a row lies: its seat nearest to the section's middle. Rows that curve alike stay the same distance apart.
    fn line(&self, row: &[Seat]) -> i32 {
        row.iter().min_by_key(|seat| (seat.x - self.middle).abs()).map_or(0, |seat| seat.y)
    }

    /// How many seats would fit side by side where this row lies, aisles and indent included.
    pub(super) fn columns(&self, row: &[Seat]) -> i32 {
        let aisles: i32 = row.windows(2).map(|pair| self.aisle(&pair[0], &pair[1])).sum();
        i32::try_from(row.len()).unwrap_or(i32::MAX) + (self.indent(row) + aisles + 1) / 2
    }

    /// Whether no seat of a row, drawn as deep as it lies, touches one of the next row. In a section that stands aslant
    /// each row leans by another measure, as its middle is nearer to this end or to that.
    fn stand_clear(&self, row: &[Seat], next: &[Seat]) -> bool {
        let below = self.drawn_at(next);
        self.drawn_at(row).iter().all(|(column, dip)| {
            below.iter().all(|(other, other_dip)| (column - other).abs() >= 2 || dip - other_dip <= CLEARANCE)
        })
    }

    /// Each seat's place in half seats from the section's left edge, and its dip.
    fn drawn_at(&self, row: &[Seat]) -> Vec<(i32, i32)> {
        let mut column = self.indent(row);
        let mut places = Vec::with_capacity(row.len());
        for (i, seat) in row.iter().enumerate() {
            if i > 0 {
                column += 2 + self.aisle(&row[i - 1], seat);
            }
            places.push((column, self.dip(row, seat)));
        }
        places
    }

    /// Whether people can walk between the two rows.
    pub(super) fn is_cross_aisle(&self, row: &[Seat], next: &[Seat]) -> bool {
        self.upright && (self.line(next) - self.line(row)) * 2 > self.row_pitch * 3
    }
}

fn distance(a: &Seat, b: &Seat) -> i32 {
    f64::from(a.x - b.x).hypot(f64::from(a.y - b.y)).round() as i32
}

fn halves(units: i32, pitch: i32) -> i32 {
    (units * 2 + pitch / 2) / pitch
}

fn sixteenths(units: i32, pitch: i32) -> i32 {
    (f64::from(units * 16) / f64::from(pitch)).round() as i32
}

fn median(mut values: Vec<i32>) -> Option<i32> {
    values.sort_unstable();
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::{super::draw::tests::seat, *};
    use proptest::prelude::*;

    fn row(label: &str, places: &[(i32, i32)]) -> Vec<Seat> {
        let seats = places.iter().zip(1..);
        seats.map(|(&(x, y), number)| Seat { x, y, ..seat(label, &number.to_string()) }).collect()
    }

    #[test]
    fn an_aisle_is_where_the_distance_jumps() {
        let row = row("A", &[(10, 10), (22, 10), (34, 10), (58, 10), (70, 10)]);
        let grid = Grid::of(&[&row]);
        assert_eq!(grid.aisle(&row[0], &row[1]), 0);
        assert_eq!(grid.aisle(&row[2], &row[3]), 2);
        assert_eq!(grid.columns(&row), 6);
    }

    #[test]
    fn a_shorter_row_begins_further_in() {
        let (front, back) = (row("A", &[(34, 10), (46, 10)]), row("B", &[(10, 24), (22, 24), (34, 24)]));
        let grid = Grid::of(&[&front, &back]);
        assert_eq!((grid.indent(&front), grid.indent(&back)), (4, 0));
    }

    #[test]
    fn a_row_curves_about_its_middle() {
        let row = row("A", &[(10, 10), (22, 13), (34, 10)]);
        let grid = Grid::of(&[&row]);
        assert_eq!([0, 1, 2].map(|i| grid.dip(&row, &row[i])), [-4, 0, -4]);
    }

    #[test]
    fn a_long_row_keeps_its_distance_to_a_short_one() {
        let (long, short) =
            (row("A", &[(10, 4), (22, 7), (34, 8), (46, 7), (58, 4)]), row("B", &[(22, 21), (34, 22), (46, 21)]));
        let grid = Grid::of(&[&long, &short]);
        assert_eq!((grid.dip(&long, &long[1]), grid.dip(&short, &short[0])), (-1, -1));
    }

    #[test]
    fn a_section_that_stands_across_is_drawn_straight() {
        let row = row("A", &[(10, 10), (10, 22), (10, 34), (10, 46), (10, 58)]);
        let grid = Grid::of(&[&row]);
        assert_eq!((grid.indent(&row), grid.dip(&row, &row[4]), grid.aisle(&row[0], &row[1])), (0, 0, 0));
    }

    /// A section turned by an angle, whose rows curve and grow: as arenas and theatres have them.
    fn turned(degrees: f64, curve: f64, lengths: &[usize]) -> Vec<Vec<Seat>> {
        let (sin, cos) = degrees.to_radians().sin_cos();
        let place = |row: usize, at: usize, length: usize| {
            let x = 12.0 * (at as f64 - length as f64 / 2.0);
            let y = 14.0 * row as f64 - curve * (x / 100.0).powi(2);
            ((1_000.0 + x * cos - y * sin).round() as i32, (1_000.0 + x * sin + y * cos).round() as i32)
        };
        let places = |(i, length): (usize, &usize)| (0..*length).map(|at| place(i, at, *length)).collect::<Vec<_>>();
        lengths
            .iter()
            .enumerate()
            .map(places)
            .zip(1..)
            .map(|(places, n): (_, i32)| row(&n.to_string(), &places))
            .collect()
    }

    proptest! {
        #[test]
        fn no_two_seats_are_drawn_over_each_other(
            degrees in -90.0..90.0_f64,
            curve in 0.0..30.0_f64,
            lengths in prop::collection::vec(2..24_usize, 2..16),
        ) {
            let rows = turned(degrees, curve, &lengths);
            let rows: Vec<&[Seat]> = rows.iter().map(Vec::as_slice).collect();
            let grid = Grid::of(&rows);
            // As the style sheet draws it: in sixteenths of a seat, a seat is 14.5 high, and rows are 20 apart.
            let boxes: Vec<(i32, f64)> = rows
                .iter()
                .zip(0_u8..)
                .flat_map(|(row, n)| grid.drawn_at(row).into_iter().map(move |(x, dip)| (x, f64::from(n) * 20.0 + f64::from(dip))))
                .collect();
            for (i, (x, y)) in boxes.iter().enumerate() {
                for (other_x, other_y) in &boxes[i + 1..] {
                    prop_assert!((x - other_x).abs() >= 2 || (y - other_y).abs() >= 14.5, "{x} {y}, {other_x} {other_y}");
                }
            }
        }
    }

    #[test]
    fn people_walk_where_rows_stand_apart() {
        let rows = [row("A", &[(10, 10)]), row("B", &[(10, 24)]), row("C", &[(10, 38)]), row("D", &[(10, 66)])];
        let grid = Grid::of(&rows.iter().map(Vec::as_slice).collect::<Vec<_>>());
        assert!(!grid.is_cross_aisle(&rows[0], &rows[1]));
        assert!(grid.is_cross_aisle(&rows[2], &rows[3]));
    }
}
