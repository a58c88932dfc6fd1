//! The addresses an event has, as paths.

use super::model::Event;
use crate::id::EventId;

/// Its page.
pub fn event_path(event_id: EventId) -> String {
    format!("/events/{event_id}")
}

/// The picture that shows it elsewhere. Other sites keep what they once loaded, so each version has an address of its own.
pub fn picture_path(event: &Event) -> String {
    if let Some(poster) = &event.poster {
        return poster.path(event.id, "share");
    }
    format!("/events/{}/poster.png?v={}", event.id, event.version)
}

/// Its entry for a calendar.
pub fn calendar_path(event_id: EventId) -> String {
    format!("/events/{event_id}/calendar.ics")
}
