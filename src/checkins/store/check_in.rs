//! Letting somebody in: locks the ticket, looks, decides, writes.

use super::{CHECK_IN, CheckInRow, guest, list_counting};
use crate::{
    bookings::store::count_admitted,
    checkins::{
        door::Doorkeeper,
        model::{DoorFacts, Opening, Outcome, Reason, Verdict},
    },
    error::{Error, Problem},
    events::store::{EventRow, find_sale},
    id::{EventId, TicketId},
    server::{Result, clock::new_id, finish, state::AppState},
    tickets::{
        store::{DoorTicket, lock_at_door},
        token::{Flaw, Stamp},
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What the door was shown.
#[derive(Clone, Debug)]
pub enum Shown {
    /// The text of a code.
    Code(String),
    /// Nothing but a name or a reference: the ticket was looked up.
    Ticket(TicketId),
}

/// A scan.
#[derive(Clone, Debug)]
pub struct Scan {
    /// At the door of which event.
    pub event_id: EventId,
    /// What was shown.
    pub shown: Shown,
    /// When, by the device's clock; now unless it says so.
    pub scanned_at: Option<DateTime<Utc>>,
    /// What the device calls itself.
    pub device: String,
    /// Names the scan, so that one sent twice is one check-in.
    pub key: Option<String>,
}

impl From<Flaw> for Reason {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Unreadable => Self::Unreadable,
            Flaw::OtherVersion => Self::OtherVersion,
            Flaw::Forged => Self::Forged,
        }
    }
}

/// Lets in whoever shows this, if they may come in. A scan that was sent before is answered as it was then. Runs to its end even
/// if the caller goes away.
///
/// Errors: `NotFound` for an event that there isn't; `Invalid` for a key that named the scan of another ticket.
pub async fn check_in(state: &AppState, keeper: Doorkeeper, scan: Scan) -> Result<Verdict> {
    let (ticket_id, nonce) = match &scan.shown {
        Shown::Ticket(ticket_id) => (*ticket_id, None),
        Shown::Code(text) => match Stamp::verify(text, &state.ticket_keys.get(state).await?.public) {
            Ok(stamp) => (stamp.ticket_id, Some(stamp.nonce)),
            Err(flaw) => return Ok(Verdict::refused(flaw.into(), None)),
        },
    };
    let state = state.clone();
    finish(async move {
        let mut tx = state.db.begin().await?;
        let Some(ticket) = lock_at_door(&mut tx, ticket_id).await? else {
            return Ok(Verdict::refused(Reason::Unknown, None));
        };
        let event = find_sale(&mut tx, scan.event_id).await?;
        let now = state.clock.now_in(&mut tx).await?;
        let verdict = Decision { scan: &scan, event: &event, now }.make(&mut tx, &keeper, ticket, nonce).await?;
        tx.commit().await?;
        state.door_counts.note(scan.event_id, keeper.id()).await;
        Ok(verdict)
    })
    .await
}

/// A scan that is being decided on, its ticket locked.
struct Decision<'a> {
    scan: &'a Scan,
    event: &'a EventRow,
    now: DateTime<Utc>,
}

impl Decision<'_> {
    async fn make(
        &self,
        conn: &mut PgConnection,
        keeper: &Doorkeeper,
        ticket: DoorTicket,
        nonce: Option<i32>,
    ) -> Result<Verdict> {
        let ticket_id = ticket.id;
        if let Some(known) = self.find_repeated(conn).await? {
            if known.ticket_id != ticket_id {
                return Err(Error::invalid("key", Problem::Repeated).into());
            }
            return Ok(self.tell(Outcome::Admitted, ticket, known));
        }
        if let Err(reason) = self.facts(&ticket).decide(nonce, self.scanned_at()) {
            // Whoever holds the ticket of another event is none of this door's business.
            let guest = (reason != Reason::OtherEvent).then(|| guest(ticket));
            return Ok(Verdict::refused(reason, guest));
        }
        if let Some(before) = list_counting(conn, &[ticket_id]).await?.remove(&ticket_id) {
            return Ok(self.tell(Outcome::AlreadyAdmitted, ticket, before));
        }
        self.insert(conn, keeper, ticket_id).await?;
        count_admitted(conn, ticket.booking_id, 1).await?;
        let made = list_counting(conn, &[ticket_id]).await?.remove(&ticket_id);
        Ok(self.tell(Outcome::Admitted, ticket, made.ok_or_else(|| anyhow::anyhow!("a check-in was written"))?))
    }

    /// When it was scanned, as far as that is believed: not in the future.
    fn scanned_at(&self) -> DateTime<Utc> {
        self.scan.scanned_at.unwrap_or(self.now).min(self.now)
    }

    fn facts(&self, ticket: &DoorTicket) -> DoorFacts {
        DoorFacts {
            is_of_event: ticket.event_id == self.event.id,
            status: ticket.status,
            nonce: ticket.nonce,
            opening: Opening::of(self.event.doors_at.unwrap_or(self.event.event_date), self.event.ends_at),
        }
    }

    fn tell(&self, outcome: Outcome, ticket: DoorTicket, row: CheckInRow) -> Verdict {
        Verdict::of(outcome, guest(ticket), row.tell(&self.event.timezone, self.now))
    }

    /// What came of this scan when it was sent before, also if that was undone since.
    async fn find_repeated(&self, conn: &mut PgConnection) -> Result<Option<CheckInRow>> {
        let Some(key) = &self.scan.key else { return Ok(None) };
        let sql = const_format::formatcp!("{CHECK_IN} where check_ins.event_id = $1 and key = $2");
        Ok(sqlx::query_as(sql).bind(self.event.id).bind(key).fetch_optional(conn).await?)
    }

    async fn insert(&self, conn: &mut PgConnection, keeper: &Doorkeeper, ticket_id: TicketId) -> Result<()> {
        let (actor_id, link_id) = match keeper {
            Doorkeeper::Staff(actor) => (Some(actor.user_id), None),
            Doorkeeper::Link(link) => (None, Some(link.id)),
        };
        sqlx::query(
            "insert into check_ins (id, event_id, ticket_id, actor_id, link_id, device, key, scanned_at, created_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(new_id())
        .bind(self.event.id)
        .bind(ticket_id)
        .bind(actor_id)
        .bind(link_id)
        .bind(&self.scan.device)
        .bind(&self.scan.key)
        .bind(self.scanned_at())
        .bind(self.now)
        .execute(conn)
        .await?;
        Ok(())
    }
}
