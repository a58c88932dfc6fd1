//! The life of a ticket as pure rules: when it is worth something, and what may become of it.

use crate::{
    bookings::model::{BookedEvent, BookingStatus},
    error::{Conflict, Error},
    events::model::{Availability, When},
    id::{BookingId, EventId, SeatId, TicketId},
    seats::model::is_standing,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Longest time a transfer waits for its answer.
const TRANSFER_LENGTH: TimeDelta = TimeDelta::days(7);

/// How often a ticket can be offered within a day: each offer is a mail to somebody who may not want it.
pub const OFFERS_A_DAY: usize = 5;

/// The seat of a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketSeat {
    /// The seat's id.
    pub seat_id: SeatId,
    /// Its section.
    pub section: String,
    /// Its row.
    pub row: String,
    /// Its label in the row.
    pub number: String,
}

/// Whether a ticket lets anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketStatus {
    /// It does, or did.
    Valid,
    /// Its booking or its event was cancelled.
    Void,
}

/// A transfer that waits for its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transfer {
    /// To which address the ticket was offered.
    pub email: String,
    /// Until when it can be accepted, UTC.
    pub expires_at: DateTime<Utc>,
    /// The same at the venue.
    pub expires: When,
}

/// A ticket as one person sees it: who holds it, or who booked its place and has passed it on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    /// The ticket's id.
    pub id: TicketId,
    /// The booking whose place it is for.
    pub booking_id: BookingId,
    /// That booking's reference.
    pub reference: String,
    /// To which event.
    pub event_id: EventId,
    /// That event.
    pub event: BookedEvent,
    /// The seat, where the event has seats.
    pub seat: Option<TicketSeat>,
    /// Of general admission: its number in the booking, from 1.
    pub place: Option<i32>,
    /// Places of the booking.
    pub place_count: i32,
    /// Whether it lets anybody in.
    pub status: TicketStatus,
    /// Whether who asks holds it. Who has passed it on sees that, and no more of it.
    pub is_yours: bool,
    /// Whether it came from somebody else.
    pub is_received: bool,
    /// The holder's name; none where somebody else holds it.
    pub holder: Option<String>,
    /// What its QR code carries: for its holder, while it is valid.
    pub token: Option<String>,
    /// The transfer that waits for its answer: for its holder.
    pub transfer: Option<Transfer>,
    /// Whether it can be issued anew now.
    pub can_reissue: bool,
    /// Whether it can be offered to somebody else now.
    pub can_transfer: bool,
    /// When it was issued, UTC.
    pub created_at: DateTime<Utc>,
    /// When it last changed, UTC.
    pub updated_at: DateTime<Utc>,
}

impl Ticket {
    /// Its place in words.
    pub fn say_place(&self) -> String {
        say_place(self.seat.as_ref(), self.place, self.place_count)
    }
}

/// A place in words: `Stalls, row F, seat 12`, `Floor, standing`, `Place 2 of 4`. `place` is its number in a booking of
/// `place_count`.
pub fn say_place(seat: Option<&TicketSeat>, place: Option<i32>, place_count: i32) -> String {
    match (seat, place) {
        (Some(seat), _) if is_standing(&seat.row) => format!("{}, standing", seat.section),
        (Some(seat), _) => format!("{}, row {}, seat {}", seat.section, seat.row, seat.number),
        (None, Some(place)) => format!("Place {place} of {place_count}"),
        (None, None) => "1 place".to_owned(),
    }
}

/// A ticket of a booking as staff see it: who has it, and whether its codes were replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedTicket {
    /// The ticket's id.
    pub id: TicketId,
    /// Its place in words: `Stalls, row F, seat 12`, `Place 2 of 4`.
    pub place: String,
    /// The holder's name; empty once their account was deleted.
    pub holder: String,
    /// The holder's address; empty once their account was deleted.
    pub email: String,
    /// Whether it lets anybody in.
    pub status: TicketStatus,
    /// How often it was made: 1, and one more for each time that the codes before stopped working.
    pub nonce: i32,
    /// To which address it is offered just now.
    pub offered_to: Option<String>,
}

/// A ticket that somebody offers to who has the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferedTicket {
    /// Who offers it, by the first name.
    pub from: String,
    /// To which event.
    pub event_id: EventId,
    /// That event.
    pub event: BookedEvent,
    /// Its place in words.
    pub place: String,
    /// Until when it can be accepted, at the venue.
    pub expires: When,
}

/// The page of the transfer whose link carries this token. In the query: what stands in the path, the log tells.
pub fn transfer_path(token: &str) -> String {
    format!("{TRANSFER_PAGE}?token={token}")
}

/// The page of all transfers.
pub const TRANSFER_PAGE: &str = "/tickets/transfers";

/// What happened to a ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "ticket_action", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum TicketAction {
    /// Somebody asked for the booking's tickets for the first time.
    Issued,
    /// It was issued anew.
    Reissued,
    /// It was offered to somebody else.
    TransferOffered,
    /// The offer was withdrawn.
    TransferCancelled,
    /// The offer was not answered in time.
    TransferLapsed,
    /// The offer was accepted.
    TransferAccepted,
    /// A guest's ticket became an account's.
    Claimed,
    /// Its holder deleted their account, so it went back to who booked.
    Returned,
}

/// One entry of a ticket's history, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketEntry {
    /// What happened.
    pub action: TicketAction,
    /// The sentence a person reads.
    pub sentence: String,
    /// When, UTC.
    pub created_at: DateTime<Utc>,
    /// When, at the venue.
    pub when: When,
}

/// The sentence for an entry of the history. `email` is where a transfer was offered, for those who may know.
pub fn tell(action: TicketAction, email: &str) -> String {
    match action {
        TicketAction::Issued => "The ticket was issued.".to_owned(),
        TicketAction::Reissued => "The ticket was issued anew; the code before it no longer works.".to_owned(),
        TicketAction::TransferOffered if email.is_empty() => "The ticket was offered to somebody else.".to_owned(),
        TicketAction::TransferOffered => format!("You offered the ticket to {email}."),
        TicketAction::TransferCancelled => "The offer was withdrawn.".to_owned(),
        TicketAction::TransferLapsed => "The offer was not answered in time.".to_owned(),
        TicketAction::Claimed => "The ticket was added to its holder's account.".to_owned(),
        TicketAction::Returned => {
            "Its holder deleted their account, so the ticket went back to who booked; the code before it no longer works."
                .to_owned()
        }
        TicketAction::TransferAccepted => "The ticket was passed on; the code before it no longer works.".to_owned(),
    }
}

/// What decides what a ticket is worth and what may become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TicketFacts {
    /// Its booking's status.
    pub booking: BookingStatus,
    /// Its event, as a card says it.
    pub event: Availability,
    /// When its event begins.
    pub event_date: DateTime<Utc>,
}

impl TicketFacts {
    /// Whether it lets anybody in.
    pub fn status(&self) -> TicketStatus {
        if self.booking == BookingStatus::Confirmed && self.event != Availability::Cancelled {
            TicketStatus::Valid
        } else {
            TicketStatus::Void
        }
    }

    /// Whether it may be issued anew: until its event is over. Errors: `TicketVoid`, `EventBegun`.
    pub fn decide_reissue(&self) -> Result<(), Error> {
        match (self.status(), self.event) {
            (TicketStatus::Void, _) => Err(Conflict::TicketVoid.into()),
            (TicketStatus::Valid, Availability::Past) => Err(Conflict::EventBegun.into()),
            (TicketStatus::Valid, _) => Ok(()),
        }
    }

    /// Whether it may be offered to somebody else at `now`, and until when the offer stands. Errors: `TicketVoid`,
    /// `EventBegun`.
    pub fn decide_transfer(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        if self.status() == TicketStatus::Void {
            return Err(Conflict::TicketVoid.into());
        }
        if now >= self.event_date {
            return Err(Conflict::EventBegun.into());
        }
        Ok(self.event_date.min(now + TRANSFER_LENGTH))
    }
}

/// Whether one more offer may be made at `now`, after these, the newest first. Errors: `TooMany`.
pub fn decide_offer(offered_at: &[DateTime<Utc>], now: DateTime<Utc>) -> Result<(), Error> {
    let Some(oldest) = offered_at.get(OFFERS_A_DAY - 1) else { return Ok(()) };
    let retry_after_s = (*oldest + TimeDelta::days(1) - now).num_seconds();
    if retry_after_s > 0 { Err(Error::TooMany { retry_after_s }) } else { Ok(()) }
}

/// Where a transfer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransferFacts<P> {
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
    /// When it ended, if it did.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who accepted it, if anybody did.
    pub accepted_by: Option<P>,
}

impl<P: PartialEq> TransferFacts<P> {
    /// Whether it waits for its answer at `now`.
    pub fn is_pending(&self, now: DateTime<Utc>) -> bool {
        self.ended_at.is_none() && now < self.expires_at
    }

    /// Whether `person` may accept it at `now`: `false` where they have done so already. Errors: `TransferOver`, and those of
    /// [`TicketFacts::decide_transfer`].
    pub fn decide_accept(&self, ticket: &TicketFacts, person: &P, now: DateTime<Utc>) -> Result<bool, Error> {
        if self.accepted_by.as_ref() == Some(person) {
            return Ok(false);
        }
        if !self.is_pending(now) {
            return Err(Conflict::TransferOver.into());
        }
        ticket.decide_transfer(now)?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEGINS: DateTime<Utc> = DateTime::UNIX_EPOCH;
    const VALID: TicketFacts =
        TicketFacts { booking: BookingStatus::Confirmed, event: Availability::Available, event_date: BEGINS };

    fn before(hours: i64) -> DateTime<Utc> {
        BEGINS - TimeDelta::hours(hours)
    }

    fn pending() -> TransferFacts<u8> {
        TransferFacts { expires_at: before(10), ended_at: None, accepted_by: None }
    }

    #[test]
    fn a_ticket_is_void_with_its_booking_and_with_its_event() {
        assert_eq!(VALID.status(), TicketStatus::Valid);
        for booking in [BookingStatus::Held, BookingStatus::Cancelled, BookingStatus::Expired] {
            let facts = TicketFacts { booking, ..VALID };
            assert_eq!(facts.status(), TicketStatus::Void);
            assert_eq!(facts.decide_reissue(), Err(Conflict::TicketVoid.into()));
            assert_eq!(facts.decide_transfer(before(1)), Err(Conflict::TicketVoid.into()));
        }
        assert_eq!(TicketFacts { event: Availability::Cancelled, ..VALID }.status(), TicketStatus::Void);
    }

    #[test]
    fn a_ticket_is_issued_anew_until_its_event_is_over() {
        assert_eq!(VALID.decide_reissue(), Ok(()));
        assert_eq!(
            TicketFacts { event: Availability::Past, ..VALID }.decide_reissue(),
            Err(Conflict::EventBegun.into())
        );
    }

    #[test]
    fn an_offer_stands_for_a_week_or_until_the_event_begins() {
        assert_eq!(VALID.decide_transfer(before(8 * 24)), Ok(before(24)));
        assert_eq!(VALID.decide_transfer(before(3)), Ok(BEGINS));
        assert_eq!(VALID.decide_transfer(BEGINS), Err(Conflict::EventBegun.into()));
    }

    #[test]
    fn a_ticket_is_offered_only_so_often_within_a_day() {
        let offered_at = [before(1), before(2), before(3), before(4), before(23)];
        assert_eq!(decide_offer(&offered_at[..4], BEGINS), Ok(()));
        assert_eq!(decide_offer(&offered_at, BEGINS), Err(Error::TooMany { retry_after_s: 3600 }));
        assert_eq!(decide_offer(&offered_at, before(-1)), Ok(()));
    }

    #[test]
    fn an_offer_is_accepted_once_and_in_time() {
        assert_eq!(pending().decide_accept(&VALID, &1, before(11)), Ok(true));
        assert_eq!(pending().decide_accept(&VALID, &1, before(10)), Err(Conflict::TransferOver.into()));
        let accepted = TransferFacts { ended_at: Some(before(12)), accepted_by: Some(1), ..pending() };
        assert_eq!(accepted.decide_accept(&VALID, &1, before(11)), Ok(false));
        assert_eq!(accepted.decide_accept(&VALID, &2, before(11)), Err(Conflict::TransferOver.into()));
        let withdrawn = TransferFacts { ended_at: Some(before(12)), ..pending() };
        assert_eq!(withdrawn.decide_accept(&VALID, &1, before(11)), Err(Conflict::TransferOver.into()));
        let void = TicketFacts { booking: BookingStatus::Cancelled, ..VALID };
        assert_eq!(pending().decide_accept(&void, &1, before(11)), Err(Conflict::TicketVoid.into()));
    }
}
