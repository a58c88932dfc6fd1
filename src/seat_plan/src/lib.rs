//! A seat map as it is drawn: for the server, which checks and keeps it, and for the designer in the browser, which changes it.
//! Pure: nothing here knows a database or a screen.
//!
//! Coordinates are in the map's units, whole numbers, x to the right and y away from the top; a seat is drawn about 10 wide
//! and stands [`SEAT`] from the next, rows are [`ROW`] apart.

pub mod check;
pub mod compare;
pub mod edit;
pub mod formats;
pub mod generate;
pub mod geometry;
pub mod model;
pub mod numbering;

pub use check::{Flaw, check};
pub use compare::{Changes, Comparison, compare};
pub use formats::{Format, LineFault};
pub use model::{Area, Background, Plan, Row, Seat, SeatKind, Section, Tier};

/// From the centre of a seat to the centre of the next in its row, in the map's units.
pub const SEAT: i32 = 12;
/// From a row to the next, in the map's units.
pub const ROW: i32 = 14;
/// As many seats as one plan can have: a stadium, and room to spare.
pub const SEATS_MAX: usize = 100_000;

/// A seat as it is read out: `Stalls F12`; the number is parted by a dash where the row ends in one too, `Stalls 4-12`.
pub fn name_seat(section: &str, row: &str, number: &str) -> String {
    let dash = if row.ends_with(|c: char| c.is_ascii_digit()) { "-" } else { "" };
    format!("{section} {row}{dash}{number}")
}
