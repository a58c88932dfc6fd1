//! Signing in and out: who is signed in, the two pages that change it, and the links in the header.

use super::{
    api::{Login, Logout, Register, find_session_user},
    guest_page::WithoutAccount,
    model::{PASSWORD_MIN, User, leads_to_event},
};
use crate::{
    error::Error,
    ui::{
        ButtonKind, Field, FormRefusal, LinkButton, Notice, PasswordField, SubmitButton, Tone, asked, next_path,
        path_with, refusal,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_location;

/// Who is signed in, asked once for a page and all its parts.
#[derive(Clone, Copy)]
pub struct SessionUser(pub OnceResource<Result<Option<User>, Error>>);

/// Puts [`SessionUser`] into the context of the page.
pub fn provide_session() {
    provide_context(SessionUser(OnceResource::new(find_session_user())));
}

/// The header's end: the account and the way out, or the way in.
#[component]
pub fn SessionLinks() -> impl IntoView {
    let SessionUser(user) = expect_context();
    Suspend::new(async move {
        match user.await {
            Ok(Some(user)) => view! { <SignedIn user /> }.into_any(),
            Ok(None) => view! { <SignedOut /> }.into_any(),
            // Whether somebody is signed in is not known: to say either would be a guess.
            Err(_) => ().into_any(),
        }
    })
}

/// The header's end for who is signed in.
#[component]
pub fn SignedIn(
    /// Who that is.
    user: User,
) -> impl IntoView {
    let has_dashboard = user.is_admin || user.is_staff;
    view! {
        {has_dashboard.then(|| view! { <a class="dashboard-link" href="/admin">"Dashboard"</a> })}
        <a class="account-link" href="/account">
            <span class="account-initial" aria-hidden="true">{initial(&user.first_name)}</span>
            <span class="account-name">{user.first_name}</span>
        </a>
        <form method="post" action=Logout::url() class="sign-out-form">
            <SubmitButton kind=ButtonKind::Quiet>"Sign out"</SubmitButton>
        </form>
    }
}

#[component]
fn SignedOut() -> impl IntoView {
    let href = match use_location().pathname.get_untracked().as_str() {
        "/" | "/sign-in" | "/register" => "/sign-in".to_owned(),
        _ => next_path("/sign-in"),
    };
    view! { <LinkButton kind=ButtonKind::Secondary href>"Sign in"</LinkButton> }
}

fn initial(name: &str) -> String {
    name.chars().take(1).flat_map(char::to_uppercase).collect()
}

/// Signing in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let refusal = refusal::<Login>();
    let next = asked("next");
    view! {
        <Title text="Sign in" />
        <section class="page account-page">
            <h1>"Sign in"</h1>
            <FormRefusal refusal=refusal.clone() />
            {say_what_led_here().map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            <form method="post" action=Login::url() class="form">
                <input type="hidden" name="next" value=next.clone() />
                <Field label="E-mail" name="email" value=asked("email") kind="email" autocomplete="username" required=true refusal=refusal.clone() />
                <PasswordField label="Password" name="password" autocomplete="current-password" refusal />
                <SubmitButton>"Sign in"</SubmitButton>
            </form>
            <p class="account-other">
                <a href="/forgot-password">"Forgotten your password?"</a>
            </p>
            <p class="account-other">
                "New here? "
                <a href=path_with("/register", [("next", next.as_str())])>"Make an account"</a>
            </p>
            {leads_to_event(&next).then(|| view! { <WithoutAccount next /> })}
        </section>
    }
}

/// What was done on the way to the sign-in page, if anything was.
fn say_what_led_here() -> Option<&'static str> {
    match asked("saved").as_str() {
        "email" => Some("Your address is confirmed."),
        "everywhere" => Some("You are signed out everywhere."),
        "guest" => Some("Everything that was kept about you is deleted. What you booked was given back."),
        "account" => {
            Some("Your account is deleted. What you booked was given back, and nothing here names you any more.")
        }
        _ => None,
    }
}

/// Making an account.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let refusal = refusal::<Register>();
    let next = asked("next");
    view! {
        <Title text="Make an account" />
        <section class="page account-page">
            <h1>"Make an account"</h1>
            <p class="lead">"It keeps your bookings in one place. Nothing else is asked."</p>
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=Register::url() class="form">
                <input type="hidden" name="next" value=next.clone() />
                <div class="field-row">
                    <Field label="First name" name="first_name" value=asked("first_name") autocomplete="given-name" required=true refusal=refusal.clone() />
                    <Field label="Last name" name="last_name" value=asked("last_name") autocomplete="family-name" required=true refusal=refusal.clone() />
                </div>
                <Field label="E-mail" name="email" value=asked("email") kind="email" autocomplete="username" required=true refusal=refusal.clone() />
                <PasswordField
                    label="Password"
                    name="password"
                    autocomplete="new-password"
                    hint=format!("At least {PASSWORD_MIN} characters.")
                    refusal
                />
                <SubmitButton>"Make account"</SubmitButton>
            </form>
            <p class="account-other">
                "Have an account? "
                <a href=path_with("/sign-in", [("next", next.as_str())])>"Sign in"</a>
            </p>
        </section>
    }
}
