//! The form that narrows the list: plain GET, so that every choice is in the address and it works without scripts.

use super::filters::{events_path, narrowings, read_query};
use crate::{
    error::Error,
    events::model::{CATEGORIES, EventQuery, Sort},
    ui::{Choice, Field, Glyph, Icon, SelectField},
};
use leptos::{ev::SubmitEvent, form::form_data_from_event, html, prelude::*};
use leptos_router::{
    NavigateOptions,
    hooks::{use_location, use_navigate},
};

/// Currencies the price filter offers.
const CURRENCIES: [&str; 11] = ["EUR", "USD", "GBP", "CHF", "CZK", "DKK", "JPY", "KWD", "NOK", "PLN", "SEK"];

/// Search, place, days, price, places and order. With scripts the lists apply at once. Days don't:
/// while a year is typed, each digit makes another date.
#[component]
pub fn FilterForm(
    /// What is asked for now.
    query: Memo<EventQuery>,
    /// The cities there are.
    cities: Vec<String>,
    /// Why the query was refused, if it was.
    #[prop(into)]
    refusal: Signal<Option<Error>>,
) -> impl IntoView {
    let form = NodeRef::<html::Form>::new();
    let submit = use_submit();
    let apply = move |_| {
        if let Some(form) = form.get() {
            // A field the browser itself refuses stays as it is, with the browser's words beside it.
            _ = form.request_submit();
        }
    };
    let field = move |pick: fn(&EventQuery) -> &String| Signal::derive(move || query.with(|query| pick(query).clone()));
    let opened =
        query.with_untracked(|query| narrowings(query).iter().any(|n| n.field != "q" && n.field != "category"));
    view! {
        <form node_ref=form class="filters" method="get" action="/events" role="search" on:submit=submit>
            <div class="filters-search">
                <Field label="Search" name="q" kind="search" value=field(|query| &query.q) refusal />
                <button type="submit" class="button button-primary">
                    <Icon glyph=Glyph::Search />
                    "Search"
                </button>
            </div>
            <input type="hidden" name="category" value=field(|query| &query.category) disabled=move || query.with(|q| q.category.is_empty()) />
            <details class="filters-more" open=opened>
                <summary class="button button-secondary">
                    <Icon glyph=Glyph::Sliders />
                    "Filters"
                </summary>
                <div class="filters-fields">
                    <SelectField
                        label="City"
                        name="city"
                        choices=Signal::derive(move || city_choices(&cities, &query.get().city))
                        value=field(|query| &query.city)
                        refusal
                        on:change=apply
                    />
                    <Field label="From" name="from" kind="date" value=field(|query| &query.from) refusal />
                    <Field label="Until" name="to" kind="date" value=field(|query| &query.to) refusal />
                    <PriceFields query refusal />
                    <SelectField
                        label="Places"
                        name="places"
                        choices=Signal::derive(move || place_choices(&query.get().places))
                        value=field(|query| &query.places)
                        refusal
                        on:change=apply
                    />
                    <SelectField
                        label="Order"
                        name="sort"
                        choices=sort_choices()
                        value=Signal::derive(move || query.with(|q| if q.sort.is_empty() { Sort::Date.key().to_owned() } else { q.sort.clone() }))
                        refusal
                        on:change=apply
                    />
                    <button type="submit" class="button button-secondary filters-apply">"Show events"</button>
                </div>
            </details>
        </form>
    }
}

/// The highest price and its currency. Where only free events are asked for, that stands instead and is kept.
#[component]
fn PriceFields(query: Memo<EventQuery>, refusal: Signal<Option<Error>>) -> impl IntoView {
    let is_free = Memo::new(move |_| query.with(|query| query.price == "free"));
    let price = Signal::derive(move || query.with(|query| query.price.clone()));
    let currency = Signal::derive(move || {
        query.with(|q| if q.currency.is_empty() { "EUR".to_owned() } else { q.currency.clone() })
    });
    move || {
        if is_free.get() {
            return view! { <input type="hidden" name="price" value="free" /> }.into_any();
        }
        view! {
            <div class="filters-price">
                <Field label="Price up to" name="price" kind="number" value=price refusal />
                <SelectField label="Currency" name="currency" choices=currency_choices(&currency.get_untracked()) value=currency refusal />
            </div>
        }
        .into_any()
    }
}

/// The categories as links that narrow the list at once, and "Free" among them.
#[component]
pub fn CategoryLinks(
    /// What is asked for now.
    query: Memo<EventQuery>,
) -> impl IntoView {
    let to = move |category: &'static str| {
        move || {
            query.with(|q| {
                events_path(&EventQuery { category: category.to_owned(), cursor: String::new(), ..q.clone() })
            })
        }
    };
    let current = move |category: &'static str| move || query.with(|q| q.category == category).then_some("page");
    let is_free = move || query.with(|query| query.price == "free");
    let toggle_free = move || {
        let price = if is_free() { "" } else { "free" }.to_owned();
        query.with(|q| events_path(&EventQuery { price, cursor: String::new(), ..q.clone() }))
    };
    view! {
        <nav class="chips" aria-label="Categories">
            <a class="chip" href=to("") aria-current=current("")>"All"</a>
            {CATEGORIES
                .map(|(key, name)| view! { <a class="chip" href=to(key) aria-current=current(key)>{name}</a> })
                .collect_view()}
            <a class="chip" href=toggle_free aria-current=move || is_free().then_some("true")>"Free"</a>
        </nav>
    }
}

/// What a submitted form does with scripts: go to the address it describes, unless that is where we are.
fn use_submit() -> impl Fn(SubmitEvent) + Clone + 'static {
    let navigate = use_navigate();
    let location = use_location();
    move |event| {
        let Ok(form) = form_data_from_event(&event) else { return };
        event.prevent_default();
        let to = events_path(&read_query(|name| form.get(name).as_string().unwrap_or_default()));
        let search = location.search.get_untracked();
        let here = if search.is_empty() {
            "/events".to_owned()
        } else {
            format!("/events?{}", search.trim_start_matches('?'))
        };
        if to != here {
            navigate(&to, NavigateOptions { scroll: false, ..NavigateOptions::default() });
        }
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

fn currency_choices(chosen: &str) -> Vec<Choice> {
    let unusual = (!CURRENCIES.contains(&chosen)).then_some(chosen);
    unusual.into_iter().chain(CURRENCIES).map(|code| (code.to_owned(), code.to_owned())).collect()
}

fn sort_choices() -> Vec<Choice> {
    [(Sort::Date, "Soonest first"), (Sort::Price, "Lowest price first"), (Sort::PriceDesc, "Highest price first")]
        .map(|(sort, words)| (sort.key().to_owned(), words.to_owned()))
        .into()
}
