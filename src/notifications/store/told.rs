//! What people are told on the site, and which mails they want.

use crate::{
    events::{
        model::{Page, check_limit, parse_cursor},
        when::at_venue,
    },
    id::UserId,
    notifications::model::{Notification, Optional, Preferences},
    server::{Result, state::AppState},
    users,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Something to tell a person on the site.
#[derive(Debug)]
pub(in crate::notifications) struct Told<'a> {
    /// The mail's id.
    pub(in crate::notifications) id: Uuid,
    pub(in crate::notifications) user_id: UserId,
    pub(in crate::notifications) title: &'a str,
    pub(in crate::notifications) path: &'a str,
}

/// Tells it, once for each mail.
pub(in crate::notifications) async fn notify(state: &AppState, told: Told<'_>, now: DateTime<Utc>) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let new = sqlx::query(
        "insert into notifications (id, user_id, title, path, created_at) values ($1, $2, $3, $4, $5)
         on conflict (id) do nothing",
    )
    .bind(told.id)
    .bind(told.user_id)
    .bind(told.title)
    .bind(told.path)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if new.rows_affected() == 1 {
        users::store::add_unread(&mut tx, told.user_id, 1).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    title: String,
    path: String,
    created_at: DateTime<Utc>,
    read_at: Option<DateTime<Utc>>,
}

/// What a person was told, newest first: `limit` (1 to 200) from `cursor` on. Errors: `Invalid`.
pub async fn list_notifications(
    state: &AppState,
    user_id: UserId,
    limit: i64,
    cursor: &str,
) -> Result<Page<Notification>> {
    let (limit, before) = (check_limit(limit)?, parse_cursor::<Uuid>(cursor)?);
    let rows: Vec<Row> = sqlx::query_as(
        "select id, title, path, created_at, read_at from notifications
         where user_id = $1 and ($2 is null or id < $2) order by id desc limit $3",
    )
    .bind(user_id)
    .bind(before)
    .bind(limit + 1)
    .fetch_all(state.db.pool())
    .await?;
    let now = state.clock.now();
    let notification = |row: Row| Notification {
        id: row.id,
        title: row.title,
        path: row.path,
        is_read: row.read_at.is_some(),
        created_at: row.created_at,
        when: at_venue(row.created_at, "UTC", now),
    };
    let Page { items, next_cursor } = Page::cut(rows, limit, |row| row.id.to_string());
    Ok(Page { items: items.into_iter().map(notification).collect(), next_cursor })
}

/// Notes that a person has seen what they were told up to this one; all of it without one. Doing it twice is fine.
pub async fn read_notifications(
    state: &AppState,
    user_id: UserId,
    upto: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let read = sqlx::query(
        "update notifications set read_at = $3 where user_id = $1 and read_at is null and ($2 is null or id <= $2)",
    );
    let read = read.bind(user_id).bind(upto).bind(now).execute(&mut *tx).await?;
    let count = i32::try_from(read.rows_affected()).unwrap_or(i32::MAX);
    users::store::add_unread(&mut tx, user_id, -count).await?;
    tx.commit().await?;
    Ok(())
}

/// Which mails a person wants.
pub async fn get_preferences(state: &AppState, user_id: UserId) -> Result<Preferences> {
    read_preferences(state.db.pool(), user_id).await
}

async fn read_preferences(db: impl sqlx::PgExecutor<'_>, user_id: UserId) -> Result<Preferences> {
    let unwanted: Vec<String> =
        sqlx::query_scalar("select kind from unwanted_mails where user_id = $1").bind(user_id).fetch_all(db).await?;
    let wants = |kind: Optional| !unwanted.iter().any(|name| name == kind.name());
    Ok(Preferences {
        reminder: wants(Optional::Reminder),
        hold_ending: wants(Optional::HoldEnding),
        digest: wants(Optional::Digest),
    })
}

/// Sets which of these mails a person wants, and answers what they want of all.
pub async fn set_preferences(state: &AppState, user_id: UserId, wishes: Vec<(Optional, bool)>) -> Result<Preferences> {
    let (on, off): (Vec<_>, Vec<_>) = wishes.into_iter().partition(|(_, is_wanted)| *is_wanted);
    let names = |kinds: Vec<(Optional, bool)>| kinds.into_iter().map(|(kind, _)| kind.name()).collect::<Vec<_>>();
    let mut tx = state.db.begin().await?;
    sqlx::query("delete from unwanted_mails where user_id = $1 and kind = any($2)")
        .bind(user_id)
        .bind(names(on))
        .execute(&mut *tx)
        .await?;
    sqlx::query("insert into unwanted_mails (user_id, kind) select $1, unnest($2::text[]) on conflict do nothing")
        .bind(user_id)
        .bind(names(off))
        .execute(&mut *tx)
        .await?;
    let now_wanted = read_preferences(&mut *tx, user_id).await?;
    tx.commit().await?;
    Ok(now_wanted)
}
