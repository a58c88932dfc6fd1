//! Measures the booking engine over HTTP, and in the same run the ceilings: the plainest transactions that could do the
//! same work, by pgbench on the same database; then what staff ask for among a million bookings, and the searches among
//! 100,000 events. Prints a table, and each figure as a line of JSON.
//!
//! `DATABASE_URL` names the database and `EVENTLY_PUBLIC_URL` the server; `scripts/bench` starts both. The first argument
//! is the length of a measurement in seconds, the second how often each is repeated: the median counts. A third names the
//! one measure to take, for a profile.

mod ceiling;
mod desk;
mod find;
mod load;
mod measures;
mod memory;
mod report;
mod stage;
mod viewers;

use anyhow::Context;
use report::{Report, Wanted};
use stage::Stage;
use std::{env, time::Duration};

// One thread: what the driver spends on waking its own threads is missing from the server it measures.
#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let database = env::var("DATABASE_URL").context("DATABASE_URL names no database")?;
    let site = env::var("EVENTLY_PUBLIC_URL").context("EVENTLY_PUBLIC_URL names no server")?;
    let mut arguments = env::args().skip(1);
    let seconds = arguments.next().map_or(Ok(5), |text| text.parse()).context("seconds is a whole number")?;
    let runs: usize = arguments.next().map_or(Ok(3), |text| text.parse()).context("runs is a whole number")?;

    let only = arguments.next();
    let only = only.as_deref();
    let time = Duration::from_secs(seconds);
    let mut stage = Stage::set(&database, &site).await?;
    let mut report = Report::default();
    if only.is_none_or(|only| only != find::ID && only != desk::ID) {
        stage.register_people().await?;
        for run in 1..=runs {
            eprintln!("run {run} of {runs}");
            measures::measure(&stage, time, only, &mut report).await?;
            if only.is_none_or(|only| only == viewers::ID) {
                let seen = viewers::watch(&stage, time).await?;
                report.add(viewers::ID, viewers::WHAT, Some(Wanted::P95BelowMs(viewers::P95_BELOW_MS)), (seen, None));
            }
        }
    }
    if only.is_none_or(|only| only == desk::ID) {
        desk::measure(&stage, time, runs, &mut report).await?;
    }
    // Last: the others are measured without so many events.
    if only.is_none_or(|only| only == find::ID) {
        stage.fill_catalogue(find::EVENTS).await?;
        for _ in 1..=runs {
            let seen = find::find(&stage, time).await?;
            report.add(find::ID, find::WHAT, Some(Wanted::P95BelowMs(find::P95_BELOW_MS)), (seen, None));
        }
    }
    report.print();
    Ok(())
}
