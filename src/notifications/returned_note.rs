//! That mails to a person come back, where they look after their account.

use super::{
    api::{SendAgain, find_returned},
    model::Returned,
};
use crate::{
    server::begin,
    ui::{ButtonKind, FormRefusal, Notice, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Says so and why, with a way to try again; nothing where mails arrive.
#[component]
pub fn ReturnedNote(
    /// The person's address.
    email: String,
) -> impl IntoView {
    let found = begin(find_returned());
    let excused = (asked("saved") == "mails")
        .then(|| view! { <Notice tone=Tone::Success>"Mails are sent to you as before."</Notice> });
    view! {
        {excused}
        {Suspend::new(async move {
            let returned = found.await.ok().flatten()?;
            Some(view! { <Note email returned /> })
        })}
    }
}

#[component]
fn Note(email: String, returned: Returned) -> impl IntoView {
    let Returned { when, code, .. } = &returned;
    view! {
        <section class="panel">
            <h2>"Mails to this address come back"</h2>
            <p>
                {format!("The last one to {email} came back on {}, {} {}: {} ({code})", when.date_short, when.time, when.zone, returned.reason())}
            </p>
            <p class="muted">
                "Until that is mended, reminders and warnings are not sent to it. What happens to your bookings is, and stands among your notifications too."
            </p>
            <FormRefusal refusal={refusal::<SendAgain>()} />
            <form method="post" action=SendAgain::url()>
                <SubmitButton kind=ButtonKind::Secondary>"It works again"</SubmitButton>
            </form>
        </section>
    }
}
