//! Codes made durable.

mod list;
mod manage;
mod tries;

pub use list::{CodeSums, LineRow, count_uses_of, get_line, list_lines, list_texts};
pub use manage::{Batch, CodeEdit, create_code, end_code, generate_codes, import_code, read_terms, update_code};
pub use tries::{Guess, find_guessed, remove_old_tries};

use super::model::Code;
use crate::{
    error::Error,
    id::{CodeId, EventId},
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The columns of a [`Code`].
const CODE: &str = "id, event_id, code, kind, value, starts_at, ends_at, max_uses, max_uses_per_person, sections, note, \
    version, ended_at, created_at";

/// A code. Errors: `NotFound`.
pub async fn get_code(conn: &mut PgConnection, code_id: CodeId) -> Result<Code> {
    let sql = const_format::formatcp!("select {CODE} from discount_codes where id = $1");
    let code: Option<Code> = sqlx::query_as(sql).bind(code_id).fetch_optional(conn).await?;
    code.ok_or_else(|| Error::NotFound.into())
}

/// A code, locked: its uses don't grow until the transaction ends, and no hold that has it is confirmed or gets more time.
/// Errors: `NotFound`.
pub async fn lock_code(conn: &mut PgConnection, code_id: CodeId) -> Result<Code> {
    sqlx::query("select from discount_codes where id = $1 for no key update").bind(code_id).execute(&mut *conn).await?;
    get_code(conn, code_id).await
}

/// Keeps the uses of a code from being counted until the transaction ends. For who makes a use last longer than it would: the
/// time by which that is decided has to be read afterwards, so that no hold counts as lapsed here and as living there.
pub async fn share_code(conn: &mut PgConnection, code_id: CodeId) -> Result<()> {
    sqlx::query("select from discount_codes where id = $1 for share").bind(code_id).execute(conn).await?;
    Ok(())
}

/// Locks the codes of an event: nobody gives, changes or ends one until the transaction ends.
pub async fn lock_codes_of(conn: &mut PgConnection, event_id: EventId) -> Result<()> {
    let sql = "select from discount_codes where event_id = $1 order by id for no key update";
    sqlx::query(sql).bind(event_id).execute(conn).await?;
    Ok(())
}

/// Gives the sections that an event's codes name their new names, all at once: two may have swapped theirs. A section that is gone
/// stays in its codes. Assumes the codes' locks ([`lock_codes_of`]).
pub async fn rename_sections(
    conn: &mut PgConnection,
    event_id: EventId,
    renamed: &[(String, String)],
    now: DateTime<Utc>,
) -> Result<()> {
    if renamed.is_empty() {
        return Ok(());
    }
    let (old, new): (Vec<&str>, Vec<&str>) = renamed.iter().map(|(old, new)| (old.as_str(), new.as_str())).unzip();
    // A section may have got the name of one that is gone: a code that is for both names it once.
    sqlx::query(
        "update discount_codes set updated_at = $4, version = version + 1, sections = array(
             select coalesce(given.new_name, named.name)
             from unnest(sections) with ordinality as named (name, nth)
             left join unnest($2::text[], $3::text[]) as given (old_name, new_name) on given.old_name = named.name
             group by 1 order by min(named.nth))
         where event_id = $1 and sections && $2::text[]",
    )
    .bind(event_id)
    .bind(&old)
    .bind(&new)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether a code of the event takes off an amount, which means something in its currency alone.
pub async fn has_amounts(conn: &mut PgConnection, event_id: EventId) -> Result<bool> {
    let sql = "select exists (select from discount_codes where event_id = $1 and kind <> 'percent')";
    Ok(sqlx::query_scalar(sql).bind(event_id).fetch_one(conn).await?)
}

/// The event of a code, if there is such a code.
pub async fn find_event_of(state: &AppState, code_id: CodeId) -> Result<Option<EventId>> {
    let sql = "select event_id from discount_codes where id = $1";
    Ok(sqlx::query_scalar(sql).bind(code_id).fetch_optional(state.db.pool()).await?)
}

/// The codes that read like this, in capitals: of one event, or of these; none for all of them.
pub async fn list_ids(conn: &mut PgConnection, event_ids: Option<&[EventId]>, text: &str) -> Result<Vec<CodeId>> {
    let sql = "select id from discount_codes where code = upper($2) and ($1::uuid[] is null or event_id = any($1))";
    Ok(sqlx::query_scalar(sql).bind(event_ids).bind(text).fetch_all(conn).await?)
}
