//! Sealing the history: the new entries of each event become a link of the event's chain of seals.

use crate::server::{Result, state::AppState};
use sqlx::PgConnection;
use std::time::Duration;

/// The advisory lock under which one process at a time seals; the number only has to be no other lock's.
const SEAL_LOCK: i64 = 0x5EA1;
/// Entries sealed in one transaction, so that a backlog doesn't make a long one.
const RUN_MAX: i64 = 50_000;
/// How long a round waits for the transactions that were under way when it began.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Seals the entries written so far and answers how many. Safe to call from many processes at once: one works, the others
/// answer 0.
///
/// Numbers are given out before they are committed, so that one may appear below others that are sealed already. What is
/// sealed is therefore only what was given out before all transactions that had begun to write by then have ended.
pub async fn seal_history(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let Some(upto) = find_settled(&mut conn).await? else { return Ok(0) };
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

/// The last number given out, once nothing below it can appear any more; none if that takes too long, or nothing is new.
async fn find_settled(conn: &mut PgConnection) -> Result<Option<i64>> {
    let (last, upto): (i64, i64) = sqlx::query_as(
        "select coalesce(pg_sequence_last_value(pg_get_serial_sequence('booking_history', 'number')::regclass), 0),
                coalesce((select max(upto_entry) from history_seals), 0)",
    )
    .fetch_one(&mut *conn)
    .await?;
    if last <= upto {
        return Ok(None);
    }
    // Taken after the number was read: whoever was given that or a lower one has locked their booking before, and with it
    // an older transaction id than this.
    let newest: String = sqlx::query_scalar("select pg_current_xact_id()::text").fetch_one(&mut *conn).await?;
    let mut waited = Duration::ZERO;
    while waited < PATIENCE {
        let sql = "select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8";
        if sqlx::query_scalar(sql).bind(&newest).fetch_one(&mut *conn).await? {
            return Ok(Some(last));
        }
        tokio::time::sleep(LOOK_EVERY).await;
        waited += LOOK_EVERY;
    }
    Ok(None)
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
