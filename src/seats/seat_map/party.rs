//! How many seats a click takes, and the way to the best ones.

use super::{PARTY_FIELD, links::SectionLinks};
use crate::{
    money::Money,
    seats::{choosing::Seating, model::SeatMap},
    ui::{ButtonKind, Choice, SelectField, path_with},
};
use leptos::prelude::*;

/// Seats that a party can be at most here: more are rarely beside each other, and a list of fifty is no choice.
const PARTY_MAX: i32 = 12;

/// Who is looking for seats, as the address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    /// How many seats a click takes, from 1 up.
    pub count: i32,
    /// The most that one may cost, in minor units.
    pub price_minor: Option<i64>,
    /// Where they want to sit: a section's name; anywhere if none.
    pub section: Option<String>,
    /// Whether one needs a wheelchair place.
    pub accessible: bool,
    /// Why the seats that were found for them are the best, as a sentence.
    pub found: Option<String>,
}

impl Party {
    /// A party of so many as one person may have seats for, at most `limit`.
    pub fn new(count: &str, price_minor: &str, section: &str, accessible: bool, limit: i32) -> Self {
        Self {
            section: Some(section.to_owned()).filter(|section| !section.is_empty()),
            count: count.parse().unwrap_or(1).clamp(1, limit.clamp(1, PARTY_MAX)),
            price_minor: price_minor.parse().ok().filter(|price| *price >= 0),
            accessible,
            found: None,
        }
    }

    /// The page with the seats of these links chosen because they are the best for this party.
    pub fn found_at(&self, links: &SectionLinks, section: &str, seating: Seating) -> String {
        let (count, price) = (self.count.to_string(), self.price_minor.map(|price| price.to_string()));
        let fields = [
            ("section", section),
            ("seats", links.kept()),
            ("party", &count),
            ("price", price.as_deref().unwrap_or_default()),
            ("where", self.section.as_deref().unwrap_or_default()),
            ("accessible", if self.accessible { "true" } else { "" }),
            ("found", seating.code()),
        ];
        path_with(links.path(), fields) + "#seats"
    }
}

/// Asks for the party's size, which holds for every click on the map, and for what the best seats are looked for by. A form of
/// its own: finding is asking for the page again, with the seats chosen, so that it works without scripts.
#[component]
pub fn PartyForm(
    /// The map.
    map: SeatMap,
    /// The event's page.
    links: SectionLinks,
    /// Who is looking.
    party: Party,
    /// Seats that one person may have.
    limit: i32,
) -> impl IntoView {
    let Party { count: first, price_minor, section, accessible, .. } = party;
    let sizes: Vec<Choice> =
        (1..=limit.clamp(1, PARTY_MAX)).map(|count| (count.to_string(), size_words(count))).collect();
    let places = or_any("Anywhere", map.sections.iter().map(|section| (section.name.clone(), section.name.clone())));
    let up_to = |price: i64| (price.to_string(), format!("Up to {}", Money::new(price, map.currency)));
    let limits = or_any("Any price", price_limits(&map).into_iter().map(up_to));
    let price = price_minor.map(|price| price.to_string()).unwrap_or_default();
    view! {
        <form class="party-form" method="get" autocomplete="off" action=format!("{}#seats", links.path())>
            <SelectField label="How many" name=PARTY_FIELD choices=sizes value=first.to_string() />
            {(places.len() > 2)
                .then(|| view! { <SelectField label="Where" name="where" choices=places value=section.unwrap_or_default() /> })}
            {(limits.len() > 1).then(|| view! { <SelectField label="Price" name="price" choices=limits value=price /> })}
            <label class="party-check">
                <input type="checkbox" name="accessible" value="true" checked=accessible />
                "With a wheelchair place"
            </label>
            <button type="submit" name="best" value="1" class=ButtonKind::Secondary.class()>
                "Find the best seats"
            </button>
        </form>
    }
}

/// Any of them, and then each.
fn or_any(any: &str, each: impl Iterator<Item = Choice>) -> Vec<Choice> {
    [(String::new(), any.to_owned())].into_iter().chain(each).collect()
}

/// The prices that can limit the search, the dearest first; the dearest of all is no limit.
fn price_limits(map: &SeatMap) -> Vec<i64> {
    let mut prices: Vec<i64> = map.sections.iter().map(|section| section.price_minor).collect();
    prices.sort_unstable_by(|a, b| b.cmp(a));
    prices.dedup();
    prices.into_iter().skip(1).collect()
}

fn size_words(count: i32) -> String {
    match count {
        1 => "1 seat at a time".to_owned(),
        n => format!("{n} together"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_party_is_as_large_as_one_person_may_have_seats() {
        assert_eq!(Party::new("4", "4800", "", true, 10).count, 4);
        assert_eq!(Party::new("40", "", "", false, 6).count, 6);
        assert_eq!(
            Party::new("-3", "-1", "Stalls", false, 6),
            Party { count: 1, price_minor: None, section: Some("Stalls".to_owned()), accessible: false, found: None }
        );
        assert_eq!(Party::new("", "", "", false, 0).count, 1);
    }
}
