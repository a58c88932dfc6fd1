//! Which mails there are, and what became of each.

mod bounced;
mod digests;
mod of_booking;
mod of_person;
mod switched_off;
mod told;

pub(super) use bounced::{excuse, find_returned, note_bounce};
pub use digests::ask_for_digests;
pub use of_booking::list_booking_mails;
pub use of_person::{KeptMail, claim_told, forget_all_of, list_mails_of};
pub(super) use switched_off::{get_key, switch_off};
pub(super) use told::{Told, notify};
pub use told::{get_preferences, list_notifications, read_notifications, set_preferences};

use super::letters::REMIND_BEFORE;
use crate::{
    bookings::{self, model::BookingAction, store::Transition},
    events,
    id::{BookingId, EventId, UserId},
    job::{Job, Mail, News},
    server::{
        Result,
        clock::new_id,
        jobs::{begin_scheduled, enqueue, forget_all},
        metrics::MAILS_TOTAL,
        state::AppState,
    },
    tickets,
};
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, types::Json};
use std::time::Duration;
use uuid::Uuid;

/// Entries of the history told in one transaction.
const ENTRIES_MAX: i64 = 500;
/// How often it is looked whose hold is ending, and which event begins soon.
const WARN_EVERY: Duration = Duration::from_secs(15);
const REMIND_EVERY: Duration = Duration::from_secs(300);

/// What becomes of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "mail_status", rename_all = "snake_case")]
pub enum MailStatus {
    /// The mail server has it.
    Sent,
    /// The mail server won't ever take it.
    Refused,
    /// There was nothing to say any more.
    Needless,
    /// The person has switched off its kind.
    Unwanted,
}

/// A mail under way: its id, unless it has come to its end already.
pub(super) async fn begin_mail(state: &AppState, mail: Mail, now: DateTime<Utc>) -> Result<Option<Uuid>> {
    let (id, status): (Uuid, Option<MailStatus>) = sqlx::query_as(
        "with new as (insert into mails (id, cause, created_at) values ($1, $2, $3) on conflict (cause) do nothing
                      returning id, status)
         select id, status from new union all select id, status from mails where cause = $2",
    )
    .bind(new_id())
    .bind(Json(mail))
    .bind(now)
    .fetch_one(state.db.pool())
    .await?;
    Ok(status.is_none().then_some(id))
}

/// What became of a mail, and whom it was for.
#[derive(Debug)]
pub(super) struct Ended<'a> {
    pub(super) id: Uuid,
    pub(super) status: MailStatus,
    pub(super) user_id: Option<UserId>,
    pub(super) address: Option<&'a str>,
    pub(super) subject: Option<&'a str>,
    pub(super) error: Option<&'a str>,
}

impl Ended<'_> {
    /// With nothing more to say.
    pub(super) fn new(id: Uuid, status: MailStatus) -> Self {
        Self { id, status, user_id: None, address: None, subject: None, error: None }
    }
}

/// Notes it. Nothing changes any more afterwards.
pub(super) async fn end_mail(state: &AppState, ended: Ended<'_>, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "update mails set status = $2, user_id = $3, address = $4, subject = $5, error = $6, ended_at = $7
         where id = $1 and status is null",
    )
    .bind(ended.id)
    .bind(ended.status)
    .bind(ended.user_id)
    .bind(ended.address)
    .bind(ended.subject)
    .bind(ended.error)
    .bind(now)
    .execute(state.db.pool())
    .await?;
    metrics::counter!(MAILS_TOTAL, "status" => ended.status.name()).increment(1);
    Ok(())
}

/// Mails that the mail server refused since then.
pub async fn count_refused_since(state: &AppState, since: DateTime<Utc>) -> Result<i64> {
    let count = sqlx::query_scalar("select count(*) from mails where status = 'refused' and ended_at > $1");
    Ok(count.bind(since).fetch_one(state.db.pool()).await?)
}

impl MailStatus {
    /// What the metrics call it.
    fn name(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Refused => "refused",
            Self::Needless => "needless",
            Self::Unwanted => "unwanted",
        }
    }
}

/// Asks for the mails about what happened to bookings since the last time, and answers how many entries it read. Safe to
/// call from many processes at once: one works, the others answer 0.
pub async fn tell_history(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let told: i64 = sqlx::query_scalar("select upto_entry from told_history").fetch_one(&mut *conn).await?;
    let Some(upto) = bookings::store::find_settled(&mut conn, told).await? else { return Ok(0) };
    drop(conn);
    let mut tx = state.db.begin().await?;
    let told: Option<i64> = sqlx::query_scalar("select upto_entry from told_history for update skip locked")
        .fetch_optional(&mut *tx)
        .await?;
    let Some(told) = told.filter(|told| *told < upto) else { return Ok(0) };
    let entries = bookings::store::list_transitions(&mut tx, told, upto, ENTRIES_MAX).await?;
    let mut jobs: Vec<Job> = entries.iter().filter_map(mail_of).map(Job::from).collect();
    jobs.extend(list_mails_to_holders(&mut tx, &entries).await?);
    let now = state.clock.now_in(&mut tx).await?;
    enqueue(&mut tx, &jobs, now).await?;
    let next = if entries.len() == ENTRIES_MAX as usize { entries.last().map(|entry| entry.number) } else { None };
    sqlx::query("update told_history set upto_entry = $1").bind(next.unwrap_or(upto)).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(entries.len() as u64)
}

/// Leaves what has happened so far untold, in a database that has just been filled: it was brought in, and its people know.
pub async fn skip_history(state: &AppState) -> Result<()> {
    let mut conn = state.db.pool().acquire().await?;
    forget_all(&mut conn).await?;
    if let Some(upto) = bookings::store::find_settled(&mut conn, 0).await? {
        sqlx::query("update told_history set upto_entry = $1").bind(upto).execute(&mut *conn).await?;
    }
    Ok(())
}

/// The mail that an entry of the history is told by.
fn mail_of(entry: &Transition) -> Option<Mail> {
    let booking_id = entry.booking_id;
    match entry.action {
        BookingAction::Offered => Some(Mail::Offer { booking_id }),
        BookingAction::Confirmed => Some(Mail::Confirmation { booking_id }),
        BookingAction::Moved => Some(Mail::Moved { booking_id, entry: entry.number }),
        BookingAction::Cancelled => Some(Mail::Cancellation { booking_id }),
        BookingAction::Expired if entry.is_offer => Some(Mail::OfferLapsed { booking_id }),
        // Whoever ends the bookings of an event that is called off asks for the mails.
        BookingAction::CalledOff => None,
        BookingAction::Held
        | BookingAction::Extended
        | BookingAction::CodeApplied
        | BookingAction::CodeRemoved
        | BookingAction::Released
        | BookingAction::Expired
        | BookingAction::Claimed => None,
    }
}

/// The mails to who holds tickets of bookings that have ended, each once for a booking.
async fn list_mails_to_holders(conn: &mut PgConnection, entries: &[Transition]) -> Result<Vec<Job>> {
    let mut jobs = Vec::new();
    for action in [BookingAction::Cancelled, BookingAction::CalledOff] {
        let ended = entries.iter().filter(|entry| entry.action == action);
        let booking_ids: Vec<BookingId> = ended.map(|entry| entry.booking_id).collect();
        if booking_ids.is_empty() {
            continue;
        }
        for (booking_id, holder_id) in tickets::store::list_holders(conn, &booking_ids).await? {
            jobs.push(Job::from(match action {
                BookingAction::CalledOff => Mail::TicketNews { booking_id, holder_id, news: News::Cancelled },
                _ => Mail::TicketsVoid { booking_id, holder_id },
            }));
        }
    }
    Ok(jobs)
}

/// Asks for the mails to those whose hold is about to lapse, and answers how many.
pub async fn warn_of_ends(state: &AppState) -> Result<u64> {
    let Some(since) = begin_scheduled(state, "warn of holds that end", WARN_EVERY).await? else { return Ok(0) };
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let ending = bookings::store::list_ending(&mut tx, since, now).await?;
    let jobs: Vec<Job> = ending.into_iter().map(|booking_id| Mail::HoldEnding { booking_id }.into()).collect();
    enqueue(&mut tx, &jobs, now).await?;
    tx.commit().await?;
    Ok(jobs.len() as u64)
}

/// Begins to remind the attendees of events that begin within a day, once for each event, and answers how many events.
pub async fn remind(state: &AppState) -> Result<u64> {
    if begin_scheduled(state, "remind attendees", REMIND_EVERY).await?.is_none() {
        return Ok(0);
    }
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let soon = events::store::list_beginning(&mut tx, now, now + REMIND_BEFORE).await?;
    let begun: Vec<EventId> = sqlx::query_scalar(
        "insert into reminded_events (event_id, created_at) select id, $2 from unnest($1::uuid[]) as soon (id)
         on conflict do nothing returning event_id",
    )
    .bind(soon)
    .bind(now)
    .fetch_all(&mut *tx)
    .await?;
    let remind = |event_id| Job::TellAttendees { event_id, news: News::Reminder, after: None };
    let jobs: Vec<Job> = begun.into_iter().map(remind).collect();
    enqueue(&mut tx, &jobs, now).await?;
    tx.commit().await?;
    Ok(jobs.len() as u64)
}
