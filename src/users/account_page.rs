//! The account: the names, the password, the way out.

use super::{
    api::{ChangePassword, UpdateMe},
    model::{PASSWORD_MIN, User},
    sign_in_page::{SessionActions, SessionUser},
};
use crate::{
    error::Error,
    ui::{
        ButtonKind, Field, FormRefusal, Notice, PageError, PageHead, PasswordField, Skeleton, SubmitButton, Tone,
        refusal,
    },
};
use leptos::prelude::*;
use leptos_meta::Title;

/// Everything a person can change about their account.
#[component]
pub fn AccountPage() -> impl IntoView {
    let SessionUser(user) = expect_context();
    view! {
        <Title text="Account" />
        <Suspense fallback=|| view! { <div class="page"><Skeleton shape="skeleton-form" /></div> }>
            {move || Suspend::new(async move {
                match user.await {
                    Ok(Some(user)) => view! { <Account user /> }.into_any(),
                    Ok(None) => view! { <PageError error=Error::SignInRequired /> }.into_any(),
                    Err(error) => view! { <PageError error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Account(user: User) -> impl IntoView {
    let SessionActions { logout, .. } = expect_context();
    view! {
        <section class="page account-page">
            <PageHead title="Account".to_owned() lead=user.email.clone() />
            <ProfileForm user />
            <PasswordForm />
            <section class="panel">
                <h2>"Sign out"</h2>
                <p class="muted">"On this device only. Your bookings stay with your account."</p>
                <ActionForm action=logout>
                    <SubmitButton kind=ButtonKind::Secondary pending=logout.pending()>"Sign out"</SubmitButton>
                </ActionForm>
            </section>
        </section>
    }
}

#[component]
fn ProfileForm(user: User) -> impl IntoView {
    let action = ServerAction::<UpdateMe>::new();
    let refusal = refusal(action);
    let saved = move || action.value().with(|value| matches!(value, Some(Ok(_))));
    view! {
        <section class="panel">
            <h2>"Your name"</h2>
            <FormRefusal refusal />
            <Show when=saved>
                <Notice tone=Tone::Success>"Your name was saved."</Notice>
            </Show>
            <ActionForm action attr:class="form">
                <div class="field-row">
                    <Field label="First name" name="first_name" autocomplete="given-name" value=user.first_name required=true refusal />
                    <Field label="Last name" name="last_name" autocomplete="family-name" value=user.last_name required=true refusal />
                </div>
                <SubmitButton kind=ButtonKind::Secondary pending=action.pending()>"Save name"</SubmitButton>
            </ActionForm>
        </section>
    }
}

#[component]
fn PasswordForm() -> impl IntoView {
    let action = ServerAction::<ChangePassword>::new();
    let refusal = refusal(action);
    let changed = move || action.value().with(|value| matches!(value, Some(Ok(()))));
    view! {
        <section class="panel">
            <h2>"Password"</h2>
            <p class="muted">"Changing it signs you out everywhere else."</p>
            <FormRefusal refusal />
            <Show when=changed>
                <Notice tone=Tone::Success>"Your password was changed."</Notice>
            </Show>
            <ActionForm action attr:class="form">
                <PasswordField label="Current password" name="current_password" autocomplete="current-password" refusal />
                <PasswordField
                    label="New password"
                    name="new_password"
                    autocomplete="new-password"
                    hint=format!("At least {PASSWORD_MIN} characters.")
                    refusal
                />
                <SubmitButton kind=ButtonKind::Secondary pending=action.pending()>"Change password"</SubmitButton>
            </ActionForm>
        </section>
    }
}
