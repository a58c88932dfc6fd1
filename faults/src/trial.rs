//! One scenario's course: servers, a rush on them, the fault, and what has to hold afterwards.

use crate::{
    app::{App, Setup},
    buyer::{Taste, buy},
    ledger::Verb,
    rush::{End, Known, Person, Rush, Seen},
    sale::{HOLD_LENGTH_S, Sale},
    stage::Stage,
};
use anyhow::{Context, bail, ensure};
use futures::future::join_all;
use serde_json::json;
use std::{
    sync::{Arc, atomic::Ordering},
    time::{Duration, Instant},
};
use tokio::{task::JoinSet, time::sleep};
use uuid::Uuid;

/// A fault that is over must not be felt any longer than this.
const RECOVERED_WITHIN: Duration = Duration::from_secs(10);
/// How long the last open transactions may take to end.
const QUIET_WITHIN: Duration = Duration::from_secs(5);
/// Locks of seats in Redis live five seconds where nobody gives them back.
const LOCKS_LIVE: Duration = Duration::from_secs(6);
/// Of what is wrong, so many are told.
const TELL_MAX: usize = 8;

/// Which answers a scenario excuses while its fault lasts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Excused {
    /// 503 with `Retry-After`, at these sites.
    pub(crate) unavailable: Vec<usize>,
    /// Broken connections, at these sites.
    pub(crate) broken: Vec<usize>,
}

impl Excused {
    /// Nobody may notice anything.
    pub(crate) fn nothing() -> Self {
        Self::default()
    }

    /// The site may say that it is unavailable.
    pub(crate) fn unavailable() -> Self {
        Self { unavailable: vec![0], broken: Vec::new() }
    }
}

/// A scenario that is running.
pub(crate) struct Trial<'a> {
    pub(crate) stage: &'a Stage,
    pub(crate) apps: Vec<App>,
    pub(crate) rush: Arc<Rush>,
    /// At the end, holds lapse by the time that passes; otherwise the driver sets their end.
    pub(crate) waits_for_expiry: bool,
    buyers: JoinSet<()>,
}

impl<'a> Trial<'a> {
    /// Starts a server for each of these setups, puts events on sale and lets the buyers in.
    pub(crate) async fn open(stage: &'a Stage, name: &str, setups: &[Setup]) -> anyhow::Result<Self> {
        Self::open_with(stage, name, setups, |_| Taste::All).await
    }

    /// The same with buyers of different tastes.
    pub(crate) async fn open_with(
        stage: &'a Stage,
        name: &str,
        setups: &[Setup],
        taste: impl Fn(usize) -> Taste,
    ) -> anyhow::Result<Self> {
        let mut apps = Vec::new();
        for (n, setup) in setups.iter().enumerate() {
            apps.push(App::start(setup, &stage.folder.join(format!("{name}-{n}.log"))).await?);
        }
        let sites = apps.iter().map(|app| app.site.clone()).collect();
        Self::let_in(stage, apps, sites, taste).await
    }

    /// The same at a site that somebody else has started.
    pub(crate) async fn open_at(stage: &'a Stage, site: String) -> anyhow::Result<Self> {
        Self::let_in(stage, Vec::new(), vec![site], |_| Taste::All).await
    }

    async fn let_in(
        stage: &'a Stage,
        apps: Vec<App>,
        sites: Vec<String>,
        taste: impl Fn(usize) -> Taste,
    ) -> anyhow::Result<Self> {
        let count = sites.len();
        let sale = Sale::open(&stage.pool).await.context("putting events on sale")?;
        let rush = Arc::new(Rush::new(stage.client.clone(), sites, sale));
        let mut buyers = JoinSet::new();
        for (n, cookie) in stage.buyers.iter().enumerate() {
            let (rush, cookie, taste) = (Arc::clone(&rush), cookie.clone(), taste(n));
            let site = n % count;
            buyers.spawn(async move { buy(&rush, Person { cookie: &cookie, site }, taste).await });
        }
        sleep(stage.form.before).await;
        Ok(Self { stage, apps, rush, waits_for_expiry: false, buyers })
    }

    /// Waits until something that was asked for after this instant has been done at every site; answers how long after.
    pub(crate) async fn recovered(&self, since: Instant) -> anyhow::Result<Duration> {
        while since.elapsed() < RECOVERED_WITHIN {
            let seen = self.rush.seen();
            let first = |site| seen.iter().filter(|s| s.site == site && is_done_after(s, since)).map(ended).min();
            let all: Option<Vec<Instant>> = (0..self.rush.sites.len()).map(first).collect();
            if let Some(last) = all.and_then(|all| all.into_iter().max()) {
                return Ok(last - since);
            }
            sleep(Duration::from_millis(20)).await;
        }
        bail!("nothing was sold within {} s of the fault's end", RECOVERED_WITHIN.as_secs())
    }

    /// What was done per second between these instants.
    pub(crate) fn rate(&self, from: Instant, to: Instant) -> f64 {
        let done = self.count(|seen| seen.end == End::Done && (from..to).contains(&ended(seen)));
        done as f64 / (to - from).as_secs_f64()
    }

    /// How many requests were like this.
    pub(crate) fn count(&self, is: impl Fn(&Seen) -> bool) -> usize {
        self.rush.seen().iter().filter(|seen| is(seen)).count()
    }

    /// Ends the rush and checks everything: the answers, what the clients know beside the tables, the tables alone, that
    /// every place that is not booked can be bought, the audit. Answers a line of figures.
    pub(crate) async fn close(mut self, excused: Excused) -> anyhow::Result<String> {
        let since = Instant::now();
        sleep(self.stage.form.after).await;
        self.rush.closing.store(true, Ordering::Relaxed);
        while let Some(ended) = self.buyers.join_next().await {
            ended.context("a buyer of the driver's panicked")?;
        }
        let mut wrong = self.wrong_answers(&excused, since);
        self.quiet().await?;
        wrong.extend(self.compare().await?);
        ensure!(wrong.is_empty(), "{}", told(&wrong));
        let lapsed = self.buy_out().await?;
        let wrong = self.compare().await?;
        ensure!(wrong.is_empty(), "after everything was bought: {}", told(&wrong));
        for app in std::mem::take(&mut self.apps) {
            app.stop().await?;
        }
        self.stage.audit().await.context("the audit")?;
        Ok(self.figures(lapsed))
    }

    fn wrong_answers(&self, excused: &Excused, since: Instant) -> Vec<String> {
        let seen = self.rush.seen();
        let mut wrong = Vec::new();
        for (end, sites) in [(End::Unavailable, &excused.unavailable), (End::Broken, &excused.broken)] {
            let unexcused = seen.iter().filter(|seen| seen.end == end && !sites.contains(&seen.site)).count();
            if unexcused > 0 {
                wrong.push(format!("{unexcused} requests ended as {end:?}, which nothing excuses"));
            }
        }
        let late =
            seen.iter().filter(|seen| seen.began > since && !matches!(seen.end, End::Done | End::Refused)).count();
        if late > 0 {
            wrong.push(format!("{late} requests failed after the recovery"));
        }
        let count = seen.iter().filter(|seen| seen.end == End::Wrong).count();
        if count > 0 {
            wrong.push(format!("{count} wrong answers"));
        }
        wrong
    }

    /// Waits until no connection of the server is in a transaction and no lock of one event is left.
    async fn quiet(&self) -> anyhow::Result<()> {
        let sql = "select (select count(*) from pg_stat_activity where application_name = 'evently' and xact_start is not null)
                        + (select count(*) from pg_locks where locktype = 'advisory')";
        let began = Instant::now();
        loop {
            let busy: i64 = sqlx::query_scalar(sql).fetch_one(&self.stage.pool).await?;
            if busy == 0 {
                return Ok(());
            }
            ensure!(began.elapsed() < QUIET_WITHIN, "{busy} transactions or locks are left without anybody asking");
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn compare(&self) -> anyhow::Result<Vec<String>> {
        let rows = self.rush.sale.rows(&self.stage.pool).await?;
        let now = sqlx::query_scalar("select clock_timestamp()").fetch_one(&self.stage.pool).await?;
        let mut wrong = self.rush.ledger().compare(&rows, now);
        wrong.extend(self.rush.sale.wrong(&self.stage.pool).await?);
        Ok(wrong)
    }

    /// Lets all holds lapse and buys every place that is not booked: none may be lost. Answers how many holds lapsed.
    async fn buy_out(&self) -> anyhow::Result<u64> {
        let (sale, pool) = (&self.rush.sale, &self.stage.pool);
        if self.waits_for_expiry {
            sleep(Duration::from_secs(HOLD_LENGTH_S as u64 + 1)).await;
        }
        let lapsed = sale.lapse(pool).await?;
        ensure!(lapsed == 0 || !self.waits_for_expiry, "{lapsed} holds last longer than their event says");
        self.rush.ledger().all_holds_lapse();
        let general = sale.unsold(pool).await?.into_iter().filter(|(event, _)| *event != sale.seated);
        let bought = join_all(general.map(|(event, left)| self.buy_places(event, left))).await;
        bought.into_iter().collect::<anyhow::Result<()>>()?;
        self.buy_seats(&sale.unsold_seats(pool).await?).await?;
        let unsold: Vec<(Uuid, i64)> = sale.unsold(pool).await?;
        ensure!(unsold.iter().all(|(_, left)| *left == 0), "not everything could be bought: {unsold:?}");
        Ok(lapsed)
    }

    async fn buy_places(&self, event: Uuid, mut left: i64) -> anyhow::Result<()> {
        let limit = self.rush.sale.places_per_person(event) as i64;
        for cookie in &self.stage.collectors {
            let quantity = left.min(limit);
            if quantity > 0 {
                self.buy_one(cookie, event, json!({ "quantity": quantity })).await?;
                left -= quantity;
            }
        }
        // One more than there is.
        let late = Person { cookie: &self.stage.ghosts[0], site: 0 };
        let refused = matches!(self.rush.hold(late, event, json!({ "quantity": 1 })).await, Known::Refused);
        ensure!(refused, "a place of the event {event} was held that does not exist");
        Ok(())
    }

    async fn buy_seats(&self, seats: &[Uuid]) -> anyhow::Result<()> {
        let event = self.rush.sale.seated;
        let limit = self.rush.sale.places_per_person(event);
        for (cookie, seats) in self.stage.collectors.iter().zip(seats.chunks(limit)) {
            self.buy_one(cookie, event, json!({ "seat_ids": seats })).await?;
        }
        Ok(())
    }

    /// Holds places and confirms them. A place that is free can be refused for a while: the lock that a request took in
    /// Redis lives on for some seconds where it could not be given back.
    async fn buy_one(&self, cookie: &str, event: Uuid, places: serde_json::Value) -> anyhow::Result<()> {
        let person = Person { cookie, site: 0 };
        let began = Instant::now();
        let held = loop {
            match self.rush.hold(person, event, places.clone()).await {
                Known::Done(held) => break held,
                _ if began.elapsed() < LOCKS_LIVE => sleep(Duration::from_millis(200)).await,
                _ => bail!("lost: {places} of the event {event} can't be held, though nobody has booked them"),
            }
        };
        let confirmed = matches!(self.rush.change(person, Verb::Confirm, &held).await, Known::Done(_));
        ensure!(confirmed, "{places} of the event {event} were held and can't be confirmed");
        Ok(())
    }

    fn figures(&self, lapsed: u64) -> String {
        let of = |end| self.count(|seen| seen.end == end);
        let (told, open) = self.rush.ledger().counts();
        let slowest = self.rush.seen().iter().map(|seen| seen.took).max().unwrap_or_default();
        format!(
            "{} done, {} refused, {} unavailable, {} broken, slowest {} ms; {told} bookings told of, {open} with an open end, \
             {lapsed} holds made to lapse",
            of(End::Done),
            of(End::Refused),
            of(End::Unavailable),
            of(End::Broken),
            slowest.as_millis(),
        )
    }
}

fn ended(seen: &Seen) -> Instant {
    seen.began + seen.took
}

fn is_done_after(seen: &Seen, since: Instant) -> bool {
    seen.end == End::Done && seen.began >= since
}

fn told(wrong: &[String]) -> String {
    let more = wrong.len().saturating_sub(TELL_MAX);
    let mut told = wrong[..wrong.len() - more].join("\n         ");
    if more > 0 {
        told.push_str(&format!("\n         and {more} more"));
    }
    told
}
