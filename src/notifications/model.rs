//! What a person is told on the site, and which mails they want.

use crate::{events::model::When, job::Mail, job::News};
use chrono::{DateTime, Utc};
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

/// A kind of mail that a person can do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Optional {
    /// That an event begins soon.
    Reminder,
    /// That a hold is about to lapse.
    HoldEnding,
}

/// Which of the mails that one can do without a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// That an event begins soon.
    pub reminder: bool,
    /// That a hold is about to lapse.
    pub hold_ending: bool,
}

impl Optional {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Reminder, Self::HoldEnding];

    /// The kind of a mail, if one can do without it.
    pub fn of(mail: Mail) -> Option<Self> {
        match mail {
            Mail::News { news: News::Reminder, .. } => Some(Self::Reminder),
            Mail::HoldEnding { .. } => Some(Self::HoldEnding),
            _ => None,
        }
    }

    /// Its name in the database and in forms.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reminder => "reminder",
            Self::HoldEnding => "hold_ending",
        }
    }
}

impl Preferences {
    /// Whether this kind is wanted.
    pub fn wants(self, kind: Optional) -> bool {
        match kind {
            Optional::Reminder => self.reminder,
            Optional::HoldEnding => self.hold_ending,
        }
    }
}
