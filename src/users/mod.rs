//! Accounts: registering, signing in and out, the profile, the password.
//!
//! Owns the table `users`. Invariants: one account per address (kept in lower case, by a unique index); a password is
//! never stored, logged or sent, only its argon2id hash is; an unknown address and a wrong password answer alike.

#[cfg(feature = "ssr")]
pub mod account_page;
pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
pub mod sign_in_page;
#[cfg(feature = "ssr")]
pub mod store;
