//! Check-in in the dashboard: how it is going, what to undo, and the links to the doors.

#[cfg(feature = "ssr")]
pub mod check_in_page;
