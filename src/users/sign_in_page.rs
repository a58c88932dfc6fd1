//! Signing in and out: who is signed in, the two pages that change it, and the links in the header.

use super::{
    api::{Login, Logout, Register, find_session_user},
    model::{PASSWORD_MIN, User},
};
use crate::{
    error::Error,
    ui::{ButtonKind, Field, FormRefusal, PasswordField, SubmitButton, path_with, refusal},
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_location, use_query_map};

/// Who is signed in, fetched once for the whole app and again whenever that changes.
#[derive(Clone, Copy)]
pub struct SessionUser(pub Resource<Result<Option<User>, Error>>);

/// The actions that change who is signed in. They live as long as the app: the page that starts one is gone when its
/// answer leads elsewhere.
#[derive(Clone, Copy)]
pub struct SessionActions {
    /// Signing in.
    pub login: ServerAction<Login>,
    /// Making an account, which signs in.
    pub register: ServerAction<Register>,
    /// Signing out.
    pub logout: ServerAction<Logout>,
}

/// Puts [`SessionUser`] and [`SessionActions`] into the context of the whole app.
pub fn provide_session() {
    let actions =
        SessionActions { login: ServerAction::new(), register: ServerAction::new(), logout: ServerAction::new() };
    let changes =
        move || (actions.login.version().get(), actions.register.version().get(), actions.logout.version().get());
    provide_context(actions);
    provide_context(SessionUser(Resource::new(changes, |_| find_session_user())));
}

/// The header's end: the account and the way out, or the way in.
#[component]
pub fn SessionLinks() -> impl IntoView {
    let SessionUser(user) = expect_context();
    view! {
        <Suspense fallback=|| ()>
            {move || Suspend::new(async move {
                match user.await {
                    Ok(Some(user)) => view! { <SignedIn user /> }.into_any(),
                    Ok(None) | Err(_) => view! { <SignedOut /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn SignedIn(user: User) -> impl IntoView {
    let SessionActions { logout, .. } = expect_context();
    view! {
        <a class="account-link" href="/account">
            <span class="account-initial" aria-hidden="true">{initial(&user.first_name)}</span>
            <span class="account-name">{user.first_name}</span>
        </a>
        <ActionForm action=logout attr:class="sign-out-form">
            <SubmitButton kind=ButtonKind::Quiet pending=logout.pending()>"Sign out"</SubmitButton>
        </ActionForm>
    }
}

#[component]
fn SignedOut() -> impl IntoView {
    let location = use_location();
    let sign_in = move || match location.pathname.get().as_str() {
        "/" | "/sign-in" | "/register" => "/sign-in".to_owned(),
        _ => crate::ui::next_path("/sign-in", &location),
    };
    view! { <a class=ButtonKind::Secondary.class() href=sign_in>"Sign in"</a> }
}

fn initial(name: &str) -> String {
    name.chars().take(1).flat_map(char::to_uppercase).collect()
}

/// A field of the page's address: `?next=` is where to go when it is done, others are what a form that came back held.
fn use_asked(field: &'static str) -> Signal<String> {
    let query = use_query_map();
    Signal::derive(move || query.with(|query| query.get(field).unwrap_or_default()))
}

/// Signing in.
#[component]
pub fn SignInPage() -> impl IntoView {
    let SessionActions { login, .. } = expect_context();
    let refusal = refusal(login);
    let next = use_asked("next");
    view! {
        <Title text="Sign in" />
        <section class="page account-page">
            <h1>"Sign in"</h1>
            <FormRefusal refusal />
            <ActionForm action=login attr:class="form">
                <input type="hidden" name="next" value=move || next.get() />
                <Field label="E-mail" name="email" value=use_asked("email") kind="email" autocomplete="username" required=true refusal />
                <PasswordField label="Password" name="password" autocomplete="current-password" refusal />
                <SubmitButton pending=login.pending()>"Sign in"</SubmitButton>
            </ActionForm>
            <p class="account-other">
                "New here? "
                <a href=move || path_with("/register", [("next", next.get().as_str())])>"Make an account"</a>
            </p>
        </section>
    }
}

/// Making an account.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let SessionActions { register, .. } = expect_context();
    let refusal = refusal(register);
    let next = use_asked("next");
    view! {
        <Title text="Make an account" />
        <section class="page account-page">
            <h1>"Make an account"</h1>
            <p class="lead">"It keeps your bookings in one place. Nothing else is asked."</p>
            <FormRefusal refusal />
            <ActionForm action=register attr:class="form">
                <input type="hidden" name="next" value=move || next.get() />
                <div class="field-row">
                    <Field label="First name" name="first_name" value=use_asked("first_name") autocomplete="given-name" required=true refusal />
                    <Field label="Last name" name="last_name" value=use_asked("last_name") autocomplete="family-name" required=true refusal />
                </div>
                <Field label="E-mail" name="email" value=use_asked("email") kind="email" autocomplete="username" required=true refusal />
                <PasswordField
                    label="Password"
                    name="password"
                    autocomplete="new-password"
                    hint=format!("At least {PASSWORD_MIN} characters.")
                    refusal
                />
                <SubmitButton pending=register.pending()>"Make account"</SubmitButton>
            </ActionForm>
            <p class="account-other">
                "Have an account? "
                <a href=move || path_with("/sign-in", [("next", next.get().as_str())])>"Sign in"</a>
            </p>
        </section>
    }
}
