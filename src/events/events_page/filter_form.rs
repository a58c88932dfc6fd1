//! The form that narrows the list: plain GET, so that every choice is in the address and it works without scripts.

use super::filters::{events_path, field_label, month_path, narrowings, problem_words};
use crate::{
    error::Error,
    events::model::{CATEGORIES, EventQuery, Occasion, Sort},
    ui::{Choice, Field, Glyph, Icon, LiveForm, SelectField},
};
use leptos::prelude::*;

/// Currencies the price filter offers.
const CURRENCIES: [&str; 11] = ["EUR", "USD", "GBP", "CHF", "CZK", "DKK", "JPY", "KWD", "NOK", "PLN", "SEK"];

/// Search, place, days, price, places and order. With scripts the lists apply at once. Days don't:
/// while a year is typed, each digit makes another date.
#[component]
pub fn FilterForm(
    /// What is asked for now.
    query: EventQuery,
    /// The cities there are.
    cities: Vec<String>,
    /// Why the query was refused, if it was.
    refusal: Option<Error>,
) -> impl IntoView {
    let opened = narrowings(&query, events_path).iter().any(|n| !matches!(n.field, "q" | "category" | "when"));
    let [from_problem, to_problem] = ["from", "to"].map(|field| problem_words(refusal.as_ref()?, &query, field));
    let sort = if query.sort == Sort::Date.key() { String::new() } else { query.sort.clone() };
    view! {
        <LiveForm>
            // What stands in the fields comes from the address: a browser that fills them in again on the way back would
            // contradict the list.
            <form class="filters" method="get" action="/events" role="search" autocomplete="off">
                <div class="filters-search">
                    <Field label="Search" name="q" kind="search" value=query.q.clone() refusal=refusal.clone() />
                    <button type="submit" class="button button-primary">
                        <Icon glyph=Glyph::Search />
                        "Search"
                    </button>
                </div>
                {(!query.category.is_empty())
                    .then(|| view! { <input type="hidden" name="category" value=query.category.clone() /> })}
                {(!query.when.is_empty()).then(|| view! { <input type="hidden" name="when" value=query.when.clone() /> })}
                <details class="filters-more" open=opened>
                    <summary class="button button-secondary">
                        <Icon glyph=Glyph::Sliders />
                        "Filters"
                    </summary>
                    <div class="filters-fields">
                        <SelectField
                            label="City"
                            name="city"
                            choices=city_choices(&cities, &query.city)
                            value=query.city.clone()
                            refusal=refusal.clone()
                            applies=true
                        />
                        <Field label=field_label("from") name="from" kind="date" value=query.from.clone() problem=from_problem />
                        <Field label=field_label("to") name="to" kind="date" value=query.to.clone() problem=to_problem />
                        <SelectField
                            label="Order"
                            name="sort"
                            choices=sort_choices()
                            value=sort
                            refusal=refusal.clone()
                            applies=true
                        />
                        <PriceFields query=query.clone() refusal=refusal.clone() />
                        <div class="filters-pair">
                            <SelectField
                                label="Places"
                                name="places"
                                choices=place_choices(&query.places)
                                value=query.places.clone()
                                refusal=refusal.clone()
                                applies=true
                            />
                            <SelectField
                                label=field_label("together")
                                name="together"
                                choices=together_choices()
                                value=query.together.clone()
                                refusal
                                applies=true
                            />
                        </div>
                        <button type="submit" class="button button-secondary filters-apply">"Show events"</button>
                    </div>
                </details>
            </form>
        </LiveForm>
    }
}

/// The highest price and its currency. Where only free events are asked for, that stands instead and is kept.
#[component]
fn PriceFields(query: EventQuery, refusal: Option<Error>) -> impl IntoView {
    if query.price == "free" {
        return view! { <input type="hidden" name="price" value="free" /> }.into_any();
    }
    let problem = refusal.as_ref().and_then(|refusal| problem_words(refusal, &query, "price"));
    let currency = if query.currency.is_empty() { "EUR".to_owned() } else { query.currency };
    let choices = currency_choices(&currency);
    view! {
        <div class="filters-pair">
            <Field label=field_label("price") name="price" kind="number" value=query.price problem />
            <SelectField label="Currency" name="currency" choices value=currency refusal />
        </div>
    }
    .into_any()
}

/// The days people mostly mean, as links that narrow the list at once; the chosen one is taken off again.
#[component]
pub fn OccasionLinks(
    /// What is asked for now.
    query: EventQuery,
) -> impl IntoView {
    let any = EventQuery { cursor: String::new(), from: String::new(), to: String::new(), ..query };
    let month = month_path(&any, "");
    let link = |occasion: Occasion| {
        let chosen = any.when == occasion.key();
        let when = if chosen { "" } else { occasion.key() }.to_owned();
        let href = events_path(&EventQuery { when, ..any.clone() });
        view! { <a class="chip" href=href aria-current=chosen.then_some("true")>{occasion.name()}</a> " " }
    };
    view! {
        <nav class="chips chips-compact" aria-label="Days">
            {Occasion::ALL.map(link).collect_view()}
            <a class="chip" href=month>
                <Icon glyph=Glyph::Calendar />
                "By month"
            </a>
        </nav>
    }
}

/// The categories as links that narrow the list at once, and "Free" among them.
#[component]
pub fn CategoryLinks(
    /// What is asked for now.
    query: EventQuery,
) -> impl IntoView {
    let first = EventQuery { cursor: String::new(), ..query };
    let is_free = first.price == "free";
    let price = if is_free { "" } else { "free" }.to_owned();
    let toggle_free = events_path(&EventQuery { price, ..first.clone() });
    let links = [("", "All")].into_iter().chain(CATEGORIES);
    view! {
        <nav class="chips" aria-label="Categories">
            {links
                .map(|(key, name)| {
                    let href = events_path(&EventQuery { category: key.to_owned(), ..first.clone() });
                    let current = (first.category == key).then_some("page");
                    view! { <a class="chip" href=href aria-current=current>{name}</a> " " }
                })
                .collect_view()}
            <a class="chip" href=toggle_free aria-current=is_free.then_some("true")>"Free"</a>
        </nav>
    }
}

fn city_choices(cities: &[String], chosen: &str) -> Vec<Choice> {
    let unlisted = (!chosen.is_empty() && !cities.iter().any(|city| city == chosen)).then(|| chosen.to_owned());
    let any = (String::new(), "Anywhere".to_owned());
    [any]
        .into_iter()
        .chain(unlisted.into_iter().chain(cities.iter().cloned()).map(|city| (city.clone(), city)))
        .collect()
}

fn place_choices(chosen: &str) -> Vec<Choice> {
    let usual = ["2", "3", "4", "5", "6", "8", "10", "20"];
    let unusual = (!chosen.is_empty() && !usual.contains(&chosen)).then_some(chosen);
    let any = (String::new(), "Any number".to_owned());
    [any].into_iter().chain(unusual.into_iter().chain(usual).map(|n| (n.to_owned(), format!("{n} or more")))).collect()
}

fn together_choices() -> Vec<Choice> {
    [("", "Anywhere"), ("true", "Side by side")].map(|(together, words)| (together.to_owned(), words.to_owned())).into()
}

fn currency_choices(chosen: &str) -> Vec<Choice> {
    let unusual = (!CURRENCIES.contains(&chosen)).then_some(chosen);
    unusual.into_iter().chain(CURRENCIES).map(|code| (code.to_owned(), code.to_owned())).collect()
}

/// The usual order goes without a name, so that it stays out of the address.
fn sort_choices() -> Vec<Choice> {
    [("", "Soonest first"), (Sort::Price.key(), "Lowest price first"), (Sort::PriceDesc.key(), "Highest price first")]
        .map(|(sort, words)| (sort.to_owned(), words.to_owned()))
        .into()
}
