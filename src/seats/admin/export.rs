//! Seat maps as files, for events and for plans that are kept.
//!
//! What each format says stands in `seat_plan::formats`. A file of a plan names no seats of an event.

use crate::{
    bookings,
    error::Error,
    id::{EventId, PlanId},
    money::Currency,
    seats::store,
    server::{Result, caller::find_person, client_address::client_address, documents::file_name, state::AppState},
    staff::admit::{admit_to_file, reach_of_file},
};
use anyhow::Context;
use axum::{
    Router,
    extract::{Path, State},
    http::{
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
        request::Parts,
    },
    response::{IntoResponse, Response},
    routing::get,
};
use seat_plan::{Format, Plan, formats};
use tower_sessions::Session;

const FORMATS: [Format; 3] = [Format::Csv, Format::Json, Format::Pretix];

/// The routes of the files.
pub fn routes() -> Router<AppState> {
    FORMATS.into_iter().fold(Router::new(), |router, format| {
        let of_event = move |state: State<AppState>, session: Session, id: Path<String>, parts: Parts| {
            map_file(format, state, session, id, parts)
        };
        let of_plan =
            move |state: State<AppState>, session: Session, id: Path<String>| plan_file(format, state, session, id);
        router.route(event_route(format), get(of_event)).route(plan_route(format), get(of_plan))
    })
}

fn event_route(format: Format) -> &'static str {
    match format {
        Format::Csv => "/admin/events/{id}/seat-map.csv",
        Format::Json => "/admin/events/{id}/seat-map.json",
        Format::Pretix => "/admin/events/{id}/seat-map.pretix.json",
    }
}

fn plan_route(format: Format) -> &'static str {
    match format {
        Format::Csv => "/admin/seat-maps/{id}/seat-map.csv",
        Format::Json => "/admin/seat-maps/{id}/seat-map.json",
        Format::Pretix => "/admin/seat-maps/{id}/seat-map.pretix.json",
    }
}

async fn map_file(
    format: Format,
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response> {
    let event_id: EventId = id.parse().map_err(|_| Error::NotFound)?;
    let visitor = (find_person(&session).await?, client_address(&parts, &state.config));
    admit_to_file(&state, visitor, event_id, event_route(format)).await?;
    let drawing = bookings::store::get_drawing(&state, event_id).await?;
    download(format, &drawing.name, drawing.currency, drawing.plan).await
}

async fn plan_file(
    format: Format,
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
) -> Result<Response> {
    let plan_id: PlanId = id.parse().map_err(|_| Error::NotFound)?;
    reach_of_file(&state, find_person(&session).await?, plan_route(format)).await?;
    let kept = store::get_kept_plan(&state, plan_id).await?;
    download(format, &kept.line.name, kept.line.currency, kept.plan).await
}

async fn download(format: Format, name: &str, currency: Currency, plan: Plan) -> Result<Response> {
    // A large map takes a while: other requests go on meanwhile.
    let writing = tokio::task::spawn_blocking(move || formats::write(&plan, format, currency.decimals()));
    let text = writing.await.context("a plan could not be written as a file")?;
    let kind = match format {
        Format::Csv => "text/csv; charset=utf-8",
        Format::Json | Format::Pretix => "application/json",
    };
    let disposition = format!("attachment; filename=\"{}-seat-map.{}\"", file_name(name), format.ending());
    Ok(([(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, disposition)], text).into_response())
}
