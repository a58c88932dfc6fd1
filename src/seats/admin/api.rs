//! The door to seats for those who run an event.

use crate::{error::Error, id::EventId, seats::model::SectionPrice};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// The sections of an event with what a seat of each costs, in the order of lists, and after them its tiers; none for an event without
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

/// Sets what a seat of each of these sections and tiers costs, from the next hold on: who holds or has booked seats pays what they cost
/// then. All of it or nothing.
///
/// Errors: `SignInRequired`, `Forbidden`, `NotFound`; `EventCancelled`; `VersionConflict` where one that is changed was changed
/// by somebody else; `Invalid`: on `sections` for one that isn't there, on
/// `prices[0]`, `tier_prices[0]` and so on for what is no price, on `prices` or `tier_prices` when there isn't one for each.
#[server(name = SetPrices, prefix = "/api", endpoint = "v1/seats/set_prices", input = PostUrl, output = Json)]
pub async fn set_prices(
    /// The event's id.
    event_id: EventId,
    /// Names of sections.
    sections: Vec<String>,
    /// The price of a seat of each, in units of the event's currency, `24.50`.
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
) -> Result<Vec<SectionPrice>, Error> {
    use crate::{
        error::Problem,
        seats::{model::TypedPrice, store},
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::{admit::admit, frame::event_path},
    };
    let of_sections = TypedPrice::list(false, sections, prices, &before);
    let of_tiers = TypedPrice::list(true, tiers, tier_prices, &tiers_before);
    let is_complete = (of_sections.is_some(), of_tiers.is_some());
    let typed = [of_sections.unwrap_or_default(), of_tiers.unwrap_or_default()].concat();
    let set = answer(async {
        let caller = Caller::current().await?;
        let actor = admit::<SetPrices>(&caller, event_id).await?;
        match is_complete {
            (false, _) => return Err(Error::invalid("prices", Problem::Required).into()),
            (_, false) => return Err(Error::invalid("tier_prices", Problem::Required).into()),
            (true, true) => {}
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
