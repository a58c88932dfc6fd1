//! The door to seats: `/api/v1/seats/…`.

use super::model::{SeatMap, SectionSeats};
use crate::{error::Error, id::EventId};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json},
};

/// The overview of an event's seats: stage, sections, prices, how many are free.
///
/// Errors: `NotFound` for an unknown event, a draft, or an event without seats.
#[server(name = GetSeatMap, prefix = "/api", endpoint = "v1/seats/map", input = GetUrl, output = Json)]
pub async fn get_seat_map(
    /// The event's id.
    event_id: EventId,
) -> Result<SeatMap, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_seat_map(&caller.state, event_id).await
    })
    .await
}

/// Every seat of one section. A seat in a hold that has lapsed reads as available.
///
/// Errors: `NotFound` for an unknown event or section.
#[server(name = GetSection, prefix = "/api", endpoint = "v1/seats/section", input = GetUrl, output = Json)]
pub async fn get_section(
    /// The event's id.
    event_id: EventId,
    /// The section's name.
    section: String,
) -> Result<SectionSeats, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_section(&caller.state, event_id, &section).await
    })
    .await
}
