//! Keeping seats back, and giving them free again.

use super::take::{ChangedSeat, append_changes};
use crate::{
    id::{EventId, SeatId},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Keeps these free seats back. Assumes they are locked and free.
pub async fn block_seats(conn: &mut PgConnection, seat_ids: &[SeatId], now: DateTime<Utc>) -> Result<()> {
    let blocked: Vec<ChangedSeat> = sqlx::query_as(
        "update seats set status = 'blocked', updated_at = $2 where id = any($1) and status = 'available'
         returning id, event_id, section",
    )
    .bind(seat_ids)
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    append_changes(conn, &blocked, -1).await
}

/// Gives seats that are kept back free again. Assumes they are locked and kept back.
pub async fn unblock_seats(conn: &mut PgConnection, seat_ids: &[SeatId], now: DateTime<Utc>) -> Result<()> {
    let freed: Vec<ChangedSeat> = sqlx::query_as(
        "update seats set status = 'available', updated_at = $2 where id = any($1) and status = 'blocked'
         returning id, event_id, section",
    )
    .bind(seat_ids)
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    append_changes(conn, &freed, 1).await
}

/// How many seats and places of standing sections of the event are kept back.
pub async fn count_blocked(state: &AppState, event_id: EventId) -> Result<i64> {
    let count = sqlx::query_scalar("select count(*) from seats where event_id = $1 and status = 'blocked'");
    Ok(count.bind(event_id).fetch_one(state.db.pool()).await?)
}
