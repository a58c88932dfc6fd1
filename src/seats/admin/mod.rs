//! Seats in the dashboard: what they cost.

pub mod api;
#[cfg(feature = "ssr")]
pub mod prices_page;
