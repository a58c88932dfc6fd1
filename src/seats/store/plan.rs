//! All seats of an event at once: where they stand, which changes only with the drawing of the map, and which are free.

use super::{find_map, frame::newest_frame, list_off_sale};
use crate::{
    error::Error,
    id::{EventId, SeatId},
    seats::model::{PlanRow, PlanSection, SeatPlan, SeatStatuses},
    server::{Failure, Result, state::AppState},
};
use moka::future::Cache;
use sqlx::PgConnection;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::sync::Semaphore;

/// How long a plan is believed.
const PLAN_KEPT: Duration = Duration::from_secs(30);
/// How long it is believed that a map wasn't drawn anew, by other processes than the one that drew it.
const VERSION_KEPT: Duration = Duration::from_secs(1);
/// How long it is believed which seats are free, by those who have heard of nothing newer.
const STATUSES_KEPT: Duration = Duration::from_secs(1);
/// Times that statuses are read for somebody who has heard of something newer.
const TRIES: usize = 3;
/// Readings of whole maps at once: they are large, and whoever asks for them doesn't book meanwhile.
const READINGS_MAX: usize = 2;
/// Events whose plan is kept: one of 50,000 seats takes about 5 MB.
const EVENTS_MAX: u64 = 32;

/// The plans and statuses that this process has read last. However many ask at once, they are read once.
#[derive(Clone)]
pub struct Plans {
    /// Which drawing of its map is an event's newest.
    versions: Cache<EventId, i64>,
    plans: Cache<(EventId, i64), Arc<Plan>>,
    statuses: Cache<EventId, SeatStatuses>,
    readings: Arc<Semaphore>,
}

impl Default for Plans {
    fn default() -> Self {
        Self {
            versions: Cache::builder().max_capacity(EVENTS_MAX).time_to_live(VERSION_KEPT).build(),
            plans: Cache::builder().max_capacity(EVENTS_MAX).time_to_live(PLAN_KEPT).build(),
            statuses: Cache::builder().max_capacity(EVENTS_MAX).time_to_live(STATUSES_KEPT).build(),
            readings: Arc::new(Semaphore::new(READINGS_MAX)),
        }
    }
}

impl Plans {
    /// Forgets what is kept of an event: its map was drawn anew.
    pub async fn forget(&self, event_id: EventId) {
        self.versions.invalidate(&event_id).await;
        self.statuses.invalidate(&event_id).await;
    }
}

struct Plan {
    shown: SeatPlan,
    /// Each seat's place in the plan's order.
    nth: HashMap<SeatId, usize>,
}

/// Where every seat of the event stands; not the places of standing sections, which have no names. Errors: `NotFound` for an
/// unknown event, a draft, or one without seats.
pub async fn get_plan(state: &AppState, event_id: EventId) -> Result<SeatPlan> {
    Ok(find_plan(state, event_id).await?.shown.clone())
}

/// Which seats of the event are free, those of sections that aren't on sale left out, in the order of the plan, with everything that came up to `frame`. Errors: as
/// [`get_plan`].
pub async fn get_statuses(state: &AppState, event_id: EventId, frame: i64) -> Result<SeatStatuses> {
    let kept = &state.plans.statuses;
    for _ in 0..TRIES {
        let statuses = kept.try_get_with(event_id, read_statuses(state, event_id)).await.map_err(Failure::of_shared)?;
        // A frame that is still to come is of another database, or made up.
        if statuses.frame >= frame || statuses.frame >= newest_frame(&mut *state.db.pool().acquire().await?).await? {
            return Ok(statuses);
        }
        // Kept from before, or begun before by somebody who had heard less.
        kept.invalidate(&event_id).await;
    }
    Err(Error::Unavailable { retry_after_s: 1 }.into())
}

async fn find_plan(state: &AppState, event_id: EventId) -> Result<Arc<Plan>> {
    let kept = &state.plans;
    let version =
        kept.versions.try_get_with(event_id, read_version(state, event_id)).await.map_err(Failure::of_shared)?;
    kept.plans.try_get_with((event_id, version), read_plan(state, event_id)).await.map_err(Failure::of_shared)
}

async fn read_version(state: &AppState, event_id: EventId) -> Result<i64> {
    let sql = "select version from seat_maps where event_id = $1";
    let version: Option<i64> = sqlx::query_scalar(sql).bind(event_id).fetch_optional(state.db.pool()).await?;
    version.ok_or_else(|| Error::NotFound.into())
}

#[derive(sqlx::FromRow)]
struct SeatSpot {
    id: SeatId,
    position: i32,
    section: String,
    row: String,
    number: String,
    x: i32,
    y: i32,
}

impl SeatSpot {
    /// What seats are sorted by: `B` before `AA`, and `9` before `10`.
    fn order(&self) -> (i32, &str, usize, &str, usize, &str) {
        (self.position, &self.section, self.row.len(), &self.row, self.number.len(), &self.number)
    }
}

async fn read_plan(state: &AppState, event_id: EventId) -> Result<Arc<Plan>> {
    // Nobody closes it.
    let _turn = state.plans.readings.acquire().await;
    let mut conn = state.db.pool().acquire().await?;
    find_map(&mut conn, event_id).await?.ok_or(Error::NotFound)?;
    let mut seats = list_spots(&mut conn, event_id).await?;
    drop(conn);
    // Here and not in the query: PostgreSQL takes its time to compare so many words.
    seats.sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    let nth = (0..).zip(&seats).map(|(nth, seat)| (seat.id, nth)).collect();
    let sections = seats.chunk_by(|a, b| a.section == b.section).map(plan_section).collect();
    Ok(Arc::new(Plan { shown: SeatPlan { sections }, nth }))
}

fn plan_section(seats: &[SeatSpot]) -> PlanSection {
    let row = |seats: &[SeatSpot]| {
        let (mut x, mut y) = (0, 0);
        let mut row = PlanRow { row: seats[0].row.clone(), ..PlanRow::default() };
        for seat in seats {
            row.steps.extend([seat.x - x, seat.y - y]);
            (x, y) = (seat.x, seat.y);
            row.numbers.push(seat.number.clone());
        }
        row
    };
    let rows = seats.chunk_by(|a, b| a.row == b.row).map(row).collect();
    PlanSection { section: seats[0].section.clone(), rows }
}

async fn list_spots(conn: &mut PgConnection, event_id: EventId) -> Result<Vec<SeatSpot>> {
    let sql = "select id, position, section, \"row\", number, x, y
               from seats join sections on sections.event_id = seats.event_id and sections.name = section
               where seats.event_id = $1 and not standing";
    Ok(sqlx::query_as(sql).bind(event_id).fetch_all(conn).await?)
}

async fn read_statuses(state: &AppState, event_id: EventId) -> Result<SeatStatuses> {
    let plan = find_plan(state, event_id).await?;
    let _turn = state.plans.readings.acquire().await;
    let mut conn = state.db.pool().acquire().await?;
    // Before the seats: a frame that is told of twice does no harm, one that is left out would.
    let frame = newest_frame(&mut conn).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let off_sale = list_off_sale(&mut conn, event_id, now).await?;
    let free: Vec<SeatId> = sqlx::query_scalar(
        "select id from seats
         where event_id = $1 and (status = 'available' or held_until <= $2) and section <> all($3)",
    )
    .bind(event_id)
    .bind(now)
    .bind(off_sale)
    .fetch_all(&mut *conn)
    .await?;
    let mut bits = vec![0_u8; plan.nth.len().div_ceil(8)];
    for nth in free.iter().filter_map(|id| plan.nth.get(id)) {
        bits[nth / 8] |= 0x80 >> (nth % 8);
    }
    Ok(SeatStatuses { frame, free: hex::encode(bits) })
}
