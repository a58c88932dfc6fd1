//! The mails about tickets that were passed on: to who holds them, and to who passed them on. Nothing of what a booking cost, of
//! who made it or of its other places stands in what a holder is sent.

use super::{
    letter::{File, Letter},
    letters::{Addressed, REMIND_BEFORE},
};
use crate::{
    bookings::model::{BookedEvent, BookingStatus},
    error::{Conflict, Error},
    events::{
        model::{Availability, When},
        store::find_cancel_reason,
    },
    id::{BookingId, TicketId, TransferId, UserId},
    job::{Mail, News},
    server::{Failure, Result, documents::file_name, state::AppState},
    tickets::{
        documents::{ics_of_ticket, pdf_of_tickets},
        model::{Ticket, TicketStatus},
        store::{Held, Taken, find_held, find_received, find_taken},
    },
    users::{model::User, store::find_user},
};

/// To who holds the ticket now, with the ticket: that it is theirs, or for another place.
pub(super) async fn compose_to_ticket(state: &AppState, ticket_id: TicketId, mail: Mail) -> Result<Option<Addressed>> {
    let Some(held) = find_held(state, ticket_id).await? else { return Ok(None) };
    // Who booked is told of other seats by the mail about their booking.
    let is_told = matches!(mail, Mail::TicketMoved { .. }) && held.holder_id == held.owner_id;
    let Some((to, ticket)) = find_told(state, &held).await?.filter(|_| !is_told) else { return Ok(None) };
    let from = name_giver(state, &held).await?;
    let mut letter = match mail {
        Mail::TicketMoved { .. } => moved(&to, ticket),
        _ => received(&to, ticket, &from.unwrap_or_else(|| "somebody".to_owned())),
    };
    letter.action = Some(("Show my ticket", address_of(state, &held.tickets)));
    letter.files = files_of(state, ticket).await?;
    Ok(Some(Addressed::to(to, letter)))
}

/// To who booked: that the ticket is theirs again. Not needed once it is somebody else's anew.
pub(super) async fn compose_returned(state: &AppState, ticket_id: TicketId) -> Result<Option<Addressed>> {
    let held = find_held(state, ticket_id).await?.filter(|held| held.holder_id == held.owner_id);
    let Some(held) = held else { return Ok(None) };
    let Some((to, ticket)) = find_told(state, &held).await? else { return Ok(None) };
    let letter = Letter {
        subject: format!("Yours again: {}, {}", ticket.event.name, ticket.event.when.date_short),
        heading: "A ticket is yours again".to_owned(),
        sentences: vec![
            format!(
                "Hello {}, whoever had your ticket for {} by now has deleted their account, so it came back to you, with a \
                 new code.",
                to.first_name, ticket.event.name
            ),
            "Use it yourself, or pass it on to somebody else.".to_owned(),
        ],
        facts: facts_of(&ticket.event, vec![ticket.say_place()]),
        action: Some(("Show my ticket", address_of(state, &held.tickets))),
        reason: "You get this mail because you booked this event.",
        files: files_of(state, ticket).await?,
        ..Letter::default()
    };
    Ok(Some(Addressed::to(to, letter)))
}

/// To who passed a ticket on: by whom it was accepted, by the first name, as the offer named them.
pub(super) async fn compose_taken(state: &AppState, transfer_id: TransferId) -> Result<Option<Addressed>> {
    let Some(taken) = find_taken(state, transfer_id).await? else { return Ok(None) };
    let Taken { giver_id, taker_id, email, is_owner, ticket } = taken;
    let (Some(to), Some(taker)) = (find_user(state, giver_id).await?, find_user(state, taker_id).await?) else {
        return Ok(None);
    };
    let action = if is_owner {
        ("Show my tickets", format!("/bookings/{}/tickets", ticket.booking_id))
    } else {
        ("Show the event", format!("/events/{}", ticket.event_id))
    };
    let letter = Letter {
        subject: format!("Accepted: your ticket for {}, {}", ticket.event.name, ticket.event.when.date_short),
        heading: format!("{} has your ticket now", taker.first_name),
        sentences: vec![
            format!(
                "Hello {}, {} accepted the ticket for {} that you offered to {email}.",
                to.first_name, taker.first_name, ticket.event.name
            ),
            "The code you had for it doesn't work any more.".to_owned(),
        ],
        facts: facts_of(&ticket.event, vec![ticket.say_place()]),
        action: Some((action.0, state.config.address(&action.1))),
        reason: "You get this mail because you passed a ticket on.",
        ..Letter::default()
    };
    Ok(Some(Addressed::to(to, letter)))
}

/// To somebody who holds tickets of a booking that were passed on: what became of it, or of the event.
pub(super) async fn compose_to_holder(
    state: &AppState,
    (booking_id, holder_id): (BookingId, UserId),
    mail: Mail,
) -> Result<Option<Addressed>> {
    let Some(held) = find_received(state, booking_id, holder_id).await? else { return Ok(None) };
    let Some(to) = find_user(state, held.holder_id).await? else { return Ok(None) };
    let event = &held.booking.event;
    let is_off = event.availability == Availability::Cancelled;
    let is_ahead = event.event_date > state.clock.now();
    let is_valid = held.tickets.iter().any(|ticket| ticket.status == TicketStatus::Valid);
    let letter = match mail {
        // What an event takes with it is told as such.
        Mail::TicketsVoid { .. } if held.booking.status == BookingStatus::Cancelled && !is_off => {
            let by = say_canceller(state, &held).await?;
            Some(void(&to, &held, &by))
        }
        Mail::TicketNews { news: News::Cancelled, .. } if is_off && is_ahead => {
            let reason = find_cancel_reason(state, held.booking.event_id).await?;
            Some(called_off(&to, &held, reason))
        }
        Mail::TicketNews { news: News::Changed { .. }, .. } if is_valid && is_ahead => Some(changed(&to, &held)),
        Mail::TicketNews { news: News::Reminder, .. } if is_valid && is_ahead => {
            // Who was sent the ticket within the last day has just been told.
            let is_new = held.received.is_some_and(|(at, _)| at > event.event_date - REMIND_BEFORE);
            (!is_new).then(|| reminder(&to, &held))
        }
        _ => None,
    };
    let Some(mut letter) = letter else { return Ok(None) };
    letter.facts = facts_of(event, held.tickets.iter().map(Ticket::say_place).collect());
    letter.action = Some(if matches!(mail, Mail::TicketsVoid { .. }) {
        ("Show the event", state.config.address(&format!("/events/{}", held.booking.event_id)))
    } else {
        (if held.tickets.len() == 1 { "Show my ticket" } else { "Show my tickets" }, address_of(state, &held.tickets))
    });
    letter.reason = RECEIVED;
    Ok(Some(Addressed::to(to, letter)))
}

/// The person who holds a valid ticket, and the ticket; nothing where it is void or nobody is there.
async fn find_told<'a>(state: &AppState, held: &'a Held) -> Result<Option<(User, &'a Ticket)>> {
    let Some(ticket) = held.tickets.iter().find(|ticket| ticket.status == TicketStatus::Valid) else { return Ok(None) };
    Ok(find_user(state, held.holder_id).await?.map(|user| (user, ticket)))
}

fn received(to: &User, ticket: &Ticket, from: &str) -> Letter {
    Letter {
        subject: format!("Your ticket: {}, {}", ticket.event.name, ticket.event.when.date_short),
        heading: "The ticket is yours".to_owned(),
        sentences: vec![
            format!(
                "Hello {}, the ticket for {} that {from} passed on to you is yours now.",
                to.first_name, ticket.event.name
            ),
            "Show it at the door: no code that it had before works any more. If anything about it changes, we tell you."
                .to_owned(),
        ],
        facts: facts_of(&ticket.event, vec![ticket.say_place()]),
        reason: RECEIVED,
        ..Letter::default()
    }
}

fn moved(to: &User, ticket: &Ticket) -> Letter {
    Letter {
        subject: format!("Your new place: {}, {}", ticket.event.name, ticket.event.when.date_short),
        heading: "You have a new place".to_owned(),
        sentences: vec![
            format!("Hello {}, the organiser moved you to {}.", to.first_name, ticket.say_place()),
            "Show this ticket at the door: the one you had before doesn't work any more.".to_owned(),
        ],
        facts: facts_of(&ticket.event, vec![ticket.say_place()]),
        reason: RECEIVED,
        ..Letter::default()
    }
}

fn void(to: &User, held: &Held, by: &str) -> Letter {
    let event = &held.booking.event;
    let (tickets, belong) = match held.tickets.len() {
        1 => ("ticket is", "your ticket belongs"),
        _ => ("tickets are", "your tickets belong"),
    };
    Letter {
        subject: format!("Not valid any more: {}, {}", event.name, event.when.date_short),
        heading: format!("Your {tickets} not valid any more"),
        sentences: vec![
            format!("Hello {}, {by} cancelled the booking for {} that {belong} to.", to.first_name, event.name),
            "If you still want to go, see whether there are places left.".to_owned(),
        ],
        ..Letter::default()
    }
}

fn called_off(to: &User, held: &Held, reason: Option<String>) -> Letter {
    let event = &held.booking.event;
    Letter {
        subject: format!("Called off: {}, {}", event.name, event.when.date_short),
        heading: "The event is called off".to_owned(),
        sentences: std::iter::once(format!(
            "Hello {}, we are sorry: {} on {} does not take place. You needn't do anything.",
            to.first_name, event.name, event.when.date
        ))
        .chain(reason)
        .collect(),
        ..Letter::default()
    }
}

fn changed(to: &User, held: &Held) -> Letter {
    let event = &held.booking.event;
    let (stays, it) = match held.tickets.len() {
        1 => ("Your ticket stays", "it"),
        _ => ("Your tickets stay", "them"),
    };
    Letter {
        subject: format!("New time or place: {}", event.name),
        heading: "Something has changed".to_owned(),
        sentences: vec![format!(
            "Hello {}, the time or the place of {} is another now. {stays} valid; if it doesn't suit you any more, you can pass {it} \
             on.",
            to.first_name, event.name
        )],
        ..Letter::default()
    }
}

fn reminder(to: &User, held: &Held) -> Letter {
    let event = &held.booking.event;
    let When { date_short, time, .. } = &event.when;
    let have = if held.tickets.len() == 1 { "Have your ticket" } else { "Have your tickets" };
    Letter {
        subject: format!("Soon: {}, {date_short} at {time}", event.name),
        heading: format!("See you at {}", event.venue),
        sentences: vec![format!(
            "Hello {}, {} begins {date_short} at {time}. {have} at hand.",
            to.first_name, event.name
        )],
        ..Letter::default()
    }
}

/// Who passed the ticket on to its holder, by the first name, if they are still there.
async fn name_giver(state: &AppState, held: &Held) -> Result<Option<String>> {
    let Some((_, giver_id)) = held.received else { return Ok(None) };
    Ok(find_user(state, giver_id).await?.map(|giver| giver.first_name))
}

/// Who cancelled the booking. Who booked is named to those alone who have the ticket from them.
async fn say_canceller(state: &AppState, held: &Held) -> Result<String> {
    if held.booking.cancel_reason.is_some() {
        return Ok("the organiser".to_owned());
    }
    let is_from_owner = held.received.is_some_and(|(_, giver_id)| giver_id == held.owner_id);
    let giver = if is_from_owner { name_giver(state, held).await? } else { None };
    let it = if held.tickets.len() == 1 { "it" } else { "them" };
    Ok(giver.map_or_else(|| "the person who made it".to_owned(), |name| format!("{name}, who passed {it} on to you,")))
}

/// The page of the ticket, or the one that lists several.
fn address_of(state: &AppState, tickets: &[Ticket]) -> String {
    match tickets {
        [ticket] => state.config.address(&format!("/tickets/{}", ticket.id)),
        _ => state.config.address("/bookings"),
    }
}

fn facts_of(event: &BookedEvent, places: Vec<String>) -> Vec<(&'static str, String)> {
    let When { date, time, zone, .. } = &event.when;
    vec![
        ("Event", event.name.clone()),
        ("When", format!("{date}, {time} {zone}")),
        ("Where", format!("{}, {}, {}", event.venue, event.address, event.city)),
        (if places.len() == 1 { "Place" } else { "Places" }, places.join("; ")),
    ]
}

/// The ticket to print and the entry for a calendar; without the first where it is void by now.
async fn files_of(state: &AppState, ticket: &Ticket) -> Result<Vec<File>> {
    let name = file_name(&ticket.event.name);
    let ics = ics_of_ticket(state, ticket).await?.to_vec();
    let mut files = vec![File { name: format!("{name}.ics"), kind: "text/calendar; charset=utf-8", bytes: ics }];
    match pdf_of_tickets(state, std::slice::from_ref(ticket)).await {
        Ok(pdf) => {
            files.push(File { name: format!("{name}-ticket.pdf"), kind: "application/pdf", bytes: pdf.to_vec() })
        }
        Err(Failure::Refused(Error::Conflict(Conflict::TicketVoid))) => {}
        Err(failure) => return Err(failure),
    }
    Ok(files)
}

const RECEIVED: &str = "You get this mail because somebody passed a ticket of this event on to you.";
