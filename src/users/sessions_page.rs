//! Where a person is signed in, with a way out of each.

use super::{
    api::{SignOutEverywhere, SignOutSession, list_sessions},
    model::Session,
};
use crate::{
    events::model::Page,
    server::begin,
    ui::{ButtonKind, FormRefusal, Notice, PageError, PageHead, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// All sessions of who is signed in.
#[component]
pub fn SessionsPage() -> impl IntoView {
    let found = begin(list_sessions());
    view! {
        <Title text="Where you are signed in" />
        {Suspend::new(async move {
            match found.await {
                Ok(Page { items, .. }) => view! { <Shown sessions=items /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(sessions: Vec<Session>) -> impl IntoView {
    view! {
        <section class="page account-page">
            <PageHead
                title="Where you are signed in"
                lead="Something here that isn't you? Sign it out, and change your password."
            />
            <FormRefusal refusal={refusal::<SignOutSession>()} />
            <FormRefusal refusal={refusal::<SignOutEverywhere>()} />
            {(asked("saved") == "session")
                .then(|| view! { <Notice tone=Tone::Success>"That session is over."</Notice> })}
            <ul class="session-list" role="list">
                {sessions.into_iter().map(|session| view! { <Row session /> }).collect_view()}
            </ul>
            <section class="panel">
                <h2>"Sign out everywhere"</h2>
                <p class="muted">
                    "On all of these, this one included, and in your " <a href="/account/apps">"apps"</a>
                    ". Your bookings stay with your account, and so do your API keys."
                </p>
                <form method="post" action=SignOutEverywhere::url()>
                    <SubmitButton kind=ButtonKind::Danger>"Sign out everywhere"</SubmitButton>
                </form>
            </section>
            <p class="account-other">
                <a href="/account">"Back to your account"</a>
            </p>
        </section>
    }
}

#[component]
fn Row(session: Session) -> impl IntoView {
    let Session { id, is_current, device, last_used_on, created_at } = session;
    let device = if device.is_empty() { "Something unknown".to_owned() } else { device };
    let words = device.clone();
    let used =
        last_used_on.map(|day| view! { <p class="muted">{format!("Last used on {}", day.format("%-d %B %Y"))}</p> });
    let since = format!("Signed in on {}", created_at.format("%-d %B %Y"));
    view! {
        <li class="panel session">
            <div class="session-words">
                <h2>{device}</h2>
                {used}
                <p class="muted">{since}</p>
            </div>
            {if is_current {
                view! { <p class="session-current">"This device"</p> }.into_any()
            } else {
                view! {
                    <form method="post" action=SignOutSession::url()>
                        <input type="hidden" name="session_id" value=id.to_string() />
                        <SubmitButton kind=ButtonKind::Secondary>
                            "Sign out" <span class="visually-hidden">" " {words}</span>
                        </SubmitButton>
                    </form>
                }
                    .into_any()
            }}
        </li>
    }
}
