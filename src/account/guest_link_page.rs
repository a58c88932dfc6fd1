//! Where the link in a guest's mail leads: it opens what they booked, or an account takes it over. Opening the page
//! does neither.

use super::api::ClaimGuest;
use crate::{
    error::{Conflict, Error},
    server::{Caller, Result, answer, begin, set_page_status},
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, PageHead, SubmitButton, Tone, asked, refusal},
    users::{
        api::{OpenGuest, find_session_user},
        model::User,
        store::{Linked, find_linked},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// The page of a guest's link.
#[component]
pub fn GuestLinkPage() -> impl IntoView {
    let (token, next) = (asked("token"), asked("next"));
    let found = begin(load(token.clone()));
    view! {
        <Title text="Your booking" />
        {Suspend::new(async move {
            match found.await {
                Ok((linked, user)) if linked.is_active => view! { <Open user token next /> }.into_any(),
                Ok((linked, Some(user))) if linked.claimed_by == Some(user.id) => view! { <Claimed /> }.into_any(),
                Ok(_) | Err(Error::LinkOver) => view! { <Over /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

/// Whose link it is, and who looks at it.
async fn load(token: String) -> std::result::Result<(Linked, Option<User>), Error> {
    let linked = answer(find(token)).await?;
    Ok((linked, find_session_user().await?))
}

async fn find(token: String) -> Result<Linked> {
    let caller = Caller::current().await?;
    find_linked(&mut *caller.state.db.pool().acquire().await?, &token).await
}

#[component]
fn Open(#[prop(optional_no_strip)] user: Option<User>, token: String, next: String) -> impl IntoView {
    let account = user.filter(|user| !user.is_guest);
    let (lead, kind) = match &account {
        Some(_) => (
            "It was booked without an account. Add it to yours, and it stands among your bookings.",
            ButtonKind::Secondary,
        ),
        None => ("One more step, so that nothing that reads your mails opens it before you.", ButtonKind::Primary),
    };
    let open = if account.is_some() { "Open it without adding" } else { "Open my booking" };
    view! {
        <section class="page account-page">
            <PageHead title="Your booking" lead=lead />
            <FormRefusal refusal={refusal::<OpenGuest>()} />
            {account.map(|account| view! { <ClaimForm account token=token.clone() /> })}
            <form method="post" action=OpenGuest::url() class="form">
                <input type="hidden" name="token" value=token />
                <input type="hidden" name="next" value=next />
                <SubmitButton kind=kind>{open}</SubmitButton>
            </form>
        </section>
    }
}

#[component]
fn ClaimForm(account: User, token: String) -> impl IntoView {
    let refused = refusal::<ClaimGuest>();
    let offers = matches!(refused, Some(Error::Conflict(Conflict::WrongState { .. })));
    view! {
        {if offers {
            view! {
                <Notice tone=Tone::Warning>
                    "You have an offer of the same event's waitlist in both places. Take or decline one of them first."
                </Notice>
            }
                .into_any()
        } else {
            view! { <FormRefusal refusal=refused /> }.into_any()
        }}
        <form method="post" action=ClaimGuest::url() class="form">
            <input type="hidden" name="token" value=token />
            <SubmitButton>"Add these to my account"</SubmitButton>
        </form>
        <p class="muted">
            {format!("You are signed in as {}. Opening it without adding signs you out here.", account.email)}
        </p>
    }
}

#[component]
fn Claimed() -> impl IntoView {
    view! {
        <section class="page account-page">
            <PageHead title="This is in your account" lead="You added it before. The link leads nowhere else any more." />
            <p class="actions">
                <LinkButton href="/bookings">"My bookings"</LinkButton>
            </p>
        </section>
    }
}

#[component]
fn Over() -> impl IntoView {
    set_page_status(Error::LinkOver.status());
    view! {
        <section class="page account-page">
            <PageHead
                title="This link doesn't work any more"
                lead="What it opened belongs to an account now, was deleted, or the link was cut short on its way."
            />
            <p class="actions">
                <LinkButton href="/sign-in">"Sign in"</LinkButton>
                <LinkButton href="/events" kind=ButtonKind::Secondary>"Find an event"</LinkButton>
            </p>
        </section>
    }
}
