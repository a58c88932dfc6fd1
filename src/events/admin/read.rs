//! Putting together what the dashboard shows of events: from the events, their bookings, and what the asker may see.

use super::model::{ManagedEvent, ManagedFilter, ManagedLine, PlaceCounts};
use crate::{
    bookings,
    error::Error,
    events::{
        editing::{checklist::list_missing, local::read_instant},
        model::Page,
        store::{ManagedRow, find_managed, list_managed},
        when::at_venue,
    },
    id::{EventId, UserId},
    seats,
    server::{Caller, Result, state::AppState},
    staff::{
        self,
        model::{Permission, Posts, Reach},
    },
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;

/// One event. Errors: `NotFound`.
pub(super) async fn get(caller: &Caller, user_id: UserId, event_id: EventId) -> Result<ManagedEvent> {
    let row = find_managed(&mut *caller.state.db.pool().acquire().await?, event_id).await?;
    let counts = count(&caller.state, user_id, &[event_id]).await?.remove(&event_id);
    let blocked_count = match counts {
        Some(_) => Some(seats::store::count_blocked(&caller.state, event_id).await?),
        None => None,
    };
    Ok(tell(row, (counts, blocked_count), caller.now))
}

fn tell(
    row: ManagedRow,
    (counts, blocked_count): (Option<PlaceCounts>, Option<i64>),
    now: DateTime<Utc>,
) -> ManagedEvent {
    let facts = row.facts();
    ManagedEvent {
        form: facts.form(),
        missing: if row.is_draft() { list_missing(&facts, now) } else { Vec::new() },
        counts,
        blocked_count,
        publish_at: row.publish_at,
        publish: row.publish_at.map(|publish_at| at_venue(publish_at, &row.event.timezone, now)),
        cancel_reason: row.cancel_reason,
        detail: row.event.into_detail(now),
    }
}

/// One page of the events within reach.
pub(super) async fn list(
    caller: &Caller,
    (user_id, reach): (UserId, &Reach),
    filter: &ManagedFilter,
) -> Result<Page<ManagedLine>> {
    let rows = list_managed(&caller.state, reach, filter, caller.now).await?;
    let page = Page::cut(rows, filter.limit, |row| row.event.id.to_string());
    let event_ids: Vec<EventId> = page.items.iter().map(|row| row.event.id).collect();
    let mut counts = count(&caller.state, user_id, &event_ids).await?;
    let line = |row: ManagedRow| ManagedLine {
        counts: counts.remove(&row.event.id),
        publish_at: row.publish_at,
        event: row.event.into_event(caller.now),
    };
    Ok(Page { items: page.items.into_iter().map(line).collect(), next_cursor: page.next_cursor })
}

/// Who has places of these events, where the asker may know that.
async fn count(state: &AppState, user_id: UserId, event_ids: &[EventId]) -> Result<HashMap<EventId, PlaceCounts>> {
    let posts: Posts = staff::store::list_posts(state, user_id).await?;
    let may = |event_id: &EventId| posts.may(Permission::SeeFigures, *event_id);
    let seen: Vec<EventId> = event_ids.iter().copied().filter(may).collect();
    let mut counts = bookings::store::count_places(state, &seen).await?;
    Ok(seen.into_iter().map(|event_id| (event_id, counts.remove(&event_id).unwrap_or_default())).collect())
}

/// The instant of a time as it is typed for this event. Errors: `NotFound`; `Invalid` on `publish_at`.
pub(super) async fn read_publish_at(state: &AppState, event_id: EventId, text: &str) -> Result<DateTime<Utc>> {
    let row = find_managed(&mut *state.db.pool().acquire().await?, event_id).await?;
    let zone = row.event.timezone.parse().unwrap_or(Tz::UTC);
    Ok(read_instant(text.trim(), zone).map_err(|problem| Error::invalid("publish_at", problem))?)
}
