//! Uploaded posters made durable.

use super::manage::lock_managed;
use crate::{
    error::{Conflict, Error},
    events::model::EventPoster,
    id::EventId,
    server::{Result, photos::Photos, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use axum::body::Bytes;
use chrono::{DateTime, Utc};
use moka::future::Cache;
use serde_json::json;
use sqlx::{PgConnection, types::Json};
use std::time::Duration;

/// What the file for other sites is called among the sizes.
pub const SHARE: &str = "share";

/// Gives an event this poster, in somebody's name; the one before is gone. Errors: `NotFound`; `EventCancelled`.
pub async fn set_poster(
    state: &AppState,
    actor: &Actor,
    event_id: EventId,
    (poster, photos): (&EventPoster, &Photos),
) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let (before, now) = lock_poster(state, &mut tx, event_id).await?;
    let files = photos.whole.iter().map(|photo| (photo.width.to_string(), &photo.bytes));
    let files: Vec<(String, &Bytes)> = files.chain([(SHARE.to_owned(), &photos.cover.bytes)]).collect();
    sqlx::query("delete from posters where event_id = $1").bind(event_id).execute(&mut *tx).await?;
    sqlx::query(
        "insert into posters (event_id, hash, size, bytes, created_at)
         select $1, $2, size, bytes, $3 from unnest($4::text[], $5::bytea[]) as file (size, bytes)",
    )
    .bind(event_id)
    .bind(&poster.hash)
    .bind(now)
    .bind(files.iter().map(|(size, _)| size.as_str()).collect::<Vec<_>>())
    .bind(files.iter().map(|(_, bytes)| bytes.as_ref()).collect::<Vec<_>>())
    .execute(&mut *tx)
    .await?;
    write(&mut tx, event_id, Some(poster), now).await?;
    note(&mut tx, actor, ("poster_set", event_id), (before.as_ref(), Some(poster)), now).await?;
    tx.commit().await?;
    state.posters.0.invalidate_all();
    Ok(())
}

/// Says in other words what an event's poster shows, in somebody's name. Errors: `NotFound`, also without a poster;
/// `EventCancelled`.
pub async fn describe_poster(state: &AppState, actor: &Actor, event_id: EventId, alt_text: &str) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let (before, now) = lock_poster(state, &mut tx, event_id).await?;
    let before = before.ok_or(Error::NotFound)?;
    if before.alt_text == alt_text {
        return Ok(());
    }
    let after = EventPoster { alt_text: alt_text.to_owned(), ..before.clone() };
    write(&mut tx, event_id, Some(&after), now).await?;
    note(&mut tx, actor, ("poster_described", event_id), (Some(&before), Some(&after)), now).await?;
    tx.commit().await?;
    Ok(())
}

/// Takes an event's poster away, in somebody's name: its poster is drawn again. Doing it twice is fine. Errors: `NotFound`;
/// `EventCancelled`.
pub async fn remove_poster(state: &AppState, actor: &Actor, event_id: EventId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let (before, now) = lock_poster(state, &mut tx, event_id).await?;
    let Some(before) = before else { return Ok(()) };
    sqlx::query("delete from posters where event_id = $1").bind(event_id).execute(&mut *tx).await?;
    write(&mut tx, event_id, None, now).await?;
    note(&mut tx, actor, ("poster_removed", event_id), (Some(&before), None), now).await?;
    tx.commit().await?;
    state.posters.0.invalidate_all();
    Ok(())
}

/// Gives an event the poster of another, if that has one.
pub async fn copy_poster(conn: &mut PgConnection, (from, to): (EventId, EventId), now: DateTime<Utc>) -> Result<()> {
    for sql in [
        "insert into posters (event_id, hash, size, bytes, created_at)
         select $2, hash, size, bytes, $3 from posters where event_id = $1",
        "update events set poster = (select poster from events where id = $1), updated_at = $3 where id = $2",
    ] {
        sqlx::query(sql).bind(from).bind(to).bind(now).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Bytes of posters that a process keeps: some hundreds of files.
const KEPT_MAX_BYTES: u64 = 32 << 20;

/// How long: one that was taken away is gone everywhere after that.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// The posters that a process has handed out. Clones share them.
#[derive(Clone)]
pub struct Posters(Cache<(EventId, String, String), Bytes>);

impl Default for Posters {
    fn default() -> Self {
        let weigh = |_: &(EventId, String, String), file: &Bytes| u32::try_from(file.len()).unwrap_or(u32::MAX);
        Self(Cache::builder().max_capacity(KEPT_MAX_BYTES).weigher(weigh).time_to_live(KEPT_FOR).build())
    }
}

/// A file of an event's poster, if there is one by these names. When a sale opens thousands ask for the same one.
pub async fn find_poster(state: &AppState, event_id: EventId, hash: &str, size: &str) -> Result<Option<Bytes>> {
    let key = (event_id, hash.to_owned(), size.to_owned());
    if let Some(kept) = state.posters.0.get(&key).await {
        return Ok(Some(kept));
    }
    let found = read_poster(state, event_id, hash, size).await?;
    if let Some(file) = &found {
        state.posters.0.insert(key, file.clone()).await;
    }
    Ok(found)
}

async fn read_poster(state: &AppState, event_id: EventId, hash: &str, size: &str) -> Result<Option<Bytes>> {
    let sql = "select bytes from posters where event_id = $1 and hash = $2 and size = $3";
    let bytes: Option<Vec<u8>> =
        sqlx::query_scalar(sql).bind(event_id).bind(hash).bind(size).fetch_optional(state.db.pool()).await?;
    Ok(bytes.map(Bytes::from))
}

async fn lock_poster(
    state: &AppState,
    conn: &mut PgConnection,
    event_id: EventId,
) -> Result<(Option<EventPoster>, DateTime<Utc>)> {
    let row = lock_managed(conn, event_id).await?;
    if row.event.is_cancelled() {
        return Err(Conflict::EventCancelled.into());
    }
    let now = state.clock.now_in(conn).await?;
    Ok((row.event.poster, now))
}

async fn write(
    conn: &mut PgConnection,
    event_id: EventId,
    poster: Option<&EventPoster>,
    now: DateTime<Utc>,
) -> Result<()> {
    let sql = "update events set poster = $2, updated_at = $3 where id = $1";
    sqlx::query(sql).bind(event_id).bind(poster.map(Json)).bind(now).execute(conn).await?;
    Ok(())
}

async fn note(
    conn: &mut PgConnection,
    actor: &Actor,
    (action, event_id): (&'static str, EventId),
    (before, after): (Option<&EventPoster>, Option<&EventPoster>),
    now: DateTime<Utc>,
) -> Result<()> {
    let tell = |poster: Option<&EventPoster>| match poster {
        Some(poster) => json!({"picture": poster.hash, "alt_text": poster.alt_text}),
        None => json!({}),
    };
    let deed = Deed { action, event_id: Some(event_id), subject_id: None, before: tell(before), after: tell(after) };
    record(conn, actor, deed, now).await
}
