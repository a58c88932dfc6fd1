//! Posts and deeds made durable.

mod invitations;
mod log;
mod people;

pub use invitations::{
    Offer, accept_invitation, check_invitation, find_invitation, forget_invitations, invite, list_invitations,
    withdraw_invitation, write_invitation,
};
pub use log::{Deed, LogRow, list_actions, list_deeds_about, record};
pub use people::{
    PostKey, list_colleagues, list_posts, list_with, list_with_anywhere, remove_person, remove_staff, set_role,
};
