//! The rows behind a figure of an event.

use super::{
    api::list_entries,
    chart::say,
    entries::{Figure, FigureEntry},
    parts::say_money,
};
use crate::{
    error::Error,
    events::{
        admin::{api::get_managed_event, model::ManagedEvent},
        model::Page,
    },
    id::EventId,
    server::begin,
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{ButtonKind, LinkButton, PageError, asked, path_with},
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// Where the rows of a figure are shown.
pub fn entries_path(event_id: EventId, figure: Figure) -> String {
    event_path(event_id, &format!("/figures/rows?figure={}", figure.key()))
}

/// The entries of the figure that the address names.
#[component]
pub fn EntriesPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let (figure, cursor) = (asked("figure"), asked("cursor"));
    let is_first = cursor.is_empty();
    let found = begin(async move {
        let event_id: EventId = id.parse().map_err(|_| Error::NotFound)?;
        let figure = Figure::parse(&figure)?;
        let event = get_managed_event(event_id).await?;
        let page = list_entries(event_id, figure.key().to_owned(), Some(cursor), None).await?;
        Ok::<_, Error>((event, figure, page))
    });
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok((event, figure, page)) => view! { <Shown event figure page is_first /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(event: ManagedEvent, figure: Figure, page: Page<FigureEntry>, is_first: bool) -> impl IntoView {
    let event = event.detail.event;
    let path = event_path(event.id, "/figures/rows");
    let others = Figure::ALL.map(|other| {
        let is_current = (other == figure).then_some("page");
        view! { <a href=entries_path(event.id, other) aria-current=is_current>{other.words()}</a> }
    });
    let older = page.next_cursor.map(|cursor| {
        let href = path_with(&path, [("figure", figure.key()), ("cursor", &*cursor)]);
        view! { <LinkButton href kind=ButtonKind::Secondary>"Older rows"</LinkButton> }
    });
    let newest = (!is_first).then(|| {
        view! { <LinkButton href=entries_path(event.id, figure) kind=ButtonKind::Secondary>"Newest rows"</LinkButton> }
    });
    view! {
        <DashboardPage
            title="Rows behind the figures"
            lead=format!("{}: what is added up, the newest first.", figure.words())
            place=Place::Event { tab: EventTab::Figures, event_id: event.id, name: event.name }
        >
            <nav class="figure-rows" aria-label="Figure">{others.collect_view()}</nav>
            {if page.items.is_empty() {
                view! { <p class="muted">"Nothing is added up in this figure."</p> }.into_any()
            } else {
                view! { <Rows entries=page.items /> }.into_any()
            }}
            <nav class="pager" aria-label="Pages">{newest} {older}</nav>
        </DashboardPage>
    }
}

#[component]
fn Rows(entries: Vec<FigureEntry>) -> impl IntoView {
    let has_money = entries.iter().any(|entry| entry.amount.is_some());
    let row = |entry: FigureEntry| {
        view! {
            <tr>
                <th scope="row">
                    <a href=format!("/admin/bookings/{}", entry.booking_id)>{entry.reference}</a>
                </th>
                <td data-label="When">
                    <time datetime=entry.created_at.to_rfc3339()>{format!("{}, {}", entry.when.date_short, entry.when.time)}</time>
                </td>
                <td data-label="Places" class="rows-number">{say(entry.quantity.into())}</td>
                {entry
                    .amount
                    .map(|amount| view! { <td data-label="Amount" class="rows-number">{say_money(amount)}</td> })}
            </tr>
        }
    };
    view! {
        <table class="rows">
            <thead>
                <tr>
                    <th scope="col">"Booking"</th>
                    <th scope="col">"When"</th>
                    <th scope="col" class="rows-number">"Places"</th>
                    {has_money.then(|| view! { <th scope="col" class="rows-number">"Amount"</th> })}
                </tr>
            </thead>
            <tbody>{entries.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
