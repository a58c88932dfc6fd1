//! The functions as programs see them.

pub mod access;
#[cfg(feature = "ssr")]
pub mod developers_page;
#[cfg(feature = "ssr")]
pub mod document;
#[cfg(feature = "ssr")]
pub mod reference;
#[cfg(feature = "ssr")]
pub mod requests;
