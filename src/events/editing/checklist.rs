//! What an event needs before people may see it.

use super::facts::EventFacts;
use crate::error::{Error, FieldError, Problem};
use chrono::{DateTime, Utc};

/// What is still missing before the event can be published at `now`: the fields of its form, each once, and `seat_map` where its seats
/// aren't drawn yet. Without any, nothing is.
///
/// Errors are those of [`decide_publish`].
pub fn list_missing(facts: &EventFacts, now: DateTime<Utc>) -> Vec<FieldError> {
    let event = &facts.event;
    let places = if event.has_seat_selection { "seat_map" } else { "total_capacity" };
    let checks = [
        ("summary", event.summary.is_empty(), Problem::Required),
        ("description", event.description.is_empty(), Problem::Required),
        ("address", event.address.is_empty(), Problem::Required),
        // The map is checked when it is drawn: one that is there has places, and each of them a price.
        (places, event.total_capacity == 0, Problem::Required),
        ("event_date", event.event_date <= now, Problem::TooEarly),
        ("sales_close_at", event.sales_close_at <= now, Problem::TooEarly),
    ];
    checks
        .into_iter()
        .filter(|(_, is_missing, _)| *is_missing)
        .map(|(field, _, problem)| FieldError { field: field.to_owned(), problem })
        .collect()
}

/// Whether the event can be published at `now`. Errors: `Invalid`, on every field that is missing.
pub fn decide_publish(facts: &EventFacts, now: DateTime<Utc>) -> Result<(), Error> {
    let missing = list_missing(facts, now);
    if missing.is_empty() { Ok(()) } else { Err(Error::Invalid(missing)) }
}

/// Whether the event can be published at that instant, asked for at `now`. Errors: `Invalid`: what would be missing then, or on
/// `publish_at` when that has passed.
pub fn decide_schedule(facts: &EventFacts, publish_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), Error> {
    if publish_at <= now {
        return Err(Error::invalid("publish_at", Problem::TooEarly));
    }
    if publish_at >= facts.event.sales_close_at {
        return Err(Error::invalid("publish_at", Problem::TooLate));
    }
    decide_publish(facts, publish_at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        events::store::NewEvent,
        money::{Currency, Money},
    };
    use chrono::TimeDelta;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    /// Its sale closes at 10, and it begins at 20.
    fn complete() -> EventFacts {
        let text = || "Something".to_owned();
        let event = NewEvent {
            name: text(),
            summary: text(),
            description: text(),
            category: "music".to_owned(),
            venue: text(),
            address: text(),
            city: text(),
            country: "DE".to_owned(),
            timezone: "UTC".to_owned(),
            event_date: at(20),
            ends_at: at(22),
            doors_at: None,
            price: Money::new(0, Currency::NONE),
            total_capacity: 1,
            has_seat_selection: false,
            sales_open_at: at(0),
            sales_close_at: at(10),
            places_per_person: 1,
        };
        EventFacts { event, hold_length_s: 600 }
    }

    fn fields(facts: &EventFacts, now: DateTime<Utc>) -> Vec<String> {
        list_missing(facts, now).into_iter().map(|missing| missing.field).collect()
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut facts = complete();
        assert_eq!(fields(&facts, at(9)), Vec::<String>::new());
        assert_eq!(decide_publish(&facts, at(9)), Ok(()));
        (facts.event.summary, facts.event.address) = (String::new(), String::new());
        facts.event.total_capacity = 0;
        assert_eq!(fields(&facts, at(9)), ["summary", "address", "total_capacity"]);
        assert!(decide_publish(&facts, at(9)).is_err());
        facts.event.has_seat_selection = true;
        assert_eq!(fields(&facts, at(9)), ["summary", "address", "seat_map"]);
    }

    #[test]
    fn what_nobody_could_book_any_more_is_not_published() {
        let moment = TimeDelta::microseconds(1);
        assert_eq!(fields(&complete(), at(10) - moment), Vec::<String>::new());
        assert_eq!(fields(&complete(), at(10)), ["sales_close_at"]);
        assert_eq!(fields(&complete(), at(20)), ["event_date", "sales_close_at"]);
    }

    #[test]
    fn publishing_is_set_for_a_time_to_come_while_the_sale_lasts() {
        let on = |facts: &EventFacts, publish_at| match decide_schedule(facts, publish_at, at(5)) {
            Ok(()) => "fine".to_owned(),
            Err(Error::Invalid(fields)) => fields[0].field.clone(),
            Err(other) => other.to_string(),
        };
        let moment = TimeDelta::microseconds(1);
        assert_eq!(on(&complete(), at(5)), "publish_at");
        assert_eq!(on(&complete(), at(5) + moment), "fine");
        assert_eq!(on(&complete(), at(10) - moment), "fine");
        assert_eq!(on(&complete(), at(10)), "publish_at");
        let mut facts = complete();
        facts.event.description = String::new();
        assert_eq!(on(&facts, at(6)), "description");
    }
}
