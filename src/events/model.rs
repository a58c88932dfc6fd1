//! What an event is, when it can be booked, and what one can ask a list of events for.

use crate::{
    error::{Conflict, Error, Problem, parse_field, parse_number, parse_or},
    id::EventId,
    money::{Currency, Money, group_thousands},
};
use chrono::{DateTime, Datelike, Days, Months, NaiveDate, Utc, Weekday};
use serde::{Deserialize, Serialize};

/// Events on a page of a list unless the caller says otherwise.
pub const LIMIT_DEFAULT: i64 = 24;
/// Events on a page of a list at most.
pub const LIMIT_MAX: i64 = 200;
const QUERY_MAX: i32 = 100;
/// Places that a list can be narrowed to at most: as many as one person may ever have of an event.
const PLACES_MAX: i32 = 100;

/// What an admin has decided about an event. Whether it is over is not a status but a comparison with the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "event_status", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// Seen by admins only.
    Draft,
    /// Listed, and on sale within its window.
    Published,
    /// Called off; still shown, so that people learn of it.
    Cancelled,
}

/// Kinds of events, for browsing.
pub const CATEGORIES: [(&str, &str); 9] = [
    ("music", "Music"),
    ("theatre", "Theatre"),
    ("comedy", "Comedy"),
    ("sport", "Sport"),
    ("film", "Film"),
    ("talks", "Talks"),
    ("family", "Family"),
    ("food", "Food & drink"),
    ("art", "Art"),
];

/// The name a person reads for a category, or the category itself when it is not one of [`CATEGORIES`].
pub fn category_name(category: &str) -> &str {
    CATEGORIES.iter().find(|(key, _)| *key == category).map_or(category, |(_, name)| name)
}

/// Whether places can be had, in the one word a card says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Availability {
    /// On sale with places to spare.
    Available,
    /// On sale; so many are left.
    FewLeft {
        /// Places left.
        count: i32,
    },
    /// Every place is taken.
    SoldOut,
    /// The sale opens later.
    OpensLater {
        /// When.
        opens_at: DateTime<Utc>,
    },
    /// The sale has closed, and the event is not over.
    SalesClosed,
    /// Called off.
    Cancelled,
    /// Over.
    Past,
}

impl Availability {
    /// Of an event on sale: "few left" means at most 20 places or at most a twentieth of all, whichever is more.
    pub fn on_sale(available: i32, total: i32) -> Self {
        match available {
            ..=0 => Self::SoldOut,
            _ if available <= 20.max(total / 20) && available < total => Self::FewLeft { count: available },
            _ => Self::Available,
        }
    }

    /// Of an event on sale: the class and the words it is shown by; none of others.
    pub fn left_words(&self) -> Option<(&'static str, String)> {
        match self {
            Self::Available => Some(("availability-open", "Available".to_owned())),
            Self::FewLeft { count } => {
                Some(("availability-few", format!("{} left", group_thousands(count.unsigned_abs().into()))))
            }
            Self::SoldOut => Some(("availability-gone", "Sold out".to_owned())),
            _ => None,
        }
    }

    /// Whether a place can be held right now.
    pub fn is_bookable(&self) -> bool {
        matches!(self, Self::Available | Self::FewLeft { .. })
    }

    /// Whether its sale is open, though there may be nothing left.
    pub fn is_on_sale(&self) -> bool {
        self.is_bookable() || *self == Self::SoldOut
    }
}

/// Places an event can have at most.
pub const CAPACITY_MAX: i32 = 1_000_000;

/// The facts of an event that decide whether it is on sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SaleFacts {
    /// What the admins decided.
    pub status: EventStatus,
    /// When the sale opens.
    pub sales_open_at: DateTime<Utc>,
    /// When it closes.
    pub sales_close_at: DateTime<Utc>,
    /// When the event is over.
    pub ends_at: DateTime<Utc>,
}

impl SaleFacts {
    /// Whether places may be held at `now`. Errors: `NotFound` for a draft, `EventCancelled`, `SalesNotOpen`, `SalesClosed`.
    ///
    /// The sale is open from `sales_open_at` (included) to `sales_close_at` (excluded).
    pub fn decide_on_sale(&self, now: DateTime<Utc>) -> Result<(), Error> {
        match self.status {
            EventStatus::Draft => Err(Error::NotFound),
            EventStatus::Cancelled => Err(Conflict::EventCancelled.into()),
            EventStatus::Published if now < self.sales_open_at => Err(Conflict::SalesNotOpen.into()),
            EventStatus::Published if now >= self.sales_close_at => Err(Conflict::SalesClosed.into()),
            EventStatus::Published => Ok(()),
        }
    }

    /// The word a card says at `now`.
    pub fn availability(&self, available: i32, total: i32, now: DateTime<Utc>) -> Availability {
        if self.status == EventStatus::Cancelled {
            return Availability::Cancelled;
        }
        if now >= self.ends_at {
            return Availability::Past;
        }
        match self.decide_on_sale(now) {
            Err(Error::Conflict(Conflict::SalesNotOpen)) => Availability::OpensLater { opens_at: self.sales_open_at },
            Err(_) => Availability::SalesClosed,
            Ok(()) => Availability::on_sale(available, total),
        }
    }
}

/// By how much the capacity changes when it is set to `wanted`. Errors: `Invalid` outside 1 to 1,000,000; `BelowTaken` when
/// more places are held and booked than that.
pub fn decide_capacity(total: i32, available: i32, wanted: i32) -> Result<i32, Error> {
    if !(1..=CAPACITY_MAX).contains(&wanted) {
        return Err(Error::invalid("total_capacity", Problem::OutOfRange(1, CAPACITY_MAX)));
    }
    let taken_count = total - available;
    if wanted < taken_count { Err(Conflict::BelowTaken { taken_count }.into()) } else { Ok(wanted - total) }
}

/// An instant as people at the venue read it. Made on the server: browsers' own formatting differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// RFC 3339 with the venue's offset, for the `datetime` attribute.
    pub iso: String,
    /// `Saturday 5 December 2026`.
    pub date: String,
    /// `Sat 5 Dec`, with the year when it isn't this year's.
    pub date_short: String,
    /// `5`
    pub day: String,
    /// `Dec`
    pub month: String,
    /// `19:30`.
    pub time: String,
    /// `CET`, or `GMT+3` where the zone has no letters.
    pub zone: String,
}

/// An event as lists show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The event's id.
    pub id: EventId,
    /// Its name.
    pub name: String,
    /// One sentence.
    pub summary: String,
    /// One of [`CATEGORIES`].
    pub category: String,
    /// Where.
    pub venue: String,
    /// In which city.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA zone.
    pub timezone: String,
    /// When it begins, UTC.
    pub event_date: DateTime<Utc>,
    /// When it begins, at the venue.
    pub when: When,
    /// When it ends, UTC.
    pub ends_at: DateTime<Utc>,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units: the price of a place, or of the cheapest seat.
    pub price_minor: i64,
    /// Places in all.
    pub total_capacity: i32,
    /// Places left.
    pub available_capacity: i32,
    /// Whether people choose seats.
    pub has_seat_selection: bool,
    /// What the admins decided.
    pub status: EventStatus,
    /// The word a card says.
    pub availability: Availability,
    /// When the sale opens, UTC.
    pub sales_open_at: DateTime<Utc>,
    /// The same at the venue; where all that is left goes on sale later than the rest, when that does.
    pub sales_open: When,
    /// When the sale closes, UTC.
    pub sales_close_at: DateTime<Utc>,
    /// Optimistic lock of admins' edits.
    pub version: i32,
    /// Its own picture; none where its poster is drawn.
    pub poster: Option<EventPoster>,
}

/// A picture that admins gave their event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPoster {
    /// Names its files.
    pub hash: String,
    /// The widths that there are, in pixels, from the narrowest.
    pub widths: Vec<u32>,
    /// The height of the widest.
    pub height: u32,
    /// What it shows, in words; empty where nobody said.
    pub alt_text: String,
}

impl EventPoster {
    /// The path of its file of this size: a width, or `share`.
    pub fn path(&self, event_id: EventId, size: &str) -> String {
        format!("/events/{event_id}/poster/{}-{size}.jpg", self.hash)
    }

    /// Its width where it is widest.
    pub fn width(&self) -> u32 {
        self.widths.last().copied().unwrap_or_default()
    }

    /// Its files for browsers to choose from.
    pub fn srcset(&self, event_id: EventId) -> String {
        let one = |width: &u32| format!("{} {width}w", self.path(event_id, &width.to_string()));
        self.widths.iter().map(one).collect::<Vec<_>>().join(", ")
    }
}

/// Characters of what a poster shows in words, at most.
const ALT_TEXT_MAX: i32 = 200;

/// What a poster shows in words, trimmed; may be empty. Errors: `Invalid` on `alt_text` over 200 characters.
pub fn parse_alt_text(text: &str) -> Result<String, Error> {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match i32::try_from(text.chars().count()) {
        Ok(0..=ALT_TEXT_MAX) => Ok(text),
        _ => Err(Error::invalid("alt_text", Problem::TooLong(ALT_TEXT_MAX))),
    }
}

impl Event {
    /// The price of a place, or of the cheapest seat.
    pub fn price(&self) -> Money {
        Money::new(self.price_minor, self.currency)
    }
}

/// An event with everything one needs to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventDetail {
    /// What lists show.
    #[serde(flatten)]
    pub event: Event,
    /// Paragraphs, parted by empty lines. Plain text.
    pub description: String,
    /// Street and number.
    pub address: String,
    /// When doors open, at the venue.
    pub doors: Option<When>,
    /// When it ends, at the venue.
    pub ends: When,
    /// When the sale closes, at the venue.
    pub sales_close: When,
    /// Places one person may have.
    pub places_per_person: i32,
    /// Seconds a hold lasts.
    pub hold_length_s: i32,
    /// The server's clock, UTC: what a countdown is counted from.
    pub server_now: DateTime<Utc>,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to send as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// The page out of rows of which one more than `limit` was asked for; `cursor` names a row for the next page.
    pub fn cut(mut rows: Vec<T>, limit: i64, cursor: impl Fn(&T) -> String) -> Self {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(cursor);
        Self { items: rows, next_cursor }
    }
}

/// A day with events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// The day, at the venues.
    pub date: NaiveDate,
    /// Events that begin on it.
    pub event_count: i64,
    /// The first of them.
    pub events: Vec<Event>,
}

/// A month of events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Month {
    /// Its first day.
    pub first: NaiveDate,
    /// The month it is now, in UTC: its first day. What is over isn't listed, so that before it there is nothing.
    pub current: NaiveDate,
    /// Its days with events, in order.
    pub days: Vec<Day>,
}

impl Month {
    /// The first day of the month in the URL, `2026-12`; that of `today`'s for empty text. Errors: `Invalid`.
    pub fn parse(text: &str, today: NaiveDate) -> Result<NaiveDate, Error> {
        let this_month = today - Days::new(today.day0().into());
        let is_plain = |text: &str| text.len() == 7 && text.find('-') == Some(4);
        let first = |text: &str| format!("{text}-01").parse().ok().filter(|_| is_plain(text));
        Ok(parse_field("month", text, first)?.unwrap_or(this_month))
    }
}

/// What a query that finds nothing was probably meant to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Suggestion {
    /// The query that does find something.
    pub query: EventQuery,
}

/// How many rows a page may have. Errors: `Invalid` outside 1 to 200.
pub fn check_limit(limit: i64) -> Result<i64, Error> {
    let out_of_range = || Error::invalid("limit", Problem::OutOfRange(1, LIMIT_MAX as i32));
    Some(limit).filter(|limit| (1..=LIMIT_MAX).contains(limit)).ok_or_else(out_of_range)
}

/// The row that a cursor names; none for the first page. Errors: `Invalid` for what is no cursor.
pub fn parse_cursor<C: std::str::FromStr>(cursor: &str) -> Result<Option<C>, Error> {
    match cursor.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Error::invalid("cursor", Problem::Malformed)),
    }
}

/// How a list of events is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// Soonest first.
    #[default]
    Date,
    /// Cheapest first, within each currency.
    Price,
    /// Dearest first, within each currency.
    PriceDesc,
}

impl Sort {
    /// The word in the URL.
    pub fn key(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::Price => "price",
            Self::PriceDesc => "-price",
        }
    }
}

/// Days as a person picks them. They follow the calendar at each event's venue, as `from` and `to` do: what "today" means
/// to somebody far away isn't known, and an event is on the day that its ticket says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// The day it is.
    Today,
    /// The day after.
    Tomorrow,
    /// The Saturday and Sunday of this week, also on that Saturday or Sunday.
    Weekend,
    /// Today and the six days after it.
    Week,
    /// What is left of this month.
    Month,
}

impl Occasion {
    /// All of them, the nearest first.
    pub const ALL: [Self; 5] = [Self::Today, Self::Tomorrow, Self::Weekend, Self::Week, Self::Month];

    /// The word in the URL, which means the same tomorrow.
    pub fn key(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::Tomorrow => "tomorrow",
            Self::Weekend => "weekend",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// The occasion of this word in the URL.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|occasion| occasion.key() == key)
    }

    /// What a person calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Today => "Today",
            Self::Tomorrow => "Tomorrow",
            Self::Weekend => "This weekend",
            Self::Week => "Next 7 days",
            Self::Month => "This month",
        }
    }

    /// Its first and last day, where it is `today`.
    pub fn days(self, today: NaiveDate) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Today => (today, today),
            Self::Tomorrow => (today + Days::new(1), today + Days::new(1)),
            Self::Weekend => {
                let week = today.week(Weekday::Mon);
                (week.last_day() - Days::new(1), week.last_day())
            }
            Self::Week => (today, today + Days::new(6)),
            Self::Month => {
                let first = today - Days::new(today.day0().into());
                (today, first + Months::new(1) - Days::new(1))
            }
        }
    }
}

/// Where a page of a list ended: the sorted-by value and the id of its last row. Text for the caller: `value.id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// In the order of dates.
    Date(DateTime<Utc>, EventId),
    /// In either order of prices.
    Price(Money, EventId),
}

impl Cursor {
    /// Reads back what [`Cursor::after`] made for the same order; empty text is the beginning. Errors: `Invalid`.
    pub fn parse(sort: Sort, text: &str) -> Result<Option<Self>, Error> {
        parse_field("cursor", text, |text| {
            let (value, id) = text.split_once('.')?;
            let id = id.parse().ok()?;
            match sort {
                Sort::Date => Some(Self::Date(DateTime::from_timestamp_micros(value.parse().ok()?)?, id)),
                Sort::Price | Sort::PriceDesc => {
                    let (code, minor) = value.split_at_checked(3)?;
                    let currency = Currency::try_from(code.to_owned()).ok()?;
                    Some(Self::Price(Money::new(minor.parse().ok()?, currency), id))
                }
            }
        })
    }

    /// The place just after this event in this order.
    pub fn after(sort: Sort, event: &Event) -> Self {
        match sort {
            Sort::Date => Self::Date(event.event_date, event.id),
            Sort::Price | Sort::PriceDesc => Self::Price(event.price(), event.id),
        }
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Date(event_date, id) => write!(f, "{}.{id}", event_date.timestamp_micros()),
            Self::Price(price, id) => write!(f, "{}{}.{id}", price.currency.code(), price.minor),
        }
    }
}

/// What a list of events is asked for, as it stands in the URL: every field is text, empty means "any".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventQuery {
    /// Words to look for, with typing errors forgiven.
    pub q: String,
    /// A city.
    pub city: String,
    /// One of [`CATEGORIES`].
    pub category: String,
    /// `today`, `tomorrow`, `weekend`, `week` or `month`: see [`Occasion`]. Goes for nothing beside `from` or `to`: a day
    /// that is named wins.
    pub when: String,
    /// First day, `2026-12-05`, in the event's zone.
    pub from: String,
    /// Last day, in the event's zone.
    pub to: String,
    /// `free`, or a whole number of units of `currency`.
    pub price: String,
    /// The currency `price` is of.
    pub currency: String,
    /// At least so many places left.
    pub places: String,
    /// `true`: that many beside each other, in one row where there are seats; two unless `places` says more. What is counted
    /// is some seconds old.
    pub together: String,
    /// `date`, `price` or `-price`.
    pub sort: String,
    /// Where the page before ended.
    pub cursor: String,
    /// Rows, at most 200.
    pub limit: String,
}

/// The price a list is limited to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceFilter {
    /// Nothing to pay.
    Free,
    /// At most so much.
    AtMost(Money),
}

/// An [`EventQuery`] understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFilter {
    /// Words, lower case, at most eight.
    pub words: Vec<String>,
    /// A city.
    pub city: Option<String>,
    /// A category.
    pub category: Option<String>,
    /// Days that follow the calendar; none where days are named.
    pub occasion: Option<Occasion>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
    /// The price.
    pub price: Option<PriceFilter>,
    /// At least so many places left.
    pub places: Option<i32>,
    /// These places beside each other.
    pub together: bool,
    /// The order.
    pub sort: Sort,
    /// Rows.
    pub limit: i64,
}

impl EventQuery {
    /// Whether anything narrows the list.
    pub fn is_narrowed(&self) -> bool {
        [
            &self.q,
            &self.city,
            &self.category,
            &self.when,
            &self.from,
            &self.to,
            &self.price,
            &self.places,
            &self.together,
        ]
        .iter()
        .any(|field| !field.trim().is_empty())
    }

    /// Understands every field. Errors: `Invalid` on the first that makes no sense.
    pub fn parse(&self) -> Result<EventFilter, Error> {
        let occasion = known("when", &self.when, Occasion::of_key)?;
        let from = parse_field("from", &self.from, |s| s.parse().ok())?;
        let to: Option<NaiveDate> = parse_field("to", &self.to, |s| s.parse().ok())?;
        if to.is_some_and(|to| from.is_some_and(|from| to < from)) {
            return Err(Error::invalid("to", Problem::Malformed));
        }
        if self.q.chars().count() > QUERY_MAX as usize {
            return Err(Error::invalid("q", Problem::TooLong(QUERY_MAX)));
        }
        let together = known("together", &self.together, |s| (s == "true").then_some(()))?.is_some();
        let places = parse_number("places", &self.places, PLACES_MAX)?;
        Ok(EventFilter {
            words: self.q.split_whitespace().take(8).map(str::to_lowercase).collect(),
            city: parse_field("city", &self.city, |s| Some(s.to_owned()))?,
            category: known("category", &self.category, known_category)?,
            occasion: occasion.filter(|_| from.is_none() && to.is_none()),
            from,
            to,
            price: self.parse_price()?,
            places: places.or(together.then_some(2)),
            together,
            sort: known("sort", &self.sort, parse_sort)?.unwrap_or_default(),
            limit: parse_number("limit", &self.limit, LIMIT_MAX as i32)?.map_or(LIMIT_DEFAULT, i64::from),
        })
    }

    fn parse_price(&self) -> Result<Option<PriceFilter>, Error> {
        if self.price.trim() == "free" {
            return Ok(Some(PriceFilter::Free));
        }
        let Some(units) =
            parse_field("price", &self.price, |s| s.parse::<i64>().ok().filter(|n| (0..=1_000_000).contains(n)))?
        else {
            return Ok(None);
        };
        let currency = parse_field("currency", &self.currency, |s| Currency::try_from(s.to_owned()).ok())?
            .ok_or_else(|| Error::invalid("currency", Problem::Required))?;
        Ok(Some(PriceFilter::AtMost(Money::new(units * 10_i64.pow(currency.decimals()), currency))))
    }
}

/// One of the words the field knows.
fn known<T>(field: &str, text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, Error> {
    parse_or(field, text, Problem::Unknown, parse)
}

fn known_category(text: &str) -> Option<String> {
    CATEGORIES.iter().find(|(key, _)| *key == text).map(|(key, _)| (*key).to_owned())
}

fn parse_sort(text: &str) -> Option<Sort> {
    [Sort::Date, Sort::Price, Sort::PriceDesc].into_iter().find(|sort| sort.key() == text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn on_sale_from_10_to_20() -> SaleFacts {
        SaleFacts { status: EventStatus::Published, sales_open_at: at(10), sales_close_at: at(20), ends_at: at(30) }
    }

    #[test]
    fn the_sale_is_open_from_its_first_instant_until_just_before_its_last() {
        let facts = on_sale_from_10_to_20();
        assert_eq!(facts.decide_on_sale(at(10) - TimeDelta::milliseconds(1)), Err(Conflict::SalesNotOpen.into()));
        assert_eq!(facts.decide_on_sale(at(10)), Ok(()));
        assert_eq!(facts.decide_on_sale(at(20) - TimeDelta::milliseconds(1)), Ok(()));
        assert_eq!(facts.decide_on_sale(at(20)), Err(Conflict::SalesClosed.into()));
    }

    #[test]
    fn drafts_do_not_exist_and_cancelled_events_say_so() {
        let facts = on_sale_from_10_to_20();
        assert_eq!(SaleFacts { status: EventStatus::Draft, ..facts }.decide_on_sale(at(15)), Err(Error::NotFound));
        let cancelled = SaleFacts { status: EventStatus::Cancelled, ..facts };
        assert_eq!(cancelled.decide_on_sale(at(15)), Err(Conflict::EventCancelled.into()));
        assert_eq!(cancelled.availability(5, 100, at(40)), Availability::Cancelled);
    }

    #[test]
    fn a_card_says_the_true_word() {
        let facts = on_sale_from_10_to_20();
        let word = |available, total, minute| facts.availability(available, total, at(minute));
        assert_eq!(word(100, 100, 5), Availability::OpensLater { opens_at: at(10) });
        assert_eq!(word(100, 100, 15), Availability::Available);
        assert_eq!(word(21, 100, 15), Availability::Available);
        assert_eq!(word(20, 100, 15), Availability::FewLeft { count: 20 });
        assert_eq!(word(1_000, 20_000, 15), Availability::FewLeft { count: 1_000 });
        assert_eq!(word(1_001, 20_000, 15), Availability::Available);
        assert_eq!(word(12, 12, 15), Availability::Available);
        assert_eq!(word(0, 100, 15), Availability::SoldOut);
        assert_eq!(word(0, 0, 15), Availability::SoldOut);
        assert_eq!(word(50, 100, 25), Availability::SalesClosed);
        assert_eq!(word(50, 100, 30), Availability::Past);
    }

    #[test]
    fn an_occasion_is_the_days_a_person_means() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        for (today, occasion, first, last) in [
            // A Sunday, a Monday, a Saturday, and the end of a year.
            ("2026-11-22", Occasion::Today, "2026-11-22", "2026-11-22"),
            ("2026-11-22", Occasion::Weekend, "2026-11-21", "2026-11-22"),
            ("2026-11-23", Occasion::Weekend, "2026-11-28", "2026-11-29"),
            ("2026-11-28", Occasion::Weekend, "2026-11-28", "2026-11-29"),
            ("2026-12-31", Occasion::Tomorrow, "2027-01-01", "2027-01-01"),
            ("2026-12-31", Occasion::Week, "2026-12-31", "2027-01-06"),
            ("2026-12-31", Occasion::Month, "2026-12-31", "2026-12-31"),
            ("2028-02-03", Occasion::Month, "2028-02-03", "2028-02-29"),
        ] {
            assert_eq!(occasion.days(day(today)), (day(first), day(last)), "{occasion:?} on {today}");
        }
        assert!(Occasion::ALL.iter().all(|occasion| Occasion::of_key(occasion.key()) == Some(*occasion)));
    }

    #[test]
    fn a_month_is_read_from_the_address() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let today = day("2026-11-22");
        assert_eq!(Month::parse("", today), Ok(day("2026-11-01")));
        assert_eq!(Month::parse("2027-02", today), Ok(day("2027-02-01")));
        for bad in ["2026-13", "2026-1", "2026-12-05", "december", "+2026-1", "99999-1", "2026-0x"] {
            assert!(Month::parse(bad, today).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_day_that_is_named_wins_over_an_occasion() {
        let query = |from: &str, to: &str| {
            let (when, from, to) = ("weekend".to_owned(), from.to_owned(), to.to_owned());
            EventQuery { when, from, to, ..EventQuery::default() }.parse().expect("fine").occasion
        };
        assert_eq!(query("", ""), Some(Occasion::Weekend));
        assert_eq!((query("2026-12-05", ""), query("", "2026-12-05")), (None, None));
    }

    #[test]
    fn an_empty_query_asks_for_everything() {
        let filter = EventQuery::default().parse().expect("fine");
        assert_eq!((filter.words.len(), filter.limit, filter.sort), (0, LIMIT_DEFAULT, Sort::Date));
        assert!(!EventQuery::default().is_narrowed());
    }

    #[test]
    fn a_query_that_makes_no_sense_names_its_field() {
        let q = EventQuery::default;
        for (query, field) in [
            (EventQuery { when: "yesterday".into(), ..q() }, "when"),
            (EventQuery { from: "yesterday".into(), ..q() }, "from"),
            (EventQuery { from: "2026-12-05".into(), to: "2026-12-04".into(), ..q() }, "to"),
            (EventQuery { category: "gardening".into(), ..q() }, "category"),
            (EventQuery { price: "-1".into(), currency: "EUR".into(), ..q() }, "price"),
            (EventQuery { price: "20".into(), ..q() }, "currency"),
            (EventQuery { places: "0".into(), ..q() }, "places"),
            (EventQuery { together: "yes".into(), ..q() }, "together"),
            (EventQuery { limit: "201".into(), ..q() }, "limit"),
            (EventQuery { sort: "colour".into(), ..q() }, "sort"),
            (EventQuery { q: "x".repeat(101), ..q() }, "q"),
        ] {
            let refused = query.parse().expect_err(field);
            assert!(refused.field(field).is_some(), "{field}: {refused:?}");
        }
    }

    #[test]
    fn a_cursor_reads_back_as_it_was_written() {
        let id = EventId(uuid::Uuid::from_u128(7));
        let yen = Currency::try_from("JPY".to_owned()).expect("a code");
        for (sort, cursor) in
            [(Sort::Date, Cursor::Date(at(7), id)), (Sort::Price, Cursor::Price(Money::new(3_000, yen), id))]
        {
            assert_eq!(Cursor::parse(sort, &cursor.to_string()), Ok(Some(cursor)));
        }
        assert_eq!(Cursor::parse(Sort::Date, ""), Ok(None));
        for bad in ["x", "1", "1.x", "x.00000000-0000-0000-0000-000000000007", "9999999999999999999.1", "€1.2"] {
            assert!(Cursor::parse(Sort::Date, bad).is_err() && Cursor::parse(Sort::Price, bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_price_is_in_units_of_its_currency() {
        let query = |price: &str, currency: &str| {
            EventQuery { price: price.into(), currency: currency.into(), ..EventQuery::default() }
                .parse()
                .map(|f| f.price)
        };
        let most = |minor, code: &str| {
            Ok(Some(PriceFilter::AtMost(Money::new(minor, Currency::try_from(code.to_owned()).expect("a code")))))
        };
        assert_eq!(query("20", "EUR"), most(2_000, "EUR"));
        assert_eq!(query("3000", "JPY"), most(3_000, "JPY"));
        assert_eq!(query("12", "KWD"), most(12_000, "KWD"));
        assert_eq!(query("free", ""), Ok(Some(PriceFilter::Free)));
    }
}
