//! Which seats of a map are sold: parties side by side, more of them near the stage, in the middle, and where it is
//! cheap.

use super::{catalogue::Sold, chance::Chance};
use crate::seats::{
    model::SeatKind,
    store::{NewMap, NewSeat, NewSection},
};
use std::ops::Range;

/// Seats of one section, by their index, that one person booked.
pub(super) type Party = Vec<usize>;

/// With so many sections, some are sold out.
const MANY_SECTIONS: usize = 20;
/// One section in so many is sold out.
const SOLD_OUT_EVERY: usize = 16;
/// Two seats further apart than this have an aisle between them.
const BESIDE: f64 = 18.0;

/// The parties of each section. `kept` seats stay free, and so do wheelchair places where the section isn't sold out.
pub(super) fn choose_parties(
    map: &NewMap,
    sold: Sold,
    kept: impl Fn(&NewSection, &NewSeat) -> bool,
    chance: &mut Chance,
) -> Vec<Vec<Party>> {
    let shares = shares(map, sold, chance);
    map.sections
        .iter()
        .zip(shares)
        .map(|(section, share)| {
            let free = |seat: &NewSeat| !kept(section, seat) && (share >= 1.0 || seat.kind == SeatKind::Standard);
            choose_in_section(section, share, free, chance)
        })
        .collect()
}

/// How much of each section is sold, from 0 to 1.
fn shares(map: &NewMap, sold: Sold, chance: &mut Chance) -> Vec<f64> {
    let counts = map.sections.iter().map(|section| section.seats.len() as f64);
    let total = counts.clone().sum::<f64>().max(1.0);
    let aim = match sold {
        Sold::Percent(percent) => f64::from(percent) / 100.0,
        Sold::AllBut(left) => 1.0 - f64::from(left) / total,
    };
    let appeals: Vec<f64> = appeals(map).into_iter().map(|appeal| 0.5 + appeal + 0.3 * chance.share()).collect();
    let mean = appeals.iter().zip(counts).map(|(appeal, count)| appeal * count).sum::<f64>() / total;
    let sold_out = sold_out_from(&appeals);
    let share = |appeal: f64| if appeal > sold_out { 1.0 } else { (aim * appeal / mean).min(0.97) };
    appeals.into_iter().map(share).collect()
}

/// The appeal beyond which a section is sold out.
fn sold_out_from(appeals: &[f64]) -> f64 {
    let mut best = appeals.to_vec();
    best.sort_by(|a, b| b.total_cmp(a));
    let many = best.len() > MANY_SECTIONS;
    best.get(best.len() / SOLD_OUT_EVERY).copied().filter(|_| many).unwrap_or(f64::INFINITY)
}

/// How much people want each section, from 0 to 1: near is worth more than cheap.
fn appeals(map: &NewMap) -> Vec<f64> {
    let stage = middle(&map.stage);
    let distances = map.sections.iter().map(|section| {
        let (x, y) = middle(&section.outline);
        (x - stage.0).hypot(y - stage.1)
    });
    let near = ranks(distances.collect());
    let cheap = ranks(map.sections.iter().map(|section| section.price_minor as f64).collect());
    near.into_iter().zip(cheap).map(|(near, cheap)| 0.6 * near + 0.4 * cheap).collect()
}

/// 1 for the least of the values, 0 for the greatest, in proportion between.
fn ranks(values: Vec<f64>) -> Vec<f64> {
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    let greatest = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let span = (greatest - least).max(f64::EPSILON);
    values.into_iter().map(|value| (greatest - value) / span).collect()
}

fn middle(outline: &[i32]) -> (f64, f64) {
    let corners = (outline.len() / 2).max(1) as f64;
    let sum = |axis: usize| outline.iter().skip(axis).step_by(2).map(|value| f64::from(*value)).sum::<f64>();
    (sum(0) / corners, sum(1) / corners)
}

fn choose_in_section(
    section: &NewSection,
    share: f64,
    free: impl Fn(&NewSeat) -> bool,
    chance: &mut Chance,
) -> Vec<Party> {
    let rows: Vec<&[NewSeat]> = section.seats.chunk_by(|a, b| a.row == b.row).collect();
    let mut box_office = BoxOffice { share, due: 0.0, chance };
    let mut parties = Vec::new();
    let mut start = 0;
    for (depth, row) in rows.iter().enumerate() {
        let back = depth as f64 / rows.len() as f64;
        for run in runs(row, &free) {
            let chosen = box_office.sell_in(run, row.len(), back);
            parties.extend(chosen.into_iter().map(|party| party.map(|seat| start + seat).collect()));
        }
        start += row.len();
    }
    parties
}

/// The stretches of a row that can be sold, without an aisle in them.
fn runs(row: &[NewSeat], free: impl Fn(&NewSeat) -> bool) -> Vec<Range<usize>> {
    let beside = |a: &NewSeat, b: &NewSeat| f64::from(a.x - b.x).hypot(f64::from(a.y - b.y)) < BESIDE;
    let mut runs: Vec<Range<usize>> = Vec::new();
    for (index, seat) in row.iter().enumerate().filter(|(_, seat)| free(seat)) {
        match runs.last_mut() {
            Some(run) if run.end == index && beside(&row[index - 1], seat) => run.end = index + 1,
            _ => runs.push(index..index + 1),
        }
    }
    runs
}

/// Sells the seats of one section.
struct BoxOffice<'a> {
    /// How much of the section is to be sold, from 0 to 1.
    share: f64,
    /// Seats that should have been sold by now and weren't; chance makes good for them soon.
    due: f64,
    chance: &'a mut Chance,
}

/// Seats due that make a sale certain.
const PATIENCE: f64 = 12.0;

impl BoxOffice<'_> {
    /// Cuts a run into parties and sells some of them. Nobody sits alone, and no single seat is left between two.
    fn sell_in(&mut self, run: Range<usize>, row_length: usize, back: f64) -> Vec<Range<usize>> {
        let mut sold = Vec::new();
        let mut from = run.start;
        while from < run.end {
            let left = run.end - from;
            let party = self.chance.party().min(left);
            let party = if left - party == 1 { left } else { party };
            let middle = (from as f64 + party as f64 / 2.0) / row_length as f64;
            if self.sells(party as f64, self.likely(back, (middle * 2.0 - 1.0).abs())) {
                sold.push(from..from + party);
            }
            from += party;
        }
        sold
    }

    /// How likely seats are sold, this far back and off the centre: both from 0 to 1.
    fn likely(&self, back: f64, off_centre: f64) -> f64 {
        if self.share >= 1.0 { 1.0 } else { self.share * (1.2 - 0.4 * back) * (1.15 - 0.3 * off_centre) }
    }

    fn sells(&mut self, party: f64, likely: f64) -> bool {
        let sold = self.chance.happens(likely + self.due / PATIENCE);
        self.due += party * likely - if sold { party } else { 0.0 };
        sold
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::maps::{FREE_ROW, FREE_SEATS, StadiumPrices, stadium, theatre},
        *,
    };

    fn seats_of(parties: &[Vec<Party>]) -> usize {
        parties.iter().flatten().map(Vec::len).sum()
    }

    #[test]
    fn about_as_much_is_sold_as_was_asked_for() {
        for percent in [20, 35, 60] {
            let map = theatre([3, 2, 1]);
            let parties = choose_parties(&map, Sold::Percent(percent), |_, _| false, &mut Chance::named("theatre"));
            let sold = seats_of(&parties) as f64 / 6.0;
            assert!((sold - f64::from(percent)).abs() < 4.0, "{percent}: {sold}");
        }
    }

    #[test]
    fn in_a_stadium_some_sections_are_sold_out_and_none_is_empty() {
        let map = stadium(StadiumPrices { along: [60, 70, 30], behind: [40, 50, 20] });
        let parties = choose_parties(&map, Sold::Percent(45), |_, _| false, &mut Chance::named("stadium"));
        let full = parties
            .iter()
            .zip(&map.sections)
            .filter(|(parties, section)| parties.iter().map(Vec::len).sum::<usize>() == section.seats.len());
        assert!((3..=10).contains(&full.count()));
        assert!(parties.iter().all(|parties| !parties.is_empty()));
        let share =
            seats_of(&parties) as f64 / map.sections.iter().map(|section| section.seats.len()).sum::<usize>() as f64;
        assert!((0.40..0.55).contains(&share), "{share}");
    }

    #[test]
    fn parties_sit_side_by_side_and_share_no_seat() {
        let map = theatre([3, 2, 1]);
        let parties = choose_parties(&map, Sold::Percent(60), |_, _| false, &mut Chance::named("beside"));
        for (parties, section) in parties.iter().zip(&map.sections) {
            let mut taken = vec![false; section.seats.len()];
            for party in parties {
                assert!((2..=7).contains(&party.len()));
                for seat in party {
                    assert!(!std::mem::replace(&mut taken[*seat], true));
                }
                for pair in party.windows(2) {
                    let (a, b) = (&section.seats[pair[0]], &section.seats[pair[1]]);
                    assert!(a.row == b.row && b.x - a.x < 18, "{}{} {}{}", a.row, a.number, b.row, b.number);
                }
            }
        }
    }

    #[test]
    fn kept_seats_stay_free() {
        let map = theatre([3, 2, 1]);
        let kept = |section: &NewSection, seat: &NewSeat| {
            section.name == "Stalls"
                && seat.row == FREE_ROW
                && seat.number.parse().is_ok_and(|n| FREE_SEATS.contains(&n))
        };
        let parties = choose_parties(&map, Sold::Percent(99), kept, &mut Chance::named("kept"));
        let stalls = &map.sections[0];
        assert!(parties[0].iter().flatten().all(|seat| !kept(stalls, &stalls.seats[*seat])));
    }
}
