//! Accounts made durable; guests, links, new passwords, addresses and leaving in files of their own.

mod find;
mod guest;
mod leave;
mod named;
mod reset;
mod tokens;
mod verify;

pub use find::{Named, SOUGHT, find_named, list_attendees, nobody};
pub use guest::{
    Linked, begin_guest, claim_guest, correct_email, delete_guests, find_linked, lock_guest, make_account, open_guest,
    write_guest_link,
};
pub use leave::{KeptUser, check_leaving, export_user, lock_leaving, remove_person};
pub use named::{NamedPerson, find_by_email, insert_person, unusable_password};
pub use reset::{forgot_password, reset_password};
pub use tokens::{Link, check_link, write_link};
pub use verify::{resend_verification, verify_email};

use super::{
    model::{Profile, Registration, User, normalise_email},
    programs::store::end_apps_of,
    token::Purpose,
};
use crate::{
    error::{Conflict, Error, Problem},
    id::UserId,
    server::{Result, clock::new_id, db::Planned, state::AppState},
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::HashMap;
use tower_sessions::session::Id;

const USER: &str =
    "id, email, first_name, last_name, is_admin, is_staff, is_guest, email_verified_at, unread_count, created_at";

/// Makes an account, and sends its address a link to confirm it. Errors: `EmailTaken`, also when two registrations of one
/// address meet.
pub async fn register(state: &AppState, registration: Registration, now: DateTime<Utc>) -> Result<User> {
    let hash = state.passwords.hash(registration.password.clone()).await?;
    let mut tx = state.db.begin().await?;
    let user = insert_user(&mut tx, &NewUser { registration, hash, is_admin: false, now }).await?;
    tokens::ask_for_link(&mut tx, user.id, Purpose::Verify, now).await?;
    tx.commit().await?;
    Ok(user)
}

/// Makes an account that may see the dashboard. Errors: `Invalid`, `EmailTaken`.
pub async fn create_admin(
    state: &AppState,
    email: &str,
    password: String,
    first_name: &str,
    last_name: &str,
) -> Result<UserId> {
    let registration = Registration::parse(email, password, first_name, last_name)?;
    let hash = state.passwords.hash(registration.password.clone()).await?;
    let admin = NewUser { registration, hash, is_admin: true, now: state.clock.now() };
    Ok(insert_user(&mut *state.db.pool().acquire().await?, &admin).await?.id)
}

/// The account that goes with address and password. Errors: `WrongCredentials`, after the same time in every case.
pub async fn login(state: &AppState, email: &str, password: String) -> Result<User> {
    let found: Option<(UserId, String)> =
        sqlx::query_as("select id, password_hash from users where email = $1 and is_active and not is_guest")
            .bind(normalise_email(email))
            .fetch_optional(state.db.pool())
            .await?;
    let (user_id, hash) = found.unzip();
    let right = state.passwords.verify(password, hash).await?;
    match user_id {
        Some(user_id) if right => find_user(state, user_id).await?.ok_or_else(|| Error::WrongCredentials.into()),
        _ => Err(Error::WrongCredentials.into()),
    }
}

/// The account of this id, unless it was deactivated.
pub async fn find_user(state: &AppState, user_id: UserId) -> Result<Option<User>> {
    let sql = const_format::formatcp!("select {USER} from users where id = $1 and is_active");
    Ok(sqlx::query_as(sql).bind(user_id).fetch_optional(state.db.pool()).await?)
}

/// The names of these accounts, given name first, in no order.
pub async fn list_names(conn: &mut PgConnection, user_ids: &[UserId]) -> Result<Vec<(UserId, String, String)>> {
    let sql = "select id, first_name, last_name from users where id = any($1)";
    Ok(sqlx::query_as(sql).bind(user_ids).fetch_all(conn).await?)
}

/// How to reach a person.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Contact {
    /// The account.
    pub id: UserId,
    /// The address.
    pub email: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
}

/// How to reach these people, in no order; who is gone is left out.
pub async fn list_contacts(conn: &mut PgConnection, user_ids: &[UserId]) -> Result<Vec<Contact>> {
    let sql = "select id, email, first_name, last_name from users where id = any($1) and is_active";
    Ok(sqlx::query_as(sql).bind(user_ids).fetch_all(conn).await?)
}

/// The admins of the site, in the order in which they came.
pub async fn list_admins(conn: &mut PgConnection) -> Result<Vec<Contact>> {
    let sql = "select id, email, first_name, last_name from users where is_admin and is_active order by id";
    Ok(sqlx::query_as(sql).fetch_all(conn).await?)
}

/// Notes that a person has a post in the dashboard.
pub async fn join_staff(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    sqlx::query("update users set is_staff = true where id = $1").bind(user_id).execute(conn).await?;
    Ok(())
}

/// Notes that a person has no post in the dashboard any more.
pub async fn leave_staff(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    sqlx::query("update users set is_staff = false where id = $1").bind(user_id).execute(conn).await?;
    Ok(())
}

/// Changes a person's names. Errors: `SignInRequired` when the account is gone.
pub async fn update_me(state: &AppState, user_id: UserId, profile: Profile, now: DateTime<Utc>) -> Result<User> {
    let sql = const_format::formatcp!(
        "update users set first_name = $2, last_name = $3, updated_at = $4 where id = $1 and is_active returning {USER}"
    );
    let user = sqlx::query_as(sql)
        .bind(user_id)
        .bind(profile.first_name)
        .bind(profile.last_name)
        .bind(now)
        .fetch_optional(state.db.pool())
        .await?;
    user.ok_or_else(|| Error::SignInRequired.into())
}

/// Replaces a password by another; ends the person's sessions but `current`, their apps, and what could reset the password.
///
/// Errors: `Invalid` on `current_password` when that is not it; those of [`require_account`].
pub async fn change_password(
    state: &AppState,
    user_id: UserId,
    (current_password, new_password): (String, String),
    current: Option<Id>,
) -> Result<()> {
    require_account(state, user_id).await?;
    let hash: Option<String> = sqlx::query_scalar("select password_hash from users where id = $1 and is_active")
        .bind(user_id)
        .fetch_optional(state.db.pool())
        .await?;
    if !state.passwords.verify(current_password, hash).await? {
        return Err(Error::invalid("current_password", Problem::WrongPassword).into());
    }
    let hash = state.passwords.hash(new_password).await?;
    let mut tx = state.db.begin().await?;
    lock_person(&mut tx, user_id).await?;
    let now = state.clock.now_in(&mut tx).await?;
    set_password(&mut tx, user_id, hash, now).await?;
    tokens::end_links(&mut tx, user_id, Purpose::Reset, now).await?;
    let ended = state.sessions.delete_of_user(&mut tx, user_id, current).await?;
    let apps = end_apps_of(&mut tx, user_id).await?;
    tx.commit().await?;
    state.bearers.forget_apps(&apps);
    state.sessions.forget(ended).await;
    Ok(())
}

/// Ends every session of a person, their own too, and their apps.
pub async fn sign_out_everywhere(state: &AppState, user_id: UserId) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let ended = state.sessions.delete_of_user(&mut tx, user_id, None).await?;
    let apps = end_apps_of(&mut tx, user_id).await?;
    tx.commit().await?;
    state.bearers.forget_apps(&apps);
    state.sessions.forget(ended).await;
    Ok(())
}

/// Locks the account of a person against other changes of it. Errors: `SignInRequired` when it is gone.
pub(in crate::users) async fn lock_person(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    if try_lock_person(conn, user_id).await? { Ok(()) } else { Err(Error::SignInRequired.into()) }
}

/// Locks the account of a person, if it is still there.
async fn try_lock_person(conn: &mut PgConnection, user_id: UserId) -> Result<bool> {
    let sql = "select id from users where id = $1 and is_active for no key update";
    let found: Option<UserId> = sqlx::query_scalar(sql).bind(user_id).fetch_optional(conn).await?;
    Ok(found.is_some())
}

/// Finds the account that has this address, and locks it as [`lock_person`] does. Guests have no password to forget.
async fn find_person(conn: &mut PgConnection, email: &str) -> Result<Option<UserId>> {
    let sql = "select id from users where email = $1 and is_active and not is_guest for no key update";
    Ok(sqlx::query_scalar(sql).bind(email).fetch_optional(conn).await?)
}

async fn set_password(conn: &mut PgConnection, user_id: UserId, hash: String, now: DateTime<Utc>) -> Result<()> {
    sqlx::query("update users set password_hash = $2, updated_at = $3 where id = $1")
        .bind(user_id)
        .bind(hash)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes that the person reads the mail of their address; the first time counts.
async fn set_verified(conn: &mut PgConnection, user_id: UserId, now: DateTime<Utc>) -> Result<User> {
    let sql = const_format::formatcp!(
        "update users set email_verified_at = coalesce(email_verified_at, $2), updated_at = $2 where id = $1
         returning {USER}"
    );
    Ok(sqlx::query_as(sql).bind(user_id).bind(now).fetch_one(conn).await?)
}

/// An account to bring in, with its password hashed already.
#[derive(Clone, Debug)]
pub struct ImportedUser {
    /// The address, in lower case.
    pub email: String,
    /// argon2id in PHC form.
    pub password_hash: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// May see the dashboard.
    pub is_admin: bool,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Brings accounts in, in one transaction: an old system's, or the demonstration's. An address that has an account
/// already keeps it as it is. Answers the ids in the order of the imports.
pub async fn import_users(state: &AppState, imports: &[ImportedUser]) -> Result<Vec<UserId>> {
    let emails: Vec<&str> = imports.iter().map(|import| import.email.as_str()).collect();
    let mut tx = state.db.begin().await?;
    sqlx::query(
        "insert into users (id, email, password_hash, first_name, last_name, is_admin, created_at, updated_at)
         select id, email, hash, first_name, last_name, is_admin, created_at, created_at
         from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bool[], $7::timestamptz[])
             as given (id, email, hash, first_name, last_name, is_admin, created_at)
         on conflict (email) where not is_guest do nothing",
    )
    .bind(imports.iter().map(|_| UserId(new_id())).collect::<Vec<_>>())
    .bind(&emails)
    .bind(imports.iter().map(|import| import.password_hash.as_str()).collect::<Vec<_>>())
    .bind(imports.iter().map(|import| import.first_name.as_str()).collect::<Vec<_>>())
    .bind(imports.iter().map(|import| import.last_name.as_str()).collect::<Vec<_>>())
    .bind(imports.iter().map(|import| import.is_admin).collect::<Vec<_>>())
    .bind(imports.iter().map(|import| import.created_at).collect::<Vec<_>>())
    .execute(&mut *tx)
    .await?;
    let ids = sqlx::query_scalar(
        "select id from unnest($1::text[]) with ordinality as given (email, place) join users using (email)
         where not is_guest order by place",
    )
    .bind(&emails)
    .fetch_all(&mut *tx)
    .await?;
    tx.commit().await?;
    Ok(ids)
}

struct NewUser {
    registration: Registration,
    hash: String,
    is_admin: bool,
    now: DateTime<Utc>,
}

async fn insert_user(conn: &mut PgConnection, new: &NewUser) -> Result<User> {
    let sql = const_format::formatcp!(
        "insert into users (id, email, password_hash, first_name, last_name, is_admin, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $7) on conflict (email) where not is_guest do nothing returning {USER}"
    );
    let user = sqlx::query_as(sql)
        .bind(UserId(new_id()))
        .bind(&new.registration.email)
        .bind(&new.hash)
        .bind(&new.registration.first_name)
        .bind(&new.registration.last_name)
        .bind(new.is_admin)
        .bind(new.now)
        .fetch_optional(conn)
        .await?;
    user.ok_or_else(|| Conflict::EmailTaken.into())
}

/// Counts notifications that a person hasn't seen, or has seen now.
pub async fn add_unread(conn: &mut PgConnection, user_id: UserId, count: i32) -> Result<()> {
    let add = sqlx::query("update users set unread_count = unread_count + $2 where id = $1 and $2 <> 0");
    add.bind(user_id).bind(count).execute(conn).await?;
    Ok(())
}

/// How many notifications each of these people hasn't seen; who is gone is left out.
pub async fn list_unread(state: &AppState, user_ids: &[UserId]) -> Result<HashMap<UserId, i32>> {
    let sql = "select id, unread_count from users where id = any($1) and is_active";
    let rows: Vec<(UserId, i32)> = sqlx::query_as(sql).bind(user_ids).fetch_all(state.db.pool()).await?;
    Ok(rows.into_iter().collect())
}

/// Those of the accounts `$1` that are active.
pub static ACTIVE: Planned =
    Planned { name: "active", parameters: "uuid[]", sql: "select id from users where id = any($1) and is_active" };

/// Refuses guests what only an account has: a password, a list of sessions. Errors: `Forbidden`; `SignInRequired` when
/// the person is gone.
pub async fn require_account(state: &AppState, user_id: UserId) -> Result<()> {
    let user = find_user(state, user_id).await?.ok_or(Error::SignInRequired)?;
    if user.is_guest { Err(Error::Forbidden.into()) } else { Ok(()) }
}

/// Refuses an account that was deactivated since its session began, and keeps the person from leaving until the end of the
/// transaction. Errors: `SignInRequired`.
pub async fn require_active(conn: &mut PgConnection, user_id: UserId) -> Result<()> {
    if is_active(conn, user_id).await? { Ok(()) } else { Err(Error::SignInRequired.into()) }
}

/// Whether a person is still there, who then can't leave before the transaction ends.
pub async fn is_active(conn: &mut PgConnection, user_id: UserId) -> Result<bool> {
    let active: Option<bool> = sqlx::query_scalar("select is_active from users where id = $1 for key share")
        .bind(user_id)
        .fetch_optional(conn)
        .await?;
    Ok(active == Some(true))
}
