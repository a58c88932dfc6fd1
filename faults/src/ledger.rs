//! What clients were told, and whether the database agrees.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use std::collections::{BTreeSet, HashMap};
use uuid::Uuid;

/// Between the database's clock and ours, on one machine, with the time an answer takes.
const CLOCK_TOLERANCE: TimeDelta = TimeDelta::seconds(5);

/// What a client asks of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verb {
    Hold,
    Extend,
    Confirm,
    Release,
    Cancel,
}

impl Verb {
    /// Its path below `/api/v1/`.
    pub(crate) fn path(self) -> &'static str {
        match self {
            Self::Hold => "bookings/hold",
            Self::Extend => "bookings/extend",
            Self::Confirm => "bookings/confirm",
            Self::Release => "bookings/release",
            Self::Cancel => "bookings/cancel",
        }
    }
}

/// Where a booking is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, sqlx::Type)]
#[serde(rename_all = "lowercase")]
#[sqlx(type_name = "booking_status", rename_all = "lowercase")]
pub(crate) enum Status {
    Held,
    Confirmed,
    Cancelled,
    Expired,
}

/// A booking as an answer tells it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Told {
    pub(crate) id: Uuid,
    pub(crate) event_id: Uuid,
    pub(crate) quantity: i32,
    pub(crate) status: Status,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// A booking as the database has it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Row {
    pub(crate) id: Uuid,
    pub(crate) quantity: i32,
    pub(crate) status: Status,
}

#[derive(Clone, Debug)]
struct Entry {
    told: Told,
    /// Asked for, and no answer came: it may have been done.
    open: BTreeSet<Verb>,
}

/// What every client of a rush was told of each booking, and what is not known of it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    entries: HashMap<Uuid, Entry>,
    /// What must not happen, in words.
    wrong: Vec<String>,
}

impl Ledger {
    /// Writes down that something is asked of a booking: until the answer comes, it may have been done.
    pub(crate) fn asks(&mut self, id: Uuid, verb: Verb) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.open.insert(verb);
        }
    }

    /// Writes down an answer that names a booking.
    pub(crate) fn hears(&mut self, verb: Verb, told: Told) {
        let expected = match verb {
            Verb::Hold | Verb::Extend => Status::Held,
            Verb::Confirm => Status::Confirmed,
            Verb::Release | Verb::Cancel => Status::Cancelled,
        };
        if told.status != expected {
            self.wrong.push(format!("{verb:?} of {} was answered with {:?}", told.id, told.status));
        }
        let entry = self.entries.entry(told.id).or_insert_with(|| Entry { told: told.clone(), open: BTreeSet::new() });
        // One client asks one thing after the other, so what it asked before is decided by now.
        *entry = Entry { told, open: BTreeSet::new() };
    }

    /// Writes down that a booking was refused what was asked, with the refusal's code.
    pub(crate) fn refused(&mut self, id: Uuid, verb: Verb, code: &str) {
        let Some(entry) = self.entries.get_mut(&id) else { return };
        let lives = Utc::now() < entry.told.expires_at - CLOCK_TOLERANCE;
        // The first of two tries may have given all the time there is.
        let is_due = verb == Verb::Extend && code == "extension_used" || code == "hold_expired" && !lives;
        if !is_due {
            self.wrong.push(format!("{verb:?} of {id}, told {:?}, was refused: {code}", entry.told.status));
        } else if code == "hold_expired" {
            entry.told.status = Status::Expired;
            entry.open.clear();
        }
    }

    /// Writes down a fault of another kind.
    pub(crate) fn is_wrong(&mut self, what: String) {
        self.wrong.push(what);
    }

    /// Checks that a hold told just now lasts as long as its event says, by this machine's clock.
    pub(crate) fn lasts(&mut self, told: &Told, hold_length_s: i64) {
        let left = told.expires_at - Utc::now();
        let off = (left - TimeDelta::seconds(hold_length_s)).abs();
        // An old hold that is answered again has less time left.
        if told.created_at > Utc::now() - CLOCK_TOLERANCE && off > CLOCK_TOLERANCE {
            self.wrong.push(format!("the hold {} has {} s left of {hold_length_s}", told.id, left.num_seconds()));
        }
    }

    /// Writes down that a hold was given another end.
    pub(crate) fn ends_at(&mut self, id: Uuid, end: DateTime<Utc>) {
        if let Some(entry) = self.entries.get_mut(&id) {
            entry.told.expires_at = end;
        }
    }

    /// Writes down that the time of all holds is over.
    pub(crate) fn all_holds_lapse(&mut self) {
        let now = Utc::now();
        self.entries.values_mut().for_each(|entry| entry.told.expires_at = entry.told.expires_at.min(now));
    }

    /// How many bookings were told of, and of how many the end is not known.
    pub(crate) fn counts(&self) -> (usize, usize) {
        (self.entries.len(), self.entries.values().filter(|entry| !entry.open.is_empty()).count())
    }

    /// What is wrong: what was noticed on the way, and where these rows say another thing than the clients were told.
    pub(crate) fn compare(&self, rows: &[Row], now: DateTime<Utc>) -> Vec<String> {
        let mut wrong = self.wrong.clone();
        let by_id: HashMap<Uuid, &Row> = rows.iter().map(|row| (row.id, row)).collect();
        for (id, entry) in &self.entries {
            match by_id.get(id) {
                None => wrong.push(format!("{id} was told as {:?} and is not in the database", entry.told.status)),
                Some(row) if row.quantity != entry.told.quantity || !entry.allows(row.status, now) => {
                    wrong.push(format!("{id} is {row:?}, but the client knows {entry:?}"));
                }
                Some(_) => {}
            }
        }
        // A hold whose answer was lost is nobody's to confirm or cancel: nobody knows its id.
        let strangers = rows.iter().filter(|row| !self.entries.contains_key(&row.id));
        let made_up = strangers.filter(|row| !matches!(row.status, Status::Held | Status::Expired));
        wrong.extend(made_up.map(|row| format!("{row:?} was asked for by nobody")));
        wrong
    }
}

impl Entry {
    /// Whether the database may have this status: the one told, or one that an open request or the time leads to.
    fn allows(&self, status: Status, now: DateTime<Utc>) -> bool {
        let ends = self.open.contains(&Verb::Cancel) || self.open.contains(&Verb::Release);
        let extends = self.open.contains(&Verb::Extend);
        match (self.told.status, status) {
            (told, status) if told == status => true,
            (Status::Held, Status::Confirmed) => self.open.contains(&Verb::Confirm),
            (Status::Held, Status::Expired) => now + CLOCK_TOLERANCE >= self.told.expires_at || extends,
            (Status::Held | Status::Confirmed, Status::Cancelled) => ends,
            // A hold that a client was told is over may not have been marked yet.
            (Status::Expired, Status::Held) => true,
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: Status) -> Told {
        let created_at = Utc::now();
        let expires_at = created_at + TimeDelta::seconds(60);
        Told { id: Uuid::nil(), event_id: Uuid::nil(), quantity: 2, status, created_at, expires_at }
    }

    fn row(status: Status) -> Row {
        Row { id: Uuid::nil(), quantity: 2, status }
    }

    fn ledger(verb: Verb, status: Status) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.hears(verb, told(status));
        ledger
    }

    fn wrong(ledger: &Ledger, status: Status) -> usize {
        ledger.compare(&[row(status)], Utc::now()).len()
    }

    #[test]
    fn what_was_told_as_confirmed_has_to_be_confirmed() {
        let mut ledger = ledger(Verb::Confirm, Status::Confirmed);
        assert_eq!(wrong(&ledger, Status::Confirmed), 0);
        assert_eq!(wrong(&ledger, Status::Held), 1);
        assert_eq!(wrong(&ledger, Status::Cancelled), 1);
        assert_eq!(ledger.compare(&[], Utc::now()).len(), 1);
        ledger.asks(Uuid::nil(), Verb::Cancel);
        assert_eq!(wrong(&ledger, Status::Cancelled), 0);
        assert_eq!(wrong(&ledger, Status::Confirmed), 0);
    }

    #[test]
    fn a_request_without_an_answer_may_have_been_done_or_not() {
        let mut ledger = ledger(Verb::Hold, Status::Held);
        assert_eq!(wrong(&ledger, Status::Confirmed), 1);
        ledger.asks(Uuid::nil(), Verb::Confirm);
        assert_eq!(wrong(&ledger, Status::Confirmed), 0);
        assert_eq!(wrong(&ledger, Status::Held), 0);
        assert_eq!(wrong(&ledger, Status::Cancelled), 1);
    }

    #[test]
    fn a_hold_ends_by_time_only_when_its_time_is_over() {
        let ledger = ledger(Verb::Hold, Status::Held);
        assert_eq!(wrong(&ledger, Status::Expired), 1);
        assert_eq!(ledger.compare(&[row(Status::Expired)], Utc::now() + TimeDelta::seconds(61)).len(), 0);
    }

    #[test]
    fn a_living_hold_must_not_be_refused() {
        let mut ledger = ledger(Verb::Hold, Status::Held);
        ledger.refused(Uuid::nil(), Verb::Confirm, "hold_expired");
        assert_eq!(wrong(&ledger, Status::Held), 1);
    }

    #[test]
    fn a_booking_nobody_asked_for_is_wrong_unless_it_is_a_hold() {
        let ledger = Ledger::default();
        assert_eq!(wrong(&ledger, Status::Confirmed), 1);
        assert_eq!(wrong(&ledger, Status::Held), 0);
    }
}
