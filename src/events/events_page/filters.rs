//! What the list is narrowed to, as it stands in the address: read, written, named, and taken off one by one.

use crate::{
    error::Error,
    events::model::{EventQuery, Occasion, category_name},
    ui::path_with,
};
use chrono::NaiveDate;

/// The names of the fields of a query.
pub const QUERY_FIELDS: [&str; 13] = [
    "q", "city", "category", "when", "from", "to", "price", "currency", "places", "together", "sort", "cursor", "limit",
];

/// Reads a query by the names of its fields, from an address or from a form.
pub(in crate::events) fn read_query(field: impl Fn(&str) -> String) -> EventQuery {
    EventQuery {
        q: field("q"),
        city: field("city"),
        category: field("category"),
        when: field("when"),
        from: field("from"),
        to: field("to"),
        price: field("price"),
        currency: field("currency"),
        places: field("places"),
        together: field("together"),
        sort: field("sort"),
        cursor: field("cursor"),
        limit: field("limit"),
    }
}

/// The address of the list that this query asks for. A currency without an amount, the usual order, and an occasion beside
/// days that are named, go unsaid.
pub(in crate::events) fn events_path(query: &EventQuery) -> String {
    path_of("/events", "", query)
}

/// The address of this month, `2026-12`, for what the query asks for besides days and an order.
pub(in crate::events) fn month_path(query: &EventQuery, month: &str) -> String {
    let none = String::new;
    let query = EventQuery { when: none(), from: none(), to: none(), sort: none(), limit: none(), ..query.clone() };
    path_of("/events/month", month, &EventQuery { cursor: none(), ..query })
}

fn path_of(path: &str, month: &str, query: &EventQuery) -> String {
    let currency = if query.price.is_empty() || query.price == "free" { "" } else { query.currency.as_str() };
    let sort = if query.sort == "date" { "" } else { query.sort.as_str() };
    let when = if query.from.is_empty() && query.to.is_empty() { query.when.as_str() } else { "" };
    path_with(
        path,
        [
            ("month", month),
            ("q", query.q.trim()),
            ("city", &query.city),
            ("category", &query.category),
            ("when", when),
            ("from", &query.from),
            ("to", &query.to),
            ("price", &query.price),
            ("currency", currency),
            ("places", &query.places),
            ("together", &query.together),
            ("sort", sort),
            ("limit", &query.limit),
            ("cursor", &query.cursor),
        ],
    )
}

/// What a person calls a field of the query.
pub(in crate::events) fn field_label(field: &str) -> &'static str {
    match field {
        "q" => "Search",
        "city" => "City",
        "category" => "Category",
        "when" => "Days",
        "month" => "Month",
        "from" => "From",
        "to" => "Until",
        "price" => "Price up to",
        "currency" => "Currency",
        "places" => "Places",
        "together" => "Seats",
        "sort" => "Order",
        "limit" => "Events on a page",
        _ => "Page",
    }
}

/// What is wrong with this field of a refused query, and what would be right.
pub(in crate::events) fn problem_words(refusal: &Error, query: &EventQuery, field: &str) -> Option<String> {
    let said = refusal.field(field)?;
    let better = match field {
        "to" if query.to.trim().parse::<NaiveDate>().is_ok() => "The last day is before the first.",
        "from" | "to" => "This is no day. Write it as 2026-12-05.",
        "month" => "This is no month. Write it as 2026-12.",
        "price" => "Write a whole number up to 1,000,000, or “free”.",
        "currency" => "A price needs the three letters of its currency.",
        "when" => "There is today, tomorrow, weekend, week and month.",
        _ => return Some(said),
    };
    Some(better.to_owned())
}

/// One thing the list is narrowed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::events) struct Narrowing {
    /// The field's name in the query.
    pub(in crate::events) field: &'static str,
    /// What a person calls it, for example `City: Berlin`.
    pub(in crate::events) words: String,
    /// The list without it.
    pub(in crate::events) without: String,
}

/// Everything the list is narrowed to, in the order of the form; `path` is the address for what is left without it.
pub(in crate::events) fn narrowings(query: &EventQuery, path: impl Fn(&EventQuery) -> String) -> Vec<Narrowing> {
    let mut first = EventQuery { cursor: String::new(), ..query.clone() };
    if !(first.from.is_empty() && first.to.is_empty()) {
        first.when.clear();
    }
    let none = String::new;
    let all = [
        ("q", &query.q, format!("“{}”", query.q.trim()), EventQuery { q: none(), ..first.clone() }),
        ("city", &query.city, query.city.clone(), EventQuery { city: none(), ..first.clone() }),
        (
            "category",
            &query.category,
            category_name(&query.category).to_owned(),
            EventQuery { category: none(), ..first.clone() },
        ),
        ("when", &first.when, occasion_words(&first.when), EventQuery { when: none(), ..first.clone() }),
        ("from", &query.from, format!("From {}", day_words(&query.from)), EventQuery { from: none(), ..first.clone() }),
        ("to", &query.to, format!("Until {}", day_words(&query.to)), EventQuery { to: none(), ..first.clone() }),
        ("price", &query.price, price_words(query), EventQuery { price: none(), ..first.clone() }),
        ("places", &query.places, places_words(&query.places), EventQuery { places: none(), ..first.clone() }),
        ("together", &query.together, together_words(query), EventQuery { together: none(), ..first.clone() }),
    ];
    all.into_iter()
        .filter(|(_, value, _, _)| !value.trim().is_empty())
        .map(|(field, _, words, without)| Narrowing { field, words, without: path(&without) })
        .collect()
}

fn occasion_words(when: &str) -> String {
    Occasion::of_key(when).map_or_else(|| when.to_owned(), |occasion| occasion.name().to_owned())
}

fn price_words(query: &EventQuery) -> String {
    if query.price == "free" { "Free".to_owned() } else { format!("Up to {} {}", query.price, query.currency) }
}

fn places_words(places: &str) -> String {
    if places == "1" { "1 place or more".to_owned() } else { format!("{places} places or more") }
}

fn together_words(query: &EventQuery) -> String {
    if query.places.is_empty() { "2 side by side" } else { "Side by side" }.to_owned()
}

/// `5 Dec 2026` for `2026-12-05`; anything else as it is.
fn day_words(day: &str) -> String {
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let words = || {
        let mut parts = day.splitn(3, '-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        let month = MONTHS.get(month.parse::<usize>().ok()?.checked_sub(1)?)?;
        Some(format!("{} {month} {year}", day.trim_start_matches('0')))
    };
    words().unwrap_or_else(|| day.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn narrowed() -> EventQuery {
        EventQuery {
            q: " jazz ".into(),
            city: "Köln".into(),
            from: "2026-12-05".into(),
            price: "free".into(),
            currency: "EUR".into(),
            sort: "date".into(),
            cursor: "abc".into(),
            ..EventQuery::default()
        }
    }

    #[test]
    fn the_fields_of_a_query_are_those_that_are_read() {
        let read = std::cell::RefCell::new(Vec::new());
        read_query(|name| {
            read.borrow_mut().push(name.to_owned());
            String::new()
        });
        assert_eq!(read.into_inner(), QUERY_FIELDS);
    }

    #[test]
    fn the_address_says_only_what_matters() {
        assert_eq!(events_path(&EventQuery::default()), "/events");
        assert_eq!(events_path(&narrowed()), "/events?q=jazz&city=K%C3%B6ln&from=2026-12-05&price=free&cursor=abc");
    }

    #[test]
    fn each_narrowing_is_named_and_can_be_taken_off() {
        let words: Vec<String> = narrowings(&narrowed(), events_path).into_iter().map(|n| n.words).collect();
        assert_eq!(words, ["“jazz”", "Köln", "From 5 Dec 2026", "Free"]);
        let without_city =
            narrowings(&narrowed(), events_path).into_iter().find(|n| n.field == "city").map(|n| n.without);
        assert_eq!(without_city.as_deref(), Some("/events?q=jazz&from=2026-12-05&price=free"));
    }

    #[test]
    fn an_occasion_has_a_name_and_gives_way_to_a_day() {
        let mut query = EventQuery { when: "weekend".into(), ..EventQuery::default() };
        assert_eq!(narrowings(&query, events_path)[0].words, "This weekend");
        assert_eq!(events_path(&query), "/events?when=weekend");
        query.from = "2026-12-05".into();
        let words: Vec<String> = narrowings(&query, events_path).into_iter().map(|n| n.words).collect();
        assert_eq!(
            (words, narrowings(&query, events_path)[0].without.as_str()),
            (vec!["From 5 Dec 2026".to_owned()], "/events")
        );
        assert_eq!(events_path(&query), "/events?from=2026-12-05");
    }

    #[test]
    fn a_day_that_is_none_is_shown_as_typed() {
        assert_eq!(day_words("2026-01-31"), "31 Jan 2026");
        assert_eq!(day_words("2026-13-01"), "2026-13-01");
        assert_eq!(day_words("soon"), "soon");
    }

    #[test]
    fn a_month_keeps_all_but_days_and_order() {
        let query = EventQuery { when: "today".into(), sort: "price".into(), ..narrowed() };
        let path = month_path(&query, "2026-12");
        assert_eq!(path, "/events/month?month=2026-12&q=jazz&city=K%C3%B6ln&price=free");
        assert_eq!(month_path(&EventQuery::default(), ""), "/events/month");
    }
}
