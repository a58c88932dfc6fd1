//! The door to events: `/api/v1/events/…`.

#![expect(
    clippy::too_many_arguments,
    reason = "each is a field of the query string, and the lint fires in what the macro makes"
)]

use super::model::{Event, EventDetail, Page};
use crate::{error::Error, id::EventId};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json},
};

/// One page of events that aren't over, filtered and sorted as asked.
///
/// Every argument is the text of the URL's field of the same name; see [`EventQuery`](super::model::EventQuery).
/// Errors: `Invalid` on the field that makes no sense.
#[server(name = ListEvents, prefix = "/api", endpoint = "v1/events/list", input = GetUrl, output = Json)]
pub async fn list_events(
    /// Words to look for.
    #[server(default)]
    q: String,
    /// A city.
    #[server(default)]
    city: String,
    /// A category.
    #[server(default)]
    category: String,
    /// First day, at the venue.
    #[server(default)]
    from: String,
    /// Last day, at the venue.
    #[server(default)]
    to: String,
    /// `free`, or whole units of `currency`.
    #[server(default)]
    price: String,
    /// The currency `price` is of.
    #[server(default)]
    currency: String,
    /// At least so many places left.
    #[server(default)]
    places: String,
    /// `date`, `price` or `-price`.
    #[server(default)]
    sort: String,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
    /// Rows, at most 200.
    #[server(default)]
    limit: String,
) -> Result<Page<Event>, Error> {
    use super::{model::EventQuery, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let query =
            EventQuery { q, city, category, from, to, price, currency, places, sort, cursor: cursor.clone(), limit };
        store::list_events(&caller.state, &query.parse()?, &cursor, caller.now).await
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
