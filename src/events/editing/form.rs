//! An event as it is typed: every field is text, so that whatever was typed can be shown again.

use serde::{Deserialize, Serialize};

/// Fields of an event's form.
pub const FIELD_COUNT: usize = 19;

/// An event as it is typed. A field that is left out is empty.
///
/// Times are `2026-12-05T19:30` at the venue; one that the clocks there show twice needs its offset behind it, `+02:00`. Times
/// with an offset, or `Z`, are taken from anybody. The price is in units of the currency, `24.50`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct EventForm {
    /// 1 to 200 characters.
    pub name: String,
    /// One sentence, at most 200 characters.
    pub summary: String,
    /// Paragraphs parted by empty lines, at most 5,000 characters.
    pub description: String,
    /// One of the categories.
    pub category: String,
    /// Where, at most 120 characters.
    pub venue: String,
    /// Street and number, at most 200 characters.
    pub address: String,
    /// In which city, at most 100 characters.
    pub city: String,
    /// ISO 3166-1 alpha-2.
    pub country: String,
    /// IANA zone.
    pub timezone: String,
    /// When doors open; may be empty.
    pub doors_at: String,
    /// When it begins.
    pub event_date: String,
    /// When it ends, at most 31 days after it begins.
    pub ends_at: String,
    /// When the sale opens.
    pub sales_open_at: String,
    /// When it closes, at the event's end at the latest.
    pub sales_close_at: String,
    /// ISO 4217.
    pub currency: String,
    /// The price of a place. Goes for nothing with seats, whose sections have prices.
    pub price: String,
    /// Places, 1 to 1,000,000. Goes for nothing with seats, which are counted.
    pub total_capacity: String,
    /// Places one person may have, 1 to 100; 10 if empty.
    pub places_per_person: String,
    /// Minutes a hold lasts, 1 to 30; 10 if empty.
    pub hold_length_min: String,
}

/// A field by its name in requests, what people call it, and what is in it.
pub type Field<'a> = (&'static str, &'static str, &'a str);

/// A field in which two who edit the same event differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The field's name in requests.
    pub field: &'static str,
    /// What people call it.
    pub label: &'static str,
    /// What was typed here.
    pub yours: String,
    /// What has been saved meanwhile.
    pub theirs: String,
    /// Who changed it.
    pub by: ChangedBy,
}

/// Who changed a field since the form was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangedBy {
    /// Only whoever sent the form.
    You,
    /// Only whoever saved meanwhile.
    Them,
    /// Both, or it isn't known.
    Both,
}

impl EventForm {
    /// Its fields in the order in which they are asked for.
    pub fn fields(&self) -> [Field<'_>; FIELD_COUNT] {
        [
            ("name", "Name", &self.name),
            ("summary", "Summary", &self.summary),
            ("description", "Description", &self.description),
            ("category", "Kind", &self.category),
            ("venue", "Venue", &self.venue),
            ("address", "Street and number", &self.address),
            ("city", "City", &self.city),
            ("country", "Country", &self.country),
            ("timezone", "Time zone", &self.timezone),
            ("doors_at", "Doors open", &self.doors_at),
            ("event_date", "Begins", &self.event_date),
            ("ends_at", "Ends", &self.ends_at),
            ("sales_open_at", "Sale opens", &self.sales_open_at),
            ("sales_close_at", "Sale closes", &self.sales_close_at),
            ("currency", "Currency", &self.currency),
            ("price", "Price", &self.price),
            ("total_capacity", "Places", &self.total_capacity),
            ("places_per_person", "Places for one person", &self.places_per_person),
            ("hold_length_min", "Minutes a hold lasts", &self.hold_length_min),
        ]
    }
    fn fields_mut(&mut self) -> [&mut String; FIELD_COUNT] {
        [
            &mut self.name,
            &mut self.summary,
            &mut self.description,
            &mut self.category,
            &mut self.venue,
            &mut self.address,
            &mut self.city,
            &mut self.country,
            &mut self.timezone,
            &mut self.doors_at,
            &mut self.event_date,
            &mut self.ends_at,
            &mut self.sales_open_at,
            &mut self.sales_close_at,
            &mut self.currency,
            &mut self.price,
            &mut self.total_capacity,
            &mut self.places_per_person,
            &mut self.hold_length_min,
        ]
    }

    /// What is in the field of this name.
    pub fn get(&self, field: &str) -> &str {
        self.fields().into_iter().find(|(name, ..)| *name == field).map_or("", |(.., text)| text)
    }

    /// The same without what a browser adds: blanks around a field, and other ends of lines.
    pub fn tidied(mut self) -> Self {
        for field in self.fields_mut() {
            *field = field.replace("\r\n", "\n").trim().to_owned();
        }
        self
    }

    /// The same, with these fields as they are in the other.
    pub fn with(mut self, fields: &[String], of: &Self) -> Self {
        let names = of.fields();
        for ((name, _, text), field) in names.into_iter().zip(self.fields_mut()) {
            if fields.iter().any(|wanted| wanted == name) {
                *field = text.to_owned();
            }
        }
        self
    }

    /// The same, with what goes for nothing where there are seats as it is in the other.
    pub fn with_seats(self, of: &Self) -> Self {
        self.with(&["currency", "price", "total_capacity"].map(str::to_owned), of)
    }

    /// Sixteen hexadecimal digits for each field: enough to tell whether it is still the same.
    pub fn marks(&self) -> String {
        self.fields().into_iter().map(|(.., text)| format!("{:016x}", mark(text))).collect()
    }

    /// Where this form, opened when the fields had these marks, differs from what has been saved meanwhile.
    pub fn differences(&self, marks: &str, saved: &Self) -> Vec<Difference> {
        let pairs = self.fields().into_iter().zip(saved.fields()).enumerate();
        pairs
            .filter(|(_, ((.., yours), (.., theirs)))| yours != theirs)
            .map(|(i, ((field, label, yours), (.., theirs)))| {
                let is_opened = |text| marks.get(16 * i..16 * (i + 1)) == Some(&format!("{:016x}", mark(text)));
                let by = match (is_opened(yours), is_opened(theirs)) {
                    (true, _) => ChangedBy::Them,
                    (false, true) => ChangedBy::You,
                    (false, false) => ChangedBy::Both,
                };
                Difference { field, label, yours: yours.to_owned(), theirs: theirs.to_owned(), by }
            })
            .collect()
    }
}

/// Source: FNV-1a, 64 bits, isthe.com/chongo/tech/comp/fnv. No secret depends on it.
fn mark(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str, venue: &str) -> EventForm {
        EventForm { name: name.to_owned(), venue: venue.to_owned(), ..EventForm::default() }
    }

    #[test]
    fn who_changed_what_is_told_by_the_marks() {
        let opened = form("Jazz", "Hall");
        let by = |mine: &EventForm, saved: &EventForm, marks: &str| -> Vec<_> {
            mine.differences(marks, saved).into_iter().map(|differs| (differs.field, differs.by)).collect()
        };
        let marks = opened.marks();
        let mine = form("Blues", "Hall");
        assert_eq!(by(&mine, &form("Jazz", "Barn"), &marks), [("name", ChangedBy::You), ("venue", ChangedBy::Them)]);
        assert_eq!(by(&mine, &form("Rock", "Hall"), &marks), [("name", ChangedBy::Both)]);
        assert_eq!(by(&mine, &form("Jazz", "Hall"), ""), [("name", ChangedBy::Both)], "without marks nothing is known");
        assert_eq!(by(&mine, &mine, &marks), []);
        for odd in ["é", "0123", &"é".repeat(200)] {
            assert_eq!(by(&mine, &opened, odd), [("name", ChangedBy::Both)], "{odd}");
        }
    }

    #[test]
    fn fields_of_the_other_are_taken_by_name() {
        let taken = form("Blues", "Hall").with(&["venue".to_owned(), "unknown".to_owned()], &form("Jazz", "Barn"));
        assert_eq!(taken, form("Blues", "Barn"));
    }

    #[test]
    fn what_a_browser_adds_is_taken_away() {
        let typed = EventForm { description: " One.\r\n\r\nTwo. ".to_owned(), ..EventForm::default() };
        assert_eq!(typed.tidied().description, "One.\n\nTwo.");
    }

    #[test]
    fn each_field_is_named_as_in_requests() {
        let json = serde_json::to_value(EventForm::default()).expect("JSON");
        let names: Vec<&str> = EventForm::default().fields().iter().map(|(name, ..)| *name).collect();
        assert!(
            names.iter().all(|name| json.get(name).is_some()) && json.as_object().map(|o| o.len()) == Some(FIELD_COUNT)
        );
        let mut filled = EventForm::default();
        for (i, field) in filled.fields_mut().into_iter().enumerate() {
            *field = i.to_string();
        }
        assert!(filled.fields().iter().enumerate().all(|(i, (.., text))| *text == i.to_string()), "one order for both");
    }
}
