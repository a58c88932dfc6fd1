//! The door to seats: `/api/v1/seats/…`.

use super::model::{BestSeats, Seat, SeatMap, SeatPlan, SeatStatuses, SectionSeats};
use crate::{
    error::Error,
    id::{EventId, SeatId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
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

/// Every seat of one section. A seat in a hold that has lapsed reads as available. A standing section has none: its places are
/// booked by quantity.
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

/// Where every seat of an event stands and what it is called, in one order for [`seats/statuses`](get_seat_statuses). It changes
/// only with the drawing of the map, and a browser may keep it for five minutes.
///
/// Errors: `NotFound` for an unknown event, a draft, or an event without seats.
#[server(name = GetSeatPlan, prefix = "/api", endpoint = "v1/seats/plan", input = GetUrl, output = Json)]
pub async fn get_seat_plan(
    /// The event's id.
    event_id: EventId,
) -> Result<SeatPlan, Error> {
    use super::store;
    use crate::server::{Caller, answer, keep_for};
    use std::time::Duration;
    answer(async {
        let caller = Caller::current().await?;
        let plan = store::get_plan(&caller.state, event_id).await?;
        keep_for(Duration::from_secs(300));
        Ok(plan)
    })
    .await
}

/// Which seats of an event are free, a bit for each in the order of [`seats/plan`](get_seat_plan). At most a second late, and
/// never earlier than the frame of `seats/stream` that the asker has heard already.
///
/// Errors: `NotFound` for an unknown event, a draft, or an event without seats.
#[server(name = GetSeatStatuses, prefix = "/api", endpoint = "v1/seats/statuses", input = GetUrl, output = Json)]
pub async fn get_seat_statuses(
    /// The event's id.
    event_id: EventId,
    /// The last frame that was heard.
    #[server(default)]
    frame: i64,
) -> Result<SeatStatuses, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_statuses(&caller.state, event_id, frame).await
    })
    .await
}

/// The best free seats of an event for a party of `quantity`: together, nearest to the stage, with a full view and nobody left
/// alone beside them; a party of four or more that fits nowhere is split with nobody alone. In this `section` only, and for
/// `price_minor` each at most, where they are given. With `accessible` one of them is a wheelchair place. Nothing is held.
///
/// Errors: `NotFound` for an unknown event, a draft, or an event without seats; `Invalid` for a quantity outside 1 to 50;
/// `NotTogether` with the most that are free together.
#[server(name = FindBest, prefix = "/api", endpoint = "v1/seats/best_available", input = GetUrl, output = Json)]
pub async fn best_available(
    /// The event's id.
    event_id: EventId,
    /// How many they are.
    quantity: i32,
    /// The section's name.
    #[server(default)]
    section: Option<String>,
    /// Minor units of the event's currency.
    #[server(default)]
    price_minor: Option<i64>,
    /// Whether one of them needs a wheelchair place.
    #[server(default)]
    accessible: bool,
) -> Result<BestSeats, Error> {
    use super::{model::PartyWanted, store};
    use crate::server::{Caller, answer};
    answer(async {
        let wanted = PartyWanted::parse(quantity, section, price_minor, accessible)?;
        let caller = Caller::current().await?;
        store::find_best(&caller.state, event_id, &wanted).await
    })
    .await
}

/// These seats of an event as they are now; those that aren't the event's are left out.
///
/// Errors: `NotFound` for an unknown event, a draft, or an event without seats; `Invalid` for more than 100 seats.
#[server(name = ListSeats, prefix = "/api", endpoint = "v1/seats/list", input = GetUrl, output = Json)]
pub async fn list_seats(
    /// The event's id.
    event_id: EventId,
    /// The seats.
    #[server(default)]
    seat_ids: Vec<SeatId>,
) -> Result<Vec<Seat>, Error> {
    use super::{model::LIST_MAX, store};
    use crate::{
        error::Problem,
        server::{Caller, answer},
    };
    answer(async {
        let caller = Caller::current().await?;
        if seat_ids.len() > LIST_MAX {
            return Err(Error::invalid("seat_ids", Problem::OutOfRange(0, LIST_MAX as i32)).into());
        }
        store::list_seats(&caller.state, event_id, &seat_ids).await
    })
    .await
}

/// Keeps free seats of an event back (200 at most), or so many places of a `standing` section, all or none: nobody can book them.
/// Seats that are kept back already stay so.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `Invalid` on `seat_ids` or `reason`; `SeatsTaken` with those that somebody
/// has; `SoldOut` where fewer places of a standing section are free.
#[server(name = BlockSeats, prefix = "/api", endpoint = "v1/seats/block", input = PostUrl, output = Json)]
pub async fn block_seats(
    /// The event's id.
    event_id: EventId,
    /// The seats.
    #[server(default)]
    seat_ids: Vec<SeatId>,
    /// Why.
    reason: String,
    /// The name of a standing section, instead of seats.
    #[server(default)]
    standing: String,
    /// How many of its places.
    #[server(default)]
    quantity: Option<i32>,
    /// The section that a form goes back to.
    #[server(default)]
    section: String,
) -> Result<(), Error> {
    use super::model::{BLOCKED_MAX, Standing, blocked_path, parse_blocked};
    use crate::{
        bookings::store::{self, SeatsRequest},
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, model::parse_reason},
        ui::path_with,
    };
    let page = blocked_path(event_id);
    let chosen = seat_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let blocked = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<BlockSeats>(&caller, event_id).await?;
        let standing = Standing::parse(&standing, quantity, BLOCKED_MAX as i32)?;
        let seat_ids = if standing.is_some() { Vec::new() } else { parse_blocked(seat_ids)? };
        let request = SeatsRequest { event_id, seat_ids, standing, reason: parse_reason(&reason)? };
        store::block_seats(&caller.state, actor, request).await?;
        redirect_to(&path_with(&page, [("saved", "blocked"), ("section", &*section)]));
        Ok(())
    })
    .await;
    blocked.inspect_err(|refused| {
        let count = quantity.map(|count| count.to_string()).unwrap_or_default();
        let typed = [("section", &*section), ("seats", &*chosen), ("quantity", &*count), ("reason", &*reason)];
        send_back::<BlockSeats>(&page, &typed, refused);
    })
}

/// Gives seats of an event that are kept back (200 at most), or so many places of a `standing` section, free again, to whoever
/// waits first. Those that aren't kept back stay
/// as they are.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `Invalid` on `seat_ids` or `reason`.
#[server(name = UnblockSeats, prefix = "/api", endpoint = "v1/seats/unblock", input = PostUrl, output = Json)]
pub async fn unblock_seats(
    /// The event's id.
    event_id: EventId,
    /// The seats.
    #[server(default)]
    seat_ids: Vec<SeatId>,
    /// Why.
    reason: String,
    /// The name of a standing section, instead of seats.
    #[server(default)]
    standing: String,
    /// How many of its places.
    #[server(default)]
    quantity: Option<i32>,
    /// The section that a form goes back to.
    #[server(default)]
    section: String,
) -> Result<(), Error> {
    use super::model::{BLOCKED_MAX, Standing, blocked_path, parse_blocked};
    use crate::{
        bookings::store::{self, SeatsRequest},
        server::{Caller, answer, redirect_to, send_back},
        staff::{admit::admit, model::parse_reason},
        ui::path_with,
    };
    let page = blocked_path(event_id);
    let chosen = seat_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
    let freed = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<UnblockSeats>(&caller, event_id).await?;
        let standing = Standing::parse(&standing, quantity, BLOCKED_MAX as i32)?;
        let seat_ids = if standing.is_some() { Vec::new() } else { parse_blocked(seat_ids)? };
        let request = SeatsRequest { event_id, seat_ids, standing, reason: parse_reason(&reason)? };
        store::unblock_seats(&caller.state, actor, request).await?;
        redirect_to(&path_with(&page, [("saved", "unblocked"), ("section", &*section)]));
        Ok(())
    })
    .await;
    freed.inspect_err(|refused| {
        let count = quantity.map(|count| count.to_string()).unwrap_or_default();
        let typed = [("section", &*section), ("seats", &*chosen), ("quantity", &*count), ("reason", &*reason)];
        send_back::<UnblockSeats>(&page, &typed, refused);
    })
}
