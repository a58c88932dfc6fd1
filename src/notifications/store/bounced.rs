//! Mails that came back.

use crate::{
    events::when::at_venue,
    id::UserId,
    notifications::{
        bounce::{Bounce, BounceKind},
        model::Returned,
    },
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};

/// Notes what a report says of a mail, unless it is known to have come back for good. Answers whether there is such a
/// mail.
pub(in crate::notifications) async fn note_bounce(
    state: &AppState,
    bounce: &Bounce,
    now: DateTime<Utc>,
) -> Result<bool> {
    let is_ours: bool = sqlx::query_scalar(
        "with noted as (
             update mails set bounce = $2, bounce_code = $3, bounced_at = $4 where id = $1 and bounce is distinct from $5
         )
         select exists (select from mails where id = $1)",
    )
    .bind(bounce.mail_id)
    .bind(bounce.kind)
    .bind(&bounce.code)
    .bind(now)
    .bind(BounceKind::Permanent)
    .fetch_one(state.db.pool())
    .await?;
    Ok(is_ours)
}

/// Why mails to this address come back, if they do: the last one that did. With a person, only of those to them: nobody
/// is to learn what else was sent to an address that they have typed.
pub(in crate::notifications) async fn find_returned(
    state: &AppState,
    address: &str,
    user_id: Option<UserId>,
) -> Result<Option<Returned>> {
    let last: Option<(String, DateTime<Utc>)> = sqlx::query_as(
        "select bounce_code, bounced_at from mails
         where address = $1 and bounce = 'permanent' and bounce_excused_at is null and ($2 is null or user_id = $2)
         order by bounced_at desc limit 1",
    )
    .bind(address)
    .bind(user_id)
    .fetch_optional(state.db.pool())
    .await?;
    let now = state.clock.now();
    Ok(last.map(|(code, bounced_at)| Returned { code, when: at_venue(bounced_at, "UTC", now), bounced_at }))
}

/// Takes the person's word that mails to this address arrive again.
pub(in crate::notifications) async fn excuse(state: &AppState, address: &str, now: DateTime<Utc>) -> Result<()> {
    sqlx::query(
        "update mails set bounce_excused_at = $2
         where address = $1 and bounce = 'permanent' and bounce_excused_at is null",
    )
    .bind(address)
    .bind(now)
    .execute(state.db.pool())
    .await?;
    Ok(())
}
