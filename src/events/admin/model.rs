//! Events as the dashboard shows them.

use crate::{
    error::{Error, FieldError, Problem},
    events::{
        editing::form::EventForm,
        model::{Event, EventDetail, EventStatus, When, check_limit, parse_cursor},
    },
    id::EventId,
    money::Money,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Events on a page of the list unless the caller says otherwise.
pub const LIMIT_DEFAULT: i64 = 25;
const WORDS_MAX: usize = 8;
const QUERY_MAX: i32 = 100;

/// Places that people have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceCounts {
    /// Held now, offers of the waitlist included.
    pub held_count: i64,
    /// Booked.
    pub booked_count: i64,
}

/// An event in the dashboard's list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedLine {
    /// What lists show.
    #[serde(flatten)]
    pub event: Event,
    /// Who has places; none for whoever may not see that.
    pub counts: Option<PlaceCounts>,
    /// When it is published by itself, UTC.
    pub publish_at: Option<DateTime<Utc>>,
}

/// An event with everything the dashboard shows of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ManagedEvent {
    /// What its page shows.
    #[serde(flatten)]
    pub detail: EventDetail,
    /// As it is edited.
    pub form: EventForm,
    /// What is missing before it can be published: fields of the form.
    pub missing: Vec<FieldError>,
    /// Who has places; none for whoever may not see that.
    pub counts: Option<PlaceCounts>,
    /// Seats and places of standing sections that are kept back; none for whoever may not see `counts`.
    pub blocked_count: Option<i64>,
    /// When it is published by itself, UTC.
    pub publish_at: Option<DateTime<Utc>>,
    /// The same at the venue.
    pub publish: Option<When>,
    /// Why it was called off.
    pub cancel_reason: Option<String>,
}

/// What calling an event off would end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CancelPreview {
    /// Which event.
    pub event_id: EventId,
    /// Bookings.
    pub booking_count: i64,
    /// Their places.
    pub place_count: i64,
    /// People who booked.
    pub people_count: i64,
    /// People who didn't, and hold a ticket that was passed on to them.
    pub holder_count: i64,
    /// Holds that are not booked yet, offers of the waitlist included.
    pub hold_count: i64,
    /// People who wait.
    pub waiting_count: i64,
    /// What was paid, by currency; none where nothing was.
    pub give_back: Vec<Money>,
}

/// What was typed into the form of a new event that was refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptNew {
    /// Whether people choose seats.
    pub has_seats: bool,
    /// The fields.
    pub form: EventForm,
}

/// What was typed into the form of an event that was refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptEdit {
    /// The version that the form was opened with.
    pub version: i32,
    /// The marks of its fields then.
    pub marks: String,
    /// Fields in which what had been saved meanwhile was chosen.
    pub theirs: Vec<String>,
    /// The fields.
    pub form: EventForm,
}

/// What was typed to call an event off.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCancelling {
    /// The event's name, or what was taken for it.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Which events the list is narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shelf {
    /// Those that are seen by admins only.
    Drafts,
    /// Those that people can see, and that are not over.
    Published,
    /// Those that were called off.
    Cancelled,
    /// Those that are over, whatever became of them.
    Past,
}

impl Shelf {
    /// All of them, in the order of the links.
    pub const ALL: [Self; 4] = [Self::Published, Self::Drafts, Self::Cancelled, Self::Past];

    /// The word in requests.
    pub fn key(self) -> &'static str {
        match self {
            Self::Drafts => "draft",
            Self::Published => "published",
            Self::Cancelled => "cancelled",
            Self::Past => "past",
        }
    }

    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Drafts => "Drafts",
            Self::Published => "Published",
            Self::Cancelled => "Cancelled",
            Self::Past => "Past",
        }
    }
}

/// A request for the list, understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManagedFilter {
    /// Words that its name, venue or city has.
    pub words: Vec<String>,
    /// Only these.
    pub status: Option<EventStatus>,
    /// Only those that are over, or only those that aren't.
    pub is_past: Option<bool>,
    /// The last event of the page before.
    pub after: Option<EventId>,
    /// Rows.
    pub limit: i64,
}

impl ManagedFilter {
    /// Understands a request: `shelf` is the key of a [`Shelf`], or empty for all. Errors: `Invalid`.
    pub fn parse(q: &str, shelf: &str, limit: Option<i64>, cursor: &str) -> Result<Self, Error> {
        if q.chars().count() > QUERY_MAX as usize {
            return Err(Error::invalid("q", Problem::TooLong(QUERY_MAX)));
        }
        let on = Shelf::ALL.into_iter().find(|known| known.key() == shelf);
        if on.is_none() && !shelf.is_empty() {
            return Err(Error::invalid("status", Problem::Unknown));
        }
        let (status, is_past) = match on {
            None => (None, None),
            Some(Shelf::Drafts) => (Some(EventStatus::Draft), None),
            Some(Shelf::Published) => (Some(EventStatus::Published), Some(false)),
            Some(Shelf::Cancelled) => (Some(EventStatus::Cancelled), None),
            Some(Shelf::Past) => (None, Some(true)),
        };
        let words = q.split_whitespace().take(WORDS_MAX).map(str::to_owned).collect();
        let limit = check_limit(limit.unwrap_or(LIMIT_DEFAULT))?;
        Ok(Self { words, status, is_past, after: parse_cursor(cursor)?, limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_narrowed_to_a_shelf() {
        let on = |shelf: &str| ManagedFilter::parse("", shelf, None, "").map(|filter| (filter.status, filter.is_past));
        assert_eq!(on(""), Ok((None, None)));
        assert_eq!(on("published"), Ok((Some(EventStatus::Published), Some(false))));
        assert_eq!(on("past"), Ok((None, Some(true))));
        assert!(Shelf::ALL.into_iter().all(|shelf| on(shelf.key()).is_ok()));
        assert_eq!(on("sold"), Err(Error::invalid("status", Problem::Unknown)));
    }

    #[test]
    fn a_request_that_makes_no_sense_is_refused() {
        let parse = |q: &str, limit, cursor| ManagedFilter::parse(q, "", limit, cursor);
        assert_eq!(parse(" a  b ", Some(200), "").expect("fine").words, ["a", "b"]);
        assert!(parse(&"x".repeat(101), None, "").is_err());
        assert!(parse("", Some(0), "").is_err() && parse("", Some(201), "").is_err() && parse("", None, "x").is_err());
    }
}
