//! What every driver of load needs before it can begin: people who are signed in, and events to sell them.

pub mod bookings;
pub mod events;
pub mod people;
