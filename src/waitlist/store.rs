//! Entries made durable.

use crate::{
    id::{EntryId, EventId, UserId},
    server::{Result, clock::new_id, state::AppState},
};
use chrono::{DateTime, Utc};

/// Who wants to wait for what.
#[derive(Clone, Copy, Debug)]
pub struct JoinRequest {
    /// Who.
    pub user_id: UserId,
    /// For which event.
    pub event_id: EventId,
    /// For how many places.
    pub quantity: i32,
    /// Beside each other.
    pub together: bool,
}

/// Puts a person at the end of the line. Joining twice is one entry.
pub async fn join_waitlist(state: &AppState, request: JoinRequest, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "insert into waitlist (id, user_id, event_id, requested_quantity, together, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $6)
         on conflict (user_id, event_id) where status in ('waiting', 'offered') do nothing",
    )
    .bind(EntryId(new_id()))
    .bind(request.user_id)
    .bind(request.event_id)
    .bind(request.quantity)
    .bind(request.together)
    .bind(now)
    .execute(state.db.pool())
    .await?;
    Ok(())
}
