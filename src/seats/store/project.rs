//! Adding up the changes of free seats into the figures that overviews and lists read.

use crate::{
    events,
    id::EventId,
    server::{Result, state::AppState},
};
use sqlx::PgConnection;

/// The advisory lock under which one process at a time adds up; the number only has to be no other lock's.
const PROJECTOR_LOCK: i64 = 0x5EA7_C0DE;
/// Changes added up in one transaction, so that a backlog doesn't make a long one.
const BATCH: i64 = 5_000;

/// Adds what `seat_changes` has gathered to `sections.available_count` and `events.available_capacity`, and answers how
/// many changes that were. Safe to call from many processes at once: one works, the others answer 0.
pub async fn project_availability(state: &AppState) -> Result<u64> {
    let mut tx = state.db.begin().await?;
    let alone: bool =
        sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(PROJECTOR_LOCK).fetch_one(&mut *tx).await?;
    if !alone {
        return Ok(0);
    }
    let changes: Vec<(EventId, String, i32)> = sqlx::query_as(
        "delete from seat_changes where id in (select id from seat_changes order by id limit $1)
         returning event_id, section, delta",
    )
    .bind(BATCH)
    .fetch_all(&mut *tx)
    .await?;
    if changes.is_empty() {
        return Ok(0);
    }
    add_to_sections(&mut tx, &changes).await?;
    let by_event: Vec<(EventId, i32)> = changes.iter().map(|(event_id, _, delta)| (*event_id, *delta)).collect();
    events::store::add_available(&mut tx, &by_event).await?;
    tx.commit().await?;
    Ok(changes.len() as u64)
}

async fn add_to_sections(conn: &mut PgConnection, changes: &[(EventId, String, i32)]) -> Result<()> {
    sqlx::query(
        "update sections set available_count = available_count + change.delta
         from (select event_id, section, sum(delta)::int as delta
               from unnest($1::uuid[], $2::text[], $3::int[]) as given (event_id, section, delta)
               group by event_id, section) as change
         where sections.event_id = change.event_id and sections.name = change.section",
    )
    .bind(changes.iter().map(|(event_id, _, _)| *event_id).collect::<Vec<_>>())
    .bind(changes.iter().map(|(_, section, _)| section.as_str()).collect::<Vec<_>>())
    .bind(changes.iter().map(|(_, _, delta)| *delta).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
