//! Undoing a check-in that was a mistake: the ticket lets in again.

use crate::{
    bookings::store::count_admitted,
    error::Error,
    id::{CheckInId, EventId, TicketId},
    server::{Result, finish, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
    tickets::store::lock_at_door,
};
use serde_json::json;

/// The event of a check-in. Errors: `NotFound`.
pub async fn get_event_of_check_in(state: &AppState, check_in_id: CheckInId) -> Result<EventId> {
    let sql = "select event_id from check_ins where id = $1";
    let event_id = sqlx::query_scalar(sql).bind(check_in_id).fetch_optional(state.db.pool()).await?;
    event_id.ok_or_else(|| Error::NotFound.into())
}

/// Makes a check-in of this event count no longer, and writes that down. Doing it twice is fine.
pub async fn undo_check_in(
    state: &AppState,
    actor: Actor,
    (event_id, check_in_id): (EventId, CheckInId),
    reason: String,
) -> Result<()> {
    let state = state.clone();
    finish(async move {
        let mut tx = state.db.begin().await?;
        let sql = "select ticket_id from check_ins where id = $1";
        let ticket_id: Option<TicketId> = sqlx::query_scalar(sql).bind(check_in_id).fetch_optional(&mut *tx).await?;
        let ticket = lock_at_door(&mut tx, ticket_id.ok_or(Error::NotFound)?).await?.ok_or(Error::NotFound)?;
        let now = state.clock.now_in(&mut tx).await?;
        let undone: Option<TicketId> = sqlx::query_scalar(
            "update check_ins set undone_at = $2, undone_by = $3, undo_reason = $4
             where id = $1 and undone_at is null returning ticket_id",
        )
        .bind(check_in_id)
        .bind(now)
        .bind(actor.user_id)
        .bind(&reason)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(ticket_id) = undone {
            count_admitted(&mut tx, ticket.booking_id, -1).await?;
            let deed = Deed {
                action: "check_in_undone",
                event_id: Some(event_id),
                subject_id: Some(ticket_id.0),
                before: json!({"admitted": true}),
                after: json!({"admitted": false, "reason": reason}),
            };
            record(&mut tx, &actor, deed, now).await?;
        }
        tx.commit().await?;
        state.door_counts.note(event_id, actor.user_id.0).await;
        Ok(())
    })
    .await
}
