//! Places of standing sections: nobody chooses which one they get, so that whoever wants some takes those that are free.

use super::take::LockedSeat;
use crate::{
    error::{Conflict, Error, Problem},
    events::window::SaleWindow,
    id::{BookingId, EventId, SeatId},
    seats::model::{STANDING_ROW, SeatStatus, Standing},
    server::{Result, db::Planned},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Locks, of each of the standing sections `$2` of the events `$1`, `$3` free places, and answers them as [`StandingPlace`]s.
///
/// Only those that nobody else has locked: whoever asks has other locks already. Planned, it is the last to lock anything. That
/// there are fewer than asked for doesn't mean that there are no others ([`count_standing`]).
pub static STANDING: Planned = Planned {
    name: "standing_places",
    parameters: "uuid[], text[], int[]",
    sql:
        "select sections.event_id, sections.name as section, sections.sales_open_at, sections.sales_close_at, place.id,
                 place.number, place.price_minor
          from unnest($1, $2, $3) as asked (event_id, name, quantity)
          join sections on sections.event_id = asked.event_id and sections.name = asked.name and standing
          left join lateral (
              select id, number, price_minor from seats
              where seats.event_id = sections.event_id and seats.section = sections.name and \"row\" = '*'
                and status = 'available'
              order by number limit asked.quantity for no key update skip locked
          ) as place on true",
};

/// A free place of a standing section, locked; or that the section is one, and has none.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct StandingPlace {
    pub(crate) event_id: EventId,
    pub(crate) section: String,
    /// When the section is sold.
    #[sqlx(flatten)]
    pub(crate) window: SaleWindow,
    id: Option<SeatId>,
    number: Option<String>,
    price_minor: Option<i64>,
}

impl StandingPlace {
    /// The place, if it is one.
    pub(crate) fn into_locked(self) -> Option<LockedSeat> {
        Some(LockedSeat {
            id: self.id?,
            event_id: self.event_id,
            section: self.section,
            row: STANDING_ROW.to_owned(),
            number: self.number?,
            price_minor: self.price_minor?,
            status: SeatStatus::Available,
            held_until: None,
            window: self.window,
        })
    }
}

/// The places of these standing sections that are free, whoever has them locked, or whose hold has lapsed by `lapsed_at`.
pub async fn count_standing(
    conn: &mut PgConnection,
    sections: &[(EventId, &str)],
    lapsed_at: Option<DateTime<Utc>>,
) -> Result<Vec<i64>> {
    let (event_ids, names): (Vec<EventId>, Vec<&str>) = sections.iter().copied().unzip();
    let counts = sqlx::query_scalar(
        "select (select count(*) from seats
                 where seats.event_id = asked.event_id and section = name and \"row\" = '*'
                   and (status = 'available' or held_until <= $3))
         from unnest($1::uuid[], $2::text[]) with ordinality as asked (event_id, name, place) order by place",
    )
    .bind(event_ids)
    .bind(names)
    .bind(lapsed_at)
    .fetch_all(conn)
    .await?;
    Ok(counts)
}

/// The holds that have lapsed at `now` and have places of a standing section, `most` at most. No lock is taken.
pub async fn list_lapsed_standing(
    conn: &mut PgConnection,
    (event_id, section): (EventId, &str),
    most: i64,
    now: DateTime<Utc>,
) -> Result<Vec<BookingId>> {
    let sql = "select distinct booking_id from seats
               where event_id = $1 and section = $2 and \"row\" = '*' and held_until <= $3 and booking_id is not null
               limit $4";
    Ok(sqlx::query_scalar(sql).bind(event_id).bind(section).bind(now).bind(most).fetch_all(conn).await?)
}

/// Picks places of a standing section that are free or whose hold has lapsed at `now`, those with the highest numbers first: the
/// public gets the lowest. No lock is taken: they may be somebody else's a moment later.
///
/// Errors: `Invalid` on `section` where the event has no such standing section; `SoldOut` if there are fewer.
pub async fn pick_standing(
    conn: &mut PgConnection,
    event_id: EventId,
    wanted: &Standing,
    now: DateTime<Utc>,
) -> Result<Vec<SeatId>> {
    require_standing(conn, event_id, &wanted.section).await?;
    let picked: Vec<SeatId> = sqlx::query_scalar(
        "select id from seats
         where event_id = $1 and section = $2 and \"row\" = '*' and (status = 'available' or held_until <= $3)
         order by status = 'held', length(number) desc, number desc limit $4",
    )
    .bind(event_id)
    .bind(&wanted.section)
    .bind(now)
    .bind(wanted.quantity)
    .fetch_all(conn)
    .await?;
    match i32::try_from(picked.len()) {
        Ok(available_count) if available_count < wanted.quantity => Err(Conflict::SoldOut { available_count }.into()),
        _ => Ok(picked),
    }
}

/// Places of a standing section that are kept back, as many as are wanted or all there are. No lock is taken.
///
/// Errors: `Invalid` on `section` where the event has no such standing section.
pub async fn list_blocked_standing(
    conn: &mut PgConnection,
    event_id: EventId,
    wanted: &Standing,
) -> Result<Vec<SeatId>> {
    require_standing(conn, event_id, &wanted.section).await?;
    let sql =
        "select id from seats where event_id = $1 and section = $2 and \"row\" = '*' and status = 'blocked' limit $3";
    Ok(sqlx::query_scalar(sql).bind(event_id).bind(&wanted.section).bind(wanted.quantity).fetch_all(conn).await?)
}

/// Those of these seats that are places of this standing section.
pub async fn list_in_standing(conn: &mut PgConnection, section: &str, seat_ids: &[SeatId]) -> Result<Vec<SeatId>> {
    let sql = "select id from seats where id = any($1) and section = $2 and \"row\" = '*'";
    Ok(sqlx::query_scalar(sql).bind(seat_ids).bind(section).fetch_all(conn).await?)
}

async fn require_standing(conn: &mut PgConnection, event_id: EventId, section: &str) -> Result<()> {
    let sql = "select exists (select from sections where event_id = $1 and name = $2 and standing)";
    let known: bool = sqlx::query_scalar(sql).bind(event_id).bind(section).fetch_one(conn).await?;
    if known { Ok(()) } else { Err(Error::invalid("section", Problem::Unknown).into()) }
}
