//! The dashboard's list of events.

use super::{
    api::list_managed_events,
    model::{ManagedLine, Shelf},
};
use crate::{
    error::Error,
    events::model::{Availability, Event, EventStatus, Page},
    money::group_thousands,
    server::begin,
    staff::{
        api::get_member,
        frame::{DashboardPage, Place, SiteTab, event_path},
        model::Permission,
    },
    ui::{ButtonKind, Field, Glyph, Icon, LinkButton, PageError, SubmitButton, asked, path_with},
};
use futures::join;
use leptos::prelude::*;

const PATH: &str = "/admin/events";

/// The events that whoever looks may see: found by name, narrowed by what has become of them.
#[component]
pub fn ManagedEventsPage() -> impl IntoView {
    let (q, shelf, cursor) = (asked("q"), asked("status"), asked("cursor"));
    let query = (q.clone(), shelf.clone(), cursor.clone());
    let loaded = begin(async move {
        let (q, shelf, cursor) = query;
        join!(list_managed_events(q, shelf, None, cursor), get_member())
    });
    view! {
        {Suspend::new(async move {
            let (page, member) = loaded.await;
            let page = match page {
                Ok(page) => page,
                Err(error) => return view! { <PageError error /> }.into_any(),
            };
            let may_create = member.is_ok_and(|member| member.posts.may_everywhere(Permission::EditEvents));
            view! {
                <DashboardPage title="Events" place=Place::Site(SiteTab::Events)>
                    <div class="admin-tools">
                        <form method="get" action=PATH class="admin-search" role="search">
                            <Field label="Name, venue or city" name="q" kind="search" value=q.clone() />
                            {(!shelf.is_empty()).then(|| view! { <input type="hidden" name="status" value=shelf.clone() /> })}
                            <SubmitButton kind=ButtonKind::Secondary>
                                <Icon glyph=Glyph::Search />
                                "Search"
                            </SubmitButton>
                        </form>
                        {may_create.then(|| view! { <LinkButton href="/admin/events/new">"New event"</LinkButton> })}
                    </div>
                    <Shelves q=q.clone() shelf=shelf.clone() />
                    <Lines q shelf is_first=cursor.is_empty() page />
                </DashboardPage>
            }
                .into_any()
        })}
    }
}

#[component]
fn Shelves(q: String, shelf: String) -> impl IntoView {
    let chip = |key: &'static str, words: &'static str| {
        let href = path_with(PATH, [("q", q.as_str()), ("status", key)]);
        view! {
            <li>
                <a class="chip" href=href aria-current=(shelf == key).then_some("true")>{words}</a>
            </li>
        }
    };
    view! {
        <ul class="chips" role="list">
            {chip("", "All")}
            {Shelf::ALL.into_iter().map(|known| chip(known.key(), known.words())).collect_view()}
        </ul>
    }
}

#[component]
fn Lines(q: String, shelf: String, is_first: bool, page: Page<ManagedLine>) -> impl IntoView {
    if page.items.is_empty() {
        let is_narrowed = !q.is_empty() || !shelf.is_empty();
        return view! {
            <div class="empty">
                <p class="empty-head">{if is_narrowed { "No event fits" } else { "No events yet" }}</p>
                {is_narrowed.then(|| view! { <LinkButton href=PATH kind=ButtonKind::Secondary>"Show all events"</LinkButton> })}
            </div>
        }
        .into_any();
    }
    let first = (!is_first).then(|| path_with(PATH, [("q", q.as_str()), ("status", shelf.as_str())]));
    let next = page
        .next_cursor
        .map(|cursor| path_with(PATH, [("q", q.as_str()), ("status", shelf.as_str()), ("cursor", cursor.as_str())]));
    view! {
        <table class="rows">
            <thead>
                <tr>
                    <th scope="col">"Event"</th>
                    <th scope="col">"When"</th>
                    <th scope="col">"Where"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="rows-number">"Sold"</th>
                </tr>
            </thead>
            <tbody>{page.items.into_iter().map(|line| view! { <Line line /> }).collect_view()}</tbody>
        </table>
        <nav class="pager" aria-label="Pages">
            {first.map(|href| view! { <LinkButton href kind=ButtonKind::Quiet>"Back to the first"</LinkButton> })}
            {next.map(|href| view! { <LinkButton href kind=ButtonKind::Secondary>"More events"</LinkButton> })}
        </nav>
    }
    .into_any()
}

#[component]
fn Line(line: ManagedLine) -> impl IntoView {
    let (class, words) = say_state(&line.event, line.publish_at.is_some());
    let sold = line.counts.map(|counts| say_sold(counts.booked_count, &line.event));
    let event = line.event;
    view! {
        <tr>
            <th scope="row" class="rows-name">
                <a href=event_path(event.id, "")>{event.name}</a>
            </th>
            <td data-label="When">
                <time datetime=event.when.iso>{event.when.date_short} ", " {event.when.time}</time>
            </td>
            <td data-label="Where">{event.venue} ", " {event.city}</td>
            <td data-label="State">
                <span class=class>{words}</span>
            </td>
            <td data-label="Sold" class="rows-number">{sold.unwrap_or_else(|| "–".to_owned())}</td>
        </tr>
    }
}

/// Booked places against all of them.
pub(super) fn say_sold(booked_count: i64, event: &Event) -> String {
    let all = group_thousands(event.total_capacity.unsigned_abs().into());
    format!("{} of {all}", group_thousands(booked_count.unsigned_abs()))
}

/// How an event stands: the class it is shown by, and a word.
pub(super) fn say_state(event: &Event, is_scheduled: bool) -> (&'static str, &'static str) {
    match (event.status, &event.availability) {
        (EventStatus::Draft, _) if is_scheduled => ("availability availability-later", "Draft, scheduled"),
        (EventStatus::Draft, _) => ("availability availability-off", "Draft"),
        (EventStatus::Cancelled, _) => ("availability availability-off", "Cancelled"),
        (_, Availability::Past) => ("availability availability-off", "Past"),
        (_, Availability::OpensLater { .. }) => ("availability availability-later", "Published, sale opens later"),
        (_, Availability::SalesClosed) => ("availability availability-gone", "Published, sale closed"),
        (_, Availability::SoldOut) => ("availability availability-gone", "Published, sold out"),
        _ => ("availability availability-open", "Published"),
    }
}

/// The event that the page's address names. Errors: `NotFound` for what is no id.
pub(super) fn asked_event_id() -> Result<crate::id::EventId, Error> {
    let params = leptos_router::hooks::use_params_map();
    params.with_untracked(|params| params.get("id").and_then(|id| id.parse().ok())).ok_or(Error::NotFound)
}
