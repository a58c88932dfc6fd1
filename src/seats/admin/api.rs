//! The door to seats for those who run an event.

#![expect(clippy::too_many_arguments, reason = "each argument of a server function is a field of its request")]

use crate::{
    error::Error,
    id::EventId,
    seats::model::{Places, SectionPrice},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// The sections of an event with what a seat of each costs and when it is sold, in the order of lists, and after them its tiers; none for an event without
/// seats.
///
/// Errors: `SignInRequired`, `Forbidden`.
#[server(name = ListPrices, prefix = "/api", endpoint = "v1/seats/prices", input = GetUrl, output = Json)]
pub async fn list_prices(
    /// The event's id.
    event_id: EventId,
) -> Result<Vec<SectionPrice>, Error> {
    use crate::{
        seats::store,
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit::<ListPrices>(&caller, event_id).await?;
        store::list_prices(&caller.state, event_id).await
    })
    .await
}

/// The places of an event for staff to choose among: its sections, on sale or not, with all that is free of them, and the seats of one,
/// drafts included. Null for an event without seats.
///
/// Errors: `SignInRequired`, `Forbidden`.
#[server(name = FindPlaces, prefix = "/api", endpoint = "v1/seats/places", input = GetUrl, output = Json)]
pub async fn find_places(
    /// The event's id.
    event_id: EventId,
    /// The section whose seats are told; the first with something free if it is left out or isn't the event's.
    #[server(default)]
    section: String,
) -> Result<Option<Places>, Error> {
    use crate::{
        seats::store,
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit::<FindPlaces>(&caller, event_id).await?;
        store::find_places(&caller.state, event_id, &section).await
    })
    .await
}

/// Sets what a seat of each of these sections and tiers costs, and when sections are sold, from the next hold on: who holds or has
/// booked seats keeps them and pays what they cost then. A section is sold within the sale of its event: later, or for less long. All
/// of it or nothing.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `EventCancelled`; `VersionConflict` where one that is changed was changed
/// by somebody else; `Invalid`: on `sections` for one that isn't there, on
/// `prices[0]`, `tier_prices[0]` and so on for what is no price, on `opens[0]`, `closes[0]` and so on for what is no time or lies
/// outside of the event's sale, on `prices`, `tier_prices` or `opens` when there isn't one for each.
#[server(name = SetPrices, prefix = "/api", endpoint = "v1/seats/set_prices", input = PostUrl, output = Json)]
pub async fn set_prices(
    /// The event's id.
    event_id: EventId,
    /// Names of sections.
    #[server(default)]
    sections: Vec<String>,
    /// The price of a seat of each, in units of the event's currency, `24.50`.
    #[server(default)]
    prices: Vec<String>,
    /// What each cost when it was looked at, so that a change made since by somebody else is not undone; left out, the prices are
    /// set whatever they were.
    #[server(default)]
    before: Vec<String>,
    /// Names of tiers.
    #[server(default)]
    tiers: Vec<String>,
    /// The price of a seat of each.
    #[server(default)]
    tier_prices: Vec<String>,
    /// What each cost when it was looked at.
    #[server(default)]
    tiers_before: Vec<String>,
    /// When the sale of each section opens, by the clocks at the venue, `2026-12-05T10:00`; empty for when the event's does. Left out
    /// with `closes`, the times stay as they are.
    #[server(default)]
    opens: Vec<String>,
    /// When the sale of each section closes; empty for when the event's does.
    #[server(default)]
    closes: Vec<String>,
    /// What `opens` was when it was looked at.
    #[server(default)]
    opens_before: Vec<String>,
    /// What `closes` was when it was looked at.
    #[server(default)]
    closes_before: Vec<String>,
) -> Result<Vec<SectionPrice>, Error> {
    use crate::{
        error::Problem,
        seats::{
            model::{TypedPrice, TypedWindow},
            store::{self, TypedSale},
        },
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::{admit::admit, frame::event_path},
    };
    let windows = TypedWindow::list(&sections, (opens, closes), (&opens_before, &closes_before));
    let of_sections = TypedPrice::list(false, sections, prices, &before);
    let of_tiers = TypedPrice::list(true, tiers, tier_prices, &tiers_before);
    let lists = [("prices", of_sections.is_some()), ("tier_prices", of_tiers.is_some()), ("opens", windows.is_some())];
    let prices = [of_sections.unwrap_or_default(), of_tiers.unwrap_or_default()].concat();
    let typed = TypedSale { prices, windows: windows.unwrap_or_default() };
    let set = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<SetPrices>(&caller, event_id).await?;
        if let Some((field, _)) = lists.iter().find(|(_, is_complete)| !is_complete) {
            return Err(Error::invalid(field, Problem::Required).into());
        }
        store::set_prices(&caller.state, &actor, event_id, &typed).await?;
        redirect_to(&event_path(event_id, "/prices?done=saved"));
        store::list_prices(&caller.state, event_id).await
    })
    .await;
    if let Err(refused) = &set {
        send_back_kept::<SetPrices>(&event_path(event_id, "/prices"), &typed, refused).await;
    }
    set
}
