//! Mails switched off by a link, and the key that signs such links.

use crate::{
    id::UserId,
    notifications::model::Optional,
    server::{Result, secret::random_bytes, state::AppState},
};

/// The key that signs the links by which mails are switched off; whoever asks first makes it.
pub(in crate::notifications) async fn get_key(state: &AppState) -> Result<Vec<u8>> {
    let find = "select secret_key from mail_keys";
    if let Some(key) = sqlx::query_scalar(find).fetch_optional(state.db.pool()).await? {
        return Ok(key);
    }
    sqlx::query("insert into mail_keys (secret_key, created_at) values ($1, $2) on conflict do nothing")
        .bind(random_bytes()?.to_vec())
        .bind(state.clock.now())
        .execute(state.db.pool())
        .await?;
    // Of two who make it at once, the first one's.
    Ok(sqlx::query_scalar(find).fetch_one(state.db.pool()).await?)
}

/// Switches a kind of mail off for a person; nothing for who is gone. Doing it twice is fine.
pub(in crate::notifications) async fn switch_off(state: &AppState, user_id: UserId, kind: Optional) -> Result<()> {
    sqlx::query(
        "insert into unwanted_mails (user_id, kind) select id, $2 from users where id = $1 and is_active
         on conflict do nothing",
    )
    .bind(user_id)
    .bind(kind.name())
    .execute(state.db.pool())
    .await?;
    Ok(())
}
