//! What runs beside the requests: jobs, and what is done again and again. Any of it may run in many processes at once.

use super::{
    Failure, Result, form_drafts,
    idempotency_store::remove_expired,
    jobs::{begin_scheduled, work},
    state::AppState,
};
use crate::{
    account, analytics, audit, bookings, discounts, events, health,
    job::{Job, Lane},
    notifications, seats, users, webhooks,
};
use futures::FutureExt;
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio_util::sync::CancellationToken;

const SWEEP_EVERY: Duration = Duration::from_secs(1);
const FEED_EVERY: Duration = Duration::from_secs(5);
/// With [`TELL_EVERY`], how late an open map is: four tenths of a second beside the work itself.
const PROJECT_EVERY: Duration = Duration::from_millis(200);
const TELL_EVERY: Duration = Duration::from_millis(200);
/// How late the page of an event without seats is.
const TELL_LEFT_EVERY: Duration = Duration::from_millis(500);
/// How late the number of new notifications is.
const TELL_NOTIFICATIONS_EVERY: Duration = Duration::from_secs(1);
const COUNT_EVERY: Duration = Duration::from_secs(1);
const SEAL_EVERY: Duration = Duration::from_secs(10);
/// How late the counts of requests are.
const WRITE_VITALS_EVERY: Duration = Duration::from_secs(10);
/// How late figures are.
const ADD_UP_EVERY: Duration = Duration::from_secs(5);
/// How late a mail about a booking is, at most, with half a second until its job is taken; what webhooks are told twice as late.
const TELL_HISTORY_EVERY: Duration = Duration::from_secs(1);
/// How often it is looked whether something is due that is done once for all processes.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// How late open maps learn that a section has gone on sale, or off it, at most.
const WINDOWS_EVERY: Duration = Duration::from_millis(500);
const AUDIT_EVERY: Duration = Duration::from_secs(6 * 3600);
/// Reading everything is not what a start should wait for.
const AUDIT_FIRST_AFTER: Duration = Duration::from_secs(300);
const TIDY_EVERY: Duration = Duration::from_secs(600);
/// After a failure, so that an outage doesn't fill the log.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);

/// Does one job.
pub(super) async fn perform(state: &AppState, job: Job) -> Result<()> {
    match job {
        Job::Mail { mail } => notifications::jobs::send_mail(state, mail).await,
        Job::TellAttendees { event_id, news, after } => {
            notifications::jobs::tell_attendees(state, event_id, news, after).await
        }
        Job::EndBookings { event_id, by, after } => bookings::store::end_called_off(state, event_id, by, after).await,
        Job::Deliver { webhook_id } | Job::Knock { webhook_id } => webhooks::deliver(state, webhook_id).await,
    }
}

/// Runs the jobs and the periodic work until the token is cancelled; what has begun by then is finished.
///
/// Nothing of the periodic work is needed for a right answer: expired holds, sessions and replies are not answered with
/// anyhow.
pub async fn run_work(state: AppState, token: CancellationToken) {
    let state = state.for_work();
    tokio::join!(
        repeat("expire holds", SWEEP_EVERY, &token, || bookings::store::sweep(&state)),
        repeat("publish what is due", LOOK_EVERY, &token, || events::store::publish_scheduled(&state)),
        repeat("feed waitlists", FEED_EVERY, &token, || bookings::store::feed_waitlists(&state)),
        repeat("project availability", PROJECT_EVERY, &token, || { seats::store::project_availability(&state) }),
        repeat("tell of windows", WINDOWS_EVERY, &token, || seats::store::tell_of_windows(&state)),
        repeat("count seats together", COUNT_EVERY, &token, || seats::store::count_together(&state)),
        repeat("seal the history", SEAL_EVERY, &token, || bookings::store::seal_history(&state)),
        repeat("add up sales", ADD_UP_EVERY, &token, || analytics::store::project_sales(&state)),
        repeat("look at alerts", LOOK_EVERY, &token, || health::store::look(&state)),
        repeat("watch the database", LOOK_EVERY, &token, || health::outage::watch(&state)),
        repeat("tell the history", TELL_HISTORY_EVERY, &token, || notifications::store::tell_history(&state)),
        repeat("tell webhooks", TELL_HISTORY_EVERY, &token, || webhooks::store::tell(&state)),
        repeat("stop webhooks of nobody", LOOK_EVERY, &token, || webhooks::store::stop_orphans(&state)),
        repeat("wake webhooks", TELL_HISTORY_EVERY, &token, || webhooks::store::wake(&state)),
        repeat("warn of holds that end", LOOK_EVERY, &token, || notifications::store::warn_of_ends(&state)),
        repeat("remind attendees", LOOK_EVERY, &token, || notifications::store::remind(&state)),
        repeat("ask for digests", LOOK_EVERY, &token, || notifications::store::ask_for_digests(&state)),
        async {
            token.run_until_cancelled(tokio::time::sleep(AUDIT_FIRST_AFTER)).await;
            repeat("audit", LOOK_EVERY, &token, || audit_if_due(&state)).await;
        },
        repeat("tidy", LOOK_EVERY, &token, || tidy_if_due(&state)),
        work(&state, Lane::Mail, &token),
        work(&state, Lane::Bulk, &token),
        work(&state, Lane::Work, &token),
        work(&state, Lane::Webhook, &token),
        work(&state, Lane::Knock, &token),
    );
}

async fn audit_if_due(state: &AppState) -> Result<u64> {
    match begin_scheduled(state, "audit", AUDIT_EVERY).await? {
        Some(_) => audit::run_alone(state).await,
        None => Ok(0),
    }
}

/// Removes what nothing asks for any more.
async fn tidy_if_due(state: &AppState) -> Result<u64> {
    if begin_scheduled(state, "tidy", TIDY_EVERY).await?.is_none() {
        return Ok(0);
    }
    // Each by itself: what fails keeps none of the others from being done.
    run_once("remove sessions that are over", state.sessions.delete_expired()).await;
    run_once("remove old frames of maps", seats::store::remove_old_frames(state)).await;
    run_once("remove kept forms", form_drafts::remove_expired(state)).await;
    run_once("remove tries of codes", discounts::store::remove_old_tries(state)).await;
    run_once("remove old counts", health::store::forget_old_vitals(state)).await;
    run_once("remove kept replies", remove_expired(state)).await;
    run_once("remove apps that ended", users::programs::store::remove_old_apps(state)).await;
    run_once("renew the keys of tokens", users::programs::store::renew_token_keys(state)).await;
    run_once("remove old deliveries", webhooks::store::forget_old(state)).await;
    run_once("remove guests who never booked", account::sweep_guests(state)).await;
    Ok(1)
}

/// Tells this process's open pages what has changed, and writes down what it has counted, until the token is cancelled.
pub async fn tell_viewers(state: AppState, token: CancellationToken) {
    tokio::join!(
        repeat("write vitals", WRITE_VITALS_EVERY, &token, || health::store::write_vitals(&state)),
        repeat("tell viewers", TELL_EVERY, &token, || seats::live::tell_viewers(&state)),
        repeat("tell viewers what is left", TELL_LEFT_EVERY, &token, || events::live::tell_viewers(&state)),
        repeat("tell of notifications", TELL_NOTIFICATIONS_EVERY, &token, || {
            notifications::live::tell_viewers(&state)
        }),
        async {
            token.cancelled().await;
            // They would keep the server from stopping.
            state.live_events.close();
            state.live_notifications.close();
            state.live_seats.close();
        },
    );
}

async fn repeat<W>(name: &'static str, every: Duration, token: &CancellationToken, work: impl Fn() -> W)
where
    W: Future<Output = Result<u64>>,
{
    while !token.is_cancelled() {
        let rest = if run_once(name, work()).await { every } else { every.max(REST_AFTER_FAILURE) };
        token.run_until_cancelled(tokio::time::sleep(rest)).await;
    }
}

/// Whether the work was done. Neither a failure nor a panic ends the repetition.
async fn run_once(name: &'static str, work: impl Future<Output = Result<u64>>) -> bool {
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(count)) => {
            if count > 0 {
                tracing::debug!(work = name, count, "periodic work done");
            }
            return true;
        }
        Ok(Err(Failure::Refused(error))) => tracing::warn!(work = name, %error, "periodic work was put off"),
        Ok(Err(Failure::Passing(why))) => tracing::warn!(work = name, ?why, "periodic work was put off"),
        Ok(Err(Failure::Unexpected(error))) => {
            tracing::error!(work = name, error = format!("{error:#}"), "periodic work failed");
        }
        Err(_) => tracing::error!(work = name, "periodic work panicked"),
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[tokio::test]
    async fn neither_a_failure_nor_a_panic_ends_the_repetition() {
        assert!(run_once("test", async { Ok(1) }).await);
        assert!(!run_once("test", async { Err(Error::NotFound.into()) }).await);
        assert!(!run_once("test", async { Err(Failure::Unexpected(anyhow::anyhow!("a fault"))) }).await);
        assert!(!run_once("test", async { panic!("a panic") }).await);
    }

    #[tokio::test]
    async fn work_is_repeated_until_it_is_told_to_stop() {
        let (runs, token) = (AtomicU64::new(0), CancellationToken::new());
        let work = || {
            if runs.fetch_add(1, Ordering::Relaxed) == 2 {
                token.cancel();
            }
            std::future::ready(Ok(0))
        };
        repeat("test", Duration::from_millis(1), &token, work).await;
        assert_eq!(runs.load(Ordering::Relaxed), 3);
    }
}
