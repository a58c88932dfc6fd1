//! Another event like one that is there, on another day.

use super::{
    api::{DuplicateEvent, get_managed_event},
    events_page::asked_event_id,
    model::ManagedEvent,
};
use crate::{
    server::begin,
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{ButtonKind, Field, FormRefusal, LinkButton, PageError, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// Asks for the day and the name of the new event.
#[component]
pub fn DuplicateEventPage() -> impl IntoView {
    let event_id = asked_event_id();
    let loaded = begin(async move { get_managed_event(event_id?).await });
    let (date, name) = (asked("date"), asked("name"));
    view! {
        {Suspend::new(async move {
            match loaded.await {
                Ok(event) => view! { <DuplicateForm event date name /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn DuplicateForm(event: ManagedEvent, date: String, name: String) -> impl IntoView {
    let refusal = refusal::<DuplicateEvent>();
    let event = event.detail.event;
    let typed = if name.is_empty() { event.name.clone() } else { name };
    let lead = format!(
        "All times move with the day: what begins at {} begins at {} then too, whatever the clocks do between.",
        event.when.time, event.when.time
    );
    let seats =
        if event.has_seat_selection { " Sections, seats and their prices come along, all seats free." } else { "" };
    view! {
        <DashboardPage
            title="Duplicate"
            lead=lead + seats
            place=Place::Event { tab: EventTab::Summary, event_id: event.id, name: event.name }
        >
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=DuplicateEvent::url() class="form event-form">
                <input type="hidden" name="event_id" value=event.id.to_string() />
                <Field label="Name" name="name" value=typed refusal=refusal.clone() />
                <Field
                    label="New day"
                    name="date"
                    kind="date"
                    value=date
                    required=true
                    hint=format!("This one is on {}.", event.when.date)
                    refusal
                />
                <div class="actions">
                    <SubmitButton>"Make the draft"</SubmitButton>
                    <LinkButton href=event_path(event.id, "") kind=ButtonKind::Quiet>"Leave it"</LinkButton>
                </div>
            </form>
        </DashboardPage>
    }
}
