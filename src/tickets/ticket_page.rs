//! One ticket: what is shown at the door, and below it passing it on and issuing it anew.

use super::{
    api::{CancelTransfer, ReissueTicket, TransferTicket, get_history, get_ticket},
    model::{Ticket, TicketEntry, TicketStatus, Transfer},
    qr::QrCode,
    tickets_page::Void,
};
use crate::{
    bookings::booking_page::history::History,
    error::Error,
    id::TicketId,
    server::begin,
    ui::{ButtonKind, Field, FormRefusal, LinkButton, PageError, SubmitButton, asked, refusal},
};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

/// The page of a ticket.
#[component]
pub fn TicketPage() -> impl IntoView {
    let found = begin(load(asked_ticket_id()));
    Suspend::new(async move {
        match found.await {
            Ok((ticket, history)) => view! { <Shown ticket history /> }.into_any(),
            Err(error) => view! { <Title text="Ticket" /> <PageError error /> }.into_any(),
        }
    })
}

fn asked_ticket_id() -> Result<TicketId, Error> {
    use_params_map().with_untracked(|params| params.get_str("id")?.parse().ok()).ok_or(Error::NotFound)
}

async fn load(ticket_id: Result<TicketId, Error>) -> Result<(Ticket, Vec<TicketEntry>), Error> {
    let id = ticket_id?;
    Ok((get_ticket(id).await?, get_history(id).await?))
}

#[component]
fn Shown(ticket: Ticket, history: Vec<TicketEntry>) -> impl IntoView {
    let place = ticket.say_place();
    let event = ticket.event.clone();
    let is_void = ticket.status == TicketStatus::Void;
    let code =
        ticket.token.clone().map(|token| view! { <QrCode token label=format!("QR code of the ticket: {place}") /> });
    let booking = (!ticket.is_received).then(|| format!("/bookings/{}/tickets", ticket.booking_id));
    view! {
        <Title text=format!("Ticket · {}", event.name) />
        <section class="page door">
            <header class="page-head">
                <h1>{event.name.clone()}</h1>
                <p class="lead">
                    <time datetime=event.when.iso.clone()>{event.when.date.clone()} ", " {event.when.time.clone()} " " {event.when.zone.clone()}</time>
                </p>
            </header>
            {is_void.then(|| view! { <Void /> })}
            <div class="door-code" class:door-void=is_void>
                {code}
                <p class="door-place">{place}</p>
            </div>
            <Facts ticket=ticket.clone() />
            {(!is_void).then(|| view! { <Files ticket_id=ticket.id /> })}
            <Manage ticket />
            <History entries={history.into_iter().map(|entry| (entry.sentence, entry.when)).collect()} />
            {booking
                .map(|href| {
                    view! {
                        <p class="actions">
                            <LinkButton href=href kind=ButtonKind::Quiet>"All tickets of the booking"</LinkButton>
                        </p>
                    }
                })}
        </section>
    }
}

#[component]
fn Facts(ticket: Ticket) -> impl IntoView {
    let event = ticket.event;
    view! {
        <dl class="ticket-facts">
            <div>
                <dt>"Where"</dt>
                <dd>{event.venue} <br /> {event.address} ", " {event.city}</dd>
            </div>
            {ticket
                .holder
                .map(|holder| {
                    view! {
                        <div>
                            <dt>"Ticket holder"</dt>
                            <dd>{holder}</dd>
                        </div>
                    }
                })}
            <div>
                <dt>"Reference"</dt>
                <dd class="door-reference">{ticket.reference}</dd>
            </div>
        </dl>
    }
}

#[component]
fn Files(ticket_id: TicketId) -> impl IntoView {
    let pdf = format!("/tickets/{ticket_id}/ticket.pdf");
    let ics = format!("/tickets/{ticket_id}/ticket.ics");
    view! {
        <p class="actions">
            <LinkButton href=pdf.clone() kind=ButtonKind::Secondary>"PDF to print"</LinkButton>
            <LinkButton href=format!("{pdf}?width=phone") kind=ButtonKind::Secondary>"PDF for a phone"</LinkButton>
            <LinkButton href=ics kind=ButtonKind::Secondary>"Add to calendar"</LinkButton>
        </p>
    }
}

/// What its holder can do with it.
#[component]
fn Manage(ticket: Ticket) -> impl IntoView {
    let ticket_id = ticket.id.to_string();
    let pass_on = match ticket.transfer {
        Some(transfer) => view! { <Offered ticket_id=ticket_id.clone() transfer /> }.into_any(),
        None if ticket.can_transfer => view! { <PassOn ticket_id=ticket_id.clone() /> }.into_any(),
        None => ().into_any(),
    };
    view! {
        {pass_on}
        {ticket.can_reissue.then(|| view! { <IssueAnew ticket_id /> })}
    }
}

#[component]
fn PassOn(ticket_id: String) -> impl IntoView {
    let refused = refusal::<TransferTicket>();
    view! {
        <section class="door-part" aria-labelledby="pass-on">
            <h2 id="pass-on">"Pass it on"</h2>
            <p>
                "Somebody else goes? They get a link by mail. The ticket stays yours until they accept; then it is theirs, and this \
                 code no longer works."
            </p>
            <FormRefusal refusal=refused.clone() />
            <form method="post" action=TransferTicket::url() class="form">
                <input type="hidden" name="ticket_id" value=ticket_id />
                <Field label="Their e-mail" name="email" kind="email" value=asked("email") refusal=refused required=true />
                <SubmitButton kind=ButtonKind::Secondary>"Send the link"</SubmitButton>
            </form>
        </section>
    }
}

#[component]
fn Offered(ticket_id: String, transfer: Transfer) -> impl IntoView {
    let until = &transfer.expires;
    let words = format!(
        "You offered this ticket to {}. They can accept it until {}, {} {}.",
        transfer.email, until.date_short, until.time, until.zone
    );
    view! {
        <section class="door-part" aria-labelledby="pass-on">
            <h2 id="pass-on">"Waiting for an answer"</h2>
            <p>{words}</p>
            <FormRefusal refusal={refusal::<CancelTransfer>()} />
            <form method="post" action=CancelTransfer::url()>
                <input type="hidden" name="ticket_id" value=ticket_id />
                <SubmitButton kind=ButtonKind::Secondary>"Withdraw the offer"</SubmitButton>
            </form>
        </section>
    }
}

#[component]
fn IssueAnew(ticket_id: String) -> impl IntoView {
    view! {
        <section class="door-part" aria-labelledby="issue-anew">
            <h2 id="issue-anew">"Issue it anew"</h2>
            <p>
                "Has somebody else seen the code? A new one makes every one before it worthless, on paper and on screens."
            </p>
            <FormRefusal refusal={refusal::<ReissueTicket>()} />
            <form method="post" action=ReissueTicket::url()>
                <input type="hidden" name="ticket_id" value=ticket_id />
                <SubmitButton kind=ButtonKind::Quiet>"Issue a new code"</SubmitButton>
            </form>
        </section>
    }
}
