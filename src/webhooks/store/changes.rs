//! Changes as they are told: out of the booking history and the log of what staff did.

use crate::{
    bookings::{
        model::{Booking, BookingStatus},
        store::{OfPerson, list_owned},
    },
    events::store::list_events_by_id,
    id::{BookingId, EventId},
    server::{Result, state::AppState},
    staff::model::Reach,
    webhooks::model::{Change, Changes, Position},
};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// Rows of each log that are looked through for one page: those of other events cost time too.
const SCANNED_MAX: i64 = 5_000;

/// In a statement with the history as `h`: which change of its booking an entry is.
pub(super) const ENTRY_SEQUENCE: &str =
    "(select count(*) from booking_history o where o.booking_id = h.booking_id and o.number <= h.number)";
/// In a statement with the log as `a`: whether an action is told, and which change of its event it is.
pub(super) const IS_TOLD: &str = "a.action in ('event_published', 'event_unpublished', 'event_updated', 'event_cancelled') and a.event_id is not null";
pub(super) const ACTION_SEQUENCE: &str = "(select count(*) from staff_actions o where o.event_id = a.event_id \
    and o.action in ('event_published', 'event_unpublished', 'event_updated', 'event_cancelled') and o.number <= a.number)";
/// In such a statement: what names the action. The event's id keeps it apart from those of other sites.
pub(super) const ACTION_ID: &str = "md5(a.event_id::text || a.number)::uuid";

#[derive(sqlx::FromRow)]
struct EntryRow {
    number: i64,
    id: Uuid,
    kind: String,
    sequence: i64,
    booking_id: BookingId,
    status_before: Option<BookingStatus>,
    status_after: BookingStatus,
    details: String,
    quantity: i32,
    total_amount_minor: i64,
    discount_minor: i64,
    created_at: DateTime<Utc>,
}

impl EntryRow {
    /// What the history keeps is as it was then; the rest as it is now.
    fn tell(self, OfPerson { user_id, booking }: &OfPerson) -> Change {
        let Booking { reference, event_id, seats, currency, discount_code, is_offer, expires_at, created_at, .. } =
            booking;
        Change {
            id: self.id,
            kind: self.kind,
            sequence: self.sequence,
            occurred_at: self.created_at,
            event_id: Some(*event_id),
            booking_id: Some(self.booking_id),
            data: json!({
                "reference": reference,
                "user_id": user_id,
                "status_before": self.status_before,
                "status": self.status_after,
                "details": self.details,
                "quantity": self.quantity,
                "seats": seats,
                "currency": currency,
                "total_amount_minor": self.total_amount_minor,
                "discount_minor": self.discount_minor,
                "discount_code": discount_code,
                "is_offer": is_offer,
                "expires_at": expires_at,
                "created_at": created_at,
            }),
        }
    }
}

/// The changes that these entries of the history are, by number.
pub(super) async fn tell_entries(
    conn: &mut PgConnection,
    numbers: &[i64],
    now: DateTime<Utc>,
) -> Result<HashMap<i64, Change>> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = const_format::formatcp!(
        "select h.number, h.id, 'booking.' || h.action::text as kind, {ENTRY_SEQUENCE} as sequence, h.booking_id, h.status_before,
                h.status_after, h.details, h.quantity, h.total_amount_minor, h.discount_minor, h.created_at
         from booking_history h where h.number = any($1)"
    );
    let rows: Vec<EntryRow> = sqlx::query_as(sql).bind(numbers).fetch_all(&mut *conn).await?;
    let mut ids: Vec<BookingId> = rows.iter().map(|row| row.booking_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let bookings: HashMap<BookingId, OfPerson> =
        list_owned(conn, &ids, now).await?.into_iter().map(|owned| (owned.booking.id, owned)).collect();
    let told = rows.into_iter().filter_map(|row| {
        let owned = bookings.get(&row.booking_id)?;
        Some((row.number, row.tell(owned)))
    });
    Ok(told.collect())
}

#[derive(sqlx::FromRow)]
struct ActionRow {
    number: i64,
    id: Uuid,
    kind: String,
    sequence: i64,
    event_id: EventId,
    after: Value,
    created_at: DateTime<Utc>,
}

/// The changes that these entries of the log of what staff did are, by number.
pub(super) async fn tell_actions(
    conn: &mut PgConnection,
    numbers: &[i64],
    now: DateTime<Utc>,
) -> Result<HashMap<i64, Change>> {
    if numbers.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = const_format::formatcp!(
        "select a.number, {ACTION_ID} as id, replace(a.action, '_', '.') as kind, {ACTION_SEQUENCE} as sequence, a.event_id, a.after,
                a.created_at
         from staff_actions a where a.number = any($1) and {IS_TOLD}"
    );
    let rows: Vec<ActionRow> = sqlx::query_as(sql).bind(numbers).fetch_all(&mut *conn).await?;
    let ids: Vec<EventId> = rows.iter().map(|row| row.event_id).collect();
    let events = list_events_by_id(conn, &ids).await?;
    let mut told = HashMap::new();
    for row in rows {
        let event = events.iter().find(|event| event.id == row.event_id).cloned().map(|event| event.into_event(now));
        let fields: Vec<&String> = row.after.as_object().into_iter().flat_map(|fields| fields.keys()).collect();
        let change = Change {
            id: row.id,
            kind: row.kind,
            sequence: row.sequence,
            occurred_at: row.created_at,
            event_id: Some(row.event_id),
            booking_id: None,
            data: json!({"event": event, "changed": fields}),
        };
        told.insert(row.number, change);
    }
    Ok(told)
}

/// What happened within reach, and to one event if one is named, after this position: at most `limit` changes.
///
/// Nothing is left out that is committed later: it is read up to where webhooks have been told.
pub async fn list_changes(
    state: &AppState,
    (event_id, reach): (Option<EventId>, &Reach),
    (after, limit): (Position, i64),
) -> Result<Changes> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let (entry, action): (i64, i64) =
        sqlx::query_as("select upto_entry, upto_action from webhooks_told").fetch_one(&mut *conn).await?;
    let upto = Position { entry, action };
    let entries: Vec<Scanned> = sqlx::query_as(
        "select h.number, h.created_at, ($3::uuid is null or b.event_id = $3) and ($4::uuid[] is null or b.event_id = any($4)) as fits
         from (select number, booking_id, created_at from booking_history where number > $1 and number <= $2
               order by number limit $5) h
         join bookings b on b.id = h.booking_id order by h.number",
    )
    .bind(after.entry)
    .bind(upto.entry)
    .bind(event_id)
    .bind(reach.event_ids())
    .bind(SCANNED_MAX)
    .fetch_all(&mut *conn)
    .await?;
    let sql = const_format::formatcp!(
        "select a.number, a.created_at, {IS_TOLD} and ($3::uuid is null or a.event_id = $3)
                and ($4::uuid[] is null or a.event_id = any($4)) as fits
         from staff_actions a where a.number > $1 and a.number <= $2 order by a.number limit $5"
    );
    let actions: Vec<Scanned> = sqlx::query_as(sql)
        .bind(after.action)
        .bind(upto.action)
        .bind(event_id)
        .bind(reach.event_ids())
        .bind(SCANNED_MAX)
        .fetch_all(&mut *conn)
        .await?;
    let part = merge((&entries, &actions), (after, upto), limit);
    let entries = tell_entries(&mut conn, &part.numbers(Log::History), now).await?;
    let actions = tell_actions(&mut conn, &part.numbers(Log::Actions), now).await?;
    let find = |(log, number): &(Log, i64)| match log {
        Log::History => entries.get(number).cloned(),
        Log::Actions => actions.get(number).cloned(),
    };
    Ok(Changes {
        items: part.rows.iter().filter_map(find).collect(),
        next_cursor: part.reached.cursor(),
        has_more: part.reached != upto && (part.reached.entry < upto.entry || part.reached.action < upto.action),
    })
}

/// A row that was looked at.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Scanned {
    number: i64,
    created_at: DateTime<Utc>,
    fits: bool,
}

/// Which of the two logs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Log {
    History,
    Actions,
}

/// What a page has, and how far it goes.
#[derive(Debug, PartialEq, Eq)]
struct Part {
    rows: Vec<(Log, i64)>,
    reached: Position,
}

impl Part {
    fn numbers(&self, wanted: Log) -> Vec<i64> {
        self.rows.iter().filter(|(log, _)| *log == wanted).map(|(_, number)| *number).collect()
    }
}

/// The first `limit` rows that fit, of both logs by time and of each by number. What was looked through to its end counts as read up
/// to where there is more to look at.
fn merge((entries, actions): (&[Scanned], &[Scanned]), (after, upto): (Position, Position), limit: i64) -> Part {
    let (mut entries_left, mut actions_left) = (entries.iter().peekable(), actions.iter().peekable());
    let mut part = Part { rows: Vec::new(), reached: after };
    loop {
        let log = match (entries_left.peek(), actions_left.peek()) {
            (None, None) => break,
            (Some(_), None) => Log::History,
            (None, Some(_)) => Log::Actions,
            (Some(entry), Some(action)) if entry.created_at <= action.created_at => Log::History,
            (Some(_), Some(_)) => Log::Actions,
        };
        let next = if log == Log::History { entries_left.next() } else { actions_left.next() };
        let Some(row) = next else { break };
        if row.fits && part.rows.len() as i64 == limit {
            return part;
        }
        match log {
            Log::History => part.reached.entry = row.number,
            Log::Actions => part.reached.action = row.number,
        }
        if row.fits {
            part.rows.push((log, row.number));
        }
    }
    // Numbers that were given out and never written are passed too.
    if entries.len() < SCANNED_MAX as usize {
        part.reached.entry = part.reached.entry.max(upto.entry);
    }
    if actions.len() < SCANNED_MAX as usize {
        part.reached.action = part.reached.action.max(upto.action);
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(seconds: &[(i64, bool)]) -> Vec<Scanned> {
        let row = |(at, (second, fits)): (usize, &(i64, bool))| Scanned {
            number: at as i64 + 1,
            created_at: DateTime::from_timestamp(*second, 0).expect("an instant"),
            fits: *fits,
        };
        seconds.iter().enumerate().map(row).collect()
    }

    proptest! {
        #[test]
        fn page_by_page_everything_is_read_once_and_each_log_in_order(
            entries in prop::collection::vec((0..50_i64, any::<bool>()), 0..40),
            actions in prop::collection::vec((0..50_i64, any::<bool>()), 0..40),
            limit in 1..9_i64,
        ) {
            let (entries, actions) = (rows(&entries), rows(&actions));
            let upto = Position { entry: entries.len() as i64 + 3, action: actions.len() as i64 };
            let (mut at, mut read) = (Position::default(), Vec::new());
            for _ in 0..200 {
                let left = |rows: &[Scanned], after| -> Vec<Scanned> {
                    rows.iter().filter(|row| row.number > after).copied().collect()
                };
                let part = merge((&left(&entries, at.entry), &left(&actions, at.action)), (at, upto), limit);
                prop_assert!(part.rows.len() as i64 <= limit);
                read.extend(part.rows);
                if part.reached == at {
                    break;
                }
                at = part.reached;
            }
            prop_assert_eq!(at, upto);
            for (log, rows) in [(Log::History, &entries), (Log::Actions, &actions)] {
                let wanted: Vec<i64> = rows.iter().filter(|row| row.fits).map(|row| row.number).collect();
                let got: Vec<i64> = read.iter().filter(|(of, _)| *of == log).map(|(_, number)| *number).collect();
                prop_assert_eq!(got, wanted);
            }
        }
    }
}
