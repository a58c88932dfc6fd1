//! Counting the seats that are free beside each other, for who looks for an event by that.

use super::take::{PLACED, PLACED_END};
use crate::{
    events,
    id::EventId,
    server::{Result, state::AppState},
};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// The advisory lock under which one process at a time counts; the number only has to be no other lock's.
const COUNTER_LOCK: i64 = 0x70_6E7B;
/// Sections counted in one transaction: a few tens of thousands of seats.
const BATCH: i64 = 50;

/// Counts again the free seats beside each other of the sections where that is due, and answers how many those were. Safe
/// to call from many processes at once: one works, the others answer 0.
///
/// A section is due three seconds after its first change that isn't counted yet. With the worker that looks once a second,
/// what the search reads is about four seconds late; later only where more than fifty sections a second change.
pub async fn count_together(state: &AppState) -> Result<u64> {
    let mut tx = state.db.begin().await?;
    let alone: bool =
        sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(COUNTER_LOCK).fetch_one(&mut *tx).await?;
    if !alone {
        return Ok(0);
    }
    // Locked before their seats are read: what is added up after that makes them due again. Those that are just being added
    // up are left for the next time, so that nobody waits for each other.
    let due: Vec<(EventId, String)> = sqlx::query_as(
        "select event_id, name from sections where together_due_at <= coalesce($1, clock_timestamp())
         order by together_due_at limit $2 for no key update skip locked",
    )
    .bind(state.clock.fixed_now())
    .bind(BATCH)
    .fetch_all(&mut *tx)
    .await?;
    if due.is_empty() {
        return Ok(0);
    }
    count_sections(&mut tx, &due).await?;
    tx.commit().await?;
    Ok(due.len() as u64)
}

/// Counts the free seats beside each other of these sections, and what is the most in each of their events: ordinary seats that
/// follow on each other in their row, as the waitlist gives them to parties; of a standing section all that are free. Assumes
/// the sections are locked.
pub(super) async fn count_sections(conn: &mut PgConnection, sections: &[(EventId, String)]) -> Result<()> {
    let (event_ids, names): (Vec<EventId>, Vec<&str>) =
        sections.iter().map(|(event_id, name)| (*event_id, name.as_str())).unzip();
    let sql = const_format::formatcp!(
        "with given as (select * from unnest($1::uuid[], $2::text[]) as given (event_id, name)),
         free as (
             select event_id, section, \"row\",
                    case when \"row\" = '*' then 0
                         else place - row_number() over (partition by event_id, section, \"row\" order by place) end as run
             from ({PLACED} where (event_id, section) in (select event_id, name from given) {PLACED_END}) as every_seat
             where kind = 'standard' and status = 'available'),
         runs as (select event_id, section, count(*) as length from free group by event_id, section, \"row\", run)
         update sections set together_due_at = null, together_count = coalesce(
             (select max(length) from runs where runs.event_id = sections.event_id and runs.section = sections.name), 0)
         from given where sections.event_id = given.event_id and sections.name = given.name"
    );
    sqlx::query(sql).bind(&event_ids).bind(names).execute(&mut *conn).await?;
    let event_ids: Vec<EventId> = event_ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let most = "select event_id, max(together_count) from sections where event_id = any($1) group by event_id";
    let most: Vec<(EventId, i32)> = sqlx::query_as(most).bind(event_ids).fetch_all(&mut *conn).await?;
    events::store::set_together(conn, &most).await
}
