//! The servers that are told of what happens, of one event or of all.

use super::{
    api::{CreateWebhook, list_webhooks},
    door::{place_path, webhook_path},
    model::{Webhook, WebhookForm, WebhookState},
    webhook_fields::WebhookFields,
};
use crate::{
    error::Error,
    events::{admin::api::get_managed_event, model::Page},
    id::EventId,
    server::{begin, find_kept},
    staff::{
        api::get_member,
        frame::{DashboardPage, EventTab, Place, SiteTab},
        model::Permission,
    },
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, asked, path_with, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The webhooks of the event in the address, or of all.
#[component]
pub fn WebhooksPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id"));
    let found = begin(load(id, asked("cursor"), asked("draft")));
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
    event_id: Option<EventId>,
    webhooks: Page<Webhook>,
    /// Whether its reader can make one here, and have it told of the system.
    may: (bool, bool),
    typed: WebhookForm,
}

async fn load(id: Option<String>, cursor: String, draft: String) -> Result<Found, Error> {
    let event_id: Option<EventId> = id.map(|id| id.parse().map_err(|_| Error::NotFound)).transpose()?;
    let webhooks = list_webhooks(event_id, None, cursor).await?;
    let posts = get_member().await?.posts;
    let (place, may) = match event_id {
        Some(event_id) => {
            let name = get_managed_event(event_id).await?.detail.event.name;
            (Place::Event { tab: EventTab::Webhooks, event_id, name }, (true, false))
        }
        None => {
            let may = (posts.may_everywhere(Permission::RunWebhooks), posts.may_everywhere(Permission::SeeHealth));
            (Place::Site(SiteTab::Webhooks), may)
        }
    };
    let typed = find_kept::<CreateWebhook, WebhookForm>(&draft).await.unwrap_or_default();
    Ok(Found { place, event_id, webhooks, may, typed })
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { place, event_id, webhooks, may: (may_make, with_alerts), typed } = found;
    let lead = match event_id {
        Some(_) => "Servers of yours or of partners that are told of what happens to this event and its bookings.",
        None => "Servers of yours or of partners that are told of what happens: of all events, or of one.",
    };
    let path = place_path(event_id, "");
    let next = webhooks.next_cursor.clone().map(|cursor| path_with(&path, [("cursor", &*cursor)]));
    let is_deleted = asked("saved") == "deleted";
    let refused = refusal::<CreateWebhook>();
    let is_open = refused.is_some();
    view! {
        <DashboardPage title="Webhooks" lead=lead place=place>
            {is_deleted.then(|| view! { <Notice tone=Tone::Success>"The webhook is removed."</Notice> })}
            {may_make
                .then(|| {
                    view! {
                        <details class="dashboard-part" open=is_open>
                            <summary>"Make a webhook"</summary>
                            <FormRefusal refusal=refused.clone() />
                            <form method="post" action=CreateWebhook::url() class="form">
                                {event_id
                                    .map(|id| view! { <input type="hidden" name="event_id" value=id.to_string() /> })}
                                <WebhookFields typed with_alerts refused />
                                <SubmitButton>"Make the webhook"</SubmitButton>
                            </form>
                        </details>
                    }
                })}
            {if webhooks.items.is_empty() {
                view! { <p class="muted">"There are no webhooks yet."</p> }.into_any()
            } else {
                view! { <Rows webhooks=webhooks.items of_all={event_id.is_none()} /> }.into_any()
            }}
            <nav class="pager" aria-label="Pages">
                {next.map(|href| view! { <LinkButton href=href kind=ButtonKind::Secondary>"Older webhooks"</LinkButton> })}
            </nav>
        </DashboardPage>
    }
}

#[component]
fn Rows(webhooks: Vec<Webhook>, of_all: bool) -> impl IntoView {
    let row = move |webhook: Webhook| {
        let about = match webhook.kinds.len() {
            0 => "Everything about bookings and events".to_owned(),
            1 => webhook.kinds.concat(),
            count => format!("{count} kinds"),
        };
        let event = of_all.then(|| {
            let name = webhook.event_name.clone().unwrap_or_else(|| "All events".to_owned());
            view! { <td data-label="Of">{name}</td> }
        });
        view! {
            <tr>
                <th scope="row">
                    <span>
                        <a href=webhook_path(webhook.id, "") class="webhook-address">{webhook.url.clone()}</a>
                        <br />
                        <span class="muted">{webhook.note.clone()}</span>
                    </span>
                </th>
                {event}
                <td data-label="Told">{about}</td>
                <td data-label="State">{say_state(&webhook)}</td>
                <td data-label="Waiting" class="rows-number">{webhook.waiting_count}</td>
            </tr>
        }
    };
    view! {
        <table class="rows">
            <thead>
                <tr>
                    <th scope="col">"Address"</th>
                    {of_all.then(|| view! { <th scope="col">"Of"</th> })}
                    <th scope="col">"Told"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="rows-number">"Waiting"</th>
                </tr>
            </thead>
            <tbody>{webhooks.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}

/// How a webhook stands, in words, and since when.
pub(super) fn say_state(webhook: &Webhook) -> String {
    let words = webhook.state.words();
    let since = match webhook.state {
        WebhookState::Open => None,
        WebhookState::Failing => webhook.failing_since,
        WebhookState::Stopped | WebhookState::GaveUp | WebhookState::Orphaned => webhook.stopped_at,
    };
    match since {
        Some(since) => format!("{words}, since {}", since.format("%-d %B %Y, %H:%M UTC")),
        None => words.to_owned(),
    }
}
