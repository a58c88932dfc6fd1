//! Events: what can be booked, how it is found, when it is on sale.
//!
//! Owns the table `events`. Invariants: `available_capacity` lies between 0 and `total_capacity`, by constraint; for
//! general admission it is the authority, for events with seats a projection of them; a draft is seen by admins only.

pub mod admin;
pub mod api;
#[cfg(feature = "ssr")]
pub mod calendar;
pub mod editing;
#[cfg(feature = "ssr")]
mod embed;
#[cfg(feature = "ssr")]
pub mod event_card;
#[cfg(feature = "ssr")]
pub mod event_page;
#[cfg(feature = "ssr")]
pub mod events_page;
#[cfg(feature = "ssr")]
pub mod home_page;
pub mod left;
#[cfg(feature = "ssr")]
pub mod links;
#[cfg(feature = "ssr")]
pub mod live;
pub mod model;
#[cfg(feature = "ssr")]
pub mod month_page;
#[cfg(feature = "ssr")]
pub mod outlets;
#[cfg(feature = "ssr")]
pub mod poster;
pub mod sale_countdown;
#[cfg(feature = "ssr")]
mod sitemap;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod structured_data;
#[cfg(feature = "ssr")]
pub mod when;
pub mod window;
