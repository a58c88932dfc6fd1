//! A verdict as the door reads it: colour, words, a mark, and the seat so large that it is read at arm's length.

use super::{
    api::{CheckTicketIn, find_guests, get_verdict},
    model::{Choice, Guest, Outcome, Reason, Verdict, door_path},
};
use crate::{
    error::Error,
    id::EventId,
    ui::{ButtonKind, Glyph, Icon, SubmitButton, asked, path_with},
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The page that shows a verdict again, for whoever sent a plain form. What it says of a ticket it reads from the tables, so
/// that no link can say that somebody may come in.
pub(super) fn verdict_path(event_id: EventId, verdict: &Verdict) -> String {
    let ticket = verdict.guest.as_ref().map(|guest| guest.ticket_id.to_string()).unwrap_or_default();
    let reference = verdict.choices.first().map(|choice| choice.guest.reference.clone()).unwrap_or_default();
    let said = match verdict.outcome {
        Outcome::Admitted => ("admitted", ticket),
        Outcome::AlreadyAdmitted => ("already", ticket),
        Outcome::Refused => ("refused", verdict.reason.map(Reason::key).unwrap_or_default().to_owned()),
        Outcome::Choose => ("reference", reference),
    };
    path_with(&door_path(event_id), [(said.0, said.1.as_str())])
}

/// The verdict that the page's address asks for, if any.
pub(super) async fn load_asked(event_id: EventId, said: Asked) -> Result<Option<Verdict>, Error> {
    let Asked { admitted, already, refused, reference } = said;
    if let Some(reason) = Reason::ALL.into_iter().find(|reason| reason.key() == refused) {
        return Ok(Some(Verdict::refused(reason, None)));
    }
    if !reference.is_empty() {
        return find_guests(event_id, reference).await.map(Some);
    }
    let again = |verdict: Verdict| match (verdict.guest.clone(), verdict.check_in.clone()) {
        (Some(guest), Some(check_in)) => Verdict::of(Outcome::AlreadyAdmitted, guest, check_in),
        _ => verdict,
    };
    match (admitted.parse(), already.parse()) {
        (Ok(ticket_id), _) => get_verdict(event_id, ticket_id).await,
        (_, Ok(ticket_id)) => Ok(get_verdict(event_id, ticket_id).await?.map(again)),
        _ => Ok(None),
    }
}

/// What the page's address says of a verdict.
pub(super) struct Asked {
    admitted: String,
    already: String,
    refused: String,
    reference: String,
}

impl Asked {
    pub(super) fn here() -> Self {
        Self {
            admitted: asked("admitted"),
            already: asked("already"),
            refused: asked("refused"),
            reference: asked("reference"),
        }
    }
}

/// The verdict, or what to do where there is none yet. The page's script writes into the same elements; empty ones take no room.
#[component]
pub(super) fn VerdictView(event_id: EventId, verdict: Option<Verdict>) -> impl IntoView {
    let guest = verdict.as_ref().and_then(|verdict| verdict.guest.clone());
    let outcome = verdict.as_ref().map(|verdict| verdict.outcome);
    let words =
        verdict.as_ref().map_or("Scan a ticket, or type a reference.".to_owned(), |verdict| verdict.words.clone());
    let choices = verdict.map(|verdict| verdict.choices).unwrap_or_default();
    view! {
        <div class="verdict" id="verdict" data-outcome=outcome.map_or("ready", outcome_key) role="status">
            <Marks />
            <p class="verdict-head">{outcome.map_or("Ready", head)}</p>
            <p class="verdict-place">{guest.as_ref().map(|guest| guest.place.clone())}</p>
            <p class="verdict-guest">{guest.as_ref().map(say_guest)}</p>
            <p class="verdict-words">{words}</p>
        </div>
        <Choices event_id choices />
    }
}

/// All marks: the style shows the one of the outcome, so that the script needn't draw.
#[component]
fn Marks() -> impl IntoView {
    view! {
        <span class="verdict-mark verdict-mark-yes">
            <Icon glyph=Glyph::Check />
        </span>
        <span class="verdict-mark verdict-mark-again">
            <Icon glyph=Glyph::Clock />
        </span>
        <span class="verdict-mark verdict-mark-no">
            <Icon glyph=Glyph::Close />
        </span>
        <span class="verdict-mark verdict-mark-ready">
            <Icon glyph=Glyph::Ticket />
        </span>
    }
}

/// Who it is, with what their place is where it is no ordinary one.
pub(super) fn say_guest(guest: &Guest) -> String {
    let parts = [Some(guest.name.as_str()), guest.kind_words(), Some(guest.reference.as_str())];
    parts.into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}

fn outcome_key(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Admitted => "admitted",
        Outcome::AlreadyAdmitted => "already_admitted",
        Outcome::Refused => "refused",
        Outcome::Choose => "choose",
    }
}

fn head(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Admitted => "Come in",
        Outcome::AlreadyAdmitted => "Already in",
        Outcome::Refused => "Not valid",
        Outcome::Choose => "Who is it?",
    }
}

/// The tickets of a booking, each to let in by a press.
#[component]
fn Choices(event_id: EventId, choices: Vec<Choice>) -> impl IntoView {
    let row = move |Choice { guest, check_in }: Choice| {
        let since = check_in.map(|check_in| format!("In since {}, {}", check_in.when.time, check_in.door));
        let label = format!("Let in: {}, {}", guest.name, guest.place);
        view! {
            <li>
                <div>
                    <p class="checkin-place">{guest.place.clone()}</p>
                    <p class="muted">{say_guest(&guest)}</p>
                </div>
                {match since {
                    Some(since) => view! { <p class="checkin-since">{since}</p> }.into_any(),
                    None => {
                        view! {
                            <form method="post" action=CheckTicketIn::url() class="checkin-choose">
                                <input type="hidden" name="event_id" value=event_id.to_string() />
                                <input type="hidden" name="ticket_id" value=guest.ticket_id.to_string() />
                                <button type="submit" class=ButtonKind::Primary.class() aria-label=label>
                                    "Let in"
                                </button>
                            </form>
                        }
                            .into_any()
                    }
                }}
            </li>
        }
    };
    view! { <ul class="checkin-choices" id="choices" role="list">{choices.into_iter().map(row).collect_view()}</ul> }
}

/// The form for what is typed or comes from a scanner that is a keyboard.
#[component]
pub(super) fn CodeForm(event_id: EventId) -> impl IntoView {
    view! {
        <form method="post" action=CheckTicketIn::url() class="checkin-form" id="code-form" autocomplete="off">
            <input type="hidden" name="event_id" value=event_id.to_string() />
            <div class="field">
                <label for="code">"Ticket code or reference"</label>
                <input
                    id="code"
                    name="code"
                    type="text"
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    enterkeyhint="go"
                    required
                    autofocus
                    value=asked("code")
                />
            </div>
            <SubmitButton kind=ButtonKind::Secondary>"Check in"</SubmitButton>
        </form>
    }
}
