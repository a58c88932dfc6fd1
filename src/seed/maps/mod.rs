//! The seat maps of the demonstration, drawn by rule: a theatre, a hall, a club, a cinema, an arena, a stadium.

mod arena;
mod house;
mod houses;
mod ring;
mod shape;
mod stadium;
#[cfg(test)]
mod tests;

pub(super) use arena::{ArenaPrices, arena};
pub(super) use houses::{FREE_ROW, FREE_SEATS, cinema, club, hall, theatre};
pub(super) use stadium::{StadiumPrices, stadium};

/// From one seat to the next in a row.
const SEAT: f64 = 12.0;
/// From one row to the next.
const ROW: f64 = 14.0;
/// From a section's edge to the middle of its outermost seats.
const PAD: f64 = 10.0;
