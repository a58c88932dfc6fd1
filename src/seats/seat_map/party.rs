//! How many seats a click takes, and the way to the best ones.

use super::{PARTY_FIELD, links::SectionLinks};
use crate::{
    money::{Currency, Money},
    seats::{choosing::Seating, model::SeatMap},
    ui::{ButtonKind, Glyph, Icon, path_with},
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
    let prices = price_limits(&map);
    let Party { count: first, price_minor, section, accessible, .. } = party;
    let names: Vec<String> = map.sections.iter().map(|section| section.name.clone()).collect();
    let sizes = (1..=limit.clamp(1, PARTY_MAX))
        .map(|n| view! { <option value=n selected={n == first}>{size_words(n)}</option> });
    view! {
        <form class="party-form" method="get" action=format!("{}#seats", links.path())>
            <div class="field">
                <label for=PARTY_FIELD>"How many"</label>
                <div class="select">
                    <select id=PARTY_FIELD name="party" autocomplete="off">
                        {sizes.collect_view()}
                    </select>
                    <Icon glyph=Glyph::Chevron />
                </div>
            </div>
            {(names.len() > 1).then(|| view! { <SectionChoice names section /> })}
            {(!prices.is_empty()).then(|| view! { <PriceChoice prices currency=map.currency price_minor /> })}
            <label class="party-check">
                <input type="checkbox" name="accessible" value="true" checked=accessible autocomplete="off" />
                "With a wheelchair place"
            </label>
            <button type="submit" name="best" value="1" class=ButtonKind::Secondary.class()>
                "Find the best seats"
            </button>
        </form>
    }
}

/// The section to look in.
#[component]
fn SectionChoice(names: Vec<String>, section: Option<String>) -> impl IntoView {
    let option = |name: String| {
        let selected = section.as_ref() == Some(&name);
        let words = name.clone();
        view! { <option value=name selected=selected>{words}</option> }
    };
    let options = names.into_iter().map(option).collect_view();
    view! {
        <div class="field">
            <label for="party-section">"Where"</label>
            <div class="select">
                <select id="party-section" name="where" autocomplete="off">
                    <option value="">"Anywhere"</option>
                    {options}
                </select>
                <Icon glyph=Glyph::Chevron />
            </div>
        </div>
    }
}

/// The most a seat may cost.
#[component]
fn PriceChoice(prices: Vec<i64>, currency: Currency, price_minor: Option<i64>) -> impl IntoView {
    let option = |price: i64| {
        let words = format!("Up to {}", Money::new(price, currency));
        view! { <option value=price selected={price_minor == Some(price)}>{words}</option> }
    };
    view! {
        <div class="field">
            <label for="party-price">"Price"</label>
            <div class="select">
                <select id="party-price" name="price" autocomplete="off">
                    <option value="">"Any price"</option>
                    {prices.into_iter().map(option).collect_view()}
                </select>
                <Icon glyph=Glyph::Chevron />
            </div>
        </div>
    }
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
