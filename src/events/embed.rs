//! An event on somebody else's site: `/events/{id}/embed`, a small document that any page may frame.
//!
//! It knows nobody: no session, no cookies, no forms, no scripts. Its one link opens the event's page in a tab of its own.

use super::{
    event_card::{AvailabilityWord, price_words},
    links::event_path,
    model::EventDetail,
    poster::{EventPicture, Shown},
    store::get_event,
};
use crate::{
    error::Error,
    server::{Failure, Result, csp, state::AppState},
    ui::{ButtonKind, bare_page},
};
use axum::{
    Router,
    extract::{Path, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY},
    },
    response::{Html, IntoResponse, Response},
    routing::get,
};
use leptos::prelude::*;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/events/{id}/embed", get(embed))
}

/// The event, or that it isn't there any more: a frame can't show the site's own page for that.
async fn embed(State(state): State<AppState>, Path(id): Path<String>) -> Result<Response> {
    let options = state.leptos_options.clone();
    let now = state.clock.now();
    let event = match id.parse() {
        Ok(event_id) => state.late(|state| async move { get_event(&state, event_id, now).await }).await,
        Err(_) => Err(Error::NotFound.into()),
    };
    let (status, page) = match event {
        Ok(detail) => {
            let title = detail.event.name.clone();
            (StatusCode::OK, bare_page(options, title, || view! { <Embed detail /> }))
        }
        Err(Failure::Refused(Error::NotFound)) => {
            (StatusCode::NOT_FOUND, bare_page(options, "Evently".to_owned(), || view! { <NoEvent /> }))
        }
        Err(failure) => return Err(failure),
    };
    let headers = [
        (CONTENT_SECURITY_POLICY, csp::FRAMED),
        // A visitor of a page that many visit may see what was free half a minute ago.
        (CACHE_CONTROL, "public, max-age=30"),
    ];
    Ok((status, headers, Html(page)).into_response())
}

#[component]
fn Embed(detail: EventDetail) -> impl IntoView {
    let event = detail.event;
    let words = if event.availability.is_bookable() { "Get tickets" } else { "See the event" };
    let price = price_words(&event);
    view! {
        <main class="embed">
            <EventPicture event=event.clone() shown=Shown::OnPage />
            <div class="embed-text">
                <p class="event-card-when">
                    <time datetime=event.when.iso.clone()>
                        {event.when.date_short.clone()} " · " {event.when.time.clone()}
                    </time>
                </p>
                <h1>{event.name.clone()}</h1>
                <p class="event-card-where">{event.venue.clone()} "\u{a0}· " {event.city.clone()}</p>
                <p class="event-card-foot">
                    <span class="event-card-price">{price}</span>
                    <AvailabilityWord event=event.clone() />
                </p>
                <WayOut href=event_path(event.id) kind=ButtonKind::Primary>{words}</WayOut>
            </div>
        </main>
    }
}

#[component]
fn NoEvent() -> impl IntoView {
    view! {
        <main class="embed embed-gone">
            <div class="embed-text">
                <h1>"This event isn't here any more"</h1>
                <p class="event-card-where">"It may have been taken down since this page was made."</p>
                <WayOut href="/events".to_owned() kind=ButtonKind::Secondary>"See what is on"</WayOut>
            </div>
        </main>
    }
}

/// The link out of the frame, and whose it is.
#[component]
fn WayOut(href: String, kind: ButtonKind, children: Children) -> impl IntoView {
    view! {
        <p class="embed-foot">
            <a class=kind.class() href=href target="_blank" rel="noopener">{children()}</a>
            <span class="wordmark">"Evently"</span>
        </p>
    }
}
