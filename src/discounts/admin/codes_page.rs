//! The discount codes of an event, and making more.

use super::{
    api::{CreateCode, EndCode, list_codes},
    code_fields::{Choices, CodeFields, Fields},
    model::{CodeLine, CodeState, TypedCode},
};
use crate::{
    analytics::parts::say_money,
    error::Error,
    events::{
        admin::{api::get_managed_event, model::ManagedEvent},
        model::{Page, When},
    },
    id::EventId,
    seats::admin::api::list_prices,
    server::{begin, find_kept},
    staff::frame::{DashboardPage, EventTab, Place, event_path},
    ui::{
        ButtonKind, Field, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, asked, path_with, refusal,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_params_map;

/// The codes of the event in the address.
#[component]
pub fn CodesPage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound);
    let found = begin(load(event_id, asked("q"), asked("cursor"), asked("draft")));
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok(found) => view! { <Shown found /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

struct Found {
    event: ManagedEvent,
    choices: Choices,
    codes: Page<CodeLine>,
    /// What was typed into the form for one code.
    typed: TypedCode,
}

async fn load(event_id: Result<EventId, Error>, q: String, cursor: String, draft: String) -> Result<Found, Error> {
    let event_id = event_id?;
    let codes = list_codes(event_id, q, None, cursor).await?;
    let event = get_managed_event(event_id).await?;
    let choices = load_choices(&event).await?;
    Ok(Found { typed: find_kept::<CreateCode, TypedCode>(&draft).await.unwrap_or_default(), event, choices, codes })
}

/// What the codes of an event can be.
pub(super) async fn load_choices(event: &ManagedEvent) -> Result<Choices, Error> {
    let event = &event.detail.event;
    // Tiers have prices too, but a code names sections alone.
    let prices = list_prices(event.id).await?.into_iter().filter(|price| !price.is_tier);
    let sections = prices.map(|price| price.section).collect();
    Ok(Choices { currency: event.currency, zone: event.timezone.clone(), sections })
}

fn say_saved() -> Option<&'static str> {
    match asked("saved").as_str() {
        "created" => Some("The code can be used."),
        "updated" => Some("The code is changed."),
        "ended" => Some("The code is ended. Who has used it keeps what it took off."),
        "generated" => Some("The codes are made, each to be used once."),
        _ => None,
    }
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { event, choices, codes, typed } = found;
    let event = event.detail.event;
    let (q, path) = (asked("q"), event_path(event.id, "/codes"));
    let has_any = !codes.items.is_empty();
    let file = path_with(&event_path(event.id, "/codes.csv"), [("q", &*q)]);
    let pager = codes.next_cursor.clone().map(|cursor| path_with(&path, [("q", &*q), ("cursor", &*cursor)]));
    let is_first = asked("cursor").is_empty();
    let first = path_with(&path, [("q", &*q)]);
    view! {
        <DashboardPage
            title="Discount codes"
            lead="What is taken off when somebody gives the code at the checkout. A use counts while its booking is held or booked."
            place=Place::Event { tab: EventTab::Codes, event_id: event.id, name: event.name.clone() }
        >
            {say_saved().map(|words| view! { <Notice tone=Tone::Success>{words}</Notice> })}
            <FormRefusal refusal={refusal::<EndCode>()} />
            <Making event_id=event.id choices typed />
            <form method="get" action=path.clone() class="dashboard-filter" role="search">
                <Field label="Begins with" name="q" kind="search" value=q.clone() />
                <SubmitButton kind=ButtonKind::Secondary>"Find"</SubmitButton>
            </form>
            {if has_any {
                view! {
                    <Rows event_id=event.id codes=codes.items />
                    <p class="actions">
                        <LinkButton href=file kind=ButtonKind::Quiet>"Download as CSV"</LinkButton>
                    </p>
                }
                    .into_any()
            } else {
                let words = if q.is_empty() { "There are no codes yet." } else { "No code begins like this." };
                view! { <p class="muted">{words}</p> }.into_any()
            }}
            <nav class="pager" aria-label="Pages">
                {(!is_first).then(|| view! { <LinkButton href=first kind=ButtonKind::Secondary>"Newest codes"</LinkButton> })}
                {pager.map(|href| view! { <LinkButton href=href kind=ButtonKind::Secondary>"Older codes"</LinkButton> })}
            </nav>
        </DashboardPage>
    }
}

/// The form for one code, and the way to that for many.
#[component]
fn Making(event_id: EventId, choices: Choices, typed: TypedCode) -> impl IntoView {
    let refused = refusal::<CreateCode>();
    let is_open = refused.is_some();
    view! {
        <details class="dashboard-part" open=is_open>
            <summary>"Make a code"</summary>
            <FormRefusal refusal=refused.clone() />
            <form method="post" action=CreateCode::url() class="form">
                <input type="hidden" name="event_id" value=event_id.to_string() />
                <CodeFields fields=Fields::One choices typed refused />
                <SubmitButton>"Make the code"</SubmitButton>
            </form>
        </details>
        <p class="actions">
            <LinkButton href=event_path(event_id, "/generate-codes") kind=ButtonKind::Secondary>"Make many codes"</LinkButton>
        </p>
    }
}

/// When a code can be given, in words.
fn say_window(line: &CodeLine) -> String {
    let say = |when: &When| format!("{}, {}", when.date_short, when.time);
    match (&line.starts, &line.ends) {
        (None, None) => "Any time".to_owned(),
        (Some(starts), None) => format!("From {}", say(starts)),
        (None, Some(ends)) => format!("Until {}", say(ends)),
        (Some(starts), Some(ends)) => format!("{} to {}", say(starts), say(ends)),
    }
}

#[component]
fn Rows(event_id: EventId, codes: Vec<CodeLine>) -> impl IntoView {
    let row = move |line: CodeLine| {
        let code = line.code.code.clone();
        let bookings = path_with(&event_path(event_id, "/bookings"), [("code", &*code)]);
        let page = event_path(event_id, &format!("/codes/{}", line.code.id));
        let mut about = vec![line.code.say_value(line.currency)];
        about.extend((!line.code.sections.is_empty()).then(|| line.code.sections.join(", ")));
        about.extend(line.code.max_uses_per_person.map(|max| format!("{max} for each person")));
        let end = (line.state != CodeState::Ended).then(|| {
            view! {
                <form method="post" action=EndCode::url()>
                    <input type="hidden" name="code_id" value=line.code.id.to_string() />
                    <button type="submit" class=ButtonKind::Quiet.class() aria-label=format!("End {code}")>"End"</button>
                </form>
            }
        });
        view! {
            <tr>
                <th scope="row">
                    <span>
                        <a href=page class="code">{code.clone()}</a>
                        <br />
                        <span class="muted">{line.code.note.clone()}</span>
                    </span>
                </th>
                <td data-label="Takes off">{about.join("; ")}</td>
                <td data-label="When">{say_window(&line)}</td>
                <td data-label="State">{line.state.words()}</td>
                <td data-label="Uses" class="rows-number">
                    <a href=bookings aria-label=format!("{}: bookings with {code}", line.say_uses())>{line.say_uses()}</a>
                </td>
                <td data-label="Taken" class="rows-number">{say_money(line.taken())}</td>
                <td data-label="Taken off" class="rows-number">{say_money(line.discount())}</td>
                <td class="rows-end">{end}</td>
            </tr>
        }
    };
    view! {
        <table class="rows">
            <thead>
                <tr>
                    <th scope="col">"Code"</th>
                    <th scope="col">"Takes off"</th>
                    <th scope="col">"When"</th>
                    <th scope="col">"State"</th>
                    <th scope="col" class="rows-number">"Uses"</th>
                    <th scope="col" class="rows-number">"Taken"</th>
                    <th scope="col" class="rows-number">"Taken off"</th>
                    <th scope="col"><span class="visually-hidden">"End it"</span></th>
                </tr>
            </thead>
            <tbody>{codes.into_iter().map(row).collect_view()}</tbody>
        </table>
    }
}
