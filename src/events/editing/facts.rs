//! What was typed of an event, understood: every rule that an admin's words have to keep.

use super::{
    codes::{find_country, find_currency, find_zone},
    form::EventForm,
    local::{YEARS, read_instant, shift_days, write_instant},
};
use crate::{
    error::{Error, FieldError, Problem},
    events::{
        model::{CAPACITY_MAX, CATEGORIES},
        store::NewEvent,
    },
    money::{Currency, Money},
};
use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

/// Source: the constraint events_name_is_filled_in.
const NAME_MAX: i32 = 200;
/// Units of a currency a place can cost.
pub const PRICE_MAX: i64 = 1_000_000;
/// Days from the beginning to the end. Source: the constraint events_last_a_month_at_most.
const LONGEST_DAYS: i64 = 31;
const PLACES_PER_PERSON_MAX: i32 = 100;
const PLACES_PER_PERSON: i32 = 10;
const HOLD_MAX_MIN: i32 = 30;
const HOLD_MIN: i32 = 10;

/// Everything about an event that an admin can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventFacts {
    /// What is shown of it, its times, price and places.
    pub event: NewEvent,
    /// Seconds a hold lasts.
    pub hold_length_s: i32,
}

impl EventFacts {
    /// As it would be typed.
    pub fn form(&self) -> EventForm {
        let event = &self.event;
        let zone = event.timezone.parse().unwrap_or(Tz::UTC);
        let write = |instant| write_instant(instant, zone);
        EventForm {
            name: event.name.clone(),
            summary: event.summary.clone(),
            description: event.description.clone(),
            category: event.category.clone(),
            venue: event.venue.clone(),
            address: event.address.clone(),
            city: event.city.clone(),
            country: event.country.clone(),
            timezone: event.timezone.clone(),
            doors_at: event.doors_at.map(write).unwrap_or_default(),
            event_date: write(event.event_date),
            ends_at: write(event.ends_at),
            sales_open_at: write(event.sales_open_at),
            sales_close_at: write(event.sales_close_at),
            currency: event.price.currency.code().to_owned(),
            price: event.price.decimal(),
            total_capacity: event.total_capacity.to_string(),
            places_per_person: event.places_per_person.to_string(),
            hold_length_min: (self.hold_length_s / 60).to_string(),
        }
    }

    /// Understands a new event of general admission. Errors: `Invalid`, on every field that doesn't fit.
    pub fn parse(form: &EventForm) -> Result<Self, Error> {
        Reading::new(form, None).read()
    }

    /// Understands a new event whose seat map is drawn afterwards: its price and its places go for nothing. Errors: as
    /// [`EventFacts::parse`].
    pub fn parse_seated(form: &EventForm) -> Result<Self, Error> {
        Reading { is_seated: true, ..Reading::new(form, None) }.read()
    }

    /// The same event on another day and under another name: `date` is `2026-12-05` at the venue, an empty name this one's.
    ///
    /// Errors: `Invalid` on `date` or `name`.
    pub fn moved(&self, date: &str, name: &str) -> Result<Self, Error> {
        let zone: Tz = self.event.timezone.parse().unwrap_or(Tz::UTC);
        let name = Some(name.trim()).filter(|name| !name.is_empty()).unwrap_or(&self.event.name).to_owned();
        if name.chars().count() > NAME_MAX as usize {
            return Err(Error::invalid("name", Problem::TooLong(NAME_MAX)));
        }
        if name.chars().any(char::is_control) {
            return Err(Error::invalid("name", Problem::Malformed));
        }
        let malformed = || Error::invalid("date", Problem::Malformed);
        let date: NaiveDate = date.trim().parse().map_err(|_| malformed())?;
        if !YEARS.contains(&date.year()) {
            return Err(malformed());
        }
        let days = (date - self.event.event_date.with_timezone(&zone).date_naive()).num_days();
        let shift = |instant| shift_days(instant, zone, days).ok_or_else(malformed);
        let times = Times {
            event_date: shift(self.event.event_date)?,
            ends_at: shift(self.event.ends_at)?,
            doors_at: self.event.doors_at.map(shift).transpose()?,
            sales_open_at: shift(self.event.sales_open_at)?,
            sales_close_at: shift(self.event.sales_close_at)?,
        };
        // The clocks may have been changed between them.
        if let Some(wrong) = times.out_of_order().next() {
            return Err(Error::invalid("date", wrong.problem));
        }
        let Times { event_date, ends_at, doors_at, sales_open_at, sales_close_at } = times;
        let event =
            NewEvent { name, event_date, ends_at, doors_at, sales_open_at, sales_close_at, ..self.event.clone() };
        Ok(Self { event, hold_length_s: self.hold_length_s })
    }

    /// Understands a form that changes this event. What is still as it was stays exactly that, whatever the rules: an instant
    /// is typed to the minute. Errors: as [`EventFacts::parse`].
    pub fn parse_change(&self, form: &EventForm) -> Result<Self, Error> {
        Reading::new(form, Some(self)).read()
    }
}

/// A price as it is typed, in units of the currency: 0 to 1,000,000. Errors: `Required`, `Malformed`, `OutOfRange`.
pub fn parse_price(text: &str, currency: Currency) -> Result<Money, Problem> {
    match Money::parse(text.trim(), currency) {
        _ if text.trim().is_empty() => Err(Problem::Required),
        None => Err(Problem::Malformed),
        Some(price) if price.minor > PRICE_MAX * 10_i64.pow(currency.decimals()) => {
            Err(Problem::OutOfRange(0, PRICE_MAX as i32))
        }
        Some(price) => Ok(price),
    }
}

/// A form being understood, with what doesn't fit so far.
struct Reading<'a> {
    form: &'a EventForm,
    before: Option<(&'a EventFacts, EventForm)>,
    /// A new one whose seats are drawn afterwards.
    is_seated: bool,
    wrong: Vec<FieldError>,
}

impl<'a> Reading<'a> {
    fn new(form: &'a EventForm, before: Option<&'a EventFacts>) -> Self {
        Self { form, before: before.map(|before| (before, before.form())), is_seated: false, wrong: Vec::new() }
    }

    fn read(mut self) -> Result<EventFacts, Error> {
        let has_seats =
            self.is_seated || self.before.as_ref().is_some_and(|(before, _)| before.event.has_seat_selection);
        let (price, total_capacity) = match &self.before {
            Some((before, _)) if has_seats => (before.event.price, before.event.total_capacity),
            None if has_seats => (Money::new(0, self.currency().unwrap_or(Currency::NONE)), 0),
            _ => (self.price(), self.number("total_capacity", (1, CAPACITY_MAX), None)),
        };
        let times = self.times();
        let event = NewEvent {
            name: self.text("name", (1, NAME_MAX)),
            summary: self.text("summary", (0, 200)),
            description: self.text("description", (0, 5_000)),
            category: self.known("category", |code| CATEGORIES.iter().map(|(key, _)| *key).find(|key| *key == code)),
            venue: self.text("venue", (1, 120)),
            address: self.text("address", (0, 200)),
            city: self.text("city", (1, 100)),
            country: self.known("country", find_country),
            timezone: find_zone(&self.form.timezone).map(|zone| zone.name().to_owned()).unwrap_or_default(),
            event_date: times.event_date,
            ends_at: times.ends_at,
            doors_at: times.doors_at,
            price,
            total_capacity,
            has_seat_selection: has_seats,
            sales_open_at: times.sales_open_at,
            sales_close_at: times.sales_close_at,
            places_per_person: self.number("places_per_person", (1, PLACES_PER_PERSON_MAX), Some(PLACES_PER_PERSON)),
        };
        let hold_length_s = self.hold_length_s();
        // In the order in which they are asked for.
        let fields = self.form.fields();
        self.wrong.sort_by_key(|wrong| fields.iter().position(|(name, ..)| *name == wrong.field));
        if self.wrong.is_empty() { Ok(EventFacts { event, hold_length_s }) } else { Err(Error::Invalid(self.wrong)) }
    }

    fn refuse(&mut self, field: &str, problem: Problem) {
        self.wrong.push(FieldError { field: field.to_owned(), problem });
    }

    /// Whether the field is as it was.
    fn is_kept(&self, field: &str) -> bool {
        self.before.as_ref().is_some_and(|(_, before)| before.get(field) == self.form.get(field))
    }

    fn text(&mut self, field: &'static str, (least, most): (usize, i32)) -> String {
        let text = self.form.get(field);
        let may_break = field == "description";
        if text.chars().count() < least {
            self.refuse(field, Problem::Required);
        } else if text.chars().count() > most as usize {
            self.refuse(field, Problem::TooLong(most));
        } else if text.chars().any(|c| c.is_control() && !(may_break && c == '\n')) {
            self.refuse(field, Problem::Malformed);
        }
        text.to_owned()
    }

    /// A code as it is written, in whatever case it was typed.
    fn known(&mut self, field: &'static str, find: impl Fn(&str) -> Option<&'static str>) -> String {
        let code = self.form.get(field);
        let known = find(code);
        if code.is_empty() {
            self.refuse(field, Problem::Required);
        } else if known.is_none() && !self.is_kept(field) {
            self.refuse(field, Problem::Unknown);
        }
        known.unwrap_or(code).to_owned()
    }

    fn number(&mut self, field: &'static str, (least, most): (i32, i32), default: Option<i32>) -> i32 {
        let text = self.form.get(field);
        match (text.parse::<i32>(), default) {
            (_, Some(default)) if text.is_empty() => default,
            (_, None) if text.is_empty() => {
                self.refuse(field, Problem::Required);
                least
            }
            (Ok(number), _) if (least..=most).contains(&number) => number,
            _ => {
                self.refuse(field, Problem::OutOfRange(least, most));
                least
            }
        }
    }

    fn hold_length_s(&mut self) -> i32 {
        match &self.before {
            // It may be no whole number of minutes.
            Some((before, _)) if self.is_kept("hold_length_min") => before.hold_length_s,
            _ => 60 * self.number("hold_length_min", (1, HOLD_MAX_MIN), Some(HOLD_MIN)),
        }
    }

    fn price(&mut self) -> Money {
        // What stands in its place is refused with its field.
        let none = Money::new(0, Currency::NONE);
        let Some(currency) = self.currency() else { return none };
        parse_price(&self.form.price, currency).unwrap_or_else(|problem| {
            self.refuse("price", problem);
            none
        })
    }

    fn currency(&mut self) -> Option<Currency> {
        let code = self.known("currency", find_currency);
        Currency::try_from(code).ok()
    }

    fn times(&mut self) -> Times {
        let Some(zone) = find_zone(&self.form.timezone) else {
            let problem = if self.form.timezone.is_empty() { Problem::Required } else { Problem::Unknown };
            self.refuse("timezone", problem);
            return Times::default();
        };
        let same_zone = self.is_kept("timezone");
        let kept = self.before.as_ref().filter(|_| same_zone).map(|(before, _)| &before.event);
        let was = |instant: fn(&NewEvent) -> DateTime<Utc>| kept.map(instant);
        let (date, end) = (was(|event| event.event_date), was(|event| event.ends_at));
        let (open, close) = (was(|event| event.sales_open_at), was(|event| event.sales_close_at));
        let doors = kept.and_then(|event| event.doors_at);
        let doors_at = if self.form.doors_at.is_empty() { None } else { self.instant("doors_at", zone, doors) };
        let read = (
            self.instant("event_date", zone, date),
            self.instant("ends_at", zone, end),
            self.instant("sales_open_at", zone, open),
            self.instant("sales_close_at", zone, close),
        );
        let (Some(event_date), Some(ends_at), Some(sales_open_at), Some(sales_close_at)) = read else {
            return Times::default();
        };
        let times = Times { event_date, ends_at, doors_at, sales_open_at, sales_close_at };
        self.wrong.extend(times.out_of_order());
        times
    }

    fn instant(&mut self, field: &'static str, zone: Tz, was: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
        let text = self.form.get(field);
        if let Some(was) = was.filter(|_| self.is_kept(field)) {
            return Some(was);
        }
        if text.is_empty() {
            self.refuse(field, Problem::Required);
            return None;
        }
        read_instant(text, zone).map_err(|problem| self.refuse(field, problem)).ok()
    }
}

#[derive(Default)]
struct Times {
    event_date: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    doors_at: Option<DateTime<Utc>>,
    sales_open_at: DateTime<Utc>,
    sales_close_at: DateTime<Utc>,
}

impl Times {
    /// Source: the constraints on `events`.
    fn out_of_order(&self) -> impl Iterator<Item = FieldError> {
        let longest = TimeDelta::days(LONGEST_DAYS);
        let rules = [
            ("doors_at", self.doors_at.is_some_and(|doors| doors > self.event_date), Problem::TooLate),
            ("ends_at", self.ends_at <= self.event_date, Problem::TooEarly),
            ("ends_at", self.ends_at - self.event_date > longest, Problem::TooLate),
            ("sales_close_at", self.sales_close_at <= self.sales_open_at, Problem::TooEarly),
            ("sales_close_at", self.sales_close_at > self.ends_at, Problem::TooLate),
        ];
        rules
            .into_iter()
            .filter(|(_, is_broken, _)| *is_broken)
            .map(|(field, _, problem)| FieldError { field: field.to_owned(), problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed() -> EventForm {
        let text = |text: &str| text.to_owned();
        EventForm {
            name: text("Jazz"),
            summary: text("One evening."),
            description: text("It begins.\n\nIt ends."),
            category: text("music"),
            venue: text("The Hall"),
            address: text("1 High Street"),
            city: text("Berlin"),
            country: text("DE"),
            timezone: text("Europe/Berlin"),
            doors_at: text("2026-12-05T18:30"),
            event_date: text("2026-12-05T19:30"),
            ends_at: text("2026-12-05T22:00"),
            sales_open_at: text("2026-11-01T10:00"),
            sales_close_at: text("2026-12-05T19:30"),
            currency: text("EUR"),
            price: text("24.50"),
            total_capacity: text("100"),
            places_per_person: text("6"),
            hold_length_min: text("15"),
        }
    }

    #[test]
    fn what_was_typed_is_understood_and_written_back() {
        let facts = EventFacts::parse(&typed()).expect("fine");
        assert_eq!((facts.event.price.minor, facts.hold_length_s, facts.event.places_per_person), (2_450, 900, 6));
        assert_eq!(facts.event.event_date.to_rfc3339(), "2026-12-05T18:30:00+00:00");
        assert_eq!(facts.form(), typed());
        let brief = EventForm {
            doors_at: String::new(),
            places_per_person: String::new(),
            hold_length_min: String::new(),
            ..typed()
        };
        let facts = EventFacts::parse(&brief).expect("fine");
        assert_eq!((facts.event.doors_at, facts.event.places_per_person, facts.hold_length_s), (None, 10, 600));
    }

    #[test]
    fn codes_are_taken_in_any_case() {
        let text = str::to_owned;
        let form = EventForm { country: text("gb"), currency: text("gbp"), timezone: text("europe/london"), ..typed() };
        let EventFacts { event, .. } = EventFacts::parse(&form).expect("fine");
        let written = (&*event.country, event.price.currency.code(), &*event.timezone);
        assert_eq!(written, ("GB", "GBP", "Europe/London"));
    }

    #[test]
    fn an_event_whose_seats_are_drawn_later_needs_a_currency_and_neither_price_nor_places() {
        let form = EventForm { price: String::new(), total_capacity: String::new(), ..typed() };
        let EventFacts { event, .. } = EventFacts::parse_seated(&form).expect("fine");
        assert_eq!((event.has_seat_selection, event.total_capacity, event.price.minor), (true, 0, 0));
        assert_eq!(event.price.currency.code(), "EUR");
        assert!(EventFacts::parse(&form).is_err());
        assert!(EventFacts::parse_seated(&EventForm { currency: String::new(), ..form }).is_err());
    }

    #[test]
    fn what_does_not_fit_is_named_field_by_field() {
        let mut cases = vec![];
        let mut case = |change: fn(&mut EventForm, String), text: &str, field: &'static str, problem: Problem| {
            let mut form = typed();
            change(&mut form, text.to_owned());
            cases.push((form, field, problem));
        };
        case(|form, text| form.name = text, "", "name", Problem::Required);
        case(|form, text| form.name = text, &"x".repeat(201), "name", Problem::TooLong(200));
        case(|form, text| form.name = text, "a\u{7}b", "name", Problem::Malformed);
        case(|form, text| form.description = text, &"x".repeat(5_001), "description", Problem::TooLong(5_000));
        case(|form, text| form.category = text, "gardening", "category", Problem::Unknown);
        case(|form, text| form.country = text, "XX", "country", Problem::Unknown);
        case(|form, text| form.timezone = text, "Mars/Olympus", "timezone", Problem::Unknown);
        case(|form, text| form.event_date = text, "", "event_date", Problem::Required);
        case(|form, text| form.event_date = text, "soon", "event_date", Problem::Malformed);
        case(|form, text| form.sales_open_at = text, "2026-03-29T02:30", "sales_open_at", Problem::Skipped);
        case(|form, text| form.sales_open_at = text, "2026-10-25T02:30", "sales_open_at", Problem::Twice);
        case(|form, text| form.doors_at = text, "2026-12-05T19:31", "doors_at", Problem::TooLate);
        case(|form, text| form.ends_at = text, "2026-12-05T19:30", "ends_at", Problem::TooEarly);
        case(|form, text| form.ends_at = text, "2027-01-05T19:31", "ends_at", Problem::TooLate);
        case(|form, text| form.sales_close_at = text, "2026-11-01T10:00", "sales_close_at", Problem::TooEarly);
        case(|form, text| form.sales_close_at = text, "2026-12-05T22:01", "sales_close_at", Problem::TooLate);
        case(|form, text| form.currency = text, "DEM", "currency", Problem::Unknown);
        case(|form, text| form.currency = text, "DEM", "currency", Problem::Unknown);
        case(|form, text| form.currency = text, "", "currency", Problem::Required);
        case(|form, text| form.price = text, "", "price", Problem::Required);
        case(|form, text| form.price = text, "24.505", "price", Problem::Malformed);
        case(|form, text| form.price = text, "1000000.01", "price", Problem::OutOfRange(0, 1_000_000));
        case(|form, text| form.total_capacity = text, "", "total_capacity", Problem::Required);
        case(|form, text| form.total_capacity = text, "0", "total_capacity", Problem::OutOfRange(1, 1_000_000));
        case(|form, text| form.places_per_person = text, "101", "places_per_person", Problem::OutOfRange(1, 100));
        case(|form, text| form.hold_length_min = text, "31", "hold_length_min", Problem::OutOfRange(1, 30));
        for (form, field, problem) in cases {
            let refused = EventFacts::parse(&form).expect_err(field);
            assert_eq!(refused, Error::invalid(field, problem), "{field}");
        }
    }

    #[test]
    fn the_bounds_themselves_fit() {
        let mut form = typed();
        form.name = "ä".repeat(200);
        form.ends_at = "2027-01-05T19:30".to_owned();
        form.sales_close_at = form.ends_at.clone();
        form.doors_at = form.event_date.clone();
        (form.price, form.total_capacity) = ("1000000".to_owned(), "1000000".to_owned());
        assert!(EventFacts::parse(&form).is_ok());
    }

    #[test]
    fn prices_have_the_decimals_of_their_currency() {
        let minor = |price: &str, currency: &str| {
            let form = EventForm { price: price.to_owned(), currency: currency.to_owned(), ..typed() };
            EventFacts::parse(&form).map(|facts| facts.event.price.minor).ok()
        };
        assert_eq!((minor("3000", "JPY"), minor("3000.5", "JPY")), (Some(3_000), None));
        assert_eq!((minor("12.5", "KWD"), minor("12.0005", "KWD")), (Some(12_500), None));
        assert_eq!((minor("0", "EUR"), minor("-1", "EUR")), (Some(0), None));
    }

    #[test]
    fn what_is_still_as_it_was_stays_to_the_second() {
        let mut facts = EventFacts::parse(&typed()).expect("fine");
        facts.event.sales_open_at += TimeDelta::milliseconds(12_345);
        facts.hold_length_s = 90;
        let same = facts.parse_change(&facts.form()).expect("fine");
        assert_eq!(same, facts);
        let elsewhere = EventForm { timezone: "Europe/London".to_owned(), ..facts.form() };
        let moved = facts.parse_change(&elsewhere).expect("fine");
        assert_eq!(moved.event.event_date, facts.event.event_date + TimeDelta::hours(1), "19:30 there");
    }

    #[test]
    fn another_day_keeps_every_time_of_day() {
        let facts = EventFacts::parse(&typed()).expect("fine");
        let moved = facts.moved("2027-07-10", "").expect("fine").form();
        assert_eq!((&*moved.event_date, &*moved.doors_at), ("2027-07-10T19:30", "2027-07-10T18:30"));
        assert_eq!((&*moved.sales_open_at, &*moved.sales_close_at), ("2027-06-06T10:00", "2027-07-10T19:30"));
        assert_eq!(moved.name, "Jazz");
        assert!(facts.moved("2026-12-05", "Jazz\r\nx").expect_err("a name").field("name").is_some());
        assert_eq!(facts.moved("2026-12-05", " Blues ").expect("fine").event.name, "Blues");
        for (date, name, field) in
            [("soon", "", "date"), ("1999-01-01", "", "date"), ("2026-12-05", &*"x".repeat(201), "name")]
        {
            assert!(facts.moved(date, name).expect_err(field).field(field).is_some(), "{date}");
        }
    }

    #[test]
    fn with_seats_price_and_places_go_for_nothing() {
        let mut facts = EventFacts::parse(&typed()).expect("fine");
        facts.event.has_seat_selection = true;
        let form = EventForm { price: "x".to_owned(), total_capacity: String::new(), ..typed() };
        assert_eq!(facts.parse_change(&form), Ok(facts));
    }
}
