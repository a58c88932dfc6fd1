//! Guests made durable: people who book without an account, the links that open what they booked, and the end of being
//! one.
//!
//! A link's secret is kept as a hash, like those of all links: a backup must not open bookings, as a key that signs
//! them would. It ends with its guest.

use super::{USER, leave::erase, lock_person, set_verified, tokens::ask_for_link, try_lock_person};
use crate::{
    error::{Conflict, Error},
    id::UserId,
    server::{Failure, Result, clock::new_id, secret::Secret, state::AppState},
    users::{
        model::{Guest, User},
        token::{COUNTED, Purpose, decide_send},
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// A link begins with its id, in hexadecimal.
const ID_LENGTH: usize = 32;

/// Makes a guest. Whether the address has an account makes no difference, nor how many guests have it.
pub async fn begin_guest(state: &AppState, guest: Guest, now: DateTime<Utc>) -> Result<User> {
    let sql = const_format::formatcp!(
        "insert into users (id, email, password_hash, first_name, last_name, is_guest, created_at, updated_at)
         values ($1, $2, '', $3, $4, true, $5, $5) returning {USER}"
    );
    let user = sqlx::query_as(sql)
        .bind(UserId(new_id()))
        .bind(guest.email)
        .bind(guest.first_name)
        .bind(guest.last_name)
        .bind(now)
        .fetch_one(state.db.pool())
        .await?;
    Ok(user)
}

/// The link for a mail to a guest at this address, as it stands in it: the mail's id names it. Written twice, both are good, since
/// nobody knows which one arrives. None where the guest is none any more, or has corrected their address.
pub async fn write_guest_link(
    state: &AppState,
    mail_id: Uuid,
    (user_id, email): (UserId, &str),
) -> Result<Option<String>> {
    let secret = Secret::new()?;
    let written = sqlx::query(
        "insert into guest_links (id, user_id, token_hashes, created_at)
         select $1, id, array[$3], $4 from users where id = $2 and is_guest and is_active and email = $5
         for share
         on conflict (id) do update
         set token_hashes = guest_links.token_hashes[greatest(cardinality(guest_links.token_hashes) - 8, 1):]
                            || excluded.token_hashes",
    )
    .bind(mail_id)
    .bind(user_id)
    .bind(&secret.hash()[..])
    .bind(state.clock.now())
    .bind(email)
    .execute(state.db.pool())
    .await?;
    Ok((written.rows_affected() == 1).then(|| format!("{}{}", mail_id.simple(), secret.text())))
}

/// Where a guest's link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Linked {
    /// The guest.
    pub id: UserId,
    /// Whether they are still one: neither claimed nor gone.
    pub is_active: bool,
    /// The account that took over what they had booked.
    pub claimed_by: Option<UserId>,
}

/// The guest of a link. Errors: `LinkOver` for one that was never sent.
pub async fn find_linked(conn: &mut PgConnection, token: &str) -> Result<Linked> {
    let (id, secret) = token.split_at_checked(ID_LENGTH).ok_or(Error::LinkOver)?;
    let (Ok(id), Some(secret)) = (id.parse::<Uuid>(), Secret::parse(secret)) else {
        return Err(Error::LinkOver.into());
    };
    let found = sqlx::query_as(
        "select users.id, is_active, claimed_by from guest_links join users on users.id = user_id
         where guest_links.id = $1 and $2 = any(token_hashes)",
    )
    .bind(id)
    .bind(&secret.hash()[..])
    .fetch_optional(conn)
    .await?;
    Ok(found.ok_or(Error::LinkOver)?)
}

/// The guest whom a link lets in: whoever has it reads the mail of their address. The first time, all other sessions of the guest
/// end. Errors: `LinkOver`.
pub async fn open_guest(state: &AppState, token: &str) -> Result<User> {
    let mut tx = state.db.begin().await?;
    let linked = find_linked(&mut tx, token).await?;
    if !try_lock_person(&mut tx, linked.id).await? {
        return Err(Error::LinkOver.into());
    }
    // Again, now that nobody changes the person: a corrected address ends the links to the one before.
    find_linked(&mut tx, token).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let is_proven: bool = sqlx::query_scalar("select email_verified_at is not null from users where id = $1")
        .bind(linked.id)
        .fetch_one(&mut *tx)
        .await?;
    let user = set_verified(&mut tx, linked.id, now).await?;
    // Until now anybody could have typed the address.
    let ended = if is_proven { None } else { Some(state.sessions.delete_of_user(&mut tx, linked.id, None).await?) };
    tx.commit().await?;
    if let Some(ended) = ended {
        state.sessions.forget(ended).await;
    }
    Ok(user)
}

/// Makes a guest an account with this password, and ends their links and sessions: from now on it takes the password.
///
/// Errors: `EmailTaken` where the address has an account; `Forbidden` for who has one; `SignInRequired` when they are
/// gone.
pub async fn make_account(state: &AppState, user_id: UserId, password: String) -> Result<User> {
    let hash = state.passwords.hash(password).await?;
    let mut tx = state.db.begin().await?;
    lock_person(&mut tx, user_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let sql = const_format::formatcp!(
        "update users set is_guest = false, password_hash = $2, updated_at = $3 where id = $1 and is_guest returning {USER}"
    );
    let made = sqlx::query_as(sql).bind(user_id).bind(hash).bind(now).fetch_optional(&mut *tx).await;
    let user: User = made.map_err(translate)?.ok_or(Error::Forbidden)?;
    sqlx::query("delete from guest_links where user_id = $1").bind(user_id).execute(&mut *tx).await?;
    if user.email_verified_at.is_none() {
        ask_for_link(&mut tx, user_id, Purpose::Verify, now).await?;
    }
    let ended = state.sessions.delete_of_user(&mut tx, user_id, None).await?;
    tx.commit().await?;
    state.sessions.forget(ended).await;
    Ok(user)
}

/// Of two who become the account of one address the database knows the second.
fn translate(error: sqlx::Error) -> Failure {
    let constraint = error.as_database_error().and_then(|error| error.constraint());
    match constraint {
        Some("users_one_account_per_email") => Conflict::EmailTaken.into(),
        _ => error.into(),
    }
}

/// Locks a guest out of beginning anything, as [`lock_leaving`](super::lock_leaving) does, and answers who they are
/// now. Assumes a transaction.
pub async fn lock_guest(conn: &mut PgConnection, user_id: UserId) -> Result<Linked> {
    let sql = "select id, is_active and is_guest as is_active, claimed_by from users where id = $1 for update";
    Ok(sqlx::query_as(sql).bind(user_id).fetch_one(conn).await?)
}

/// Takes the person out of a guest's row and notes which account has taken over what was theirs. Their links stay, so
/// that claiming twice can be answered. Assumes [`lock_guest`].
pub async fn claim_guest(conn: &mut PgConnection, guest_id: UserId, user_id: UserId, now: DateTime<Utc>) -> Result<()> {
    erase(conn, guest_id, now).await?;
    sqlx::query("update users set claimed_by = $2 where id = $1").bind(guest_id).bind(user_id).execute(conn).await?;
    Ok(())
}

/// Gives a guest another address, and ends the links that went to the one before. Answers whether it is another. Assumes
/// [`lock_guest`].
///
/// Errors: `Forbidden` for who is no guest any more, and for one who has opened a link: then the address before was theirs, and
/// whoever sits at their device can't turn their mails elsewhere; `TooMany` after three within an hour.
pub async fn correct_email(conn: &mut PgConnection, user_id: UserId, email: &str, now: DateTime<Utc>) -> Result<bool> {
    let (before, corrected_at): (String, Vec<DateTime<Utc>>) = sqlx::query_as(
        "select email, corrected_at from users where id = $1 and is_guest and is_active and email_verified_at is null",
    )
    .bind(user_id)
    .fetch_optional(&mut *conn)
    .await?
    .ok_or(Error::Forbidden)?;
    if before == email {
        return Ok(false);
    }
    let lately: Vec<DateTime<Utc>> = corrected_at.into_iter().filter(|at| *at > now - COUNTED).collect();
    decide_send(&lately, now)?;
    sqlx::query("update users set email = $2, corrected_at = $3, updated_at = $4 where id = $1")
        .bind(user_id)
        .bind(email)
        .bind([lately, vec![now]].concat())
        .bind(now)
        .execute(&mut *conn)
        .await?;
    sqlx::query("delete from guest_links where user_id = $1").bind(user_id).execute(conn).await?;
    Ok(true)
}

/// Removes the rows of guests whom nothing names any more.
pub async fn delete_guests(conn: &mut PgConnection, user_ids: &[UserId]) -> Result<()> {
    sqlx::query("delete from users where id = any($1) and is_guest").bind(user_ids).execute(conn).await?;
    Ok(())
}
