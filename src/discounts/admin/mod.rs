//! Discount codes in the dashboard: making, changing and ending them, and what they have done.

pub mod api;
#[cfg(feature = "ssr")]
pub mod code_fields;
#[cfg(feature = "ssr")]
pub mod code_page;
#[cfg(feature = "ssr")]
pub mod codes_page;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod generate_page;
pub mod model;
#[cfg(feature = "ssr")]
mod told;
