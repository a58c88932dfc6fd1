//! Counting down. The server owns every deadline: the browser only counts from the seconds the server gave.

use leptos::{prelude::*, web_sys::js_sys::Date};
use std::time::Duration;

/// The seconds that are left of `given_s`, down to 0, as the browser's time goes on. Time that a sleeping computer missed
/// counts too.
pub fn use_seconds_left(given_s: i64) -> ReadSignal<i64> {
    let (left_s, set_left_s) = signal(given_s.max(0));
    // Effects run in the browser only.
    Effect::new(move |_| {
        let began_ms = Date::now();
        let tick = move || {
            let elapsed_s = ((Date::now() - began_ms) / 1000.0) as i64;
            let now_left_s = (given_s - elapsed_s).max(0);
            if left_s.get_untracked() != now_left_s {
                set_left_s.set(now_left_s);
            }
        };
        let timer = set_interval_with_handle(tick, Duration::from_millis(250)).ok();
        on_cleanup(move || _ = timer.map(|timer| timer.clear()));
    });
    left_s
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
    fn a_wait_is_said_as_exactly_as_it_matters() {
        assert_eq!(say_wait(8_040), "2 h 14 min");
        assert_eq!(say_wait(3_600), "1 h 0 min");
        assert_eq!(say_wait(3_599), "59 min");
        assert_eq!(say_wait(600), "10 min");
        assert_eq!(say_wait(599), "9:59");
    }
}
