//! Waiting for a sale to open.
#![expect(missing_docs, reason = "the macro of islands leaves the struct of the properties without one")]

use crate::ui::time_left::{reload_when_over, say_wait, use_seconds_left};
use leptos::{prelude::*, web_sys::js_sys::Math};
use std::time::Duration;

/// Counts down to the opening of a sale, and then asks for the page again, so that nobody has to.
#[island]
pub fn SaleCountdown(
    /// Seconds until the sale opens, by the server's clock.
    wait_s: i64,
) -> impl IntoView {
    let left_s = use_seconds_left(wait_s);
    // A little late rather than early, and not everybody at the same instant: thousands may wait.
    reload_when_over(left_s, || Duration::from_secs_f64(0.5 + 3.0 * Math::random()));
    view! { <p class="sale-countdown needs-scripts">{move || format!("Opens in {}", say_wait(left_s.get()))}</p> }
}
