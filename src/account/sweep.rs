//! Guests who never booked anything go after a day.

use super::{
    delete::remove,
    store::{list_gone_guests, list_idle_guests},
};
use crate::{
    server::{Result, state::AppState},
    users,
};
use chrono::TimeDelta;

/// How long a guest may take to book.
const IDLE_FOR: TimeDelta = TimeDelta::days(1);
/// How long the row of one who is gone stays: a request that met them while they were there has ended by then.
const GONE_FOR: TimeDelta = TimeDelta::hours(1);

/// Takes guests who have never booked anything out of every table, and answers how many rows of such guests are gone
/// for good. Safe to call from many processes at once.
pub async fn sweep_guests(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let idle = list_idle_guests(&mut conn, now - IDLE_FOR).await?;
    drop(conn);
    for guest_id in idle {
        remove(state, guest_id).await?;
    }
    let mut tx = state.db.begin().await?;
    let gone = list_gone_guests(&mut tx, now - GONE_FOR).await?;
    users::store::delete_guests(&mut tx, &gone).await?;
    tx.commit().await?;
    Ok(gone.len() as u64)
}
