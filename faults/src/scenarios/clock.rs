//! The servers' clocks are wrong: a hold lasts by the database's.

use super::Outcome;
use crate::{
    app::Setup,
    ledger::{Told, Verb},
    rush::{Known, Person},
    stage::Stage,
    trial::{Excused, Trial},
};
use anyhow::{Context, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::DATE;
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};
use tokio::time::sleep;

/// The two servers of this scenario.
const AHEAD: usize = 0;
const BEHIND: usize = 1;
/// Seconds their clocks are wrong.
const OFF_S: i64 = 60;

/// One server's clock is a minute ahead, another's a minute behind.
pub(super) async fn apart(stage: &Stage) -> anyhow::Result<Outcome> {
    let Some(library) = faketime() else {
        return Ok(Outcome::Skipped("libfaketime is not installed (Debian's package faketime)".to_owned()));
    };
    let setups = [OFF_S, -OFF_S].map(|off_s| off_by(&stage.setup(), &library, off_s));
    let trial = Trial::open(stage, "clocks-apart", &setups).await?;
    for (site, off_s) in [(AHEAD, OFF_S), (BEHIND, -OFF_S)] {
        let seen_s = (clock_of(&trial, site).await? - Utc::now()).num_seconds();
        ensure!((seen_s - off_s).abs() < 10, "a server's clock that should be off by {off_s} s is off by {seen_s} s");
    }
    // Less is left than the clock ahead is ahead.
    let short = hold_until(&trial, AHEAD, TimeDelta::seconds(30)).await?;
    ensure!(confirms(&trial, AHEAD, &short).await, "a hold with 30 s left can't be confirmed where the clock is ahead");
    // Over, though by the clock behind it lasts for another minute.
    let over = hold_until(&trial, BEHIND, TimeDelta::zero()).await?;
    ensure!(!confirms(&trial, BEHIND, &over).await, "a hold that is over was confirmed where the clock is behind");
    sleep(stage.form.fault).await;
    let sold = trial.recovered(Instant::now()).await?;
    let figures = trial.close(Excused::nothing()).await?;
    Ok(Outcome::Passed(format!("holds last by the database's clock, selling {} ms later; {figures}", sold.as_millis())))
}

fn faketime() -> Option<PathBuf> {
    let libraries = fs::read_dir("/usr/lib").ok()?;
    let named = libraries.filter_map(|entry| Some(entry.ok()?.path().join("faketime/libfaketimeMT.so.1")));
    named.into_iter().find(|path| path.exists())
}

/// The time by a server's own clock, which stands in every reply.
async fn clock_of(trial: &Trial<'_>, site: usize) -> anyhow::Result<DateTime<Utc>> {
    let reply = trial.stage.client.get(format!("{}/healthz", trial.rush.sites[site])).send().await?;
    let date = reply.headers().get(DATE).context("a reply with its date")?.to_str()?;
    Ok(DateTime::parse_from_rfc2822(date)?.to_utc())
}

fn off_by(setup: &Setup, library: &Path, off_s: i64) -> Setup {
    let mut setup = setup.clone();
    let variables = [
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME", format!("{off_s:+}s")),
        // Only the wall clock is wrong: with the other one, timers would break that a wrong clock does not break.
        ("DONT_FAKE_MONOTONIC", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    setup.variables.extend(variables.map(|(name, value)| (name.to_owned(), value)));
    setup
}

/// Holds a place at a site and gives the hold so much time from now.
async fn hold_until(trial: &Trial<'_>, site: usize, left: TimeDelta) -> anyhow::Result<Told> {
    let person = Person { cookie: &trial.stage.ghosts[site], site };
    let Known::Done(held) = trial.rush.hold(person, trial.rush.sale.cool[0], json!({ "quantity": 1 })).await else {
        bail!("no place could be held where the clock is wrong");
    };
    let sql = "update bookings set expires_at = clock_timestamp() + make_interval(secs => $2) where id = $1
               returning expires_at";
    let query = sqlx::query_scalar::<_, DateTime<Utc>>(sql).bind(held.id).bind(left.num_seconds() as f64);
    let until = query.fetch_one(&trial.stage.pool).await?;
    trial.rush.ledger().ends_at(held.id, until);
    Ok(held)
}

async fn confirms(trial: &Trial<'_>, site: usize, held: &Told) -> bool {
    let person = Person { cookie: &trial.stage.ghosts[site], site };
    matches!(trial.rush.change(person, Verb::Confirm, held).await, Known::Done(_))
}
