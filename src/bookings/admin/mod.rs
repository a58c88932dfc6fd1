//! Bookings in the dashboard: found, opened, cancelled, moved and sold for others, and taken out as a file.

#[cfg(feature = "ssr")]
pub mod admit;
pub mod api;
#[cfg(feature = "ssr")]
pub mod blocked_page;
#[cfg(feature = "ssr")]
pub mod booking_page;
#[cfg(feature = "ssr")]
pub mod bookings_page;
#[cfg(feature = "ssr")]
pub mod box_office_page;
#[cfg(feature = "ssr")]
pub mod export;
pub mod model;
#[cfg(feature = "ssr")]
pub mod move_page;
#[cfg(feature = "ssr")]
pub mod seat_choice;
