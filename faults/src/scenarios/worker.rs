//! The process that does the jobs is killed in the middle of them.

use super::Outcome;
use crate::{
    app::{App, Setup, Worker},
    ledger::Verb,
    post_office::PostOffice,
    rush::{Known, Person, Rush},
    sale::Sale,
    stage::Stage,
};
use anyhow::{Context, bail, ensure};
use futures::future::join_all;
use serde_json::json;
use std::{
    collections::HashMap,
    time::{Duration, Instant},
};
use tokio::time::sleep;
use uuid::Uuid;

/// Bookings of each buyer, in each round: more than are told of before the worker is killed for the last time.
const BOOKINGS: usize = 4;
/// How often the worker is killed, in each round.
const KILLS: usize = 4;
/// How long the mail server takes to say that it has a mail.
const HESITATES: Duration = Duration::from_millis(60);
/// How long it takes at most until a worker has jobs under way.
const BUSY_WITHIN: Duration = Duration::from_secs(20);
/// How long all of them take at most, once no worker is killed any more.
const DONE_WITHIN: Duration = Duration::from_secs(90);

/// People book, all of them are told twice, and the worker that tells them is killed again and again. Each is told in
/// the end, and a second time only under the same `Message-ID`, where the worker died before it noted what the mail
/// server had taken.
pub(super) async fn killed(stage: &Stage) -> anyhow::Result<Outcome> {
    forget_work(stage).await?;
    let office = PostOffice::open(HESITATES).await?;
    let app = App::start(&apart(stage, &office, "http://127.0.0.1"), &stage.folder.join("worker-killed-0.log")).await?;
    let mut worker = Worker::start(&apart(stage, &office, &app.site), &stage.folder.join("worker-killed-1.log"))?;
    let rush = Rush::new(stage.client.clone(), vec![app.site.clone()], Sale::open(&stage.pool).await?);
    let booked = book(stage, &rush).await?;
    tell_all(stage, rush.sale.cool[0]).await?;

    let mut unsure: HashMap<Uuid, usize> = HashMap::new();
    for _ in 0..KILLS * stage.form.rounds {
        await_jobs(stage, "attempts > 0 and run_at > clock_timestamp()", |count| count > 0, BUSY_WITHIN).await?;
        // Anywhere between taking a job and noting its end.
        sleep(Duration::from_millis(fastrand::u64(0..150))).await;
        worker.kill().await?;
        for mail in list_under_way(stage).await? {
            *unsure.entry(mail).or_default() += 1;
        }
        take_again(stage).await?;
        worker.restart()?;
    }
    ensure!(!unsure.is_empty(), "no worker was killed in the middle of a mail");
    await_jobs(stage, "true", |count| count == 0, DONE_WITHIN).await?;
    worker.stop().await?;
    app.stop().await?;
    let told = compare(stage, &booked, &office, &unsure).await?;
    stage.audit().await.context("the audit")?;
    Ok(Outcome::Passed(told))
}

/// A server that leaves its jobs to others, and a worker.
fn apart(stage: &Stage, office: &PostOffice, site: &str) -> Setup {
    let variables = [
        ("EVENTLY_WORKER", "apart"),
        ("EVENTLY_PUBLIC_URL", site),
        ("EVENTLY_MAIL__PER_SECOND", "1000"),
        ("SMTP_URL", &office.address),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
    Setup { variables, ..stage.setup() }
}

/// Leaves what the scenarios before have left undone. Assumes that no server runs.
async fn forget_work(stage: &Stage) -> anyhow::Result<()> {
    sqlx::query("delete from jobs").execute(&stage.pool).await?;
    let told = "update told_history set upto_entry = (select coalesce(max(number), 0) from booking_history)";
    sqlx::query(told).execute(&stage.pool).await?;
    Ok(())
}

/// Lets every buyer book some places of one event, and answers the bookings.
async fn book(stage: &Stage, rush: &Rush) -> anyhow::Result<Vec<Uuid>> {
    let all = stage.buyers.iter().map(|cookie| async move {
        let (person, mut booked) = (Person { cookie, site: 0 }, Vec::new());
        for _ in 0..BOOKINGS * stage.form.rounds {
            let Known::Done(held) = rush.hold(person, rush.sale.cool[0], json!({ "quantity": 1 })).await else {
                bail!("a place could not be held");
            };
            let confirmed = matches!(rush.change(person, Verb::Confirm, &held).await, Known::Done(_));
            ensure!(confirmed, "a hold could not be confirmed");
            booked.push(held.id);
        }
        Ok(booked)
    });
    Ok(join_all(all).await.into_iter().collect::<anyhow::Result<Vec<_>>>()?.concat())
}

/// Asks for a mail to everybody who has booked.
async fn tell_all(stage: &Stage, event: Uuid) -> anyhow::Result<()> {
    let news = json!({ "news": "changed", "version": 2 });
    let job = json!({ "kind": "tell_attendees", "event_id": event, "news": news, "after": null });
    let ask = "insert into jobs (lane, job, run_at, created_at) values ('work', $1, now(), now())";
    sqlx::query(ask).bind(job).execute(&stage.pool).await?;
    Ok(())
}

/// Waits until so many of these jobs are there.
async fn await_jobs(
    stage: &Stage,
    which: &str,
    are_right: impl Fn(i64) -> bool,
    within: Duration,
) -> anyhow::Result<()> {
    let sql = format!("select count(*) from jobs where died_at is null and {which}");
    let began = Instant::now();
    loop {
        let count = sqlx::query_scalar(sqlx::AssertSqlSafe(sql.clone())).fetch_one(&stage.pool).await?;
        if are_right(count) {
            return Ok(());
        }
        ensure!(began.elapsed() < within, "after {} s there are {count} jobs where {which}", within.as_secs());
        sleep(Duration::from_millis(5)).await;
    }
}

/// The mails that have begun and of which no end was noted.
async fn list_under_way(stage: &Stage) -> anyhow::Result<Vec<Uuid>> {
    Ok(sqlx::query_scalar("select id from mails where status is null").fetch_all(&stage.pool).await?)
}

/// Lets the time pass for which the dead worker had taken its jobs.
async fn take_again(stage: &Stage) -> anyhow::Result<()> {
    let due = "update jobs set run_at = clock_timestamp() where run_at > clock_timestamp() and died_at is null";
    sqlx::query(due).execute(&stage.pool).await?;
    Ok(())
}

/// Compares what was to be told with what the mail server has taken. Answers a line of figures.
async fn compare(
    stage: &Stage,
    booked: &[Uuid],
    office: &PostOffice,
    unsure: &HashMap<Uuid, usize>,
) -> anyhow::Result<String> {
    let sql = "select id, status::text from mails where (cause->>'booking_id')::uuid = any($1)";
    let mails: Vec<(Uuid, Option<String>)> = sqlx::query_as(sql).bind(booked).fetch_all(&stage.pool).await?;
    let dead: i64 = sqlx::query_scalar("select count(*) from jobs").fetch_one(&stage.pool).await?;
    let sent = mails.iter().filter(|(_, status)| status.as_deref() == Some("sent")).count();
    let wanted = 2 * booked.len();
    ensure!(
        mails.len() == wanted && sent == wanted,
        "of {wanted} mails there are {}, {sent} of them sent",
        mails.len()
    );
    ensure!(dead == 0, "{dead} jobs were given up");
    let mut taken = office.taken();
    let again: usize = taken.values().map(|times| times - 1).sum();
    for (id, _) in &mails {
        let times = taken.remove(id).with_context(|| format!("the mail {id} is noted as sent, and nobody has it"))?;
        let most = 1 + unsure.get(id).copied().unwrap_or_default();
        ensure!(times <= most, "the mail {id} was sent {times} times, where {most} can't be told apart");
    }
    ensure!(taken.is_empty(), "mails that no cause explains: {taken:?}");
    Ok(format!("{wanted} mails, {} of them under way when the worker was killed, {again} sent again", unsure.len()))
}
