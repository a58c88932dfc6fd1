//! Accounts: registering, signing in and out, the profile, the password, the address, where one is signed in. And
//! guests, who have none of it but a name, an address, and the links in their mails.
//!
//! Programs that act for a person lie in `programs/`, with tables of their own.
//!
//! Owns the tables `users`, `account_tokens` and `guest_links`. Invariants: one account per address (kept in lower
//! case, by a unique index); a password is never stored, logged or sent, only its argon2id hash is; an unknown address
//! and a wrong password answer alike, and so does asking for a new password for either; of a link's secret only a hash
//! is kept, it is good for one use, and a newer one ends those before it.

#[cfg(feature = "ssr")]
pub mod account_page;
pub mod api;
#[cfg(feature = "ssr")]
pub mod guest_page;
pub mod model;
pub mod programs;
#[cfg(feature = "ssr")]
pub mod reset_page;
#[cfg(feature = "ssr")]
pub mod sessions_page;
#[cfg(feature = "ssr")]
pub mod sign_in_page;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod token;
#[cfg(feature = "ssr")]
pub mod verify_page;
