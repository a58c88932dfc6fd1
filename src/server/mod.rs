//! What every slice stands on and only the server has: configuration, connections, the caller, the router.
//!
//! Nothing in here knows a domain word. It owns the tables `sessions`, `idempotency_keys`, `form_drafts`, `jobs` and
//! `schedules`. Invariants:
//! - [`Failure`] never leaves the server: [`answer()`] logs it once and turns it into the public [`crate::error::Error`].
//! - the wall clock is read in [`clock`] alone, and a transaction begins in [`db`] alone (`clippy.toml` says why);
//! - losing Redis costs milliseconds, never an answer: everything that uses it has PostgreSQL behind it.

mod answer;
pub mod backup;
pub mod breaker;
pub mod browser_module;
pub mod caller;
pub mod client_address;
pub mod clock;
pub mod combiner;
pub mod config;
pub mod credential;
pub mod csp;
pub mod csv;
pub mod db;
mod device;
pub mod documents;
mod error_page;
mod error_shape;
pub mod form_drafts;
pub mod gate;
mod headers;
mod health;
mod idempotency;
pub mod idempotency_store;
pub mod jobs;
mod json_body;
mod kept;
pub mod lettering;
pub mod limits;
pub mod mailer;
pub mod metrics;
pub mod outgoing;
mod page_owner;
mod page_turns;
pub mod paper;
pub mod passwords;
pub mod photos;
pub mod pictures;
pub mod redis;
pub mod replica;
mod request_log;
mod request_times;
mod retry;
mod robots;
pub mod router;
mod sealed_replies;
pub mod secret;
pub mod serve;
pub mod session_store;
pub mod settled;
pub mod shared_pages;
pub mod state;
mod static_files;
mod task;
pub mod telemetry;
pub mod viewers;
pub mod vitals;
pub mod watched;
pub mod worker;

pub use answer::{Failure, Passing, Result, answer};
pub use caller::{Caller, keep_for, redirect_to, save_as, send_back, set_page_status};
pub use error_shape::{refuse, refuse_in_shape, request_id_of};
pub use form_drafts::{find_kept, send_back_kept};
pub use retry::retrying;
pub use task::{after_same_time, begin, finish};
