//! The jobs of this slice, each safe to do twice.

use super::{
    alert_letters::warn,
    letter::{Envelope, Letter},
    letters::{Addressed, compose},
    model::Optional,
    store::{Ended, MailStatus, Told, begin_mail, end_mail, find_returned, get_preferences, notify},
    unsubscribe::unsubscribe_address,
};
use crate::{
    bookings,
    health::model::Rule,
    id::{BookingId, EventId, UserId},
    job::{Job, Mail, News},
    server::{Passing, Result, clock::new_id, jobs::enqueue, mailer::MailTrouble, state::AppState},
    tickets,
    ui::path_with,
    users::store::write_guest_link,
};
use anyhow::Context;
use lettre::{Address, message::Mailbox};
use uuid::Uuid;

/// Attendees told in one job.
const ATTENDEES_MAX: i64 = 500;

/// Tells a person something on the site and by mail, unless that was done before or there is no need for it any more;
/// by mail only what they want to be told so, and what they can do without only where mails arrive.
///
/// Should this process die between sending it and noting so, it is sent again under the same `Message-ID`.
///
/// Errors: `Passing` when the mail server is away or won't take it now.
pub async fn send_mail(state: &AppState, mail: Mail) -> Result<()> {
    let Some(id) = begin_mail(state, mail, state.clock.now()).await? else { return Ok(()) };
    let Some(Addressed { user_id, email, name, is_guest, mut letter }) = compose(state, mail).await? else {
        return end_mail(state, Ended::new(id, MailStatus::Needless), state.clock.now()).await;
    };
    let subject = letter.subject.clone();
    // Who has no account has no page to be told on, and a link's secret is for who reads the mail.
    if let Some(user_id) = user_id.filter(|_| !matches!(mail, Mail::Link { .. })) {
        let told = Told { id, user_id, title: &subject, path: path_of(state, &letter) };
        notify(state, told, state.clock.now()).await?;
        if let Some(kind) = Optional::of(mail) {
            if let Some((status, error)) = hinder(state, (user_id, &email), kind).await? {
                let ended = Ended { user_id: Some(user_id), error: error.as_deref(), ..Ended::new(id, status) };
                return end_mail(state, ended, state.clock.now()).await;
            }
            letter.unsubscribe = Some(unsubscribe_address(state, user_id, kind).await?);
        }
        if is_guest {
            lead_through_link(state, id, (user_id, &email), &mut letter).await?;
        }
    }
    let refused = match post(state, id, (name, &email), letter).await? {
        Ok(()) => None,
        Err(MailTrouble::Refused(words)) => Some(words),
        Err(MailTrouble::Away(words) | MailTrouble::NotNow(words)) => {
            tracing::debug!(%id, words, "a mail waits");
            return Err(Passing::Away.into());
        }
    };
    let status = if refused.is_some() { MailStatus::Refused } else { MailStatus::Sent };
    let ended = Ended {
        user_id,
        address: Some(&email),
        subject: Some(&subject),
        error: refused.as_deref(),
        ..Ended::new(id, status)
    };
    end_mail(state, ended, state.clock.now()).await
}

/// Why a mail of this kind is not sent, if it isn't: its end, and its error.
async fn hinder(
    state: &AppState,
    (user_id, email): (UserId, &str),
    kind: Optional,
) -> Result<Option<(MailStatus, Option<String>)>> {
    if !get_preferences(state, user_id).await?.wants(kind) {
        return Ok(Some((MailStatus::Unwanted, None)));
    }
    let returned = find_returned(state, email, None).await?;
    Ok(returned.map(|last| (MailStatus::Refused, Some(format!("mails to this address come back: {}", last.code)))))
}

/// The page that a letter leads to.
fn path_of<'a>(state: &AppState, letter: &'a Letter) -> &'a str {
    let address = letter.action.as_ref().and_then(|(_, address)| address.strip_prefix(&*state.config.public_url));
    address.unwrap_or("/")
}

/// Lets a letter to a guest lead to where they are let in first. Its link is in the mail and nowhere else.
///
/// Errors: `Passing` where the guest has gone, or has another address, since the letter was written: it is written anew.
async fn lead_through_link(
    state: &AppState,
    id: Uuid,
    (user_id, email): (UserId, &str),
    letter: &mut Letter,
) -> Result<()> {
    let token = write_guest_link(state, id, (user_id, email)).await?.ok_or(Passing::Serialization)?;
    let link = path_with("/guest", [("token", &*token), ("next", path_of(state, letter))]);
    if let Some((_, address)) = &mut letter.action {
        *address = state.config.address(&link);
    }
    letter.sentences.push("The link is for you alone: whoever has it can see and cancel what you booked.".to_owned());
    Ok(())
}

/// Hands a letter over to the mail server.
async fn post(
    state: &AppState,
    id: Uuid,
    (name, email): (Option<String>, &str),
    letter: Letter,
) -> Result<std::result::Result<(), MailTrouble>> {
    // An address that no mail can be written to is as good as refused.
    let to = match email.parse::<Address>() {
        Ok(address) => Mailbox::new(name, address),
        Err(error) => return Ok(Err(MailTrouble::Refused(error.to_string()))),
    };
    let site = state.config.public_url.clone();
    let host = site.split_once("://").map_or("localhost", |(_, host)| host);
    let message_id = format!("{id}@{}", host.split(':').next().unwrap_or(host));
    let envelope = Envelope { from: state.mailer.from().clone(), to, message_id, site: site.clone() };
    let message = letter.into_message(envelope).context("writing a mail")?;
    Ok(state.mailer.send(id, message).await)
}

/// Writes to these addresses at once that something needs attention, past the queue of jobs, which lies in the database. Who
/// can't be reached now isn't tried again: it is looked at again soon enough. Answers how many mails left.
pub async fn send_warning(state: &AppState, addresses: &[String], rule: Rule) -> Result<u64> {
    let mut sent = 0;
    for address in addresses {
        let letter = warn(state, rule, rule.say(1));
        match post(state, new_id(), (None, address), letter).await? {
            Ok(()) => sent += 1,
            Err(trouble) => tracing::warn!(?trouble, "a warning could not be sent"),
        }
    }
    Ok(sent)
}

/// Tells the next of those who have booked an event, and who holds their tickets by now, and asks for the rest.
pub async fn tell_attendees(state: &AppState, event_id: EventId, news: News, after: Option<BookingId>) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let attending = bookings::store::list_attending(&mut tx, event_id, after, ATTENDEES_MAX).await?;
    let mut jobs: Vec<Job> = attending.iter().map(|&booking_id| Mail::News { booking_id, news }.into()).collect();
    let told = |(booking_id, holder_id)| Job::from(Mail::TicketNews { booking_id, holder_id, news });
    jobs.extend(tickets::store::list_holders(&mut tx, &attending).await?.into_iter().map(told));
    if attending.len() == ATTENDEES_MAX as usize {
        jobs.push(Job::TellAttendees { event_id, news, after: attending.last().copied() });
    }
    let now = state.clock.now_in(&mut tx).await?;
    enqueue(&mut tx, &jobs, now).await?;
    tx.commit().await?;
    Ok(())
}
