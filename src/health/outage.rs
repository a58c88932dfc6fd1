//! PostgreSQL itself: who is to be told when it is away must be known beforehand, and the telling can't wait in it.

use super::{
    model::{Rule, Turn, decide_turn},
    store::{end_outage, list_watchers, tell},
};
use crate::{
    notifications::jobs::send_warning,
    server::{Result, state::AppState},
    users::store::list_contacts,
    webhooks::{
        self,
        store::{Receiver, list_alert_receivers},
    },
};
use chrono::{DateTime, Utc};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What a process knows of the database, for when it is away.
#[derive(Debug, Default)]
pub struct Outage(Mutex<Known>);

#[derive(Clone, Debug, Default)]
struct Known {
    addresses: Vec<String>,
    receivers: Vec<Receiver>,
    raised_at: Option<DateTime<Utc>>,
    streak: i32,
}

/// Asks PostgreSQL whether it is there. After two silences in a row, whoever watches the system is written to at once, by this
/// process; once it is back, the outage is noted as an alert. Answers how many were told.
pub async fn watch(state: &AppState) -> Result<u64> {
    let answer = tokio::time::timeout(PATIENCE, find_told(state)).await;
    let mut known = state.outage.read();
    let found = answer.ok().and_then(Result::ok);
    let is_away = found.is_none();
    let (turn, streak) =
        decide_turn(Rule::DatabaseAway.bounds(), known.raised_at.is_some(), known.streak, is_away.into());
    known.streak = streak;
    (known.addresses, known.receivers) = found.unwrap_or((known.addresses, known.receivers));
    match turn {
        Turn::Stay => {
            state.outage.write(known);
            Ok(0)
        }
        Turn::Raise => {
            tracing::error!("PostgreSQL does not answer");
            known.raised_at = Some(state.clock.now());
            state.outage.write(known.clone());
            let rule = Rule::DatabaseAway;
            let (mails, webhooks) = tokio::join!(
                send_warning(state, &known.addresses, rule),
                webhooks::warn(state, &known.receivers, tell(rule, 1)),
            );
            Ok(mails? + webhooks?)
        }
        Turn::Clear => {
            // What can't be noted yet is tried again at the next look.
            let told = end_outage(state, known.raised_at.unwrap_or_else(|| state.clock.now())).await?;
            known.raised_at = None;
            state.outage.write(known);
            Ok(told)
        }
    }
}

/// Who is told: by mail, and by a request to their server.
async fn find_told(state: &AppState) -> Result<(Vec<String>, Vec<Receiver>)> {
    let watchers = list_watchers(state).await?;
    let contacts = list_contacts(&mut *state.db.pool().acquire().await?, &watchers).await?;
    Ok((contacts.into_iter().map(|contact| contact.email).collect(), list_alert_receivers(state).await?))
}

impl Outage {
    fn read(&self) -> Known {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn write(&self, known: Known) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }
}
