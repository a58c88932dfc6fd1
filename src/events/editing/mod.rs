//! What an admin types of an event, and the rules it has to keep: pure.

#[cfg(feature = "ssr")]
pub mod checklist;
#[cfg(feature = "ssr")]
mod codes;
#[cfg(feature = "ssr")]
pub mod facts;
pub mod form;
#[cfg(feature = "ssr")]
pub mod local;
