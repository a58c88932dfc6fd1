//! Webhooks: servers of others that are told of changes, and the list of changes for who asks for it.
//!
//! It owns the tables `webhooks`, `webhook_deliveries`, `webhook_tries` and `webhooks_told`. What happens to bookings is read from
//! their history, what happens to events from the log of what staff did: whoever makes the change writes nothing more. Invariants:
//! - a change is told to a webhook once, under one id, and repeated under it until the receiver takes it or three days are over;
//! - what happens to one booking or event is told in order: the later waits until the earlier is taken or given up;
//! - a delivery is sent without any lock, and receivers that don't answer have workers of their own;
//! - names and addresses of people are in no document.

pub mod api;
#[cfg(feature = "ssr")]
mod deliver;
#[cfg(feature = "ssr")]
mod door;
pub mod model;
#[cfg(feature = "ssr")]
pub mod sign;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod webhook_fields;
#[cfg(feature = "ssr")]
pub mod webhook_page;
#[cfg(feature = "ssr")]
pub mod webhooks_page;

#[cfg(feature = "ssr")]
pub use deliver::{deliver, warn};
