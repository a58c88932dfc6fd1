//! Files read as plans.

use super::drawing::{find_currency, read_map};
use crate::{
    error::Error,
    id::EventId,
    money::Currency,
    seats::admin::model::ReadPlan,
    server::{Result, state::AppState},
};
use anyhow::Context;
use seat_plan::{Format, Plan, check, formats};
use std::time::Duration;
use tokio::{sync::Semaphore, task::spawn_blocking, time::timeout};

/// Plans that are read or checked at once.
static TURNS: Semaphore = Semaphore::const_new(2);
/// Longest wait for a turn.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads a file as a plan for an event, whose map says what the file doesn't, or for none; then its prices are of the currency that is
/// named. Errors: `NotFound`; `Unavailable` when many wait.
pub async fn read_plan(
    state: &AppState,
    event_id: Option<EventId>,
    format: Format,
    (text, currency): (String, Option<Currency>),
) -> Result<ReadPlan> {
    let (base, currency): (Option<Plan>, Currency) = match event_id {
        Some(event_id) => {
            let mut conn = state.db.pool().acquire().await?;
            let currency = find_currency(&mut conn, event_id).await?;
            (Some(read_map(&mut conn, event_id).await?.plan), currency)
        }
        None => (None, currency.unwrap_or(Currency::NONE)),
    };
    in_turn(move || match formats::read(&text, format, currency.decimals(), base.as_ref()) {
        Ok(plan) => ReadPlan { flaws: check(&plan), plan: Some(plan), faults: Vec::new() },
        Err(faults) => ReadPlan { plan: None, faults, flaws: Vec::new() },
    })
    .await
}

/// Does with plans what takes a while, away from the async threads: other requests go on meanwhile. Few at a time, since a large
/// plan takes memory too. Errors: `Unavailable` when many wait.
pub async fn in_turn<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    let Ok(Ok(turn)) = timeout(PATIENCE, TURNS.acquire()).await else {
        return Err(Error::Unavailable { retry_after_s: 1 }.into());
    };
    let working = spawn_blocking(move || {
        // Let go of when it is done, also where nobody waits for it any more.
        let _turn = turn;
        work()
    });
    Ok(working.await.context("a plan could not be read or checked")?)
}
