//! Codes with what became of them: read from the bookings that have them.

use super::CODE;
use crate::{
    discounts::model::{Code, Uses},
    error::Error,
    id::{BookingId, CodeId, EventId, UserId},
    server::Result,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// What a code has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct CodeSums {
    /// Living holds that have it.
    pub held_count: i64,
    /// Bookings that have it.
    pub confirmed_count: i64,
    /// What those bookings bring in, in minor units.
    pub taken_minor: i64,
    /// What it took off them, in minor units.
    pub discount_minor: i64,
}

/// A code and what it has done so far.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LineRow {
    /// The code.
    #[sqlx(flatten)]
    pub code: Code,
    /// What it has done.
    #[sqlx(flatten)]
    pub sums: CodeSums,
}

/// Codes as [`LineRow`]s; a hold that has lapsed at `$1` has none. The condition comes after it.
const LINES: &str = const_format::formatcp!(
    "select {CODE}, sums.* from discount_codes cross join lateral (
         select count(*) filter (where status = 'held' and expires_at > $1) as held_count,
                count(*) filter (where status = 'confirmed') as confirmed_count,
                coalesce(sum(total_amount_minor) filter (where status = 'confirmed'), 0)::bigint as taken_minor,
                coalesce(sum(discount_minor) filter (where status = 'confirmed'), 0)::bigint as discount_minor
         from bookings where discount_code_id = discount_codes.id
     ) as sums"
);

/// The codes of an event that begin like this, the newest first, those before this one: one more than `limit`, if there are so
/// many.
pub async fn list_lines(
    conn: &mut PgConnection,
    (event_id, beginning): (EventId, &str),
    (before, limit): (Option<CodeId>, i64),
    now: DateTime<Utc>,
) -> Result<Vec<LineRow>> {
    let sql = const_format::formatcp!(
        "{LINES} where event_id = $2 and starts_with(code, upper($3)) and ($4::uuid is null or id < $4) order by id desc limit $5"
    );
    let rows = sqlx::query_as(sql).bind(now).bind(event_id).bind(beginning).bind(before).bind(limit + 1);
    Ok(rows.fetch_all(conn).await?)
}

/// A code with what it has done. Errors: `NotFound`.
pub async fn get_line(conn: &mut PgConnection, code_id: CodeId, now: DateTime<Utc>) -> Result<LineRow> {
    let sql = const_format::formatcp!("{LINES} where id = $2");
    let row: Option<LineRow> = sqlx::query_as(sql).bind(now).bind(code_id).fetch_optional(conn).await?;
    row.ok_or_else(|| Error::NotFound.into())
}

/// What these codes read.
pub async fn list_texts(conn: &mut PgConnection, code_ids: &[CodeId]) -> Result<HashMap<CodeId, String>> {
    let rows: Vec<(CodeId, String)> =
        sqlx::query_as("select id, code from discount_codes where id = any($1)").bind(code_ids).fetch_all(conn).await?;
    Ok(rows.into_iter().collect())
}

/// The living bookings that have a code, apart from one. Assumes that the code is locked, and that `now` was read after.
pub async fn count_uses_of(
    conn: &mut PgConnection,
    code_id: CodeId,
    (user_id, booking_id): (UserId, BookingId),
    now: DateTime<Utc>,
) -> Result<Uses> {
    let uses = sqlx::query_as(
        "select count(*) as use_count, count(*) filter (where user_id = $2) as own_count from bookings
         where discount_code_id = $1 and id <> $3 and (status = 'confirmed' or status = 'held' and expires_at > $4)",
    );
    Ok(uses.bind(code_id).bind(user_id).bind(booking_id).bind(now).fetch_one(conn).await?)
}
