//! The door to notifications: `/api/v1/notifications/…`.

use super::model::{Notification, Preferences};
use crate::{error::Error, events::model::Page};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};
use uuid::Uuid;

/// Notifications of a page of the list when nothing else is asked for.
const LIMIT: i64 = 30;

/// What who is signed in was told, newest first.
///
/// Errors: `SignInRequired`; `Invalid` for a `limit` outside 1 to 200 or what is no `cursor`.
#[server(name = ListNotifications, prefix = "/api", endpoint = "v1/notifications/list", input = GetUrl, output = Json)]
pub async fn list_notifications(
    /// How many at most.
    #[server(default)]
    limit: Option<i64>,
    /// From where on: the `next_cursor` of the page before.
    #[server(default)]
    cursor: String,
) -> Result<Page<Notification>, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        store::list_notifications(&caller.state, user_id, limit.unwrap_or(LIMIT), &cursor).await
    })
    .await
}

/// Notes that who is signed in has seen what they were told: up to a notification, or all of it. Doing it twice is fine.
///
/// Errors: `SignInRequired`.
#[server(name = ReadNotifications, prefix = "/api", endpoint = "v1/notifications/read", input = PostUrl, output = Json)]
pub async fn read_notifications(
    /// The newest one that was seen; all without it.
    #[server(default)]
    upto: Option<Uuid>,
) -> Result<(), Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to};
    answer(async {
        let caller = Caller::current().await?;
        store::read_notifications(&caller.state, caller.signed_in()?, upto, caller.now).await?;
        redirect_to("/notifications");
        Ok(())
    })
    .await
}

/// Which of the mails that one can do without who is signed in wants.
///
/// Errors: `SignInRequired`.
#[server(name = GetPreferences, prefix = "/api", endpoint = "v1/notifications/preferences", input = GetUrl, output = Json)]
pub async fn get_preferences() -> Result<Preferences, Error> {
    use super::store;
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        store::get_preferences(&caller.state, caller.signed_in()?).await
    })
    .await
}

/// Sets which of the mails that one can do without who is signed in wants. What is left out is not wanted, as a form sends it.
///
/// Errors: `SignInRequired`.
#[server(name = UpdatePreferences, prefix = "/api", endpoint = "v1/notifications/update_preferences", input = PostUrl, output = Json)]
pub async fn update_preferences(
    /// That an event begins soon.
    #[server(default)]
    reminder: bool,
    /// That a hold is about to lapse.
    #[server(default)]
    hold_ending: bool,
) -> Result<Preferences, Error> {
    use super::store;
    use crate::server::{Caller, answer, redirect_to};
    answer(async {
        let caller = Caller::current().await?;
        let wanted = Preferences { reminder, hold_ending };
        store::set_preferences(&caller.state, caller.signed_in()?, wanted).await?;
        redirect_to("/notifications?saved=mails");
        Ok(wanted)
    })
    .await
}
