//! The start: find something, or take what is next.

use super::{
    api::{list_cities, list_events},
    event_card::{EventCard, FeatureCard},
    model::{CATEGORIES, Event, EventQuery, Page},
};
use crate::{
    error::Error,
    server::{begin, shared_pages::PersonalPart},
    ui::{
        ButtonKind, Field, Glyph, Icon, LinkButton, LiveForm, PageError, Personal, Preview, SITE_PICTURE, SelectField,
        path_with,
    },
    users::{model::User, sign_in_page::SessionUser},
};
use futures::join;
use leptos::prelude::*;
use leptos_meta::Title;

/// Events in the row of free ones at most.
const FREE_COUNT: usize = 4;

/// The start page: search, categories, what is next, what is free.
#[component]
pub fn HomePage() -> impl IntoView {
    let found = begin(async { join!(list_cities(), list("", "9"), list("free", "13")) });
    view! {
        <Title text="" />
        <Preview
            title="Find something worth going out for"
            description="Concerts, theatre, comedy, sport and more: find an event, pick your places on the map, and they are yours."
            path="/"
            picture=SITE_PICTURE
        />
        {Suspend::new(async move {
            let (cities, next, free) = found.await;
            view! {
                <Opening cities=cities.unwrap_or_default() />
                {match next {
                    Ok(next) => view! { <Rows next=next.items free=free.map(|page| page.items) /> }.into_any(),
                    Err(error) => view! { <PageError error /> }.into_any(),
                }}
            }
        })}
    }
}

/// What is next, and what is free besides. Without the second row the page is complete: its failure needs no message.
#[component]
fn Rows(next: Vec<Event>, free: Result<Vec<Event>, Error>) -> impl IntoView {
    let shown = |event: &Event| next.iter().any(|other| other.id == event.id);
    let free: Vec<Event> =
        free.unwrap_or_default().into_iter().filter(|event| !shown(event)).take(FREE_COUNT).collect();
    view! {
        <Next events=next />
        {(!free.is_empty()).then(|| view! { <Free events=free /> })}
    }
}

/// The soonest events at this price (all when empty), so many at most.
async fn list(price: &str, limit: &str) -> Result<Page<Event>, Error> {
    list_events(EventQuery { price: price.to_owned(), limit: limit.to_owned(), ..EventQuery::default() }).await
}

#[component]
fn Opening(cities: Vec<String>) -> impl IntoView {
    view! {
        <section class="page opening">
            <Personal part=PersonalPart::Greeting>
                <Greeting />
            </Personal>
            <h1>"Find something worth going out for"</h1>
            <Search cities />
            <nav class="chips" aria-label="Categories">
                {CATEGORIES
                    .map(|(key, name)| {
                        view! { <a class="chip" href=path_with("/events", [("category", key)])>{name}</a> " " }
                    })
                    .collect_view()}
                <a class="chip" href="/events?price=free">"Free"</a>
            </nav>
        </section>
    }
}

/// A word for who is signed in, with the way to what they have booked.
#[component]
fn Greeting() -> impl IntoView {
    let SessionUser(user) = expect_context();
    Suspend::new(async move { user.await.ok().flatten().map(|user| view! { <GreetingWords user /> }) })
}

/// The word for this person.
#[component]
pub fn GreetingWords(
    /// Who is signed in.
    user: User,
) -> impl IntoView {
    view! {
        <p class="greeting">
            {format!("Hello, {}. ", user.first_name)}
            <a href="/bookings">"Your bookings"</a>
        </p>
    }
}

#[component]
fn Search(cities: Vec<String>) -> impl IntoView {
    let anywhere = (String::new(), "Anywhere".to_owned());
    let choices: Vec<_> = [anywhere].into_iter().chain(cities.into_iter().map(|city| (city.clone(), city))).collect();
    view! {
        <LiveForm>
            <form class="opening-search" method="get" action="/events" role="search" autocomplete="off">
                <Field label="What" name="q" kind="search" />
                <SelectField label="Where" name="city" choices />
                <Field label="From" name="from" kind="date" />
                <button type="submit" class=ButtonKind::Primary.class()>
                    <Icon glyph=Glyph::Search />
                    "Search"
                </button>
            </form>
        </LiveForm>
    }
}

#[component]
fn Next(events: Vec<Event>) -> impl IntoView {
    let mut events = events.into_iter();
    let Some(first) = events.next() else {
        return view! {
            <section class="page empty">
                <h2 class="empty-head">"No events yet"</h2>
                <p class="muted">"As soon as one is published, it is here."</p>
            </section>
        }
        .into_any();
    };
    view! {
        <section class="page" aria-labelledby="next">
            <h2 id="next">"Coming up"</h2>
            <FeatureCard event=first />
            <div class="event-grid">{events.map(|event| view! { <EventCard event /> }).collect_view()}</div>
            <p class="pager">
                <LinkButton href="/events" kind=ButtonKind::Secondary>"All events"</LinkButton>
            </p>
        </section>
    }
    .into_any()
}

#[component]
fn Free(events: Vec<Event>) -> impl IntoView {
    view! {
        <section class="page" aria-labelledby="free">
            <header class="section-head">
                <h2 id="free">"Free to go"</h2>
                <a class="text-link" href="/events?price=free">"All free events"</a>
            </header>
            <div class="event-grid">{events.into_iter().map(|event| view! { <EventCard event /> }).collect_view()}</div>
        </section>
    }
}
