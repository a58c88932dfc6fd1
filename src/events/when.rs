//! Instants as people at the venue read them. Server only: the browser's zones and words differ.

use super::model::When;
use chrono::{DateTime, Datelike, FixedOffset, Utc};
use chrono_tz::Tz;

/// The instant in the zone of this IANA name; in UTC if the name is unknown. `now` decides whether the year is shown.
pub fn at_venue(instant: DateTime<Utc>, timezone: &str, now: DateTime<Utc>) -> When {
    let zone: Tz = timezone.parse().unwrap_or(Tz::UTC);
    let local = instant.with_timezone(&zone);
    let same_year = local.year() == now.with_timezone(&zone).year();
    When {
        iso: local.to_rfc3339(),
        date: local.format("%A %-d %B %Y").to_string(),
        date_short: local.format(if same_year { "%a %-d %b" } else { "%a %-d %b %Y" }).to_string(),
        day: local.format("%-d").to_string(),
        month: local.format("%b").to_string(),
        time: local.format("%H:%M").to_string(),
        zone: name_zone(&local.format("%Z").to_string()),
    }
}

/// The instant with the offset of this zone: what says itself when it is at the venue.
pub fn with_offset(instant: DateTime<Utc>, timezone: &str) -> DateTime<FixedOffset> {
    instant.with_timezone(&timezone.parse().unwrap_or(Tz::UTC)).fixed_offset()
}

/// `CET` stays; `+03` becomes `GMT+3`, `-0330` becomes `GMT-3:30`.
fn name_zone(abbreviation: &str) -> String {
    let Some(sign @ ('+' | '-')) = abbreviation.chars().next() else {
        return abbreviation.to_owned();
    };
    let digits = &abbreviation[1..];
    let (hours, minutes) = digits.split_at(digits.len().min(2));
    let hours = hours.trim_start_matches('0');
    let colon = if minutes.is_empty() { "" } else { ":" };
    format!("GMT{sign}{}{colon}{minutes}", if hours.is_empty() { "0" } else { hours })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    #[test]
    fn an_instant_is_told_in_the_zone_of_the_venue() {
        let now = instant("2026-11-22T09:00:00Z");
        let when = at_venue(instant("2026-12-05T18:30:00Z"), "Europe/Berlin", now);
        assert_eq!(when.date, "Saturday 5 December 2026");
        assert_eq!((when.date_short.as_str(), when.time.as_str(), when.zone.as_str()), ("Sat 5 Dec", "19:30", "CET"));
        assert_eq!(when.iso, "2026-12-05T19:30:00+01:00");
        assert_eq!(at_venue(instant("2027-01-02T18:30:00Z"), "Europe/Berlin", now).date_short, "Sat 2 Jan 2027");
    }

    #[test]
    fn the_year_changes_at_the_venue_not_in_utc() {
        let when = at_venue(instant("2026-12-31T16:00:00Z"), "Asia/Tokyo", instant("2026-12-31T14:00:00Z"));
        assert_eq!(when.date_short, "Fri 1 Jan 2027");
    }

    #[test]
    fn a_zone_without_letters_is_told_by_its_distance() {
        let now = instant("2026-11-22T09:00:00Z");
        assert_eq!(at_venue(now, "Asia/Kuwait", now).zone, "GMT+3");
        assert_eq!(at_venue(now, "Asia/Kathmandu", now).zone, "GMT+5:45");
        assert_eq!(at_venue(now, "No/Where", now).zone, "UTC");
    }
}
