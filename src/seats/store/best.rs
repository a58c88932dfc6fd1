//! The best free seats for a party.

use super::{get_seat_map, list_section};
use crate::{
    error::Conflict,
    id::EventId,
    seats::{
        choosing::{Seating, best_split, best_together, most_together},
        model::{BestSeats, PartyWanted, Seat, SeatMap, Section},
        seat_map::outline::centre,
    },
    server::{Result, state::AppState},
};

/// Sections that are compared with each other, the nearest to the stage first; further ones are looked at only where these have
/// nothing. A section has some hundreds of seats.
const COMPARED: usize = 6;
/// Sections that are looked at at most.
const LOOKED_AT_MAX: usize = 24;

/// The best seats for a party. Nothing is held: they may be gone a moment later.
///
/// Errors: `NotFound`; `NotTogether` with the most that there are together.
pub async fn find_best(state: &AppState, event_id: EventId, wanted: &PartyWanted) -> Result<BestSeats> {
    let map = get_seat_map(state, event_id).await?;
    let view = centre(&map.stage);
    let count = wanted.count();
    let mut looked_at = Vec::new();
    let sections: Vec<&Section> = sections(&map, wanted).into_iter().take(LOOKED_AT_MAX).collect();
    for compared in sections.chunks(COMPARED) {
        let from = looked_at.len();
        for section in compared {
            let mut conn = state.db.pool().acquire().await?;
            let seats = list_section(&mut conn, state, event_id, &section.name).await?;
            looked_at.push(wanted.affordable(seats));
        }
        let found = looked_at[from..]
            .iter()
            .filter_map(|seats: &Vec<Seat>| best_together(seats, count, view, wanted.accessible));
        if let Some(best) = found.min_by_key(|best| best.rank) {
            return Ok(BestSeats::new(Seating::Together, best.seats.to_vec(), &map));
        }
    }
    if !wanted.accessible
        && let Some(seats) = looked_at.iter().find_map(|seats| best_split(seats, count, view))
    {
        return Ok(BestSeats::new(Seating::Split, seats.into_iter().cloned().collect(), &map));
    }
    let most =
        if wanted.accessible { 0 } else { looked_at.iter().map(|seats| most_together(seats)).max().unwrap_or(0) };
    Err(Conflict::NotTogether { most_count: i32::try_from(most).unwrap_or(i32::MAX) }.into())
}

/// The sections that may have what is wanted, the nearest to the stage first.
fn sections<'a>(map: &'a SeatMap, wanted: &PartyWanted) -> Vec<&'a Section> {
    let (x, y) = centre(&map.stage);
    let fits = |section: &&Section| {
        section.available_count > 0
            && !section.standing
            && wanted.section.as_ref().is_none_or(|name| *name == section.name)
            && wanted.price_minor.is_none_or(|most| section.price_minor <= most)
    };
    let mut sections: Vec<&Section> = map.sections.iter().filter(fits).collect();
    sections.sort_by_key(|section| {
        let at = centre(&section.outline);
        let (dx, dy) = (i64::from(at.0 - x), i64::from(at.1 - y));
        dx * dx + dy * dy
    });
    sections
}
