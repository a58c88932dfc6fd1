//! The waitlist of a sold-out event.
//!
//! Owns the table `waitlist`. Invariants: a person has at most one open entry of an event; `position` grows and is never
//! reused, the rank a person sees is computed from it.

#[cfg(feature = "ssr")]
pub mod store;
