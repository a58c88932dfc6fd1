//! Who may come in, as pure rules; and what the door is told.

use crate::{
    error::{Error, Problem},
    events::model::When,
    id::{CheckInId, EventId, LinkId, TicketId},
    seats::model::SeatKind,
    tickets::model::{TicketSeat, TicketStatus},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How long before the doors open somebody can be let in: whoever tries the scanners out days before uses up no ticket.
const BEFORE: TimeDelta = TimeDelta::hours(12);
/// How long after its end, for events that take longer and for devices that had no connection.
const AFTER: TimeDelta = TimeDelta::hours(12);
/// How far ahead events are offered to the door.
pub const SOON: TimeDelta = TimeDelta::days(7);
/// How long after an event a link to its door still works, unless its maker says otherwise.
pub const LINK_OUTLASTS: TimeDelta = TimeDelta::hours(12);
/// Characters that a link's or a device's name may have.
pub const NAME_MAX: i32 = 60;
/// Characters that the reason for undoing a check-in may have.
pub const REASON_MAX: i32 = 200;
/// Characters that a scan's key may have.
const KEY_MAX: i32 = 64;
/// Characters of a booking's reference.
const REFERENCE_LENGTH: usize = 8;

/// From when to when an event lets people in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// From this instant on.
    pub opens_at: DateTime<Utc>,
    /// Until before this one.
    pub closes_at: DateTime<Utc>,
}

impl Opening {
    /// Of an event whose doors open, or which begins where they have no time of their own, and which ends then.
    pub fn of(doors_at: DateTime<Utc>, ends_at: DateTime<Utc>) -> Self {
        Self { opens_at: doors_at - BEFORE, closes_at: ends_at + AFTER }
    }

    /// Until when events have to have ended, at least, whose door is still open at `now`.
    pub fn ended_since(now: DateTime<Utc>) -> DateTime<Utc> {
        now - AFTER
    }

    /// Whether somebody is let in at this instant. Errors: `NotYet`, `Over`.
    pub fn decide(&self, at: DateTime<Utc>) -> Result<(), Reason> {
        match at {
            _ if at < self.opens_at => Err(Reason::NotYet),
            _ if at >= self.closes_at => Err(Reason::Over),
            _ => Ok(()),
        }
    }
}

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// What was scanned or typed is neither a ticket's code nor a reference.
    Unreadable,
    /// A code that none of our keys has signed.
    Forged,
    /// A code of a newer version of Evently.
    OtherVersion,
    /// There is no such ticket or booking.
    Unknown,
    /// A ticket or a booking of another event.
    OtherEvent,
    /// The ticket was issued anew or passed on: another code is the right one.
    Superseded,
    /// Its booking was cancelled, or was never confirmed, or the event was called off.
    Void,
    /// The door opens later.
    NotYet,
    /// The event is over.
    Over,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Unreadable,
        Self::Forged,
        Self::OtherVersion,
        Self::Unknown,
        Self::OtherEvent,
        Self::Superseded,
        Self::Void,
        Self::NotYet,
        Self::Over,
    ];

    /// The reason's name in requests, as it is in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Forged => "forged",
            Self::OtherVersion => "other_version",
            Self::Unknown => "unknown",
            Self::OtherEvent => "other_event",
            Self::Superseded => "superseded",
            Self::Void => "void",
            Self::NotYet => "not_yet",
            Self::Over => "over",
        }
    }

    /// The sentence that whoever stands at the door reads, and what to do.
    pub fn words(self) -> &'static str {
        match self {
            Self::Unreadable => "This is no ticket's code and no reference. Scan the square code on the ticket.",
            Self::Forged => "This code was not made by us. Don't let it in.",
            Self::OtherVersion => "This code is newer than this site. Look the booking up by its reference.",
            Self::Unknown => "There is no such ticket or booking.",
            Self::OtherEvent => "This ticket is for another event.",
            Self::Superseded => {
                "This code was replaced: the ticket was issued anew or passed on. Ask for the newer one."
            }
            Self::Void => "This ticket is not valid: its booking or the event was cancelled.",
            Self::NotYet => "Check-in has not opened yet: it does twelve hours before the doors.",
            Self::Over => "This event is over.",
        }
    }
}

/// What is known of a ticket when it is decided on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DoorFacts {
    /// Whether it is of the event whose door it is.
    pub is_of_event: bool,
    /// Whether it lets anybody in at all.
    pub status: TicketStatus,
    /// Which issue of it does.
    pub nonce: i32,
    /// When the event lets people in.
    pub opening: Opening,
}

impl DoorFacts {
    /// Whether it may come in at this instant, shown as this issue; one that was looked up is the current one. Errors: the
    /// first that holds of `OtherEvent`, `Void`, `Superseded`, `NotYet`, `Over`.
    pub fn decide(&self, shown: Option<i32>, at: DateTime<Utc>) -> Result<(), Reason> {
        match self {
            Self { is_of_event: false, .. } => Err(Reason::OtherEvent),
            Self { status: TicketStatus::Void, .. } => Err(Reason::Void),
            Self { nonce, .. } if shown.is_some_and(|shown| shown != *nonce) => Err(Reason::Superseded),
            Self { opening, .. } => opening.decide(at),
        }
    }
}

/// What came of a scan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Let in just now.
    Admitted,
    /// Let in before.
    AlreadyAdmitted,
    /// Not let in.
    Refused,
    /// A booking was found: which of its tickets?
    Choose,
}

/// Whoever has a ticket, as the door sees them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guest {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The holder's name.
    pub name: String,
    /// The booking's reference.
    pub reference: String,
    /// The place in words: `Stalls, row F, seat 12`.
    pub place: String,
    /// The seat, where the event has seats.
    pub seat: Option<TicketSeat>,
    /// What kind of place that is.
    pub kind: SeatKind,
}

impl Guest {
    /// The kind of the place in words, where it is no ordinary one.
    pub fn kind_words(&self) -> Option<&'static str> {
        match self.kind {
            SeatKind::Standard => None,
            SeatKind::Accessible => Some("Wheelchair place"),
            SeatKind::Companion => Some("Companion's seat"),
        }
    }
}

/// When and by whom a ticket was let in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckIn {
    /// The check-in's id.
    pub id: CheckInId,
    /// The ticket.
    pub ticket_id: TicketId,
    /// At which door: the link's name, or who of the staff, with what the device calls itself.
    pub door: String,
    /// When it was scanned, UTC.
    pub scanned_at: DateTime<Utc>,
    /// The same at the venue.
    pub when: When,
    /// The scan's key, where it had one.
    pub key: Option<String>,
}

/// What the door is told of a scan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// What came of it.
    pub outcome: Outcome,
    /// Why not, where it was refused.
    pub reason: Option<Reason>,
    /// The sentence a person reads.
    pub words: String,
    /// Whose ticket it is, where that is known.
    pub guest: Option<Guest>,
    /// The check-in that counts, where there is one.
    pub check_in: Option<CheckIn>,
    /// The tickets to choose from.
    pub choices: Vec<Choice>,
}

impl Verdict {
    /// Not let in.
    pub fn refused(reason: Reason, guest: Option<Guest>) -> Self {
        Self {
            outcome: Outcome::Refused,
            reason: Some(reason),
            words: reason.words().to_owned(),
            guest,
            check_in: None,
            choices: Vec::new(),
        }
    }

    /// Let in by this check-in, just now or before.
    pub fn of(outcome: Outcome, guest: Guest, check_in: CheckIn) -> Self {
        let words = match outcome {
            Outcome::Admitted => format!("{}, {}", check_in.when.time, check_in.door),
            _ => format!("In since {}, {}: {}.", check_in.when.time, check_in.when.date_short, check_in.door),
        };
        Self { outcome, reason: None, words, guest: Some(guest), check_in: Some(check_in), choices: Vec::new() }
    }

    /// Which of these?
    pub fn choose(choices: Vec<Choice>) -> Self {
        let words = "Choose who comes in.".to_owned();
        Self { outcome: Outcome::Choose, reason: None, words, guest: None, check_in: None, choices }
    }
}

/// A ticket of a booking that was looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// Whose it is.
    pub guest: Guest,
    /// The check-in that counts, where there is one.
    pub check_in: Option<CheckIn>,
}

/// How many of a part of an event have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct SectionCount {
    /// The section's name.
    pub name: String,
    /// Places of it that are booked.
    pub expected_count: i64,
    /// Of those, who came.
    pub admitted_count: i64,
}

/// How it is going at the doors of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// The event.
    pub event_id: EventId,
    /// Places that are booked.
    pub expected_count: i64,
    /// Of those, who came.
    pub admitted_count: i64,
    /// The same by section, where the event has seats.
    pub sections: Vec<SectionCount>,
    /// The last who came in, the newest first.
    pub recent: Vec<Choice>,
}

/// An event whose door the caller may stand at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorEvent {
    /// The event.
    pub id: EventId,
    /// Its name.
    pub name: String,
    /// Where.
    pub venue: String,
    /// IANA zone of the venue.
    pub timezone: String,
    /// When it begins, at the venue.
    pub when: When,
    /// When the door opens, at the venue.
    pub opens: When,
    /// Whether it is open.
    pub is_open: bool,
    /// Whether the event has seats.
    pub has_seat_selection: bool,
    /// As whom the caller stands there: a link's name, or their own.
    pub door: String,
}

/// What a device keeps to decide without a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The event.
    pub event_id: EventId,
    /// When it was made, UTC.
    pub made_at: DateTime<Utc>,
    /// When the door opens, UTC.
    pub opens_at: DateTime<Utc>,
    /// When it closes, UTC.
    pub closes_at: DateTime<Utc>,
    /// The public keys that sign codes, in hexadecimal.
    pub keys: Vec<String>,
    /// A line for each ticket: see [`Line`].
    pub tickets: Vec<Line>,
}

/// A ticket on the list of a device: its id as 32 hexadecimal digits, its nonce, 0 where it is void; first name and initial;
/// its place in words; when and where it was let in, empty where it wasn't.
pub type Line = (String, i32, String, String, String);

/// A link that opens the check-in of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoorLink {
    /// The link's id.
    pub id: LinkId,
    /// Of which event.
    pub event_id: EventId,
    /// Its door: "North door".
    pub name: String,
    /// Until when it works, UTC.
    pub expires_at: DateTime<Utc>,
    /// The same at the venue.
    pub expires: When,
    /// Whether it works now.
    pub is_open: bool,
    /// How many were let in by it.
    pub admitted_count: i64,
}

/// A link that was just made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewLink {
    /// What it opens.
    pub link: DoorLink,
    /// Its address. Shown this once: only a hash is kept.
    pub address: String,
}

/// The page where the check-in of an event is.
pub fn door_path(event_id: EventId) -> String {
    format!("{DOORS_PAGE}/{event_id}")
}

/// The page where one chooses an event.
pub const DOORS_PAGE: &str = "/checkin";

/// The page that a link leads to.
pub const JOIN_PAGE: &str = "/checkin/join";

/// The address of a link with this secret, as a path. In the query: what stands in the path, the log tells.
pub fn join_path(token: &str) -> String {
    format!("{JOIN_PAGE}?token={token}")
}

/// The reference that somebody typed: spaces, dashes and small letters don't matter. None for what can't be one.
pub fn parse_reference(text: &str) -> Option<String> {
    let reference: String =
        text.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let is_one = reference.len() == REFERENCE_LENGTH && reference.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_one.then_some(reference)
}

/// A name of a link: what was typed, without spaces around it. Errors: `Invalid`.
pub fn parse_name(name: &str) -> Result<String, Error> {
    parse_text("name", name, NAME_MAX)
}

/// The reason for undoing a check-in. Errors: `Invalid`.
pub fn parse_reason(reason: &str) -> Result<String, Error> {
    parse_text("reason", reason, REASON_MAX)
}

/// What a device calls itself; empty is nothing. Errors: `Invalid`.
pub fn parse_device(device: &str) -> Result<String, Error> {
    if device.trim().is_empty() { Ok(String::new()) } else { parse_text("device", device, NAME_MAX) }
}

/// A scan's key; empty is none. Errors: `Invalid`.
pub fn parse_key(key: &str) -> Result<Option<String>, Error> {
    if key.is_empty() { Ok(None) } else { parse_text("key", key, KEY_MAX).map(Some) }
}

fn parse_text(field: &str, text: &str, max: i32) -> Result<String, Error> {
    let text = text.trim();
    match text.chars().count() {
        0 => Err(Error::invalid(field, Problem::Required)),
        count if count > max as usize => Err(Error::invalid(field, Problem::TooLong(max))),
        _ if text.chars().any(char::is_control) => Err(Error::invalid(field, Problem::Malformed)),
        _ => Ok(text.to_owned()),
    }
}

/// First name and initial: as much as the door needs to greet somebody, for lists that lie on devices.
pub fn short_name((first, last): &(String, String)) -> String {
    match last.chars().next() {
        Some(initial) => format!("{first} {initial}."),
        None => first.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DOORS: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn hours(hours: i64) -> DateTime<Utc> {
        DOORS + TimeDelta::hours(hours)
    }

    fn facts() -> DoorFacts {
        DoorFacts { is_of_event: true, status: TicketStatus::Valid, nonce: 2, opening: Opening::of(DOORS, hours(4)) }
    }

    #[test]
    fn a_door_is_open_from_half_a_day_before_to_half_a_day_after() {
        let just = TimeDelta::seconds(1);
        assert_eq!(facts().decide(None, hours(-12) - just), Err(Reason::NotYet));
        assert_eq!(facts().decide(None, hours(-12)), Ok(()));
        assert_eq!(facts().decide(None, hours(16) - just), Ok(()));
        assert_eq!(facts().decide(None, hours(16)), Err(Reason::Over));
    }

    #[test]
    fn only_the_current_issue_lets_in_and_what_is_looked_up_is_current() {
        assert_eq!(facts().decide(Some(2), DOORS), Ok(()));
        assert_eq!(facts().decide(None, DOORS), Ok(()));
        for shown in [1, 3] {
            assert_eq!(facts().decide(Some(shown), DOORS), Err(Reason::Superseded));
        }
    }

    #[test]
    fn the_reason_that_is_told_is_the_one_that_helps_most() {
        let void = DoorFacts { status: TicketStatus::Void, ..facts() };
        assert_eq!(void.decide(Some(1), hours(-99)), Err(Reason::Void));
        assert_eq!(DoorFacts { is_of_event: false, ..void }.decide(Some(1), hours(-99)), Err(Reason::OtherEvent));
    }

    #[test]
    fn a_reference_is_known_however_it_is_typed() {
        for typed in ["7K3M9QXA", " 7k3m 9qxa ", "7k3m-9qxa"] {
            assert_eq!(parse_reference(typed).as_deref(), Some("7K3M9QXA"));
        }
        for typed in ["", "7K3M9QX", "7K3M9QXAB", "7K3M9QX%", "ÄÖÜÄ"] {
            assert_eq!(parse_reference(typed), None, "{typed}");
        }
    }

    #[test]
    fn texts_are_filled_in_and_short() {
        assert_eq!(parse_name(" North door "), Ok("North door".to_owned()));
        assert_eq!(parse_name(" "), Err(Error::invalid("name", Problem::Required)));
        assert_eq!(parse_name(&"x".repeat(60)).map(|name| name.len()), Ok(60));
        assert_eq!(parse_name(&"x".repeat(61)), Err(Error::invalid("name", Problem::TooLong(60))));
        assert_eq!(parse_reason("a\u{7}b"), Err(Error::invalid("reason", Problem::Malformed)));
        assert_eq!(parse_device(" "), Ok(String::new()));
        assert_eq!(parse_key(""), Ok(None));
        assert_eq!(parse_key(&"k".repeat(65)), Err(Error::invalid("key", Problem::TooLong(64))));
    }

    #[test]
    fn a_list_names_people_no_further_than_their_initial() {
        assert_eq!(short_name(&("Ada".to_owned(), "Lovelace".to_owned())), "Ada L.");
        assert_eq!(short_name(&("Ada".to_owned(), String::new())), "Ada");
    }

    #[test]
    fn keys_are_those_of_json() {
        for reason in Reason::ALL {
            assert_eq!(serde_json::to_value(reason).expect("JSON"), reason.key());
        }
    }
}
