//! Health: how the system is, what needs attention, and who is told.
//!
//! It owns the tables `vitals`, `alerts` and `alert_streaks`, and reads how the parts of the server stand. Invariants:
//! - what a process counts costs its requests a few atomic additions; it is written every ten seconds;
//! - an alert rises only after several looks in a row, and clears only below a lower bound, so that it doesn't flap;
//! - one process looks at a time, and each alert is told once when it rises and once when it clears.

pub mod api;
#[cfg(feature = "ssr")]
pub mod health_page;
pub mod model;
#[cfg(feature = "ssr")]
pub mod outage;
#[cfg(feature = "ssr")]
pub mod store;
