//! The door of the dashboard for functions that name a webhook.

use super::{
    model::{NewSecret, WEBHOOKS_PAGE, is_alert},
    store::{find_event_of_delivery, find_place},
};
use crate::{
    error::Error,
    id::{DeliveryId, EventId, WebhookId},
    server::{Caller, Result, answer, redirect_to, send_back},
    staff::{
        admit::{Actor, admit_anywhere, admit_at, may_also},
        frame::event_path,
        model::{Permission, Reach},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use leptos::server_fn::ServerFn;

/// Lets the caller of this function in, if they may do what it does to the event of this webhook, or to the site for one of all
/// events.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`, for those alone who may do it to some event.
pub(super) async fn admit_to_webhook<F: ServerFn>(caller: &Caller, webhook_id: WebhookId) -> Result<Actor> {
    match find_place(&caller.state, webhook_id).await? {
        Some(event_id) => admit_at::<F>(caller, event_id).await,
        None => {
            admit_anywhere::<F>(caller).await?;
            Err(Error::NotFound.into())
        }
    }
}

/// Does something to a webhook that the caller of this function may do to it, and shows its page; says there, too, why it was
/// refused.
pub(super) async fn change<F, T>(
    webhook_id: WebhookId,
    saved: &str,
    deed: impl AsyncFnOnce(Caller, Actor) -> Result<T>,
) -> std::result::Result<T, Error>
where
    F: ServerFn,
{
    let done = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_to_webhook::<F>(&caller, webhook_id).await?;
        let done = deed(caller, actor).await?;
        redirect_to(&webhook_path(webhook_id, saved));
        Ok(done)
    })
    .await;
    done.inspect_err(|refused| send_back::<F>(&webhook_path(webhook_id, ""), &[], refused))
}

/// As [`admit_to_webhook`], for a delivery. Answers its webhook too.
pub(super) async fn admit_to_delivery<F: ServerFn>(
    caller: &Caller,
    delivery_id: DeliveryId,
) -> Result<(Actor, WebhookId)> {
    match find_event_of_delivery(&caller.state, delivery_id).await? {
        Some((webhook_id, event_id)) => Ok((admit_at::<F>(caller, event_id).await?, webhook_id)),
        None => {
            admit_anywhere::<F>(caller).await?;
            Err(Error::NotFound.into())
        }
    }
}

/// Refuses what is told of the system to who may not see how it is. Errors: `Forbidden`.
pub(super) async fn require_health(caller: &Caller, kinds: &[String]) -> Result<()> {
    let tells_of_system = kinds.iter().any(|kind| is_alert(kind));
    if tells_of_system && !may_also(caller, Permission::SeeHealth, &Reach::Everything).await? {
        return Err(Error::Forbidden.into());
    }
    Ok(())
}

/// The page of a webhook.
pub(super) fn webhook_path(webhook_id: WebhookId, below: &str) -> String {
    format!("{}/{webhook_id}{below}", WEBHOOKS_PAGE)
}

/// The page of the webhooks of an event, or of all.
pub(super) fn place_path(event_id: Option<EventId>, below: &str) -> String {
    match event_id {
        Some(event_id) => event_path(event_id, &format!("/webhooks{below}")),
        None => format!("{}{below}", WEBHOOKS_PAGE),
    }
}

/// Where a session keeps a secret for its page.
const SHOWN: &str = "webhook_secret";
/// How long its page shows it.
const SHOWN_FOR: TimeDelta = TimeDelta::minutes(10);

/// Keeps a new secret for the page that shows it. Programs have it in the answer.
pub(super) async fn keep_secret(caller: &Caller, new: &NewSecret) -> Result<()> {
    if caller.session_id().is_none() {
        return Ok(());
    }
    caller.keep(SHOWN, (new.webhook.id, &new.secret, caller.now)).await
}

/// The secret of this webhook, where it was made in this session a few minutes ago.
pub(super) async fn find_secret(webhook_id: WebhookId) -> Option<String> {
    let caller = Caller::current().await.ok()?;
    let kept: Option<(WebhookId, String, DateTime<Utc>)> = caller.kept(SHOWN).await.ok()?;
    let (id, secret, at) = kept?;
    (id == webhook_id && caller.now - at < SHOWN_FOR).then_some(secret)
}
