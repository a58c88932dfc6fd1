//! The line as staff see it.

use crate::{
    error::{Error, Problem},
    events::model::{Page, When},
    id::{BookingId, EntryId, EventId},
    users::model::Attendee,
    waitlist::model::EntryStatus,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Places that can be thought to come free.
const IF_FREE_MAX: i32 = 1_000;

/// Who waits for an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The event.
    pub event_id: EventId,
    /// Its name.
    pub event_name: String,
    /// Entries that wait.
    pub waiting_count: i64,
    /// Places they wait for.
    pub waiting_places_count: i64,
    /// Entries that would be offered places, where that was asked.
    pub would_get_count: Option<i64>,
    /// The entries, in order.
    pub entries: Page<LineEntry>,
}

/// An entry that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineEntry {
    /// The entry's id.
    pub id: EntryId,
    /// Its person.
    pub attendee: Attendee,
    /// Its place in the line, from 1.
    pub rank: i64,
    /// Places waited for.
    pub requested_quantity: i32,
    /// Only seats beside each other.
    pub together: bool,
    /// Only places of this section.
    pub section: Option<String>,
    /// Whether staff have changed its turn.
    pub is_moved: bool,
    /// Whether it would be offered places, where that was asked.
    pub would_get: Option<bool>,
    /// When its person joined, UTC.
    pub created_at: DateTime<Utc>,
    /// The same at the venue.
    pub when: When,
}

/// An entry that doesn't wait any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfferEntry {
    /// The entry's id.
    pub id: EntryId,
    /// Its person.
    pub attendee: Attendee,
    /// Places waited for.
    pub requested_quantity: i32,
    /// What became of it.
    pub status: EntryStatus,
    /// The hold that is or was offered.
    pub booking_id: Option<BookingId>,
    /// Until when an offer that stands lasts, at the venue.
    pub expires: Option<When>,
    /// When its person joined, at the venue.
    pub joined: When,
    /// When it stopped waiting, UTC.
    pub waited_until: DateTime<Utc>,
    /// The same at the venue.
    pub until: When,
}

/// What became of an entry, in words.
pub fn say_fate(status: EntryStatus, has_offer: bool) -> &'static str {
    match status {
        EntryStatus::Waiting => "Waiting",
        EntryStatus::Offered => "Offered",
        EntryStatus::Accepted => "Booked",
        EntryStatus::Lapsed => "Not taken in time",
        EntryStatus::Left if has_offer => "Declined",
        EntryStatus::Left => "Left the line",
    }
}

/// How many places are thought to come free. Errors: `Invalid` outside 1 to 1,000.
pub fn check_if_free(count: Option<i32>) -> Result<Option<i32>, Error> {
    match count {
        Some(count) if !(1..=IF_FREE_MAX).contains(&count) => {
            Err(Error::invalid("if_free", Problem::OutOfRange(1, IF_FREE_MAX)))
        }
        count => Ok(count),
    }
}

/// The turn that a cursor of the line names: digits with a point at most. Errors: `Invalid`.
pub fn parse_turn(cursor: &str) -> Result<Option<&str>, Error> {
    let is_turn =
        |text: &str| text.len() <= 2_000 && text.parse::<f64>().is_ok() && !text.contains(['e', 'E', 'n', 'N']);
    match cursor.trim() {
        "" => Ok(None),
        turn if is_turn(turn) => Ok(Some(turn)),
        _ => Err(Error::invalid("cursor", Problem::Malformed)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_a_plain_number() {
        assert_eq!((parse_turn(""), parse_turn("12.0625")), (Ok(None), Ok(Some("12.0625"))));
        for no in ["x", "1e9", "NaN", "infinity", "1;2", "--1"] {
            assert!(parse_turn(no).is_err(), "{no}");
        }
    }

    #[test]
    fn some_places_come_free_and_not_too_many() {
        assert_eq!((check_if_free(None), check_if_free(Some(5))), (Ok(None), Ok(Some(5))));
        assert!(check_if_free(Some(0)).is_err() && check_if_free(Some(1_001)).is_err());
    }
}
