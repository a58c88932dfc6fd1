//! What people are told of what happens while they are away: by mail, and on the site when they come back.
//!
//! It owns `mails`, `notifications`, `unwanted_mails`, `told_history`, `reminded_events`, `digest_weeks` and `mail_keys`. Nobody calls
//! it but `account/`, for what it keeps of a person: others ask for a job in the transaction that causes it, and what
//! happens to bookings is read from their history, in which every transition stands anyway. Invariants:
//! - a cause is told once: `mails_once`, and each mail keeps its `Message-ID` however often it is tried;
//! - what a mail says is read when it is sent: one that came to be untrue while it waited is not sent;
//! - a mail is composed and sent without any lock;
//! - a link that is its reader's alone stands in the mail and nowhere else.

mod alert_letters;
pub mod api;
pub mod bounce;
mod digest_letters;
pub mod jobs;
mod letter;
mod letters;
mod link_letters;
pub mod live;
pub mod mailbox;
pub mod model;
pub mod notifications_page;
pub mod returned_note;
pub mod store;
mod ticket_letters;
pub mod unsubscribe;
pub mod unsubscribe_page;
mod webhook_letters;
