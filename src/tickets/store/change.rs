//! Issuing a ticket anew: locks it, looks again, decides, writes.

use super::{Entry, know_keys, lock_ticket, read::read_ticket, read_facts, record, renew};
use crate::{
    id::{TicketId, UserId},
    server::{Result, finish, state::AppState},
    tickets::model::{Ticket, TicketAction},
    users::store::require_active,
};

/// Issues a ticket anew, so that every code it had before fails. Runs to its end even if the caller goes away.
///
/// Errors: `SignInRequired`, `NotFound`, and those of [`decide_reissue`](crate::tickets::model::TicketFacts::decide_reissue).
pub async fn reissue_ticket(state: &AppState, user_id: UserId, ticket_id: TicketId) -> Result<Ticket> {
    let keys = know_keys(state, user_id, ticket_id).await?;
    let state = state.clone();
    finish(async move {
        let mut tx = state.db.begin().await?;
        let ticket = lock_ticket(&mut tx, user_id, ticket_id).await?;
        require_active(&mut tx, user_id).await?;
        let now = state.clock.now_in(&mut tx).await?;
        read_facts(&mut tx, &ticket, now).await?.decide_reissue()?;
        renew(&mut tx, &ticket, user_id, now).await?;
        let entry =
            Entry { ticket_id, action: TicketAction::Reissued, actor_id: Some(user_id), transfer_id: None, now };
        record(&mut tx, entry).await?;
        let ticket = read_ticket(&mut tx, &keys, user_id, ticket_id, now).await?;
        tx.commit().await?;
        Ok(ticket)
    })
    .await
}
