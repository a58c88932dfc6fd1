//! Reading the entries behind a figure.

use super::Scope;
use crate::{
    analytics::entries::{Figure, FigureEntry},
    error::{Error, Problem},
    events::{model::Page, when::at_venue},
    id::{BookingId, EventId},
    money::{Currency, Money},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct EntryRow {
    number: i64,
    booking_id: BookingId,
    reference: String,
    created_at: DateTime<Utc>,
    timezone: String,
    quantity: i32,
    total_amount_minor: i64,
    #[sqlx(try_from = "String")]
    currency: Currency,
}

/// The entries of an event's history that its figure counts, the newest first: `limit` of them from `cursor` on. Those that aren't
/// added up yet are left out, so that they are as many as the figure says. Errors: `Invalid`.
pub async fn list_entries(
    state: &AppState,
    (event_id, scope): (EventId, &Scope),
    figure: Figure,
    (cursor, limit): (&str, i64),
    now: DateTime<Utc>,
) -> Result<Page<FigureEntry>> {
    let before: Option<i64> = match cursor {
        "" => None,
        text => Some(text.parse().map_err(|_| Error::invalid("cursor", Problem::Malformed))?),
    };
    // As `project.rs` counts.
    let rows: Vec<EntryRow> = sqlx::query_as(
        "select h.number, h.booking_id, b.reference, h.created_at, e.timezone, h.quantity, h.total_amount_minor, b.currency
         from bookings b join booking_history h on h.booking_id = b.id join events e on e.id = b.event_id
         where b.event_id = $1 and h.number <= (select upto_entry from sales_told) and ($2 is null or h.number < $2)
           and case $3
               when 'booked' then status_after = 'confirmed' and status_before = 'held'
               when 'cancelled' then status_after = 'cancelled' and status_before = 'confirmed'
               when 'released' then status_after = 'cancelled' and status_before = 'held'
               else status_after = 'expired' end
         order by h.number desc limit $4",
    )
    .bind(event_id)
    .bind(before)
    .bind(figure.key())
    .bind(limit + 1)
    .fetch_all(state.db.pool())
    .await?;
    let sees_money = scope.sees_money;
    let rows = rows.into_iter().map(|row| FigureEntry {
        number: row.number,
        booking_id: row.booking_id,
        reference: row.reference,
        created_at: row.created_at,
        when: at_venue(row.created_at, &row.timezone, now),
        quantity: row.quantity,
        amount: sees_money.then(|| Money::new(row.total_amount_minor, row.currency)),
    });
    Ok(Page::cut(rows.collect(), limit, |entry| entry.number.to_string()))
}
