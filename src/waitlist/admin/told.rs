//! Putting together what staff are told of a line: its entries, their people, their offers.

use super::model::{Line, LineEntry, OfferEntry};
use crate::{
    bookings::{
        model::BookingStatus,
        store::{list_owned, simulate_offers},
    },
    events::{model::Page, store::find_sale, when::at_venue},
    id::{BookingId, EntryId, EventId, UserId},
    server::{Result, state::AppState},
    users::store::{list_attendees, nobody},
    waitlist::store::{LineRow, OfferRow, count_waiting, list_line, list_offers},
};
use std::collections::{HashMap, HashSet};

/// A page of an event's line, and whose turn it would be if so many places came free. Errors: `NotFound`.
pub(super) async fn tell_line(
    state: &AppState,
    event_id: EventId,
    (after, limit): (Option<&str>, i64),
    if_free: Option<i32>,
) -> Result<Line> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let event = find_sale(&mut conn, event_id).await?;
    let (waiting_count, waiting_places_count) = count_waiting(&mut conn, event_id).await?;
    let would_get: Option<HashSet<EntryId>> = match if_free {
        Some(count) => Some(simulate_offers(&mut conn, event_id, count, now).await?.into_iter().collect()),
        None => None,
    };
    let rows = list_line(&mut conn, event_id, after, limit).await?;
    let Page { items, next_cursor } = Page::cut(rows, limit, |row| row.turn.clone());
    let people: Vec<UserId> = items.iter().map(|row| row.user_id).collect();
    let mut people = list_attendees(&mut conn, &people).await?;
    let entry = |row: LineRow| LineEntry {
        attendee: people.remove(&row.user_id).unwrap_or_else(|| nobody(row.user_id)),
        would_get: would_get.as_ref().map(|entries| entries.contains(&row.id)),
        when: at_venue(row.created_at, &event.timezone, now),
        id: row.id,
        rank: row.rank,
        requested_quantity: row.requested_quantity,
        together: row.together,
        section: row.section,
        is_moved: row.is_moved,
        created_at: row.created_at,
    };
    Ok(Line {
        entries: Page { items: items.into_iter().map(entry).collect(), next_cursor },
        would_get_count: would_get.as_ref().map(|entries| i64::try_from(entries.len()).unwrap_or(i64::MAX)),
        event_name: event.name,
        event_id,
        waiting_count,
        waiting_places_count,
    })
}

/// A page of those who don't wait any more. Errors: `NotFound`.
pub(super) async fn tell_offers(
    state: &AppState,
    event_id: EventId,
    before: Option<i64>,
    limit: i64,
) -> Result<Page<OfferEntry>> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let event = find_sale(&mut conn, event_id).await?;
    let rows = list_offers(&mut conn, event_id, before, limit).await?;
    let Page { items, next_cursor } = Page::cut(rows, limit, |row| row.position.to_string());
    let people: Vec<UserId> = items.iter().map(|row| row.user_id).collect();
    let people = list_attendees(&mut conn, &people).await?;
    let offers: Vec<BookingId> = items.iter().filter_map(|row| row.booking_id).collect();
    let offers = list_owned(&mut conn, &offers, now).await?;
    let held = offers.into_iter().filter(|of| of.booking.status == BookingStatus::Held);
    let mut ends: HashMap<BookingId, _> = held.map(|of| (of.booking.id, of.booking.expires)).collect();
    let entry = |row: OfferRow| OfferEntry {
        attendee: people.get(&row.user_id).cloned().unwrap_or_else(|| nobody(row.user_id)),
        expires: row.booking_id.and_then(|booking_id| ends.remove(&booking_id)),
        joined: at_venue(row.created_at, &event.timezone, now),
        until: at_venue(row.waited_until, &event.timezone, now),
        id: row.id,
        requested_quantity: row.requested_quantity,
        status: row.status,
        booking_id: row.booking_id,
        waited_until: row.waited_until,
    };
    Ok(Page { items: items.into_iter().map(entry).collect(), next_cursor })
}
