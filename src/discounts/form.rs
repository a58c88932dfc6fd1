//! A code as staff type it: every field is text, so that whatever was typed can be shown again.

use serde::{Deserialize, Serialize};

/// A code as it is typed. A field that is left out is empty.
///
/// Times are `2026-12-05T19:30` at the venue, or with an offset, or `Z`. Numbers that are empty are no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    /// 3 to 32 letters, digits and dashes; in whatever case.
    pub code: String,
    /// `percent`, `per_place` or `per_booking`.
    pub kind: String,
    /// Whole percent, 1 to 100, or an amount in units of the event's currency, `24.50`.
    pub value: String,
    /// From when it can be given; from the beginning if empty.
    pub starts_at: String,
    /// Until when; until the sale closes if empty.
    pub ends_at: String,
    /// Bookings that can have it at the same time, 1 to 1,000,000.
    pub max_uses: String,
    /// Bookings of one person, 1 to 100.
    pub max_uses_per_person: String,
    /// For whom it is, at most 200 characters.
    pub note: String,
}
