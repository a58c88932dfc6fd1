//! A booking as an entry for a calendar: its event's, with the places and the reference.

use crate::{
    bookings::model::{Booking, BookingStatus},
    events::{calendar::describe, model::EventDetail},
};
use icalendar::{Calendar, Component, EventStatus};

/// The entry, for the booking's page at this address. A calendar that has it already takes the one with the higher `SEQUENCE`:
/// the event's version, and one more once the booking is cancelled.
pub(super) fn entry(detail: &EventDetail, booking: &Booking, address: &str) -> String {
    let is_cancelled = booking.status != BookingStatus::Confirmed;
    let words = format!("{}\nReference {}\n\n{address}", booking.places(), booking.reference);
    let mut entry = describe(detail, &words, address);
    entry.uid(&booking.id.to_string()).sequence(detail.event.version.unsigned_abs() + u32::from(is_cancelled));
    if is_cancelled {
        entry.status(EventStatus::Cancelled);
    }
    Calendar::new().push(entry.done()).to_string()
}
