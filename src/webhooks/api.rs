//! The door to webhooks, `/api/v1/webhooks/…`, and to the list of changes, `/api/v1/changes/list`.

use super::model::{Changes, Delivery, NewSecret, Replayed, Webhook};
use crate::{
    error::Error,
    events::model::Page,
    id::{DeliveryId, EventId, WebhookId},
};
use leptos::{
    prelude::*,
    server_fn::codec::{GetUrl, Json, PostUrl},
};

/// What has happened to bookings and events that the caller may see, oldest first: the same documents that webhooks are sent, to
/// catch up by.
///
/// Send `next_cursor` as `after` for what comes next. While `has_more` is true there is more already, also where `items` is empty;
/// nothing is left out that is committed late. `limit` is 1 to 200, 50 if left out. Errors: `SignInRequired`; `Forbidden`;
/// `Invalid` on `after` or `limit`.
#[server(name = ListChanges, prefix = "/api", endpoint = "v1/changes/list", input = GetUrl, output = Json)]
pub async fn list_changes(
    /// Where the page before ended; from the beginning if left out.
    #[server(default)]
    after: String,
    /// The event; all of them if left out.
    #[server(default)]
    event_id: Option<EventId>,
    /// Changes, at most 200.
    #[server(default)]
    limit: Option<i64>,
) -> Result<Changes, Error> {
    use super::{model::Position, store};
    use crate::{
        events::model::check_limit,
        server::{Caller, answer},
        staff::{
            admit::{admit, admit_anywhere},
            model::Reach,
        },
    };
    answer(async {
        let caller = Caller::current().await?;
        let reach = match event_id {
            Some(event_id) => admit::<ListChanges>(&caller, event_id).await.map(|_| Reach::Events(vec![event_id]))?,
            None => admit_anywhere::<ListChanges>(&caller).await?.1,
        };
        let part = (Position::parse(&after)?, check_limit(limit.unwrap_or(50))?);
        store::list_changes(&caller.state, (event_id, &reach), part).await
    })
    .await
}

/// Makes a webhook: what happens from now on is told to the server at `url`. The answer has the secret that signs the deliveries, this
/// once.
///
/// Errors: `SignInRequired`; `Forbidden`, also for alerts where the caller may not see how the system is; `NotFound`; `Invalid`, on
/// `url` with `malformed` for what is no https address and with `unknown` where its name leads to no public address, and with `out_of_range`
/// where there are 20 of the event, or 50 of all events. Sent twice within a minute it makes one.
#[server(name = CreateWebhook, prefix = "/api", endpoint = "v1/webhooks/create", input = PostUrl, output = Json)]
pub async fn create_webhook(
    /// Where deliveries go: an https address that the internet reaches.
    url: String,
    /// The event; all of them, and those to come, if left out.
    #[server(default)]
    event_id: Option<EventId>,
    /// What is told, for example `booking.confirmed`; everything that happens to bookings and events if left out.
    #[server(default)]
    kinds: Vec<String>,
    /// What it is for, at most 200 characters.
    #[server(default)]
    note: String,
) -> Result<NewSecret, Error> {
    use super::{
        door::{keep_secret, place_path, require_health, webhook_path},
        model::WebhookForm,
        store,
    };
    use crate::{
        server::{Caller, answer, redirect_to, send_back_kept},
        staff::admit::admit_at,
    };
    let typed = WebhookForm { url, kinds, note };
    let created = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_at::<CreateWebhook>(&caller, event_id).await?;
        require_health(&caller, &typed.kinds).await?;
        let created = store::create(&caller.state, &actor, event_id, &typed).await?;
        keep_secret(&caller, &created).await?;
        redirect_to(&webhook_path(created.webhook.id, "?saved=created"));
        Ok(created)
    })
    .await;
    if let Err(refused) = &created {
        send_back_kept::<CreateWebhook>(&place_path(event_id, ""), &typed, refused).await;
    }
    created
}

/// The webhooks of an event, or all that the caller may run, the newest first.
///
/// `limit` is 1 to 200, 50 if left out; `cursor` is the page before's `next_cursor`. Errors: `SignInRequired`; `Forbidden`;
/// `Invalid`.
#[server(name = ListWebhooks, prefix = "/api", endpoint = "v1/webhooks/list", input = GetUrl, output = Json)]
pub async fn list_webhooks(
    /// The event; all of them, and those of the whole site, if left out.
    #[server(default)]
    event_id: Option<EventId>,
    /// Rows, at most 200.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<Webhook>, Error> {
    use super::store;
    use crate::{
        events::model::{check_limit, parse_cursor},
        server::{Caller, answer},
        staff::{
            admit::{admit, admit_anywhere},
            model::Reach,
        },
    };
    answer(async {
        let caller = Caller::current().await?;
        let reach = match event_id {
            Some(event_id) => admit::<ListWebhooks>(&caller, event_id).await.map(|_| Reach::Events(vec![event_id]))?,
            None => admit_anywhere::<ListWebhooks>(&caller).await?.1,
        };
        let part = (parse_cursor(&cursor)?, check_limit(limit.unwrap_or(50))?);
        store::list_webhooks(&caller.state, (event_id, &reach), part).await
    })
    .await
}

/// One webhook, without its secret.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = GetWebhook, prefix = "/api", endpoint = "v1/webhooks/get", input = GetUrl, output = Json)]
pub async fn get_webhook(
    /// The webhook's id.
    webhook_id: WebhookId,
) -> Result<Webhook, Error> {
    use super::{door::admit_to_webhook, store};
    use crate::server::{Caller, answer};
    answer(async {
        let caller = Caller::current().await?;
        admit_to_webhook::<GetWebhook>(&caller, webhook_id).await?;
        store::get_webhook(&caller.state, webhook_id).await
    })
    .await
}

/// Changes where the deliveries of a webhook go, what it is told and what it is for: all of it. What waits goes to the new address.
///
/// Errors: `SignInRequired`; `Forbidden`, also for alerts where the caller may not see how the system is; `NotFound`; `Invalid`, on
/// `url` with `malformed` for what is no https address and with `unknown` where its name leads to no public address.
#[server(name = UpdateWebhook, prefix = "/api", endpoint = "v1/webhooks/update", input = PostUrl, output = Json)]
pub async fn update_webhook(
    /// The webhook's id.
    webhook_id: WebhookId,
    /// Where deliveries go.
    url: String,
    /// What is told; everything that happens to bookings and events if left out.
    #[server(default)]
    kinds: Vec<String>,
    /// What it is for, at most 200 characters.
    #[server(default)]
    note: String,
) -> Result<Webhook, Error> {
    use super::{
        door::{admit_to_webhook, require_health, webhook_path},
        model::WebhookForm,
        store,
    };
    use crate::server::{Caller, answer, redirect_to, send_back_kept};
    let typed = WebhookForm { url, kinds, note };
    let updated = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_to_webhook::<UpdateWebhook>(&caller, webhook_id).await?;
        // Also what it is told so far: another address would be another reader of it.
        require_health(&caller, &store::get_webhook(&caller.state, webhook_id).await?.kinds).await?;
        require_health(&caller, &typed.kinds).await?;
        let updated = store::update(&caller.state, &actor, webhook_id, &typed).await?;
        redirect_to(&webhook_path(webhook_id, "?saved=updated"));
        Ok(updated)
    })
    .await;
    if let Err(refused) = &updated {
        send_back_kept::<UpdateWebhook>(&webhook_path(webhook_id, ""), &typed, refused).await;
    }
    updated
}

/// Removes a webhook with all that was to be told it.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`, also once it is removed.
#[server(name = DeleteWebhook, prefix = "/api", endpoint = "v1/webhooks/delete", input = PostUrl, output = Json)]
pub async fn delete_webhook(
    /// The webhook's id.
    webhook_id: WebhookId,
) -> Result<(), Error> {
    use super::{
        door::{admit_to_webhook, place_path, webhook_path},
        store,
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let deleted = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_to_webhook::<DeleteWebhook>(&caller, webhook_id).await?;
        let deleted = store::delete(&caller.state, &actor, webhook_id).await?;
        redirect_to(&place_path(deleted.event_id, "?saved=deleted"));
        Ok(())
    })
    .await;
    deleted.inspect_err(|refused| send_back::<DeleteWebhook>(&webhook_path(webhook_id, ""), &[], refused))
}

/// Gives a webhook another secret, which the answer has, this once. The one before signs too for 24 hours: deliveries carry both
/// signatures meanwhile. Asked again within ten minutes it answers the same secret.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `Invalid` on `webhook_id` with `too_early` while the secret before still signs.
#[server(name = RotateSecret, prefix = "/api", endpoint = "v1/webhooks/rotate_secret", input = PostUrl, output = Json)]
pub async fn rotate_secret(
    /// The webhook's id.
    webhook_id: WebhookId,
) -> Result<NewSecret, Error> {
    use super::{
        door::{change, keep_secret},
        store,
    };
    change::<RotateSecret, _>(webhook_id, "?saved=rotated", async |caller, actor| {
        let rotated = store::rotate_secret(&caller.state, &actor, webhook_id).await?;
        keep_secret(&caller, &rotated).await?;
        Ok(rotated)
    })
    .await
}

/// Tells a webhook nothing any more, until it is started again. Doing it twice is fine.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = StopWebhook, prefix = "/api", endpoint = "v1/webhooks/stop", input = PostUrl, output = Json)]
pub async fn stop_webhook(
    /// The webhook's id.
    webhook_id: WebhookId,
) -> Result<Webhook, Error> {
    use super::{door::change, store};
    change::<StopWebhook, _>(webhook_id, "?saved=stopped", async |caller, actor| {
        store::stop(&caller.state, &actor, webhook_id).await
    })
    .await
}

/// Tells a webhook again what happens from now on, and what waits since before it was stopped. What happened in between is in
/// `changes/list`. Doing it twice is fine.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = StartWebhook, prefix = "/api", endpoint = "v1/webhooks/start", input = PostUrl, output = Json)]
pub async fn start_webhook(
    /// The webhook's id.
    webhook_id: WebhookId,
) -> Result<Webhook, Error> {
    use super::{door::change, store};
    change::<StartWebhook, _>(webhook_id, "?saved=started", async |caller, actor| {
        store::start(&caller.state, &actor, webhook_id).await
    })
    .await
}

/// Sends a webhook something that says no more than that deliveries arrive, and answers the delivery's id.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = TestWebhook, prefix = "/api", endpoint = "v1/webhooks/test", input = PostUrl, output = Json)]
pub async fn test_webhook(
    /// The webhook's id.
    webhook_id: WebhookId,
) -> Result<DeliveryId, Error> {
    use super::{door::change, store};
    change::<TestWebhook, _>(webhook_id, "?saved=tested", async |caller, actor| {
        store::send_test(&caller.state, &actor, webhook_id).await
    })
    .await
}

/// What was told a webhook and what waits, with every try, the newest first. What ended is kept for 30 days.
///
/// `limit` is 1 to 200, 50 if left out; `cursor` is the page before's `next_cursor`. Errors: `SignInRequired`; `Forbidden`;
/// `NotFound`; `Invalid`.
#[server(name = ListDeliveries, prefix = "/api", endpoint = "v1/webhooks/deliveries", input = GetUrl, output = Json)]
pub async fn list_deliveries(
    /// The webhook's id.
    webhook_id: WebhookId,
    /// `waiting`, `delivered` or `given_up`; all if left out.
    #[server(default)]
    status: String,
    /// Rows, at most 200.
    #[server(default)]
    limit: Option<i64>,
    /// Where the page before ended.
    #[server(default)]
    cursor: String,
) -> Result<Page<Delivery>, Error> {
    use super::{door::admit_to_webhook, model::DeliveryStatus, store};
    use crate::{
        events::model::{check_limit, parse_cursor},
        server::{Caller, answer},
    };
    answer(async {
        let caller = Caller::current().await?;
        admit_to_webhook::<ListDeliveries>(&caller, webhook_id).await?;
        let part = (parse_cursor(&cursor)?, check_limit(limit.unwrap_or(50))?);
        store::list_deliveries(&caller.state, (webhook_id, DeliveryStatus::parse(&status)?), part).await
    })
    .await
}

/// Sends a delivery once more, with the same document under the same id; one that waits is tried at once.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`.
#[server(name = ReplayDelivery, prefix = "/api", endpoint = "v1/webhooks/replay", input = PostUrl, output = Json)]
pub async fn replay_delivery(
    /// The delivery's id.
    delivery_id: DeliveryId,
) -> Result<(), Error> {
    use super::{
        door::{admit_to_delivery, webhook_path},
        model::WEBHOOKS_PAGE,
        store,
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let replayed = answer(async {
        let caller = Caller::current().await?;
        let (actor, webhook_id) = admit_to_delivery::<ReplayDelivery>(&caller, delivery_id).await?;
        store::replay(&caller.state, &actor, delivery_id).await?;
        redirect_to(&webhook_path(webhook_id, "?saved=replayed"));
        Ok(())
    })
    .await;
    replayed.inspect_err(|refused| send_back::<ReplayDelivery>(WEBHOOKS_PAGE, &[], refused))
}

/// Sends everything once more that was told a webhook since an instant, each under the same id, in order.
///
/// Errors: `SignInRequired`; `Forbidden`; `NotFound`; `Invalid` on `since` or `status`.
#[server(name = ReplayAll, prefix = "/api", endpoint = "v1/webhooks/replay_all", input = PostUrl, output = Json)]
pub async fn replay_all(
    /// The webhook's id.
    webhook_id: WebhookId,
    /// From when on, UTC: `2026-12-05T18:00:00Z`.
    since: String,
    /// `delivered` or `given_up`; both if left out.
    #[server(default)]
    status: String,
) -> Result<Replayed, Error> {
    use super::{
        door::{admit_to_webhook, webhook_path},
        model::{DeliveryStatus, parse_since},
        store,
    };
    use crate::server::{Caller, answer, redirect_to, send_back};
    let replayed = answer(async {
        let caller = Caller::current().await?;
        let actor = admit_to_webhook::<ReplayAll>(&caller, webhook_id).await?;
        let chosen = (parse_since(&since)?, DeliveryStatus::parse(&status)?);
        let event_id = store::get_webhook(&caller.state, webhook_id).await?.event_id;
        let replayed_count = store::replay_all(&caller.state, &actor, (webhook_id, event_id), chosen).await?;
        redirect_to(&webhook_path(webhook_id, &format!("?saved=replayed_all&count={replayed_count}")));
        Ok(Replayed { replayed_count })
    })
    .await;
    let typed = [("since", &*since)];
    replayed.inspect_err(|refused| send_back::<ReplayAll>(&webhook_path(webhook_id, ""), &typed, refused))
}
