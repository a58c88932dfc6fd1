//! The clock of a hold.
#![expect(missing_docs, reason = "the macro of islands leaves the struct of the properties without one")]

use crate::ui::time_left::{reload_when_over, say_clock, use_seconds_left};
use leptos::prelude::*;
use std::time::Duration;

/// Seconds left at which the time is announced, once.
const ANNOUNCE_S: i64 = 120;

/// The time that is left of a hold, as `9:58`. When it is over, the page is asked for again: it says what to do next.
#[island]
pub fn Countdown(
    /// Seconds that are left, by the server's clock.
    given_s: i64,
    /// Seconds of the hold in all.
    whole_s: i64,
) -> impl IntoView {
    let left_s = use_seconds_left(given_s * 1_000);
    reload_when_over(left_s, || Duration::from_secs(1));
    let is_short = Memo::new(move |_| left_s.get() <= ANNOUNCE_S);
    view! {
        <div class="countdown needs-scripts" class:countdown-short=is_short>
            <p class="countdown-clock">
                <span role="timer" aria-label="Time left">{move || say_clock(left_s.get())}</span>
                " left"
            </p>
            <progress class="countdown-bar" max=whole_s value=move || left_s.get() aria-hidden="true"></progress>
            <p class="visually-hidden" aria-live="polite">
                {move || is_short.get().then_some("Two minutes left to confirm this booking.")}
            </p>
        </div>
    }
}
