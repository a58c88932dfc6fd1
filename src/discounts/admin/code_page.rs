//! Changing a discount code.

use super::{
    api::{UpdateCode, get_code},
    code_fields::{Choices, CodeFields, Fields},
    codes_page::load_choices,
    model::{EditedCode, TypedCode},
};
use crate::{
    error::Error,
    events::admin::{api::get_managed_event, model::ManagedEvent},
    id::{CodeId, EventId},
    server::{begin, find_kept, state::AppState},
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, SubmitButton, asked, path_with, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// One code of an event.
#[component]
pub fn CodePage() -> impl IntoView {
    let params = use_params_map();
    let ids = params
        .with_untracked(|params| Some((params.get_str("id")?.parse().ok()?, params.get_str("code")?.parse().ok()?)));
    let found = begin(load(ids, asked("draft")));
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
    event: ManagedEvent,
    choices: Choices,
    edited: EditedCode,
    typed: TypedCode,
}

async fn load(ids: Option<(EventId, CodeId)>, draft: String) -> Result<Found, Error> {
    let (event_id, code_id) = ids.ok_or(Error::NotFound)?;
    let edited = get_code(code_id).await?;
    if edited.line.code.event_id != event_id {
        return Err(Error::NotFound);
    }
    let event = get_managed_event(event_id).await?;
    let choices = load_choices(&event).await?;
    let as_it_is =
        || TypedCode { form: edited.form.clone(), sections: edited.line.code.sections.clone(), ..TypedCode::default() };
    let typed = find_kept::<UpdateCode, TypedCode>(&draft).await.unwrap_or_else(as_it_is);
    Ok(Found { event, choices, edited, typed })
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { event, choices, edited: EditedCode { line, .. }, typed } = found;
    let event = event.detail.event;
    let (code, is_used) = (line.code, line.held_count + line.confirmed_count > 0);
    let refused = refusal::<UpdateCode>();
    let link = path_with(&format!("/events/{}", event.id), [("code", &*code.code)]);
    let address = expect_context::<AppState>().config.address(&link);
    view! {
        <DashboardPage
            title=format!("Code {}", code.code)
            lead="Who has used it keeps what it took off."
            place=Place::Event { tab: EventTab::Codes, event_id: event.id, name: event.name }
        >
            <Notice>
                <p>"With this link the code stands ready at the checkout: " <a href=link>{address}</a></p>
            </Notice>
            {is_used
                .then(|| view! { <p class="muted">"It has been used: what it reads and takes off stays. End it and make another for something else."</p> })}
            <FormRefusal refusal=refused.clone() />
            <form method="post" action=UpdateCode::url() class="form">
                <input type="hidden" name="event_id" value=event.id.to_string() />
                <input type="hidden" name="code_id" value=code.id.to_string() />
                <input type="hidden" name="version" value=code.version.to_string() />
                <CodeFields fields=Fields::One choices typed refused />
                <div class="actions">
                    <SubmitButton>"Save"</SubmitButton>
                    <LinkButton href=event_path(event.id, "/codes") kind=ButtonKind::Quiet>"Leave it"</LinkButton>
                </div>
            </form>
        </DashboardPage>
    }
}
