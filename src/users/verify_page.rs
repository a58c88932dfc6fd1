//! Confirming an address: the page that the link of a mail leads to, and the reminder on the account page.

use super::{
    api::{ResendVerification, VerifyEmail},
    reset_page::{LinkOver, check},
    token::Purpose,
};
use crate::{
    error::Error,
    server::{answer, begin},
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, PageHead, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// One button: opening the page confirms nothing, because programs that look for bad mail open links too.
#[component]
pub fn VerifyEmailPage() -> impl IntoView {
    let token = asked("token");
    let usable = begin(answer(check(token.clone(), Purpose::Verify)));
    view! {
        <Title text="Confirm your address" />
        {Suspend::new(async move {
            match usable.await {
                Ok(()) => view! { <Confirm token /> }.into_any(),
                Err(Error::LinkOver) => {
                    view! {
                        <LinkOver>
                            <p class="lead">
                                "If you confirmed your address with it, there is nothing left to do. Else it is too old, or a newer one was sent to you."
                            </p>
                            <p class="actions">
                                <LinkButton href="/account">"Ask for a new link in your account"</LinkButton>
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
fn Confirm(token: String) -> impl IntoView {
    view! {
        <section class="page account-page">
            <PageHead title="Confirm your address" lead="One press, and your tickets and notices find you." />
            <FormRefusal refusal={refusal::<VerifyEmail>()} />
            <form method="post" action=VerifyEmail::url() class="form">
                <input type="hidden" name="token" value=token />
                <SubmitButton>"Yes, this is my address"</SubmitButton>
            </form>
        </section>
    }
}

/// That the address is yet to be confirmed, with the way to another link. Nothing is refused until then.
#[component]
pub(super) fn Unverified(
    /// The address.
    email: String,
) -> impl IntoView {
    view! {
        <section class="panel">
            <h2>"Confirm your address"</h2>
            <p class="muted">
                "Open the link in the mail to " {email} ", so that your tickets and notices find you. You can book meanwhile."
            </p>
            <FormRefusal refusal={refusal::<ResendVerification>()} />
            {(asked("saved") == "link")
                .then(|| view! { <Notice tone=Tone::Success>"A link is on its way."</Notice> })}
            <form method="post" action=ResendVerification::url()>
                <SubmitButton kind=ButtonKind::Secondary>"Send a new link"</SubmitButton>
            </form>
        </section>
    }
}
