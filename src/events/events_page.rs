//! Every event to come, narrowed as the address says.

pub mod filter_form;
pub(super) mod filters;

pub use filters::QUERY_FIELDS;

use super::{
    api::{list_cities, list_events, suggest_events},
    event_card::EventCard,
    model::{Event, EventQuery, Page, Suggestion},
};
use crate::{
    error::Error,
    server::{begin, set_page_status},
    ui::{ButtonKind, ErrorNotice, Glyph, Icon, LinkButton, Preview, SITE_PICTURE},
};
use filter_form::{CategoryLinks, FilterForm, OccasionLinks};
use filters::{Narrowing, events_path, field_label, narrowings, problem_words, read_query};
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
    let found = begin(async { join!(list_cities(), find(asked)) });
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
                let (cities, found) = found.await;
                view! {
                    <FilterForm query=query.clone() cities=cities.unwrap_or_default() refusal />
                    <OccasionLinks query=query.clone() />
                    <CategoryLinks query=query.clone() />
                    <Narrowings query=query.clone() />
                    <section aria-labelledby="results">
                        <h2 id="results" class="visually-hidden">"Results"</h2>
                        {results(query, found)}
                    </section>
                }
            })}
        </div>
    }
}

/// The events, and where there are none what was probably meant: without that the page is complete.
async fn find(query: EventQuery) -> Result<(Page<Event>, Option<Suggestion>), Error> {
    let page = list_events(query.clone()).await?;
    let is_empty = page.items.is_empty() && query.is_narrowed();
    let suggestion = if is_empty { suggest_events(query).await.unwrap_or_default() } else { None };
    Ok((page, suggestion))
}

/// What the list is narrowed to, each with a way to take it off.
#[component]
fn Narrowings(query: EventQuery) -> impl IntoView {
    let narrowings = narrowings(&query, events_path);
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

/// Links that each take one of these off.
pub(super) fn removable(narrowings: Vec<Narrowing>) -> impl IntoView {
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

fn results(query: EventQuery, found: Result<(Page<Event>, Option<Suggestion>), Error>) -> AnyView {
    match found {
        Ok((page, suggestion)) if page.items.is_empty() => view! { <NoEvents query suggestion /> }.into_any(),
        Ok((page, _)) => view! { <EventList query page /> }.into_any(),
        Err(error) => view! { <Refused again=events_path(&query) query error /> }.into_any(),
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

/// Nothing fits: what was probably meant, and which filter to drop.
#[component]
fn NoEvents(query: EventQuery, suggestion: Option<Suggestion>) -> impl IntoView {
    let meant = suggestion.map(|Suggestion { query: meant }| {
        let words =
            [(&meant.q, &query.q), (&meant.city, &query.city)].into_iter().filter(|(meant, typed)| meant != typed);
        let words = words.map(|(meant, _)| meant.as_str()).collect::<Vec<_>>().join(", ");
        view! {
            <p class="did-you-mean">"Did you mean " <a href=events_path(&meant)>{words}</a> "?"</p>
        }
    });
    let narrowings = narrowings(&query, events_path);
    let words = match narrowings.len() {
        0 => "There are no events yet. Come back soon.",
        1 => "Take the filter off to see what else is on.",
        _ => "No event fits all of this. Take one filter off:",
    };
    let choice = (!narrowings.is_empty()).then(|| removable(narrowings));
    view! {
        <div class="empty">
            <p class="empty-head">"Nothing found"</p>
            {meant}
            <p class="muted">{words}</p>
            {choice}
            {query.is_narrowed().then(|| view! { <LinkButton href="/events" kind=ButtonKind::Secondary>"Show all events"</LinkButton> })}
        </div>
    }
}

/// The events could not be had: a filter makes no sense (its field says so too), or the server can't answer now and may be
/// asked again.
#[component]
pub fn Refused(
    /// What was asked for.
    query: EventQuery,
    /// Why there is no answer.
    error: Error,
    /// The page's own address.
    again: String,
) -> impl IntoView {
    set_page_status(error.status());
    let stale = matches!(&error, Error::Invalid(fields) if fields.iter().any(|f| f.field == "cursor"));
    let (way_on, href) = match &error {
        _ if stale => {
            ("Start from the first event", events_path(&EventQuery { cursor: String::new(), ..query.clone() }))
        }
        Error::Invalid(_) => ("Show all events", "/events".to_owned()),
        _ => ("Try again", again),
    };
    view! {
        <div class="empty">
            {match &error {
                Error::Invalid(fields) => {
                    let wrong = fields.iter().filter_map(|wrong| {
                        let words = problem_words(&error, &query, &wrong.field)?;
                        Some(view! { <p><strong>{field_label(&wrong.field)}</strong> ": " {words}</p> })
                    });
                    view! { <p class="empty-head">"One of the filters doesn't fit"</p> {wrong.collect_view()} }.into_any()
                }
                _ => view! { <ErrorNotice error /> }.into_any(),
            }}
            <LinkButton href kind=ButtonKind::Secondary>{way_on}</LinkButton>
        </div>
    }
}
