//! An account as a whole: all that is kept about a person, how they leave, how a guest corrects their address, and how what
//! a guest booked becomes theirs.
//!
//! Owns no table, and knows every slice: what each keeps about a person, its own store reads and gives up. Invariants:
//! what is read is all there is, or its absence is said; who leaves keeps no place from anybody, and what they booked
//! stays in the books without them; of two who claim a guest one gets everything, with an entry in each booking's
//! history.

pub mod api;
#[cfg(feature = "ssr")]
mod claim;
#[cfg(feature = "ssr")]
mod correct;
#[cfg(feature = "ssr")]
pub mod correct_page;
#[cfg(feature = "ssr")]
mod delete;
#[cfg(feature = "ssr")]
pub mod delete_page;
#[cfg(feature = "ssr")]
mod export;
#[cfg(feature = "ssr")]
pub mod guest_link_page;
pub mod model;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod sweep;

#[cfg(feature = "ssr")]
pub use sweep::sweep_guests;
