//! The page of an event's check-in.

use crate::{
    checkins::{
        api::{MakeDoorLink, RevokeDoorLink, UndoCheckIn, find_link, get_door, get_summary, list_links},
        model::{Choice, DoorEvent, DoorLink, Summary, door_path, join_path},
    },
    error::Error,
    id::EventId,
    money::group_thousands,
    server::{begin, state::AppState},
    staff::frame::{DashboardPage, EventTab, Place},
    tickets::qr::QrCode,
    ui::{ButtonKind, Field, FormRefusal, LinkButton, Notice, PageError, SubmitButton, Tone, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page.
#[component]
pub fn EventCheckInPage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id")?.parse::<EventId>().ok());
    let found = begin(load(event_id, asked("made")));
    Suspend::new(async move {
        match found.await {
            Ok(shown) => view! { <Shown shown /> }.into_any(),
            Err(error) => view! { <Title text="Check-in" /> <PageError error /> }.into_any(),
        }
    })
}

struct Loaded {
    door: DoorEvent,
    summary: Summary,
    /// None for who may not see them.
    links: Option<Vec<DoorLink>>,
    made: Option<Made>,
}

/// A link that was just made.
struct Made {
    door: String,
    secret: String,
}

async fn load(event_id: Option<EventId>, made: String) -> Result<Loaded, Error> {
    let event_id = event_id.ok_or(Error::NotFound)?;
    let door = get_door(event_id).await?;
    let summary = get_summary(event_id).await?;
    let links = match list_links(event_id).await {
        Ok(links) => Some(links),
        Err(Error::Forbidden) => None,
        Err(error) => return Err(error),
    };
    let opened = if made.is_empty() { None } else { find_link(made.clone()).await.ok() };
    let made = opened.filter(|opened| opened.id == event_id).map(|opened| Made { door: opened.door, secret: made });
    Ok(Loaded { door, summary, links, made })
}

#[component]
fn Shown(shown: Loaded) -> impl IntoView {
    let Loaded { door, summary, links, made } = shown;
    let event_id = door.id;
    let place = Place::Event { tab: EventTab::CheckIn, event_id, name: door.name.clone() };
    let lead = format!(
        "{} of {} are in.",
        group_thousands(summary.admitted_count.unsigned_abs()),
        group_thousands(summary.expected_count.unsigned_abs())
    );
    view! {
        <DashboardPage title="Check-in" lead=lead place>
            <p class="actions">
                <LinkButton href=door_path(event_id)>"Open the door"</LinkButton>
                {(!door.is_open)
                    .then(|| view! { <span class="muted">"It opens " {door.opens.date_short} ", " {door.opens.time}</span> })}
            </p>
            {made.map(|made| view! { <MadeLink made /> })}
            <Recent recent=summary.recent />
            {links.map(|links| view! { <Links event_id links /> })}
        </DashboardPage>
    }
}

/// The new link's address, as text and as a code for a phone's camera.
#[component]
fn MadeLink(made: Made) -> impl IntoView {
    let address = expect_context::<AppState>().config.address(&join_path(&made.secret));
    view! {
        <section class="panel checkin-made" aria-labelledby="made-head">
            <h2 id="made-head">{format!("Link to {}", made.door)}</h2>
            <p>"Whoever has it can check in at this event, and nothing else. It is shown this once."</p>
            <p class="checkin-address">
                <a href=address.clone()>{address.clone()}</a>
            </p>
            <div class="checkin-code">
                <QrCode token=address label=format!("QR code of the link to {}", made.door) />
            </div>
        </section>
    }
}

#[component]
fn Recent(recent: Vec<Choice>) -> impl IntoView {
    let back = asked("check_in");
    let refused = refusal::<UndoCheckIn>();
    let row = |choice: Choice| {
        let is_back = choice.check_in.as_ref().is_some_and(|check_in| check_in.id.to_string() == back);
        let refusal = refused.clone().filter(|_| is_back);
        view! { <RecentRow choice refusal /> }
    };
    let rows = recent.into_iter().map(row).collect_view();
    view! {
        <section class="checkin-part" aria-labelledby="recent-head">
            <h2 id="recent-head">"Last who came in"</h2>
            {if rows.is_empty() {
                view! { <p class="muted">"Nobody is in yet."</p> }.into_any()
            } else {
                view! {
                    <table class="rows">
                        <thead>
                            <tr>
                                <th scope="col">"Who"</th>
                                <th scope="col">"Place"</th>
                                <th scope="col">"When and where"</th>
                                <th scope="col">"Undo"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
        </section>
    }
}

#[component]
fn RecentRow(choice: Choice, refusal: Option<Error>) -> impl IntoView {
    let Choice { guest, check_in } = choice;
    let check_in = check_in?;
    let (id, field) = (check_in.id.to_string(), format!("reason-{}", check_in.id));
    let problem = refusal.map(|error| error.field("reason").unwrap_or_else(|| error.to_string()));
    let is_open = problem.is_some();
    Some(view! {
        <tr>
            <th scope="row">{guest.name.clone()} " · " {guest.reference}</th>
            <td data-label="Place">{guest.place}</td>
            <td data-label="When and where">{check_in.when.time} " · " {check_in.door}</td>
            <td>
                <details class="checkin-undo" open=is_open>
                    <summary>"Undo"<span class="visually-hidden">{format!(" {}", guest.name)}</span></summary>
                    <form method="post" action=UndoCheckIn::url()>
                        <input type="hidden" name="check_in_id" value=id />
                        <div class="field">
                            <label for=field.clone()>"Why?"</label>
                            <input id=field name="reason" type="text" maxlength="200" required autocomplete="off" />
                            {problem.map(|problem| view! { <p class="field-problem">{problem}</p> })}
                        </div>
                        <SubmitButton kind=ButtonKind::Danger>"Undo this check-in"</SubmitButton>
                    </form>
                </details>
            </td>
        </tr>
    })
}

#[component]
fn Links(event_id: EventId, links: Vec<DoorLink>) -> impl IntoView {
    let refused = refusal::<MakeDoorLink>();
    let is_empty = links.is_empty();
    let rows = links.into_iter().map(|link| view! { <LinkRow link /> }).collect_view();
    view! {
        <section class="checkin-part" aria-labelledby="links-head">
            <h2 id="links-head">"Links for people without an account"</h2>
            <p class="muted">
                "Each opens the check-in of this event and nothing else, until twelve hours after its end or until you close it."
            </p>
            <FormRefusal refusal=refused.clone() />
            <FormRefusal refusal={refusal::<RevokeDoorLink>()} />
            <form method="post" action=MakeDoorLink::url() class="checkin-make">
                <input type="hidden" name="event_id" value=event_id.to_string() />
                <Field
                    label="Name of the door"
                    name="name"
                    value=asked("name")
                    hint="Others read it when a ticket was let in there: North door"
                    refusal=refused
                    required=true
                />
                <SubmitButton kind=ButtonKind::Secondary>"Make a link"</SubmitButton>
            </form>
            {if is_empty {
                view! { <Notice tone=Tone::Info>"There are no links yet."</Notice> }.into_any()
            } else {
                view! {
                    <table class="rows">
                        <thead>
                            <tr>
                                <th scope="col">"Door"</th>
                                <th scope="col">"Works until"</th>
                                <th scope="col" class="rows-number">"Let in"</th>
                                <th scope="col" class="rows-end">"Close"</th>
                            </tr>
                        </thead>
                        <tbody>{rows}</tbody>
                    </table>
                }
                    .into_any()
            }}
        </section>
    }
}

#[component]
fn LinkRow(link: DoorLink) -> impl IntoView {
    let label = format!("Close {}", link.name);
    view! {
        <tr>
            <th scope="row">{link.name}</th>
            <td data-label="Works until">
                {if link.is_open { format!("{}, {}", link.expires.date_short, link.expires.time) } else { "Closed".to_owned() }}
            </td>
            <td data-label="Let in" class="rows-number">{link.admitted_count}</td>
            <td class="rows-end">
                {link
                    .is_open
                    .then(|| {
                        view! {
                            <form method="post" action=RevokeDoorLink::url()>
                                <input type="hidden" name="link_id" value=link.id.to_string() />
                                <button type="submit" class=ButtonKind::Danger.class() aria-label=label>
                                    "Close"
                                </button>
                            </form>
                        }
                    })}
            </td>
        </tr>
    }
}
