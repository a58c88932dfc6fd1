//! Showing that an address is one's own.

use super::{
    find_user, lock_person, set_verified,
    tokens::{ask_for_link, check_link, use_link},
    try_lock_person,
};
use crate::{
    error::Error,
    id::UserId,
    server::{Result, state::AppState},
    users::{model::User, token::Purpose},
};

/// Sends a person another link to confirm their address with. Without a need for one, nothing happens.
///
/// Errors: `TooMany` when enough were sent within the hour; `Forbidden` for a guest, who shows it by their links;
/// `SignInRequired` when the account is gone.
pub async fn resend_verification(state: &AppState, user_id: UserId) -> Result<()> {
    let user = find_user(state, user_id).await?.ok_or(Error::SignInRequired)?;
    if user.is_guest {
        return Err(Error::Forbidden.into());
    }
    if user.email_verified_at.is_some() {
        return Ok(());
    }
    let mut tx = state.db.begin().await?;
    lock_person(&mut tx, user_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    ask_for_link(&mut tx, user_id, Purpose::Verify, now).await?;
    tx.commit().await?;
    Ok(())
}

/// Uses a link up to confirm the address it was sent to, and answers whose it is. Errors: `LinkOver`.
pub async fn verify_email(state: &AppState, secret: &str) -> Result<User> {
    let user_id = check_link(state, secret, Purpose::Verify).await?;
    let mut tx = state.db.begin().await?;
    if !try_lock_person(&mut tx, user_id).await? {
        return Err(Error::LinkOver.into());
    }
    let now = state.clock.now_in(&mut tx).await?;
    use_link(&mut tx, secret, Purpose::Verify, now).await?;
    let user = set_verified(&mut tx, user_id, now).await?;
    tx.commit().await?;
    Ok(user)
}
