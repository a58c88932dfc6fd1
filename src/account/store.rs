//! Which people nothing names. It reads every slice's tables and writes none.

use crate::{id::UserId, server::Result};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Guests looked at in one round.
const ROUND_MAX: i64 = 500;

/// In a statement about `users`: guests who have never had a place, an entry or a ticket.
const NEVER_BOOKED: &str = "is_guest and claimed_by is null \
    and not exists (select from bookings where bookings.user_id = users.id) \
    and not exists (select from waitlist where waitlist.user_id = users.id) \
    and not exists (select from tickets where tickets.holder_id = users.id) \
    and not exists (select from ticket_transfers where from_id = users.id or accepted_by = users.id)";

/// Guests who were made by this time and have never booked anything, some at a time.
pub(super) async fn list_idle_guests(conn: &mut PgConnection, made_by: DateTime<Utc>) -> Result<Vec<UserId>> {
    let sql = const_format::formatcp!(
        "select id from users where {NEVER_BOOKED} and is_active and created_at <= $1 order by created_at limit $2"
    );
    Ok(sqlx::query_scalar(sql).bind(made_by).bind(ROUND_MAX).fetch_all(conn).await?)
}

/// The rows of guests who were gone by this time and are named nowhere, some at a time.
pub(super) async fn list_gone_guests(conn: &mut PgConnection, gone_by: DateTime<Utc>) -> Result<Vec<UserId>> {
    let sql = const_format::formatcp!(
        "select id from users where {NEVER_BOOKED} and not is_active and deleted_at <= $1 order by created_at limit $2"
    );
    Ok(sqlx::query_scalar(sql).bind(gone_by).bind(ROUND_MAX).fetch_all(conn).await?)
}
