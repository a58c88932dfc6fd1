//! Going on without an account, and what a guest may make of it later.

use super::{
    api::{BeginGuest, MakeAccount},
    model::{PASSWORD_MIN, User},
    sign_in_page::SessionUser,
};
use crate::ui::{
    ButtonKind, Field, FormRefusal, LinkButton, Notice, PageHead, PasswordField, SubmitButton, Tone, asked, path_with,
    refusal,
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// Asks who is about to book for a name and an address, and for nothing else.
#[component]
pub fn GuestPage() -> impl IntoView {
    let refusal = refusal::<BeginGuest>();
    let next = asked("next");
    view! {
        <Title text="Without an account" />
        <section class="page account-page">
            <PageHead
                title="Continue without an account"
                lead="Your booking comes by mail, with a link that opens it again."
            />
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=BeginGuest::url() class="form">
                <input type="hidden" name="next" value=next.clone() />
                <div class="field-row">
                    <Field label="First name" name="first_name" value=asked("first_name") autocomplete="given-name" required=true refusal=refusal.clone() />
                    <Field label="Last name" name="last_name" value=asked("last_name") autocomplete="family-name" required=true refusal=refusal.clone() />
                </div>
                <Field
                    label="E-mail"
                    name="email"
                    value=asked("email")
                    kind="email"
                    autocomplete="email"
                    required=true
                    hint="Please check it: without the mail there is no way back to your booking."
                    refusal
                />
                <SubmitButton>"Continue"</SubmitButton>
            </form>
            <p class="account-other">
                "Have an account? "
                <a href=path_with("/sign-in", [("next", next.as_str())])>"Sign in"</a>
            </p>
        </section>
    }
}

/// Tells a guest how they come back, where they have just booked; nothing for anybody else.
#[component]
pub fn GuestNote() -> impl IntoView {
    let SessionUser(user) = expect_context();
    Suspend::new(async move {
        let guest = user.await.ok().flatten().filter(|user| user.is_guest)?;
        Some(view! {
            <Notice tone=Tone::Info>
                <p>
                    {format!("You booked without an account. The mail to {} has a link that opens this again. ", guest.email)}
                    <a href="/account">"Make it an account"</a>
                    {guest
                        .may_correct_email()
                        .then(|| view! { " · " <a href="/account/address">"Correct the address"</a> })}
                </p>
            </Notice>
        })
    })
}

/// The way from a guest to an account: a password.
#[component]
pub(super) fn MakeAccountForm(guest: User) -> impl IntoView {
    let refusal = refusal::<MakeAccount>();
    view! {
        <section class="panel">
            <h2>"Make this an account"</h2>
            <p class="muted">
                "Choose a password, and what you booked is one sign-in away on every device. The links in your mails end then."
            </p>
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=MakeAccount::url() class="form">
                // What password managers keep the new password under.
                <input type="hidden" name="username" autocomplete="username" value=guest.email />
                <PasswordField
                    label="Password"
                    name="new_password"
                    autocomplete="new-password"
                    hint=format!("At least {PASSWORD_MIN} characters.")
                    refusal
                />
                <SubmitButton>"Make account"</SubmitButton>
            </form>
            <p class="muted">
                "Have an account already? Sign in to it, open the link in one of your mails, and add these bookings to it."
            </p>
        </section>
    }
}

/// The way past the sign-in page, for who comes from an event.
#[component]
pub(super) fn WithoutAccount(
    /// Where it leads back to.
    next: String,
) -> impl IntoView {
    view! {
        <section class="panel">
            <h2>"In a hurry?"</h2>
            <p class="muted">"Book with your name and e-mail alone. You can make it an account later."</p>
            <LinkButton href=path_with("/sign-in/guest", [("next", next.as_str())]) kind=ButtonKind::Secondary>
                "Continue without an account"
            </LinkButton>
        </section>
    }
}
