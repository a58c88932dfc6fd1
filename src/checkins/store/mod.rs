//! Check-ins and links made durable.

mod check_in;
mod counts;
mod links;
mod read;
mod undo;

pub use check_in::{Scan, Shown, check_in};
pub use counts::{DoorCounts, get_summary};
pub use links::{find_link, find_secret, get_event_of_link, list_links, make_link, revoke_link};
pub use read::{export_check_ins, get_door, get_manifest, get_verdict, list_doors, look_up};
pub use undo::{get_event_of_check_in, undo_check_in};

use super::model::{CheckIn, Choice, Guest};
use crate::{
    events::when::at_venue,
    id::{CheckInId, TicketId},
    server::Result,
    tickets::store::DoorTicket,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;

/// What a [`CheckInRow`] is read by; which ones comes after it.
const CHECK_IN: &str = "select check_ins.id, ticket_id, key, scanned_at, device, name as link, first_name \
    from check_ins left join check_in_links on check_in_links.id = link_id left join users on users.id = actor_id";

/// A check-in with who let in.
#[derive(Clone, Debug, sqlx::FromRow)]
struct CheckInRow {
    id: CheckInId,
    ticket_id: TicketId,
    key: Option<String>,
    scanned_at: DateTime<Utc>,
    device: String,
    link: Option<String>,
    first_name: Option<String>,
}

impl CheckInRow {
    /// Which door it was: the link's, or who of the staff; with what the device calls itself.
    fn door(&self) -> String {
        let who = self.link.as_deref().or(self.first_name.as_deref()).filter(|who| !who.is_empty());
        match (who, self.device.as_str()) {
            (Some(who), "") => who.to_owned(),
            (Some(who), device) => format!("{who} · {device}"),
            (None, "") => "somebody who has left".to_owned(),
            (None, device) => device.to_owned(),
        }
    }

    fn tell(self, zone: &str, now: DateTime<Utc>) -> CheckIn {
        CheckIn {
            door: self.door(),
            id: self.id,
            ticket_id: self.ticket_id,
            scanned_at: self.scanned_at,
            when: at_venue(self.scanned_at, zone, now),
            key: self.key,
        }
    }
}

fn guest(ticket: DoorTicket) -> Guest {
    let (first, last) = ticket.holder;
    Guest {
        ticket_id: ticket.id,
        name: format!("{first} {last}").trim().to_owned(),
        reference: ticket.reference,
        place: ticket.place,
        seat: ticket.seat,
        kind: ticket.kind,
    }
}

/// The check-ins that count of these tickets.
async fn list_counting(conn: &mut PgConnection, ticket_ids: &[TicketId]) -> Result<HashMap<TicketId, CheckInRow>> {
    let sql = const_format::formatcp!("{CHECK_IN} where ticket_id = any($1) and undone_at is null");
    let rows: Vec<CheckInRow> = sqlx::query_as(sql).bind(ticket_ids).fetch_all(conn).await?;
    Ok(rows.into_iter().map(|row| (row.ticket_id, row)).collect())
}

/// These tickets with the check-ins that count, in the same order.
async fn with_check_ins(
    conn: &mut PgConnection,
    tickets: Vec<DoorTicket>,
    zone: &str,
    now: DateTime<Utc>,
) -> Result<Vec<Choice>> {
    let ids: Vec<TicketId> = tickets.iter().map(|ticket| ticket.id).collect();
    let mut counting = list_counting(conn, &ids).await?;
    let choice = |ticket: DoorTicket| Choice {
        check_in: counting.remove(&ticket.id).map(|row| row.tell(zone, now)),
        guest: guest(ticket),
    };
    Ok(tickets.into_iter().map(choice).collect())
}
