//! The job that sends what is due for one webhook.

use super::{
    model::{Change, Verdict, decide_asked_rest, judge},
    sign::{SIGNATURE, sign_body},
    store::{Due, Ended, Receiver, end_try, take_due},
};
use crate::{
    id::{DeliveryId, WebhookId},
    server::{
        Result,
        clock::new_id,
        outgoing::{Answer, Trouble},
        state::AppState,
    },
};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{StreamExt, future::join_all, stream::FuturesUnordered};
use serde_json::Value;
use std::time::Duration;
use tokio::time::Instant;

/// Deliveries of a webhook under way at the same time; one while it fails.
const AT_ONCE: i64 = 4;
/// Nothing more is begun later than this: what is due then is asked for anew, and other webhooks have their turn.
const LONGEST: Duration = Duration::from_secs(5);

/// What came of a try.
#[derive(Debug)]
pub(super) struct Tried {
    pub(super) outcome: std::result::Result<Heard, Trouble>,
    pub(super) took_ms: i32,
}

/// What a receiver answered.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Heard {
    pub(super) status: u16,
    /// How the answer begins.
    pub(super) beginning: String,
    retry_after: Option<String>,
}

impl Tried {
    pub(super) fn verdict(&self) -> Verdict {
        match &self.outcome {
            Ok(heard) => judge(heard.status),
            Err(Trouble::Private) => Verdict::Refused,
            Err(_) => Verdict::Away,
        }
    }

    /// How long a receiver that takes nothing just now asks to be left alone.
    pub(super) fn asked_rest(&self, now: DateTime<Utc>) -> TimeDelta {
        let retry_after = self.outcome.as_ref().ok().and_then(|heard| heard.retry_after.as_deref());
        let asked = retry_after.filter(|_| self.verdict() == Verdict::Away);
        asked.map_or(TimeDelta::zero(), |asked| decide_asked_rest(asked, now))
    }

    /// Whether nothing was sent, because the receiver is left alone.
    pub(super) fn was_put_off(&self) -> bool {
        self.outcome == Err(Trouble::Resting)
    }
}

/// Sends what is due for this webhook, a few at a time, until nothing is, or the receiver takes nothing.
///
/// What fails is tried again by itself, later: that is no failure of this job. Should the process die between sending a delivery
/// and noting so, it is sent again under the same id.
pub async fn deliver(state: &AppState, webhook_id: WebhookId) -> Result<()> {
    let began = Instant::now();
    let mut under_way = FuturesUnordered::new();
    let mut is_away = false;
    loop {
        if !is_away && began.elapsed() < LONGEST {
            let taken = take_due(state, webhook_id, (under_way.len() as i64, AT_ONCE)).await?;
            let (receiver, due) = taken.map_or((None, Vec::new()), |(receiver, due)| (Some(receiver), due));
            for (receiver, delivery) in receiver.into_iter().cycle().zip(due) {
                under_way.push(async move { (send(state, &receiver, &delivery).await, delivery) });
            }
        }
        // One that takes long keeps nobody else waiting. What came of it is noted here and not in its future: that one would hold the
        // webhook's row while nobody goes on with it.
        let Some((tried, delivery)) = under_way.next().await else { return Ok(()) };
        let tried = tried?;
        is_away |= tried.verdict() == Verdict::Away;
        is_away |= end_try(state, webhook_id, &delivery, &tried).await? == Ended::Stopped;
    }
}

/// Tells these receivers of an alert at once, past the table of deliveries, which lies in the database. Who can't be reached now
/// isn't tried again. Answers how many took it.
pub async fn warn(state: &AppState, receivers: &[Receiver], data: Value) -> Result<u64> {
    let document = Change {
        id: new_id(),
        kind: "alert.raised".to_owned(),
        sequence: 1,
        occurred_at: state.clock.now(),
        event_id: None,
        booking_id: None,
        data,
    };
    let post = |receiver| post(state, receiver, DeliveryId(document.id), &document);
    let mut taken = 0;
    for outcome in join_all(receivers.iter().map(post)).await {
        match outcome? {
            Ok(answer) if judge(answer.status) == Verdict::Taken => taken += 1,
            outcome => tracing::warn!(?outcome, "a webhook could not be warned"),
        }
    }
    Ok(taken)
}

async fn post(
    state: &AppState,
    receiver: &Receiver,
    id: DeliveryId,
    document: &Change,
) -> Result<std::result::Result<Answer, Trouble>> {
    let body = serde_json::to_vec(document).context("writing a delivery")?;
    // Saved while private addresses were allowed.
    let Some(target) = state.outgoing.target(&receiver.url) else { return Ok(Err(Trouble::Private)) };
    let headers = [
        ("content-type", "application/json".to_owned()),
        ("evently-delivery", id.to_string()),
        ("evently-kind", document.kind.clone()),
        (SIGNATURE, sign_body(&receiver.secrets, state.clock.now(), &body)),
    ];
    Ok(state.outgoing.post(&target, &headers, body).await)
}

async fn send(state: &AppState, receiver: &Receiver, delivery: &Due) -> Result<Tried> {
    let began = Instant::now();
    let outcome = post(state, receiver, delivery.id, &delivery.document).await?;
    let outcome = outcome.map(|answer| Heard {
        status: answer.status,
        beginning: readable(&answer.beginning),
        retry_after: answer.retry_after,
    });
    Ok(Tried { outcome, took_ms: i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX) })
}

/// Characters of an answer that are kept.
const ANSWER_KEPT: usize = 500;

/// The first characters of an answer, without what a page or a database couldn't show.
fn readable(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let plain = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c });
    plain.take(ANSWER_KEPT).collect::<String>().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_made_readable() {
        assert_eq!(readable(b" ok\0\x1b[31m\xff\n"), "ok  [31m\u{fffd}");
        assert_eq!(readable(&[b'x'; 4096]).len(), ANSWER_KEPT);
    }
}
