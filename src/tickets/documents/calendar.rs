//! A booking, or a ticket of one, as an entry for a calendar: its event's, with the places and the reference.

use crate::{
    bookings::model::{Booking, BookingStatus},
    events::{calendar::describe, model::EventDetail},
    tickets::model::{Ticket, TicketStatus},
};
use icalendar::{Calendar, Component, EventStatus};

/// What an entry says of its own.
struct Said<'a> {
    uid: String,
    place: String,
    reference: &'a str,
    address: &'a str,
    is_cancelled: bool,
}

/// The entry of a booking, for its page at this address.
pub(super) fn entry(detail: &EventDetail, booking: &Booking, address: &str) -> String {
    let said = Said {
        uid: booking.id.to_string(),
        place: booking.places(),
        reference: &booking.reference,
        address,
        is_cancelled: booking.status != BookingStatus::Confirmed,
    };
    write(detail, &said)
}

/// The entry of a ticket, for its page at this address.
pub(super) fn ticket_entry(detail: &EventDetail, ticket: &Ticket, address: &str) -> String {
    let said = Said {
        uid: ticket.id.to_string(),
        place: ticket.say_place(),
        reference: &ticket.reference,
        address,
        is_cancelled: ticket.status == TicketStatus::Void,
    };
    write(detail, &said)
}

/// A calendar that has the entry already takes the one with the higher `SEQUENCE`: the event's version, and one more once it is
/// cancelled.
fn write(detail: &EventDetail, said: &Said) -> String {
    let words = format!("{}\nReference {}\n\n{}", said.place, said.reference, said.address);
    let mut entry = describe(detail, &words, said.address);
    entry.uid(&said.uid).sequence(detail.event.version.unsigned_abs() + u32::from(said.is_cancelled));
    if said.is_cancelled {
        entry.status(EventStatus::Cancelled);
    }
    Calendar::new().push(entry.done()).to_string()
}
