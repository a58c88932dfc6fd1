//! Sealing the history: the new entries of each event become a link of the event's chain of seals.

use super::find_settled;
use crate::server::{Result, state::AppState};
use sqlx::PgConnection;

/// The advisory lock under which one process at a time seals; the number only has to be no other lock's.
const SEAL_LOCK: i64 = 0x5EA1;
/// Entries sealed in one transaction, so that a backlog doesn't make a long one.
const RUN_MAX: i64 = 50_000;

/// Seals the entries written so far and answers how many. Safe to call from many processes at once: one works, the others
/// answer 0. What is sealed is settled ([`find_settled`]).
pub async fn seal_history(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let sealed =
        sqlx::query_scalar("select coalesce(max(upto_entry), 0) from history_seals").fetch_one(&mut *conn).await?;
    let Some(upto) = find_settled(&mut conn, sealed).await? else { return Ok(0) };
    drop(conn);
    let mut sealed = 0;
    loop {
        let mut tx = state.db.begin().await?;
        let alone: bool =
            sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(SEAL_LOCK).fetch_one(&mut *tx).await?;
        let run = if alone { seal_run(&mut tx, upto).await? } else { 0 };
        tx.commit().await?;
        sealed += run;
        if run == 0 {
            return Ok(sealed);
        }
    }
}

/// Seals the next entries up to `upto`, and answers how many.
async fn seal_run(conn: &mut PgConnection, upto: i64) -> Result<u64> {
    // The database's own clock: the time says when the row was written, no rule compares it.
    let sealed: Option<i64> = sqlx::query_scalar(
        "with run as (
             select coalesce(max(upto_entry), 0) as after_entry from history_seals
         ), entry as materialized (
             select event_id, h.number, hash
             from run, lateral (
                 select number, booking_id, booking_history_hash(e) as hash from booking_history e
                 where e.number > after_entry and e.number <= $1 order by number limit $2
             ) as h join bookings on bookings.id = h.booking_id
        ), link as (
             select event_id, count(*)::int as entry_count, sha256(string_agg(hash, '' order by number)) as root
             from entry group by event_id
         ), seal as (
             select event_id, coalesce(last.number, 0) + 1 as number, after_entry,
                    (select max(number) from entry) as upto_entry,
                    entry_count, root, last.hash as previous_hash
             from run, link left join lateral (
                 select number, hash from history_seals where event_id = link.event_id order by number desc limit 1
             ) as last on true
         ), written as (
             insert into history_seals (event_id, number, after_entry, upto_entry, entry_count, root, previous_hash, hash, sealed_at)
             select seal.*, history_seal_hash(row(
                 event_id, number, after_entry, upto_entry, entry_count, root, previous_hash, ''::bytea, now())::history_seals), now()
             from seal returning entry_count
         )
         select sum(entry_count) from written",
    )
    .bind(upto)
    .bind(RUN_MAX)
    .fetch_one(conn)
    .await?;
    Ok(sealed.unwrap_or_default().unsigned_abs())
}
