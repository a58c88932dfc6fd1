//! The door to accounts: `/api/v1/auth/…` and `/api/v1/users/…`.

use super::model::User;
use crate::error::Error;
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
/// Errors: `WrongCredentials`, with the same answer and the same time for an unknown address and a wrong password.
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
    use crate::server::{Caller, answer, redirect_to, send_back};
    let next = next.unwrap_or_default();
    let signed_in = answer(async {
        let caller = Caller::current().await?;
        let user = store::login(&caller.state, &email, password).await?;
        caller.sign_in(user.id).await?;
        redirect_to(&next);
        Ok(user)
    })
    .await;
    signed_in.inspect_err(|refused| send_back::<Login>("/sign-in", &[("email", &email), ("next", &next)], refused))
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

/// Changes the password of who is signed in, and signs their other sessions out.
///
/// Errors: `SignInRequired`; `Invalid` on `current_password` or `new_password`.
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
        let new_password = parse_new_password("new_password", new_password)?;
        finish(async move {
            store::change_password(&caller.state, user_id, current_password, new_password, caller.now).await?;
            caller.sign_out_others(user_id).await
        })
        .await?;
        redirect_to("/account?saved=password");
        Ok(())
    })
    .await;
    changed.inspect_err(|refused| send_back::<ChangePassword>("/account", &[], refused))
}
