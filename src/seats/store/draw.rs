//! Drawing a seat map in bulk.

use super::together::count_sections;
use crate::{
    events,
    id::{EventId, SeatId},
    seats::{
        model::{STANDING_ROW, SeatKind},
        seat_map::outline::centre,
    },
    server::{Result, clock::new_id, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A map to draw for an event that has none yet. Coordinates are in the map's units; a seat is about 10 wide.
#[derive(Clone, Debug)]
pub struct NewMap {
    /// Width of the map.
    pub width: i32,
    /// Height of the map.
    pub height: i32,
    /// Outline of the stage: x, y, x, y, …
    pub stage: Vec<i32>,
    /// What the stage is called.
    pub stage_label: String,
    /// Whether holds that leave a seat alone are refused where that can be avoided.
    pub leaves_no_single: bool,
    /// Its sections, in the order of lists.
    pub sections: Vec<NewSection>,
}

/// A section to draw.
#[derive(Clone, Debug)]
pub struct NewSection {
    /// Its name, unique in the event.
    pub name: String,
    /// Minor units of the event's currency, for each of its seats.
    pub price_minor: i64,
    /// Outline on the map: x, y, x, y, …
    pub outline: Vec<i32>,
    /// Its seats.
    pub seats: Vec<NewSeat>,
    /// People stand in it.
    pub standing: bool,
}

impl NewSection {
    /// A section in which so many people stand.
    pub fn standing(name: String, price_minor: i64, outline: Vec<i32>, count: u32) -> Self {
        let (x, y) = centre(&outline);
        let place = |number: u32| NewSeat {
            row: STANDING_ROW.to_owned(),
            number: number.to_string(),
            x,
            y,
            kind: SeatKind::Standard,
            limited_view: false,
        };
        Self { name, price_minor, outline, seats: (1..=count).map(place).collect(), standing: true }
    }
}

/// A seat to draw.
#[derive(Clone, Debug)]
pub struct NewSeat {
    /// The row's label.
    pub row: String,
    /// The seat's label in its row.
    pub number: String,
    /// Centre on the map.
    pub x: i32,
    /// Centre on the map.
    pub y: i32,
    /// What kind of seat it is.
    pub kind: SeatKind,
    /// Part of the stage is hidden from here.
    pub limited_view: bool,
}

/// Draws the map with all its seats free and adds them to the event's capacity, in one transaction.
///
/// Set-based: 60,000 seats take seconds.
pub async fn draw_map(state: &AppState, event_id: EventId, map: &NewMap, now: DateTime<Utc>) -> Result<()> {
    let mut tx = state.db.begin().await?;
    sqlx::query(
        "insert into seat_maps (event_id, width, height, stage, stage_label, leaves_no_single) values ($1, $2, $3, $4, $5, $6)",
    )
        .bind(event_id)
        .bind(map.width)
        .bind(map.height)
        .bind(&map.stage)
        .bind(&map.stage_label)
        .bind(map.leaves_no_single)
        .execute(&mut *tx)
        .await?;
    for (position, section) in (1..).zip(&map.sections) {
        insert_section(&mut tx, event_id, position, section).await?;
        insert_seats(&mut tx, event_id, section, now).await?;
    }
    let sections: Vec<_> = map.sections.iter().map(|section| (event_id, section.name.clone())).collect();
    count_sections(&mut tx, &sections).await?;
    let count: usize = map.sections.iter().map(|section| section.seats.len()).sum();
    events::store::change_capacity(&mut tx, event_id, count as i32).await?;
    tx.commit().await?;
    Ok(())
}

async fn insert_section(conn: &mut PgConnection, event_id: EventId, position: i32, section: &NewSection) -> Result<()> {
    sqlx::query(
        "insert into sections (event_id, name, position, price_minor, lowest_price_minor, outline, total_count, available_count,
             standing)
         values ($1, $2, $3, $4, $4, $5, $6, $6, $7)",
    )
    .bind(event_id)
    .bind(&section.name)
    .bind(position)
    .bind(section.price_minor)
    .bind(&section.outline)
    .bind(section.seats.len() as i32)
    .bind(section.standing)
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_seats(
    conn: &mut PgConnection,
    event_id: EventId,
    section: &NewSection,
    now: DateTime<Utc>,
) -> Result<()> {
    let seats = &section.seats;
    sqlx::query(
        "insert into seats (id, event_id, section, \"row\", number, price_minor, kind, limited_view, x, y, created_at, updated_at)
         select id, $1, $2, \"row\", number, $3, kind, limited_view, x, y, $4, $4
         from unnest($5::uuid[], $6::text[], $7::text[], $8::seat_kind[], $9::bool[], $10::int[], $11::int[])
              as given (id, \"row\", number, kind, limited_view, x, y)",
    )
    .bind(event_id)
    .bind(&section.name)
    .bind(section.price_minor)
    .bind(now)
    .bind(seats.iter().map(|_| SeatId(new_id())).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.row.as_str()).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.number.as_str()).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.kind).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.limited_view).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.x).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.y).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}
