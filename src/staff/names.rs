//! What ids of the staff's tables are called: the store knows no events, and people change their names.

use super::{
    model::{Invitation, LogEntry, OfferedPost},
    store::LogRow,
};
use crate::{
    error::Error,
    events::store::list_events_by_id,
    id::{EventId, UserId},
    server::{Result, state::AppState},
    users::store::list_contacts,
};
use std::collections::{BTreeSet, HashMap};

/// The event's name, if it is about one. Errors: `NotFound` for an unknown one.
pub(super) async fn event_name(state: &AppState, event_id: Option<EventId>) -> Result<Option<String>> {
    let Some(event_id) = event_id else { return Ok(None) };
    let name = event_names(state, [event_id]).await?.remove(&event_id);
    Ok(Some(name.ok_or(Error::NotFound)?))
}

/// What an invitation offers, in names.
pub async fn name_offer(state: &AppState, invitation: &Invitation) -> Result<OfferedPost> {
    let invited_by = person_names(state, [invitation.invited_by]).await?.remove(&invitation.invited_by);
    Ok(OfferedPost {
        role: invitation.role,
        event_name: event_name(state, invitation.event_id).await?,
        invited_by: invited_by.unwrap_or_else(|| "Somebody".to_owned()),
    })
}

/// Entries of the log, in names.
pub(super) async fn name_entries(state: &AppState, rows: Vec<LogRow>) -> Result<Vec<LogEntry>> {
    let people = person_names(state, rows.iter().map(|row| row.actor_id)).await?;
    let events = event_names(state, rows.iter().filter_map(|row| row.event_id)).await?;
    let name = |row: LogRow| LogEntry {
        actor_name: people.get(&row.actor_id).cloned().unwrap_or_default(),
        event_name: row.event_id.and_then(|event_id| events.get(&event_id).cloned()),
        number: row.number,
        actor_id: row.actor_id,
        action: row.action,
        event_id: row.event_id,
        subject_id: row.subject_id,
        before: row.before,
        after: row.after,
        address: row.address,
        created_at: row.created_at,
    };
    Ok(rows.into_iter().map(name).collect())
}

async fn event_names(state: &AppState, ids: impl IntoIterator<Item = EventId>) -> Result<HashMap<EventId, String>> {
    let ids: Vec<EventId> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let events = list_events_by_id(&mut *state.db.pool().acquire().await?, &ids).await?;
    Ok(events.into_iter().map(|event| (event.id, event.name)).collect())
}

async fn person_names(state: &AppState, ids: impl IntoIterator<Item = UserId>) -> Result<HashMap<UserId, String>> {
    let ids: Vec<UserId> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let contacts = list_contacts(&mut *state.db.pool().acquire().await?, &ids).await?;
    Ok(contacts.into_iter().map(|person| (person.id, format!("{} {}", person.first_name, person.last_name))).collect())
}
