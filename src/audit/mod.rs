//! `evently audit`: proves from the tables that no place was sold twice and none was lost.
//!
//! Owns no table, reads all of the inventory's and writes nothing.

mod store;

pub use store::run;
