//! Analytics: what was sold, when, and how it compares.
//!
//! It owns the tables `sales_days` and `sales_told`, a projection of the booking history, and reads everybody's. Invariants:
//! - every figure is a sum over the history, at most some seconds late, and says as of when;
//! - amounts of different currencies are never added;
//! - who may not see money is given none: it isn't there to be hidden.

pub mod api;
#[cfg(feature = "ssr")]
pub mod chart;
pub mod entries;
#[cfg(feature = "ssr")]
pub mod entries_page;
#[cfg(feature = "ssr")]
pub mod event_figures_page;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod figures_page;
pub mod model;
#[cfg(feature = "ssr")]
pub mod overview_page;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
pub mod scope;
#[cfg(feature = "ssr")]
pub mod store;
