//! Calling an event off: first what it would mean, then its name, a reason and the button.

use super::{
    api::{CancelEvent, get_managed_event, preview_cancel},
    events_page::asked_event_id,
    model::{CancelPreview, KeptCancelling, ManagedEvent},
};
use crate::{
    error::Error,
    events::model::EventStatus,
    id::EventId,
    money::group_thousands,
    server::{begin, find_kept},
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{
        AreaField, ButtonKind, Field, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, asked, refusal,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// What calling the event off would end, and the way to do it.
#[component]
pub fn CancelEventPage() -> impl IntoView {
    let (event_id, draft) = (asked_event_id(), asked("draft"));
    let loaded = begin(async move { load(event_id?, &draft).await });
    view! {
        {Suspend::new(async move {
            match loaded.await {
                Ok((event, preview, typed)) => view! { <CancelForm event preview typed /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

type Loaded = (ManagedEvent, CancelPreview, Option<KeptCancelling>);

async fn load(event_id: EventId, draft: &str) -> Result<Loaded, Error> {
    let event = get_managed_event(event_id).await?;
    let preview = preview_cancel(event_id).await?;
    Ok((event, preview, find_kept::<CancelEvent, KeptCancelling>(draft).await))
}

#[component]
fn CancelForm(event: ManagedEvent, preview: CancelPreview, typed: Option<KeptCancelling>) -> impl IntoView {
    let refusal = refusal::<CancelEvent>();
    let event = event.detail.event;
    let own = event_path(event.id, "");
    let form = (event.status == EventStatus::Published).then(|| {
        let (name, reason) = typed.map(|typed| (typed.name, typed.reason)).unwrap_or_default();
        view! {
            <form method="post" action=CancelEvent::url() class="form event-form">
                <input type="hidden" name="event_id" value=event.id.to_string() />
                <AreaField
                    label="Reason"
                    name="reason"
                    value=reason
                    rows=3
                    hint="It goes to everybody who booked, as you write it."
                    refusal=refusal.clone()
                />
                <Field
                    label=format!("To be sure, type the event's name: {}", event.name)
                    name="name"
                    value=name
                    required=true
                    refusal=refusal.clone()
                />
                <div class="actions">
                    <SubmitButton kind=ButtonKind::Danger>"Call the event off"</SubmitButton>
                    <LinkButton href=own.clone() kind=ButtonKind::Secondary>"Keep the event"</LinkButton>
                </div>
            </form>
        }
    });
    let is_open = form.is_some();
    view! {
        <DashboardPage
            title="Call off"
            lead="This can't be undone."
            place=Place::Event { tab: EventTab::Summary, event_id: event.id, name: event.name.clone() }
        >
            <FormRefusal refusal=refusal.clone() />
            {(!is_open)
                .then(|| view! { <Notice tone=Tone::Warning>"Only an event that is published can be called off."</Notice> })}
            <WhatEnds preview />
            {form}
            {(!is_open).then(|| view! { <p class="actions"><LinkButton href=own kind=ButtonKind::Secondary>"Back to the event"</LinkButton></p> })}
        </DashboardPage>
    }
}

#[component]
fn WhatEnds(preview: CancelPreview) -> impl IntoView {
    let count = |count: i64| group_thousands(count.unsigned_abs());
    let back = match &*preview.give_back {
        [] => "Nothing".to_owned(),
        amounts => amounts.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
    };
    let facts = [
        ("Bookings", count(preview.booking_count)),
        ("Places booked", count(preview.place_count)),
        ("People who booked", count(preview.people_count)),
        ("Others who hold a ticket", count(preview.holder_count)),
        ("To give back", back),
        ("Holds that end", count(preview.hold_count)),
        ("People who wait", count(preview.waiting_count)),
    ];
    let fact = |(label, words): (&'static str, String)| view! { <div><dt>{label}</dt><dd>{words}</dd></div> };
    view! {
        <section class="panel" aria-labelledby="what-ends">
            <h2 id="what-ends">"What ends"</h2>
            <dl class="admin-facts">{facts.into_iter().map(fact).collect_view()}</dl>
            <p>"From then on nobody can get places. Everybody who booked or holds a ticket is told by mail, and the tickets let nobody in any more."</p>
        </section>
    }
}
