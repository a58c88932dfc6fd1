//! What was typed into forms that were refused, kept on the server: where it is too long for an address, and where the session
//! was over, so that it is there again after signing in.

use super::{
    Result,
    caller::{Caller, is_plain_form, redirect_to, send_back, set_page_status},
    clock::new_id,
    state::AppState,
};
use crate::{error::Error, id::UserId, ui::path_with};
use anyhow::Context;
use chrono::TimeDelta;
use leptos::server_fn::ServerFn;
use serde::{Serialize, de::DeserializeOwned};
use sqlx::{PgConnection, types::Json};
use uuid::Uuid;

const KEPT_DAYS: i64 = 1;
/// Forms kept for browsers in which nobody is signed in: anybody can send one.
const OF_NOBODY_MAX: i64 = 1_000;
/// Forms that are kept for one person, the newest.
const OF_A_PERSON_MAX: i64 = 20;
const REMOVED_AT_ONCE: i64 = 1_000;

/// As [`send_back`], for a form that is long: what was typed is kept, and the page's address names it as `draft`. Where the
/// session was over, the way leads over the sign-in page.
pub async fn send_back_kept<F: ServerFn>(page: &str, typed: &impl Serialize, refused: &Error) {
    if !is_plain_form() {
        return;
    }
    if matches!(refused, Error::Forbidden | Error::NotFound) {
        // They are not to fill in anything here.
        return send_back::<F>(page, &[], refused);
    }
    let kept = keep::<F>(typed).await.inspect_err(|failure| tracing::warn!(?failure, "a refused form was not kept"));
    let draft = kept.ok().flatten().map(|id| id.to_string()).unwrap_or_default();
    // A reply that reads as a fault of ours keeps no session.
    set_page_status(refused.status());
    if *refused == Error::SignInRequired {
        let next = path_with(page, [("draft", draft.as_str())]);
        redirect_to(&path_with("/sign-in", [("next", next.as_str())]));
    } else {
        send_back::<F>(page, &[("draft", &draft)], refused);
    }
}

/// What was typed into the form of this function that the page's address names, if it was typed by who is signed in, or in
/// this browser, within the last day.
pub async fn find_kept<F: ServerFn, T: DeserializeOwned>(draft: &str) -> Option<T> {
    let caller = Caller::current().await.ok()?;
    let id: Uuid = draft.parse().ok()?;
    let fields: Option<Json<serde_json::Value>> = sqlx::query_scalar(
        "select fields from form_drafts where id = $1 and form = $2 and expires_at > $3 and (user_id = $4 or $5)",
    )
    .bind(id)
    .bind(F::PATH)
    .bind(caller.now)
    .bind(caller.user_id)
    .bind(caller.has_draft(id).await)
    .fetch_optional(caller.state.db.pool())
    .await
    .ok()?;
    serde_json::from_value(fields?.0).ok()
}

/// Keeps a form; none if too many are kept for people who aren't signed in.
async fn keep<F: ServerFn>(typed: &impl Serialize) -> Result<Option<Uuid>> {
    let caller = Caller::whoever().await?;
    if let Some(user_id) = caller.user_id {
        let older = "delete from form_drafts where user_id = $1 and id not in (
                         select id from form_drafts where user_id = $1 order by id desc limit $2)";
        let older = sqlx::query(older).bind(user_id).bind(OF_A_PERSON_MAX);
        older.execute(caller.state.db.pool()).await.context("removing a person's older refused forms")?;
    }
    let id: Option<Uuid> = sqlx::query_scalar(
        "insert into form_drafts (id, user_id, form, fields, expires_at)
         select $1, $2, $3, $4, $5
         where $2 is not null or (select count(*) from (select from form_drafts where user_id is null limit $6) as kept) < $6
         returning id",
    )
    .bind(new_id())
    .bind(caller.user_id)
    .bind(F::PATH)
    .bind(Json(typed))
    .bind(caller.now + TimeDelta::days(KEPT_DAYS))
    .bind(OF_NOBODY_MAX)
    .fetch_optional(caller.state.db.pool())
    .await
    .context("keeping a refused form")?;
    if let (Some(id), None) = (id, caller.user_id) {
        caller.note_draft(id).await?;
    }
    Ok(id)
}

/// Removes what this person typed, who is leaving.
pub async fn remove_of_user(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    let delete = "delete from form_drafts where user_id = $1";
    sqlx::query(delete).bind(user_id).execute(conn).await.context("removing the refused forms of a person")?;
    Ok(())
}

/// Removes what is older than a day, and says how many. Only tidies: it isn't shown any more.
pub async fn remove_expired(state: &AppState) -> Result<u64> {
    let delete = "delete from form_drafts where id in (
                      select id from form_drafts where expires_at <= $1 limit $2 for update skip locked)";
    let delete = sqlx::query(delete).bind(state.clock.now()).bind(REMOVED_AT_ONCE);
    Ok(delete.execute(state.db.pool()).await.context("removing old refused forms")?.rows_affected())
}
