//! How it is going at a door, and what a device there has to know.

use super::{CHECK_IN, CheckInRow, with_check_ins};
use crate::{
    bookings::{model::BookingStatus, store::get_owned},
    checkins::{
        door::Doorkeeper,
        model::{
            Choice, DoorEvent, Line, Manifest, Opening, Outcome, Reason, SOON, SectionCount, Summary, Verdict,
            short_name,
        },
    },
    events::{
        model::{Page, parse_cursor},
        store::{EventRow, find_sale, list_around},
        when::at_venue,
    },
    id::{CheckInId, EventId, TicketId, UserId},
    server::{Result, state::AppState},
    staff::model::Reach,
    tickets::{
        model::TicketStatus,
        store::{
            DoorTicket, find_reference, issue_tickets, list_at_door, list_of_event_at_door, list_of_reference_at_door,
        },
    },
    users::store::list_names,
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use std::collections::HashMap;

/// Who came last: as many as fit below a verdict.
const RECENT: i64 = 10;
/// How long a check-in is new: until the page that made it is shown again.
const NEW: TimeDelta = TimeDelta::seconds(15);

/// The doors where somebody may stand today and soon, in order.
pub async fn list_doors(
    state: &AppState,
    keeper: &Doorkeeper,
    reach: &Reach,
    now: DateTime<Utc>,
) -> Result<Vec<DoorEvent>> {
    let events = list_around(state, reach.event_ids(), Opening::ended_since(now), now + SOON).await?;
    let door = name_keeper(state, keeper).await?;
    Ok(events.into_iter().map(|event| tell_door(event, &door, now)).collect())
}

/// The door of one event. Errors: `NotFound`.
pub async fn get_door(
    state: &AppState,
    keeper: &Doorkeeper,
    event_id: EventId,
    now: DateTime<Utc>,
) -> Result<DoorEvent> {
    let event = find_sale(&mut *state.db.pool().acquire().await?, event_id).await?;
    Ok(tell_door(event, &name_keeper(state, keeper).await?, now))
}

async fn name_keeper(state: &AppState, keeper: &Doorkeeper) -> Result<String> {
    match keeper {
        Doorkeeper::Link(link) => Ok(link.name.clone()),
        Doorkeeper::Staff(actor) => {
            let names = list_names(&mut *state.db.pool().acquire().await?, &[actor.user_id]).await?;
            Ok(names.into_iter().next().map(|(_, first, _)| first).unwrap_or_default())
        }
    }
}

fn opening(event: &EventRow) -> Opening {
    Opening::of(event.doors_at.unwrap_or(event.event_date), event.ends_at)
}

fn tell_door(event: EventRow, door: &str, now: DateTime<Utc>) -> DoorEvent {
    let opening = opening(&event);
    DoorEvent {
        id: event.id,
        when: at_venue(event.event_date, &event.timezone, now),
        opens: at_venue(opening.opens_at, &event.timezone, now),
        is_open: !event.is_cancelled() && opening.decide(now).is_ok(),
        has_seat_selection: event.has_seat_selection,
        name: event.name,
        venue: event.venue,
        timezone: event.timezone,
        door: door.to_owned(),
    }
}

/// Who is expected and who came, counted anew. Errors: `NotFound`.
pub(super) async fn read_summary(state: &AppState, event_id: EventId) -> Result<Summary> {
    let mut conn = state.db.pool().acquire().await?;
    let event = find_sale(&mut conn, event_id).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let (expected_count, admitted_count): (i64, i64) = sqlx::query_as(
        "select (select coalesce(sum(quantity), 0) from bookings where event_id = $1 and status = 'confirmed'),
                (select coalesce(sum(admitted_count), 0) from bookings where event_id = $1 and status = 'confirmed')",
    )
    .bind(event_id)
    .fetch_one(&mut *conn)
    .await?;
    let sections = if event.has_seat_selection { count_sections(&mut conn, event_id).await? } else { Vec::new() };
    let recent = list_recent(&mut conn, &event, now).await?;
    Ok(Summary { event_id, expected_count, admitted_count, sections, recent })
}

async fn count_sections(conn: &mut PgConnection, event_id: EventId) -> Result<Vec<SectionCount>> {
    let counts = sqlx::query_as(
        "select name, coalesce(booked.count, 0) as expected_count, coalesce(came.count, 0) as admitted_count
         from sections
         left join (select section, count(*) from seats where event_id = $1 and status = 'booked' group by section) as booked
             on booked.section = name
         left join (select section, count(*) from check_ins
                    join tickets on tickets.id = ticket_id join seats on seats.id = seat_id
                    where check_ins.event_id = $1 and undone_at is null and seats.booking_id = tickets.booking_id
                    group by section) as came
             on came.section = name
         where event_id = $1 order by position, name",
    );
    Ok(counts.bind(event_id).fetch_all(conn).await?)
}

async fn list_recent(conn: &mut PgConnection, event: &EventRow, now: DateTime<Utc>) -> Result<Vec<Choice>> {
    let sql = "select ticket_id from check_ins where event_id = $1 and undone_at is null order by id desc limit $2";
    let ids: Vec<TicketId> = sqlx::query_scalar(sql).bind(event.id).bind(RECENT).fetch_all(&mut *conn).await?;
    let mut tickets: HashMap<TicketId, DoorTicket> =
        list_at_door(conn, &ids).await?.into_iter().map(|ticket| (ticket.id, ticket)).collect();
    let in_order = ids.iter().filter_map(|id| tickets.remove(id)).collect();
    with_check_ins(conn, in_order, &event.timezone, now).await
}

/// What the page shows again of a ticket's scan, which its address names: let in, while that is new, or let in before. None for a
/// ticket that isn't of this event, or isn't in.
pub async fn get_verdict(state: &AppState, event_id: EventId, ticket_id: TicketId) -> Result<Option<Verdict>> {
    let mut conn = state.db.pool().acquire().await?;
    let event = find_sale(&mut conn, event_id).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let mut tickets = list_at_door(&mut conn, &[ticket_id]).await?;
    tickets.retain(|ticket| ticket.event_id == event_id);
    let found = with_check_ins(&mut conn, tickets, &event.timezone, now).await?.pop();
    let Some(Choice { guest, check_in: Some(check_in) }) = found else { return Ok(None) };
    let is_new = now - check_in.scanned_at < NEW;
    let outcome = if is_new { Outcome::Admitted } else { Outcome::AlreadyAdmitted };
    Ok(Some(Verdict::of(outcome, guest, check_in)))
}

/// The tickets of the booking with this reference, to choose who comes in; those that nobody has asked for are made. Refused where
/// there is none, or it isn't of this event, or isn't booked.
pub async fn look_up(state: &AppState, event_id: EventId, reference: &str) -> Result<Verdict> {
    let mut conn = state.db.pool().acquire().await?;
    let event = find_sale(&mut conn, event_id).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let Some(booking_id) = find_reference(&mut conn, reference).await? else {
        return Ok(Verdict::refused(Reason::Unknown, None));
    };
    let booking = get_owned(&mut conn, booking_id, now).await?.booking;
    if booking.event_id != event_id {
        return Ok(Verdict::refused(Reason::OtherEvent, None));
    }
    if booking.status != BookingStatus::Confirmed || event.is_cancelled() {
        return Ok(Verdict::refused(Reason::Void, None));
    }
    drop(conn);
    issue_tickets(state, booking_id).await?;
    let mut conn = state.db.pool().acquire().await?;
    let tickets = list_of_reference_at_door(&mut conn, reference).await?;
    Ok(Verdict::choose(with_check_ins(&mut conn, tickets, &event.timezone, now).await?))
}

/// What a device keeps to decide without a connection. Errors: `NotFound`.
pub async fn get_manifest(state: &AppState, event_id: EventId) -> Result<Manifest> {
    let keys = state.ticket_keys.get(state).await?;
    let mut conn = state.db.pool().acquire().await?;
    let event = find_sale(&mut conn, event_id).await?;
    let now = state.clock.now_in(&mut conn).await?;
    let tickets = list_of_event_at_door(&mut conn, event_id).await?;
    let sql = const_format::formatcp!("{CHECK_IN} where check_ins.event_id = $1 and undone_at is null");
    let rows: Vec<CheckInRow> = sqlx::query_as(sql).bind(event_id).fetch_all(&mut *conn).await?;
    let admitted: HashMap<TicketId, CheckInRow> = rows.into_iter().map(|row| (row.ticket_id, row)).collect();
    let Opening { opens_at, closes_at } = opening(&event);
    let since = |row: &CheckInRow| {
        let when = at_venue(row.scanned_at, &event.timezone, now);
        format!("{}, {}", when.time, row.door())
    };
    let line = |ticket: DoorTicket| -> Line {
        let nonce = if ticket.status == TicketStatus::Valid { ticket.nonce } else { 0 };
        let since = admitted.get(&ticket.id).map(since).unwrap_or_default();
        (ticket.id.0.simple().to_string(), nonce, short_name(&ticket.holder), ticket.place, since)
    };
    Ok(Manifest {
        event_id,
        made_at: now,
        opens_at,
        closes_at,
        keys: keys.public.iter().map(hex::encode).collect(),
        tickets: tickets.into_iter().map(line).collect(),
    })
}

/// When a ticket of a person was let in, as far as it is kept.
#[derive(Debug, Serialize, sqlx::FromRow)]
pub struct KeptCheckIn {
    id: CheckInId,
    event_id: EventId,
    ticket_id: TicketId,
    scanned_at: DateTime<Utc>,
    undone_at: Option<DateTime<Utc>>,
}

/// When the tickets that a person holds were let in, newest first: `limit` of them from `cursor` on. Errors: `Invalid`.
pub async fn export_check_ins(
    state: &AppState,
    user_id: UserId,
    limit: i64,
    cursor: &str,
) -> Result<Page<KeptCheckIn>> {
    let rows: Vec<KeptCheckIn> = sqlx::query_as(
        "select check_ins.id, check_ins.event_id, ticket_id, scanned_at, undone_at
         from check_ins join tickets on tickets.id = ticket_id
         where holder_id = $1 and ($2 is null or check_ins.id < $2) order by check_ins.id desc limit $3",
    )
    .bind(user_id)
    .bind(parse_cursor::<CheckInId>(cursor)?)
    .bind(limit + 1)
    .fetch_all(state.db.pool())
    .await?;
    Ok(Page::cut(rows, limit, |row| row.id.to_string()))
}
