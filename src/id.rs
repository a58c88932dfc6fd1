//! Typed ids: a booking's id can't be handed to something that wants an event's.
//!
//! Each is a UUID version 7, made on the server (`server::clock` makes them), so that ids sort by age; text on the wire.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    )+};
}

ids! {
    /// A person with an account.
    UserId,
    /// An event.
    EventId,
    /// A seat of one event.
    SeatId,
    /// A booking, from its hold on.
    BookingId,
    /// An entry of a waitlist.
    EntryId,
    /// A ticket for one place of a booking.
    TicketId,
    /// A ticket offered to somebody else.
    TransferId,
    /// A session, as its owner names it.
    SessionId,
    /// A link of a mail.
    TokenId,
    /// A post that somebody is offered.
    InvitationId,
    /// A link that opens the check-in of an event.
    LinkId,
    /// A ticket that was let in.
    CheckInId,
    /// A discount code of an event.
    CodeId,
    /// A plan that is kept to begin seat maps from.
    PlanId,
    /// An app that acts for a person.
    AppId,
    /// A key by which a machine acts for a person.
    ApiKeyId,
    /// A server that is told of changes.
    WebhookId,
    /// A change that is told to one of them.
    DeliveryId,
}
