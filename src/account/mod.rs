//! An account as a whole: all that is kept about a person, and how they leave.
//!
//! Owns no table, and knows every slice: what each keeps about a person, its own store reads and gives up. Invariants: what
//! is read is all there is, or its absence is said; who leaves keeps no place from anybody, and what they booked stays in the
//! books without them.

pub mod api;
#[cfg(feature = "ssr")]
mod delete;
#[cfg(feature = "ssr")]
pub mod delete_page;
#[cfg(feature = "ssr")]
mod export;
pub mod model;
