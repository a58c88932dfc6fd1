//! Webhooks made durable: who is told, what is to be told, what came of it.

mod changes;
mod deliver;
mod log;
mod manage;
mod orphans;
mod tell;

pub use changes::list_changes;
pub(super) use deliver::{Due, Ended, end_try, take_due};
pub use deliver::{Receiver, count_waiting, list_alert_receivers, wake};
pub(super) use log::find_event_of_delivery;
pub use log::{forget_old, list_deliveries, replay, replay_all};
pub(super) use manage::find_place;
pub use manage::{
    StoppedWebhook, create, delete, find_stopped, get_webhook, list_webhooks, rotate_secret, start, stop, update,
};
pub use orphans::stop_orphans;
pub use tell::{AlertTold, send_test, tell, tell_alert};
