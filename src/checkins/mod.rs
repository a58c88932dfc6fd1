//! Check-in: who was let in at the door, and who lets in.
//!
//! Owns `check_ins` and `check_in_links`. Invariants:
//! - a ticket lets in once, by constraint; whoever scans it again is told when and by whom it did;
//! - deciding holds the locks of the booking and the ticket, so that neither is cancelled, passed on or issued anew meanwhile;
//! - a scan that is sent again, as after a lost connection, finds by its key what came of it;
//! - a link opens the check-in of its event and nothing else: what lets a link in asks [`door::admit_to_door`], everything else
//!   asks who is signed in;
//! - without a connection a device decides by the signature, by the list it has and by what it has scanned itself; the server
//!   decides anew when it hears of it, and where the two differ the device says so.

pub mod admin;
pub mod api;
#[cfg(feature = "ssr")]
pub mod choose_page;
#[cfg(feature = "ssr")]
pub mod door;
#[cfg(feature = "ssr")]
pub mod door_page;
#[cfg(feature = "ssr")]
pub mod join_page;
pub mod model;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod verdict_view;
