//! The bookings of an event as a file for spreadsheets, written while it is sent.
//!
//! One line each, oldest first. The columns:
//! `reference`; `status` (held, confirmed, cancelled, expired); `first_name`, `last_name`, `email` (empty where the account was
//! deleted); `places` (a number); `seats` (parted by semicolons; empty without seats); `amount` (a decimal) and `currency`;
//! `from_waitlist` (yes or no); `created_at`, `confirmed_at`, `ended_at` (UTC, RFC 3339); `cancel_reason` (the organiser's);
//! `discount` (a decimal, what a code took off: the amount is what was left) and `discount_code` (empty without one).

use crate::{
    bookings::{
        model::BookingStatus,
        store::{ExportedBooking, list_exported},
    },
    error::Error,
    events::store::find_sale,
    id::{BookingId, EventId},
    money::{Currency, Money},
    seats::model::name_place,
    server::{
        Result,
        caller::find_person,
        client_address::client_address,
        csv::{self, Interrupted},
        documents::file_name,
        state::AppState,
    },
    staff::{
        admit::{Actor, admit_to_file},
        store::{Deed, record},
    },
};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::request::Parts,
    response::Response,
    routing::get,
};
use chrono::{DateTime, SecondsFormat, Utc};
use futures::{Stream, stream::try_unfold};
use serde_json::json;
use std::borrow::Cow;
use tower_sessions::Session;

const ROUTE: &str = "/admin/events/{id}/bookings.csv";
const HEAD: &str = "reference,status,first_name,last_name,email,places,seats,amount,currency,from_waitlist,created_at,\
    confirmed_at,ended_at,cancel_reason,discount,discount_code\r\n";

/// The route of the file.
pub fn routes() -> Router<AppState> {
    Router::new().route(ROUTE, get(bookings_csv))
}

async fn bookings_csv(
    State(state): State<AppState>,
    session: Session,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<Response> {
    let event_id: EventId = id.parse().map_err(|_| Error::NotFound)?;
    let visitor = (find_person(&session).await?, client_address(&parts, &state.config));
    let actor = admit_to_file(&state, visitor, event_id, ROUTE).await?;
    let name = note_export(&state, &actor, event_id).await?;
    Ok(csv::download(&format!("{}-bookings", file_name(&name)), lines(state, event_id)))
}

/// Notes who took the list out, and answers the event's name. Errors: `NotFound`.
async fn note_export(state: &AppState, actor: &Actor, event_id: EventId) -> Result<String> {
    let mut tx = state.db.begin().await?;
    let event = find_sale(&mut tx, event_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let deed = Deed {
        action: "bookings_exported",
        event_id: Some(event_id),
        subject_id: None,
        before: json!({}),
        after: json!({}),
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(event.name)
}

/// What is sent: the head, then a piece for each reading.
fn lines(state: AppState, event_id: EventId) -> impl Stream<Item = std::result::Result<Bytes, Interrupted>> {
    try_unfold(Some(None), move |next: Option<Option<BookingId>>| {
        let state = state.clone();
        async move {
            let Some(after) = next else { return Ok(None) };
            let bookings = list_exported(&state, event_id, after).await.map_err(|failure| {
                tracing::error!(?failure, %event_id, "an export broke off");
                Interrupted
            })?;
            let mut text = if after.is_none() { format!("{}{HEAD}", csv::BEGIN) } else { String::new() };
            bookings.iter().for_each(|booking| push_line(&mut text, booking));
            Ok(Some((Bytes::from(text), bookings.last().map(|booking| Some(booking.id)))))
        }
    })
}

fn push_line(text: &mut String, booking: &ExportedBooking) {
    let person = booking.person.as_ref();
    let seat = |seat: &crate::bookings::model::BookedSeat| name_place(&seat.section, &seat.row, &seat.number);
    let seats: Vec<String> = booking.seats.iter().map(seat).collect();
    let cells = [
        booking.reference.as_str().into(),
        say(booking.status).into(),
        Cow::from(person.map_or("", |person| &*person.first_name)),
        person.map_or("", |person| &*person.last_name).into(),
        person.map_or("", |person| &*person.email).into(),
        booking.quantity.to_string().into(),
        seats.join("; ").into(),
        decimal(booking, booking.total_amount_minor).into(),
        booking.currency.as_str().into(),
        if booking.is_offer { "yes" } else { "no" }.into(),
        instant(Some(booking.created_at)).into(),
        instant(booking.confirmed_at).into(),
        instant(booking.ended_at).into(),
        booking.cancel_reason.as_deref().unwrap_or_default().into(),
        decimal(booking, booking.discount_minor).into(),
        booking.discount_code.as_deref().unwrap_or_default().into(),
    ];
    csv::push_line(text, &cells);
}

fn say(status: BookingStatus) -> &'static str {
    match status {
        BookingStatus::Held => "held",
        BookingStatus::Confirmed => "confirmed",
        BookingStatus::Cancelled => "cancelled",
        BookingStatus::Expired => "expired",
    }
}

fn decimal(booking: &ExportedBooking, minor: i64) -> String {
    let currency = Currency::try_from(booking.currency.clone());
    currency.map_or_else(|_| minor.to_string(), |currency| Money::new(minor, currency).decimal())
}

fn instant(instant: Option<DateTime<Utc>>) -> String {
    instant.map(|instant| instant.to_rfc3339_opts(SecondsFormat::Secs, true)).unwrap_or_default()
}
