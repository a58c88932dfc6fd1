//! Many seats at once: rows, arcs and tables.
//!
//! What is made stands around its anchor, the middle of the front row or of the first table, and is turned about it.

use crate::{
    ROW, SEAT,
    geometry::outline_of,
    model::{Area, Row, Seat, Section},
    numbering::{RowLabels, SeatNumbers},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The least from seat to seat and from row to row, in the map's units: a seat is drawn about 10 wide.
pub const GAP_MIN: i32 = 11;
/// The most.
pub const GAP_MAX: i32 = 200;
/// As many rows, and as many seats in a row, as are made at once.
pub const COUNT_MAX: u32 = 500;
/// As many seats as are made at once.
pub const MADE_MAX: u32 = 20_000;
/// How far the ends of a row bend forward at most, as a share of half its width: steeper, rows would touch.
const BEND_SHARE: f64 = 0.4;
/// From the edge of a table to the next table's, chairs left out.
const TABLE_GAP: f64 = 30.0;

/// What is made, how it is called and what it costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// How the seats stand.
    pub shape: Shape,
    /// How rows are called.
    #[serde(default)]
    pub labels: RowLabels,
    /// How seats are numbered.
    #[serde(default)]
    pub numbers: SeatNumbers,
    /// Degrees it is turned, clockwise.
    #[serde(default)]
    pub turn: i32,
}

/// How seats stand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// In rows behind each other.
    Rows(Rows),
    /// In rows around a centre.
    Arc(Arc),
    /// Around tables.
    Tables(Tables),
}

/// Rows behind each other, straight or bent a little.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rows {
    /// How many.
    pub rows: u32,
    /// Seats of the front row.
    pub seats: u32,
    /// How many seats each row has more than the one before it; fewer below zero.
    pub more: i32,
    /// From seat to seat, in the map's units.
    pub seat_gap: i32,
    /// From row to row.
    pub row_gap: i32,
    /// How far the ends come forward, in per cent of what is possible.
    pub bend_percent: u8,
    /// After which seats there is an aisle, counted from the left in the front row.
    pub aisles: Vec<u32>,
    /// How wide an aisle is.
    pub aisle_width: i32,
}

/// Rows around a centre, which lies in front of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Arc {
    /// How many rows.
    pub rows: u32,
    /// From the centre to the front row, in the map's units.
    pub radius: i32,
    /// Degrees from one end to the other.
    pub angle: i32,
    /// From seat to seat at least.
    pub seat_gap: i32,
    /// From row to row.
    pub row_gap: i32,
    /// Blocks beside each other, with an aisle between them.
    pub blocks: u32,
    /// How wide an aisle is.
    pub aisle_width: i32,
}

/// Tables with seats around them; each is a row of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tables {
    /// Round, or long with seats on both sides.
    pub is_long: bool,
    /// Tables beside each other.
    pub columns: u32,
    /// Tables behind each other.
    pub rows: u32,
    /// Seats of each.
    pub seats: u32,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            rows: 10,
            seats: 20,
            more: 0,
            seat_gap: SEAT,
            row_gap: ROW,
            bend_percent: 0,
            aisles: Vec::new(),
            aisle_width: 2 * SEAT,
        }
    }
}

impl Default for Arc {
    fn default() -> Self {
        Self { rows: 8, radius: 240, angle: 90, seat_gap: SEAT, row_gap: ROW, blocks: 1, aisle_width: 2 * SEAT }
    }
}

impl Default for Tables {
    fn default() -> Self {
        Self { is_long: false, columns: 4, rows: 2, seats: 8 }
    }
}

/// Why nothing can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No rows or no seats.
    Nothing,
    /// More than [`COUNT_MAX`] in a row or one behind the other, or more than [`MADE_MAX`] in all.
    TooMany,
    /// Seats or rows would touch, or be out of sight of each other.
    Gap,
    /// The radius, or the angle.
    Arc,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => write!(f, "There would be no seat: at least one row and one seat."),
            Self::TooMany => {
                write!(f, "At most {COUNT_MAX} rows, {COUNT_MAX} seats in each and {MADE_MAX} seats at once.")
            }
            Self::Gap => {
                write!(f, "Seats and rows stand {GAP_MIN} to {GAP_MAX} apart; an aisle is at most {GAP_MAX} wide.")
            }
            Self::Arc => {
                write!(f, "An arc has a radius of 20 to 5,000 and 5 to 350 degrees, and room for a seat in each block.")
            }
        }
    }
}

impl Block {
    /// The rows it makes, around this anchor.
    ///
    /// Errors: [`Refused`].
    pub fn make(&self, (x, y): (i32, i32)) -> Result<Vec<Row>, Refused> {
        let places = match &self.shape {
            Shape::Rows(rows) => rows.places()?,
            Shape::Arc(arc) => arc.places()?,
            Shape::Tables(tables) => tables.places()?,
        };
        let (sin, cos) = f64::from(self.turn).to_radians().sin_cos();
        let seat = |(number, (right, down)): (String, (f64, f64))| Seat {
            number,
            x: x + (right * cos - down * sin).round() as i32,
            y: y + (right * sin + down * cos).round() as i32,
            ..Seat::default()
        };
        let row = |(label, places): (String, Vec<(f64, f64)>)| {
            let numbers = self.numbers.numbers(places.len());
            Row { label, seats: numbers.into_iter().zip(places).map(seat).collect() }
        };
        Ok(self.labels.labels(places.len()).into_iter().zip(places).map(row).collect())
    }

    /// The section it makes, around this anchor.
    ///
    /// Errors: [`Refused`].
    pub fn section(&self, name: String, price_minor: i64, anchor: (i32, i32)) -> Result<Section, Refused> {
        let rows = self.make(anchor)?;
        Ok(Section { was: None, name, price_minor, outline: outline_of(&rows), area: Area::Rows(rows) })
    }
}

/// Where the seats of each row are, from its anchor.
type Places = Vec<Vec<(f64, f64)>>;

fn check_counts(rows: u32, seats: u32) -> Result<(), Refused> {
    if rows == 0 || seats == 0 {
        return Err(Refused::Nothing);
    }
    let fits = rows <= COUNT_MAX && seats <= COUNT_MAX && rows * seats <= MADE_MAX;
    if fits { Ok(()) } else { Err(Refused::TooMany) }
}

fn check_gaps(gaps: [i32; 2], aisle: i32) -> Result<(), Refused> {
    let fits = gaps.iter().all(|gap| (GAP_MIN..=GAP_MAX).contains(gap)) && (0..=GAP_MAX).contains(&aisle);
    if fits { Ok(()) } else { Err(Refused::Gap) }
}

impl Rows {
    fn places(&self) -> Result<Places, Refused> {
        let counts: Vec<i64> = (0..i64::from(self.rows.min(COUNT_MAX)))
            .map(|row| i64::from(self.seats) + row * i64::from(self.more))
            .collect();
        let (fewest, most) = (counts.iter().min().copied().unwrap_or(0), counts.iter().max().copied().unwrap_or(0));
        check_counts(self.rows, u32::try_from(fewest.max(0)).unwrap_or(u32::MAX))?;
        check_counts(self.rows, u32::try_from(most).unwrap_or(u32::MAX))?;
        check_gaps([self.seat_gap, self.row_gap], self.aisle_width)?;
        let lines: Places = counts.into_iter().map(|count| self.line(count)).collect();
        let half = lines.iter().flatten().fold(1.0_f64, |half, (x, _)| half.max(x.abs()));
        let forward = half * BEND_SHARE * f64::from(self.bend_percent.min(100)) / 100.0;
        let bent =
            |row: usize, (x, _): (f64, f64)| (x, row as f64 * f64::from(self.row_gap) - forward * (x / half).powi(2));
        let row = |(row, line): (usize, Vec<(f64, f64)>)| line.into_iter().map(|place| bent(row, place)).collect();
        Ok(lines.into_iter().enumerate().map(row).collect())
    }

    /// The seats of a row of so many, around its middle.
    fn line(&self, count: i64) -> Vec<(f64, f64)> {
        let wider = (count - i64::from(self.seats)) / 2;
        let aisles_before = |seat: i64| {
            let is_before =
                |aisle: &&u32| i64::from(**aisle) + wider <= seat && (1..count).contains(&(i64::from(**aisle) + wider));
            self.aisles.iter().filter(is_before).count() as f64
        };
        let at = |seat: i64| seat as f64 * f64::from(self.seat_gap) + aisles_before(seat) * f64::from(self.aisle_width);
        let half = at(count - 1) / 2.0;
        (0..count).map(|seat| (at(seat) - half, 0.0)).collect()
    }
}

impl Arc {
    fn places(&self) -> Result<Places, Refused> {
        check_counts(self.rows, 1)?;
        check_counts(self.rows, self.blocks)?;
        check_gaps([self.seat_gap, self.row_gap], self.aisle_width)?;
        if !(20..=5_000).contains(&self.radius) || !(5..=350).contains(&self.angle) {
            return Err(Refused::Arc);
        }
        let rows: Option<Places> = (0..self.rows).map(|row| self.row(row)).collect();
        let rows = rows.ok_or(Refused::Arc)?;
        let count: usize = rows.iter().map(Vec::len).sum();
        if count > MADE_MAX as usize { Err(Refused::TooMany) } else { Ok(rows) }
    }

    /// As many seats as fit, evenly in each block; nothing where there is no room for one.
    fn row(&self, row: u32) -> Option<Vec<(f64, f64)>> {
        let radius = f64::from(self.radius) + f64::from(row) * f64::from(self.row_gap);
        let (whole, gap) = (f64::from(self.angle).to_radians(), f64::from(self.seat_gap));
        let blocks = f64::from(self.blocks);
        // Seats beside an aisle are a gap and the aisle apart, along the arc.
        let aisle = (gap + f64::from(self.aisle_width)) / radius;
        let wide = (whole - aisle * (blocks - 1.0)) / blocks;
        // What is a gap apart as the crow flies is a little more along the arc.
        let step = 2.0 * (gap / (2.0 * radius)).min(1.0).asin();
        let count = (wide / step + 1e-9).floor() as u32 + 1;
        let seat = |block: u32, seat: u32| {
            let middle = -whole / 2.0 + wide / 2.0 + f64::from(block) * (wide + aisle);
            let share = if count > 1 { f64::from(seat) / f64::from(count - 1) - 0.5 } else { 0.0 };
            let angle = middle + share * wide;
            (radius * angle.sin(), radius * angle.cos() - f64::from(self.radius))
        };
        (wide >= 0.0 && step > 0.0).then(|| {
            (0..self.blocks)
                .flat_map(|block| (0..count).map(move |number| (block, number)))
                .map(|(b, s)| seat(b, s))
                .collect()
        })
    }
}

impl Tables {
    fn places(&self) -> Result<Places, Refused> {
        check_counts(self.rows, self.columns)?;
        check_counts(self.rows * self.columns, self.seats)?;
        let chairs = if self.is_long { self.long() } else { self.round() };
        let (right, down) =
            chairs.iter().fold((0.0_f64, 0.0_f64), |(right, down), (x, y)| (right.max(*x), down.max(*y)));
        let (across, along) = (2.0 * right + TABLE_GAP, 2.0 * down + TABLE_GAP);
        let middle = f64::from(self.columns - 1) / 2.0;
        let table = |row: u32, column: u32| -> Vec<(f64, f64)> {
            let (x, y) = ((f64::from(column) - middle) * across, f64::from(row) * along);
            chairs.iter().map(|(right, down)| (x + right, y + down)).collect()
        };
        Ok((0..self.rows)
            .flat_map(|row| (0..self.columns).map(move |column| (row, column)))
            .map(|(r, c)| table(r, c))
            .collect())
    }

    /// Around a circle, clockwise from the top.
    fn round(&self) -> Vec<(f64, f64)> {
        let (count, turn) = (f64::from(self.seats), std::f64::consts::TAU);
        let radius = (f64::from(SEAT) / (2.0 * (turn / (2.0 * count.max(2.0))).sin())).max(14.0);
        let chair = |seat: u32| {
            let angle = turn * f64::from(seat) / count;
            (radius * angle.sin(), -radius * angle.cos())
        };
        (0..self.seats).map(chair).collect()
    }

    /// Along the upper side from the left, then along the lower from the right.
    fn long(&self) -> Vec<(f64, f64)> {
        let (upper, gap) = (self.seats.div_ceil(2), f64::from(SEAT));
        let middle = f64::from(upper - 1) / 2.0;
        let chair = |seat: u32| {
            let (place, down) = if seat < upper { (seat, -gap) } else { (self.seats - 1 - seat, gap) };
            ((f64::from(place) - middle) * gap, down)
        };
        (0..self.seats).map(chair).collect()
    }
}

/// Numbers as they are typed, `6, 18`.
pub fn parse_places(text: &str) -> Option<Vec<u32>> {
    let words = text.split(|letter: char| letter == ',' || letter == ';' || letter.is_whitespace());
    words.filter(|word| !word.is_empty()).map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::geometry::is_inside;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn block(shape: Shape) -> Block {
        Block { shape, labels: RowLabels::default(), numbers: SeatNumbers::default(), turn: 0 }
    }

    fn rows(rows: u32, seats: u32) -> Rows {
        Rows { rows, seats, ..Rows::default() }
    }

    /// The nearest that two of these seats come.
    fn nearest(rows: &[Row]) -> f64 {
        let mut cells: HashMap<(i32, i32), Vec<(i32, i32)>> = HashMap::new();
        let mut nearest = f64::MAX;
        for seat in rows.iter().flat_map(|row| &row.seats) {
            let (column, line) = (seat.x.div_euclid(20), seat.y.div_euclid(20));
            for cell in (-1..=1).flat_map(|x| (-1..=1).map(move |y| (column + x, line + y))) {
                for (x, y) in cells.get(&cell).into_iter().flatten() {
                    nearest = nearest.min(f64::from(seat.x - x).hypot(f64::from(seat.y - y)));
                }
            }
            cells.entry((column, line)).or_default().push((seat.x, seat.y));
        }
        nearest
    }

    #[test]
    fn a_block_of_rows() {
        let made = block(Shape::Rows(rows(2, 3))).make((100, 50)).expect("rows");
        let spots: Vec<_> = made.iter().flat_map(|row| row.seats.iter().map(|seat| (seat.x, seat.y))).collect();
        assert_eq!(spots, [(88, 50), (100, 50), (112, 50), (88, 64), (100, 64), (112, 64)]);
        assert_eq!((made[1].label.as_str(), made[1].seats[2].number.as_str()), ("B", "3"));
    }

    #[test]
    fn aisles_keep_their_line_where_rows_grow() {
        let shape = Rows { aisles: vec![2], more: 2, ..rows(2, 4) };
        let made = block(Shape::Rows(shape)).make((0, 0)).expect("rows");
        let x = |row: usize| made[row].seats.iter().map(|seat| seat.x).collect::<Vec<_>>();
        assert_eq!(x(0), [-30, -18, 18, 30]);
        assert_eq!(x(1), [-42, -30, -18, 18, 30, 42]);
    }

    #[test]
    fn turned_by_a_right_angle_rows_are_columns() {
        let made = Block { turn: 90, ..block(Shape::Rows(rows(1, 3))) }.make((0, 0)).expect("rows");
        assert_eq!(made[0].seats.iter().map(|seat| (seat.x, seat.y)).collect::<Vec<_>>(), [(0, -12), (0, 0), (0, 12)]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(block(Shape::Rows(rows(0, 5))).make((0, 0)), Err(Refused::Nothing));
        assert_eq!(block(Shape::Rows(Rows { more: -3, ..rows(5, 5) })).make((0, 0)), Err(Refused::Nothing));
        assert_eq!(block(Shape::Rows(rows(501, 5))).make((0, 0)), Err(Refused::TooMany));
        assert_eq!(block(Shape::Rows(rows(400, 400))).make((0, 0)), Err(Refused::TooMany));
        assert_eq!(block(Shape::Rows(Rows { seat_gap: 3, ..rows(5, 5) })).make((0, 0)), Err(Refused::Gap));
        assert_eq!(block(Shape::Arc(Arc { angle: 400, ..Arc::default() })).make((0, 0)), Err(Refused::Arc));
        assert_eq!(
            block(Shape::Arc(Arc { radius: 20, angle: 10, blocks: 9, ..Arc::default() })).make((0, 0)),
            Err(Refused::Arc)
        );
        assert_eq!(block(Shape::Tables(Tables { seats: 0, ..Tables::default() })).make((0, 0)), Err(Refused::Nothing));
    }

    #[test]
    fn places_are_read_as_they_are_typed() {
        assert_eq!(parse_places(" 6, 18;20 "), Some(vec![6, 18, 20]));
        assert_eq!(parse_places(""), Some(Vec::new()));
        assert_eq!(parse_places("six"), None);
    }

    fn shapes() -> impl Strategy<Value = Shape> {
        let rows = (
            1_u32..30,
            1_u32..40,
            -2_i32..4,
            11_i32..20,
            14_i32..30,
            0_u8..=100,
            proptest::collection::vec(1_u32..40, 0..3),
        );
        let arcs = (1_u32..20, 100_i32..600, 20_i32..300, 12_i32..20, 14_i32..30, 1_u32..4);
        let tables = (any::<bool>(), 1_u32..6, 1_u32..6, 1_u32..20);
        prop_oneof![
            rows.prop_map(|(rows, seats, more, seat_gap, row_gap, bend_percent, aisles)| {
                Shape::Rows(Rows { rows, seats, more, seat_gap, row_gap, bend_percent, aisles, aisle_width: 24 })
            }),
            arcs.prop_map(|(rows, radius, angle, seat_gap, row_gap, blocks)| {
                Shape::Arc(Arc { rows, radius, angle, seat_gap, row_gap, blocks, aisle_width: 24 })
            }),
            tables.prop_map(|(is_long, columns, rows, seats)| Shape::Tables(Tables { is_long, columns, rows, seats })),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn what_is_made_stands_apart_and_inside_its_outline(shape in shapes(), turn in -180_i32..180) {
            let block = Block { turn, ..block(shape) };
            let Ok(section) = block.section("Stalls".to_owned(), 0, (1_000, 1_000)) else { return Ok(()) };
            let rows = section.rows();
            prop_assert!(nearest(rows) >= 9.0, "{}", nearest(rows));
            prop_assert!(rows.iter().flat_map(|row| &row.seats).all(|seat| is_inside(&section.outline, (seat.x, seat.y))));
        }
    }
}
