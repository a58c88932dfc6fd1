//! What a typed code says, checked.

use super::{
    form::CodeForm,
    model::{Code, Kind, parse_code},
};
use crate::{
    error::{Error, FieldError, Problem},
    events::editing::{
        facts::parse_price,
        local::{read_instant, write_instant},
    },
    money::{Currency, Money},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::BTreeSet;

const USES_PER_PERSON_MAX: i32 = 100;
const NOTE_MAX: i32 = 200;
/// Codes made at once.
pub const BATCH_MAX: i32 = 5_000;
/// Characters that stand before the random ones of a code that is made.
const PREFIX_MAX: usize = 20;

/// What a code is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeFacts {
    /// In capitals.
    pub code: String,
    /// Of what it takes something off.
    pub kind: Kind,
    /// Percent, or minor units.
    pub value: i64,
    /// From when it can be given.
    pub starts_at: Option<DateTime<Utc>>,
    /// Until when.
    pub ends_at: Option<DateTime<Utc>>,
    /// Bookings that can have it at the same time.
    pub max_uses: Option<i32>,
    /// Bookings of one person.
    pub max_uses_per_person: Option<i32>,
    /// Sections whose seats it is for, in order, each once; none for all places.
    pub sections: Vec<String>,
    /// For whom it is.
    pub note: String,
}

/// What a code's fields are read with.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The event's currency.
    pub currency: Currency,
    /// The event's zone.
    pub zone: Tz,
    /// The names of its sections; none where it has no seats.
    pub sections: Vec<String>,
}

impl CodeFacts {
    /// Uses that a code can have at most, if they are limited.
    pub const MOST_USES: i32 = 1_000_000;

    /// Those of a code that is there.
    pub fn of(code: &Code) -> Self {
        let code = code.clone();
        Self {
            code: code.code,
            kind: code.kind,
            value: code.value,
            starts_at: code.starts_at,
            ends_at: code.ends_at,
            max_uses: code.max_uses,
            max_uses_per_person: code.max_uses_per_person,
            sections: code.sections,
            note: code.note,
        }
    }

    /// Understands a typed code, for these sections. Errors: `Invalid`, on every field that doesn't fit.
    pub fn parse(form: &CodeForm, sections: &[String], terms: &Terms) -> Result<Self, Error> {
        let mut reading = Reading { terms, wrong: Vec::new() };
        let code = parse_code(&form.code).unwrap_or_else(|error| reading.refuse_all(error));
        let facts = reading.read(code, form, sections);
        if reading.wrong.is_empty() { Ok(facts) } else { Err(Error::Invalid(reading.wrong)) }
    }

    /// Understands what codes that are made have in common; they are used once each. The answer's code is what they begin with.
    /// Errors: `Invalid`, on every field that doesn't fit.
    pub fn parse_batch(
        (prefix, count): (&str, i32),
        form: &CodeForm,
        sections: &[String],
        terms: &Terms,
    ) -> Result<Self, Error> {
        let mut reading = Reading { terms, wrong: Vec::new() };
        if !(1..=BATCH_MAX).contains(&count) {
            reading.refuse("count", Problem::OutOfRange(1, BATCH_MAX));
        }
        let prefix = prefix.trim().trim_end_matches('-').to_ascii_uppercase();
        let is_plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
        if prefix.len() > PREFIX_MAX {
            reading.refuse("prefix", Problem::TooLong(PREFIX_MAX as i32));
        } else if !prefix.bytes().all(is_plain) {
            reading.refuse("prefix", Problem::Malformed);
        }
        let facts = Self { max_uses: Some(1), max_uses_per_person: None, ..reading.read(prefix, form, sections) };
        if reading.wrong.is_empty() { Ok(facts) } else { Err(Error::Invalid(reading.wrong)) }
    }

    /// The same with its sections in the order of this code's, where they are the same: an event's sections may have changed
    /// places since the code was made.
    pub fn in_order_of(mut self, code: &Code) -> Self {
        if self.has_sections_of(code) {
            self.sections.clone_from(&code.sections);
        }
        self
    }

    /// Whether it is what this code is already.
    pub fn is(&self, code: &Code) -> bool {
        self.clone().in_order_of(code) == Self::of(code)
    }

    /// Whether it takes the same off as this code.
    pub fn has_terms_of(&self, code: &Code) -> bool {
        (self.kind, self.value) == (code.kind, code.value) && self.has_sections_of(code)
    }

    /// Whether it is for the same sections as this code, in whatever order.
    pub fn has_sections_of(&self, code: &Code) -> bool {
        let set = |sections: &[String]| -> BTreeSet<String> { sections.iter().cloned().collect() };
        set(&self.sections) == set(&code.sections)
    }
}

impl Terms {
    /// Those that a code which is there is changed with: it may keep sections that the event doesn't have any more.
    pub fn keeping(mut self, code: &Code) -> Self {
        let gone: Vec<String> =
            code.sections.iter().filter(|section| !self.sections.contains(section)).cloned().collect();
        self.sections.extend(gone);
        self
    }
}

/// A form being understood, with what doesn't fit so far.
struct Reading<'a> {
    terms: &'a Terms,
    wrong: Vec<FieldError>,
}

impl Reading<'_> {
    fn read(&mut self, code: String, form: &CodeForm, sections: &[String]) -> CodeFacts {
        let kind = Kind::ALL.into_iter().find(|kind| kind.key() == form.kind.trim());
        let kind = kind.unwrap_or_else(|| {
            self.refuse("kind", if form.kind.trim().is_empty() { Problem::Required } else { Problem::Unknown });
            Kind::Percent
        });
        let (starts_at, ends_at) = (self.instant("starts_at", &form.starts_at), self.instant("ends_at", &form.ends_at));
        if starts_at.is_some_and(|starts_at| ends_at.is_some_and(|ends_at| ends_at <= starts_at)) {
            self.refuse("ends_at", Problem::TooEarly);
        }
        if form.note.trim().chars().count() > NOTE_MAX as usize {
            self.refuse("note", Problem::TooLong(NOTE_MAX));
        } else if form.note.chars().any(char::is_control) {
            self.refuse("note", Problem::Malformed);
        }
        CodeFacts {
            value: self.value(kind, form.value.trim()),
            max_uses: self.number("max_uses", &form.max_uses, CodeFacts::MOST_USES),
            max_uses_per_person: self.number("max_uses_per_person", &form.max_uses_per_person, USES_PER_PERSON_MAX),
            sections: self.sections(sections),
            note: form.note.trim().to_owned(),
            code,
            kind,
            starts_at,
            ends_at,
        }
    }

    fn value(&mut self, kind: Kind, text: &str) -> i64 {
        let read = match kind {
            Kind::Percent if text.is_empty() => Err(Problem::Required),
            Kind::Percent => match text.trim_end_matches('%').trim_end().parse() {
                Ok(percent @ 1..=100) => Ok(percent),
                Ok(_) => Err(Problem::OutOfRange(1, 100)),
                Err(_) => Err(Problem::Malformed),
            },
            Kind::PerPlace | Kind::PerBooking => match parse_price(text, self.terms.currency) {
                Ok(Money { minor: 0, .. }) => Err(Problem::Malformed),
                price => price.map(|price| price.minor),
            },
        };
        read.unwrap_or_else(|problem| {
            self.refuse("value", problem);
            0
        })
    }

    fn number(&mut self, field: &str, text: &str, max: i32) -> Option<i32> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let number = text.parse().ok().filter(|number| (1..=max).contains(number));
        if number.is_none() {
            self.refuse(field, Problem::OutOfRange(1, max));
        }
        number
    }

    fn instant(&mut self, field: &str, text: &str) -> Option<DateTime<Utc>> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        read_instant(text, self.terms.zone).map_err(|problem| self.refuse(field, problem)).ok()
    }

    fn sections(&mut self, named: &[String]) -> Vec<String> {
        let known = &self.terms.sections;
        let strange = named.iter().any(|section| !known.contains(section));
        let sections = known.iter().filter(|section| named.contains(section)).cloned().collect();
        if strange {
            self.refuse("sections", Problem::Unknown);
        }
        sections
    }

    fn refuse(&mut self, field: &str, problem: Problem) {
        self.wrong.push(FieldError { field: field.to_owned(), problem });
    }

    fn refuse_all<T: Default>(&mut self, error: Error) -> T {
        if let Error::Invalid(fields) = error {
            self.wrong.extend(fields);
        }
        T::default()
    }
}

impl CodeForm {
    /// A code that is there, as it would be typed.
    pub fn of(code: &Code, currency: Currency, zone: Tz) -> Self {
        let instant = |at: Option<DateTime<Utc>>| at.map(|at| write_instant(at, zone)).unwrap_or_default();
        let number = |number: Option<i32>| number.map(|number| number.to_string()).unwrap_or_default();
        Self {
            code: code.code.clone(),
            kind: code.kind.key().to_owned(),
            value: match code.kind {
                Kind::Percent => code.value.to_string(),
                Kind::PerPlace | Kind::PerBooking => Money::new(code.value, currency).decimal(),
            },
            starts_at: instant(code.starts_at),
            ends_at: instant(code.ends_at),
            max_uses: number(code.max_uses),
            max_uses_per_person: number(code.max_uses_per_person),
            note: code.note.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terms() -> Terms {
        Terms {
            currency: Currency::try_from("EUR".to_owned()).expect("a currency"),
            zone: Tz::Europe__Berlin,
            sections: vec!["Stalls".to_owned(), "Circle".to_owned()],
        }
    }

    fn form() -> CodeForm {
        let text = str::to_owned;
        CodeForm { code: text("early"), kind: text("percent"), value: text("20 %"), ..CodeForm::default() }
    }

    fn problem(change: impl FnOnce(&mut CodeForm), field: &str) -> Option<String> {
        let mut form = form();
        change(&mut form);
        CodeFacts::parse(&form, &[], &terms()).err()?.field(field)
    }

    #[test]
    fn a_code_is_read_from_what_is_typed() {
        let typed = CodeForm {
            starts_at: "2026-12-01T00:00".to_owned(),
            max_uses: " 50 ".to_owned(),
            note: " For the press ".to_owned(),
            ..form()
        };
        let read = CodeFacts::parse(&typed, &["Circle".to_owned(), "Circle".to_owned()], &terms()).expect("a code");
        assert_eq!((read.code.as_str(), read.kind, read.value), ("EARLY", Kind::Percent, 20));
        assert_eq!(read.starts_at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-30T23:00:00+00:00"));
        assert_eq!((read.max_uses, read.max_uses_per_person), (Some(50), None));
        assert_eq!((read.note.as_str(), read.sections), ("For the press", vec!["Circle".to_owned()]));
    }

    #[test]
    fn amounts_are_of_the_events_currency() {
        let typed = CodeForm { kind: "per_place".to_owned(), value: "2,50".to_owned(), ..form() };
        assert_eq!(CodeFacts::parse(&typed, &[], &terms()).map(|facts| facts.value), Ok(250));
    }

    #[test]
    fn what_does_not_fit_is_told_beside_its_field() {
        for value in ["", "0", "101", "12.5", "-5", "x"] {
            assert!(problem(|form| form.value = value.to_owned(), "value").is_some(), "{value}");
        }
        for value in ["0", "1000001", "x"] {
            assert!(problem(|form| form.max_uses = value.to_owned(), "max_uses").is_some(), "{value}");
        }
        assert!(problem(|form| form.kind = "each".to_owned(), "kind").is_some());
        assert!(problem(|form| form.code = "a".to_owned(), "code").is_some());
        assert!(problem(|form| form.note = "x".repeat(201), "note").is_some());
        let backwards = |form: &mut CodeForm| {
            (form.starts_at, form.ends_at) = ("2026-12-02T00:00".into(), "2026-12-01T00:00".into())
        };
        assert!(problem(backwards, "ends_at").is_some());
        let unknown = CodeFacts::parse(&form(), &["Moon".to_owned()], &terms()).expect_err("no such section");
        assert!(unknown.field("sections").is_some());
    }

    #[test]
    fn codes_made_in_bulk_are_used_once() {
        let typed = CodeForm { max_uses: "50".to_owned(), ..form() };
        let read = CodeFacts::parse_batch((" press- ", 5_000), &typed, &[], &terms()).expect("codes");
        assert_eq!((read.code.as_str(), read.max_uses), ("PRESS", Some(1)));
        for bad in ["für", "A".repeat(21).as_str()] {
            let refused = CodeFacts::parse_batch((bad, 1), &typed, &[], &terms()).expect_err("no prefix");
            assert!(refused.field("prefix").is_some(), "{bad}");
        }
        for count in [0, -1, 5_001] {
            let refused = CodeFacts::parse_batch(("x", count), &typed, &[], &terms()).expect_err("too many, or none");
            assert!(refused.field("count").is_some(), "{count}");
        }
    }

    fn code() -> Code {
        let facts = CodeFacts::parse(&form(), &[], &terms()).expect("a code");
        Code {
            id: crate::id::CodeId(uuid::Uuid::nil()),
            event_id: crate::id::EventId(uuid::Uuid::nil()),
            code: facts.code.clone(),
            kind: Kind::PerBooking,
            value: 1_250,
            starts_at: Some(DateTime::UNIX_EPOCH + chrono::TimeDelta::days(20_000)),
            ends_at: None,
            max_uses: Some(3),
            max_uses_per_person: None,
            sections: Vec::new(),
            note: "x".to_owned(),
            version: 1,
            ended_at: None,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn sections_are_the_same_in_whatever_order() {
        let code = Code { sections: vec!["Circle".to_owned(), "Stalls".to_owned()], ..code() };
        let typed = CodeForm::of(&code, terms().currency, terms().zone);
        let read = |sections: &[String]| CodeFacts::parse(&typed, sections, &terms()).expect("a code");
        let same = read(&code.sections);
        assert_ne!(same.sections, code.sections, "in the order of the event's");
        assert!(same.is(&code) && same.has_terms_of(&code));
        assert_eq!(same.in_order_of(&code).sections, code.sections);
        let fewer = read(&code.sections[..1]);
        assert!(!fewer.is(&code) && !fewer.has_terms_of(&code));
        assert_eq!(fewer.in_order_of(&code).sections, ["Circle"]);
    }

    #[test]
    fn a_code_may_keep_a_section_that_is_gone() {
        let code = Code { sections: vec!["Moon".to_owned()], ..code() };
        let typed = CodeForm::of(&code, terms().currency, terms().zone);
        assert!(CodeFacts::parse(&typed, &code.sections, &terms()).is_err());
        let kept = CodeFacts::parse(&typed, &code.sections, &terms().keeping(&code)).expect("a code");
        assert!(kept.is(&code));
    }

    #[test]
    fn what_is_written_reads_back() {
        let (code, terms) = (code(), terms());
        let again = CodeFacts::parse(&CodeForm::of(&code, terms.currency, terms.zone), &[], &terms).expect("a code");
        assert!(again.has_terms_of(&code));
        assert_eq!((again.starts_at, again.max_uses, again.note), (code.starts_at, code.max_uses, code.note));
    }
}
