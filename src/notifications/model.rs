//! What a person is told on the site, and which mails they want.

use crate::{events::model::When, job::Mail, job::News};
use chrono::{DateTime, Datelike, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something a person was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notification {
    /// Its id.
    pub id: Uuid,
    /// What happened, in a line.
    pub title: String,
    /// The page of the site that it is about.
    pub path: String,
    /// Whether they have seen it before.
    pub is_read: bool,
    /// When they were told, UTC.
    pub created_at: DateTime<Utc>,
    /// The same in UTC, in words: it belongs to no venue.
    pub when: When,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailFate {
    /// It is on its way.
    Waiting,
    /// The mail server has it.
    Sent,
    /// The mail server won't ever take it.
    Refused,
    /// There was nothing to say any more.
    Needless,
    /// The person has switched off its kind.
    Unwanted,
}

impl MailFate {
    /// The same in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Waiting => "On its way",
            Self::Sent => "Sent",
            Self::Refused => "Refused",
            Self::Needless => "Not needed any more",
            Self::Unwanted => "Switched off",
        }
    }
}

/// A mail about a booking, as staff see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookingMail {
    /// Its id, also its `Message-ID`.
    pub id: Uuid,
    /// What it is about, by its code.
    pub about: String,
    /// Its subject, once it was written.
    pub subject: Option<String>,
    /// Where it went.
    pub address: Option<String>,
    /// What became of it.
    pub fate: MailFate,
    /// What the mail server said, where it refused it.
    pub error: Option<String>,
    /// When it was asked for, UTC.
    pub created_at: DateTime<Utc>,
    /// The same at the venue.
    pub when: When,
}

/// A kind of mail that a person can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optional {
    /// That an event begins soon.
    Reminder,
    /// That a hold is about to lapse.
    HoldEnding,
    /// How a week went, for staff.
    Digest,
}

/// Which of the mails that one can do without a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// That an event begins soon.
    pub reminder: bool,
    /// That a hold is about to lapse.
    pub hold_ending: bool,
    /// How a week went, for staff.
    pub digest: bool,
}

impl Optional {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Reminder, Self::HoldEnding, Self::Digest];

    /// The kind of a mail, if one can do without it.
    pub fn of(mail: Mail) -> Option<Self> {
        match mail {
            Mail::News { news: News::Reminder, .. } | Mail::TicketNews { news: News::Reminder, .. } => {
                Some(Self::Reminder)
            }
            Mail::HoldEnding { .. } => Some(Self::HoldEnding),
            Mail::Digest { .. } => Some(Self::Digest),
            _ => None,
        }
    }

    /// Its name in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::HoldEnding => "hold_ending",
            Self::Digest => "digest",
        }
    }
}

impl Preferences {
    /// Whether this kind is wanted.
    pub fn wants(self, kind: Optional) -> bool {
        match kind {
            Optional::Reminder => self.reminder,
            Optional::HoldEnding => self.hold_ending,
            Optional::Digest => self.digest,
        }
    }
}

/// How long after midnight in UTC a day is over everywhere: west of Greenwich the last zone is twelve hours behind.
const DAY_LASTS: TimeDelta = TimeDelta::hours(12);

/// The Monday of the last week that is over in every zone. Weeks begin on Mondays (ISO 8601).
pub fn week_over(now: DateTime<Utc>) -> NaiveDate {
    let today = (now - DAY_LASTS).date_naive();
    today - Days::new(7 + u64::from(today.weekday().num_days_from_monday()))
}

/// That mails to a person's address come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    /// Why, by RFC 3463: `5.1.1` is an address that doesn't exist.
    pub code: String,
    /// When the last one came back, UTC.
    pub bounced_at: DateTime<Utc>,
    /// The same in UTC, in words.
    pub when: When,
}

impl Returned {
    /// Why, as a sentence. Source: RFC 3463, 3.2, 3.3 and 3.8.
    pub fn reason(&self) -> &'static str {
        let mut numbers = self.code.split('.').skip(1);
        match (numbers.next(), numbers.next()) {
            (Some("1"), _) | (Some("2"), Some("1")) => "there is no such mailbox.",
            (Some("2"), Some("2")) => "the mailbox is full.",
            (Some("7"), _) => "the other side takes no such mails.",
            _ => "the other side could not deliver it.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::when::at_venue;

    #[test]
    fn a_week_is_over_on_monday_at_noon() {
        let week = |now: &str| week_over(now.parse().expect("an instant")).to_string();
        assert_eq!(week("2026-11-23T11:59:59Z"), "2026-11-09", "it is still Sunday in the west");
        assert_eq!(week("2026-11-23T12:00:00Z"), "2026-11-16");
        assert_eq!(week("2026-11-29T23:00:00Z"), "2026-11-16");
        assert_eq!(week("2027-01-04T12:00:00Z"), "2026-12-28", "over the end of a year");
    }

    #[test]
    fn what_came_back_is_told_in_words() {
        let at = DateTime::UNIX_EPOCH;
        let reason =
            |code: &str| Returned { code: code.to_owned(), bounced_at: at, when: at_venue(at, "UTC", at) }.reason();
        assert_eq!(reason("5.1.1"), "there is no such mailbox.");
        assert_eq!(reason("5.2.2"), "the mailbox is full.");
        assert_eq!(reason("5.7.1"), "the other side takes no such mails.");
        assert_eq!(reason("5.0.0"), "the other side could not deliver it.");
    }
}
