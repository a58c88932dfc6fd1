//! The door to programs: tokens for apps, `/api/v1/auth/{token,refresh,revoke}`; the person's lists of apps and keys,
//! `/api/v1/apps/…` and `/api/v1/api_keys/…`.

use super::model::{ApiKey, ConnectedApp, NewApiKey, Tokens};
use crate::{
    error::Error,
    events::model::Page,
    id::{ApiKeyId, AppId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// Signs a person in to an app: an access token for its requests, and a refresh token for the next. The app may do all that the
/// person may, except what takes a browser: choosing passwords, leaving, and programs themselves. No session begins.
///
/// Errors: `WrongCredentials`, as for signing in; `TooMany` after too many wrong passwords; `Invalid` on `name`.
#[server(name = BeginApp, prefix = "/api", endpoint = "v1/auth/token", input = PostUrl, output = Json)]
pub async fn begin_app(
    /// The address.
    email: String,
    /// The password as typed.
    password: String,
    /// What the app calls itself; the person finds it by that among their apps.
    name: String,
) -> Result<Tokens, Error> {
    use super::{model::parse_app_name, store};
    use crate::{
        server::{Caller, answer, finish, limits::SignInTry},
        users::store::login,
    };
    answer(async {
        let Caller { state, address, .. } = Caller::current().await?;
        let name = parse_app_name(&name)?;
        let tried = SignInTry::begin(&state, &email, address).await?;
        let user = login(&state, &email, password).await?;
        tried.succeed(&state).await;
        finish(async move { store::begin_app(&state, user.id, &name).await }).await
    })
    .await
}

/// Exchanges a refresh token for new tokens. Each is good once: used again it ends the app, because somebody else has it too.
/// Only within half a minute it gets the same answer again, so that one that was lost costs nothing.
///
/// Errors: `TokenInvalid`, also when the app was ended, wasn't used for too long, or its person is gone.
#[server(name = RefreshApp, prefix = "/api", endpoint = "v1/auth/refresh", input = PostUrl, output = Json)]
pub async fn refresh_app(
    /// The newest one that the app has.
    refresh_token: String,
) -> Result<Tokens, Error> {
    use super::store;
    use crate::server::{Caller, answer, finish};
    answer(async {
        let Caller { state, .. } = Caller::current().await?;
        finish(async move { store::refresh_app(&state, &refresh_token).await }).await
    })
    .await
}

/// Ends the app that has this refresh token. A token that is over, or none, is fine: nothing has it any more.
#[server(name = RevokeToken, prefix = "/api", endpoint = "v1/auth/revoke", input = PostUrl, output = Json)]
pub async fn revoke_token(
    /// The newest one that the app has.
    refresh_token: String,
) -> Result<(), Error> {
    use super::store;
    use crate::server::{Caller, answer, finish};
    answer(async {
        let Caller { state, .. } = Caller::current().await?;
        finish(async move { store::end_app_by_token(&state, &refresh_token).await }).await
    })
    .await
}

/// The apps that who is signed in has signed in to, the one used last first; 50 at most, on one page.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest.
#[server(name = ListApps, prefix = "/api", endpoint = "v1/apps/list", input = GetUrl, output = Json)]
pub async fn list_apps() -> Result<Page<ConnectedApp>, Error> {
    use super::store;
    use crate::{
        server::{Caller, answer},
        users::store::require_account,
    };
    answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        require_account(&caller.state, user_id).await?;
        Ok(Page { items: store::list_apps(&caller.state, user_id).await?, next_cursor: None })
    })
    .await
}

/// Ends one app of who is signed in: its tokens are over at once here, and within two seconds everywhere.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's and for one that is over.
#[server(name = RevokeApp, prefix = "/api", endpoint = "v1/apps/revoke", input = PostUrl, output = Json)]
pub async fn revoke_app(
    /// The app's id.
    app_id: AppId,
) -> Result<(), Error> {
    use super::store;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let ended = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        finish(async move { store::end_app(&caller.state, user_id, app_id).await }).await?;
        redirect_to("/account/apps?saved=app");
        Ok(())
    })
    .await;
    ended.inspect_err(|refused| send_back::<RevokeApp>("/account/apps", &[], refused))
}

/// Makes a key by which a machine acts for who is signed in. Its secret is in this answer and nowhere else.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest, and for who has 200 keys; `Invalid` with every field that doesn't fit.
#[server(name = CreateApiKey, prefix = "/api", endpoint = "v1/api_keys/create", input = PostUrl, output = Json)]
pub async fn create_key(
    /// What the person calls it.
    name: String,
    /// What it may be used for: `read`, `book`, `account`, `staff.read`, `staff.write`, `staff.bookings`, `staff.export`,
    /// `staff.people`, `check_in`.
    #[server(default)]
    scopes: Vec<String>,
    /// The only event that it may be used for; for keys of the dashboard alone.
    #[server(default)]
    event_id: String,
    /// Days until it stops working, 1 to 3650; never if left out.
    #[server(default)]
    expires_in_days: String,
) -> Result<NewApiKey, Error> {
    use super::{model::KeyTerms, store};
    use crate::{
        server::{Caller, answer, finish, send_back},
        users::store::require_account,
    };
    let made = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        require_account(&caller.state, user_id).await?;
        let terms = KeyTerms::parse(&name, &scopes, &event_id, &expires_in_days)?;
        let state = caller.state.clone();
        let made = finish(async move { store::create_key(&state, user_id, terms).await }).await?;
        super::shown::show_once(&caller, &made).await?;
        Ok(made)
    })
    .await;
    made.inspect_err(|refused| {
        let chosen = scopes.join(" ");
        let typed =
            [("name", &*name), ("scopes", &*chosen), ("event_id", &*event_id), ("expires_in_days", &*expires_in_days)];
        send_back::<CreateApiKey>("/account/keys", &typed, refused);
    })
}

/// The keys of who is signed in, the newest first, those that have run out too; 200 at most, on one page.
///
/// Errors: `SignInRequired`; `Forbidden` for a guest.
#[server(name = ListApiKeys, prefix = "/api", endpoint = "v1/api_keys/list", input = GetUrl, output = Json)]
pub async fn list_keys() -> Result<Page<ApiKey>, Error> {
    use super::store;
    use crate::{
        server::{Caller, answer},
        users::store::require_account,
    };
    answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        require_account(&caller.state, user_id).await?;
        Ok(Page { items: store::list_keys(&caller.state, user_id).await?, next_cursor: None })
    })
    .await
}

/// Gives a key a new secret, which works at once. The one before works for some hours more, so that there is time to change it
/// everywhere.
///
/// Errors: `SignInRequired`; `Invalid` on `overlap_hours`; `NotFound`, also for someone else's and for one that has run out.
#[server(name = RotateApiKey, prefix = "/api", endpoint = "v1/api_keys/rotate", input = PostUrl, output = Json)]
pub async fn rotate_key(
    /// The key's id.
    key_id: ApiKeyId,
    /// Hours for which the secret before still works, 0 to 720; not at all if left out.
    #[server(default)]
    overlap_hours: String,
) -> Result<NewApiKey, Error> {
    use super::{model::parse_overlap, store};
    use crate::server::{Caller, answer, finish, send_back};
    let rotated = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        let overlap = parse_overlap(&overlap_hours)?;
        let state = caller.state.clone();
        let made = finish(async move { store::rotate_key(&state, user_id, key_id, overlap).await }).await?;
        super::shown::show_once(&caller, &made).await?;
        Ok(made)
    })
    .await;
    rotated.inspect_err(|refused| send_back::<RotateApiKey>("/account/keys", &[], refused))
}

/// Ends an API key: it is over at once here, and within two seconds everywhere.
///
/// Errors: `SignInRequired`; `NotFound`, also for someone else's and for one that was revoked.
#[server(name = RevokeApiKey, prefix = "/api", endpoint = "v1/api_keys/revoke", input = PostUrl, output = Json)]
pub async fn revoke_key(
    /// The key's id.
    key_id: ApiKeyId,
) -> Result<(), Error> {
    use super::store;
    use crate::server::{Caller, answer, finish, redirect_to, send_back};
    let ended = answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        finish(async move { store::revoke_key(&caller.state, user_id, key_id).await }).await?;
        redirect_to("/account/keys?saved=revoked");
        Ok(())
    })
    .await;
    ended.inspect_err(|refused| send_back::<RevokeApiKey>("/account/keys", &[], refused))
}
