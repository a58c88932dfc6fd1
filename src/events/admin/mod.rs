//! Events in the dashboard: the list, making and editing them, publishing, calling off.

pub mod api;
#[cfg(feature = "ssr")]
pub mod cancel_page;
#[cfg(feature = "ssr")]
pub mod conflict;
#[cfg(feature = "ssr")]
pub mod duplicate_page;
#[cfg(feature = "ssr")]
pub mod edit_page;
#[cfg(feature = "ssr")]
pub mod event_fields;
#[cfg(feature = "ssr")]
pub mod events_page;
pub mod model;
#[cfg(feature = "ssr")]
pub mod poster_page;
#[cfg(feature = "ssr")]
pub mod poster_upload;
#[cfg(feature = "ssr")]
mod read;
#[cfg(feature = "ssr")]
pub mod summary_page;
