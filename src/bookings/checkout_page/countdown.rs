//! The clock of a hold. The server owns it: the browser only counts down from the seconds the server gave.

use crate::bookings::model::Booking;
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*, web_sys::js_sys::Date};
use std::time::Duration;

/// Seconds left at which the time is announced, once.
const ANNOUNCE_S: i64 = 120;

/// The time that is left, as `9:58`.
#[component]
pub fn Countdown(
    /// The hold.
    booking: Booking,
    /// Told when the time has run out.
    #[prop(into)]
    on_over: Callback<()>,
) -> impl IntoView {
    let given_s = booking.seconds_left;
    let whole_s = (booking.expires_at - booking.created_at).num_seconds().max(1);
    let left_s = RwSignal::new(given_s);
    let is_short = Memo::new(move |_| left_s.get() <= ANNOUNCE_S);
    Effect::new(move |_| count_down(given_s, left_s, on_over));
    view! {
        <div class="countdown needs-scripts" class:countdown-short=is_short>
            <p class="countdown-clock">
                <span role="timer" aria-label="Time left">{move || clock(left_s.get())}</span>
                " left"
            </p>
            <progress class="countdown-bar" max=whole_s value=move || left_s.get() aria-hidden="true"></progress>
            <p class="visually-hidden" aria-live="polite">
                {move || is_short.get().then_some("Two minutes left to confirm this booking.")}
            </p>
        </div>
    }
}

/// Counts down from `given_s` until this view goes. Time that a sleeping computer missed counts too.
fn count_down(given_s: i64, left_s: RwSignal<i64>, on_over: Callback<()>) {
    let began_ms = Date::now();
    let timer = StoredValue::new(None::<IntervalHandle>);
    let tick = move || {
        let elapsed_s = ((Date::now() - began_ms) / 1000.0) as i64;
        let now_left_s = (given_s - elapsed_s).max(0);
        if left_s.get_untracked() != now_left_s {
            left_s.set(now_left_s);
        }
        if now_left_s == 0 {
            stop(timer);
            on_over.run(());
        }
    };
    timer.set_value(set_interval_with_handle(tick, Duration::from_millis(250)).ok());
    on_cleanup(move || stop(timer));
}

fn stop(timer: StoredValue<Option<IntervalHandle>>) {
    if let Some(Some(timer)) = timer.try_update_value(Option::take) {
        timer.clear();
    }
}

/// `9:58`
fn clock(seconds: i64) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn seconds_read_as_a_clock() {
        assert_eq!(clock(598), "9:58");
        assert_eq!(clock(60), "1:00");
        assert_eq!(clock(0), "0:00");
        assert_eq!(clock(1_800), "30:00");
    }
}
