//! The functions as programs see them.

pub mod access;
