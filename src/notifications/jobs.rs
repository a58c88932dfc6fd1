//! The jobs of this slice, each safe to do twice.

use super::{
    letter::{Envelope, Letter},
    letters::{Addressed, compose},
    model::Optional,
    store::{Ended, MailStatus, Told, begin_mail, end_mail, get_preferences, notify},
};
use crate::{
    bookings,
    id::{BookingId, EventId},
    job::{Job, Mail, News},
    server::{Passing, Result, jobs::enqueue, mailer::MailTrouble, state::AppState},
};
use anyhow::Context;
use lettre::{Address, message::Mailbox};
use uuid::Uuid;

/// Attendees told in one job.
const ATTENDEES_MAX: i64 = 500;

/// Tells a person something on the site and by mail, unless that was done before or there is no need for it any more; by mail
/// only what they want to be told so.
///
/// Should this process die between sending it and noting so, it is sent again under the same `Message-ID`.
///
/// Errors: `Passing` when the mail server is away or won't take it now.
pub async fn send_mail(state: &AppState, mail: Mail) -> Result<()> {
    let Some(id) = begin_mail(state, mail, state.clock.now()).await? else { return Ok(()) };
    let Some(Addressed { user_id, email, name, letter }) = compose(state, mail).await? else {
        return end_mail(state, Ended::new(id, MailStatus::Needless), state.clock.now()).await;
    };
    let subject = letter.subject.clone();
    // Who has no account has no page to be told on, and a link's secret is for who reads the mail.
    if let Some(user_id) = user_id.filter(|_| !matches!(mail, Mail::Link { .. })) {
        let path = letter.action.as_ref().and_then(|(_, address)| address.strip_prefix(&*state.config.public_url));
        let told = Told { id, user_id, title: &subject, path: path.unwrap_or("/") };
        notify(state, told, state.clock.now()).await?;
        if let Some(kind) = Optional::of(mail)
            && !get_preferences(state, user_id).await?.wants(kind)
        {
            let unwanted = Ended { user_id: Some(user_id), ..Ended::new(id, MailStatus::Unwanted) };
            return end_mail(state, unwanted, state.clock.now()).await;
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

/// Tells the next of those who have booked an event, and asks for the rest.
pub async fn tell_attendees(state: &AppState, event_id: EventId, news: News, after: Option<BookingId>) -> Result<()> {
    let mut tx = state.db.begin().await?;
    let attending = bookings::store::list_attending(&mut tx, event_id, after, ATTENDEES_MAX).await?;
    let mut jobs: Vec<Job> = attending.iter().map(|&booking_id| Mail::News { booking_id, news }.into()).collect();
    if attending.len() == ATTENDEES_MAX as usize {
        jobs.push(Job::TellAttendees { event_id, news, after: attending.last().copied() });
    }
    let now = state.clock.now_in(&mut tx).await?;
    enqueue(&mut tx, &jobs, now).await?;
    tx.commit().await?;
    Ok(())
}
