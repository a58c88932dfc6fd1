//! Seats in the dashboard: what they cost, and drawing their map.

pub mod api;
#[cfg(feature = "ssr")]
pub mod designer_page;
pub mod drawing_api;
#[cfg(feature = "ssr")]
pub mod export;
pub mod model;
pub mod plans_api;
#[cfg(feature = "ssr")]
pub mod plans_page;
#[cfg(feature = "ssr")]
pub mod prices_page;
