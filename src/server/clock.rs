//! The one place that reads the wall clock and makes ids, so that tests can set the time and ids sort by age.

use chrono::{DateTime, TimeDelta, Utc};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use uuid::Uuid;

/// Where the time comes from: the system's clock, or one that stands still until a test moves it.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Fixed(Arc<Mutex<DateTime<Utc>>>),
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands at this instant; its clones share it.
    pub fn fixed(now: DateTime<Utc>) -> Self {
        Self(Source::Fixed(Arc::new(Mutex::new(now))))
    }

    /// The current instant, to the microsecond: PostgreSQL keeps no more, so what is written reads back the same.
    pub fn now(&self) -> DateTime<Utc> {
        match &self.0 {
            Source::System => to_the_microsecond(system_now()),
            Source::Fixed(now) => *held(now),
        }
    }

    /// The instant of a clock that stands still; none for the system's. For statements that compare with
    /// `coalesce($n, clock_timestamp())`: many processes share the database's clock, only tests bring their own.
    pub fn fixed_now(&self) -> Option<DateTime<Utc>> {
        match &self.0 {
            Source::System => None,
            Source::Fixed(now) => Some(*held(now)),
        }
    }

    /// The instant by the database's clock, read now and not when the transaction began: what a deadline is compared
    /// with once the locks are held.
    pub async fn now_in(&self, conn: &mut sqlx::PgConnection) -> Result<DateTime<Utc>, sqlx::Error> {
        match self.fixed_now() {
            Some(now) => Ok(now),
            None => sqlx::query_scalar("select clock_timestamp()").fetch_one(conn).await,
        }
    }

    /// Sets a fixed clock. The system's clock stays as it is.
    pub fn set(&self, now: DateTime<Utc>) {
        if let Source::Fixed(fixed) = &self.0 {
            *held(fixed) = now;
        }
    }

    /// Moves a fixed clock on. The system's clock stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Source::Fixed(fixed) = &self.0 {
            *held(fixed) += by;
        }
    }
}

/// A new id: a UUID version 7, whose leading bits are the time, so that new rows land together in an index.
#[expect(clippy::disallowed_methods, reason = "this is the one place that makes ids")]
pub fn new_id() -> Uuid {
    Uuid::now_v7()
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

fn to_the_microsecond(instant: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(instant.timestamp_micros()).unwrap_or(instant)
}

/// An instant is valid whatever a panicking test left behind, so a poisoned lock is taken all the same.
fn held(now: &Mutex<DateTime<Utc>>) -> MutexGuard<'_, DateTime<Utc>> {
    now.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_its_clones_follow() {
        let start = DateTime::UNIX_EPOCH;
        let clock = Clock::fixed(start);
        let clone = clock.clone();
        assert_eq!(clone.now(), start);
        clock.advance(TimeDelta::minutes(10));
        assert_eq!(clone.now(), start + TimeDelta::minutes(10));
        clock.set(start);
        assert_eq!(clone.now(), start);
    }

    #[test]
    fn the_time_has_no_more_digits_than_the_database_keeps() {
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1000, 0);
    }

    #[test]
    fn ids_sort_by_age() {
        let ids: Vec<Uuid> = (0..1000).map(|_| new_id()).collect();
        assert!(ids.is_sorted());
    }
}
