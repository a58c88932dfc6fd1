//! Tickets as files: PDF to print or to keep on a phone, and the entry for a calendar.

mod calendar;
mod sheet;

pub use sheet::Format;

use super::{
    model::{Ticket, TicketStatus},
    store,
};
use crate::{
    bookings::{
        model::Booking,
        store::{find_booking, get_booking},
    },
    error::{Conflict, Error},
    events::store::get_event,
    id::{BookingId, TicketId},
    server::{
        Result,
        caller::find_person,
        documents::{download, file_name},
        paper::print,
        state::AppState,
    },
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    response::Response,
    routing::get,
};
use serde::Deserialize;
use sheet::Facts;
use tower_sessions::Session;

const PDF: &str = "application/pdf";
const CALENDAR: &str = "text/calendar; charset=utf-8";

/// The routes of the files of who is signed in.
pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/bookings/{id}/tickets.pdf", get(booking_pdf))
        .route("/bookings/{id}/ticket.ics", get(booking_ics))
        .route("/tickets/{id}/ticket.ics", get(ticket_ics))
        .route("/tickets/{id}/ticket.pdf", get(ticket_pdf))
}

/// How a PDF is asked for.
#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    width: Format,
}

async fn booking_pdf(
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let booking_id: BookingId = id.parse().map_err(|_| Error::NotFound)?;
    let user_id = find_person(&session).await?.ok_or(Error::SignInRequired)?;
    let mut tickets = store::list_tickets(&state, user_id, booking_id).await?;
    tickets.retain(|ticket| ticket.is_yours);
    let name = format!("{}-tickets.pdf", name_of(&tickets)?);
    Ok(download(pdf_of(&state, tickets, asked.width).await?, PDF, &name))
}

async fn ticket_pdf(
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response> {
    let ticket_id: TicketId = id.parse().map_err(|_| Error::NotFound)?;
    let user_id = find_person(&session).await?.ok_or(Error::SignInRequired)?;
    let tickets = vec![store::get_ticket(&state, user_id, ticket_id).await?];
    let name = format!("{}-ticket.pdf", name_of(&tickets)?);
    Ok(download(pdf_of(&state, tickets, asked.width).await?, PDF, &name))
}

async fn booking_ics(State(state): State<AppState>, session: Session, Path(id): Path<String>) -> Result<Response> {
    let booking_id: BookingId = id.parse().map_err(|_| Error::NotFound)?;
    let user_id = find_person(&session).await?.ok_or(Error::SignInRequired)?;
    let booking = get_booking(&state, user_id, booking_id).await?;
    let name = format!("{}-{}.ics", file_name(&booking.event.name), booking.reference.to_lowercase());
    Ok(download(ics_of(&state, &booking).await?, CALENDAR, &name))
}

async fn ticket_ics(State(state): State<AppState>, session: Session, Path(id): Path<String>) -> Result<Response> {
    let ticket_id: TicketId = id.parse().map_err(|_| Error::NotFound)?;
    let user_id = find_person(&session).await?.ok_or(Error::SignInRequired)?;
    let ticket = store::get_ticket(&state, user_id, ticket_id).await?;
    let name = format!("{}-{}.ics", file_name(&ticket.event.name), ticket.reference.to_lowercase());
    Ok(download(ics_of_ticket(&state, &ticket).await?, CALENDAR, &name))
}

/// The tickets of a booking that who booked holds, one sheet each, for A4: what a mail to them brings along. Whoever asks.
///
/// Errors: `NotFound`; `TicketVoid` where none is valid; `Unavailable` when many wait.
pub async fn pdf_of_booking(state: &AppState, booking_id: BookingId) -> Result<Bytes> {
    let (_, tickets) = store::list_tickets_of_booking(state, booking_id).await?;
    pdf_of(state, tickets, Format::A4).await
}

/// These tickets as their holder sees them, all of one event, one sheet each, for A4: what a mail to the holder brings along.
///
/// Errors: `TicketVoid` where none is valid; `Unavailable` when many wait.
pub async fn pdf_of_tickets(state: &AppState, tickets: &[Ticket]) -> Result<Bytes> {
    pdf_of(state, tickets.to_vec(), Format::A4).await
}

/// A ticket as an entry for a calendar, for who holds it: nothing of its booking but the reference.
pub async fn ics_of_ticket(state: &AppState, ticket: &Ticket) -> Result<Bytes> {
    let detail = get_event(state, ticket.event_id, state.clock.now()).await?;
    let address = state.config.address(&format!("/tickets/{}", ticket.id));
    Ok(calendar::ticket_entry(&detail, ticket, &address).into())
}

/// A booking as an entry for a calendar: what a mail to who booked brings along. Whoever asks. Errors: `NotFound`.
pub async fn ics_of_booking(state: &AppState, booking_id: BookingId) -> Result<Bytes> {
    let booking = find_booking(state, booking_id).await?.ok_or(Error::NotFound)?.booking;
    ics_of(state, &booking).await
}

async fn ics_of(state: &AppState, booking: &Booking) -> Result<Bytes> {
    let detail = get_event(state, booking.event_id, state.clock.now()).await?;
    let address = state.config.address(&format!("/bookings/{}", booking.id));
    Ok(calendar::entry(&detail, booking, &address).into())
}

/// These tickets as a PDF, all of the same event; void ones are left out. Errors: `TicketVoid` where none is left;
/// `Unavailable` when many wait.
async fn pdf_of(state: &AppState, tickets: Vec<Ticket>, format: Format) -> Result<Bytes> {
    let tickets: Vec<Ticket> = tickets.into_iter().filter(|ticket| ticket.status == TicketStatus::Valid).collect();
    let event_id = tickets.first().ok_or(Conflict::TicketVoid)?.event_id;
    let detail = get_event(state, event_id, state.clock.now()).await?;
    let facts: Vec<Facts> = tickets.iter().map(|ticket| Facts::of(ticket, &detail)).collect();
    let title = format!("{} · {}", if facts.len() == 1 { "Ticket" } else { "Tickets" }, detail.event.name);
    let content = serde_json::to_vec(&(&title, format, &facts)).map_err(anyhow::Error::from)?;
    let make = move || {
        let sheets = facts.iter().map(|facts| sheet::lay_out(facts, format)).collect::<anyhow::Result<Vec<_>>>()?;
        print(&title, &sheets)
    };
    state.documents.get(&content, make).await
}

/// What a file of these tickets is called. Errors: `TicketVoid` where there are none.
fn name_of(tickets: &[Ticket]) -> Result<String> {
    let ticket = tickets.first().ok_or(Conflict::TicketVoid)?;
    Ok(format!("{}-{}", file_name(&ticket.event.name), ticket.reference.to_lowercase()))
}
