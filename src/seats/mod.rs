//! Seats: the map an event is drawn on, its sections, and which seats are free.
//!
//! Owns `seat_maps`, `sections`, `price_tiers`, `seats`, `seat_changes`, `seat_frames` and `seat_plans`. `seats.status` is the authority on who has what;
//! `sections.available_count` and `events.available_capacity` are projections of it, fed by `seat_changes`, at most a
//! second late and exact at rest. `seat_bookings` belongs to `bookings`: it says who had which seat and when.

pub mod admin;
pub mod api;
pub mod choosing;
#[cfg(feature = "ssr")]
pub mod live;
pub mod model;
pub mod seat_map;
#[cfg(feature = "ssr")]
pub mod store;
