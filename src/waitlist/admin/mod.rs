//! The waitlist in the dashboard: who waits, what became of offers, and whose turn it would be.

pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
mod told;
#[cfg(feature = "ssr")]
pub mod waitlist_page;
