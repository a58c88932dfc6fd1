//! What becomes of a person's places when they leave.

use crate::{bookings::model::Booking, waitlist::model::Entry};
use serde::{Deserialize, Serialize};

/// What a person gives up with their account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaving {
    /// Holds that are released and bookings of events to come that are cancelled, the newest first.
    pub bookings: Vec<Booking>,
    /// Lines they are taken out of.
    pub entries: Vec<Entry>,
    /// Tickets of those bookings that others have by now, who lose them.
    pub passed_on_count: i64,
    /// Tickets that others passed on to them, which go back to who booked.
    pub received_count: i64,
}

impl Leaving {
    /// Whether nobody but the person loses anything.
    pub fn is_empty(&self) -> bool {
        self.bookings.is_empty() && self.entries.is_empty()
    }
}
