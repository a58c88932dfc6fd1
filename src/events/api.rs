//! The door to events: `/api/v1/events/…`.

use super::model::{Event, EventDetail, EventQuery, Page};
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
        store::list_events(&caller.state, &query.parse()?, &query.cursor, caller.now).await
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
        store::list_cities(&caller.state, caller.now).await
    })
    .await
}
