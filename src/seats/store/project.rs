//! Adding up the changes of free seats into the figures that overviews and lists read, and telling open maps of them.

use crate::{
    events,
    id::{EventId, SeatId},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};

/// The advisory lock under which one process at a time adds up; the number only has to be no other lock's.
pub(super) const PROJECTOR_LOCK: i64 = 0x5EA7_C0DE;
/// Changes added up in one transaction, so that a backlog doesn't make a long one.
const BATCH: i64 = 5_000;

/// What one transaction changed in one section.
#[derive(sqlx::FromRow)]
struct SeatChange {
    id: i64,
    event_id: EventId,
    section: String,
    delta: i32,
    seat_ids: Vec<SeatId>,
}

/// Adds what `seat_changes` has gathered to `sections.available_count` and `events.available_capacity`, makes a frame of it
/// for each event, and answers how many changes that were. Safe to call from many processes at once: one works, the others
/// answer 0.
pub async fn project_availability(state: &AppState) -> Result<u64> {
    let mut tx = state.db.begin().await?;
    let alone: bool =
        sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(PROJECTOR_LOCK).fetch_one(&mut *tx).await?;
    if !alone {
        return Ok(0);
    }
    let mut changes: Vec<SeatChange> = sqlx::query_as(
        "delete from seat_changes where id in (select id from seat_changes order by id limit $1)
         returning id, event_id, section, delta, seat_ids",
    )
    .bind(BATCH)
    .fetch_all(&mut *tx)
    .await?;
    if changes.is_empty() {
        return Ok(0);
    }
    // Who changes a seat again has waited for its lock, and got a higher number: the last change of a seat counts.
    changes.sort_unstable_by_key(|change| change.id);
    let counts = add_to_sections(&mut tx, &changes, state.clock.fixed_now()).await?;
    let by_event: Vec<(EventId, i32)> = changes.iter().map(|change| (change.event_id, change.delta)).collect();
    events::store::add_available(&mut tx, &by_event).await?;
    write_frames(&mut tx, &changes, counts).await?;
    tx.commit().await?;
    Ok(changes.len() as u64)
}

/// Free seats of sections, by event.
type Counts = HashMap<EventId, Vec<SectionCount>>;

#[derive(Clone)]
struct SectionCount {
    section: String,
    available_count: i32,
    standing: bool,
    /// Open maps show it on sale.
    shown_on_sale: bool,
}

/// Answers what the sections that changed have now. Their free seats beside each other are to be counted before long.
async fn add_to_sections(
    conn: &mut PgConnection,
    changes: &[SeatChange],
    fixed_now: Option<DateTime<Utc>>,
) -> Result<Counts> {
    let changed: Vec<(EventId, String, i32, bool, bool)> = sqlx::query_as(
        "update sections set available_count = available_count + change.delta,
             together_due_at = coalesce(together_due_at, coalesce($4, clock_timestamp()) + interval '3 seconds')
         from (select event_id, section, sum(delta)::int as delta
               from unnest($1::uuid[], $2::text[], $3::int[]) as given (event_id, section, delta)
               group by event_id, section) as change
         where sections.event_id = change.event_id and sections.name = change.section
         returning sections.event_id, name, available_count, standing, shown_on_sale",
    )
    .bind(changes.iter().map(|change| change.event_id).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.section.as_str()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.delta).collect::<Vec<_>>())
    .bind(fixed_now)
    .fetch_all(conn)
    .await?;
    let mut counts = Counts::new();
    for (event_id, section, available_count, standing, shown_on_sale) in changed {
        let count = SectionCount { section, available_count, standing, shown_on_sale };
        counts.entry(event_id).or_default().push(count);
    }
    Ok(counts)
}

/// One frame an event: its sections' free seats, and for each seat that changed whether it is free now; not for the places of
/// standing sections, which no map shows, and nothing of sections that aren't on sale: on maps nothing of them is free.
async fn write_frames(conn: &mut PgConnection, changes: &[SeatChange], counts: Counts) -> Result<()> {
    let mut is_free: HashMap<EventId, BTreeMap<SeatId, bool>> = HashMap::new();
    let is_untold = |change: &SeatChange| {
        let mut counts = counts.get(&change.event_id).into_iter().flatten();
        counts.any(|count| count.section == change.section && (count.standing || !count.shown_on_sale))
    };
    for change in changes {
        if is_untold(change) {
            is_free.entry(change.event_id).or_default();
            continue;
        }
        let seats = is_free.entry(change.event_id).or_default();
        seats.extend(change.seat_ids.iter().map(|id| (*id, change.delta > 0)));
    }
    for (event_id, seats) in is_free {
        let shown = counts.get(&event_id).into_iter().flatten().filter(|of| of.shown_on_sale);
        let (sections, available_counts): (Vec<String>, Vec<i32>) =
            shown.map(|of| (of.section.clone(), of.available_count)).unzip();
        let those = |free: bool| seats.iter().filter(|(_, is)| **is == free).map(|(id, _)| *id).collect::<Vec<_>>();
        sqlx::query(
            "insert into seat_frames (event_id, sections, available_counts, taken, freed, made_at)
             values ($1, $2, $3, $4, $5, clock_timestamp())",
        )
        .bind(event_id)
        .bind(sections)
        .bind(available_counts)
        .bind(those(false))
        .bind(those(true))
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}
