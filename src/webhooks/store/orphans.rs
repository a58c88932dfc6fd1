//! Webhooks of people who may not run them any more.

use crate::{
    id::WebhookId,
    server::{Result, state::AppState},
    staff::model::{Permission, Role},
};

/// Stops each webhook whose maker has no role any more by which they could make it, and answers how many. Somebody who has one
/// starts it again, and runs it from then on.
pub async fn stop_orphans(state: &AppState) -> Result<u64> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| role.may(Permission::RunWebhooks)).collect();
    let stopped: Vec<WebhookId> = sqlx::query_scalar(
        "update webhooks w set stopped_at = $1, is_orphaned = true, updated_at = $1
         where w.stopped_at is null and not exists (
             select from users u where u.id = w.created_by and u.is_active and (u.is_admin or exists (
                 select from staff s where s.user_id = u.id and s.role = any($2)
                 and (s.event_id is null or s.event_id = w.event_id))))
         returning w.id",
    )
    .bind(now)
    .bind(&roles)
    .fetch_all(&mut *conn)
    .await?;
    for webhook_id in &stopped {
        tracing::warn!(%webhook_id, "a webhook was stopped: who ran it may not any more");
    }
    Ok(stopped.len() as u64)
}
