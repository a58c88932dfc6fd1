//! How many seats a click takes, and the way to the best ones.

use super::links::SectionLinks;
use crate::{
    money::{Currency, Money},
    seats::model::SeatMap,
    ui::{ButtonKind, Glyph, Icon},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Seats that a party can be at most here: more are rarely beside each other, and a list of fifty is no choice.
const PARTY_MAX: i32 = 12;

/// Who is looking for seats, as the address says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// How many seats a click takes, from 1 up.
    pub count: i32,
    /// The most that one may cost, in minor units.
    pub price_minor: Option<i64>,
    /// Whether one needs a wheelchair place.
    pub accessible: bool,
    /// Why the seats that were found for them are the best, as a sentence.
    pub found: Option<String>,
}

impl Party {
    /// A party of so many as one person may have seats for, at most `limit`.
    pub fn new(count: &str, price_minor: &str, accessible: bool, limit: i32) -> Self {
        Self {
            count: count.parse().unwrap_or(1).clamp(1, limit.clamp(1, PARTY_MAX)),
            price_minor: price_minor.parse().ok().filter(|price| *price >= 0),
            accessible,
            found: None,
        }
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
    /// How many seats a click takes.
    count: RwSignal<i32>,
) -> impl IntoView {
    let prices = price_limits(&map);
    let Party { count: first, price_minor, accessible, .. } = party;
    let sizes = (1..=limit.clamp(1, PARTY_MAX))
        .map(|n| view! { <option value=n selected={n == first}>{size_words(n)}</option> });
    view! {
        <form class="party-form" method="get" action=format!("{}#seats", links.path())>
            <div class="field">
                <label for="party">"How many"</label>
                <div class="select">
                    <select
                        id="party"
                        name="party"
                        autocomplete="off"
                        on:change:target=move |event| count.set(event.target().value().parse().unwrap_or(1))
                    >
                        {sizes.collect_view()}
                    </select>
                    <Icon glyph=Glyph::Chevron />
                </div>
            </div>
            {(prices.len() > 1).then(|| view! { <PriceChoice prices currency=map.currency price_minor /> })}
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
        assert_eq!(Party::new("4", "4800", true, 10).count, 4);
        assert_eq!(Party::new("40", "", false, 6).count, 6);
        assert_eq!(
            Party::new("-3", "-1", false, 6),
            Party { count: 1, price_minor: None, accessible: false, found: None }
        );
        assert_eq!(Party::new("", "", false, 0).count, 1);
    }
}
