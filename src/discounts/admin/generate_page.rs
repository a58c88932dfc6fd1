//! Making many codes at once, each to be used once.

use super::{
    api::GenerateCodes,
    code_fields::{Choices, CodeFields, Fields},
    codes_page::load_choices,
    model::TypedCode,
};
use crate::{
    error::Error,
    events::admin::{api::get_managed_event, model::ManagedEvent},
    id::EventId,
    server::{begin, clock::new_id, find_kept},
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{ButtonKind, FormRefusal, LinkButton, PageError, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The form for many codes of the event in the address.
#[component]
pub fn GeneratePage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound);
    let found = begin(load(event_id, asked("draft")));
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok((event, choices, typed)) => view! { <Shown event choices typed /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

async fn load(event_id: Result<EventId, Error>, draft: String) -> Result<(ManagedEvent, Choices, TypedCode), Error> {
    let event = get_managed_event(event_id?).await?;
    let choices = load_choices(&event).await?;
    Ok((event, choices, find_kept::<GenerateCodes, TypedCode>(&draft).await.unwrap_or_default()))
}

#[component]
fn Shown(event: ManagedEvent, choices: Choices, typed: TypedCode) -> impl IntoView {
    let refused = refusal::<GenerateCodes>();
    let event = event.detail.event;
    view! {
        <DashboardPage
            title="Make many codes"
            lead="Nobody can guess them, and each is used once: for the press, for members, for a raffle."
            place=Place::Event { tab: EventTab::Codes, event_id: event.id, name: event.name }
        >
            <FormRefusal refusal=refused.clone() />
            <form method="post" action=GenerateCodes::url() class="form">
                <input type="hidden" name="event_id" value=event.id.to_string() />
                <input type="hidden" name="key" value=new_id().to_string() />
                <CodeFields fields=Fields::Many choices typed refused />
                <div class="actions">
                    <SubmitButton>"Make the codes"</SubmitButton>
                    <LinkButton href=event_path(event.id, "/codes") kind=ButtonKind::Quiet>"Leave it"</LinkButton>
                </div>
            </form>
        </DashboardPage>
    }
}
