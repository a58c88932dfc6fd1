//! What this process has answered since it was last written down. Counting is a few atomic additions a request.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    time::Duration,
};

/// From here on a request is slow: people notice.
const SLOW: Duration = Duration::from_secs(1);

static REQUESTS: AtomicI64 = AtomicI64::new(0);
static FAILED: AtomicI64 = AtomicI64::new(0);
static SLOW_ONES: AtomicI64 = AtomicI64::new(0);
static BOOKINGS: AtomicI64 = AtomicI64::new(0);
static BOOKINGS_FAILED: AtomicI64 = AtomicI64::new(0);
static CONFIRMED: AtomicI64 = AtomicI64::new(0);
static CANCELLED: AtomicI64 = AtomicI64::new(0);
static SESSION_HITS: AtomicI64 = AtomicI64::new(0);
static SESSION_MISSES: AtomicI64 = AtomicI64::new(0);

/// The same of sessions since the process began: those that a cache had, and the others.
static SESSIONS_SO_FAR: [AtomicU64; 2] = [AtomicU64::new(0), AtomicU64::new(0)];

/// All counts, in the order of the columns of `vitals`.
static ALL: [&AtomicI64; 9] = [
    &REQUESTS,
    &FAILED,
    &SLOW_ONES,
    &BOOKINGS,
    &BOOKINGS_FAILED,
    &CONFIRMED,
    &CANCELLED,
    &SESSION_HITS,
    &SESSION_MISSES,
];

/// Counts a request that was answered.
pub(super) fn count_request(path: &str, status: u16, took: Duration) {
    let failed = status >= 500;
    add(&REQUESTS, true);
    add(&FAILED, failed);
    add(&SLOW_ONES, took > SLOW);
    let Some(verb) = path.strip_prefix("/api/v1/bookings/") else { return };
    let buys = matches!(verb, "hold" | "confirm");
    add(&BOOKINGS, buys);
    add(&BOOKINGS_FAILED, buys && failed);
    // A form is answered by a redirect, also when it was refused: those of programs and islands tell enough.
    add(&CONFIRMED, verb == "confirm" && status == 200);
    add(&CANCELLED, verb == "cancel" && status == 200);
}

/// Counts a session that was looked up, by whether a cache had it.
pub(super) fn count_session(was_cached: bool) {
    add(if was_cached { &SESSION_HITS } else { &SESSION_MISSES }, true);
    SESSIONS_SO_FAR[usize::from(!was_cached)].fetch_add(1, Relaxed);
}

/// How many sessions were looked up since the process began: those that a cache had, and the others.
pub(super) fn sessions_so_far() -> [u64; 2] {
    SESSIONS_SO_FAR.each_ref().map(|count| count.load(Relaxed))
}

fn add(count: &AtomicI64, counts: bool) {
    if counts {
        count.fetch_add(1, Relaxed);
    }
}

/// Takes what was counted since the last time, in the order of the columns of `vitals`.
pub fn take() -> [i64; 9] {
    ALL.map(|count| count.swap(0, Relaxed))
}

/// Puts back what could not be written down.
pub fn put_back(counts: [i64; 9]) {
    for (count, number) in ALL.iter().zip(counts) {
        count.fetch_add(number, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_request_is_counted_for_what_it_is() {
        take();
        count_request("/events", 200, Duration::from_millis(1_001));
        count_request("/api/v1/bookings/hold", 503, Duration::ZERO);
        count_request("/api/v1/bookings/confirm", 200, Duration::ZERO);
        count_request("/api/v1/bookings/cancel", 200, Duration::ZERO);
        count_session(true);
        let counted = take();
        assert_eq!(counted, [4, 1, 1, 2, 1, 1, 1, 1, 0]);
        put_back(counted);
        assert_eq!(take(), counted);
        assert_eq!(take(), [0; 9]);
    }
}
