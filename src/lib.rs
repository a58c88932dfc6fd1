//! Evently: a self-hosted event booking platform. ARCHITECTURE.md has the map.

pub mod account;
#[cfg(feature = "ssr")]
pub mod app;
#[cfg(feature = "ssr")]
pub mod audit;
pub mod bookings;
pub mod error;
pub mod events;
pub mod id;
#[cfg(feature = "ssr")]
pub mod job;
pub mod money;
#[cfg(feature = "ssr")]
pub mod notifications;
pub mod seats;
#[cfg(feature = "ssr")]
pub mod seed;
#[cfg(feature = "ssr")]
pub mod server;
pub mod tickets;
pub mod ui;
pub mod users;
pub mod waitlist;
