//! Making an event, and editing it.

use super::{
    api::{CreateEvent, UpdateEvent, get_managed_event},
    conflict::Conflicts,
    event_fields::EventFields,
    events_page::asked_event_id,
    model::{KeptEdit, KeptNew, ManagedEvent},
};
use crate::{
    error::{Conflict, Error},
    events::{
        editing::form::{Difference, EventForm},
        model::EventStatus,
    },
    id::EventId,
    server::{begin, find_kept},
    staff::{
        api::get_member,
        frame::{DashboardPage, EventTab, Place, SiteTab, event_path},
        model::Permission,
    },
    ui::{ButtonKind, FormRefusal, LinkButton, Notice, PageError, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The form of a new event.
#[component]
pub fn NewEventPage() -> impl IntoView {
    let draft = asked("draft");
    let loaded = begin(async move {
        let member = get_member().await?;
        let may = member.posts.may_everywhere(Permission::EditEvents);
        let kept = find_kept::<CreateEvent, KeptNew>(&draft).await;
        if may { Ok(kept.unwrap_or_else(new_form)) } else { Err(Error::Forbidden) }
    });
    view! {
        {Suspend::new(async move {
            match loaded.await {
                Ok(kept) => view! { <NewForm kept /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

/// What is usual.
fn new_form() -> KeptNew {
    let form = EventForm {
        category: "music".to_owned(),
        places_per_person: "10".to_owned(),
        hold_length_min: "10".to_owned(),
        ..EventForm::default()
    };
    KeptNew { has_seats: false, form }
}

#[component]
fn NewForm(kept: KeptNew) -> impl IntoView {
    let refusal = refusal::<CreateEvent>();
    let KeptNew { has_seats, form } = kept;
    view! {
        <DashboardPage title="New event" lead="It begins as a draft: nobody else sees it yet." place=Place::Site(SiteTab::Events)>
            <FormRefusal refusal=refusal.clone() />
            <form method="post" action=CreateEvent::url() class="form event-form">
                <EventFields form refusal />
                <fieldset class="event-group">
                    <legend>"Seats"</legend>
                    <label class="check">
                        <input type="checkbox" name="has_seats" value="true" checked=has_seats aria-describedby="has-seats-hint" />
                        "People choose their seats"
                    </label>
                    <p id="has-seats-hint" class="field-hint">
                        "Then the seat map is drawn next: the price and the number of places above go for nothing, the map has them."
                    </p>
                </fieldset>
                <div class="actions">
                    <SubmitButton>"Make the draft"</SubmitButton>
                    <LinkButton href="/admin/events" kind=ButtonKind::Quiet>"Leave it"</LinkButton>
                </div>
            </form>
        </DashboardPage>
    }
}

/// The form of an event that is there; as it was typed where it came back.
#[component]
pub fn EditEventPage() -> impl IntoView {
    let (event_id, draft) = (asked_event_id(), asked("draft"));
    let loaded = begin(async move { load(event_id?, &draft).await });
    view! {
        {Suspend::new(async move {
            match loaded.await {
                Ok((event, kept)) => view! { <EditForm event kept /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

async fn load(event_id: EventId, draft: &str) -> Result<(ManagedEvent, Option<KeptEdit>), Error> {
    let event = get_managed_event(event_id).await?;
    if !get_member().await?.posts.may(Permission::EditEvents, event_id) {
        return Err(Error::Forbidden);
    }
    Ok((event, find_kept::<UpdateEvent, KeptEdit>(draft).await))
}

#[component]
fn EditForm(event: ManagedEvent, kept: Option<KeptEdit>) -> impl IntoView {
    let refusal = refusal::<UpdateEvent>();
    let (name, event_id, has_seats) =
        (event.detail.event.name.clone(), event.detail.event.id, event.detail.event.has_seat_selection);
    let is_typed = kept.is_some() && refusal.is_none();
    let (opened, differences) = open(&event, kept, refusal.as_ref());
    let is_told = event.detail.event.status == EventStatus::Published;
    let is_conflict = !differences.is_empty();
    view! {
        <DashboardPage title="Edit" place=Place::Event { tab: EventTab::Edit, event_id, name }>
            {is_typed.then(|| view! { <Notice>"This is what you typed. It is not saved yet."</Notice> })}
            {(!is_conflict).then(|| view! { <FormRefusal refusal=refusal.clone() /> })}
            <form method="post" action=UpdateEvent::url() class="form event-form">
                <input type="hidden" name="event_id" value=event_id.to_string() />
                <input type="hidden" name="version" value=opened.version.to_string() />
                <input type="hidden" name="marks" value=opened.marks />
                {is_conflict.then(|| view! { <Conflicts differences /> })}
                <EventFields form=opened.form refusal has_seats />
                {is_told
                    .then(|| {
                        view! { <p class="muted">"Who has booked gets a mail when the beginning or the place changes."</p> }
                    })}
                <div class="actions">
                    <SubmitButton>"Save"</SubmitButton>
                    <LinkButton href=event_path(event_id, "") kind=ButtonKind::Quiet>"Leave it as it is"</LinkButton>
                </div>
            </form>
        </DashboardPage>
    }
}

/// The form to show, and where it differs from what somebody saved meanwhile, if it came back for that: then the next try is
/// against their version.
fn open(event: &ManagedEvent, kept: Option<KeptEdit>, refusal: Option<&Error>) -> (KeptEdit, Vec<Difference>) {
    let theirs = Vec::new();
    let (version, marks) = (event.detail.event.version, event.form.marks());
    let saved = KeptEdit { version, marks, theirs, form: event.form.clone() };
    let Some(kept) = kept else { return (saved, Vec::new()) };
    // What was chosen once is not asked for again.
    let form = kept.form.clone().with(&kept.theirs, &event.form);
    if refusal != Some(&Conflict::VersionConflict.into()) {
        return (KeptEdit { form, ..kept }, Vec::new());
    }
    let form = if event.detail.event.has_seat_selection { form.with_seats(&event.form) } else { form };
    let differences = form.differences(&kept.marks, &event.form);
    (KeptEdit { form, ..saved }, differences)
}
