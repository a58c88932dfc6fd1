//! How many of a booking's places were let in.

use crate::{id::BookingId, server::Result};
use sqlx::PgConnection;

/// Notes that so many more of a booking's places were let in; fewer, below zero. Assumes that the booking is locked.
pub async fn count_admitted(conn: &mut PgConnection, booking_id: BookingId, more: i32) -> Result<()> {
    sqlx::query("update bookings set admitted_count = admitted_count + $2 where id = $1")
        .bind(booking_id)
        .bind(more)
        .execute(conn)
        .await?;
    Ok(())
}
