//! Figures read from what the projection has added up, and the projection.

mod entries;
mod project;
mod read;
mod sales;

pub use entries::list_entries;
pub use project::project_sales;
pub use read::{Scope, find_as_of, list_attention, list_popular, list_trend, sum_capacity, sum_range, sum_waitlist};
pub use sales::get_event_sales;
