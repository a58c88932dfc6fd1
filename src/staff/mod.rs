//! Staff: who may do what in the dashboard, and what they did.
//!
//! It owns the tables `staff`, `staff_invitations` and `staff_actions`. Invariants:
//! - every function of the dashboard asks [`admit`](admit::admit) first, and what it needs stands in one table,
//!   [`model::FUNCTIONS`]; pages show what those functions answer, so that there is no second place to forget;
//! - every change made through the dashboard writes its [`Deed`](store::Deed) in the same transaction;
//! - `users.is_staff` is true exactly where somebody has a post.

#[cfg(feature = "ssr")]
pub mod admit;
pub mod api;
#[cfg(feature = "ssr")]
pub mod export;
#[cfg(feature = "ssr")]
pub mod frame;
#[cfg(feature = "ssr")]
pub mod invitation_page;
#[cfg(feature = "ssr")]
pub mod large_bodies;
#[cfg(feature = "ssr")]
pub mod log_page;
pub mod model;
#[cfg(feature = "ssr")]
pub mod names;
#[cfg(feature = "ssr")]
pub mod people_page;
#[cfg(feature = "ssr")]
pub mod store;
