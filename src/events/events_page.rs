//! Every event to come, narrowed as the address says.

pub mod filter_form;
mod filters;

use super::{
    api::{list_cities, list_events},
    event_card::EventCard,
    model::{Event, EventQuery, Page},
};
use crate::{
    error::Error,
    server::{begin, set_page_status},
    ui::{ButtonKind, ErrorNotice, Glyph, Icon, LinkButton, Preview, SITE_PICTURE},
};
use filter_form::{CategoryLinks, FilterForm};
use filters::{Narrowing, events_path, narrowings, read_query};
use futures::join;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

/// The list of events with its filters.
#[component]
pub fn EventsPage() -> impl IntoView {
    let query = use_query_map().with_untracked(|map| read_query(|name| map.get(name).unwrap_or_default()));
    let refusal = query.parse().err();
    let asked = query.clone();
    let found = begin(async { join!(list_cities(), list(asked)) });
    view! {
        <Title text="Events" />
        <Preview
            title="Events"
            description="All events to come, by day, city, kind and price, with what is still free."
            path=events_path(&EventQuery { cursor: String::new(), ..query.clone() })
            picture=SITE_PICTURE
        />
        <div class="page events-page">
            <h1>"Events"</h1>
            {Suspend::new(async move {
                let (cities, events) = found.await;
                view! {
                    <FilterForm query=query.clone() cities=cities.unwrap_or_default() refusal />
                    <CategoryLinks query=query.clone() />
                    <Narrowings query=query.clone() />
                    <section aria-labelledby="results">
                        <h2 id="results" class="visually-hidden">"Results"</h2>
                        {results(query, events)}
                    </section>
                }
            })}
        </div>
    }
}

async fn list(query: EventQuery) -> Result<Page<Event>, Error> {
    let EventQuery { q, city, category, from, to, price, currency, places, sort, cursor, limit } = query;
    list_events(q, city, category, from, to, price, currency, places, sort, cursor, limit).await
}

/// What the list is narrowed to, each with a way to take it off.
#[component]
fn Narrowings(query: EventQuery) -> impl IntoView {
    let narrowings = narrowings(&query);
    (!narrowings.is_empty()).then(|| {
        view! {
            <div class="narrowings">
                <p class="muted">{count_words(narrowings.len())}</p>
                {removable(narrowings)}
                <a class="text-link" href="/events">"Clear all"</a>
            </div>
        }
    })
}

fn count_words(count: usize) -> String {
    if count == 1 { "1 filter".to_owned() } else { format!("{count} filters") }
}

fn removable(narrowings: Vec<Narrowing>) -> impl IntoView {
    let item = |narrowing: Narrowing| {
        view! {
            <li>
                <a class="chip chip-removable" href=narrowing.without>
                    <span class="visually-hidden">"Without "</span>
                    {narrowing.words}
                    <Icon glyph=Glyph::Close />
                </a>
            </li>
        }
    };
    view! { <ul class="chips" role="list">{narrowings.into_iter().map(item).collect_view()}</ul> }
}

fn results(query: EventQuery, page: Result<Page<Event>, Error>) -> AnyView {
    match page {
        Ok(page) if page.items.is_empty() => view! { <NoEvents query /> }.into_any(),
        Ok(page) => view! { <EventList query page /> }.into_any(),
        Err(error) => view! { <Refused query error /> }.into_any(),
    }
}

#[component]
fn EventList(query: EventQuery, page: Page<Event>) -> impl IntoView {
    let back = (!query.cursor.is_empty()).then(|| events_path(&EventQuery { cursor: String::new(), ..query.clone() }));
    let more = page.next_cursor.map(|cursor| events_path(&EventQuery { cursor, ..query }));
    view! {
        <div class="event-grid">{page.items.into_iter().map(|event| view! { <EventCard event /> }).collect_view()}</div>
        <nav class="pager" aria-label="Pages">
            {back.map(|href| view! { <LinkButton href kind=ButtonKind::Quiet>"Back to the first"</LinkButton> })}
            {more.map(|href| view! { <LinkButton href kind=ButtonKind::Secondary>"More events"</LinkButton> })}
        </nav>
    }
}

/// Nothing fits: which filter to drop.
#[component]
fn NoEvents(query: EventQuery) -> impl IntoView {
    let narrowings = narrowings(&query);
    let words = match narrowings.len() {
        0 => "There are no events yet. Come back soon.",
        1 => "Take the filter off to see what else is on.",
        _ => "No event fits all of this. Take one filter off:",
    };
    let choice = (!narrowings.is_empty()).then(|| removable(narrowings));
    view! {
        <div class="empty">
            <p class="empty-head">"Nothing found"</p>
            <p class="muted">{words}</p>
            {choice}
            {query.is_narrowed().then(|| view! { <LinkButton href="/events" kind=ButtonKind::Secondary>"Show all events"</LinkButton> })}
        </div>
    }
}

/// The list could not be had: a filter makes no sense (its field says so too), or the server can't answer now.
#[component]
fn Refused(query: EventQuery, error: Error) -> impl IntoView {
    set_page_status(error.status());
    let stale = matches!(&error, Error::Invalid(fields) if fields.iter().any(|f| f.field == "cursor"));
    let (way_on, href) = match &error {
        _ if stale => ("Start from the first event", events_path(&EventQuery { cursor: String::new(), ..query })),
        Error::Invalid(_) => ("Show all events", "/events".to_owned()),
        _ => ("Try again", events_path(&query)),
    };
    let is_filter = matches!(error, Error::Invalid(_));
    view! {
        <div class="empty">
            {if is_filter {
                view! { <p class="empty-head">"One of the filters doesn't fit"</p> }.into_any()
            } else {
                view! { <ErrorNotice error /> }.into_any()
            }}
            <LinkButton href kind=ButtonKind::Secondary>{way_on}</LinkButton>
        </div>
    }
}
