//! A guest mistyped their address: their mails, and the tickets in them, went to somebody else.

use crate::{
    bookings,
    error::Error,
    id::UserId,
    server::{Result, state::AppState},
    tickets, users,
};

/// Gives a guest who has never opened a link this address. The links that were sent are over, tickets are issued anew, and the
/// mail about each booking to come is sent there. The same address again changes nothing.
///
/// Errors: `Forbidden` for who is no such guest; `TooMany` after three within an hour.
pub(super) async fn correct_email(state: &AppState, user_id: UserId, email: &str) -> Result<()> {
    let mut tx = state.db.begin().await?;
    tickets::store::lock_held(&mut tx, user_id).await?;
    if !users::store::lock_guest(&mut tx, user_id).await?.is_active {
        return Err(Error::Forbidden.into());
    }
    let now = state.clock.now_in(&mut tx).await?;
    if users::store::correct_email(&mut tx, user_id, email, now).await? {
        tickets::store::reissue_held(&mut tx, user_id, now).await?;
        bookings::store::resend_mails(&mut tx, user_id, now).await?;
    }
    tx.commit().await?;
    Ok(())
}
