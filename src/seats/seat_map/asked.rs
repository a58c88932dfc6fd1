//! The seats a URL asks for, with what is shown of them.

use crate::{
    error::Error,
    id::SeatId,
    seats::{
        api::get_section,
        model::{Seat, SeatMap},
    },
};

/// Seats in all up to which sections are read one by one to find the seats of a URL. Beyond, only the opened section
/// names them.
const READ_MAX: i32 = 5_000;

/// These seats of the map, free or not, in the map's order. Unknown ones are left out.
pub async fn find_seats(map: &SeatMap, ids: &[SeatId]) -> Result<Vec<Seat>, Error> {
    let mut found = Vec::new();
    if map.sections.iter().map(|section| section.total_count).sum::<i32>() > READ_MAX {
        return Ok(found);
    }
    for section in &map.sections {
        if found.len() == ids.len() {
            break;
        }
        let opened = get_section(map.event_id, section.name.clone()).await?;
        found.extend(opened.seats.into_iter().filter(|seat| ids.contains(&seat.id)));
    }
    Ok(found)
}
