//! Discount codes: what they take off, who may give them when and how often, and making them.
//!
//! Owns `discount_codes` and `discount_tries`. Invariants:
//! - a use is a booking that names the code and is held or confirmed; a hold that has lapsed is none, whether swept or not;
//! - who counts the uses of a code has locked it, and who confirms or extends a hold with it shares that lock: no more bookings
//!   have it than can;
//! - what a code takes off stays what it is once a booking has used it.
//!
//! Giving a code to a booking is the bookings' affair (`bookings/store/discount.rs`).

pub mod admin;
#[cfg(feature = "ssr")]
pub mod facts;
pub mod form;
#[cfg(feature = "ssr")]
pub mod link;
pub mod model;
#[cfg(feature = "ssr")]
pub mod store;
