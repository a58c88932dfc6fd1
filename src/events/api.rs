//! The door to events: `/api/v1/events/…`.

use super::model::{Event, EventDetail, EventQuery, Month, Page, Suggestion};
use crate::{error::Error, id::EventId};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json},
};

/// One page of events that aren't over, filtered and sorted as asked.
///
/// Every field of the query is text in the URL; empty or left out means "any". Errors: `Invalid` on the field that makes
/// no sense.
#[server(name = ListEvents, prefix = "/api", endpoint = "v1/events/list", input = GetUrl, output = Json)]
pub async fn list_events(
    /// What is asked for.
    #[server(flatten)]
    query: EventQuery,
) -> Result<Page<Event>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let (filter, cursor, now) = (&query.parse()?, &query.cursor, caller.now);
        caller.read_public(|state| async move { store::list_events(&state, filter, cursor, now).await }).await
    })
    .await
}

/// The events of a month that aren't over, day by day at their venues: of each day the first few and how many there are.
///
/// The query narrows them as it narrows a list; its days, order and limit go for nothing. Errors: `Invalid` on the field
/// that makes no sense.
#[server(name = ListMonth, prefix = "/api", endpoint = "v1/events/month", input = GetUrl, output = Json)]
pub async fn list_month(
    /// The month, `2026-12`; the one it is in UTC when empty.
    #[server(default)]
    month: String,
    /// What is asked for.
    #[server(flatten)]
    query: EventQuery,
) -> Result<Month, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let today = caller.now.date_naive();
        let (first, current) = (Month::parse(&month, today)?, Month::parse("", today)?);
        let (filter, now) = (&query.parse()?, caller.now);
        let days =
            caller.read_public(|state| async move { store::list_month(&state, filter, first, now).await }).await?;
        Ok(Month { first, current, days })
    })
    .await
}

/// What a query that finds nothing was probably meant to be; null if nothing is near that finds something.
///
/// Errors: `Invalid` on the field that makes no sense.
#[server(name = SuggestEvents, prefix = "/api", endpoint = "v1/events/suggest", input = GetUrl, output = Json)]
pub async fn suggest_events(
    /// What was asked for.
    #[server(flatten)]
    query: EventQuery,
) -> Result<Option<Suggestion>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let (query, now) = (&query, caller.now);
        caller.read_public(|state| async move { store::suggest_events(&state, query, now).await }).await
    })
    .await
}

/// One event with everything one needs to decide.
///
/// Errors: `NotFound`, also for a draft.
#[server(name = GetEvent, prefix = "/api", endpoint = "v1/events/get", input = GetUrl, output = Json)]
pub async fn get_event(
    /// The event's id.
    event_id: EventId,
) -> Result<EventDetail, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_event(&caller.state, event_id, caller.now).await
    })
    .await
}

/// The cities that have events to come, in alphabetical order: what the filter offers.
#[server(name = ListCities, prefix = "/api", endpoint = "v1/events/cities", input = GetUrl, output = Json)]
pub async fn list_cities() -> Result<Vec<String>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let now = caller.now;
        caller.read_public(|state| async move { store::list_cities(&state, now).await }).await
    })
    .await
}
