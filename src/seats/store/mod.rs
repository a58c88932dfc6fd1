//! Seats made durable: drawing maps, reading them, and giving seats to bookings.

mod best;
mod block;
mod draw;
mod drawing;
mod duplicate;
mod find;
mod frame;
mod kept_plans;
mod plan;
mod prices;
mod project;
mod read_file;
mod standing;
mod take;
mod together;

pub use best::find_best;
pub use block::{block_seats, unblock_seats};
pub use draw::{NewMap, NewSeat, NewSection, draw_map};
pub use drawing::{
    DrawnMap, Taken, as_one_of, list_lapsed_holds_of_map, list_taken, lock_map, read_map, settle_counts, without_ids,
    write_map,
};
pub use duplicate::duplicate_event;
pub use find::{find_taken, require_section};
pub use frame::{Frame, Missed, list_frames, list_missed, newest_frame, remove_old_frames};
pub use kept_plans::{PlanToKeep, delete_plan, get_kept_plan, list_plans, save_plan};
pub use plan::{Plans, get_plan, get_statuses};
pub use prices::{list_prices, set_prices};
pub use project::project_availability;
pub use read_file::{in_turn, read_plan};
pub use standing::{
    STANDING, StandingPlace, count_standing, list_blocked_standing, list_in_standing, list_lapsed_standing,
    pick_standing,
};
pub use take::{
    HeldSeat, LOCKED_SEATS, LockedSeat, ROWS, RowOfSeat, book_seats, extend_seats, free_seats, give_booked, hold_seats,
    list_free, list_lapsed_holds, list_locked, lock_seats, try_lock_free,
};
pub use together::count_together;

use super::model::{Seat, SeatMap, Section, SectionSeats};
use crate::{
    error::Error,
    id::{EventId, SeatId},
    money::Currency,
    server::{Result, state::AppState},
};
use sqlx::PgConnection;

#[derive(sqlx::FromRow)]
struct MapRow {
    width: i32,
    height: i32,
    stage: Vec<i32>,
    stage_label: String,
    leaves_no_single: bool,
    #[sqlx(try_from = "String")]
    currency: Currency,
}

/// The overview of an event's seats. Errors: `NotFound` for an unknown event, a draft, or one without seats.
pub async fn get_seat_map(state: &AppState, event_id: EventId) -> Result<SeatMap> {
    let mut conn = state.db.pool().acquire().await?;
    let map = find_map(&mut conn, event_id).await?.ok_or(Error::NotFound)?;
    // Before the counts: a frame that is told of twice does no harm, one that is left out would.
    let frame = newest_frame(&mut conn).await?;
    let sections: Vec<Section> = sqlx::query_as(
        "select name, lowest_price_minor as price_minor, outline, total_count, available_count, standing from sections
         where event_id = $1 order by position",
    )
    .bind(event_id)
    .fetch_all(&mut *conn)
    .await?;
    Ok(SeatMap {
        event_id,
        currency: map.currency,
        width: map.width,
        height: map.height,
        stage: map.stage,
        stage_label: map.stage_label,
        leaves_no_single: map.leaves_no_single,
        sections,
        frame,
    })
}

/// Every seat of one section, by row from the top of the map and by number in the row: where a row stands upright on the
/// map, x says nothing about who sits beside whom. A seat whose hold has lapsed reads as available. A standing section has
/// none: its places are nobody's choice. Errors: `NotFound`.
pub async fn get_section(state: &AppState, event_id: EventId, section: &str) -> Result<SectionSeats> {
    let mut conn = state.db.pool().acquire().await?;
    let map = find_map(&mut conn, event_id).await?.ok_or(Error::NotFound)?;
    let sql = "select standing from sections where event_id = $1 and name = $2";
    let standing: Option<bool> =
        sqlx::query_scalar(sql).bind(event_id).bind(section).fetch_optional(&mut *conn).await?;
    let seats = match standing.ok_or(Error::NotFound)? {
        true => Vec::new(),
        false => list_section(&mut conn, state, event_id, section).await?,
    };
    Ok(SectionSeats { section: section.to_owned(), currency: map.currency, seats })
}

async fn list_section(
    conn: &mut PgConnection,
    state: &AppState,
    event_id: EventId,
    section: &str,
) -> Result<Vec<Seat>> {
    let seats = sqlx::query_as(
        "select id, section, \"row\", number, price_minor, kind, limited_view, x, y,
                case when held_until <= coalesce($3, clock_timestamp()) then 'available' else status end as status
         from seats where event_id = $1 and section = $2
         order by min(y) over (partition by \"row\"), length(\"row\"), \"row\", length(number), number",
    )
    .bind(event_id)
    .bind(section)
    .bind(state.clock.fixed_now())
    .fetch_all(conn)
    .await?;
    Ok(seats)
}

/// Those of these seats that are the event's, in the order they are read out, each as [`get_section`] would show it.
/// Errors: `NotFound` for an unknown event, a draft, or one without seats.
pub async fn list_seats(state: &AppState, event_id: EventId, seat_ids: &[SeatId]) -> Result<Vec<Seat>> {
    let mut conn = state.db.pool().acquire().await?;
    find_map(&mut conn, event_id).await?.ok_or(Error::NotFound)?;
    let seats = sqlx::query_as(
        "select id, section, \"row\", number, seats.price_minor, kind, limited_view, x, y,
                case when held_until <= coalesce($3, clock_timestamp()) then 'available' else status end as status
         from seats join sections on sections.event_id = seats.event_id and sections.name = section
         where seats.event_id = $1 and id = any($2)
         order by position, length(\"row\"), \"row\", length(number), number",
    )
    .bind(event_id)
    .bind(seat_ids)
    .bind(state.clock.fixed_now())
    .fetch_all(&mut *conn)
    .await?;
    Ok(seats)
}

/// What bookings show of their seats.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct SeatName {
    pub(crate) id: SeatId,
    pub(crate) section: String,
    pub(crate) row: String,
    pub(crate) number: String,
}

/// The names of these seats, in the order they are read out; those that were taken off their map come last.
pub async fn list_seat_names(conn: &mut PgConnection, seat_ids: &[SeatId]) -> Result<Vec<SeatName>> {
    let sql = "select id, coalesce(section, retired_from) as section, \"row\", number
               from seats left join sections on sections.event_id = seats.event_id and sections.name = section
               where id = any($1) order by position, length(\"row\"), \"row\", length(number), number";
    Ok(sqlx::query_as(sql).bind(seat_ids).fetch_all(conn).await?)
}

/// Whether the event has a map that people may see.
pub async fn has_map(conn: &mut PgConnection, event_id: EventId) -> Result<bool> {
    Ok(find_map(conn, event_id).await?.is_some())
}

async fn find_map(conn: &mut PgConnection, event_id: EventId) -> Result<Option<MapRow>> {
    let sql = "select width, height, stage, stage_label, leaves_no_single, currency from seat_maps
               join events on events.id = seat_maps.event_id where event_id = $1 and status <> 'draft'";
    Ok(sqlx::query_as(sql).bind(event_id).fetch_optional(conn).await?)
}
