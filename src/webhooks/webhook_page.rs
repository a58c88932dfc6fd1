//! One webhook: its secret, what it is told, and what came of each delivery.

use super::{
    api::{
        DeleteWebhook, ReplayAll, ReplayDelivery, RotateSecret, StartWebhook, StopWebhook, TestWebhook, UpdateWebhook,
        get_webhook, list_deliveries,
    },
    door::{find_secret, place_path, webhook_path},
    model::{Delivery, DeliveryStatus, Webhook, WebhookForm, WebhookState},
    webhook_fields::WebhookFields,
    webhooks_page::say_state,
};
use crate::{
    error::Error,
    events::{admin::api::get_managed_event, model::Page},
    id::WebhookId,
    server::{begin, find_kept},
    staff::{
        api::get_member,
        frame::{DashboardPage, EventTab, Place, SiteTab},
        model::Permission,
    },
    ui::{
        ButtonKind, Choice, Field, FormRefusal, LinkButton, Notice, PageError, SelectField, SubmitButton, Tone, asked,
        path_with, refusal,
    },
};
use chrono::{DateTime, Utc};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The webhook in the address.
#[component]
pub fn WebhookPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get_str("webhook")?.parse().ok()).ok_or(Error::NotFound);
    let has_new_secret = ["created", "rotated"].contains(&&*asked("saved"));
    let found = begin(load(id, has_new_secret, (asked("status"), asked("cursor")), asked("draft")));
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok(found) => view! { <Shown found /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

struct Found {
    place: Place,
    webhook: Webhook,
    deliveries: Page<Delivery>,
    /// A secret that was made just now.
    secret: Option<String>,
    with_alerts: bool,
    typed: WebhookForm,
}

async fn load(
    id: Result<WebhookId, Error>,
    has_new_secret: bool,
    (status, cursor): (String, String),
    draft: String,
) -> Result<Found, Error> {
    let webhook = get_webhook(id?).await?;
    let deliveries = list_deliveries(webhook.id, status, Some(25), cursor).await?;
    let place = match webhook.event_id {
        Some(event_id) => {
            let name = get_managed_event(event_id).await?.detail.event.name;
            Place::Event { tab: EventTab::Webhooks, event_id, name }
        }
        None => Place::Site(SiteTab::Webhooks),
    };
    let sees_health = get_member().await?.posts.may_everywhere(Permission::SeeHealth);
    let as_it_is =
        || WebhookForm { url: webhook.url.clone(), kinds: webhook.kinds.clone(), note: webhook.note.clone() };
    let typed = find_kept::<UpdateWebhook, WebhookForm>(&draft).await.unwrap_or_else(as_it_is);
    let secret = if has_new_secret { find_secret(webhook.id).await } else { None };
    Ok(Found { place, with_alerts: webhook.event_id.is_none() && sees_health, webhook, deliveries, secret, typed })
}

fn say_saved() -> Option<String> {
    let words = match asked("saved").as_str() {
        "updated" => "The webhook is changed.",
        "stopped" => "It is told nothing any more.",
        "started" => "It is told again what happens from now on.",
        "tested" => "A test is on its way: look below in a few seconds.",
        "replayed" => "The delivery is sent once more.",
        "replayed_all" => {
            let count: u64 = asked("count").parse().ok()?;
            return Some(match count {
                1 => "1 delivery is sent once more.".to_owned(),
                count => format!("{count} deliveries are sent once more."),
            });
        }
        _ => return None,
    };
    Some(words.to_owned())
}

fn say_time(at: DateTime<Utc>) -> String {
    at.format("%-d %B %Y, %H:%M:%S UTC").to_string()
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { place, webhook, deliveries, secret, with_alerts, typed } = found;
    let (id, list) = (webhook.id, place_path(webhook.event_id, ""));
    let tone = match webhook.state {
        WebhookState::Open => Tone::Success,
        WebhookState::Stopped => Tone::Info,
        WebhookState::Failing | WebhookState::GaveUp | WebhookState::Orphaned => Tone::Warning,
    };
    let refused = refusal::<UpdateWebhook>();
    let is_open = refused.is_some();
    view! {
        <DashboardPage title="Webhook" lead=webhook.url.clone() place=place>
            {say_saved().map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            <FormRefusal refusal={refusal::<ReplayAll>()} />
            {secret.map(|secret| view! { <NewSecretShown secret /> })}
            <Notice tone=tone>{format!("{}.", say_state(&webhook))}</Notice>
            <Deeds webhook=webhook.clone() />
            <details class="dashboard-part" open=is_open>
                <summary>"Change it"</summary>
                <FormRefusal refusal=refused.clone() />
                <form method="post" action=UpdateWebhook::url() class="form">
                    <input type="hidden" name="webhook_id" value=id.to_string() />
                    <WebhookFields typed with_alerts refused />
                    <SubmitButton>"Save"</SubmitButton>
                </form>
            </details>
            <Deliveries id deliveries />
            <p class="actions">
                <LinkButton href=list kind=ButtonKind::Quiet>"All webhooks"</LinkButton>
            </p>
        </DashboardPage>
    }
}

/// The secret, this once.
#[component]
fn NewSecretShown(secret: String) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="secret-head">
            <h2 id="secret-head">"The secret that signs its deliveries"</h2>
            <p>"Copy it to your server now: it is not shown again. With it you know that a delivery is ours."</p>
            <p>
                <code class="webhook-secret">{secret}</code>
            </p>
        </section>
    }
}

/// What can be done with it.
#[component]
fn Deeds(webhook: Webhook) -> impl IntoView {
    let id = webhook.id.to_string();
    let form = |action: &'static str, kind: ButtonKind, words: &'static str| {
        view! {
            <form method="post" action=action class="dashboard-inline">
                <input type="hidden" name="webhook_id" value=id.clone() />
                <SubmitButton kind=kind>{words}</SubmitButton>
            </form>
        }
    };
    let turn = match webhook.state.is_stopped() {
        true => form(StartWebhook::url(), ButtonKind::Secondary, "Start it again"),
        false => form(StopWebhook::url(), ButtonKind::Secondary, "Stop it"),
    };
    let can_rotate = webhook.old_secret_until.is_none();
    let old = webhook.old_secret_until.map(|until| {
        let words = format!(
            "Deliveries are signed by the secret before too, until {}; then it can have another.",
            say_time(until)
        );
        view! { <p class="muted">{words}</p> }
    });
    view! {
        <div class="actions">
            {form(TestWebhook::url(), ButtonKind::Secondary, "Send a test")}
            {turn}
            {can_rotate.then(|| form(RotateSecret::url(), ButtonKind::Secondary, "New secret"))}
            {form(DeleteWebhook::url(), ButtonKind::Danger, "Remove it")}
        </div>
        {old}
    }
}

#[component]
fn Deliveries(id: WebhookId, deliveries: Page<Delivery>) -> impl IntoView {
    let (status, path) = (asked("status"), webhook_path(id, ""));
    let all: Choice = (String::new(), "All of them".to_owned());
    let statuses = DeliveryStatus::ALL.map(|status| (status.key().to_owned(), status.words().to_owned()));
    let choices: Vec<Choice> = [all].into_iter().chain(statuses).collect();
    let next =
        deliveries.next_cursor.clone().map(|cursor| path_with(&path, [("status", &*status), ("cursor", &*cursor)]));
    let first = (!asked("cursor").is_empty()).then(|| path_with(&path, [("status", &*status)]));
    view! {
        <section class="dashboard-part" aria-labelledby="deliveries-head">
            <h2 id="deliveries-head">"Deliveries"</h2>
            <form method="get" action=path class="dashboard-filter" role="search">
                <SelectField label="Which" name="status" choices=choices value=status />
                <SubmitButton kind=ButtonKind::Secondary>"Show"</SubmitButton>
            </form>
            {if deliveries.items.is_empty() {
                view! { <p class="muted">"There are none."</p> }.into_any()
            } else {
                view! { <Rows deliveries=deliveries.items /> }.into_any()
            }}
            <nav class="pager" aria-label="Pages">
                {first.map(|href| view! { <LinkButton href=href kind=ButtonKind::Secondary>"Newest deliveries"</LinkButton> })}
                {next.map(|href| view! { <LinkButton href=href kind=ButtonKind::Secondary>"Older deliveries"</LinkButton> })}
            </nav>
            <Replaying id />
        </section>
    }
}

/// The form that sends many once more.
#[component]
fn Replaying(id: WebhookId) -> impl IntoView {
    let refused = refusal::<ReplayAll>();
    let is_open = refused.is_some();
    let ended = [DeliveryStatus::GivenUp, DeliveryStatus::Delivered];
    let choices: Vec<Choice> = ended
        .map(|status| (status.key().to_owned(), status.words().to_owned()))
        .into_iter()
        .chain([(String::new(), "Both".to_owned())])
        .collect();
    view! {
        <details class="dashboard-part" open=is_open>
            <summary>"Send many once more"</summary>
            <p class="muted">"Each comes under the id that it had, so that your server can tell what it has already."</p>
            <form method="post" action=ReplayAll::url() class="form">
                <input type="hidden" name="webhook_id" value=id.to_string() />
                <div class="field-row">
                    <Field
                        label="Since"
                        name="since"
                        kind="datetime-local"
                        value=asked("since")
                        hint="In UTC."
                        refusal=refused.clone()
                        required=true
                    />
                    <SelectField label="Which" name="status" choices=choices refusal=refused />
                </div>
                <SubmitButton kind=ButtonKind::Secondary>"Send them"</SubmitButton>
            </form>
        </details>
    }
}

#[component]
fn Rows(deliveries: Vec<Delivery>) -> impl IntoView {
    let row = |delivery: Delivery| {
        let again = format!("Send {} of {} once more", delivery.kind, say_time(delivery.created_at));
        let next = delivery.due_at.map(|due| format!("next try {}", say_time(due)));
        let words =
            [Some(delivery.status.words().to_owned()), next].into_iter().flatten().collect::<Vec<_>>().join(", ");
        let tries = delivery.tries.iter().map(|tried| {
            let answer = (!tried.answer.is_empty())
                .then(|| view! { <code class="webhook-answer">{tried.answer.clone()}</code> });
            view! { <li>{format!("{}: {}", say_time(tried.created_at), tried.say())} {answer}</li> }
        });
        let tries = (!delivery.tries.is_empty()).then(|| {
            let count = match delivery.tries.len() {
                1 => "1 try".to_owned(),
                count => format!("{count} tries"),
            };
            view! {
                <details>
                    <summary>{count}<span class="visually-hidden">{format!(" of {}", delivery.kind)}</span></summary>
                    <ol class="webhook-tries">{tries.collect_view()}</ol>
                </details>
            }
        });
        view! {
            <tr>
                <th scope="row">
                    <span>
                        {delivery.kind.clone()}
                        <br />
                        <span class="muted webhook-id">{delivery.change_id.to_string()}</span>
                    </span>
                </th>
                <td data-label="Made">{say_time(delivery.created_at)}</td>
                <td data-label="State">{words}</td>
                <td data-label="Tries">{tries}</td>
                <td class="rows-end">
                    <form method="post" action=ReplayDelivery::url()>
                        <input type="hidden" name="delivery_id" value=delivery.id.to_string() />
                        <button type="submit" class=ButtonKind::Quiet.class() aria-label=again>"Send again"</button>
                    </form>
                </td>
            </tr>
        }
    };
    view! {
        <table class="rows">
            <thead>
                <tr>
                    <th scope="col">"What"</th>
                    <th scope="col">"Made"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Tries"</th>
                    <th scope="col" class="rows-end"><span class="visually-hidden">"Send it again"</span></th>
                </tr>
            </thead>
            <tbody>{deliveries.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
