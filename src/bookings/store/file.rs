//! A booking with everything that happened to it, for staff.

use super::read::get_owned;
use crate::{
    bookings::{
        admin::model::{BookingFile, FileDeed, FileEntry, tell_staff},
        model::BookingAction,
    },
    events::{self, when::at_venue},
    id::{BookingId, UserId},
    server::{Result, state::AppState},
    staff::store::list_deeds_about,
    users::store::{list_attendees, nobody},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

#[derive(sqlx::FromRow)]
struct EntryRow {
    action: BookingAction,
    actor_id: Option<UserId>,
    details: String,
    created_at: DateTime<Utc>,
}

/// Anybody's booking with all that happened to it and who did it. Errors: `NotFound`.
pub async fn get_file(state: &AppState, booking_id: BookingId) -> Result<BookingFile> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let owned = get_owned(&mut conn, booking_id, now).await?;
    let event = events::store::find_sale(&mut conn, owned.booking.event_id).await?;
    let entries = list_entries(&mut conn, booking_id).await?;
    let deeds = list_deeds_about(&mut conn, event.id, booking_id.0).await?;
    let actors = entries.iter().filter_map(|entry| entry.actor_id).chain(deeds.iter().map(|deed| deed.actor_id));
    let actors: Vec<UserId> = actors.chain([owned.user_id]).collect();
    let people = list_attendees(&mut conn, &actors).await?;
    let say = |user_id: UserId| people.get(&user_id).map_or("Deleted account", |person| &*person.name).to_owned();
    let history = entries.into_iter().map(|entry| FileEntry {
        sentence: tell_staff(entry.action, &entry.details),
        action: entry.action,
        actor: entry.actor_id.map(say),
        created_at: entry.created_at,
        when: at_venue(entry.created_at, &event.timezone, now),
    });
    let deeds = deeds.into_iter().map(|deed| FileDeed {
        actor: say(deed.actor_id),
        reason: deed.after["reason"].as_str().map(str::to_owned),
        action: deed.action,
        created_at: deed.created_at,
        when: at_venue(deed.created_at, &event.timezone, now),
    });
    Ok(BookingFile {
        history: history.collect(),
        deeds: deeds.collect(),
        attendee: people.get(&owned.user_id).cloned().unwrap_or_else(|| nobody(owned.user_id)),
        booking: owned.booking,
    })
}

async fn list_entries(conn: &mut PgConnection, booking_id: BookingId) -> Result<Vec<EntryRow>> {
    let sql = "select action, actor_id, details, created_at from booking_history where booking_id = $1 order by number";
    Ok(sqlx::query_as(sql).bind(booking_id).fetch_all(conn).await?)
}
