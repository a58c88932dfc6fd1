//! Figures, what follows from them, and what one can ask for.

use crate::{
    error::{Error, Problem},
    id::EventId,
    money::{Currency, Money},
};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Days that are shown unless the caller says otherwise.
const DAYS_DEFAULT: i64 = 30;
/// Days that a range may have: more than ten years of sales are no question for a page.
const DAYS_MAX: i64 = 3_660;

/// What happened to bookings within a range of days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Figures {
    /// Holds that people began.
    pub held_count: i64,
    /// Their places.
    pub held_quantity: i64,
    /// Holds that the waitlist began for people.
    pub offered_count: i64,
    /// Bookings made, out of holds and offers.
    pub confirmed_count: i64,
    /// Their places.
    pub confirmed_quantity: i64,
    /// Those of them that were offers.
    pub accepted_count: i64,
    /// Bookings cancelled, whenever they were made.
    pub cancelled_count: i64,
    /// Their places.
    pub cancelled_quantity: i64,
    /// Holds and offers given back.
    pub released_count: i64,
    /// Holds that ran out.
    pub expired_count: i64,
    /// Offers that ran out.
    pub lapsed_count: i64,
    /// Seconds from hold to booking, of all bookings that were no offers together.
    pub confirm_time_s: i64,
}

impl Figures {
    /// Places sold and not given back; below zero where more was given back than sold.
    pub fn net_quantity(&self) -> i64 {
        self.confirmed_quantity - self.cancelled_quantity
    }

    /// Of a thousand holds that came to an end, those that were booked. None where none did.
    pub fn success_per_mille(&self) -> Option<i64> {
        let booked = self.confirmed_count - self.accepted_count;
        per_mille(booked, booked + self.released_count + self.expired_count)
    }

    /// Of a thousand holds that came to an end, those that ran out.
    pub fn expiry_per_mille(&self) -> Option<i64> {
        let booked = self.confirmed_count - self.accepted_count;
        per_mille(self.expired_count, booked + self.released_count + self.expired_count)
    }

    /// Cancelled bookings for a thousand made in the same time.
    pub fn cancellation_per_mille(&self) -> Option<i64> {
        per_mille(self.cancelled_count, self.confirmed_count)
    }

    /// Of a thousand offers of the waitlist, those that were taken, among those that were taken or ran out.
    pub fn conversion_per_mille(&self) -> Option<i64> {
        per_mille(self.accepted_count, self.accepted_count + self.lapsed_count)
    }

    /// Seconds from hold to booking on average.
    pub fn mean_confirm_time_s(&self) -> Option<i64> {
        let booked = self.confirmed_count - self.accepted_count;
        (booked > 0).then(|| self.confirm_time_s / booked)
    }

    /// Both together.
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            held_count: self.held_count + other.held_count,
            held_quantity: self.held_quantity + other.held_quantity,
            offered_count: self.offered_count + other.offered_count,
            confirmed_count: self.confirmed_count + other.confirmed_count,
            confirmed_quantity: self.confirmed_quantity + other.confirmed_quantity,
            accepted_count: self.accepted_count + other.accepted_count,
            cancelled_count: self.cancelled_count + other.cancelled_count,
            cancelled_quantity: self.cancelled_quantity + other.cancelled_quantity,
            released_count: self.released_count + other.released_count,
            expired_count: self.expired_count + other.expired_count,
            lapsed_count: self.lapsed_count + other.lapsed_count,
            confirm_time_s: self.confirm_time_s + other.confirm_time_s,
        }
    }
}

/// Parts of a thousand, rounded to the nearest; none of nothing.
pub fn per_mille(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (part * 1000 + whole / 2) / whole)
}

/// What was taken and given back within a range of days, in one currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Takings {
    /// ISO 4217.
    pub currency: Currency,
    /// What bookings made cost, in minor units.
    pub confirmed_minor: i64,
    /// What is given back for cancelled ones, in minor units.
    pub cancelled_minor: i64,
    /// What codes took off the bookings made, less what they had taken off those cancelled, in minor units. The amounts above are
    /// what was left.
    pub discount_minor: i64,
}

impl Takings {
    /// What stays.
    pub fn net(&self) -> Money {
        Money::new(self.confirmed_minor - self.cancelled_minor, self.currency)
    }
}

/// Figures, and the money that goes with them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// What happened.
    #[serde(flatten)]
    pub figures: Figures,
    /// The money, a currency each; null for who may not see it.
    pub takings: Option<Vec<Takings>>,
}

/// A range of days, both included, each in the zone of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// The first day.
    pub from: NaiveDate,
    /// The last.
    pub to: NaiveDate,
}

impl Range {
    /// Reads a range; what is left out is the thirty days until `today`. Errors: `Invalid` on `from` or `to`.
    pub fn parse(from: &str, to: &str, today: NaiveDate) -> Result<Self, Error> {
        let to = parse_day("to", to)?.unwrap_or(today);
        let from = parse_day("from", from)?.unwrap_or(to - TimeDelta::days(DAYS_DEFAULT - 1));
        let range = Self { from, to };
        if from > to {
            return Err(Error::invalid("to", Problem::Malformed));
        }
        if range.days() > DAYS_MAX {
            return Err(Error::invalid("from", Problem::Malformed));
        }
        Ok(range)
    }

    /// How many days it has.
    pub fn days(&self) -> i64 {
        (self.to - self.from).num_days() + 1
    }

    /// The range of the same length right before.
    pub fn before(&self) -> Self {
        let to = self.from - Days::new(1);
        Self { from: to - TimeDelta::days(self.days() - 1), to }
    }
}

fn parse_day(field: &str, text: &str) -> Result<Option<NaiveDate>, Error> {
    let earliest = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap_or_default();
    match text.trim() {
        "" => Ok(None),
        text => {
            let day: Option<NaiveDate> = text.parse().ok().filter(|day| *day >= earliest);
            // Beyond it PostgreSQL's calendar and chrono's part.
            let day = day.filter(|day| *day < earliest + TimeDelta::days(365 * 200));
            day.map(Some).ok_or_else(|| Error::invalid(field, Problem::Malformed))
        }
    }
}

/// How finely a trend is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// Day by day.
    Day,
    /// Week by week, from Monday (ISO 8601).
    Week,
    /// Month by month.
    Month,
}

impl Step {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Day, Self::Week, Self::Month];

    /// Its name in requests and in SQL's `date_trunc`.
    pub fn key(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
        }
    }

    /// Reads a step; left out, the one that gives at most about sixty points. Errors: `Invalid` on `step`.
    pub fn parse(text: &str, range: Range) -> Result<Self, Error> {
        match text.trim() {
            "" => Ok(match range.days() {
                ..=62 => Self::Day,
                63..=400 => Self::Week,
                _ => Self::Month,
            }),
            text => Self::ALL
                .into_iter()
                .find(|step| step.key() == text)
                .ok_or_else(|| Error::invalid("step", Problem::Unknown)),
        }
    }
}

/// The figures of a range, beside those of the range before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Everything until then is in the figures, UTC; null where nothing ever happened.
    pub as_of: Option<DateTime<Utc>>,
    /// The range.
    pub range: Range,
    /// Its figures.
    pub sums: Sums,
    /// Those of the range of the same length before.
    pub before: Sums,
    /// Places of the events that are on sale or were, and how many of them are taken now.
    pub capacity: Capacity,
    /// Who waits now, and what became of those who joined within the range.
    pub waitlist: WaitlistFigures,
}

/// Places of events at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Capacity {
    /// Published events that are not over.
    pub event_count: i64,
    /// Their places.
    pub total_capacity: i64,
    /// Those that are free.
    pub available_capacity: i64,
}

/// The waitlists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct WaitlistFigures {
    /// Entries that wait now.
    pub waiting_count: i64,
    /// Places that they wait for.
    pub waiting_quantity: i64,
    /// Entries that joined within the range.
    pub joined_count: i64,
    /// Those of them that got their places.
    pub accepted_count: i64,
}

/// The figures of a day, a week or a month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrendPoint {
    /// Its first day; the range may begin later.
    pub day: NaiveDate,
    /// What happened.
    #[serde(flatten)]
    pub sums: Sums,
}

/// How figures went over a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trend {
    /// Everything until then is in the figures, UTC.
    pub as_of: Option<DateTime<Utc>>,
    /// The range.
    pub range: Range,
    /// How finely.
    pub step: Step,
    /// Every step of the range, those in which nothing happened too.
    pub points: Vec<TrendPoint>,
}

/// An event among others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventFigures {
    /// The event.
    pub event_id: EventId,
    /// Its name.
    pub name: String,
    /// Its venue.
    pub venue: String,
    /// When it begins, UTC.
    pub event_date: DateTime<Utc>,
    /// Places.
    pub total_capacity: i32,
    /// Those that are free now.
    pub available_capacity: i32,
    /// What happened within the range.
    #[serde(flatten)]
    pub sums: Sums,
}

/// The events that sold the most within a range.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PopularEvents {
    /// Everything until then is in the figures, UTC.
    pub as_of: Option<DateTime<Utc>>,
    /// The range.
    pub range: Range,
    /// The events, those with the most places sold first.
    pub items: Vec<EventFigures>,
}

/// What was sold of a section of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SectionSales {
    /// The section.
    pub section: String,
    /// Its seats.
    pub total_count: i64,
    /// Those that are booked.
    pub booked_count: i64,
    /// What they cost, in minor units; null for who may not see it.
    pub booked_minor: Option<i64>,
}

/// How an event sells, from its first day on sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventSales {
    /// Everything until then is in the figures, UTC.
    pub as_of: Option<DateTime<Utc>>,
    /// The event.
    pub event_id: EventId,
    /// Its name.
    pub name: String,
    /// When it begins, UTC.
    pub event_date: DateTime<Utc>,
    /// The day it begins, in its zone.
    pub event_day: NaiveDate,
    /// ISO 4217.
    pub currency: Currency,
    /// Places.
    pub total_capacity: i32,
    /// Those that are free now.
    pub available_capacity: i32,
    /// All that ever happened to its bookings.
    pub sums: Sums,
    /// Each day on which something happened, in order.
    pub days: Vec<TrendPoint>,
    /// Its sections, in the order of its map; none for general admission.
    pub sections: Vec<SectionSales>,
    /// Its waitlist: joined at any time.
    pub waitlist: WaitlistFigures,
}

/// An event that somebody should look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attention {
    /// The event.
    pub event_id: EventId,
    /// Its name.
    pub name: String,
    /// Why.
    pub concern: Concern,
}

/// Why somebody should look at an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "concern", rename_all = "snake_case")]
pub enum Concern {
    /// It is sold out, and people wait.
    Waiting {
        /// How many entries.
        waiting_count: i64,
    },
    /// It begins soon, and few places are taken.
    SellsSlowly {
        /// Places taken.
        taken: i64,
        /// Whole days until it begins.
        days: i64,
    },
    /// It begins soon, and isn't published.
    StillDraft {
        /// Whole days until it begins.
        days: i64,
    },
}

/// Whole days before the event within which slow sales are a concern, and what is slow: less than a third taken. Enough time is
/// left to do something about it.
pub const SLOW_WITHIN_DAYS: i64 = 14;
/// Whole days before the event within which a draft is a concern.
pub const DRAFT_WITHIN_DAYS: i64 = 30;

/// The facts of an event that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventFacts {
    /// Whether it is a draft.
    pub is_draft: bool,
    /// Places.
    pub total: i64,
    /// Free ones.
    pub available: i64,
    /// Entries that wait.
    pub waiting_count: i64,
    /// Whole days until it begins.
    pub days: i64,
}

/// What there is to look at, if anything is.
pub fn decide_concern(facts: EventFacts) -> Option<Concern> {
    let EventFacts { is_draft, total, available, waiting_count, days } = facts;
    let taken = total - available;
    if is_draft {
        return (days <= DRAFT_WITHIN_DAYS).then_some(Concern::StillDraft { days });
    }
    if waiting_count > 0 {
        return Some(Concern::Waiting { waiting_count });
    }
    (days <= SLOW_WITHIN_DAYS && taken * 3 < total).then_some(Concern::SellsSlowly { taken, days })
}

/// Places sold so far at the end of each day on which that changed, by the days that were left until the event.
pub fn pace(days: &[TrendPoint], event_day: NaiveDate) -> Vec<(i64, i64)> {
    let mut sold = 0;
    days.iter()
        .map(|point| {
            sold += point.sums.figures.net_quantity();
            ((event_day - point.day).num_days(), sold)
        })
        .collect()
}

/// Every step of a range, in order: the first day of each.
pub fn steps(range: Range, step: Step) -> Vec<NaiveDate> {
    use chrono::{Datelike, Months};
    let from = range.from;
    let (mut day, months) = match step {
        Step::Day => (from, None),
        Step::Week => (from - Days::new(from.weekday().num_days_from_monday().into()), None),
        Step::Month => (from - Days::new(from.day0().into()), Some(Months::new(1))),
    };
    let length = if step == Step::Week { 7 } else { 1 };
    let mut all = Vec::new();
    while day <= range.to {
        all.push(day);
        day = months.map_or_else(|| day + Days::new(length), |months| day + months);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_range_is_compared_with_the_one_of_the_same_length_before() {
        let range = Range::parse("2026-11-01", "2026-11-07", day("2026-11-23")).expect("a range");
        assert_eq!(range.before(), Range { from: day("2026-10-25"), to: day("2026-10-31") });
        let usual = Range::parse("", "", day("2026-11-23")).expect("a range");
        assert_eq!((usual.from, usual.to, usual.days()), (day("2026-10-25"), day("2026-11-23"), 30));
    }

    #[test]
    fn ranges_that_make_no_sense_are_refused() {
        for (from, to, field) in [
            ("2026-11-08", "2026-11-07", "to"),
            ("x", "", "from"),
            ("", "99999-01-01", "to"),
            ("2000-01-01", "2026-01-01", "from"),
        ] {
            let refused = Range::parse(from, to, day("2026-11-23"));
            assert!(refused.as_ref().is_err_and(|error| error.field(field).is_some()), "{from} {to}: {refused:?}");
        }
    }

    #[test]
    fn rates_are_of_what_came_to_an_end() {
        let figures = Figures {
            confirmed_count: 7,
            accepted_count: 1,
            released_count: 1,
            expired_count: 2,
            lapsed_count: 1,
            cancelled_count: 1,
            confirm_time_s: 360,
            ..Figures::default()
        };
        assert_eq!(figures.success_per_mille(), Some(667));
        assert_eq!(figures.expiry_per_mille(), Some(222));
        assert_eq!(figures.cancellation_per_mille(), Some(143));
        assert_eq!(figures.conversion_per_mille(), Some(500));
        assert_eq!(figures.mean_confirm_time_s(), Some(60));
        assert_eq!(Figures::default().success_per_mille(), None);
    }

    #[test]
    fn what_needs_attention_is_said_at_its_bounds() {
        let facts = EventFacts { is_draft: false, total: 90, available: 61, waiting_count: 0, days: 14 };
        assert_eq!(decide_concern(facts), Some(Concern::SellsSlowly { taken: 29, days: 14 }));
        assert_eq!(decide_concern(EventFacts { available: 60, ..facts }), None);
        assert_eq!(decide_concern(EventFacts { days: 15, ..facts }), None);
        let waiting = EventFacts { available: 0, waiting_count: 3, ..facts };
        assert_eq!(decide_concern(waiting), Some(Concern::Waiting { waiting_count: 3 }));
        let draft = EventFacts { is_draft: true, days: 30, ..facts };
        assert_eq!(decide_concern(draft), Some(Concern::StillDraft { days: 30 }));
        assert_eq!(decide_concern(EventFacts { days: 31, ..draft }), None);
    }

    #[test]
    fn a_trend_has_every_step_of_its_range() {
        let range = Range { from: day("2026-01-30"), to: day("2026-03-02") };
        assert_eq!(steps(range, Step::Month), [day("2026-01-01"), day("2026-02-01"), day("2026-03-01")]);
        assert_eq!(steps(range, Step::Week).first(), Some(&day("2026-01-26")), "weeks begin on Mondays");
        assert_eq!(steps(range, Step::Day).len(), 32);
        assert_eq!(Step::parse("", range), Ok(Step::Day));
        assert!(Step::parse("hour", range).is_err());
    }

    #[test]
    fn pace_counts_what_stays_sold() {
        let point = |text: &str, confirmed_quantity, cancelled_quantity| TrendPoint {
            day: day(text),
            sums: Sums {
                figures: Figures { confirmed_quantity, cancelled_quantity, ..Figures::default() },
                takings: None,
            },
        };
        let days = [point("2026-11-01", 5, 0), point("2026-11-10", 3, 2)];
        assert_eq!(pace(&days, day("2026-11-11")), [(10, 5), (1, 6)]);
    }
}
