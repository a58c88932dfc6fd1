//! Counting down. The server owns every deadline: the browser only counts from the seconds the server gave.

use super::ask::part;
use leptos::{prelude::*, web_sys::js_sys::Date};
use std::time::Duration;

/// The seconds that are left of `given_ms`, rounded up, down to 0, as the browser's time goes on since the page came. Time that a
/// sleeping computer missed counts too.
pub fn use_seconds_left(given_ms: i64) -> ReadSignal<i64> {
    let (left_s, set_left_s) = signal(whole_seconds(given_ms));
    // Effects run in the browser only.
    Effect::new(move |_| {
        let came_ms = Date::now() - since_reply_ms();
        let tick = move || {
            let elapsed_ms = (Date::now() - came_ms) as i64;
            let now_left_s = whole_seconds(given_ms - elapsed_ms);
            if left_s.get_untracked() != now_left_s {
                set_left_s.set(now_left_s);
            }
        };
        let timer = set_interval_with_handle(tick, Duration::from_millis(250)).ok();
        on_cleanup(move || _ = timer.map(|timer| timer.clear()));
    });
    left_s
}

/// Milliseconds since the server's reply with this page began to come: what the scripts took to load is no time gained.
fn since_reply_ms() -> f64 {
    let since = || {
        let performance = window().performance()?;
        let loading = performance.get_entries_by_type("navigation").get(0);
        Some(performance.now() - part(&loading, "responseStart").as_f64()?)
    };
    since().unwrap_or_default()
}

/// Rounded up, and never below 0.
fn whole_seconds(ms: i64) -> i64 {
    ms.max(0).div_euclid(1_000) + i64::from(ms.max(0) % 1_000 > 0)
}

/// Asks for the page again when the time is over: this much later, so that it is over by the server's clock as well.
pub fn reload_when_over(left_s: ReadSignal<i64>, later: impl Fn() -> Duration + 'static) {
    Effect::new(move |_| {
        if left_s.get() == 0 {
            set_timeout(reload_in_peace, later());
        }
    });
}

/// Not while a form is on its way, which a reload would break off, nor without a network: then the browser's own error
/// page would take this one's place.
fn reload_in_peace() {
    let is_underway = document().query_selector("[aria-busy=true]").is_ok_and(|busy| busy.is_some());
    if is_underway || !window().navigator().on_line() {
        set_timeout(reload_in_peace, Duration::from_secs(1));
    } else {
        _ = window().location().reload();
    }
}

/// `9:58`
pub fn say_clock(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// `2 h 14 min`, and in the last ten minutes `9:58`.
pub fn say_wait(seconds: i64) -> String {
    match (seconds / 3_600, seconds / 60 % 60) {
        (0, 0..10) => say_clock(seconds),
        (0, minutes) => format!("{minutes} min"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_read_as_a_clock() {
        assert_eq!(say_clock(598), "9:58");
        assert_eq!(say_clock(60), "1:00");
        assert_eq!(say_clock(0), "0:00");
        assert_eq!(say_clock(1_800), "30:00");
    }

    #[test]
    fn a_second_that_has_begun_is_left() {
        assert_eq!([-1, 0, 1, 1_000, 1_001].map(whole_seconds), [0, 0, 1, 1, 2]);
    }

    #[test]
    fn a_wait_is_said_as_exactly_as_it_matters() {
        assert_eq!(say_wait(8_040), "2 h 14 min");
        assert_eq!(say_wait(3_600), "1 h 0 min");
        assert_eq!(say_wait(3_599), "59 min");
        assert_eq!(say_wait(600), "10 min");
        assert_eq!(say_wait(599), "9:59");
    }
}
