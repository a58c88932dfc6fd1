//! The apps that a person has signed in to, with an end to each.

use super::{
    api::{RevokeApp, list_apps},
    model::ConnectedApp,
};
use crate::{
    events::model::Page,
    server::begin,
    ui::{ButtonKind, FormRefusal, Notice, PageError, PageHead, SubmitButton, Tone, asked, refusal},
    users::api::SignOutEverywhere,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// All apps of who is signed in.
#[component]
pub fn AppsPage() -> impl IntoView {
    let found = begin(list_apps());
    view! {
        <Title text="Your apps" />
        {Suspend::new(async move {
            match found.await {
                Ok(Page { items, .. }) => view! { <Shown apps=items /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(apps: Vec<ConnectedApp>) -> impl IntoView {
    let is_empty = apps.is_empty();
    view! {
        <section class="page account-page">
            <PageHead
                title="Your apps"
                lead="Programs that you signed in to with your password. They can book for you until you end it here."
            />
            <FormRefusal refusal={refusal::<RevokeApp>()} />
            {(asked("saved") == "app").then(|| view! { <Notice tone=Tone::Success>"That app is signed out."</Notice> })}
            {if is_empty {
                view! { <p class="muted">"You haven't signed in to any app."</p> }.into_any()
            } else {
                view! {
                    <ul class="session-list" role="list">
                        {apps.into_iter().map(|app| view! { <Row app /> }).collect_view()}
                    </ul>
                    <section class="panel">
                        <h2>"Sign out everywhere"</h2>
                        <p class="muted">"All apps and all browsers, this one included. API keys stay."</p>
                        <form method="post" action=SignOutEverywhere::url()>
                            <SubmitButton kind=ButtonKind::Danger>"Sign out everywhere"</SubmitButton>
                        </form>
                    </section>
                }
                    .into_any()
            }}
            <p class="account-other">
                <a href="/account">"Back to your account"</a>
            </p>
        </section>
    }
}

#[component]
fn Row(app: ConnectedApp) -> impl IntoView {
    let ConnectedApp { id, name, created_at, refreshed_at, .. } = app;
    let words = name.clone();
    view! {
        <li class="panel session">
            <div class="session-words">
                <h2>{name}</h2>
                <p class="muted">{format!("Last used on {}", refreshed_at.format("%-d %B %Y"))}</p>
                <p class="muted">{format!("Signed in on {}", created_at.format("%-d %B %Y"))}</p>
            </div>
            <form method="post" action=RevokeApp::url()>
                <input type="hidden" name="app_id" value=id.to_string() />
                <SubmitButton kind=ButtonKind::Secondary>
                    "Sign out" <span class="visually-hidden">" " {words}</span>
                </SubmitButton>
            </form>
        </li>
    }
}
