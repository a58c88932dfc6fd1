//! Files read as plans.

use super::drawing::{find_currency, read_map};
use crate::{
    id::EventId,
    money::Currency,
    seats::admin::model::ReadPlan,
    server::{Result, state::AppState},
};
use anyhow::Context;
use seat_plan::{Format, Plan, check, formats};

/// Reads a file as a plan for an event, whose map says what the file doesn't, or for none; then its prices are of the currency that is
/// named. Errors: `NotFound`.
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
    // A large file takes a while: other requests go on meanwhile.
    let reading =
        tokio::task::spawn_blocking(move || match formats::read(&text, format, currency.decimals(), base.as_ref()) {
            Ok(plan) => ReadPlan { flaws: check(&plan), plan: Some(plan), faults: Vec::new() },
            Err(faults) => ReadPlan { plan: None, faults, flaws: Vec::new() },
        });
    Ok(reading.await.context("a file could not be read as a plan")?)
}
