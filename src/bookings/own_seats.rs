//! Whether seats that are gone from an open map went to the same person, in another tab.

use super::api::ListBookings;
use crate::{
    id::{EventId, SeatId},
    ui::ask::{items, part, read},
    users::api::FindSessionUser,
};
use leptos::server_fn::ServerFn;

/// The person's own booking of all of these seats.
#[derive(Clone, Debug)]
pub(super) struct OwnSeats {
    is_held: bool,
    id: String,
}

impl OwnSeats {
    /// Asks the server for it. Without an answer there is none.
    pub(super) async fn find(event_id: EventId, seat_ids: &[SeatId]) -> Option<Self> {
        // Who is not signed in would be refused the other question.
        let user = read(FindSessionUser::PATH, &[]).await?;
        if user.is_null() {
            return None;
        }
        let own = read(ListBookings::PATH, &[("limit", "20")]).await?;
        let (event_id, seat_ids) = (event_id.to_string(), seat_ids.iter().map(ToString::to_string));
        let seat_ids: Vec<String> = seat_ids.collect();
        items(&own, "items").into_iter().find_map(|booking| {
            let words = |name| part(&booking, name).as_string();
            let status = words("status").filter(|status| ["held", "confirmed"].contains(&status.as_str()))?;
            let has: Vec<String> =
                items(&booking, "seats").into_iter().filter_map(|seat| part(&seat, "seat_id").as_string()).collect();
            let fits = words("event_id")? == event_id && seat_ids.iter().all(|id| has.contains(id));
            if fits { Some(Self { is_held: status == "held", id: words("id")? }) } else { None }
        })
    }

    /// `You hold F12 already.`
    pub(super) fn say(&self, names: &str) -> String {
        format!("You {} {names} already.", if self.is_held { "hold" } else { "have booked" })
    }

    /// The way on, in words.
    pub(super) fn link_words(&self) -> &'static str {
        if self.is_held { "Go on to the checkout" } else { "Look at your booking" }
    }

    /// Where it leads.
    pub(super) fn href(&self) -> String {
        format!("/bookings/{}{}", self.id, if self.is_held { "/checkout" } else { "" })
    }
}
