//! How an event stands, and what can be done with it.

use super::{
    api::{PublishEvent, ScheduleEvent, UnpublishEvent, UnscheduleEvent, get_managed_event},
    event_fields::TimeField,
    events_page::{asked_event_id, say_sold, say_state},
    model::{ManagedEvent, PlaceCounts},
};
use crate::{
    error::{Error, FieldError, Problem},
    events::{
        editing::form::EventForm,
        links,
        model::{Event, EventStatus},
    },
    id::EventId,
    money::group_thousands,
    server::begin,
    staff::{
        api::get_member,
        frame::{DashboardPage, EventTab, Place, event_path},
        model::{Permission, Posts},
    },
    ui::{ButtonKind, ErrorNotice, LinkButton, Notice, PageError, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// How the event stands: its state, what is missing, who has places.
#[component]
pub fn SummaryPage() -> impl IntoView {
    let event_id = asked_event_id();
    let loaded = begin(async move { load(event_id?).await });
    view! {
        {Suspend::new(async move {
            match loaded.await {
                Ok((event, posts)) => view! { <Summary event posts /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

async fn load(event_id: EventId) -> Result<(ManagedEvent, Posts), Error> {
    let event = get_managed_event(event_id).await?;
    Ok((event, get_member().await?.posts))
}

#[component]
fn Summary(event: ManagedEvent, posts: Posts) -> impl IntoView {
    let shown = event.detail.event.clone();
    let lead =
        format!("{}, {} {} · {}, {}", shown.when.date, shown.when.time, shown.when.zone, shown.venue, shown.city);
    let counts = event.counts;
    let blocked_count = event.blocked_count.unwrap_or_default();
    view! {
        <DashboardPage
            title="Summary"
            lead
            place=Place::Event { tab: EventTab::Summary, event_id: shown.id, name: shown.name.clone() }
        >
            {say_done().map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            {say_refusal().map(|error| view! { <ErrorNotice error /> })}
            <div class="admin-columns">
                <State event posts=posts.clone() />
                {counts.map(|counts| view! { <Places event=shown.clone() counts blocked_count /> })}
            </div>
            <Ways event=shown posts />
        </DashboardPage>
    }
}

/// What was done on the way here, if anything was.
fn say_done() -> Option<&'static str> {
    match asked("done").as_str() {
        "created" => Some("The draft is made."),
        "saved" => Some("Saved."),
        "published" => Some("The event is published."),
        "unpublished" => Some("The event is a draft again."),
        "scheduled" => Some("The event will be published by itself."),
        "unscheduled" => Some("The event will not be published by itself."),
        "duplicated" => Some("This is the new draft."),
        "cancelled" => Some("The event is called off. Its bookings are being ended, and everybody who booked is told."),
        _ => None,
    }
}

/// Why a button of this page came back. What is missing stands in the list.
fn say_refusal() -> Option<Error> {
    let refused = refusal::<PublishEvent>()
        .or_else(refusal::<UnpublishEvent>)
        .or_else(refusal::<UnscheduleEvent>)
        .or_else(refusal::<ScheduleEvent>);
    refused.filter(|error| !matches!(error, Error::Invalid(_)))
}

#[component]
fn State(event: ManagedEvent, posts: Posts) -> impl IntoView {
    let shown = &event.detail.event;
    let (class, words) = say_state(shown, event.publish_at.is_some());
    let may_publish = posts.may(Permission::PublishEvents, shown.id);
    let may_edit = posts.may(Permission::EditEvents, shown.id);
    let is_draft = shown.status == EventStatus::Draft;
    let missing = is_draft.then(|| view! { <Checklist event_id=shown.id missing=event.missing.clone() may_edit /> });
    let next = match shown.status {
        EventStatus::Draft if may_publish => Some(view! { <Publishing event=event.clone() /> }.into_any()),
        EventStatus::Published if may_publish && event.counts.is_none_or(|counts| counts == PlaceCounts::default()) => {
            Some(unpublish(shown.id).into_any())
        }
        _ => None,
    };
    let reason = event.cancel_reason.clone();
    view! {
        <section class="panel" aria-labelledby="state">
            <h2 id="state">"State"</h2>
            <p><span class=class>{words}</span></p>
            {reason.map(|reason| view! { <p class="admin-reason">{reason}</p> })}
            {missing}
            {next}
        </section>
    }
}

/// What is missing before the event can be published, each with the way to mend it.
#[component]
fn Checklist(event_id: EventId, missing: Vec<FieldError>, may_edit: bool) -> impl IntoView {
    if missing.is_empty() {
        return view! { <p>"Nothing is missing: it can be published."</p> }.into_any();
    }
    let item = |missing: FieldError| {
        let href = match &*missing.field {
            "seat_map" => event_path(event_id, "/seat-map"),
            field => event_path(event_id, &format!("/edit#field-{field}")),
        };
        let words = say_missing(&missing);
        if may_edit {
            view! { <li><a href=href>{words}</a></li> }.into_any()
        } else {
            view! { <li>{words}</li> }.into_any()
        }
    };
    view! {
        <p>"Before it can be published:"</p>
        <ul class="checklist">{missing.into_iter().map(item).collect_view()}</ul>
    }
    .into_any()
}

fn say_missing(missing: &FieldError) -> String {
    let form = EventForm::default();
    let label = form.fields().into_iter().find(|(name, ..)| *name == missing.field).map_or("", |(_, label, _)| label);
    match (&*missing.field, &missing.problem) {
        ("total_capacity", _) => "It needs places".to_owned(),
        ("seat_map", _) => "Draw its seat map".to_owned(),
        ("event_date", Problem::TooEarly) => "It has begun already".to_owned(),
        ("sales_close_at", Problem::TooEarly) => "Its sale has closed already".to_owned(),
        _ => format!("Fill in: {label}"),
    }
}

/// Publishing a draft, now or by itself.
#[component]
fn Publishing(event: ManagedEvent) -> impl IntoView {
    let event_id = event.detail.event.id;
    let is_complete = event.missing.is_empty();
    let scheduled = event.publish.map(|when| {
        let waits = if is_complete { "" } else { " It waits until nothing is missing." };
        view! {
            <p>"It is published by itself on " {when.date} ", " {when.time} " " {when.zone} "." {waits}</p>
            <form method="post" action=UnscheduleEvent::url()>
                <input type="hidden" name="event_id" value=event_id.to_string() />
                <SubmitButton kind=ButtonKind::Secondary>"Don't publish by itself"</SubmitButton>
            </form>
        }
    });
    let is_scheduled = scheduled.is_some();
    let now = is_complete.then(|| {
        view! {
            <form method="post" action=PublishEvent::url()>
                <input type="hidden" name="event_id" value=event_id.to_string() />
                <SubmitButton>"Publish now"</SubmitButton>
            </form>
        }
    });
    let later = (is_complete && !is_scheduled).then(|| {
        let timezone = event.form.timezone.clone();
        view! {
            <form method="post" action=ScheduleEvent::url() class="form">
                <input type="hidden" name="event_id" value=event_id.to_string() />
                <TimeField
                    label="Or publish by itself at"
                    name="publish_at"
                    text=asked("publish_at")
                    timezone
                    hint=Some("By the clocks at the venue.")
                    refusal={refusal::<ScheduleEvent>()}
                />
                <SubmitButton kind=ButtonKind::Secondary>"Set the time"</SubmitButton>
            </form>
        }
    });
    view! { {now} {scheduled} {later} }
}

fn unpublish(event_id: EventId) -> impl IntoView {
    view! {
        <form method="post" action=UnpublishEvent::url() class="form">
            <input type="hidden" name="event_id" value=event_id.to_string() />
            <p class="muted">"As long as nobody has places, it can be taken back."</p>
            <SubmitButton kind=ButtonKind::Secondary>"Make it a draft again"</SubmitButton>
        </form>
    }
}

#[component]
fn Places(event: Event, counts: PlaceCounts, blocked_count: i64) -> impl IntoView {
    let number = |count: i64| group_thousands(count.unsigned_abs());
    let mut facts = vec![("Booked", number(counts.booked_count)), ("Held", number(counts.held_count))];
    if blocked_count > 0 {
        facts.push(("Kept back", number(blocked_count)));
    }
    facts.extend([("Free", number(event.available_capacity.into())), ("In all", number(event.total_capacity.into()))]);
    let fact = |(label, words): (&'static str, String)| view! { <div><dt>{label}</dt><dd>{words}</dd></div> };
    view! {
        <section class="panel" aria-labelledby="places">
            <h2 id="places">"Places"</h2>
            <p class="admin-sold">{say_sold(counts.booked_count, &event)} " sold"</p>
            <progress class="admin-bar" max=event.total_capacity.max(1) value=counts.booked_count aria-labelledby="places"></progress>
            <dl class="admin-facts">{facts.into_iter().map(fact).collect_view()}</dl>
        </section>
    }
}

/// Where else one can go from here.
#[component]
fn Ways(event: Event, posts: Posts) -> impl IntoView {
    let may = |permission| posts.may(permission, event.id);
    let is_seen = event.status != EventStatus::Draft;
    let link =
        |href: String, words: &'static str, kind: ButtonKind| view! { <LinkButton href kind>{words}</LinkButton> };
    let second = ButtonKind::Secondary;
    view! {
        <p class="actions">
            {is_seen.then(|| link(links::event_path(event.id), "Show its page", second))}
            {may(Permission::EditEvents).then(|| link(event_path(event.id, "/edit"), "Edit", second))}
            {may(Permission::EditEvents).then(|| link(event_path(event.id, "/seat-map"), "Seat map", second))}
            {posts.may_everywhere(Permission::EditEvents).then(|| link(event_path(event.id, "/duplicate"), "Duplicate", second))}
            {(event.status == EventStatus::Published && may(Permission::CancelEvents))
                .then(|| link(event_path(event.id, "/cancel"), "Call off", ButtonKind::Danger))}
        </p>
    }
}
