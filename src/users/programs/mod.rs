//! Programs that act for a person: apps that they signed in to with their password, and machines that have a key.
//!
//! Owns the tables `token_keys`, `connected_apps` and `api_keys`. Invariants: of refresh tokens and keys only hashes are kept; an
//! app has one refresh token at a time, and one that was used before ends the app; a program may do no more than the person
//! whose it is; what is revoked is over within two seconds in every process.

pub mod api;
#[cfg(feature = "ssr")]
pub mod apps_page;
#[cfg(feature = "ssr")]
pub mod bearer;
#[cfg(feature = "ssr")]
mod jwt;
#[cfg(feature = "ssr")]
pub mod keys_page;
pub mod model;
#[cfg(feature = "ssr")]
mod shown;
#[cfg(feature = "ssr")]
pub mod store;
