//! Taking over what a guest has booked: everything of theirs becomes the account's, in one transaction.

use crate::{
    bookings::{self, store::Claim},
    error::Error,
    id::UserId,
    notifications,
    server::{Result, idempotency_store, retrying, state::AppState},
    tickets,
    users::{self, store::Linked},
};

/// Times it is looked again for what the guest began meanwhile.
const ROUNDS: usize = 3;

/// Makes all that the guest of this link has the account's: bookings, entries, tickets, what they were told. Nothing is
/// left of the guest to sign in to. Doing it twice is fine.
///
/// Errors: `LinkOver` for a link that is unknown, and for a guest whom somebody else has claimed; `Forbidden` for a
/// guest; `OverLimit` where the account would have too many places of an event; `WrongState` where both have an offer
/// of one; `Unavailable` when the guest goes on booking.
pub(super) async fn claim(state: &AppState, user_id: UserId, token: &str) -> Result<()> {
    users::store::require_account(state, user_id).await?;
    for _ in 0..ROUNDS {
        let Some(claim) = find_claim(state, user_id, token).await? else { return Ok(()) };
        let _turns = bookings::store::enter_claim(state, claim).await?;
        if retrying("claim", || claim_once(state, claim)).await? {
            return Ok(());
        }
    }
    Err(Error::Unavailable { retry_after_s: 1 }.into())
}

/// What is to be claimed; nothing where the account has done so already.
async fn find_claim(state: &AppState, user_id: UserId, token: &str) -> Result<Option<Claim>> {
    let linked = users::store::find_linked(&mut *state.db.pool().acquire().await?, token).await?;
    Ok(is_open(linked, user_id)?.then_some(Claim { guest_id: linked.id, user_id }))
}

/// Whether this account may claim the guest; not if it has done so already. Errors: `LinkOver`.
fn is_open(linked: Linked, user_id: UserId) -> std::result::Result<bool, Error> {
    match linked.claimed_by {
        Some(by) if by == user_id => Ok(false),
        None if linked.is_active => Ok(true),
        _ => Err(Error::LinkOver),
    }
}

/// Answers whether all of the guest's was claimed: not if they have begun something before they were locked out.
async fn claim_once(state: &AppState, claim: Claim) -> Result<bool> {
    let Claim { guest_id, user_id } = claim;
    let mut tx = state.db.begin().await?;
    let locks = bookings::store::lock_claim(&mut tx, claim).await?;
    tickets::store::lock_held(&mut tx, guest_id).await?;
    // Of two who claim at once the second waits here, and finds what the first has done.
    if !is_open(users::store::lock_guest(&mut tx, guest_id).await?, user_id)? {
        return Ok(true);
    }
    users::store::require_active(&mut tx, user_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    if !bookings::store::claim_bookings(&mut tx, claim, &locks, now).await? {
        return Ok(false);
    }
    tickets::store::claim_tickets(&mut tx, (guest_id, user_id), now).await?;
    notifications::store::claim_told(&mut tx, (guest_id, user_id)).await?;
    users::store::claim_guest(&mut tx, claim.guest_id, user_id, now).await?;
    idempotency_store::remove_of_user(&mut tx, guest_id).await?;
    let ended = state.sessions.delete_of_user(&mut tx, guest_id, None).await?;
    tx.commit().await?;
    state.sessions.forget(ended).await;
    Ok(true)
}
