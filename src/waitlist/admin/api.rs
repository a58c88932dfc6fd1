//! The door to waitlists in the dashboard: `/api/v1/admin/…`.

use super::model::{Line, OfferEntry};
use crate::{
    error::Error,
    events::model::Page,
    id::{EntryId, EventId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// Who waits for an event, in order, for how many places and since when. With `if_free` (1 to 1,000), who would be offered places
/// if so many came free now; of seats, beside each other.
///
/// `limit` is 1 to 200, 50 if left out; `cursor` is the page before's `next_cursor`. Errors: `SignInRequired`; `Forbidden`;
/// `NotFound`; `Invalid`.
#[server(name = ListLine, prefix = "/api", endpoint = "v1/admin/waitlist", input = GetUrl, output = Json)]
pub async fn list_line(
    /// The event's id.
    event_id: EventId,
    /// So many places are thought to come free.
    #[server(default)]
    if_free: Option<i32>,
    /// Rows, at most 200.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Line, Error> {
    use super::{
        model::{check_if_free, parse_turn},
        told::tell_line,
    };
    use crate::{
        events::model::check_limit,
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit::<ListLine>(&caller, event_id).await?;
        let part = (parse_turn(&cursor)?, check_limit(limit.unwrap_or(50))?);
        tell_line(&caller.state, event_id, part, check_if_free(if_free)?).await
    })
    .await
}

/// Who doesn't wait for an event any more, and what became of each: offered, booked, not taken in time, left. The last to join
/// first.
///
/// `limit` is 1 to 200, 50 if left out; `cursor` is the page before's `next_cursor`. Errors: `SignInRequired`; `Forbidden`;
/// `NotFound`; `Invalid`.
#[server(name = ListOffers, prefix = "/api", endpoint = "v1/admin/offers", input = GetUrl, output = Json)]
pub async fn list_offers(
    /// The event's id.
    event_id: EventId,
    /// Rows, at most 200.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<OfferEntry>, Error> {
    use super::told::tell_offers;
    use crate::{
        events::model::{check_limit, parse_cursor},
        server::{Caller, answer},
        staff::admit::admit,
    };
    answer(async {
        let caller = Caller::current().await?;
        admit::<ListOffers>(&caller, event_id).await?;
        let limit = check_limit(limit.unwrap_or(50))?;
        tell_offers(&caller.state, event_id, parse_cursor(&cursor)?, limit).await
    })
    .await
}

/// Puts an entry directly ahead of another in its line. Doing it twice is fine.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound` unless it waits; `Invalid` on `before_id`, unless that is another entry that
/// waits for the same event, or on `reason`.
#[server(name = MoveInLine, prefix = "/api", endpoint = "v1/admin/move_entry", input = PostUrl, output = Json)]
pub async fn move_entry(
    /// The entry's id.
    entry_id: EntryId,
    /// Whom it goes ahead of.
    before_id: EntryId,
    /// Why.
    reason: String,
    /// The event whose page a form goes back to.
    #[server(default)]
    event_id: Option<EventId>,
) -> Result<(), Error> {
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        staff::{
            admit::{admit, admit_anywhere},
            model::parse_reason,
        },
        waitlist::store::{self, MoveEntry},
    };
    let page = |event_id: EventId| format!("/admin/events/{event_id}/waitlist");
    let moved = answer(async {
        let caller = Caller::current().await?;
        let Some(own_id) = store::find_event_of(&caller.state, entry_id).await? else {
            admit_anywhere::<MoveInLine>(&caller).await?;
            return Err(Error::NotFound.into());
        };
        let actor = admit::<MoveInLine>(&caller, own_id).await?;
        let request = MoveEntry { event_id: own_id, entry_id, before_id, reason: parse_reason(&reason)? };
        store::move_entry(&caller.state, actor, request).await?;
        redirect_to(&format!("{}?saved=moved", page(own_id)));
        Ok(())
    })
    .await;
    moved.inspect_err(|refused| {
        let (entry, before) = (entry_id.to_string(), before_id.to_string());
        let typed = [("entry", &*entry), ("before", &*before), ("reason", &*reason)];
        send_back::<MoveInLine>(&event_id.map_or("/admin".to_owned(), page), &typed, refused);
    })
}
