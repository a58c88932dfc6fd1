//! Bookings, from the hold on: held, confirmed, cancelled, expired; and their history.
//!
//! Owns `bookings`, `seat_bookings`, `booking_history` and `history_seals`. Invariants:
//! - no seat has two active bookings and no event sells more places than it has, by constraint;
//! - the price is frozen when the places are held;
//! - every transition writes its history entry in the same transaction;
//! - locks are taken in one order: the person's limit and the event's sale (advisory), bookings by id, the event's line
//!   (advisory), the event's row, seats by id;
//! - what comes free feeds the waitlist in the same transaction;
//! - an expired hold's places can be taken by the statement that wants them; the sweeper only tidies.

pub mod admin;
pub mod api;
#[cfg(feature = "ssr")]
pub mod booking_page;
#[cfg(feature = "ssr")]
pub mod bookings_page;
#[cfg(feature = "ssr")]
pub mod checkout_page;
pub mod countdown;
pub mod hold_quantity;
pub mod hold_refusal;
pub mod hold_seats;
pub mod model;
mod own_seats;
#[cfg(feature = "ssr")]
pub mod store;
