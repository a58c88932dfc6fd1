//! Health made durable: what was seen, what is raised, and what is to be told.

mod alerts;
mod panel;
mod signals;

pub(super) use alerts::tell;
pub use alerts::{Risen, end_outage, find_alert, list_watchers, look};
pub use panel::{discard_job, get_health, retry_job};
pub use signals::{forget_old_vitals, write_vitals};
