//! Everything a caller can be told went wrong, its HTTP status and its wire form.
//!
//! An [`Error`] carries ids, numbers and codes, never free text: a refused form comes back through the
//! page's URL, so anyone could craft a link that shows their words. The sentence a person reads is made from the code, here.

use crate::id::{BookingId, SeatId};
use chrono::{DateTime, FixedOffset};
use leptos::server_fn::{
    codec::JsonEncoding,
    error::{FromServerFnError, ServerFnErrorErr},
};
use serde::{Deserialize, Serialize};

/// What a caller is told when a request is not done. Each variant is something different for the caller to do.
///
/// On the wire: `{code, message, details, request_id}` with the status of [`Error::status`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "details", rename_all = "snake_case")]
pub enum Error {
    /// 401: nobody is signed in.
    #[error("Sign in to go on.")]
    SignInRequired,
    /// 401: address and password don't go together, or the account doesn't exist; never said which.
    #[error("That e-mail address and password don't match an account.")]
    WrongCredentials,
    /// 401: the token or key of the request, or the refresh token, is unknown, over or revoked. Which of these is never said.
    #[error("This token is not valid any more.")]
    TokenInvalid,
    /// 403: signed in, but not allowed.
    #[error("You are not allowed to do this.")]
    Forbidden,
    /// 410: the link of a mail is not, or no longer, good for anything: unknown, used, lapsed, or a newer one was sent.
    /// Which of these is never said.
    #[error("This link doesn't work any more: it was used, it is too old, or a newer one was sent. Ask for a new one.")]
    LinkOver,
    /// 404: there is no such thing, or it belongs to someone else.
    #[error("There is nothing here by that name.")]
    NotFound,
    /// 405: the path exists with another method: reads are GET, changes are POST.
    #[error("This function is called with another method: reads are GET, changes are POST.")]
    MethodNotAllowed,
    /// 413: the body is larger than the server reads.
    #[error("The request is larger than this server accepts.")]
    TooLarge,
    /// 415: neither a form nor JSON.
    #[error("Send a form (application/x-www-form-urlencoded) or JSON (application/json).")]
    UnsupportedMediaType,
    /// 400: the body or the query could not be read as what the function takes.
    #[error("The request could not be read: a field is missing or has the wrong form.")]
    Malformed,
    /// 422: the `Idempotency-Key` was used for another request; each request wants a key of its own.
    #[error("This Idempotency-Key was used for another request. Use a new key for each request.")]
    IdempotencyKeyReused,
    /// 422: fields that don't fit, each with the reason.
    #[error("{}", say_fields(.0))]
    Invalid(Vec<FieldError>),
    /// 429: too many requests; try again after so many seconds.
    #[error("Too many requests. Try again in {retry_after_s} seconds.")]
    TooMany {
        /// Seconds until the next try can succeed.
        retry_after_s: i64,
    },
    /// 503: the system is overloaded or a part of it is away. A change may or may not have been made: look, or repeat it.
    #[error("This is taking longer than it should. Try again in a moment.")]
    Unavailable {
        /// Seconds until a retry makes sense.
        retry_after_s: i64,
    },
    /// 500: a fault of ours; the reference finds it in the log.
    #[error("Something went wrong on our side. If it happens again, tell us the reference {reference}.")]
    Internal {
        /// The request id under which the log has the whole chain of causes.
        reference: Reference,
    },
    /// 409: the request is well formed, but the state of things refuses it.
    #[error(transparent)]
    #[serde(untagged)]
    Conflict(Conflict),
}

/// Where the log has the causes of a fault: the id of a request. Letters, digits, dots and dashes only, so that a link
/// made up by someone can't put their words into our mouth.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct Reference(String);

impl From<String> for Reference {
    fn from(text: String) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
        if text.len() <= 64 && text.chars().all(plain) { Self(text) } else { Self::default() }
    }
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_empty() { "none" } else { &self.0 })
    }
}

/// Why the state of things refuses a request (409).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", content = "details", rename_all = "snake_case")]
pub enum Conflict {
    /// Some of the chosen seats went to someone else first; the rest is untouched.
    #[error("{}", match .seat_ids.len() { 1 => "Someone else took one of these seats just now.".to_owned(), n => format!("Someone else took {n} of these seats just now.") })]
    SeatsTaken {
        /// The seats that were lost.
        seat_ids: Vec<SeatId>,
    },
    /// These free seats would be left alone beside the chosen ones, and needn't be.
    #[error("Please leave no seat alone: move one along, or take the single seat too.")]
    SeatsLeftAlone {
        /// The seats that would be left alone.
        seat_ids: Vec<SeatId>,
    },
    /// So many seats beside each other, or in groups with nobody alone, are not free where they were looked for.
    #[error("{}", match .most_count { 0 => "No seat like that is free here.".to_owned(), 1 => "No free seats are beside each other here.".to_owned(), n => format!("{n} is the most that are free beside each other here.") })]
    NotTogether {
        /// The most that are free beside each other in one of the sections.
        most_count: i32,
    },
    /// Fewer places are left than were asked for.
    #[error("{}", match .available_count { 0 => "All places are taken.".to_owned(), 1 => "Only 1 place is left.".to_owned(), n => format!("Only {n} places are left.") })]
    SoldOut {
        /// Places that are left, 0 or more.
        available_count: i32,
    },
    /// There is nothing to wait for: so many places are free, and they can be booked now.
    #[error("{} free: you can book now instead of waiting.", match .available_count { 1 => "1 place is".to_owned(), n => format!("{n} places are") })]
    PlacesFree {
        /// Places that are free and fit what was asked for.
        available_count: i32,
    },
    /// The capacity would be less than what is held and booked.
    #[error("{taken_count} places are held or booked already: the capacity can't be less.")]
    BelowTaken {
        /// Places held and booked together.
        taken_count: i32,
    },
    /// What was asked for is possible only while nobody has places.
    #[error("{taken_count} places are held or booked: this is possible only while none are.")]
    PlacesTaken {
        /// Places held and booked together.
        taken_count: i32,
    },
    /// What was asked for isn't possible with a draft, or only with one; or the event is over.
    #[error("The event is not in the state for this. Look at it again: it may have changed just now.")]
    WrongEventState,
    /// The person would have more places of this event than one person may.
    #[error("One person can have at most {limit} places of this event; you have {have} already.")]
    OverLimit {
        /// Places one person may hold and book together.
        limit: i32,
        /// Places the person has, held and confirmed.
        have: i32,
    },
    /// Booking opens later.
    #[error("The sale has not opened yet.")]
    SalesNotOpen,
    /// Booking has closed, or the event has begun.
    #[error("The sale for this event has closed.")]
    SalesClosed,
    /// The section of what was asked for goes on sale later than its event.
    #[error("{} on sale {}.", say_places(.seat_ids), .opens_at.format("%A %-d %B %Y at %H:%M"))]
    SectionNotOpen {
        /// When it does, with the offset of the venue.
        opens_at: DateTime<FixedOffset>,
        /// The seats that aren't on sale yet; none where people stand, or wait.
        seat_ids: Vec<SeatId>,
    },
    /// The section of what was asked for isn't on sale any more, though its event is.
    #[error("{}", match .seat_ids.len() { 1 => "One of these seats is not on sale any more.".to_owned(), 0 => "These places are not on sale any more.".to_owned(), n => format!("{n} of these seats are not on sale any more.") })]
    SectionClosed {
        /// The seats that aren't on sale any more; none where people stand.
        seat_ids: Vec<SeatId>,
    },
    /// The event was called off.
    #[error("This event was cancelled.")]
    EventCancelled,
    /// The discount code takes nothing off this booking.
    #[error("{}", .reason.say())]
    CodeRefused {
        /// Why not.
        reason: CodeRefusal,
    },
    /// The time of the hold ran out and its places went back on sale.
    #[error("The time to complete this booking ran out, and its places went back on sale.")]
    HoldExpired,
    /// The hold was extended as far as it can be.
    #[error("This hold can't be extended any further.")]
    ExtensionUsed,
    /// The booking's state doesn't allow what was asked.
    #[error("This booking has changed in the meantime: that is no longer possible.")]
    WrongState {
        /// The booking in question.
        booking_id: BookingId,
    },
    /// The ticket lets nobody in any more.
    #[error("This ticket is not valid any more: its booking or its event was cancelled.")]
    TicketVoid,
    /// Too late: the event of the ticket has begun, or is over.
    #[error("It is too late for that: the event has begun.")]
    EventBegun,
    /// The transfer was accepted by somebody, withdrawn, or not answered in time.
    #[error("This ticket is not offered any more: it was withdrawn, taken, or the time to answer ran out.")]
    TransferOver,
    /// An account with this e-mail address exists.
    #[error("There is an account with this e-mail address. Sign in instead.")]
    EmailTaken,
    /// The same request, sent before under this `Idempotency-Key`, is still running; its reply can be had soon.
    #[error("This request was sent before and is still running. Try again in a moment.")]
    StillRunning {
        /// Seconds until a retry makes sense.
        retry_after_s: i64,
    },
    /// Someone saved a newer version in the meantime.
    #[error("Someone else saved a newer version in the meantime.")]
    VersionConflict,
}

/// What the text of a field says, by `parse`; none where nothing but spaces is given. Errors: `Invalid` with this problem.
pub fn parse_or<T>(
    field: &str,
    text: &str,
    problem: Problem,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Error> {
    match text.trim() {
        "" => Ok(None),
        text => parse(text).map(Some).ok_or_else(|| Error::invalid(field, problem)),
    }
}

/// What the text of a field says, by `parse`; none where nothing but spaces is given. Errors: `Invalid` for what is malformed.
pub fn parse_field<T>(field: &str, text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
    parse_or(field, text, Problem::Malformed, parse)
}

/// A number from 1 to `most`, if one is given. Errors: `Invalid`.
pub fn parse_number(field: &str, text: &str, most: i32) -> Result<Option<i32>, Error> {
    parse_or(field, text, Problem::OutOfRange(1, most), |text| text.parse().ok().filter(|n| (1..=most).contains(n)))
}

/// One field that doesn't fit, by the name it has in the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// The field's name in the request.
    pub field: String,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Problem {
    /// Empty where something is needed.
    Required,
    /// Shorter than so many characters.
    TooShort(i32),
    /// Longer than so many characters.
    TooLong(i32),
    /// Below or above what is allowed.
    OutOfRange(i32, i32),
    /// Not of the form the field takes.
    Malformed,
    /// The current password is another one.
    WrongPassword,
    /// The same thing is named twice.
    Repeated,
    /// Names something that does not belong here.
    Unknown,
    /// A time of day that the clocks jump over on that day.
    Skipped,
    /// A time of day that the clocks show twice on that day, without saying which is meant.
    Twice,
    /// A time before what it has to follow.
    TooEarly,
    /// A time after what it has to precede.
    TooLate,
    /// Can't be changed any more, because of what has been done with it.
    Fixed,
    /// Not what it has to repeat.
    Different,
}

impl Problem {
    /// The problem as a sentence to stand beside the field.
    pub fn say(&self) -> String {
        match self {
            Self::Required => "Please fill this in.".to_owned(),
            Self::TooShort(min) => format!("Use at least {min} characters."),
            Self::TooLong(max) => format!("Use at most {max} characters."),
            Self::OutOfRange(min, max) => format!("Choose a number from {min} to {max}."),
            Self::Malformed => "This doesn't look right. Please check it.".to_owned(),
            Self::WrongPassword => "That is not your current password.".to_owned(),
            Self::Repeated => "The same thing is named twice.".to_owned(),
            Self::Unknown => "This is not known here.".to_owned(),
            Self::Skipped => "The clocks go forward that night, and this time doesn't exist.".to_owned(),
            Self::Twice => {
                "The clocks go back that night, and this time comes twice: say which by its offset, such as +02:00."
                    .to_owned()
            }
            Self::TooEarly => "This is too early for the other times.".to_owned(),
            Self::TooLate => "This is too late for the other times.".to_owned(),
            Self::Fixed => "This can't be changed any more: something has been booked with it.".to_owned(),
            Self::Different => "This is not the same. Type it exactly as it is shown.".to_owned(),
        }
    }
}

/// Why a discount code takes nothing off a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CodeRefusal {
    /// The event has no such code.
    Unknown,
    /// It can be given later.
    NotYet,
    /// It could be given until some time ago.
    Ended,
    /// As many bookings have it as can.
    UsedUp,
    /// As many bookings of this person have it as can.
    UsedByYou,
    /// It is for other seats than any of these.
    OtherSeats,
    /// The places cost nothing.
    NothingToPay,
}

impl CodeRefusal {
    /// The same as a sentence that says what to do.
    pub fn say(self) -> &'static str {
        match self {
            Self::Unknown => "There is no such code for this event. Check how it is written.",
            Self::NotYet => "This code can't be used yet. Try it again later, or book without it.",
            Self::Ended => "This code can't be used any more. You can book without it.",
            Self::UsedUp => "This code has been used as often as it can be. You can book without it.",
            Self::UsedByYou => "You have used this code as often as one person can. You can book without it.",
            Self::OtherSeats => "This code is for other seats than these. Choose others, or book without it.",
            Self::NothingToPay => "These places cost nothing: you don't need a code.",
        }
    }
}

/// Who goes on sale: `2 of these seats go`.
fn say_places(seat_ids: &[SeatId]) -> String {
    match seat_ids.len() {
        0 => "These places go".to_owned(),
        1 => "One of these seats goes".to_owned(),
        count => format!("{count} of these seats go"),
    }
}

fn say_fields(fields: &[FieldError]) -> String {
    match fields {
        [one] => one.problem.say(),
        _ => "Some fields need another look.".to_owned(),
    }
}

impl Error {
    /// Refuses one field.
    pub fn invalid(field: &str, problem: Problem) -> Self {
        Self::Invalid(vec![FieldError { field: field.to_owned(), problem }])
    }

    /// The HTTP status that says the same.
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::SignInRequired | Self::WrongCredentials | Self::TokenInvalid => 401,
            Self::Forbidden => 403,
            Self::NotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::Conflict(_) => 409,
            Self::LinkOver => 410,
            Self::TooLarge => 413,
            Self::UnsupportedMediaType => 415,
            Self::IdempotencyKeyReused | Self::Invalid(_) => 422,
            Self::TooMany { .. } => 429,
            Self::Internal { .. } => 500,
            Self::Unavailable { .. } => 503,
        }
    }

    /// Seconds after which trying again makes sense, for the `Retry-After` header.
    pub fn retry_after_s(&self) -> Option<i64> {
        match self {
            Self::TooMany { retry_after_s }
            | Self::Unavailable { retry_after_s }
            | Self::Conflict(Conflict::StillRunning { retry_after_s }) => Some(*retry_after_s),
            _ => None,
        }
    }

    /// What is wrong with the field of this name, as a sentence, if anything is.
    pub fn field(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid(fields) => fields.iter().find(|f| f.field == name).map(|f| f.problem.say()),
            _ => None,
        }
    }
}

impl From<Conflict> for Error {
    fn from(conflict: Conflict) -> Self {
        Self::Conflict(conflict)
    }
}

/// The body of every refusal under `/api`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The code and its details.
    #[serde(flatten)]
    pub error: Error,
    /// The sentence a person can read. Ignored when read back: the code makes it anew.
    #[serde(default)]
    pub message: String,
    /// The request's id, as in the `X-Request-Id` header and in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
}

impl From<Error> for ErrorBody {
    fn from(error: Error) -> Self {
        Self { message: error.to_string(), error, request_id: None }
    }
}

impl FromServerFnError for Error {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Deserialization(_) => {
                Self::Malformed
            }
            ServerFnErrorErr::UnsupportedRequestMethod(_) => Self::MethodNotAllowed,
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Unavailable { retry_after_s: 2 },
            _ => Self::Internal { reference: Reference::default() },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_cannot_put_words_into_our_mouth() {
        let crafted = r#"{"code":"internal","details":{"reference":"Call +1 900 now"}}"#;
        let error: Error = serde_json::from_str(crafted).expect("an error");
        assert!(!error.to_string().contains("900"), "{error}");
        let ours = r#"{"code":"internal","details":{"reference":"01a2-b.c_d"}}"#;
        let error: Error = serde_json::from_str(ours).expect("an error");
        assert!(error.to_string().contains("01a2-b.c_d"), "{error}");
    }

    #[test]
    fn a_section_that_opens_later_says_when_at_the_venue() {
        let refusal = |count: u128| Conflict::SectionNotOpen {
            opens_at: "2026-12-05T10:00:00+01:00".parse().expect("an instant"),
            seat_ids: (0..count).map(|n| SeatId(uuid::Uuid::from_u128(n))).collect(),
        };
        assert_eq!(refusal(0).to_string(), "These places go on sale Saturday 5 December 2026 at 10:00.");
        assert_eq!(refusal(1).to_string(), "One of these seats goes on sale Saturday 5 December 2026 at 10:00.");
        assert_eq!(refusal(2).to_string(), "2 of these seats go on sale Saturday 5 December 2026 at 10:00.");
    }

    #[test]
    fn every_refusal_reads_back_as_it_was_sent() {
        for error in [
            Error::NotFound,
            Error::invalid("email", Problem::TooLong(3)),
            Error::TooMany { retry_after_s: 7 },
            Conflict::SoldOut { available_count: 3 }.into(),
            Conflict::HoldExpired.into(),
            Conflict::SectionNotOpen {
                opens_at: "2026-12-05T10:00:00+01:00".parse().expect("an instant"),
                seat_ids: vec![],
            }
            .into(),
            Conflict::CodeRefused { reason: CodeRefusal::UsedUp }.into(),
            Conflict::StillRunning { retry_after_s: 1 }.into(),
            Error::IdempotencyKeyReused,
        ] {
            let body = serde_json::to_string(&ErrorBody::from(error.clone())).expect("JSON");
            assert_eq!(serde_json::from_str::<ErrorBody>(&body).expect("read back").error, error, "{body}");
            assert_eq!(serde_json::from_str::<Error>(&body).expect("read back"), error, "{body}");
        }
    }
}
