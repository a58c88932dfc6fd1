//! Events: what can be booked, how it is found, when it is on sale.
//!
//! Owns the table `events`. Invariants: `available_capacity` lies between 0 and `total_capacity`, by constraint; for
//! general admission it is the authority, for events with seats a projection of them; a draft is seen by admins only.

pub mod api;
pub mod event_card;
pub mod event_page;
pub mod events_page;
pub mod home_page;
pub mod model;
pub mod poster;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod when;
