//! Choosing seats for a party: which block a click takes, which seats would be left alone, which are the best. Pure; the server
//! decides by it, and the browser previews by the same code.
//!
//! The rule of single seats, as people read it: *leave no seat alone, unless just one is left over beside you.* A run of free
//! seats that is longer than the party by two or more can always be used without one.

use super::model::{Seat, SeatKind, SeatStatus};
use crate::id::SeatId;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// The smallest party that can be split with nobody alone.
const SPLITS_FROM: usize = 4;

/// The farthest that the centres of seats beside each other are apart, in the map's units: one and a half seats of twelve. Further
/// apart is an aisle, and people on its two sides don't sit together.
pub const BESIDE_MAX: i32 = 18;

/// Whether the next seat of a row is beside this one.
fn is_beside(seat: &Seat, next: &Seat) -> bool {
    let (dx, dy) = (seat.x - next.x, seat.y - next.y);
    seat.row == next.row && dx * dx + dy * dy <= BESIDE_MAX * BESIDE_MAX
}

/// A seat as one of a row without an aisle, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowSeat {
    /// The seat's id.
    pub id: SeatId,
    /// Whether it is an ordinary seat that can be had. What is kept for people with a wheelchair and who comes with them ends
    /// a run of free seats, as a taken one does: it may well stay free.
    pub is_free: bool,
}

/// The seats of a row that `chosen` would leave alone against the rule; `chosen` are free ones of it, and others are ignored.
pub fn left_alone(row: &[RowSeat], chosen: &[SeatId]) -> Vec<SeatId> {
    let is_chosen = |seat: &RowSeat| chosen.contains(&seat.id);
    let mut alone = Vec::new();
    for run in row.chunk_by(|a, b| a.is_free == b.is_free).filter(|run| run[0].is_free) {
        let count = run.iter().filter(|seat| is_chosen(seat)).count();
        if count > 0 && run.len() - count >= 2 {
            let rests = run.chunk_by(|a, b| is_chosen(a) == is_chosen(b)).filter(|rest| !is_chosen(&rest[0]));
            alone.extend(rests.filter(|rest| rest.len() == 1).map(|rest| rest[0].id));
        }
    }
    alone
}

/// The block of `count` seats beside each other that a click on the seat `at` takes: with this seat in it, leaving nobody
/// alone if possible, and as much in the middle of it as then goes. None where the run of free seats is too short.
pub fn block_at(row: &[RowSeat], at: usize, count: usize) -> Option<Range<usize>> {
    let run = run_around(row, at)?;
    let first = run.start.max((at + 1).saturating_sub(count));
    let last = at.min(run.end.checked_sub(count)?);
    let off_centre = |start: usize| (2 * start + count - 1).abs_diff(2 * at);
    let starts = (first..=last).min_by_key(|start| (leaves_alone(&run, *start, count), off_centre(*start)));
    starts.map(|start| start..start + count)
}

/// The free seats around this one.
fn run_around(row: &[RowSeat], at: usize) -> Option<Range<usize>> {
    row.get(at).filter(|seat| seat.is_free)?;
    let start = row[..at].iter().rposition(|seat| !seat.is_free).map_or(0, |taken| taken + 1);
    let end = row[at..].iter().position(|seat| !seat.is_free).map_or(row.len(), |taken| at + taken);
    Some(start..end)
}

/// Whether a block in this run breaks the rule of single seats.
fn leaves_alone(run: &Range<usize>, start: usize, count: usize) -> bool {
    let (before, after) = (start - run.start, run.end - start - count);
    before + after >= 2 && (before == 1 || after == 1)
}

/// How a party would sit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Seating {
    /// Beside each other in one row.
    Together,
    /// In two groups, in one section, nobody alone.
    Split,
}

impl Seating {
    /// As it stands in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::Together => "together",
            Self::Split => "split",
        }
    }

    /// From an address.
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Together, Self::Split].into_iter().find(|seating| seating.code() == code)
    }
}

/// The best seats of a section for a party, and how far they are from the point that people look at: nearer is better. Seats
/// with a full view come before those with a limited one, those that leave nobody alone before the others.
///
/// With `needs_wheelchair` one of the seats is a wheelchair place and the others are as near beside it as can be, companion
/// seats among them; without, none of them is kept for that. `seats` are the section's, row by row, in order. None where so
/// many are not free together.
pub fn best_together(seats: &[Seat], count: usize, view: (i32, i32), needs_wheelchair: bool) -> Option<Best<'_>> {
    let may_sit =
        |seat: &Seat| seat.status == SeatStatus::Available && (needs_wheelchair || seat.kind == SeatKind::Standard);
    let mut best: Option<Best<'_>> = None;
    for row in seats.chunk_by(is_beside) {
        let places: Vec<RowSeat> = row.iter().map(|seat| RowSeat { id: seat.id, is_free: may_sit(seat) }).collect();
        let mut at = 0;
        while at < row.len() {
            let Some(run) = run_around(&places, at) else {
                at += 1;
                continue;
            };
            for start in run.start..(run.end + 1).saturating_sub(count).max(run.start) {
                let block = &row[start..start + count];
                if needs_wheelchair && !block.iter().any(|seat| seat.kind == SeatKind::Accessible) {
                    continue;
                }
                let rank = Rank {
                    limited_views: block.iter().filter(|seat| seat.limited_view).count(),
                    leaves_alone: !needs_wheelchair && leaves_alone(&run, start, count),
                    distance: distance(block, view),
                };
                if best.as_ref().is_none_or(|best| rank < best.rank) {
                    best = Some(Best { seats: block, rank });
                }
            }
            at = run.end;
        }
    }
    best
}

/// Seats beside each other, and how good they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Best<'a> {
    /// The seats, in order.
    pub seats: &'a [Seat],
    /// Less is better.
    pub rank: Rank,
}

/// How good seats are: less is better, the first difference decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    limited_views: usize,
    leaves_alone: bool,
    distance: i64,
}

/// The square of the distance of the middle of these seats.
fn distance(seats: &[Seat], (x, y): (i32, i32)) -> i64 {
    let middle = |of: fn(&Seat) -> i32| seats.iter().map(|seat| i64::from(of(seat))).sum::<i64>() / seats.len() as i64;
    let (dx, dy) = (middle(|seat| seat.x) - i64::from(x), middle(|seat| seat.y) - i64::from(y));
    dx * dx + dy * dy
}

/// The best seats of a section for a party that doesn't fit in one row: two groups, as even as there is room for, the second as
/// near to the first as can be, nobody alone. None for parties of less than four, or where there is no room.
pub fn best_split(seats: &[Seat], count: usize, view: (i32, i32)) -> Option<Vec<&Seat>> {
    if count < SPLITS_FROM {
        return None;
    }
    (2..=count / 2).rev().find_map(|smaller| {
        let first = best_together(seats, count - smaller, view, false)?.seats;
        let taken = |seat: &Seat| Seat {
            status: if first.iter().any(|of| of.id == seat.id) { SeatStatus::Held } else { seat.status },
            ..seat.clone()
        };
        let rest: Vec<Seat> = seats.iter().map(taken).collect();
        let at = first.get(first.len() / 2).map_or(view, |seat| (seat.x, seat.y));
        let second = best_together(&rest, smaller, at, false)?.seats;
        let second = second.iter().filter_map(|of| seats.iter().find(|seat| seat.id == of.id));
        Some(first.iter().chain(second).collect())
    })
}

/// The most ordinary seats beside each other that are free in a section.
pub fn most_together(seats: &[Seat]) -> usize {
    let is_free = |seat: &Seat| seat.status == SeatStatus::Available && seat.kind == SeatKind::Standard;
    let runs = seats.chunk_by(|a, b| is_beside(a, b) && is_free(a) == is_free(b));
    runs.filter(|run| is_free(&run[0])).map(<[Seat]>::len).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    /// A row from words: `.` is free, anything else taken. Ids are places from 1.
    fn row(places: &str) -> Vec<RowSeat> {
        let seat = |(at, place): (usize, char)| RowSeat { id: id(at as u128 + 1), is_free: place == '.' };
        places.chars().enumerate().map(seat).collect()
    }

    fn id(n: u128) -> SeatId {
        SeatId(Uuid::from_u128(n))
    }

    fn alone(places: &str, chosen: &[u128]) -> Vec<u128> {
        let chosen: Vec<SeatId> = chosen.iter().map(|n| id(*n)).collect();
        left_alone(&row(places), &chosen).into_iter().map(|id| id.0.as_u128()).collect()
    }

    #[test]
    fn a_seat_may_not_be_left_alone_where_that_can_be_avoided() {
        assert_eq!(alone("....x", &[2, 3]), [1, 4], "both ends");
        assert_eq!(alone("....x", &[1, 2]), [0; 0]);
        assert_eq!(alone("x.....", &[3, 4]), [2]);
        assert_eq!(alone("...", &[1, 2]), [0; 0], "just one is left over: no way round it");
        assert_eq!(alone("...", &[2]), [1, 3]);
        assert_eq!(alone(".....", &[1, 3]), [2], "a gap within the party");
        assert_eq!(alone(".x..", &[3, 4]), [0; 0], "seat 1 was alone before");
        assert_eq!(alone("....", &[9]), [0; 0]);
    }

    #[test]
    fn a_click_takes_the_block_around_it_that_leaves_nobody_alone() {
        assert_eq!(block_at(&row("........."), 4, 3), Some(3..6));
        assert_eq!(block_at(&row("....."), 2, 2).map(|block| block.len()), Some(2), "one would be alone in any case");
        assert_eq!(block_at(&row("......"), 1, 2), Some(0..2), "1..3 would leave the first alone");
        assert_eq!(block_at(&row("x...x"), 1, 2), Some(1..3), "one is left over anyway");
        assert_eq!(block_at(&row("..x..."), 0, 3), None, "too few beside each other");
        assert_eq!(block_at(&row("..x..."), 2, 1), None, "taken");
        assert_eq!(block_at(&row("..."), 7, 1), None);
    }

    fn seat(row: &str, place: usize, taken: bool) -> Seat {
        Seat {
            id: id(place as u128 + if row == "A" { 0 } else { 100 }),
            section: "Stalls".to_owned(),
            row: row.to_owned(),
            number: place.to_string(),
            price_minor: 4_800,
            status: if taken { SeatStatus::Booked } else { SeatStatus::Available },
            kind: SeatKind::Standard,
            limited_view: false,
            x: 10 * place as i32,
            y: if row == "A" { 10 } else { 20 },
        }
    }

    /// Row A, the nearest to the stage, and row B.
    fn section(a: &str, b: &str) -> Vec<Seat> {
        let of = |row: &'static str, places: &str| -> Vec<Seat> {
            places.chars().zip(1..).map(|(place, at)| seat(row, at, place != '.')).collect()
        };
        [of("A", a), of("B", b)].concat()
    }

    const STAGE: (i32, i32) = (35, 0);

    fn best(seats: &[Seat], count: usize) -> Option<Vec<String>> {
        Some(best_together(seats, count, STAGE, false)?.seats.iter().map(Seat::label).collect())
    }

    #[test]
    fn the_best_seats_are_in_the_middle_of_the_nearest_row_that_has_them() {
        assert_eq!(best(&section("......", "......"), 2).as_deref(), Some(&["A3", "A4"].map(str::to_owned)[..]));
        assert_eq!(best(&section("xxxxxx", "x...xx"), 3).as_deref(), Some(&["B2", "B3", "B4"].map(str::to_owned)[..]));
        assert_eq!(best(&section("..x..x", ".x.x.x"), 3), None);
        assert_eq!(best(&section("....", "xxxx"), 5), None);
    }

    #[test]
    fn nobody_sits_together_across_an_aisle() {
        let mut seats = section("....", "....");
        seats.iter_mut().filter(|seat| seat.number.as_str() > "2").for_each(|seat| seat.x += 15);
        assert_eq!(best(&seats, 3), None);
        assert_eq!(most_together(&seats), 2);
    }

    #[test]
    fn a_full_view_comes_before_a_near_seat() {
        let mut seats = section("..", "..");
        seats.iter_mut().filter(|seat| seat.row == "A").for_each(|seat| seat.limited_view = true);
        assert_eq!(best(&seats, 2).as_deref(), Some(&["B1", "B2"].map(str::to_owned)[..]));
    }

    #[test]
    fn wheelchair_places_are_for_those_who_need_them() {
        let mut seats = section("....", "xxxx");
        seats[0].kind = SeatKind::Accessible;
        seats[1].kind = SeatKind::Companion;
        assert_eq!(best(&seats, 2).as_deref(), Some(&["A3", "A4"].map(str::to_owned)[..]));
        let with_wheelchair = best_together(&seats, 2, STAGE, true).expect("places");
        assert_eq!(with_wheelchair.seats.iter().map(Seat::label).collect::<Vec<_>>(), ["A1", "A2"]);
        assert_eq!(best_together(&seats[2..], 1, STAGE, true), None);
    }

    #[test]
    fn a_party_that_does_not_fit_is_split_with_nobody_alone() {
        let labels = |seats: &[Seat], count| {
            let split = best_split(seats, count, STAGE);
            split.map(|seats| seats.iter().map(|seat| seat.label()).collect::<Vec<_>>())
        };
        let seats = section("..x..x", "...xxx");
        assert_eq!(labels(&seats, 4), Some(["A4", "A5", "B2", "B3"].map(str::to_owned).to_vec()));
        assert_eq!(labels(&seats, 5), Some(["B1", "B2", "B3", "A1", "A2"].map(str::to_owned).to_vec()));
        assert_eq!(labels(&seats, 3), None, "somebody would be alone");
        assert_eq!(labels(&section(".x.x.x", ".x.x.x"), 4), None);
        assert_eq!((most_together(&seats), most_together(&section("xx", "x."))), (3, 1));
    }

    proptest! {
        #[test]
        fn a_block_is_free_has_the_seat_and_keeps_the_rule_if_it_can(
            places in "[.x]{1,14}", at in 0usize..14, count in 1usize..6,
        ) {
            let row = row(&places);
            if let Some(block) = block_at(&row, at, count) {
                prop_assert!(block.contains(&at) && block.len() == count);
                prop_assert!(row[block.clone()].iter().all(|seat| seat.is_free));
                let ids = |range: Range<usize>| row[range].iter().map(|seat| seat.id).collect::<Vec<_>>();
                let breaks = |range: Range<usize>| !left_alone(&row, &ids(range)).is_empty();
                if breaks(block) {
                    let run = run_around(&row, at).expect("free");
                    let others = (run.start..=run.end - count).map(|start| start..start + count);
                    prop_assert!(others.filter(|other| other.contains(&at)).all(breaks));
                }
            }
        }

        #[test]
        fn every_run_can_be_used_without_breaking_the_rule(places in "[.x]{1,14}", count in 1usize..6) {
            let row = row(&places);
            for at in 0..row.len() {
                if let Some(run) = run_around(&row, at).filter(|run| run.len() >= count) {
                    let ids: Vec<SeatId> = row[run.start..run.start + count].iter().map(|seat| seat.id).collect();
                    prop_assert!(left_alone(&row, &ids).is_empty());
                }
            }
        }
    }
}
