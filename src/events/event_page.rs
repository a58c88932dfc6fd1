//! One event: everything one needs to decide, and the way to hold places.

pub mod facts;
mod panel;

use super::{
    api::get_event,
    event_card::poster_view_name,
    model::{Availability, EventDetail, category_name},
    poster::Poster,
};
use crate::{
    bookings::api::HoldPlaces,
    error::{Conflict, Error},
    id::{EventId, SeatId},
    seats::{
        api::{get_seat_map, get_section, list_seats},
        model::{LIST_MAX, Seat, SeatMap},
        seat_map::{OpenedSection, SectionResource, asked_seats, opened_section},
    },
    ui::{PageError, Skeleton, path_with, refusal},
};
use facts::{EventFacts, EventVenue};
use leptos::prelude::*;
use leptos_meta::{Meta, Title};
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};
use panel::{PanelParts, hold_panel};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Seconds before its opening that a page waits for a sale by itself; further ahead nobody keeps the page open.
const WAIT_MAX_S: i64 = 6 * 3600;

/// What the page shows: the event, and for an event with seats its map and the seats the URL asks for.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct EventData {
    detail: EventDetail,
    map: Option<SeatMap>,
    asked: Vec<Seat>,
}

/// The page of one event.
#[component]
pub fn EventPage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let event_id = Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse().ok())));
    let hold = ServerAction::<HoldPlaces>::new();
    let seat_ids = named_seats(&query.get_untracked(), refusal(hold).get_untracked());
    let event = Resource::new(move || event_id.get(), move |id| load_event(id, seat_ids.clone()));
    let section: SectionResource = Resource::new(
        move || (event_id.get(), query.get()),
        move |(_, query)| async move {
            let data = event.await?;
            open_section(data.map.as_ref(), &query).await
        },
    );
    view! {
        <Transition fallback=EventSkeleton>
            {move || Suspend::new(async move {
                match event.await {
                    Ok(data) => {
                        refetch_when_sale_opens(&data.detail, event);
                        view! { <EventBody data section hold on_changed=move |()| event.refetch() /> }.into_any()
                    }
                    Err(error) => view! { <Title text="Event" /> <PageError error /> }.into_any(),
                }
            })}
        </Transition>
    }
}

/// The seats to name: those the URL asks for, and those a form without scripts has just lost.
fn named_seats(query: &ParamsMap, refused: Option<Error>) -> Vec<SeatId> {
    let mut ids = asked_seats(query);
    if let Some(Error::Conflict(Conflict::SeatsTaken { seat_ids })) = refused {
        ids.extend(seat_ids);
    }
    ids.truncate(LIST_MAX);
    ids
}

async fn load_event(event_id: Option<EventId>, seat_ids: Vec<SeatId>) -> Result<EventData, Error> {
    let detail = get_event(event_id.ok_or(Error::NotFound)?).await?;
    if !detail.event.has_seat_selection {
        return Ok(EventData { detail, map: None, asked: Vec::new() });
    }
    let map = get_seat_map(detail.event.id).await?;
    let asked = if seat_ids.is_empty() { Vec::new() } else { list_seats(map.event_id, seat_ids).await? };
    Ok(EventData { detail, map: Some(map), asked })
}

async fn open_section(map: Option<&SeatMap>, query: &ParamsMap) -> Result<Option<OpenedSection>, Error> {
    let Some((map, name)) = map.and_then(|map| Some((map, opened_section(map, query)?))) else {
        return Ok(None);
    };
    get_section(map.event_id, name).await.map(|section| Some(section.into()))
}

/// In the browser: asks again when the sale opens, so that nobody has to reload.
fn refetch_when_sale_opens(detail: &EventDetail, event: Resource<Result<EventData, Error>>) {
    let Availability::OpensLater { opens_at } = detail.event.availability else { return };
    let wait_s = (opens_at - detail.server_now).num_seconds();
    if (0..=WAIT_MAX_S).contains(&wait_s) {
        // A second late rather than early, and effects run in the browser only.
        Effect::new(move |_| {
            let timer =
                set_timeout_with_handle(move || event.refetch(), Duration::from_secs(wait_s.unsigned_abs() + 1));
            on_cleanup(move || _ = timer.map(|timer| timer.clear()));
        });
    }
}

#[component]
fn EventBody(
    data: EventData,
    section: SectionResource,
    hold: ServerAction<HoldPlaces>,
    #[prop(into)] on_changed: Callback<()>,
) -> impl IntoView {
    let EventData { detail, map, asked } = data;
    let event = detail.event.clone();
    let layout = if map.is_some() { "page event-page event-page-seats" } else { "page event-page" };
    let panel = hold_panel(detail.clone(), map, asked, PanelParts { section, hold, on_changed });
    view! {
        <Title text=event.name.clone() />
        <Meta name="description" content=event.summary.clone() />
        <article class=layout>
            <div class="event-poster">
                <Poster
                    name=event.name.clone()
                    category=event.category.clone()
                    date=event.when.iso.clone()
                    view_name=poster_view_name(event.id)
                />
            </div>
            <header class="event-head">
                <a class="event-category" href=path_with("/events", [("category", event.category.as_str())])>
                    {category_name(&event.category).to_owned()}
                </a>
                <h1>{event.name.clone()}</h1>
                <p class="lead">{event.summary.clone()}</p>
                <EventFacts detail=detail.clone() />
            </header>
            {panel}
            <section class="event-about" aria-labelledby="event-about-heading">
                <h2 id="event-about-heading">"About this event"</h2>
                {paragraphs(&detail.description)}
                <EventVenue detail />
            </section>
        </article>
    }
}

/// Plain text, its paragraphs parted by empty lines.
fn paragraphs(text: &str) -> impl IntoView + use<> {
    let paragraphs: Vec<String> =
        text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    paragraphs.into_iter().map(|part| view! { <p>{part}</p> }).collect_view()
}

/// The page's shape while it loads.
#[component]
fn EventSkeleton() -> impl IntoView {
    view! {
        <div class="page event-page">
            <div class="event-poster">
                <Skeleton shape="skeleton-poster" />
            </div>
            <div class="event-head">
                <Skeleton shape="skeleton-heading" />
                <Skeleton shape="skeleton-line" count=4 />
            </div>
            <div class="hold-panel">
                <Skeleton shape="skeleton-panel" />
            </div>
        </div>
    }
}
