//! The door to notifications: `/api/v1/notifications/…`.

use super::model::{BookingMail, Notification, Optional, Preferences, Returned};
use crate::{error::Error, events::model::Page, id::BookingId};
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

/// Sets which of the mails that one can do without who is signed in wants. What is left out stays as it is.
///
/// Errors: `SignInRequired`; `Invalid` on `shown` for a mail that there isn't.
#[server(name = UpdatePreferences, prefix = "/api", endpoint = "v1/notifications/update_preferences", input = PostUrl, output = Json)]
pub async fn update_preferences(
    /// That an event begins soon.
    #[server(default)]
    reminder: Option<bool>,
    /// That a hold is about to lapse.
    #[server(default)]
    hold_ending: Option<bool>,
    /// How a week went, for staff.
    #[server(default)]
    digest: Option<bool>,
    /// The mails that a form has boxes for, `reminder`, `hold_ending`, `digest`: of these, what is left out is not wanted, as
    /// browsers leave out boxes without a tick.
    #[server(default)]
    shown: Vec<String>,
) -> Result<Preferences, Error> {
    use super::{model::Optional, store};
    use crate::{
        error::Problem,
        server::{Caller, answer, redirect_to},
    };
    answer(async {
        let caller = Caller::current().await?;
        let user_id = caller.signed_in()?;
        if !shown.iter().all(|name| Optional::ALL.iter().any(|kind| kind.name() == name)) {
            return Err(Error::invalid("shown", Problem::Unknown).into());
        }
        let wishes = [(Optional::Reminder, reminder), (Optional::HoldEnding, hold_ending), (Optional::Digest, digest)];
        let wishes = wishes.into_iter().filter_map(|(kind, wanted)| {
            let unticked = shown.iter().any(|name| name == kind.name()).then_some(false);
            Some((kind, wanted.or(unticked)?))
        });
        let now_wanted = store::set_preferences(&caller.state, user_id, wishes.collect()).await?;
        redirect_to("/notifications?saved=mails");
        Ok(now_wanted)
    })
    .await
}

/// Which kind of mail the link in a mail switches off; this doesn't.
///
/// Errors: `LinkOver` for a link that we have not signed.
#[server(name = FindSubscription, prefix = "/api", endpoint = "v1/notifications/subscription", input = GetUrl, output = Json)]
pub async fn find_subscription(
    /// What stands in the link.
    token: String,
) -> Result<Optional, Error> {
    use super::unsubscribe::read_token;
    use crate::server::{Caller, answer};
    answer(async { Ok(read_token(&Caller::current().await?.state, &token).await?.1) }).await
}

/// Switches a kind of mail off by the link in it, whoever is signed in. Doing it twice is fine.
///
/// Errors: `LinkOver` for a link that we have not signed.
#[server(name = Unsubscribe, prefix = "/api", endpoint = "v1/notifications/unsubscribe", input = PostUrl, output = Json)]
pub async fn unsubscribe(
    /// What stands in the link.
    token: String,
) -> Result<(), Error> {
    use super::unsubscribe::{PAGE, unsubscribe};
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        ui::path_with,
    };
    let done = answer(async {
        unsubscribe(&Caller::current().await?.state, &token).await?;
        redirect_to(&path_with(PAGE, [("token", &*token), ("saved", "off")]));
        Ok(())
    })
    .await;
    done.inspect_err(|refused| send_back::<Unsubscribe>(PAGE, &[("token", &token)], refused))
}

/// Whether mails to who is signed in come back, and why; null where they arrive as far as anybody said.
///
/// Errors: `SignInRequired`.
#[server(name = FindReturned, prefix = "/api", endpoint = "v1/notifications/returned", input = GetUrl, output = Json)]
pub async fn find_returned() -> Result<Option<Returned>, Error> {
    use super::store;
    use crate::{
        server::{Caller, answer},
        users::api::get_me,
    };
    let user = get_me().await?;
    answer(async { store::find_returned(&Caller::current().await?.state, &user.email, Some(user.id)).await }).await
}

/// Takes the word of who is signed in that mails to their address arrive again: those they can do without are sent as
/// before, until one comes back. Doing it twice is fine.
///
/// Errors: `SignInRequired`.
#[server(name = SendAgain, prefix = "/api", endpoint = "v1/notifications/send_again", input = PostUrl, output = Json)]
pub async fn send_again() -> Result<(), Error> {
    use super::store;
    use crate::{
        server::{Caller, answer, redirect_to, send_back},
        users::api::get_me,
    };
    let excused = answer(async {
        let user = get_me().await?;
        let caller = Caller::current().await?;
        store::excuse(&caller.state, &user.email, caller.now).await?;
        redirect_to("/account?saved=mails");
        Ok(())
    })
    .await;
    excused.inspect_err(|refused| send_back::<SendAgain>("/account", &[], refused))
}

/// The mails about a booking and what became of each, oldest first, for staff.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = ListBookingMails, prefix = "/api", endpoint = "v1/admin/booking_mails", input = GetUrl, output = Json)]
pub async fn list_booking_mails(
    /// The booking's id.
    booking_id: BookingId,
) -> Result<Vec<BookingMail>, Error> {
    use super::store;
    use crate::{
        bookings::admin::admit::admit_to_booking,
        server::{Caller, answer},
    };
    answer(async {
        let caller = Caller::current().await?;
        admit_to_booking::<ListBookingMails>(&caller, booking_id).await?;
        store::list_booking_mails(&caller.state, booking_id).await
    })
    .await
}
