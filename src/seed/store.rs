//! What is already there. Reads the slices' tables and writes none: every change goes through their own functions.

use crate::{events::model::EventStatus, id::EventId, server::state::AppState};
use sqlx::PgConnection;

/// The advisory lock of the process that fills in; the number only has to be no other lock's.
const SEED_LOCK: i64 = 0x5EED;

/// The turn of this process: it ends when this is dropped, because the connection does.
pub(super) struct Turn(#[expect(dead_code, reason = "held for its lock")] PgConnection);

/// An event that is there.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(super) struct Made {
    pub(super) id: EventId,
    pub(super) name: String,
    status: EventStatus,
    total_capacity: i32,
    bookings_count: i64,
}

impl Made {
    /// Whether its seats, if it has any, are drawn.
    pub(super) fn has_places(&self) -> bool {
        self.total_capacity > 0
    }

    /// Whether it was published, also when it was called off since.
    pub(super) fn was_published(&self) -> bool {
        self.status != EventStatus::Draft
    }

    /// Whether it has bookings: those of general admission are brought in all at once.
    pub(super) fn is_sold(&self) -> bool {
        self.bookings_count > 0
    }

    /// Whether it was called off.
    pub(super) fn is_cancelled(&self) -> bool {
        self.status == EventStatus::Cancelled
    }
}

/// Takes the turn to fill in; none if another process has it.
pub(super) async fn take_turn(state: &AppState) -> sqlx::Result<Option<Turn>> {
    let mut connection = state.db.pool().acquire().await?.detach();
    let taken = sqlx::query_scalar("select pg_try_advisory_lock($1)").bind(SEED_LOCK);
    let taken: bool = taken.fetch_one(&mut connection).await?;
    Ok(taken.then_some(Turn(connection)))
}

/// Whether there is an admin of this address.
pub(super) async fn has_admin(state: &AppState, email: &str) -> sqlx::Result<bool> {
    let sql = "select exists (select from users where email = $1 and is_admin)";
    sqlx::query_scalar(sql).bind(email).fetch_one(state.db.pool()).await
}

/// Every event there is.
pub(super) async fn list_events(state: &AppState) -> sqlx::Result<Vec<Made>> {
    let sql = "select id, name, status, total_capacity,
                      (select count(*) from bookings where event_id = events.id) as bookings_count
               from events";
    sqlx::query_as(sql).fetch_all(state.db.pool()).await
}
