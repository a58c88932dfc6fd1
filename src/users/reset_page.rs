//! A forgotten password: asking for a link, and choosing a new password with it.

use super::{
    api::{ForgotPassword, ResetPassword},
    model::PASSWORD_MIN,
    store,
    token::Purpose,
};
use crate::{
    error::Error,
    server::{Caller, Result, answer, begin, set_page_status},
    ui::{
        Field, FormRefusal, LinkButton, Notice, PageError, PageHead, PasswordField, SubmitButton, Tone, asked, refusal,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// Asking for a link to choose a new password with.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let refusal = refusal::<ForgotPassword>();
    let is_sent = asked("saved") == "link";
    view! {
        <Title text="Forgotten password" />
        <section class="page account-page">
            <PageHead
                title="Forgotten your password?"
                lead="Type the address of your account, and a link to choose a new password is on its way."
            />
            <FormRefusal refusal=refusal.clone() />
            {is_sent
                .then(|| {
                    view! {
                        <Notice tone=Tone::Success>
                            "If there is an account with that address, a mail is on its way to it. Its link works once, within an hour. Nothing there in a few minutes? Look among unwanted mail, or ask once more."
                        </Notice>
                    }
                })}
            <form method="post" action=ForgotPassword::url() class="form">
                <Field label="E-mail" name="email" value=asked("email") kind="email" autocomplete="username" required=true refusal />
                <SubmitButton>"Send the link"</SubmitButton>
            </form>
            <p class="account-other">
                "Remembered it? " <a href="/sign-in">"Sign in"</a>
            </p>
        </section>
    }
}

/// Choosing a new password with the link of a mail. The page leads nowhere else on the web, so that the link stays here.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let token = asked("token");
    let usable = begin(answer(check(token.clone(), Purpose::Reset)));
    view! {
        <Title text="New password" />
        {Suspend::new(async move {
            match usable.await {
                Ok(()) => view! { <NewPassword token /> }.into_any(),
                Err(Error::LinkOver) => {
                    view! {
                        <LinkOver>
                            <p class="lead">
                                "It was used already, it is older than an hour, or a newer one was sent to you. Your password is as it was."
                            </p>
                            <p class="actions">
                                <LinkButton href="/forgot-password">"Ask for a new link"</LinkButton>
                            </p>
                        </LinkOver>
                    }
                        .into_any()
                }
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn NewPassword(token: String) -> impl IntoView {
    let refusal = refusal::<ResetPassword>();
    view! {
        <section class="page account-page">
            <PageHead
                title="Choose a new password"
                lead="It signs you in here, and out everywhere else."
            />
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=ResetPassword::url() class="form">
                <input type="hidden" name="token" value=token />
                <PasswordField
                    label="New password"
                    name="new_password"
                    autocomplete="new-password"
                    hint=format!("At least {PASSWORD_MIN} characters.")
                    refusal
                />
                <SubmitButton>"Set the password"</SubmitButton>
            </form>
        </section>
    }
}

/// What stands where a link led that can't be used: the heading, the status, and what else there is to say.
#[component]
pub(super) fn LinkOver(
    /// Why, and the way on.
    children: Children,
) -> impl IntoView {
    set_page_status(Error::LinkOver.status());
    view! {
        <section class="page account-page">
            <h1>"This link doesn't work any more"</h1>
            {children()}
        </section>
    }
}

/// Whether the link the page was opened by can be used. Errors: `LinkOver`.
pub(super) async fn check(token: String, purpose: Purpose) -> Result<()> {
    let caller = Caller::current().await?;
    store::check_link(&caller.state, &token, purpose).await?;
    Ok(())
}
