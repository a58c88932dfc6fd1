//! Days and hours of the demonstration: always counted from now, always sensible where the event takes place.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

/// A day and an hour at the venue.
#[derive(Clone, Copy, Debug)]
pub(super) struct Starts {
    /// The day of the week.
    pub(super) weekday: Weekday,
    /// 0: the first such day after today; 1: a week later; −1: a week earlier, which is past or today.
    pub(super) week: i64,
    /// Hour and minute on the wall there.
    pub(super) at: (u32, u32),
}

impl Starts {
    /// The instant this is, seen from `now`.
    pub(super) fn instant(self, zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
        let today = now.with_timezone(&zone).date_naive();
        instant_at(first_after(today, self.weekday) + TimeDelta::weeks(self.week), self.at, zone)
    }
}

/// So many days from today at this hour there; less than 0 are days ago.
pub(super) fn in_days(days: i64, at: (u32, u32), zone: Tz, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.with_timezone(&zone).date_naive();
    instant_at(today + TimeDelta::days(days), at, zone)
}

fn first_after(day: NaiveDate, weekday: Weekday) -> NaiveDate {
    let ahead = weekday.days_since(day.weekday());
    day + Days::new(u64::from(if ahead == 0 { 7 } else { ahead }))
}

fn instant_at(day: NaiveDate, (hour, minute): (u32, u32), zone: Tz) -> DateTime<Utc> {
    let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or(NaiveTime::MIN);
    to_utc(day.and_time(time), zone)
}

/// The instant at which clocks there show this. Shown twice (clocks put back), it is the first time; never shown
/// (clocks put forward), it is the first that is shown afterwards.
fn to_utc(local: NaiveDateTime, zone: Tz) -> DateTime<Utc> {
    const QUARTERS_OF_A_DAY: i64 = 96;
    (0..QUARTERS_OF_A_DAY)
        .find_map(|quarter| zone.from_local_datetime(&(local + TimeDelta::minutes(15 * quarter))).earliest())
        .map_or_else(|| local.and_utc(), |there| there.with_timezone(&Utc))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono_tz::{America::New_York, Asia::Kuwait, Europe::Berlin};

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    fn saturday_evening(week: i64) -> Starts {
        Starts { weekday: Weekday::Sat, week, at: (19, 30) }
    }

    #[test]
    fn this_saturday_is_the_first_after_today() {
        let wednesday = instant("2026-11-18T09:00:00Z");
        assert_eq!(saturday_evening(0).instant(Berlin, wednesday), instant("2026-11-21T18:30:00Z"));
        assert_eq!(saturday_evening(2).instant(Berlin, wednesday), instant("2026-12-05T18:30:00Z"));
        assert_eq!(saturday_evening(-1).instant(Berlin, wednesday), instant("2026-11-14T18:30:00Z"));
    }

    #[test]
    fn on_a_saturday_this_saturday_is_the_next_one() {
        let saturday = instant("2026-11-21T09:00:00Z");
        assert_eq!(saturday_evening(0).instant(Berlin, saturday), instant("2026-11-28T18:30:00Z"));
    }

    #[test]
    fn today_is_the_day_at_the_venue() {
        // Already Saturday in Kuwait, still Friday in New York.
        let now = instant("2026-11-20T22:00:00Z");
        assert_eq!(saturday_evening(0).instant(Kuwait, now), instant("2026-11-28T16:30:00Z"));
        assert_eq!(saturday_evening(0).instant(New_York, now), instant("2026-11-22T00:30:00Z"));
    }

    #[test]
    fn an_hour_that_is_skipped_is_the_first_that_comes_after() {
        // Berlin, 29 March 2026: 02:00 becomes 03:00.
        let night = Starts { weekday: Weekday::Sun, week: 0, at: (2, 30) };
        assert_eq!(night.instant(Berlin, instant("2026-03-25T12:00:00Z")), instant("2026-03-29T01:00:00Z"));
    }

    #[test]
    fn an_hour_that_comes_twice_is_the_first() {
        // Berlin, 25 October 2026: 03:00 becomes 02:00.
        let night = Starts { weekday: Weekday::Sun, week: 0, at: (2, 30) };
        assert_eq!(night.instant(Berlin, instant("2026-10-21T12:00:00Z")), instant("2026-10-25T00:30:00Z"));
    }

    #[test]
    fn days_are_counted_on_the_calendar_there() {
        assert_eq!(in_days(7, (10, 0), Berlin, instant("2026-10-21T23:30:00Z")), instant("2026-10-29T09:00:00Z"));
    }
}
