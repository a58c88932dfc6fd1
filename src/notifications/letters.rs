//! What each mail says, from what is true when it is sent.

use super::{
    alert_letters::compose_alert,
    digest_letters::compose_digest,
    letter::{File, Letter},
    link_letters::{compose_invitation, compose_link},
    ticket_letters::{compose_returned, compose_taken, compose_to_holder, compose_to_ticket},
    webhook_letters::compose_stopped,
};
use crate::{
    bookings::{
        checkout_page::summary::say_off,
        model::{Booking, BookingStatus},
        store::{OfPerson, find_booking},
    },
    error::{Conflict, Error},
    events::{
        model::{Availability, When},
        store::find_cancel_reason,
    },
    id::{BookingId, TransferId, UserId},
    job::{Mail, News},
    server::{Failure, Result, documents::file_name, state::AppState},
    tickets::{
        documents::{ics_of_booking, pdf_of_booking},
        model::OfferedTicket,
        store::{TransferMail, write_transfer},
    },
    users::{self, model::User},
};
use chrono::TimeDelta;

/// A letter and to whom it goes.
#[derive(Debug)]
pub(super) struct Addressed {
    /// None for who has no account, or none that is known.
    pub(super) user_id: Option<UserId>,
    pub(super) email: String,
    pub(super) name: Option<String>,
    /// Whether they have no account, and come back by the links in their mails alone.
    pub(super) is_guest: bool,
    pub(super) letter: Letter,
}

impl Addressed {
    /// To somebody with an account, or a guest.
    pub(super) fn to(user: User, letter: Letter) -> Self {
        let name = Some(format!("{} {}", user.first_name, user.last_name));
        Self { user_id: Some(user.id), email: user.email, name, is_guest: user.is_guest, letter }
    }
}

/// What the mail says; nothing if there is no need for it any more, or nobody to tell.
pub(super) async fn compose(state: &AppState, mail: Mail) -> Result<Option<Addressed>> {
    match mail {
        Mail::TicketOffered { transfer_id } => compose_offer(state, transfer_id).await,
        Mail::TicketTaken { transfer_id } => compose_taken(state, transfer_id).await,
        Mail::TicketReturned { ticket_id, .. } => compose_returned(state, ticket_id).await,
        Mail::TicketReceived { ticket_id, .. } | Mail::TicketMoved { ticket_id, .. } => {
            compose_to_ticket(state, ticket_id, mail).await
        }
        Mail::TicketsVoid { booking_id, holder_id } | Mail::TicketNews { booking_id, holder_id, .. } => {
            compose_to_holder(state, (booking_id, holder_id), mail).await
        }
        Mail::Link { token_id } => compose_link(state, token_id).await,
        Mail::Alert { alert_id, user_id, is_over } => compose_alert(state, alert_id, user_id, is_over).await,
        Mail::Digest { user_id, week } => compose_digest(state, user_id, week).await,
        Mail::Invitation { invitation_id } => compose_invitation(state, invitation_id).await,
        Mail::WebhookStopped { webhook_id, .. } => compose_stopped(state, webhook_id).await,
        Mail::Confirmation { booking_id }
        | Mail::ConfirmationAgain { booking_id, .. }
        | Mail::Moved { booking_id, .. }
        | Mail::Cancellation { booking_id }
        | Mail::HoldEnding { booking_id }
        | Mail::Offer { booking_id }
        | Mail::OfferLapsed { booking_id }
        | Mail::News { booking_id, .. } => compose_about(state, booking_id, mail).await,
    }
}

async fn compose_about(state: &AppState, booking_id: BookingId, mail: Mail) -> Result<Option<Addressed>> {
    let Some(OfPerson { user_id, booking }) = find_booking(state, booking_id).await? else { return Ok(None) };
    let Some(user) = users::store::find_user(state, user_id).await? else { return Ok(None) };
    let reason = match mail {
        Mail::News { news: News::Cancelled, .. } => find_cancel_reason(state, booking.event_id).await?,
        _ => None,
    };
    let mut letter = Writer { state, booking: &booking, name: &user.first_name, reason }.write(mail);
    let has_tickets = matches!(mail, Mail::Confirmation { .. } | Mail::ConfirmationAgain { .. } | Mail::Moved { .. });
    if let (true, Some(letter)) = (has_tickets, &mut letter) {
        letter.files = files_of(state, &booking).await?;
    }
    Ok(letter.map(|letter| Addressed::to(user, letter)))
}

/// The tickets to print and the entry for a calendar; without tickets where none is valid any more.
async fn files_of(state: &AppState, booking: &Booking) -> Result<Vec<File>> {
    let name = file_name(&booking.event.name);
    let ics = ics_of_booking(state, booking.id).await?.to_vec();
    let mut files = vec![File { name: format!("{name}.ics"), kind: "text/calendar; charset=utf-8", bytes: ics }];
    match pdf_of_booking(state, booking.id).await {
        Ok(pdf) => {
            files.push(File { name: format!("{name}-tickets.pdf"), kind: "application/pdf", bytes: pdf.to_vec() })
        }
        Err(Failure::Refused(Error::Conflict(Conflict::TicketVoid))) => {}
        Err(failure) => return Err(failure),
    }
    Ok(files)
}

/// To an address that may be anybody's: it says who offers what, and how to take it.
async fn compose_offer(state: &AppState, transfer_id: TransferId) -> Result<Option<Addressed>> {
    let Some(TransferMail { email, link, offered }) = write_transfer(state, transfer_id).await? else {
        return Ok(None);
    };
    let OfferedTicket { from, event, place, expires, .. } = offered;
    let When { date, time, zone, .. } = &event.when;
    let letter = Letter {
        subject: format!("{from} has a ticket for you: {}, {}", event.name, event.when.date_short),
        heading: format!("{from} has a ticket for you"),
        sentences: vec![
            format!("{from} can pass a ticket for {} on to you. It is yours once you accept it.", event.name),
            format!("The offer stands until {} {} on {}.", expires.time, expires.zone, expires.date_short),
        ],
        facts: vec![
            ("Event", event.name.clone()),
            ("When", format!("{date}, {time} {zone}")),
            ("Where", format!("{}, {}, {}", event.venue, event.address, event.city)),
            ("Place", place),
        ],
        action: Some(("See the ticket", link)),
        reason: "You get this mail because somebody who has a ticket gave your address. If you don't know them, leave it be.",
        ..Letter::default()
    };
    Ok(Some(Addressed { user_id: None, email, name: None, is_guest: false, letter }))
}

/// A booking whose person is written to.
struct Writer<'a> {
    state: &'a AppState,
    booking: &'a Booking,
    name: &'a str,
    /// Why the event was called off, where that is what the mail says.
    reason: Option<String>,
}

impl Writer<'_> {
    fn write(&self, mail: Mail) -> Option<Letter> {
        let booking = self.booking;
        let cancelled = booking.event.availability == Availability::Cancelled;
        let begun = booking.event.event_date <= self.state.clock.now();
        match (mail, booking.status) {
            (Mail::Confirmation { .. } | Mail::ConfirmationAgain { .. }, BookingStatus::Confirmed) => {
                Some(self.confirmation())
            }
            (Mail::Moved { .. }, BookingStatus::Confirmed) if !cancelled => Some(self.moved()),
            (Mail::Cancellation { .. }, BookingStatus::Cancelled) => Some(self.cancellation()),
            (Mail::HoldEnding { .. }, BookingStatus::Held) if !cancelled => Some(self.hold_ending()),
            (Mail::Offer { .. }, BookingStatus::Held) if !cancelled => Some(self.offer()),
            (Mail::OfferLapsed { .. }, BookingStatus::Expired) => Some(self.offer_lapsed()),
            // Its booking is ended, or about to be.
            (Mail::News { news: News::Cancelled, .. }, BookingStatus::Confirmed | BookingStatus::Cancelled) => {
                (cancelled && !begun).then(|| self.event_cancelled())
            }
            (Mail::News { news, .. }, BookingStatus::Confirmed) if !begun && !cancelled => self.news(news),
            _ => None,
        }
    }

    fn confirmation(&self) -> Letter {
        let booking = self.booking;
        Letter {
            subject: format!("You're going: {}, {}", booking.event.name, booking.event.when.date_short),
            heading: "You're going".to_owned(),
            sentences: vec![
                format!("Hello {}, {} for {} {} booked.", self.name, self.places(), booking.event.name, self.are()),
                format!("Show your tickets or your reference, {}, at the door.", booking.reference),
            ],
            facts: self.facts(true),
            action: Some(("Show my booking", self.booking_address())),
            reason: BOOKED,
            ..Letter::default()
        }
    }

    fn cancellation(&self) -> Letter {
        let booking = self.booking;
        let who = if booking.cancel_reason.is_some() { "the organiser" } else { "you" };
        let mut sentences = vec![format!(
            "Hello {}, {who} cancelled {} for {}. Tickets of this booking are no longer valid.",
            self.name,
            self.places(),
            booking.event.name
        )];
        sentences.extend(booking.cancel_reason.as_ref().map(|reason| format!("The reason: {reason}")));
        Letter {
            subject: format!("Cancelled: {}, {}", booking.event.name, booking.event.when.date_short),
            heading: "Your booking is cancelled".to_owned(),
            sentences,
            facts: self.facts(true),
            action: Some(("Show the event", self.event_address())),
            reason: BOOKED,
            ..Letter::default()
        }
    }

    fn moved(&self) -> Letter {
        let booking = self.booking;
        Letter {
            subject: format!("Your new seats: {}, {}", booking.event.name, booking.event.when.date_short),
            heading: "You have new seats".to_owned(),
            sentences: vec![
                format!("Hello {}, the organiser moved you to {}.", self.name, booking.places()),
                "Show these tickets at the door: those you had before don't work any more.".to_owned(),
            ],
            facts: self.facts(true),
            action: Some(("Show my booking", self.booking_address())),
            reason: BOOKED,
            ..Letter::default()
        }
    }

    fn hold_ending(&self) -> Letter {
        let (booking, until) = (self.booking, self.until());
        Letter {
            subject: format!("Book by {until}: {}", booking.event.name),
            heading: "Your places are still held".to_owned(),
            sentences: vec![format!(
                "Hello {}, {} for {} {} held for you until {until}. After that they go to somebody else.",
                self.name,
                self.places(),
                booking.event.name,
                self.are()
            )],
            facts: self.facts(false),
            action: Some(("Book them now", self.checkout_address())),
            reason: if booking.is_offer { WAITED } else { "You get this mail because you began a booking." },
            ..Letter::default()
        }
    }

    fn offer(&self) -> Letter {
        let (booking, until) = (self.booking, self.until());
        Letter {
            subject: format!("Your turn: {} for {}", self.places(), booking.event.name),
            heading: "It's your turn".to_owned(),
            sentences: vec![format!(
                "Hello {}, what you waited for has come free: {} for {} {} held for you until {until}. After that they are \
                 offered to whoever is next.",
                self.name,
                self.places(),
                booking.event.name,
                self.are()
            )],
            facts: self.facts(false),
            action: Some(("Take them", self.checkout_address())),
            reason: WAITED,
            ..Letter::default()
        }
    }

    fn offer_lapsed(&self) -> Letter {
        let booking = self.booking;
        Letter {
            subject: format!("Your offer has ended: {}", booking.event.name),
            heading: "Your offer has ended".to_owned(),
            sentences: vec![
                format!(
                    "Hello {}, {} for {} were held for you and not taken in time, so they went to whoever is next.",
                    self.name,
                    self.places(),
                    booking.event.name
                ),
                "You are welcome to join the line again.".to_owned(),
            ],
            facts: Vec::new(),
            action: Some(("Show the event", self.event_address())),
            reason: WAITED,
            ..Letter::default()
        }
    }

    /// What is told to everybody who has booked; not what has been overtaken since.
    fn news(&self, news: News) -> Option<Letter> {
        match news {
            News::Cancelled => None,
            News::Changed { .. } => Some(self.event_changed()),
            // Who booked within the last day has just been told.
            News::Reminder => {
                let just_booked = self.booking.updated_at > self.booking.event.event_date - REMIND_BEFORE;
                (!just_booked).then(|| self.reminder())
            }
        }
    }

    fn reminder(&self) -> Letter {
        let booking = self.booking;
        let When { date_short, time, .. } = &booking.event.when;
        Letter {
            subject: format!("Soon: {}, {date_short} at {time}", booking.event.name),
            heading: format!("See you at {}", booking.event.venue),
            sentences: vec![format!(
                "Hello {}, {} begins {date_short} at {time}. Have your tickets or your reference, {}, at hand.",
                self.name, booking.event.name, booking.reference
            )],
            facts: self.facts(false),
            action: Some(("Show my booking", self.booking_address())),
            reason: BOOKED,
            ..Letter::default()
        }
    }

    fn event_changed(&self) -> Letter {
        let booking = self.booking;
        Letter {
            subject: format!("New time or place: {}", booking.event.name),
            heading: "Something has changed".to_owned(),
            sentences: vec![format!(
                "Hello {}, the time or the place of {} is another now. Your booking stays as it is; if it doesn't suit you any \
                 more, you can cancel it.",
                self.name, booking.event.name
            )],
            facts: self.facts(false),
            action: Some(("Show my booking", self.booking_address())),
            reason: BOOKED,
            ..Letter::default()
        }
    }

    fn event_cancelled(&self) -> Letter {
        let booking = self.booking;
        Letter {
            subject: format!("Called off: {}, {}", booking.event.name, booking.event.when.date_short),
            heading: "The event is called off".to_owned(),
            sentences: std::iter::once(format!(
                "Hello {}, we are sorry: {} on {} does not take place. You needn't do anything.",
                self.name, booking.event.name, booking.event.when.date
            ))
            .chain(self.reason.clone())
            .collect(),
            facts: self.facts(true),
            action: Some(("Show my booking", self.booking_address())),
            reason: BOOKED,
            ..Letter::default()
        }
    }

    /// What, when and where, and for how much.
    fn facts(&self, with_reference: bool) -> Vec<(&'static str, String)> {
        let booking = self.booking;
        let event = &booking.event;
        let When { date, time, zone, .. } = &event.when;
        let mut facts = vec![
            ("Event", event.name.clone()),
            ("When", format!("{date}, {time} {zone}")),
            ("Where", format!("{}, {}, {}", event.venue, event.address, event.city)),
            (if booking.seats.is_empty() { "Places" } else { "Seats" }, booking.places()),
        ];
        if let Some((code, off)) = booking.discount() {
            facts.push(("Discount", format!("{} with {code}", say_off(off))));
        }
        facts.push(("Total", booking.total().to_string()));
        if with_reference {
            facts.push(("Reference", booking.reference.clone()));
        }
        facts
    }

    /// `2 places`, also where they are seats.
    fn places(&self) -> String {
        crate::bookings::model::name_quantity(self.booking.quantity)
    }

    fn are(&self) -> &'static str {
        if self.booking.quantity == 1 { "is" } else { "are" }
    }

    /// When the hold ends, at the venue.
    fn until(&self) -> String {
        let When { date_short, time, zone, .. } = &self.booking.expires;
        format!("{time} {zone} on {date_short}")
    }

    fn booking_address(&self) -> String {
        self.state.config.address(&format!("/bookings/{}", self.booking.id))
    }

    fn checkout_address(&self) -> String {
        self.state.config.address(&format!("/bookings/{}/checkout", self.booking.id))
    }

    fn event_address(&self) -> String {
        self.state.config.address(&format!("/events/{}", self.booking.event_id))
    }
}

const BOOKED: &str = "You get this mail because you booked this event.";
const WAITED: &str = "You get this mail because you joined the waitlist of this event.";

/// How long before it begins an event's attendees are reminded.
pub(super) const REMIND_BEFORE: TimeDelta = TimeDelta::hours(24);
