//! Calling events off.

use super::manage::{find_managed, lock_sale_alone};
use crate::{
    error::{Conflict, Error, Problem},
    id::EventId,
    job::Job,
    server::{Result, jobs::enqueue, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// Characters that the reason may have. Source: the constraint events_cancel_reason_is_short.
const REASON_MAX: i32 = 500;

/// Calls an event off: nothing can be held or confirmed from now on. What is being held or confirmed just now is waited
/// for, so that whoever sees to the bookings afterwards sees all of them: a job, which ends them and tells their people. Doing
/// it twice is fine. Errors: `NotFound`.
pub async fn cancel_event(state: &AppState, event_id: EventId, now: DateTime<Utc>) -> Result<()> {
    let mut tx = state.db.begin().await?;
    lock_sale_alone(&mut tx, event_id).await?;
    find_managed(&mut tx, event_id).await?;
    call_off(&mut tx, event_id, None, now).await?;
    let end = Job::EndBookings { event_id, by: None, after: None };
    let at = state.clock.now_in(&mut tx).await?;
    enqueue(&mut tx, &[end], at).await?;
    tx.commit().await?;
    Ok(())
}

/// What an admin says who calls an event off.
#[derive(Clone, Debug)]
pub struct Cancelling {
    /// The event.
    pub event_id: EventId,
    /// Its name, typed to be sure.
    pub name: String,
    /// Why, as those who booked are told.
    pub reason: String,
}

/// Calls an event off in somebody's name: as [`cancel_event`]. Doing it twice is fine, and goes on with what is left to end.
///
/// Errors: `NotFound`; `Invalid` for another name than the event's, and for a reason that is missing or over 500 characters;
/// `WrongEventState` for a draft, and for what is over.
pub async fn cancel_event_by(
    state: &AppState,
    actor: &Actor,
    cancelling: &Cancelling,
    now: DateTime<Utc>,
) -> Result<()> {
    let event_id = cancelling.event_id;
    let mut tx = state.db.begin().await?;
    lock_sale_alone(&mut tx, event_id).await?;
    let row = find_managed(&mut tx, event_id).await?;
    if !row.event.is_cancelled() {
        if !row.is_published() || row.ends_at() <= now {
            return Err(Conflict::WrongEventState.into());
        }
        let reason = cancelling.checked_reason(&row.event.name)?;
        call_off(&mut tx, event_id, Some(reason), now).await?;
        let (before, after) = (json!({"status": "published"}), json!({"status": "cancelled", "reason": reason}));
        let deed = Deed { action: "event_cancelled", event_id: Some(event_id), subject_id: None, before, after };
        record(&mut tx, actor, deed, now).await?;
    }
    let end = Job::EndBookings { event_id, by: Some(actor.user_id), after: None };
    let at = state.clock.now_in(&mut tx).await?;
    enqueue(&mut tx, &[end], at).await?;
    tx.commit().await?;
    Ok(())
}

impl Cancelling {
    fn checked_reason(&self, name: &str) -> Result<&str> {
        let reason = self.reason.trim();
        if self.name.trim() != name.trim() {
            return Err(Error::invalid("name", Problem::Different).into());
        }
        if reason.is_empty() {
            return Err(Error::invalid("reason", Problem::Required).into());
        }
        if reason.chars().count() > REASON_MAX as usize {
            return Err(Error::invalid("reason", Problem::TooLong(REASON_MAX)).into());
        }
        Ok(reason)
    }
}

async fn call_off(conn: &mut PgConnection, event_id: EventId, reason: Option<&str>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "update events set status = 'cancelled', cancel_reason = coalesce($2, cancel_reason), publish_at = null,
             publish_by = null, version = version + 1, updated_at = $3
         where id = $1",
    )
    .bind(event_id)
    .bind(reason)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}
