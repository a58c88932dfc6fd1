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
mod windows;

pub use best::find_best;
pub use block::{block_seats, count_blocked, unblock_seats};
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
pub use prices::{TypedSale, list_prices, set_prices};
pub use project::project_availability;
pub use read_file::{in_turn, read_plan};
pub use standing::{
    STANDING, StandingPlace, count_standing, list_blocked_standing, list_in_standing, list_lapsed_standing,
    pick_standing,
};
pub use take::{
    HeldSeat, LOCKED_SEATS, LockedSeat, ROWS, RowOfSeat, book_seats, extend_seats, free_seats, give_booked, hold_seats,
    list_free, list_free_outside, list_lapsed_holds, list_locked, lock_seats, try_lock_free,
};
pub use together::count_together;
pub use windows::{WindowedSection, list_off_sale, list_openings, list_windowed, tell_of_windows};

use super::model::{Places, Seat, SeatMap, SeatStatus, Section, SectionSeats};
use crate::{
    error::Error,
    events::{when::with_offset, window::SaleWindow},
    id::{EventId, SeatId},
    money::Currency,
    server::{Result, state::AppState},
};
use chrono::{DateTime, FixedOffset, Utc};
use drawing::tell_to_load_anew;
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
    timezone: String,
}

/// The overview of an event's seats. Errors: `NotFound` for an unknown event, a draft, or one without seats.
pub async fn get_seat_map(state: &AppState, event_id: EventId) -> Result<SeatMap> {
    let mut conn = state.db.pool().acquire().await?;
    let map = find_map(&mut conn, event_id).await?.ok_or(Error::NotFound)?;
    // Before the counts: a frame that is told of twice does no harm, one that is left out would.
    let frame = newest_frame(&mut conn).await?;
    let sections = list_sections(&mut conn, event_id).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let for_buyers = |section: Section| {
        let available_count = if section.off_sale.is_some() { 0 } else { section.available_count };
        Section { available_count, ..section }
    };
    let sections = sections.into_iter().map(|section| for_buyers(tell_sale(section, &map.timezone, now))).collect();
    Ok(map.show(event_id, sections, frame))
}

/// The sections of an event, drafts included, with what is free of them whether or not they are on sale, and the seats of one: of
/// that name, or else of the first with something free. None without a map.
pub async fn find_places(state: &AppState, event_id: EventId, section: &str) -> Result<Option<Places>> {
    let mut conn = state.db.pool().acquire().await?;
    let sql = const_format::formatcp!("{MAP} where event_id = $1");
    let map: Option<MapRow> = sqlx::query_as(sql).bind(event_id).fetch_optional(&mut *conn).await?;
    let Some(map) = map else { return Ok(None) };
    let frame = newest_frame(&mut conn).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let sections = list_sections(&mut conn, event_id).await?;
    let sections: Vec<Section> = sections.into_iter().map(|section| tell_sale(section, &map.timezone, now)).collect();
    let known = sections.iter().find(|known| known.name == section);
    let first = sections.iter().find(|known| known.available_count > 0).or(sections.first());
    let Some(open) = known.or(first) else { return Ok(None) };
    let seats = match open.standing {
        true => Vec::new(),
        false => list_section(&mut conn, state, event_id, &open.name).await?,
    };
    let section = SectionSeats { section: open.name.clone(), currency: map.currency, seats };
    Ok(Some(Places { map: map.show(event_id, sections, frame), section }))
}

/// The sections of an event in the order of lists, with what is free of them, on sale or not.
async fn list_sections(conn: &mut PgConnection, event_id: EventId) -> Result<Vec<Section>> {
    let sql = "select name, lowest_price_minor as price_minor, outline, total_count, available_count, standing, sales_open_at,
                      sales_close_at
               from sections where event_id = $1 order by position";
    Ok(sqlx::query_as(sql).bind(event_id).fetch_all(conn).await?)
}

/// The section with when it is sold by the clocks at the venue, and whether it is at `now`.
fn tell_sale(section: Section, timezone: &str, now: DateTime<Utc>) -> Section {
    let at_venue = |at: Option<DateTime<FixedOffset>>| at.map(|at| with_offset(at.to_utc(), timezone));
    let window = SaleWindow {
        sales_open_at: section.sales_open_at.map(|at| at.to_utc()),
        sales_close_at: section.sales_close_at.map(|at| at.to_utc()),
    };
    Section {
        sales_open_at: at_venue(section.sales_open_at),
        sales_close_at: at_venue(section.sales_close_at),
        off_sale: window.off_sale(now),
        ..section
    }
}

/// Every seat of one section, by row from the top of the map and by number in the row: where a row stands upright on the
/// map, x says nothing about who sits beside whom. A seat whose hold has lapsed reads as available; all of a section that isn't
/// on sale read as blocked. A standing section has none: its places are nobody's choice. Errors: `NotFound`.
pub async fn get_section(state: &AppState, event_id: EventId, section: &str) -> Result<SectionSeats> {
    let mut conn = state.db.pool().acquire().await?;
    let map = find_map(&mut conn, event_id).await?.ok_or(Error::NotFound)?;
    let sql = "select standing from sections where event_id = $1 and name = $2";
    let standing: Option<bool> =
        sqlx::query_scalar(sql).bind(event_id).bind(section).fetch_optional(&mut *conn).await?;
    let mut seats = match standing.ok_or(Error::NotFound)? {
        true => Vec::new(),
        false => list_section(&mut conn, state, event_id, section).await?,
    };
    let now = state.clock.now_in(&mut conn).await?;
    if list_off_sale(&mut conn, event_id, now).await?.iter().any(|name| name == section) {
        seats.iter_mut().for_each(|seat| seat.status = SeatStatus::Blocked);
    }
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
    let mut seats: Vec<Seat> = sqlx::query_as(
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
    let now = state.clock.now_in(&mut conn).await?;
    let off_sale = list_off_sale(&mut conn, event_id, now).await?;
    let those = seats.iter_mut().filter(|seat| off_sale.contains(&seat.section));
    those.for_each(|seat| seat.status = SeatStatus::Blocked);
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

/// Maps as [`MapRow`]s.
const MAP: &str = "select width, height, stage, stage_label, leaves_no_single, currency, timezone from seat_maps \
    join events on events.id = seat_maps.event_id";

impl MapRow {
    fn show(self, event_id: EventId, sections: Vec<Section>, frame: i64) -> SeatMap {
        SeatMap {
            event_id,
            currency: self.currency,
            width: self.width,
            height: self.height,
            stage: self.stage,
            stage_label: self.stage_label,
            leaves_no_single: self.leaves_no_single,
            sections,
            frame,
        }
    }
}

async fn find_map(conn: &mut PgConnection, event_id: EventId) -> Result<Option<MapRow>> {
    let sql = const_format::formatcp!("{MAP} where event_id = $1 and status <> 'draft'");
    Ok(sqlx::query_as(sql).bind(event_id).fetch_optional(conn).await?)
}
