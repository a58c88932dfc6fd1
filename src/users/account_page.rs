//! The account: the names, the address, the password, the ways out.

use super::{
    api::{ChangePassword, Logout, UpdateMe},
    guest_page::MakeAccountForm,
    model::{PASSWORD_MIN, User},
    sign_in_page::SessionUser,
    verify_page::Unverified,
};
use crate::{
    error::Error,
    notifications::returned_note::ReturnedNote,
    ui::{
        ButtonKind, Field, FormRefusal, LinkButton, Notice, PageError, PageHead, PasswordField, SubmitButton, Tone,
        asked, refusal,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// Everything a person can change about their account.
#[component]
pub fn AccountPage() -> impl IntoView {
    let SessionUser(user) = expect_context();
    view! {
        <Title text="Account" />
        {Suspend::new(async move {
            match user.await {
                Ok(Some(user)) => view! { <Account user /> }.into_any(),
                Ok(None) => view! { <PageError error=Error::SignInRequired /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Account(user: User) -> impl IntoView {
    if user.is_guest {
        return view! { <Guest user /> }.into_any();
    }
    view! {
        <section class="page account-page">
            <PageHead title="Account".to_owned() lead=user.email.clone() />
            {was_saved("account").then(|| view! { <Notice tone=Tone::Success>"This is an account now, with all you booked."</Notice> })}
            {was_saved("email").then(|| view! { <Notice tone=Tone::Success>"Your address is confirmed."</Notice> })}
            {user.email_verified_at.is_none().then(|| view! { <Unverified email=user.email.clone() /> })}
            {(user.is_admin || user.is_staff)
                .then(|| {
                    view! {
                        <p class="actions">
                            <LinkButton href="/admin" kind=ButtonKind::Secondary>"Open the dashboard"</LinkButton>
                        </p>
                    }
                })}
            <ReturnedNote email=user.email.clone() />
            <ProfileForm user />
            <PasswordForm />
            <SignOut>
                "On this device only. Your bookings stay with your account. "
                <a href="/account/sessions">"See where you are signed in"</a>
            </SignOut>
            <Programs />
            <YourData leave="Delete your account" />
        </section>
    }
    .into_any()
}

/// What a guest can do: there is no password and no list of sessions.
#[component]
fn Guest(user: User) -> impl IntoView {
    view! {
        <section class="page account-page">
            <PageHead title="You are a guest".to_owned() lead=user.email.clone() />
            <ReturnedNote email=user.email.clone() />
            <MakeAccountForm guest=user.clone() />
            <ProfileForm user />
            <SignOut>"On this device. The links in your mails let you in again."</SignOut>
            <YourData leave="Delete everything" />
        </section>
    }
}

#[component]
fn SignOut(
    /// What it means.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel">
            <h2>"Sign out"</h2>
            <p class="muted">{children()}</p>
            <form method="post" action=Logout::url()>
                <SubmitButton kind=ButtonKind::Secondary>"Sign out"</SubmitButton>
            </form>
        </section>
    }
}

/// Where apps and keys are.
#[component]
fn Programs() -> impl IntoView {
    view! {
        <section class="panel">
            <h2>"Apps and API keys"</h2>
            <p class="muted">"Programs that act for you, until you end it."</p>
            <p class="actions">
                <LinkButton href="/account/apps" kind=ButtonKind::Secondary>"Your apps"</LinkButton>
                <LinkButton href="/account/keys" kind=ButtonKind::Secondary>"API keys"</LinkButton>
            </p>
        </section>
    }
}

#[component]
fn YourData(
    /// What leaving is called.
    leave: &'static str,
) -> impl IntoView {
    view! {
        <section class="panel">
            <h2>"Your data"</h2>
            <p class="muted">"Everything that is kept about you, in one file. If you leave, nothing here names you any more."</p>
            <p class="actions">
                <LinkButton href="/api/v1/users/export" kind=ButtonKind::Secondary>"Download your data"</LinkButton>
                <LinkButton href="/account/delete" kind=ButtonKind::Quiet>{leave}</LinkButton>
            </p>
        </section>
    }
}

#[component]
fn ProfileForm(user: User) -> impl IntoView {
    let refusal = refusal::<UpdateMe>();
    let (first_name, last_name) = match &refusal {
        Some(_) => (asked("first_name"), asked("last_name")),
        None => (user.first_name, user.last_name),
    };
    view! {
        <section class="panel">
            <h2>"Your name"</h2>
            <FormRefusal refusal=refusal.clone() />
            {was_saved("name").then(|| view! { <Notice tone=Tone::Success>"Your name was saved."</Notice> })}
            <form method="post" action=UpdateMe::url() class="form">
                <div class="field-row">
                    <Field label="First name" name="first_name" autocomplete="given-name" value=first_name required=true refusal=refusal.clone() />
                    <Field label="Last name" name="last_name" autocomplete="family-name" value=last_name required=true refusal=refusal.clone() />
                </div>
                <SubmitButton kind=ButtonKind::Secondary>"Save name"</SubmitButton>
            </form>
        </section>
    }
}

#[component]
fn PasswordForm() -> impl IntoView {
    let refusal = refusal::<ChangePassword>();
    view! {
        <section class="panel">
            <h2>"Password"</h2>
            <p class="muted">"Changing it signs you out everywhere else, in your apps too."</p>
            <FormRefusal refusal=refusal.clone() />
            {was_saved("password").then(|| view! { <Notice tone=Tone::Success>"Your password was changed."</Notice> })}
            <form method="post" action=ChangePassword::url() class="form">
                <PasswordField label="Current password" name="current_password" autocomplete="current-password" refusal=refusal.clone() />
                <PasswordField
                    label="New password"
                    name="new_password"
                    autocomplete="new-password"
                    hint=format!("At least {PASSWORD_MIN} characters.")
                    refusal
                />
                <SubmitButton kind=ButtonKind::Secondary>"Change password"</SubmitButton>
            </form>
        </section>
    }
}

/// Whether one comes from having saved this part of the account: the address says `?saved=name`.
fn was_saved(part: &str) -> bool {
    asked("saved") == part
}
