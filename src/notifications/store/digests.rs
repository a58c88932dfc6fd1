//! Which weeks staff were told of.

use crate::{
    id::UserId,
    job::{Job, Mail},
    notifications::model::week_over,
    server::{
        Result,
        jobs::{begin_scheduled, enqueue},
        state::AppState,
    },
    staff::{model::Permission, store::list_with_anywhere},
};
use std::time::Duration;

/// How often it is looked whether a week is over.
const LOOK_EVERY: Duration = Duration::from_secs(300);

/// Asks for the mails about the last week that is over everywhere, once for each week, and answers how many.
pub async fn ask_for_digests(state: &AppState) -> Result<u64> {
    if begin_scheduled(state, "ask for digests", LOOK_EVERY).await?.is_none() {
        return Ok(0);
    }
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let week = week_over(now);
    let new = sqlx::query("insert into digest_weeks (week, created_at) values ($1, $2) on conflict do nothing")
        .bind(week)
        .bind(now)
        .execute(&mut *tx)
        .await?;
    if new.rows_affected() == 0 {
        return Ok(0);
    }
    let digest = |user_id: UserId| Job::from(Mail::Digest { user_id, week });
    let readers = list_with_anywhere(&mut tx, Permission::SeeFigures).await?;
    let jobs: Vec<Job> = readers.into_iter().map(digest).collect();
    enqueue(&mut tx, &jobs, now).await?;
    tx.commit().await?;
    Ok(jobs.len() as u64)
}
