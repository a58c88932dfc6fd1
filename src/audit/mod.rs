//! `evently audit`: proves from the tables that no place was sold twice, none was lost, and no history was altered.
//!
//! It owns the table `audits`, where the audits on schedule are noted, reads all of the inventory's and writes nothing else. What it finds it tells row by row: neither the number of
//! bookings nor that of the rows that break something changes how much memory it takes.

mod store;

pub use store::{run, run_alone};
