//! What the demonstration promises to show.

use super::*;
use crate::{
    events::model::CATEGORIES,
    money::{Currency, Money},
};
use std::collections::HashSet;

fn general() -> Vec<(i32, i64)> {
    events()
        .iter()
        .filter_map(|event| if let Places::General(count, price) = event.places { Some((count, price)) } else { None })
        .collect()
}

fn any(what: impl Fn(&EventPlan) -> bool) -> bool {
    events().into_iter().any(what)
}

#[test]
fn about_forty_events_of_every_category_each_with_its_own_name() {
    let events = events();
    assert!((38..=48).contains(&events.len()), "{}", events.len());
    let names: HashSet<&str> = events.iter().map(|event| event.name).collect();
    assert_eq!(names.len(), events.len());
    for (category, _) in CATEGORIES {
        assert!(events.iter().any(|event| event.category == category), "{category}");
    }
    assert!(events.iter().all(|event| CATEGORIES.iter().any(|(category, _)| *category == event.category)));
}

#[test]
fn places_from_80_to_20000_and_every_kind_of_house() {
    let counts: Vec<i32> = general().into_iter().map(|(count, _)| count).collect();
    assert_eq!((counts.iter().min(), counts.iter().max()), (Some(&80), Some(&20_000)));
    assert!(any(|event| matches!(event.places, Places::Theatre(_))));
    assert!(any(|event| matches!(event.places, Places::Hall(_))));
    assert!(any(|event| matches!(event.places, Places::Club(_))));
    assert!(any(|event| matches!(event.places, Places::Cinema(_))));
    assert!(any(|event| matches!(event.places, Places::Arena(_))));
    assert!(any(|event| matches!(event.places, Places::Stadium(_))));
}

#[test]
fn free_cheap_and_dear_in_currencies_of_no_two_and_three_decimals() {
    assert!(general().iter().filter(|(_, price)| *price == 0).count() >= 3);
    assert!(any(|event| matches!(event.places, Places::General(_, 10_000..)) && event.place.city.currency == "USD"));
    let currencies: HashSet<&str> = events().iter().map(|event| event.place.city.currency).collect();
    for code in ["EUR", "GBP", "USD", "JPY", "KWD", "CHF", "SEK"] {
        assert!(currencies.contains(code), "{code}");
    }
}

#[test]
fn every_state_of_a_sale() {
    assert!(any(|event| matches!(event.sold, Sold::AllBut(0)) && event.waiting_count > 5));
    assert!(any(|event| matches!(event.sold, Sold::AllBut(1..20))));
    assert!(any(|event| matches!(event.sale, Sale::OpensInHours(1))));
    assert!(any(|event| matches!(event.sale, Sale::OpensInDays(7))));
    assert!(any(|event| event.starts.week < 0));
    for fate in [Fate::Draft, Fate::Cancelled] {
        assert!(any(|event| event.fate == fate), "{fate:?}");
    }
    for weekend in [0, 1] {
        assert!(events().iter().filter(|event| event.starts.week == weekend).count() >= 4);
    }
}

#[test]
fn texts_are_worth_reading() {
    for event in events() {
        assert!((2..=4).contains(&event.description.len()), "{}", event.name);
        let words = event.description.join(" ").split_whitespace().count();
        assert!((40..=260).contains(&words), "{}: {words} words", event.name);
        assert!((40..=140).contains(&event.summary.chars().count()), "{}", event.name);
        let texts = event.description.iter().chain([&event.summary]);
        for text in texts {
            assert!(!text.contains('!') && !text.contains("  ") && text.trim() == *text, "{}", event.name);
        }
    }
}

#[test]
fn prices_fit_their_currency() {
    for event in events() {
        let code = event.place.city.currency;
        let currency = Currency::try_from(code.to_owned()).expect("a currency");
        if let Places::General(_, price) = event.places {
            let shown = Money::new(price, currency).to_string();
            // Whole yen, whole or half of the others: a price nobody would print is a mistake in its decimals.
            let smallest = match code {
                "JPY" => 100,
                "KWD" => 500,
                _ => 50,
            };
            assert_eq!(price % smallest, 0, "{}: {shown}", event.name);
        }
    }
}
