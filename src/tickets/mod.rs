//! Tickets: what is shown at the door, one for each place of a booking.
//!
//! Owns `ticket_keys`, `tickets`, `ticket_transfers` and `ticket_history`. Invariants:
//! - confirming a booking writes nothing here: whoever first asks for its tickets makes them, each once by constraint;
//! - a ticket is void when its booking or its event is cancelled: that is read from those, never copied;
//! - what a QR code carries verifies with the public keys alone; its nonce grows whenever the ticket is issued anew or passed
//!   on, so that the code before fails;
//! - one who has a ticket is its holder; the booking stays with who booked;
//! - a transfer takes effect when it is accepted, and its link is in the mail to the new holder and nowhere else;
//! - every change locks the ticket's row first, looks again, and writes its history in the same transaction.

pub mod api;
#[cfg(feature = "ssr")]
pub mod documents;
pub mod model;
#[cfg(feature = "ssr")]
pub mod qr;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod ticket_page;
#[cfg(feature = "ssr")]
pub mod tickets_page;
#[cfg(feature = "ssr")]
pub mod token;
#[cfg(feature = "ssr")]
pub mod transfer_page;
