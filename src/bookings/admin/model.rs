//! What staff look for and see of bookings, as pure rules: the search, and its words.

use crate::{
    bookings::model::{Booking, BookingAction, BookingStatus, EXTENSION_S},
    discounts::model::parse_code,
    error::{Error, Problem, parse_field, parse_number},
    events::model::When,
    id::{BookingId, EventId},
    users::model::Attendee,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

/// Characters of a search, at most.
const QUERY_MAX: i32 = 100;
/// Characters from which on a reference is looked for by its beginning: fewer begin tens of thousands.
const REFERENCE_MIN: usize = 3;
const REFERENCE_LENGTH: usize = 8;
/// Bookings that can be cancelled at once.
pub const CANCEL_MAX: usize = 200;

/// A booking and whose it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundBooking {
    /// The person.
    pub attendee: Attendee,
    /// The booking.
    pub booking: Booking,
}

/// Everything that happened to a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingFile {
    /// The person.
    pub attendee: Attendee,
    /// The booking.
    pub booking: Booking,
    /// Its history, oldest first.
    pub history: Vec<FileEntry>,
    /// What staff did to it, oldest first.
    pub deeds: Vec<FileDeed>,
}

/// An entry of a booking's history as staff read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// What happened.
    pub action: BookingAction,
    /// The same in words, with the places.
    pub sentence: String,
    /// Who did it; none when time did.
    pub actor: Option<String>,
    /// When, UTC.
    pub created_at: DateTime<Utc>,
    /// When, at the venue.
    pub when: When,
}

/// What a member of staff did to a booking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileDeed {
    /// Its code in the log.
    pub action: String,
    /// Who.
    pub actor: String,
    /// Why, in their words.
    pub reason: Option<String>,
    /// When, UTC.
    pub created_at: DateTime<Utc>,
    /// When, at the venue.
    pub when: When,
}

/// The sentence for an entry of the history, for staff. `details` names the places.
pub fn tell_staff(action: BookingAction, details: &str) -> String {
    match action {
        BookingAction::Held => format!("Held: {details}"),
        BookingAction::Offered => format!("Offered by the waitlist: {details}"),
        BookingAction::Extended => format!("{} more minutes", EXTENSION_S / 60),
        BookingAction::CodeApplied => format!("Code used, {details}"),
        BookingAction::CodeRemoved => format!("Code taken back: {details}"),
        BookingAction::Confirmed => format!("Booked: {details}"),
        BookingAction::Moved => format!("Moved to {details}"),
        BookingAction::Released => format!("Given back before booking: {details}"),
        BookingAction::Expired => format!("The time ran out: {details}"),
        BookingAction::Cancelled => format!("Cancelled: {details}"),
        BookingAction::Claimed => "Taken over from a guest".to_owned(),
        BookingAction::CalledOff => format!("Called off with the event: {details}"),
    }
}

/// What staff look for, as it stands in the URL: every field is text, empty means "any".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BookingQuery {
    /// The beginning of a name, an address or a reference; a booking's id; or a seat as `Stalls F12`.
    pub q: String,
    /// Of this event only.
    pub event_id: String,
    /// `held`, `confirmed`, `cancelled` or `expired`. A hold that has run out counts as expired.
    pub status: String,
    /// First day of its event, `2026-12-05`, at the venue.
    pub from: String,
    /// Last day of its event.
    pub to: String,
    /// A discount code that it has.
    pub code: String,
    /// Where the page before ended.
    pub cursor: String,
    /// Rows, at most 200.
    pub limit: String,
}

/// A [`BookingQuery`] understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BookingFilter {
    /// Whom or what.
    pub sought: Sought,
    /// Of this event.
    pub event_id: Option<EventId>,
    /// In this state.
    pub status: Option<BookingStatus>,
    /// Its event begins on this day or later.
    pub from: Option<NaiveDate>,
    /// Its event begins on this day or earlier.
    pub to: Option<NaiveDate>,
    /// It has this discount code.
    pub code: Option<String>,
    /// Older than this.
    pub before: Option<BookingId>,
    /// Rows.
    pub limit: i64,
}

/// What the words of a search can mean: each of it is looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// How names or the address begin; none for everything.
    pub words: Vec<String>,
    /// A booking's id.
    pub booking_id: Option<BookingId>,
    /// How a reference begins.
    pub reference: Option<String>,
    /// A seat.
    pub seat: Option<SeatWords>,
}

/// A seat as it is read out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeatWords {
    /// How its section begins; empty for any.
    pub section: String,
    /// Its row.
    pub row: String,
    /// Its label in the row.
    pub number: String,
}

impl BookingQuery {
    /// Understands every field. Errors: `Invalid` on the first that makes no sense.
    pub fn parse(&self) -> Result<BookingFilter, Error> {
        let day = |field: &str, text: &str| parse_field(field, text, |text| text.parse::<NaiveDate>().ok());
        let (from, to) = (day("from", &self.from)?, day("to", &self.to)?);
        if to.is_some_and(|to| from.is_some_and(|from| to < from)) {
            return Err(Error::invalid("to", Problem::Malformed));
        }
        if self.q.chars().count() > QUERY_MAX as usize {
            return Err(Error::invalid("q", Problem::TooLong(QUERY_MAX)));
        }
        let limit = parse_number("limit", &self.limit, 200)?;
        Ok(BookingFilter {
            sought: Sought::parse(&self.q),
            event_id: parse_field("event_id", &self.event_id, |text| text.parse().ok())?,
            status: parse_field("status", &self.status, parse_status)?,
            from,
            to,
            code: parse_field("code", &self.code, |text| parse_code(text).ok())?,
            before: parse_field("cursor", &self.cursor, |text| text.parse().ok())?,
            limit: limit.map_or(50, i64::from),
        })
    }
}

fn parse_status(text: &str) -> Option<BookingStatus> {
    match text {
        "held" => Some(BookingStatus::Held),
        "confirmed" => Some(BookingStatus::Confirmed),
        "cancelled" => Some(BookingStatus::Cancelled),
        "expired" => Some(BookingStatus::Expired),
        _ => None,
    }
}

impl Sought {
    /// What these words can mean.
    pub fn parse(text: &str) -> Self {
        let words: Vec<String> = text.split_whitespace().map(str::to_owned).collect();
        let one = if let [one] = words.as_slice() { Some(one.as_str()) } else { None };
        Self {
            booking_id: one.and_then(|word| word.parse().ok()),
            reference: one.and_then(parse_reference),
            seat: SeatWords::parse(&words),
            words,
        }
    }

    /// Whether nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// How a reference begins, as it is written: letters that are mistaken for figures are those figures.
fn parse_reference(word: &str) -> Option<String> {
    let written = |letter: char| match letter.to_ascii_uppercase() {
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        'U' => None,
        letter => Some(letter).filter(char::is_ascii_alphanumeric),
    };
    let fits = (REFERENCE_MIN..=REFERENCE_LENGTH).contains(&word.chars().count());
    if fits { word.chars().map(written).collect() } else { None }
}

impl SeatWords {
    /// The last word names row and number, `F12` or `4-12`, those before it the section.
    fn parse(words: &[String]) -> Option<Self> {
        let (label, section) = words.split_last()?;
        let (row, number) = match label.split_once('-') {
            Some(parts) => parts,
            None => label.split_at(label.find(|letter: char| letter.is_ascii_digit())?),
        };
        let is_label = |part: &str| (1..=8).contains(&part.chars().count());
        (is_label(row) && is_label(number)).then(|| Self {
            section: section.join(" "),
            row: row.to_owned(),
            number: number.to_owned(),
        })
    }
}

/// For whom the box office books, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonFields {
    /// Whose address.
    pub email: String,
    /// Given name, for who has no account.
    pub first_name: String,
    /// Family name, for who has no account.
    pub last_name: String,
    /// The name of the standing section that the places are of; empty for others.
    #[serde(default)]
    pub standing: String,
}

/// What became of one of several bookings that were to be cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    /// Which.
    pub booking_id: BookingId,
    /// Why it was not cancelled; none if it is.
    pub refused: Option<Error>,
}

/// The bookings that are to be cancelled, each once. Errors: `Invalid` for none, or more than 200.
pub fn parse_many(mut booking_ids: Vec<BookingId>) -> Result<Vec<BookingId>, Error> {
    booking_ids.sort_unstable();
    booking_ids.dedup();
    match booking_ids.len() {
        0 => Err(Error::invalid("booking_ids", Problem::Required)),
        1..=CANCEL_MAX => Ok(booking_ids),
        _ => Err(Error::invalid("booking_ids", Problem::OutOfRange(1, CANCEL_MAX as i32))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seat(section: &str, row: &str, number: &str) -> Option<SeatWords> {
        Some(SeatWords { section: section.to_owned(), row: row.to_owned(), number: number.to_owned() })
    }

    #[test]
    fn a_search_can_mean_several_things() {
        let sought = Sought::parse("  Stalls left F12 ");
        assert_eq!(sought.words, ["Stalls", "left", "F12"]);
        assert_eq!(sought.seat, seat("Stalls left", "F", "12"));
        assert_eq!((sought.reference, sought.booking_id), (None, None));
        assert_eq!(Sought::parse("Block 4-12").seat, seat("Block", "4", "12"));
        assert_eq!(Sought::parse("ada").seat, None);
        assert!(Sought::parse(" ").is_empty());
    }

    #[test]
    fn a_reference_is_read_as_people_type_it() {
        let reference = |text: &str| Sought::parse(text).reference;
        assert_eq!(reference("7k3m9qxa").as_deref(), Some("7K3M9QXA"));
        assert_eq!(reference("7ko"), Some("7K0".to_owned()));
        for none in ["7k", "7K3M9QXAB", "ada@", "7K3 M9QXA", "bug"] {
            assert_eq!(reference(none), None, "{none}");
        }
    }

    #[test]
    fn an_id_is_an_id() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        assert_eq!(Sought::parse(id).booking_id, id.parse().ok());
    }

    #[test]
    fn a_query_that_makes_no_sense_names_its_field() {
        let query = |change: fn(&mut BookingQuery)| {
            let mut query = BookingQuery::default();
            change(&mut query);
            query.parse()
        };
        assert!(query(|_| {}).is_ok());
        let refused = [
            ("q", query(|query| query.q = "a".repeat(101))),
            ("event_id", query(|query| query.event_id = "x".to_owned())),
            ("status", query(|query| query.status = "sold".to_owned())),
            ("from", query(|query| query.from = "yesterday".to_owned())),
            ("to", query(|query| (query.from, query.to) = ("2030-01-02".to_owned(), "2030-01-01".to_owned()))),
            ("code", query(|query| query.code = "no code".to_owned())),
            ("cursor", query(|query| query.cursor = "1".to_owned())),
            ("limit", query(|query| query.limit = "201".to_owned())),
        ];
        for (field, refused) in refused {
            assert!(refused.expect_err(field).field(field).is_some(), "{field}");
        }
    }

    #[test]
    fn bookings_are_cancelled_once_each_and_not_too_many() {
        let ids = |count: u128| (0..count).map(|n| BookingId(uuid::Uuid::from_u128(n))).collect::<Vec<_>>();
        assert!(parse_many(Vec::new()).is_err());
        assert_eq!(parse_many([ids(2), ids(2)].concat()), Ok(ids(2)));
        assert!(parse_many(ids(200)).is_ok() && parse_many(ids(201)).is_err());
    }
}
