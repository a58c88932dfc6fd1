//! The waitlist of a sold-out event: the line, its order, and what becomes of its entries.
//!
//! Owns the table `waitlist`. Invariants: a person has at most one open entry of an event; `position` grows and is never
//! reused; `turn` is the order of the line, the join number unless staff changed it, and the rank a person sees is computed from it;
//! an entry that is offered places has a hold.
//!
//! Places are the bookings' affair: they put people into the line and feed it, in the transaction in which places come free
//! (`bookings/store/wait.rs`, `offer.rs`).

pub mod admin;
pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod waitlist_panel;
