//! The line of an event: who waits, whose turn it would be, what became of offers.

use super::{
    api::{MoveInLine, list_line, list_offers},
    model::{Line, LineEntry, OfferEntry, say_fate},
};
use crate::{
    error::Error,
    events::model::Page,
    id::EventId,
    server::begin,
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{
        ButtonKind, Choice, Field, FormRefusal, LinkButton, Notice, PageError, SelectField, SubmitButton, Tone, asked,
        path_with, refusal,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The page of an event's waitlist.
#[component]
pub fn LinePage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound);
    let found = begin(load(event_id, asked("if_free"), asked("cursor"), asked("offers")));
    Suspend::new(async move {
        match found.await {
            Ok(found) => view! { <Shown found /> }.into_any(),
            Err(error) => view! { <PageError error /> }.into_any(),
        }
    })
}

struct Found {
    line: Line,
    offers: Page<OfferEntry>,
    /// What is thought to come free, as it was typed.
    if_free: String,
    /// Why that makes no sense.
    refused: Option<Error>,
}

async fn load(
    event_id: Result<EventId, Error>,
    if_free: String,
    cursor: String,
    offers: String,
) -> Result<Found, Error> {
    let event_id = event_id?;
    let count = if if_free.trim().is_empty() { None } else { Some(if_free.trim().parse().unwrap_or(0)) };
    let (line, refused) = match list_line(event_id, count, None, cursor).await {
        Err(error) if error.field("if_free").is_some() => {
            (list_line(event_id, None, None, String::new()).await?, Some(error))
        }
        line => (line?, None),
    };
    Ok(Found { line, offers: list_offers(event_id, None, offers).await?, if_free, refused })
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { line, offers, if_free, refused } = found;
    let path = event_path(line.event_id, "/waitlist");
    let lead = match line.waiting_count {
        0 => "Nobody waits.".to_owned(),
        1 => format!("1 person waits for {}.", places(line.waiting_places_count)),
        count => format!("{count} people wait for {}.", places(line.waiting_places_count)),
    };
    let place = Place::Event { tab: EventTab::Waitlist, event_id: line.event_id, name: line.event_name.clone() };
    let would = line.would_get_count.map(|count| {
        let who = match count {
            0 => "nobody would be offered any: nobody could use them".to_owned(),
            1 => "1 entry would be offered its places".to_owned(),
            count => format!("{count} entries would be offered their places"),
        };
        format!("If {} came free now, {who}.", places(if_free.trim().parse().unwrap_or(0)))
    });
    view! {
        <DashboardPage title="Waitlist" lead=lead place>
            {(asked("saved") == "moved").then(|| view! { <Notice tone=Tone::Success>"The order was changed."</Notice> })}
            <form method="get" action=path.clone() class="dashboard-filter">
                <Field label="If so many places came free" name="if_free" kind="number" value=if_free.clone() refusal=refused />
                <SubmitButton kind=ButtonKind::Secondary>"Who would get them?"</SubmitButton>
            </form>
            {would.map(|words| view! { <Notice>{words}</Notice> })}
            <Waiting line=line.clone() />
            <Pager path=path.clone() if_free next_cursor=line.entries.next_cursor />
            <MoveForm event_id=line.event_id entries=line.entries.items />
            <Offers offers path />
        </DashboardPage>
    }
}

fn places(count: i64) -> String {
    crate::bookings::model::name_quantity(i32::try_from(count).unwrap_or(i32::MAX))
}

#[component]
fn Pager(path: String, if_free: String, #[prop(optional_no_strip)] next_cursor: Option<String>) -> impl IntoView {
    let first = (!asked("cursor").is_empty()).then(|| {
        view! { <LinkButton href=path_with(&path, [("if_free", &*if_free)]) kind=ButtonKind::Secondary>"From the front"</LinkButton> }
    });
    let next = next_cursor.map(|cursor| {
        let href = path_with(&path, [("if_free", &*if_free), ("cursor", &*cursor)]);
        view! { <LinkButton href=href kind=ButtonKind::Secondary>"Further back"</LinkButton> }
    });
    view! {
        <nav class="pager" aria-label="Pages of the line">
            {first}
            {next}
        </nav>
    }
}

#[component]
fn Waiting(line: Line) -> impl IntoView {
    let asks = line.would_get_count.is_some();
    let row = move |entry: LineEntry| {
        let wants = match (entry.together, entry.requested_quantity) {
            (true, 2..) => format!("{}, together", places(entry.requested_quantity.into())),
            (_, quantity) => places(quantity.into()),
        };
        let wants = entry.section.map_or(wants.clone(), |section| format!("{wants}, {section}"));
        let would = if entry.would_get == Some(true) { "Would get them" } else { "Would go on waiting" };
        view! {
            <tr>
                <td data-label="Turn">{entry.rank} {entry.is_moved.then_some(", changed")}</td>
                <th scope="row">
                    <span>{entry.attendee.say_name().to_owned()} <br /> <span class="muted">{entry.attendee.email}</span></span>
                </th>
                <td data-label="Waits for">{wants}</td>
                <td data-label="Since">
                    <time datetime=entry.when.iso>{entry.when.date_short} ", " {entry.when.time}</time>
                </td>
                {asks.then(|| view! { <td data-label="Then">{would}</td> })}
            </tr>
        }
    };
    (!line.entries.items.is_empty()).then(|| {
        view! {
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">"Turn"</th>
                        <th scope="col">"Name"</th>
                        <th scope="col">"Waits for"</th>
                        <th scope="col">"Since"</th>
                        {asks.then(|| view! { <th scope="col">"Then"</th> })}
                    </tr>
                </thead>
                <tbody>{line.entries.items.into_iter().map(row).collect_view()}</tbody>
            </table>
        }
    })
}

/// Changes the order of those that are shown.
#[component]
fn MoveForm(event_id: EventId, entries: Vec<LineEntry>) -> impl IntoView {
    let refused = refusal::<MoveInLine>();
    let is_open = refused.is_some();
    let choice = |entry: &LineEntry| -> Choice {
        (entry.id.to_string(), format!("{}. {}", entry.rank, entry.attendee.say_name()))
    };
    let choices: Vec<Choice> = entries.iter().map(choice).collect();
    (choices.len() > 1).then(|| {
        let last = choices.last().map(|(id, _)| id.clone()).unwrap_or_default();
        let entry = Some(asked("entry")).filter(|id| !id.is_empty()).unwrap_or(last);
        view! {
            <details class="dashboard-part" open=is_open>
                <summary>"Change the order"</summary>
                <FormRefusal refusal=refused.clone() />
                <form method="post" action=MoveInLine::url() class="form">
                    <input type="hidden" name="event_id" value=event_id.to_string() />
                    <div class="field-row">
                        <SelectField label="Put" name="entry_id" choices=choices.clone() value=entry />
                        <SelectField label="Ahead of" name="before_id" choices value=asked("before") refusal=refused.clone() />
                    </div>
                    <Field
                        label="Reason"
                        name="reason"
                        value=asked("reason")
                        hint="For the log. Those behind see that others were let ahead, not whom."
                        refusal=refused
                        required=true
                    />
                    <SubmitButton kind=ButtonKind::Secondary>"Change the order"</SubmitButton>
                </form>
            </details>
        }
    })
}

#[component]
fn Offers(offers: Page<OfferEntry>, path: String) -> impl IntoView {
    let row = |entry: OfferEntry| {
        let fate = say_fate(entry.status, entry.booking_id.is_some());
        let until =
            entry.expires.map(|expires| format!(" until {}, {} {}", expires.date_short, expires.time, expires.zone));
        let booking = entry.booking_id.map(|id| view! { <a href=format!("/admin/bookings/{id}")>"Show"</a> });
        view! {
            <tr>
                <th scope="row">
                    <span>{entry.attendee.say_name().to_owned()} <br /> <span class="muted">{entry.attendee.email}</span></span>
                </th>
                <td data-label="Waited for">{places(entry.requested_quantity.into())}</td>
                <td data-label="Joined"><time datetime=entry.joined.iso>{entry.joined.date_short} ", " {entry.joined.time}</time></td>
                <td data-label="Waited until"><time datetime=entry.until.iso>{entry.until.date_short} ", " {entry.until.time}</time></td>
                <td data-label="Then">{fate} {until}</td>
                <td class="rows-end">{booking}</td>
            </tr>
        }
    };
    (!offers.items.is_empty()).then(|| {
        let older = offers.next_cursor.map(|cursor| {
            let href = path_with(&path, [("offers", &*cursor)]);
            view! { <LinkButton href=href kind=ButtonKind::Secondary>"Older offers"</LinkButton> }
        });
        view! {
            <section class="dashboard-part">
                <h2>"Offers and what became of them"</h2>
                <table class="rows">
                    <thead>
                        <tr>
                            <th scope="col">"Name"</th>
                            <th scope="col">"Waited for"</th>
                            <th scope="col">"Joined"</th>
                            <th scope="col">"Waited until"</th>
                            <th scope="col">"Then"</th>
                            <th scope="col"><span class="visually-hidden">"Booking"</span></th>
                        </tr>
                    </thead>
                    <tbody>{offers.items.into_iter().map(row).collect_view()}</tbody>
                </table>
                {older}
            </section>
        }
    })
}
