//! A new password for who forgot theirs.

use super::{
    find_person, set_password, set_verified,
    tokens::{ask_for_link, check_link, use_link},
    try_lock_person,
};
use crate::{
    error::Error,
    server::{Failure, Result, state::AppState},
    users::{
        model::User,
        programs::store::{end_apps_of, end_unproven_keys},
        token::Purpose,
    },
};

/// Sends who has this address a link to choose a new password with. Without such an account, or if enough was sent within
/// the hour, nothing happens: whoever asks is not to learn which.
pub async fn forgot_password(state: &AppState, email: &str) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let Some(user_id) = find_person(&mut tx, email).await? else { return Ok(()) };
    let now = state.clock.now_in(&mut tx).await?;
    match ask_for_link(&mut tx, user_id, Purpose::Reset, now).await {
        Err(Failure::Refused(Error::TooMany { .. })) => return Ok(()),
        asked => asked?,
    };
    tx.commit().await?;
    Ok(())
}

/// Uses a link up to set a new password, ends every session and app of the person in the same transaction, and answers who they
/// are. Their address counts as confirmed: its mail was read. API keys stay, but those from before it was confirmed.
///
/// Errors: `LinkOver`, nothing having changed.
pub async fn reset_password(state: &AppState, secret: &str, new_password: String) -> Result<User> {
    // Before the costly part, so that nobody can keep the server hashing with links of their own making.
    let user_id = check_link(state, secret, Purpose::Reset).await?;
    let hash = state.passwords.hash(new_password).await?;
    let mut tx = state.db.begin().await?;
    if !try_lock_person(&mut tx, user_id).await? {
        return Err(Error::LinkOver.into());
    }
    let now = state.clock.now_in(&mut tx).await?;
    use_link(&mut tx, secret, Purpose::Reset, now).await?;
    set_password(&mut tx, user_id, hash, now).await?;
    // A stranger who registered the address first must not keep a way in.
    let keys = end_unproven_keys(&mut tx, user_id).await?;
    let user = set_verified(&mut tx, user_id, now).await?;
    let ended = state.sessions.delete_of_user(&mut tx, user_id, None).await?;
    let apps = end_apps_of(&mut tx, user_id).await?;
    tx.commit().await?;
    state.bearers.forget_apps(&apps);
    state.bearers.forget_ended_keys(keys);
    state.sessions.forget(ended).await;
    Ok(user)
}
