//! The mails about a booking, for staff.

use super::MailStatus;
use crate::{
    bookings::store::find_booking,
    error::Error,
    events::{store::find_sale, when::at_venue},
    id::{BookingId, UserId},
    job::Mail,
    notifications::model::{BookingMail, MailFate},
    server::{Result, state::AppState},
    tickets::store::find_passing,
};
use chrono::{DateTime, Utc};
use sqlx::types::Json;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct MailRow {
    id: Uuid,
    subject: Option<String>,
    address: Option<String>,
    about: String,
    status: Option<MailStatus>,
    error: Option<String>,
    created_at: DateTime<Utc>,
}

/// The mails about a booking, to whoever booked it and to whoever its tickets were passed on, and what became of each, oldest
/// first. Errors: `NotFound`.
pub async fn list_booking_mails(state: &AppState, booking_id: BookingId) -> Result<Vec<BookingMail>> {
    let of = find_booking(state, booking_id).await?.ok_or(Error::NotFound)?;
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let event = find_sale(&mut conn, of.booking.event_id).await?;
    let passing = find_passing(&mut conn, booking_id).await?;
    // Those that went to somebody it concerns are found by the person; those that went to nobody with an account, or are on
    // their way, by their cause.
    let mut causes = vec![
        Mail::Confirmation { booking_id },
        Mail::Cancellation { booking_id },
        Mail::HoldEnding { booking_id },
        Mail::Offer { booking_id },
        Mail::OfferLapsed { booking_id },
    ];
    for transfer_id in passing.transfers.iter().copied() {
        causes.extend([Mail::TicketOffered { transfer_id }, Mail::TicketTaken { transfer_id }]);
    }
    let people: Vec<UserId> = passing.people.into_iter().chain([of.user_id]).collect();
    let rows: Vec<MailRow> = sqlx::query_as(
        "select id, subject, address, cause->>'about' as about, status, error, created_at from mails
         where cause = any($1) or user_id = any($2) and (
             cause->>'booking_id' = $3 or cause->>'ticket_id' = any($4) or cause->>'transfer_id' = any($5))
         order by created_at, id",
    )
    .bind(causes.into_iter().map(Json).collect::<Vec<_>>())
    .bind(people)
    .bind(booking_id.to_string())
    .bind(passing.tickets.iter().map(ToString::to_string).collect::<Vec<_>>())
    .bind(passing.transfers.iter().map(ToString::to_string).collect::<Vec<_>>())
    .fetch_all(&mut *conn)
    .await?;
    let mail = |row: MailRow| BookingMail {
        id: row.id,
        about: row.about,
        subject: row.subject,
        address: row.address,
        fate: row.status.map_or(MailFate::Waiting, MailStatus::fate),
        error: row.error,
        created_at: row.created_at,
        when: at_venue(row.created_at, &event.timezone, now),
    };
    Ok(rows.into_iter().map(mail).collect())
}

impl MailStatus {
    fn fate(self) -> MailFate {
        match self {
            Self::Sent => MailFate::Sent,
            Self::Refused => MailFate::Refused,
            Self::Needless => MailFate::Needless,
            Self::Unwanted => MailFate::Unwanted,
        }
    }
}
