//! Making another event like one that is there.

use super::{WindowedSection, list_windowed, together::count_sections};
use crate::{
    events::{
        self,
        editing::{facts::EventFacts, local::shift_days},
        store::{find_managed, insert_event},
    },
    id::{EventId, SeatId},
    server::{Result, clock::new_id, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::json;
use sqlx::PgConnection;

/// Makes another event like this one, on another day and under this name ([`EventFacts::moved`]), in somebody's name: a draft,
/// with the same sections and seats, all of them free. Answers its id.
///
/// Errors: `NotFound`, `Invalid`.
pub async fn duplicate_event(
    state: &AppState,
    actor: &Actor,
    (event_id, date, name): (EventId, &str, &str),
    now: DateTime<Utc>,
) -> Result<EventId> {
    let mut tx = state.db.begin().await?;
    let before = find_managed(&mut tx, event_id).await?.facts();
    let before_date = before.event.event_date;
    let EventFacts { event, hold_length_s } = before.moved(date, name)?;
    let has_seats = event.has_seat_selection;
    // Seats are counted when they are there.
    let event = events::store::NewEvent { total_capacity: if has_seats { 0 } else { event.total_capacity }, ..event };
    let facts = EventFacts { event, hold_length_s };
    let new_event_id = insert_event(&mut tx, &facts, now).await?;
    if has_seats {
        copy_map(&mut tx, (event_id, new_event_id), now).await?;
        copy_windows(&mut tx, (event_id, new_event_id), (before_date, &facts)).await?;
    }
    events::store::copy_poster(&mut tx, (event_id, new_event_id), now).await?;
    let after = json!({"from": event_id, "name": facts.event.name, "event_date": facts.event.event_date});
    let deed = Deed {
        action: "event_duplicated",
        event_id: Some(new_event_id),
        subject_id: Some(event_id.0),
        before: json!({}),
        after,
    };
    record(&mut tx, actor, deed, now).await?;
    tx.commit().await?;
    Ok(new_event_id)
}

/// Draws the map of an event for another that has none yet; nothing for an event whose map isn't drawn.
async fn copy_map(conn: &mut PgConnection, (from, to): (EventId, EventId), now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "insert into seat_maps (event_id, width, height, stage, stage_label, leaves_no_single, background, updated_at)
         select $2, width, height, stage, stage_label, leaves_no_single, background, $3 from seat_maps where event_id = $1",
    )
    .bind(from)
    .bind(to)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into price_tiers (event_id, name, position, price_minor)
         select $2, name, position, price_minor from price_tiers where event_id = $1",
    )
    .bind(from)
    .bind(to)
    .execute(&mut *conn)
    .await?;
    let sections: Vec<String> = sqlx::query_scalar(
        "insert into sections (event_id, name, position, price_minor, lowest_price_minor, outline, standing, total_count, available_count)
         select $2, name, position, price_minor, lowest_price_minor, outline, standing, total_count, total_count from sections where event_id = $1
         returning name",
    )
    .bind(from)
    .bind(to)
    .fetch_all(&mut *conn)
    .await?;
    let count = copy_seats(conn, (from, to), now).await?;
    let sections: Vec<_> = sections.into_iter().map(|name| (to, name)).collect();
    count_sections(conn, &sections).await?;
    events::store::change_capacity(conn, to, count).await
}

/// The times at which sections are sold, as many days later as the event: at the same time of day.
async fn copy_windows(
    conn: &mut PgConnection,
    (from, to): (EventId, EventId),
    (before_date, facts): (DateTime<Utc>, &EventFacts),
) -> Result<()> {
    let zone: Tz = facts.event.timezone.parse().unwrap_or(Tz::UTC);
    let day = |instant: DateTime<Utc>| instant.with_timezone(&zone).date_naive();
    let days = (day(facts.event.event_date) - day(before_date)).num_days();
    let shift = |instant: Option<DateTime<Utc>>| instant.and_then(|instant| shift_days(instant, zone, days));
    for WindowedSection { name, window } in list_windowed(conn, from).await? {
        let (opens_at, closes_at) = (shift(window.sales_open_at), shift(window.sales_close_at));
        // The clocks may have been changed between them.
        let closes_at = closes_at.filter(|closes_at| opens_at.is_none_or(|opens_at| opens_at < *closes_at));
        sqlx::query("update sections set sales_open_at = $3, sales_close_at = $4 where event_id = $1 and name = $2")
            .bind(to)
            .bind(name)
            .bind(opens_at)
            .bind(closes_at)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Seats that are on the map, with the price of their tier or section: one of their own is a leftover of who has them.
async fn copy_seats(conn: &mut PgConnection, (from, to): (EventId, EventId), now: DateTime<Utc>) -> Result<i32> {
    let count: i64 = sqlx::query_scalar("select count(*) from seats where event_id = $1 and section is not null")
        .bind(from)
        .fetch_one(&mut *conn)
        .await?;
    let ids: Vec<SeatId> = (0..count).map(|_| SeatId(new_id())).collect();
    let copied = sqlx::query(
        "insert into seats (id, event_id, section, \"row\", number, price_minor, kind, limited_view, tier, x, y, created_at, updated_at)
         select new.id, $2, old.section, old.\"row\", old.number, coalesce(price_tiers.price_minor, sections.price_minor), old.kind,
                old.limited_view, old.tier, old.x, old.y, $3, $3
         from (select *, row_number() over (order by id) as place from seats where event_id = $1 and section is not null) as old
         join unnest($4::uuid[]) with ordinality as new (id, place) using (place)
         join sections on sections.event_id = $1 and sections.name = old.section
         left join price_tiers on price_tiers.event_id = $1 and price_tiers.name = old.tier",
    )
    .bind(from)
    .bind(to)
    .bind(now)
    .bind(ids)
    .execute(conn)
    .await?;
    Ok(i32::try_from(copied.rows_affected()).unwrap_or(i32::MAX))
}
