//! Correcting a guest's address.

use super::api::CorrectEmail;
use crate::{
    error::Error,
    server::begin,
    ui::{ButtonKind, Field, FormRefusal, LinkButton, PageError, PageHead, SubmitButton, asked, refusal},
    users::{api::get_me, model::User},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// Asks a guest for the right address.
#[component]
pub fn CorrectPage() -> impl IntoView {
    let user = begin(get_me());
    view! {
        <Title text="Correct your address" />
        {Suspend::new(async move {
            match user.await {
                Ok(guest) if guest.may_correct_email() => view! { <Correct guest /> }.into_any(),
                Ok(_) => view! { <PageError error=Error::Forbidden /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Correct(guest: User) -> impl IntoView {
    let refusal = refusal::<CorrectEmail>();
    let typed = asked("email");
    view! {
        <section class="page account-page">
            <PageHead
                title="Correct your address"
                lead="The mails about your bookings are sent again. Links and tickets that went to the old address stop working."
            />
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=CorrectEmail::url() class="form">
                <Field
                    label="E-mail"
                    name="email"
                    value=if typed.is_empty() { guest.email } else { typed }
                    kind="email"
                    autocomplete="email"
                    required=true
                    refusal
                />
                <div class="actions">
                    <SubmitButton>"Correct it"</SubmitButton>
                    <LinkButton href="/bookings" kind=ButtonKind::Secondary>"It was right"</LinkButton>
                </div>
            </form>
        </section>
    }
}
