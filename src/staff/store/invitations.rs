//! Posts that are offered by mail.

use super::{
    Deed,
    people::{PostKey, give_post, list_posts},
    record,
};
use crate::{
    error::Error,
    id::{EventId, InvitationId, UserId},
    job::Mail,
    server::{Result, clock::new_id, jobs::enqueue, secret::Secret, state::AppState},
    staff::{
        admit::Actor,
        model::{INVITATION_LASTS, Invitation, Permission, Role},
    },
};
use serde_json::json;
use sqlx::PgConnection;

const INVITATION: &str = "id, email, event_id, role, invited_by, expires_at, created_at";
/// Open invitations of one place that are listed at most.
const INVITATIONS_MAX: i64 = 500;

/// A post to be offered.
#[derive(Clone, Debug)]
pub struct Offer {
    /// To whoever reads the mail of this address.
    pub email: String,
    /// For this event; none for the whole site.
    pub event_id: Option<EventId>,
    /// As this.
    pub role: Role,
}

/// Offers a post by mail, for a week. What was offered to the same address in the same place before is withdrawn.
///
/// Errors: `NotFound` for an unknown event.
pub async fn invite(state: &AppState, actor: &Actor, offer: Offer) -> Result<Invitation> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    sqlx::query(
        "update staff_invitations set expires_at = $3
         where email = $1 and event_id is not distinct from $2 and accepted_at is null and expires_at > $3",
    )
    .bind(&offer.email)
    .bind(offer.event_id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    let sql = const_format::formatcp!(
        "insert into staff_invitations (id, email, event_id, role, invited_by, expires_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7) returning {INVITATION}"
    );
    let inserted = sqlx::query_as(sql)
        .bind(InvitationId(new_id()))
        .bind(&offer.email)
        .bind(offer.event_id)
        .bind(offer.role)
        .bind(actor.user_id)
        .bind(now + INVITATION_LASTS)
        .bind(now)
        .fetch_one(&mut *tx)
        .await;
    let invitation: Invitation = inserted.map_err(unless_event_is_missing)?;
    let (id, event_id) = (invitation.id, offer.event_id);
    enqueue(&mut tx, &[Mail::Invitation { invitation_id: id }.into()], now).await?;
    record(&mut tx, actor, deed_on(id, event_id, "staff_invited", offer.role), now).await?;
    tx.commit().await?;
    Ok(invitation)
}

fn unless_event_is_missing(error: sqlx::Error) -> crate::server::Failure {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    match constraint {
        Some("staff_invitations_event_id_fkey") => Error::NotFound.into(),
        _ => error.into(),
    }
}

/// Who is invited there and has not answered, the newest first.
pub async fn list_invitations(state: &AppState, event_id: Option<EventId>) -> Result<Vec<Invitation>> {
    let sql = const_format::formatcp!(
        "select {INVITATION} from staff_invitations
         where event_id is not distinct from $1 and accepted_at is null and expires_at > coalesce($2, clock_timestamp())
         order by created_at desc, id limit $3"
    );
    let found = sqlx::query_as(sql).bind(event_id).bind(state.clock.fixed_now()).bind(INVITATIONS_MAX);
    Ok(found.fetch_all(state.db.pool()).await?)
}

/// Where an invitation leads to, if there is such a one.
pub async fn find_invitation(state: &AppState, invitation_id: InvitationId) -> Result<Option<Invitation>> {
    let sql = const_format::formatcp!("select {INVITATION} from staff_invitations where id = $1");
    Ok(sqlx::query_as(sql).bind(invitation_id).fetch_optional(state.db.pool()).await?)
}

/// Takes an invitation back. Where it is over already, nothing happens.
pub async fn withdraw_invitation(state: &AppState, actor: &Actor, invitation: &Invitation) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let now = state.clock.now_in(&mut tx).await?;
    let withdrawn = sqlx::query(
        "update staff_invitations set expires_at = $2 where id = $1 and accepted_at is null and expires_at > $2",
    )
    .bind(invitation.id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if withdrawn.rows_affected() == 1 {
        let deed = deed_on(invitation.id, invitation.event_id, "invitation_withdrawn", invitation.role);
        record(&mut tx, actor, deed, now).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Gives an invitation its secret, for the mail that carries it; none if it is over. Done twice, the last secret is good.
pub async fn write_invitation(state: &AppState, invitation_id: InvitationId) -> Result<Option<(Invitation, Secret)>> {
    let secret = Secret::new()?;
    let sql = const_format::formatcp!(
        "update staff_invitations set token_hash = $2
         where id = $1 and accepted_at is null and expires_at > coalesce($3, clock_timestamp()) returning {INVITATION}"
    );
    let invitation: Option<Invitation> = sqlx::query_as(sql)
        .bind(invitation_id)
        .bind(&secret.hash()[..])
        .bind(state.clock.fixed_now())
        .fetch_optional(state.db.pool())
        .await?;
    Ok(invitation.map(|invitation| (invitation, secret)))
}

/// What the link with this secret offers; this doesn't use it. Errors: `LinkOver`, also where who invited may not do so any more.
pub async fn check_invitation(state: &AppState, secret: &str) -> Result<Invitation> {
    let invitation = open_invitation(state, &mut *state.db.pool().acquire().await?, secret).await?;
    let posts = list_posts(state, invitation.invited_by).await?;
    let may_still = match invitation.event_id {
        Some(event_id) => posts.may(Permission::RunStaff, event_id),
        None => posts.may_everywhere(Permission::RunStaff),
    };
    if may_still { Ok(invitation) } else { Err(Error::LinkOver.into()) }
}

/// Takes the post that the link with this secret offers, and answers it. Errors: `LinkOver`; `SignInRequired`.
pub async fn accept_invitation(state: &AppState, actor: &Actor, secret: &str) -> Result<Invitation> {
    check_invitation(state, secret).await?;
    let mut tx = state.db.begin().await?;
    let offered = open_invitation(state, &mut tx, secret).await?;
    let key = PostKey { user_id: actor.user_id, event_id: offered.event_id };
    let now = state.clock.now_in(&mut tx).await?;
    // Of two who use the link at once, the second finds it accepted.
    let accepted = sqlx::query(
        "update staff_invitations set accepted_at = $2 where id = $1 and accepted_at is null and expires_at > $2",
    )
    .bind(offered.id)
    .bind(now)
    .execute(&mut *tx)
    .await?;
    if accepted.rows_affected() == 0 {
        return Err(Error::LinkOver.into());
    }
    give_post(&mut tx, actor, key, offered.role, now).await?;
    tx.commit().await?;
    Ok(offered)
}

/// Forgets the invitations to an address whose person leaves the site, and ends those they sent.
pub async fn forget_invitations(conn: &mut PgConnection, user_id: UserId, email: &str) -> Result<()> {
    sqlx::query("delete from staff_invitations where email = $1 or (invited_by = $2 and accepted_at is null)")
        .bind(email)
        .bind(user_id)
        .execute(conn)
        .await?;
    Ok(())
}

async fn open_invitation(state: &AppState, conn: &mut PgConnection, secret: &str) -> Result<Invitation> {
    let secret = Secret::parse(secret).ok_or(Error::LinkOver)?;
    let sql = const_format::formatcp!(
        "select {INVITATION} from staff_invitations
         where token_hash = $1 and accepted_at is null and expires_at > coalesce($2, clock_timestamp())"
    );
    let found = sqlx::query_as(sql).bind(&secret.hash()[..]).bind(state.clock.fixed_now()).fetch_optional(conn).await?;
    Ok(found.ok_or(Error::LinkOver)?)
}

fn deed_on(id: InvitationId, event_id: Option<EventId>, action: &'static str, role: Role) -> Deed {
    Deed { action, event_id, subject_id: Some(id.0), before: json!({}), after: json!({"role": role}) }
}
