//! What is done after the request: every kind of job, as ids. Any slice may ask for one, in the transaction that causes it.

use crate::id::{BookingId, EventId, InvitationId, TicketId, TokenId, TransferId, UserId, WebhookId};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// Work for later. The same job asked for twice, while it waits, is one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Send a mail.
    Mail {
        /// Which.
        mail: Mail,
    },
    /// Tell everybody who has booked an event, a few at a time.
    TellAttendees {
        /// Of which event.
        event_id: EventId,
        /// What.
        news: News,
        /// From whom on: the last booking that was told.
        after: Option<BookingId>,
    },
    /// End the bookings of an event that was called off, a few at a time, and tell their people.
    EndBookings {
        /// Of which event.
        event_id: EventId,
        /// Who called it off.
        by: Option<UserId>,
        /// From where on: the last booking that was ended.
        after: Option<BookingId>,
    },
    /// Send a webhook what is due, a few at a time.
    Deliver {
        /// Which.
        webhook_id: WebhookId,
    },
    /// The same where the last try failed.
    Knock {
        /// Which.
        webhook_id: WebhookId,
    },
}

/// A mail by its cause, which is told once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum Mail {
    /// The booking is made.
    Confirmation {
        /// Which.
        booking_id: BookingId,
    },
    /// The booking is made, told once more because staff were asked to.
    ConfirmationAgain {
        /// Which.
        booking_id: BookingId,
        /// Names the asking. By staff: whole minutes since 1970, so that asking twice at once is asking once. For a corrected
        /// address: microseconds.
        asked: i64,
    },
    /// The booking has other seats.
    Moved {
        /// Which.
        booking_id: BookingId,
        /// The number of the entry in its history.
        entry: i64,
    },
    /// The booking was cancelled, by its person or by staff.
    Cancellation {
        /// Which.
        booking_id: BookingId,
    },
    /// A hold, or an offer, is about to lapse.
    HoldEnding {
        /// Which.
        booking_id: BookingId,
    },
    /// The waitlist holds places for the person.
    Offer {
        /// The hold that is the offer.
        booking_id: BookingId,
    },
    /// They were not taken in time.
    OfferLapsed {
        /// The hold that was the offer.
        booking_id: BookingId,
    },
    /// Somebody offers a ticket to who has this address.
    TicketOffered {
        /// The transfer.
        transfer_id: TransferId,
    },
    /// A ticket that was passed on is the holder's.
    TicketReceived {
        /// Which.
        ticket_id: TicketId,
        /// The number of its issue since then.
        nonce: i32,
    },
    /// The same, to who passed it on.
    TicketTaken {
        /// The transfer.
        transfer_id: TransferId,
    },
    /// A ticket that was passed on is for another place, by staff.
    TicketMoved {
        /// Which.
        ticket_id: TicketId,
        /// The number of its issue since then.
        nonce: i32,
    },
    /// A ticket is who booked it's again, because its holder has left.
    TicketReturned {
        /// Which.
        ticket_id: TicketId,
        /// The number of its issue since then.
        nonce: i32,
    },
    /// A booking was cancelled, to somebody who holds tickets of it that were passed on.
    TicketsVoid {
        /// Which.
        booking_id: BookingId,
        /// To whom.
        holder_id: UserId,
    },
    /// Something about the event, to somebody who holds tickets of a booking that were passed on.
    TicketNews {
        /// Which booking.
        booking_id: BookingId,
        /// To whom.
        holder_id: UserId,
        /// What.
        news: News,
    },
    /// Something about the event, to one of its bookings.
    News {
        /// Whose.
        booking_id: BookingId,
        /// What.
        news: News,
    },
    /// A link that somebody asked for. Its secret is made when the mail is written, so that none waits here.
    Link {
        /// Which.
        token_id: TokenId,
    },
    /// Something about the system needs attention, or no longer does.
    Alert {
        /// Which alert.
        alert_id: i64,
        /// To whom.
        user_id: UserId,
        /// Whether it has passed.
        is_over: bool,
    },
    /// How a week went, to somebody on the staff.
    Digest {
        /// To whom.
        user_id: UserId,
        /// The week's Monday.
        week: NaiveDate,
    },
    /// Somebody is offered a post in the dashboard.
    Invitation {
        /// Which.
        invitation_id: InvitationId,
    },
    /// A webhook was stopped, because nothing had arrived for three days.
    WebhookStopped {
        /// Which.
        webhook_id: WebhookId,
        /// When, in microseconds since 1970: it may be stopped again later.
        stopped: i64,
    },
}

/// What everybody who has booked an event is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// It begins soon.
    Reminder,
    /// Its time or place is another.
    Changed {
        /// The event's version since then.
        version: i32,
    },
    /// It was called off.
    Cancelled,
}

impl Job {
    /// Who takes it.
    pub fn lane(&self) -> Lane {
        match self {
            Self::Mail { mail: Mail::News { .. } | Mail::TicketNews { .. } | Mail::Digest { .. } } => Lane::Bulk,
            Self::Mail { .. } => Lane::Mail,
            Self::TellAttendees { .. } | Self::EndBookings { .. } => Lane::Work,
            Self::Deliver { .. } => Lane::Webhook,
            Self::Knock { .. } => Lane::Knock,
        }
    }
}

impl From<Mail> for Job {
    fn from(mail: Mail) -> Self {
        Self::Mail { mail }
    }
}

/// Workers of one kind of job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Mails that somebody waits for.
    Mail,
    /// Mails that many get at once: whoever has just booked doesn't wait behind them.
    Bulk,
    /// What waits for nobody outside.
    Work,
    /// What webhooks are told.
    Webhook,
    /// The same where the receiver fails: those that answer don't wait behind them.
    Knock,
}

impl Lane {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Mail, Self::Bulk, Self::Work, Self::Webhook, Self::Knock];

    /// Its name in the database and in the metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Bulk => "bulk",
            Self::Work => "work",
            Self::Webhook => "webhook",
            Self::Knock => "knock",
        }
    }

    /// Whether its jobs wait for the mail server.
    pub fn is_mail(self) -> bool {
        matches!(self, Self::Mail | Self::Bulk)
    }
}
