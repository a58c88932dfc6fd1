//! `/sitemap.xml`: every page that search engines should know, with the day it changed.
//!
//! Nothing in it needs escaping: it is made of the site's own address, ids and dates.

use super::{
    links::event_path,
    store::{EventToCome, count_events_to_come, list_events_to_come},
};
use crate::{
    error::Error,
    server::{Result, config::Config, state::AppState},
};
use axum::{
    Router,
    extract::{Path, State},
    http::header::{CACHE_CONTROL, CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::SecondsFormat;
use std::{fmt::Write, num::NonZero};

/// The pages beside those of events.
const PAGES: [&str; 2] = ["/", "/events"];
/// Events in one file. Source: sitemaps.org allows 50,000 addresses.
const EVENTS_MAX: i64 = 50_000 - PAGES.len() as i64;

pub(super) fn routes() -> Router<AppState> {
    Router::new().route("/sitemap.xml", get(sitemap)).route("/sitemaps/{file}", get(part))
}

/// Everything in one file, or where that is too much, the list of the files `/sitemaps/1.xml`, ….
async fn sitemap(State(state): State<AppState>) -> Result<Response> {
    let now = state.clock.now();
    let count = state.late(|state| async move { count_events_to_come(&state, now).await }).await?;
    if count <= EVENTS_MAX {
        list_part(&state, NonZero::<u16>::MIN).await
    } else {
        Ok(as_xml(index(&state.config, count)))
    }
}

/// One of the files. Errors: `NotFound` for one that isn't in the list.
async fn part(State(state): State<AppState>, Path(file): Path<String>) -> Result<Response> {
    let number = file.strip_suffix(".xml").and_then(|number| number.parse().ok());
    list_part(&state, number.ok_or(Error::NotFound)?).await
}

async fn list_part(state: &AppState, number: NonZero<u16>) -> Result<Response> {
    let part = i64::from(number.get()) - 1;
    let now = state.clock.now();
    let read = |state| async move { list_events_to_come(&state, part * EVENTS_MAX, EVENTS_MAX, now).await };
    let events = state.late(read).await?;
    let pages: &[&str] = if part == 0 { &PAGES } else { &[] };
    if events.is_empty() && pages.is_empty() {
        return Err(Error::NotFound.into());
    }
    Ok(as_xml(list(&state.config, pages, &events)))
}

fn list(config: &Config, pages: &[&str], events: &[EventToCome]) -> String {
    let mut xml = begin("urlset");
    for page in pages {
        // Writing into a String can't fail; so everywhere below.
        _ = writeln!(xml, "<url><loc>{}</loc></url>", config.address(page));
    }
    for event in events {
        let address = config.address(&event_path(event.id));
        let changed = event.updated_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        _ = writeln!(xml, "<url><loc>{address}</loc><lastmod>{changed}</lastmod></url>");
    }
    xml + "</urlset>\n"
}

fn index(config: &Config, count: i64) -> String {
    let mut xml = begin("sitemapindex");
    for number in 1..=(count + EVENTS_MAX - 1) / EVENTS_MAX {
        let address = config.address(&format!("/sitemaps/{number}.xml"));
        _ = writeln!(xml, "<sitemap><loc>{address}</loc></sitemap>");
    }
    xml + "</sitemapindex>\n"
}

fn begin(element: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{element} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n"
    )
}

fn as_xml(xml: String) -> Response {
    ([(CONTENT_TYPE, "application/xml"), (CACHE_CONTROL, "public, max-age=3600")], xml).into_response()
}
