//! The door to the waitlist: `/api/v1/waitlist/…`.

use super::model::Entry;
use crate::{
    error::Error,
    events::model::Page,
    id::{EntryId, EventId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// Puts who is signed in at the end of the line of a sold-out event. Joining twice is one entry, as it was.
///
/// `together` waits for seats beside each other, in an event with seats, and `section` for places of that section alone.
/// Errors: `SignInRequired`; `NotFound`; `Invalid`; `PlacesFree` while so many places can be booked now, `SectionNotOpen` if they can once a
/// section opens; `OverLimit`;
/// `SalesNotOpen`, `SalesClosed`, `EventCancelled`.
#[server(name = JoinWaitlist, prefix = "/api", endpoint = "v1/waitlist/join", input = PostUrl, output = Json)]
pub async fn join_waitlist(
    /// The event's id.
    event_id: EventId,
    /// Places to wait for.
    requested_quantity: i32,
    /// Only seats beside each other.
    #[server(default)]
    together: bool,
    /// Only places of the section of this name; of any if left out.
    #[server(default)]
    section: Option<String>,
) -> Result<Entry, Error> {
    use super::store::JoinRequest;
    use crate::{
        bookings::store,
        seats::model::parse_section,
        server::{Caller, answer, redirect_to, send_back},
    };
    let page = format!("/events/{event_id}");
    let wait_for = section.clone().unwrap_or_default();
    let joined = answer(async {
        let caller = Caller::current().await?;
        let sign_in = || redirect_to(&format!("/sign-in?next=%2Fevents%2F{event_id}"));
        let user_id = caller.signed_in().inspect_err(|_| sign_in())?;
        let section = parse_section(section)?;
        let request = JoinRequest { user_id, event_id, quantity: requested_quantity, together, section };
        let entry = store::join_waitlist(&caller.state, request).await?;
        redirect_to(&page);
        Ok(entry)
    })
    .await;
    joined.inspect_err(|refused| {
        if *refused != Error::SignInRequired {
            let typed = [("quantity", &*requested_quantity.to_string()), ("wait_for", &*wait_for)];
            send_back::<JoinWaitlist>(&page, &typed, refused);
        }
    })
}

/// Takes who is signed in out of a line, or declines what they were offered. Doing it twice is fine.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's.
#[server(name = LeaveWaitlist, prefix = "/api", endpoint = "v1/waitlist/leave", input = PostUrl, output = Json)]
pub async fn leave_waitlist(
    /// The entry's id.
    entry_id: EntryId,
) -> Result<Entry, Error> {
    use crate::{
        bookings::store,
        server::{Caller, answer, redirect_to, send_back},
    };
    let left = answer(async {
        let caller = Caller::current().await?;
        let entry = store::leave_waitlist(&caller.state, caller.signed_in()?, entry_id).await?;
        redirect_to(&format!("/events/{}", entry.event_id));
        Ok(entry)
    })
    .await;
    left.inspect_err(|refused| send_back::<LeaveWaitlist>("/bookings", &[], refused))
}

/// The waitlist entries of who is signed in, newest first, each with its rank and why it moved.
///
/// `limit` is 1 to 200, 50 if left out; `cursor` is the page before's `next_cursor`. Errors: `SignInRequired`, `Invalid`.
#[server(name = ListWaitlist, prefix = "/api", endpoint = "v1/waitlist/list", input = GetUrl, output = Json)]
pub async fn list_waitlist(
    /// Rows, at most 200.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<Entry>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::list_entries(&caller.state, caller.signed_in()?, limit.unwrap_or(50), &cursor).await
    })
    .await
}
