//! A guest's tickets become an account's. Their codes stay: it is the same person who shows them.

use crate::{
    id::{TicketId, UserId},
    server::{Result, clock::new_id},
    tickets::model::TicketAction,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Locks the tickets that a person holds, in id order. Assumes a transaction.
pub async fn lock_held(conn: &mut PgConnection, holder_id: UserId) -> Result<()> {
    sqlx::query("select from tickets where holder_id = $1 order by id for no key update")
        .bind(holder_id)
        .execute(conn)
        .await?;
    Ok(())
}

/// Makes the tickets of the first person the second's, each with an entry of its history, and the offers they have made
/// or accepted. Assumes that the first one can't begin anything.
pub async fn claim_tickets(conn: &mut PgConnection, (from, to): (UserId, UserId), now: DateTime<Utc>) -> Result<()> {
    let held: Vec<TicketId> =
        sqlx::query_scalar("update tickets set holder_id = $2, updated_at = $3 where holder_id = $1 returning id")
            .bind(from)
            .bind(to)
            .bind(now)
            .fetch_all(&mut *conn)
            .await?;
    sqlx::query(
        "insert into ticket_history (id, ticket_id, action, actor_id, created_at)
         select id, ticket_id, $5, $3, $4 from unnest($1::uuid[], $2::uuid[]) as entry (id, ticket_id)",
    )
    .bind(held.iter().map(|_| new_id()).collect::<Vec<_>>())
    .bind(&held)
    .bind(to)
    .bind(now)
    .bind(TicketAction::Claimed)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "update ticket_transfers set from_id = case when from_id = $1 then $2 else from_id end,
             accepted_by = case when accepted_by = $1 then $2 else accepted_by end
         where from_id = $1 or accepted_by = $1",
    )
    .bind(from)
    .bind(to)
    .execute(conn)
    .await?;
    Ok(())
}
