//! Links that open a door.

use crate::{
    checkins::model::{DoorLink, LINK_OUTLASTS, NewLink, join_path},
    error::Error,
    events::{store::find_sale, when::at_venue},
    id::{EventId, LinkId},
    server::{Result, clock::new_id, finish, secret::Secret, state::AppState},
    staff::{
        admit::Actor,
        store::{Deed, record},
    },
};
use chrono::{DateTime, Utc};
use serde_json::json;

#[derive(sqlx::FromRow)]
struct LinkRow {
    id: LinkId,
    event_id: EventId,
    name: String,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    timezone: String,
    admitted_count: i64,
}

/// What a [`LinkRow`] is read by; which ones comes after it. How long it works goes with the event ([`LINK_OUTLASTS`]), which may
/// have been moved since the link was made.
const LINK: &str = "select l.id, l.event_id, l.name, ends_at + interval '12 hours' as expires_at, revoked_at, timezone, \
        (select count(*) from check_ins c where c.event_id = l.event_id and link_id = l.id and undone_at is null) as admitted_count \
    from check_in_links l join events on events.id = l.event_id";

impl LinkRow {
    fn tell(self, now: DateTime<Utc>) -> DoorLink {
        DoorLink {
            id: self.id,
            event_id: self.event_id,
            is_open: self.revoked_at.is_none() && now < self.expires_at,
            expires: at_venue(self.expires_at, &self.timezone, now),
            expires_at: self.expires_at,
            name: self.name,
            admitted_count: self.admitted_count,
        }
    }
}

/// A link, whether it works or not.
pub async fn find_link(state: &AppState, link_id: LinkId, now: DateTime<Utc>) -> Result<Option<DoorLink>> {
    let sql = const_format::formatcp!("{LINK} where l.id = $1");
    let row: Option<LinkRow> = sqlx::query_as(sql).bind(link_id).fetch_optional(state.db.pool()).await?;
    Ok(row.map(|row| row.tell(now)))
}

/// The link that carries this secret. Errors: `LinkOver` where there is none, or where it doesn't work any more.
pub async fn find_secret(state: &AppState, token: &str, now: DateTime<Utc>) -> Result<DoorLink> {
    let secret = Secret::parse(token).ok_or(Error::LinkOver)?;
    let sql = const_format::formatcp!("{LINK} where secret_hash = $1");
    let row: Option<LinkRow> = sqlx::query_as(sql).bind(secret.hash().to_vec()).fetch_optional(state.db.pool()).await?;
    row.map(|row| row.tell(now)).filter(|link| link.is_open).ok_or_else(|| Error::LinkOver.into())
}

/// The links of an event, those that work first, then the newest.
pub async fn list_links(state: &AppState, event_id: EventId, now: DateTime<Utc>) -> Result<Vec<DoorLink>> {
    let sql = const_format::formatcp!(
        "{LINK} where l.event_id = $1 order by (revoked_at is null and ends_at + interval '12 hours' > $2) desc, l.id desc limit 200"
    );
    let rows: Vec<LinkRow> = sqlx::query_as(sql).bind(event_id).bind(now).fetch_all(state.db.pool()).await?;
    Ok(rows.into_iter().map(|row| row.tell(now)).collect())
}

/// The event of a link. Errors: `NotFound`.
pub async fn get_event_of_link(state: &AppState, link_id: LinkId) -> Result<EventId> {
    let sql = "select event_id from check_in_links where id = $1";
    let event_id = sqlx::query_scalar(sql).bind(link_id).fetch_optional(state.db.pool()).await?;
    event_id.ok_or_else(|| Error::NotFound.into())
}

/// Makes a link to the door of an event. It works until some hours after the event's end. Errors: `NotFound`; `LinkOver` where
/// that has passed.
pub async fn make_link(state: &AppState, actor: Actor, event_id: EventId, name: String) -> Result<NewLink> {
    let secret = Secret::new()?;
    let address = state.config.address(&join_path(secret.text()));
    let (state, link_id) = (state.clone(), LinkId(new_id()));
    let hash = secret.hash().to_vec();
    finish(async move {
        let mut tx = state.db.begin().await?;
        let event = find_sale(&mut tx, event_id).await?;
        let now = state.clock.now_in(&mut tx).await?;
        let expires_at = event.ends_at + LINK_OUTLASTS;
        if expires_at <= now {
            return Err(Error::LinkOver.into());
        }
        sqlx::query(
            "insert into check_in_links (id, event_id, name, secret_hash, created_by, created_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(link_id)
        .bind(event_id)
        .bind(&name)
        .bind(hash)
        .bind(actor.user_id)
        .bind(now)
        .bind(expires_at)
        .execute(&mut *tx)
        .await?;
        let deed = Deed {
            action: "check_in_link_made",
            event_id: Some(event_id),
            subject_id: Some(link_id.0),
            before: json!({}),
            after: json!({"name": name, "expires_at": expires_at}),
        };
        record(&mut tx, &actor, deed, now).await?;
        let sql = const_format::formatcp!("{LINK} where l.id = $1");
        let row: LinkRow = sqlx::query_as(sql).bind(link_id).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(NewLink { link: row.tell(now), address })
    })
    .await
}

/// Closes a link of this event: whoever opened it is out at once. Doing it twice is fine.
pub async fn revoke_link(state: &AppState, actor: Actor, event_id: EventId, link_id: LinkId) -> Result<()> {
    let state = state.clone();
    finish(async move {
        let mut tx = state.db.begin().await?;
        let now = state.clock.now_in(&mut tx).await?;
        let revoked: Option<String> = sqlx::query_scalar(
            "update check_in_links set revoked_at = $2 where id = $1 and revoked_at is null returning name",
        )
        .bind(link_id)
        .bind(now)
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(name) = revoked {
            let deed = Deed {
                action: "check_in_link_revoked",
                event_id: Some(event_id),
                subject_id: Some(link_id.0),
                before: json!({"name": name, "revoked_at": null}),
                after: json!({"name": name, "revoked_at": now}),
            };
            record(&mut tx, &actor, deed, now).await?;
        }
        tx.commit().await?;
        Ok(())
    })
    .await
}
