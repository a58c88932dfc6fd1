//! The door to accounts: `/api/v1/auth/…` and `/api/v1/users/…`.

use super::model::{Session, User};
use crate::{error::Error, events::model::Page, id::SessionId};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// Makes an account and signs it in.
///
/// Errors: `Invalid` with every field that doesn't fit; `EmailTaken`.
#[server(name = Register, prefix = "/api", endpoint = "v1/auth/register", input = PostUrl, output = Json)]
pub async fn register(
    /// The address.
    email: String,
    /// The password as typed.
    password: String,
    /// Given name.
    first_name: String,
    /// Family name.
    last_name: String,
    /// Where a form goes afterwards: a path of this site.
    #[server(default)]
    next: Option<String>,
) -> Result<User, Error> {
    use super::{model::Registration, store};
    use crate::server::{Caller, answer, redirect_to, send_back};
    let next = next.unwrap_or_default();
    let registered = answer(async {
        let caller = Caller::current().await?;
        let registration = Registration::parse(&email, password, &first_name, &last_name)?;
        let user = store::register(&caller.state, registration, caller.now).await?;
        caller.sign_in(user.id).await?;
        redirect_to(&next);
        Ok(user)
    })
    .await;
    let typed = [("email", &*email), ("first_name", &*first_name), ("last_name", &*last_name), ("next", &*next)];
    registered.inspect_err(|refused| send_back::<Register>("/register", &typed, refused))
}

/// Signs a person in and gives the session a new id.
///
/// Errors: `WrongCredentials`, with the same answer and the same time for an unknown address and a wrong password; `TooMany` after
/// too many wrong passwords, whether there is an account or not.
#[server(name = Login, prefix = "/api", endpoint = "v1/auth/login", input = PostUrl, output = Json)]
pub async fn login(
    /// The address.
    email: String,
    /// The password as typed.
    password: String,
    /// Where a form goes afterwards: a path of this site.
    #[server(default)]
    next: Option<String>,
) -> Result<User, Error> {
    use super::store;
    use crate::server::{Caller, answer, limits::SignInTry, redirect_to, send_back};
    let next = next.unwrap_or_default();
    let signed_in = answer(async {
        let caller = Caller::current().await?;
        let tried = SignInTry::begin(&caller.state, &email, caller.address).await?;
        let user = store::login(&caller.state, &email, password).await?;
        tried.succeed(&caller.state).await;
        caller.sign_in(user.id).await?;
        redirect_to(&next);
        Ok(user)
    })
    .await;
    signed_in.inspect_err(|refused| send_back::<Login>("/sign-in", &[("email", &email), ("next", &next)], refused))
}

/// Lets somebody go on without an account: makes a guest and signs them in. Doing it twice makes two.
///
/// Errors: `Invalid` with every field that doesn't fit; never whether the address has an account.
#[server(name = BeginGuest, prefix = "/api", endpoint = "v1/auth/guest", input = PostUrl, output = Json)]
pub async fn begin_guest(
    /// The address to which the links go.
    email: String,
    /// Given name.
    first_name: String,
    /// Family name.
    last_name: String,
    /// Where a form goes afterwards: a path of this site.
    #[server(default)]
    next: Option<String>,
) -> Result<User, Error> {
    use super::{model::Guest, store};
    use crate::server::{Caller, answer, redirect_to, send_back};
    let next = next.unwrap_or_default();
    let begun = answer(async {
        let caller = Caller::current().await?;
        let guest = Guest::parse(&email, &first_name, &last_name)?;
        let user = store::begin_guest(&caller.state, guest, caller.now).await?;
        caller.sign_in(user.id).await?;
        redirect_to(&next);
        Ok(user)
    })
    .await;
    let typed = [("email", &*email), ("first_name", &*first_name), ("last_name", &*last_name), ("next", &*next)];
    begun.inspect_err(|refused| send_back::<BeginGuest>("/sign-in/guest", &typed, refused))
}

/// Signs somebody in as the guest whose link they have. A POST, so that what reads mails ahead of people doesn't do it
/// for them. Doing it twice is fine.
///
/// Errors: `LinkOver`, also when an account has taken over what the guest had booked.
#[server(name = OpenGuest, prefix = "/api", endpoint = "v1/auth/guest_link", input = PostUrl, output = Json)]
pub async fn open_guest(
    /// What stands in the link.
    token: String,
    /// Where a form goes afterwards: a path of this site.
    #[server(default)]
    next: Option<String>,
) -> Result<User, Error> {
    use super::store;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let (back, next) = (token.clone(), next.unwrap_or_default());
    let opened = answer(async {
        let caller = Caller::current().await?;
        let state = caller.state.clone();
        let user = finish(async move { store::open_guest(&state, &token).await }).await?;
        caller.sign_in(user.id).await?;
        redirect_to(&next);
        Ok(user)
    })
    .await;
    opened.inspect_err(|refused| send_back::<OpenGuest>("/guest", &[("token", &back), ("next", &next)], refused))
}

/// Makes the guest who is signed in an account with this password. All they have booked stays theirs; the links in
/// their mails and their other sessions end.
///
/// Errors: `SignInRequired`; `Invalid` on `new_password`; `EmailTaken` where their address has an account; `Forbidden`
/// for who has an account.
#[server(name = MakeAccount, prefix = "/api", endpoint = "v1/users/make_account", input = PostUrl, output = Json)]
pub async fn make_account(
    /// The password from now on.
    new_password: String,
) -> Result<User, Error> {
    use super::{model::parse_new_password, store};
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let made = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let new_password = parse_new_password("new_password", new_password)?;
        let state = caller.state.clone();
        let user = finish(async move { store::make_account(&state, user_id, new_password).await }).await?;
        caller.sign_in(user.id).await?;
        redirect_to("/account?saved=account");
        Ok(user)
    })
    .await;
    made.inspect_err(|refused| send_back::<MakeAccount>("/account", &[], refused))
}

/// Ends the session. Doing it twice, or without one, is fine.
#[server(name = Logout, prefix = "/api", endpoint = "v1/auth/logout", input = PostUrl, output = Json)]
pub async fn logout() -> Result<(), Error> {
    use crate::server::{Caller, answer, redirect_to};
    answer(async {
        Caller::current().await?.sign_out().await?;
        redirect_to("/");
        Ok(())
    })
    .await
}

/// Who is signed in, or null: for pages that greet both.
#[server(name = FindSessionUser, prefix = "/api", endpoint = "v1/auth/session", input = GetUrl, output = Json)]
pub async fn find_session_user() -> Result<Option<User>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        match caller.user_id {
            Some(user_id) => store::find_user(&caller.state, user_id).await,
            None => Ok(None),
        }
    })
    .await
}

/// The account of who is signed in.
///
/// Errors: `SignInRequired`.
#[server(name = GetMe, prefix = "/api", endpoint = "v1/users/me", input = GetUrl, output = Json)]
pub async fn get_me() -> Result<User, Error> {
    find_session_user().await?.ok_or(Error::SignInRequired)
}

/// Changes the names of who is signed in.
///
/// Errors: `SignInRequired`, `Invalid`.
#[server(name = UpdateMe, prefix = "/api", endpoint = "v1/users/update", input = PostUrl, output = Json)]
pub async fn update_me(
    /// Given name.
    first_name: String,
    /// Family name.
    last_name: String,
) -> Result<User, Error> {
    use super::{model::Profile, store};
    use crate::server::{Caller, answer, redirect_to, send_back};
    let updated = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let profile = Profile::parse(&first_name, &last_name)?;
        let user = store::update_me(&caller.state, user_id, profile, caller.now).await?;
        redirect_to("/account?saved=name");
        Ok(user)
    })
    .await;
    let typed = [("first_name", &*first_name), ("last_name", &*last_name)];
    updated.inspect_err(|refused| send_back::<UpdateMe>("/account", &typed, refused))
}

/// Changes the password of who is signed in, and signs their other sessions and their apps out. API keys stay.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest; `Invalid` on `current_password` or `new_password`.
#[server(name = ChangePassword, prefix = "/api", endpoint = "v1/users/change_password", input = PostUrl, output = Json)]
pub async fn change_password(
    /// The password so far.
    current_password: String,
    /// The password from now on.
    new_password: String,
) -> Result<(), Error> {
    use super::{model::parse_new_password, store};
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let changed = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let passwords = (current_password, parse_new_password("new_password", new_password)?);
        finish(async move { store::change_password(&caller.state, user_id, passwords, caller.session_id()).await })
            .await?;
        redirect_to("/account?saved=password");
        Ok(())
    })
    .await;
    changed.inspect_err(|refused| send_back::<ChangePassword>("/account", &[], refused))
}

/// Sends a link to choose a new password with, if there is an account with this address and it was not sent three within the
/// hour. The answer is the same in any case, and comes after the same time.
///
/// Errors: `Invalid` for what can't be an address.
#[server(name = ForgotPassword, prefix = "/api", endpoint = "v1/auth/forgot_password", input = PostUrl, output = Json)]
pub async fn forgot_password(
    /// The address.
    email: String,
) -> Result<(), Error> {
    use super::{model::parse_email, store};
    use crate::server::{Caller, after_same_time, answer, redirect_to, send_back};
    let asked = answer(async {
        let caller = Caller::current().await?;
        let email = parse_email(&email)?;
        after_same_time(async move { store::forgot_password(&caller.state, &email).await }).await?;
        redirect_to("/forgot-password?saved=link");
        Ok(())
    })
    .await;
    asked.inspect_err(|refused| send_back::<ForgotPassword>("/forgot-password", &[("email", &email)], refused))
}

/// Sets a new password with the link of a mail, ends all sessions and apps of the person, and signs in here. API keys stay, but those
/// that were made before the address was confirmed.
///
/// Errors: `Invalid` on `new_password`, the link still being good; `LinkOver`.
#[server(name = ResetPassword, prefix = "/api", endpoint = "v1/auth/reset_password", input = PostUrl, output = Json)]
pub async fn reset_password(
    /// What stands in the link.
    token: String,
    /// The password from now on.
    new_password: String,
) -> Result<User, Error> {
    use super::{model::parse_new_password, store};
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let back = token.clone();
    let reset = answer(async {
        let caller = Caller::current().await?;
        let new_password = parse_new_password("new_password", new_password)?;
        let state = caller.state.clone();
        let user = finish(async move { store::reset_password(&state, &token, new_password).await }).await?;
        caller.sign_in(user.id).await?;
        redirect_to("/account?saved=password");
        Ok(user)
    })
    .await;
    reset.inspect_err(|refused| send_back::<ResetPassword>("/reset-password", &[("token", &back)], refused))
}

/// Confirms an address with the link of a mail. A POST, so that what reads mails ahead of people doesn't do it for them.
///
/// Errors: `LinkOver`.
#[server(name = VerifyEmail, prefix = "/api", endpoint = "v1/auth/verify_email", input = PostUrl, output = Json)]
pub async fn verify_email(
    /// What stands in the link.
    token: String,
) -> Result<User, Error> {
    use super::store;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let back = token.clone();
    let verified = answer(async {
        let caller = Caller::current().await?;
        let next = if caller.user_id.is_some() { "/account?saved=email" } else { "/sign-in?saved=email" };
        let user = finish(async move { store::verify_email(&caller.state, &token).await }).await?;
        redirect_to(next);
        Ok(user)
    })
    .await;
    verified.inspect_err(|refused| send_back::<VerifyEmail>("/verify-email", &[("token", &back)], refused))
}

/// Sends who is signed in another link to confirm their address with; nothing if it is confirmed already.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest; `TooMany` after three within an hour.
#[server(name = ResendVerification, prefix = "/api", endpoint = "v1/auth/resend_verification", input = PostUrl, output = Json)]
pub async fn resend_verification() -> Result<(), Error> {
    use super::store;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let sent = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        finish(async move { store::resend_verification(&caller.state, user_id).await }).await?;
        redirect_to("/account?saved=link");
        Ok(())
    })
    .await;
    sent.inspect_err(|refused| send_back::<ResendVerification>("/account", &[], refused))
}

/// Where the person is signed in, the newest first; 200 at most, on one page.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest.
#[server(name = ListSessions, prefix = "/api", endpoint = "v1/users/sessions", input = GetUrl, output = Json)]
pub async fn list_sessions() -> Result<Page<Session>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        store::require_account(&caller.state, user_id).await?;
        let mut items = caller.state.sessions.list_of_user(user_id, caller.session_id()).await?;
        for own in items.iter_mut().filter(|session| session.is_current) {
            // This very use is noted once the answer is out.
            own.last_used_on = Some(caller.now.date_naive());
        }
        Ok(Page { items, next_cursor: None })
    })
    .await
}

/// Ends one session of who is signed in.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest; `NotFound`, also for someone else's and for one that is over.
#[server(name = SignOutSession, prefix = "/api", endpoint = "v1/users/sign_out_session", input = PostUrl, output = Json)]
pub async fn sign_out_session(
    /// The session's id.
    session_id: SessionId,
) -> Result<(), Error> {
    use super::store;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let ended = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        store::require_account(&caller.state, user_id).await?;
        let sessions = caller.state.sessions.clone();
        if !finish(async move { sessions.delete_one(user_id, session_id).await }).await? {
            return Err(Error::NotFound.into());
        }
        redirect_to("/account/sessions?saved=session");
        Ok(())
    })
    .await;
    ended.inspect_err(|refused| send_back::<SignOutSession>("/account/sessions", &[], refused))
}

/// Ends every session of who is signed in, this one too, and every app. API keys stay.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest.
#[server(name = SignOutEverywhere, prefix = "/api", endpoint = "v1/users/sign_out_everywhere", input = PostUrl, output = Json)]
pub async fn sign_out_everywhere() -> Result<(), Error> {
    use super::store;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let ended = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        store::require_account(&caller.state, user_id).await?;
        let state = caller.state.clone();
        finish(async move { store::sign_out_everywhere(&state, user_id).await }).await?;
        caller.sign_out().await?;
        redirect_to("/sign-in?saved=everywhere");
        Ok(())
    })
    .await;
    ended.inspect_err(|refused| send_back::<SignOutEverywhere>("/account/sessions", &[], refused))
}
