//! Times as the clocks at the venue show them.

use crate::error::Problem;
use chrono::{DateTime, Datelike, Days, LocalResult, NaiveDateTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use std::ops::RangeInclusive;

/// Years an event can be in.
pub const YEARS: RangeInclusive<i32> = 2000..=2100;
const LOCAL: [&str; 2] = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S%.f"];
const WITH_OFFSET: [&str; 2] = ["%Y-%m-%dT%H:%M%:z", "%Y-%m-%dT%H:%M:%S%.f%:z"];
/// Longer than any jump of a zone's clocks.
const LONGEST_JUMP_H: i64 = 26;

/// The instant of a time as it is typed. Errors: `Malformed`; `Skipped` where the clocks jump over it; `Twice` where they show
/// it two times and no offset says which is meant.
pub fn read_instant(text: &str, zone: Tz) -> Result<DateTime<Utc>, Problem> {
    let instant = match LOCAL.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()) {
        Some(local) => match zone.from_local_datetime(&local) {
            LocalResult::Single(instant) => instant.to_utc(),
            LocalResult::Ambiguous(..) => return Err(Problem::Twice),
            LocalResult::None => return Err(Problem::Skipped),
        },
        None => read_with_offset(text).ok_or(Problem::Malformed)?,
    };
    if YEARS.contains(&instant.year()) { Ok(instant) } else { Err(Problem::Malformed) }
}

fn read_with_offset(text: &str) -> Option<DateTime<Utc>> {
    let text = text.strip_suffix('Z').map_or_else(|| text.to_owned(), |local| format!("{local}+00:00"));
    WITH_OFFSET.iter().find_map(|form| DateTime::parse_from_str(&text, form).ok()).map(|instant| instant.to_utc())
}

/// The instant as the clocks show it, to the minute; with its offset where they show it twice.
pub fn write_instant(instant: DateTime<Utc>, zone: Tz) -> String {
    let local = instant.with_timezone(&zone);
    let is_twice = matches!(zone.from_local_datetime(&local.naive_local()), LocalResult::Ambiguous(..));
    local.format(if is_twice { WITH_OFFSET[0] } else { LOCAL[0] }).to_string()
}

/// What a time can mean that the clocks show twice, as it would be typed; nothing for others.
pub fn list_readings(text: &str, zone: Tz) -> Vec<String> {
    let local = text.get(..16).and_then(|local| NaiveDateTime::parse_from_str(local, LOCAL[0]).ok());
    match local.map(|local| zone.from_local_datetime(&local)) {
        Some(LocalResult::Ambiguous(first, second)) => {
            [first, second].map(|reading| reading.format(WITH_OFFSET[0]).to_string()).to_vec()
        }
        _ => Vec::new(),
    }
}

/// So many days later by the calendar at the venue, at the same time of day. Where the clocks jump over that, as much later as
/// they jump; where they show it twice, the first time. None outside the calendar.
pub fn shift_days(instant: DateTime<Utc>, zone: Tz, days: i64) -> Option<DateTime<Utc>> {
    let local = instant.with_timezone(&zone).naive_local();
    let distance = Days::new(days.unsigned_abs());
    let local = if days < 0 { local.checked_sub_days(distance) } else { local.checked_add_days(distance) }?;
    zone.from_local_datetime(&local).earliest().or_else(|| after_jump(local, zone)).map(|shifted| shifted.to_utc())
}

/// A time that is jumped over, read with the offset from before the jump.
fn after_jump(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Tz>> {
    let before = zone.from_local_datetime(&(local - TimeDelta::hours(LONGEST_JUMP_H))).earliest()?;
    Some(before + TimeDelta::hours(LONGEST_JUMP_H))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: Tz = Tz::Europe__Berlin;

    fn read(text: &str) -> Result<String, Problem> {
        read_instant(text, BERLIN).map(|instant| instant.to_rfc3339_opts(chrono::SecondsFormat::Secs, true))
    }

    #[test]
    fn a_time_is_read_by_the_clocks_at_the_venue() {
        assert_eq!(read("2026-12-05T19:30"), Ok("2026-12-05T18:30:00Z".to_owned()));
        assert_eq!(read("2026-07-05T19:30"), Ok("2026-07-05T17:30:00Z".to_owned()));
        assert_eq!(read("2026-12-05T19:30:00+00:00"), Ok("2026-12-05T19:30:00Z".to_owned()));
        assert_eq!(read("2026-12-05T19:30:00Z"), Ok("2026-12-05T19:30:00Z".to_owned()));
        assert_eq!(read("2026-12-05T19:30+05:45"), Ok("2026-12-05T13:45:00Z".to_owned()));
        for bad in [
            "",
            "tomorrow",
            "2026-12-05",
            "2026-02-30T10:00",
            "2026-12-05T25:00",
            "1999-12-05T10:00",
            "9999-12-05T10:00",
        ] {
            assert_eq!(read(bad), Err(Problem::Malformed), "{bad}");
        }
    }

    #[test]
    fn a_time_that_is_jumped_over_or_shown_twice_is_not_guessed() {
        assert_eq!(read("2026-03-29T02:30"), Err(Problem::Skipped));
        assert_eq!(read("2026-03-29T01:59"), Ok("2026-03-29T00:59:00Z".to_owned()));
        assert_eq!(read("2026-03-29T03:00"), Ok("2026-03-29T01:00:00Z".to_owned()));
        assert_eq!(read("2026-10-25T02:30"), Err(Problem::Twice));
        assert_eq!(read("2026-10-25T02:30+02:00"), Ok("2026-10-25T00:30:00Z".to_owned()));
        assert_eq!(read("2026-10-25T02:30+01:00"), Ok("2026-10-25T01:30:00Z".to_owned()));
        assert_eq!(list_readings("2026-10-25T02:30", BERLIN), ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"]);
        assert_eq!(list_readings("2026-10-25T03:30", BERLIN), Vec::<String>::new());
        assert_eq!(list_readings("é2026-10-25T02:30", BERLIN), Vec::<String>::new());
    }

    #[test]
    fn what_is_written_reads_back() {
        for text in ["2026-12-05T18:30:00Z", "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", "2026-03-29T01:00:00Z"] {
            let instant: DateTime<Utc> = text.parse().expect("an instant");
            assert_eq!(read_instant(&write_instant(instant, BERLIN), BERLIN), Ok(instant), "{text}");
        }
    }

    #[test]
    fn half_past_seven_stays_half_past_seven_when_the_clocks_change() {
        let shift = |text: &str, days| {
            let instant: DateTime<Utc> = text.parse().expect("an instant");
            write_instant(shift_days(instant, BERLIN, days).expect("a day"), BERLIN)
        };
        assert_eq!(shift("2026-03-20T18:30:00Z", 14), "2026-04-03T19:30");
        assert_eq!(shift("2026-04-03T17:30:00Z", -14), "2026-03-20T19:30");
        assert_eq!(shift("2026-03-28T01:30:00Z", 1), "2026-03-29T03:30", "jumped over: as much later");
        assert_eq!(shift("2026-10-24T00:30:00Z", 1), "2026-10-25T02:30+02:00", "shown twice: the first");
        assert_eq!(shift("2026-12-31T22:30:00Z", 1), "2027-01-01T23:30");
    }
}
