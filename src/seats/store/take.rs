//! Giving seats to bookings and taking them back. Every change of the number of free seats appends to `seat_changes`.
//!
//! All of it runs inside a booking's transaction, and rows are always locked in id order, so that no two can deadlock.

use super::list_off_sale;
use crate::{
    events::window::SaleWindow,
    id::{BookingId, EventId, SeatId},
    seats::{
        choosing::BESIDE_MAX,
        model::{FreeSeat, SeatStatus},
    },
    server::{
        Result,
        db::{Planned, uuid_array},
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// A seat whose row is locked.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct LockedSeat {
    pub(crate) id: SeatId,
    pub(crate) event_id: EventId,
    pub(crate) section: String,
    pub(crate) row: String,
    pub(crate) number: String,
    pub(crate) price_minor: i64,
    pub(crate) status: SeatStatus,
    pub(crate) held_until: Option<DateTime<Utc>>,
    /// When its section is sold.
    #[sqlx(flatten)]
    pub(crate) window: SaleWindow,
}

/// The holds that have lapsed at `now` and still have some of these seats. No lock is taken.
pub async fn list_lapsed_holds(
    conn: &mut PgConnection,
    seat_ids: &[SeatId],
    now: DateTime<Utc>,
) -> Result<Vec<BookingId>> {
    let sql =
        "select distinct booking_id from seats where id = any($1) and held_until <= $2 and booking_id is not null";
    Ok(sqlx::query_scalar(sql).bind(seat_ids).bind(now).fetch_all(conn).await?)
}

/// The statement that locks these seats, in id order.
pub fn lock_seats(seat_ids: &[SeatId]) -> String {
    let seats = uuid_array(seat_ids.iter().map(|id| id.0));
    format!("select from seats where id = any({seats}) order by id for no key update; ")
}

/// The seats `$1` as [`LockedSeat`]s, in the order they are read out. Assumes they are locked.
pub static LOCKED_SEATS: Planned = Planned {
    name: "locked_seats",
    parameters: "uuid[]",
    sql: "select id, seats.event_id, section, \"row\", number, seats.price_minor, status, held_until, sales_open_at, sales_close_at
          from seats join sections on sections.event_id = seats.event_id and sections.name = section
          where id = any($1) order by position, length(\"row\"), \"row\", length(number), number",
};

/// The rows of the seats `$1` as [`RowOfSeat`]s, each row's seats in order, where their map minds single seats left alone.
pub static ROWS: Planned = Planned {
    name: "rows_of_seats",
    parameters: "uuid[]",
    sql: "select seats.id, of.event_id, of.section, of.\"row\", x, y, kind = 'standard' and status = 'available' as is_free
          from (select distinct event_id, section, \"row\" from seats where id = any($1) and \"row\" <> '*') as of
          join seat_maps using (event_id) join seats using (event_id, section, \"row\")
          where leaves_no_single order by of.event_id, of.section, of.\"row\", length(number), number",
};

/// A seat in its row.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct RowOfSeat {
    pub(crate) id: SeatId,
    pub(crate) event_id: EventId,
    pub(crate) section: String,
    pub(crate) row: String,
    pub(crate) x: i32,
    pub(crate) y: i32,
    pub(crate) is_free: bool,
}

impl RowOfSeat {
    /// Whether the next one is beside it: in the same row, with no aisle between.
    pub(crate) fn is_beside(&self, next: &Self) -> bool {
        let (dx, dy) = (self.x - next.x, self.y - next.y);
        (self.event_id, &self.section, &self.row) == (next.event_id, &next.section, &next.row)
            && dx * dx + dy * dy <= BESIDE_MAX * BESIDE_MAX
    }
}

/// These seats in the order they are read out. Assumes they are locked.
pub async fn list_locked(conn: &mut PgConnection, seat_ids: &[SeatId]) -> Result<Vec<LockedSeat>> {
    Ok(sqlx::query_as(LOCKED_SEATS.sql).bind(seat_ids).fetch_all(conn).await?)
}

/// Seats with their place in their row, from 1: seats beside each other follow on each other. The condition comes after it,
/// and is one of whole rows; [`PLACED_END`] comes after that. An aisle counts as a place.
pub(super) const PLACED: &str = const_format::formatcp!(
    "select id, event_id, section, \"row\", number, kind, status, held_until,
            sum(step) over (partition by event_id, section, \"row\" order by length(number), number) as place
     from (select *, case when (x - lag(x) over one) ^ 2 + (y - lag(y) over one) ^ 2 > {BESIDE_MAX} ^ 2 then 2 else 1 end as step
           from seats"
);
/// What stands after the condition of [`PLACED`].
pub(super) const PLACED_END: &str =
    "window one as (partition by event_id, section, \"row\" order by length(number), number)) as stepped";

/// The free seats of an event, as [`list_free_outside`] does, without those of sections that aren't on sale at `on_sale_at`.
pub async fn list_free(
    conn: &mut PgConnection,
    event_id: EventId,
    lapsed_at: Option<DateTime<Utc>>,
    on_sale_at: DateTime<Utc>,
) -> Result<Vec<FreeSeat>> {
    let off_sale = list_off_sale(conn, event_id, on_sale_at).await?;
    list_free_outside(conn, event_id, lapsed_at, (&off_sale, None)).await
}

/// The free seats of an event by section, row and place in the row, without a lock. All free places of a standing section are
/// beside each other. What is kept for people with a wheelchair and who comes with them is not among them, nor are the sections
/// `outside`, nor others than `only`, where it is given. A hold that has lapsed by `lapsed_at` counts as free.
pub async fn list_free_outside(
    conn: &mut PgConnection,
    event_id: EventId,
    lapsed_at: Option<DateTime<Utc>>,
    (outside, only): (&[String], Option<&str>),
) -> Result<Vec<FreeSeat>> {
    // Only sections that have something free or something changing: the others can have tens of thousands of seats.
    let sql = const_format::formatcp!(
        "select id, section, \"row\",
                case when \"row\" = '*' then row_number() over (partition by section, \"row\" order by length(number), number)
                     else place end as place from (
             {PLACED} where event_id = $1 and section <> all($3) and section = coalesce($4, section) and section in (
                 select name from sections where event_id = $1 and available_count > 0
                 union select section from seat_changes where event_id = $1
                 union select section from seats where event_id = $1 and held_until <= $2)
             {PLACED_END}
         ) as every_seat
         where kind = 'standard' and (status = 'available' or held_until <= $2) order by section, \"row\", place"
    );
    Ok(sqlx::query_as(sql).bind(event_id).bind(lapsed_at).bind(outside).bind(only).fetch_all(conn).await?)
}

/// Locks those of these seats that are free and that nobody else has locked, and reads them as [`list_locked`] does: who
/// waits for others' locks here, after having taken some, could wait for ever.
pub async fn try_lock_free(conn: &mut PgConnection, seat_ids: &[SeatId]) -> Result<Vec<LockedSeat>> {
    let locked: Vec<SeatId> = sqlx::query_scalar(
        "select id from seats where id = any($1) and status = 'available' order by id for no key update skip locked",
    )
    .bind(seat_ids)
    .fetch_all(&mut *conn)
    .await?;
    list_locked(conn, &locked).await
}

/// A seat for a hold.
#[derive(Clone, Copy, Debug)]
pub struct HeldSeat {
    pub(crate) seat_id: SeatId,
    pub(crate) booking_id: BookingId,
    pub(crate) until: DateTime<Utc>,
}

/// Gives free seats to holds. Answers how many were free, so that the caller can tell whether all were.
///
/// Assumes the seats are locked.
pub async fn hold_seats(conn: &mut PgConnection, held: &[HeldSeat], now: DateTime<Utc>) -> Result<usize> {
    let taken: i64 = sqlx::query_scalar(
        "with taken as (
             update seats set status = 'held', booking_id = held.booking_id, held_until = held.until, updated_at = $4
             from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as held (seat_id, booking_id, until)
             where id = held.seat_id and status = 'available' returning id, event_id, section
         ), changes as (
             insert into seat_changes (event_id, section, delta, seat_ids)
             select event_id, section, -count(*), array_agg(id) from taken group by event_id, section
         )
         select count(*) from taken",
    )
    .bind(held.iter().map(|held| held.seat_id).collect::<Vec<_>>())
    .bind(held.iter().map(|held| held.booking_id).collect::<Vec<_>>())
    .bind(held.iter().map(|held| held.until).collect::<Vec<_>>())
    .bind(now)
    .fetch_one(conn)
    .await?;
    Ok(usize::try_from(taken).unwrap_or_default())
}

/// Gives free seats to confirmed bookings, each seat to its own. Assumes the seats are locked and free.
pub async fn give_booked(conn: &mut PgConnection, given: &[(SeatId, BookingId)], now: DateTime<Utc>) -> Result<()> {
    let (seat_ids, booking_ids): (Vec<SeatId>, Vec<BookingId>) = given.iter().copied().unzip();
    let taken: Vec<ChangedSeat> = sqlx::query_as(
        "update seats set status = 'booked', booking_id = given.booking_id, updated_at = $3
         from unnest($1::uuid[], $2::uuid[]) as given (seat_id, booking_id)
         where seats.id = given.seat_id returning id, event_id, section",
    )
    .bind(seat_ids)
    .bind(booking_ids)
    .bind(now)
    .fetch_all(&mut *conn)
    .await?;
    append_changes(conn, &taken, -1).await
}

/// Makes these seats of a hold booked. Assumes the booking is locked.
pub async fn book_seats(conn: &mut PgConnection, seat_ids: &[SeatId], now: DateTime<Utc>) -> Result<()> {
    let sql = const_format::formatcp!(
        "update seats set status = 'booked', held_until = null, updated_at = $2 from {LOCKED} where seats.id = locked.id"
    );
    sqlx::query(sql).bind(seat_ids).bind(now).execute(conn).await?;
    Ok(())
}

/// Keeps these seats of a hold until `until`. Assumes the booking is locked.
pub async fn extend_seats(
    conn: &mut PgConnection,
    seat_ids: &[SeatId],
    until: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = const_format::formatcp!(
        "update seats set held_until = $3, updated_at = $2 from {LOCKED} where seats.id = locked.id"
    );
    sqlx::query(sql).bind(seat_ids).bind(now).bind(until).execute(conn).await?;
    Ok(())
}

/// Makes these seats free. Assumes the bookings that have them are locked.
pub async fn free_seats(conn: &mut PgConnection, seat_ids: &[SeatId], now: DateTime<Utc>) -> Result<()> {
    let sql = const_format::formatcp!(
        "update seats set status = 'available', booking_id = null, held_until = null, updated_at = $2
         from {LOCKED} where seats.id = locked.id returning seats.id, event_id, section"
    );
    let freed: Vec<ChangedSeat> = sqlx::query_as(sql).bind(seat_ids).bind(now).fetch_all(&mut *conn).await?;
    append_changes(conn, &freed, 1).await
}

/// The seats `$1`, locked in id order.
const LOCKED: &str = "(select id from seats where id = any($1) order by id for no key update) as locked";

/// A seat that became free or was taken.
#[derive(sqlx::FromRow)]
pub(super) struct ChangedSeat {
    id: SeatId,
    event_id: EventId,
    section: String,
}

/// Appends one change a section. Buyers share no row: the projector adds the changes up.
pub(super) async fn append_changes(conn: &mut PgConnection, seats: &[ChangedSeat], each: i32) -> Result<()> {
    if seats.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into seat_changes (event_id, section, delta, seat_ids)
         select event_id, section, count(*) * $4, array_agg(id)
         from unnest($1::uuid[], $2::uuid[], $3::text[]) as seat (id, event_id, section) group by event_id, section",
    )
    .bind(seats.iter().map(|seat| seat.id).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.event_id).collect::<Vec<_>>())
    .bind(seats.iter().map(|seat| seat.section.as_str()).collect::<Vec<_>>())
    .bind(each)
    .execute(conn)
    .await?;
    Ok(())
}
