//! The queue of work that is done after the request: a table, written in the transaction that causes the work.
//!
//! A job is taken for a time. Whoever takes it and dies, dies with it still in the table, and it is taken again once that
//! time is up: every job may be done twice, and says itself what it has done already.

use super::{Failure, Passing, Result, state::AppState, worker::perform};
use crate::job::{Job, Lane};
use anyhow::Context;
use chrono::{DateTime, TimeDelta, Utc};
use futures::{FutureExt, future::join_all};
use sqlx::{PgConnection, types::Json};
use std::{panic::AssertUnwindSafe, time::Duration};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Jobs of a lane that a process does at the same time.
const AT_ONCE: usize = 4;
/// How long one may take.
const TIME_MAX: Duration = Duration::from_secs(60);
/// For how long it is taken: what is done at the same time ends within [`TIME_MAX`], the rest is patience with the database.
const TAKEN_S: i64 = 300;
/// The first pause after a failure; each further one is twice as long.
const FIRST_PAUSE_S: i64 = 5;
const PAUSE_MAX_S: i64 = 600;
/// Attempts before a job is given up that fails by a fault: about an hour.
const ATTEMPTS_MAX: i32 = 12;
/// How long a job is tried that waits for something to pass. Source: RFC 5321, 4.5.4.1, "the give-up time generally needs to
/// be at least 4-5 days".
const PATIENCE_DAYS: i64 = 5;
/// How often an empty lane is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// After a failure of the queue itself, so that an outage doesn't fill the log.
const REST_AFTER_FAILURE: Duration = Duration::from_secs(5);
/// How often what waits for a server that is away asks for it, one job at a time.
const KNOCK_EVERY: Duration = Duration::from_secs(1);

/// Asks for these jobs, from `now` on, in the transaction that causes them. One that waits already is not asked for again.
pub async fn enqueue(conn: &mut PgConnection, jobs: &[Job], now: DateTime<Utc>) -> Result<()> {
    if jobs.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into jobs (lane, job, run_at, created_at)
         select lane, job, $3, $3 from unnest($1::text[], $2::jsonb[]) as asked (lane, job)
         on conflict (job) where died_at is null do nothing",
    )
    .bind(jobs.iter().map(|job| job.lane().name()).collect::<Vec<_>>())
    .bind(jobs.iter().map(Json).collect::<Vec<_>>())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Forgets what is still to be done.
pub async fn forget_all(conn: &mut PgConnection) -> Result<()> {
    sqlx::query("delete from jobs").execute(conn).await?;
    Ok(())
}

/// Does the jobs of a lane until the token is cancelled; what is under way by then is finished.
pub async fn work(state: &AppState, lane: Lane, token: &CancellationToken) {
    while !token.is_cancelled() {
        let is_away = lane.is_mail() && state.mailer.is_away();
        let rest = match run_due(state, lane, if is_away { 1 } else { AT_ONCE }).await {
            Ok(0) => LOOK_EVERY,
            Ok(_) if is_away => KNOCK_EVERY,
            Ok(done) if lane.is_mail() => state.mailer.pace(done),
            Ok(_) => Duration::ZERO,
            Err(failure) => {
                tracing::warn!(?lane, ?failure, "jobs could not be taken");
                REST_AFTER_FAILURE
            }
        };
        token.run_until_cancelled(sleep(rest)).await;
    }
}

/// Takes at most so many jobs that are due, does them at the same time, and answers how many there were.
pub async fn run_due(state: &AppState, lane: Lane, count: usize) -> Result<usize> {
    let taken = take(state, lane, count).await?;
    let ended = join_all(taken.iter().map(|job| run(state, job))).await;
    for (job, outcome) in taken.iter().zip(ended) {
        if let Err(failure) = end(state, job, outcome).await {
            // It comes back when its time is up, and finds what it has done.
            tracing::warn!(id = job.id, ?failure, "the end of a job could not be noted");
        }
    }
    Ok(taken.len())
}

/// A job that this process has taken.
#[derive(Debug, sqlx::FromRow)]
struct Taken {
    id: i64,
    job: serde_json::Value,
    /// This attempt's number.
    attempts: i32,
    created_at: DateTime<Utc>,
}

async fn take(state: &AppState, lane: Lane, count: usize) -> Result<Vec<Taken>> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let taken = sqlx::query_as(
        "update jobs set run_at = $2 + make_interval(secs => $4), attempts = attempts + 1
         where id in (select id from jobs where lane = $1 and died_at is null and run_at <= $2
                      order by run_at, id limit $3 for update skip locked)
         returning id, job, attempts, created_at",
    )
    .bind(lane.name())
    .bind(now)
    .bind(count as i64)
    .bind(TAKEN_S as f64)
    .fetch_all(&mut *conn)
    .await?;
    Ok(taken)
}

/// Does one job. A panic is a failure like any other, and so is taking too long.
async fn run(state: &AppState, taken: &Taken) -> Result<()> {
    // A newer process may ask for what this one doesn't know yet; it will do it itself.
    let job: Job = serde_json::from_value(taken.job.clone()).context("reading a job")?;
    let done = AssertUnwindSafe(timeout(TIME_MAX, perform(state, job))).catch_unwind().await;
    match done {
        Ok(Ok(outcome)) => outcome,
        Ok(Err(_)) => Err(anyhow::anyhow!("it took longer than {TIME_MAX:?}").into()),
        Err(_) => Err(anyhow::anyhow!("it panicked").into()),
    }
}

/// Takes the job out of the queue, or puts it back, unless it was taken again meanwhile.
async fn end(state: &AppState, taken: &Taken, outcome: Result<()>) -> Result<()> {
    let mut conn = state.db.pool().acquire().await?;
    let Err(failure) = outcome else {
        let delete =
            sqlx::query("delete from jobs where id = $1 and attempts = $2").bind(taken.id).bind(taken.attempts);
        delete.execute(&mut *conn).await?;
        return Ok(());
    };
    let now = state.clock.now_in(&mut conn).await?;
    let given_up = is_given_up(taken, &failure, now);
    let error = say(&failure);
    if given_up {
        tracing::error!(id = taken.id, job = %taken.job, error, "a job was given up");
    } else {
        tracing::debug!(id = taken.id, job = %taken.job, error, "a job is tried again later");
    }
    sqlx::query(
        "update jobs set run_at = $3, last_error = $4, died_at = case when $5 then $6 end where id = $1 and attempts = $2",
    )
    .bind(taken.id)
    .bind(taken.attempts)
    .bind(now + pause(taken.id, taken.attempts))
    .bind(error)
    .bind(given_up)
    .bind(now)
    .execute(&mut *conn)
    .await?;
    Ok(())
}

/// Whether the job is not tried again: what passes by itself is waited for, a fault isn't for long.
fn is_given_up(taken: &Taken, failure: &Failure, now: DateTime<Utc>) -> bool {
    match failure {
        Failure::Passing(_) => now - taken.created_at > TimeDelta::days(PATIENCE_DAYS),
        Failure::Refused(_) | Failure::Unexpected(_) => taken.attempts >= ATTEMPTS_MAX,
    }
}

/// The pause before the next attempt: spread by the job's number, so that what failed together doesn't come back together.
fn pause(id: i64, attempts: i32) -> TimeDelta {
    let doublings = attempts.saturating_sub(1).clamp(0, 16) as u32;
    let seconds = FIRST_PAUSE_S.saturating_mul(1 << doublings).min(PAUSE_MAX_S);
    let spread_ms = seconds * 250 * (id.rem_euclid(64)) / 64;
    TimeDelta::milliseconds(seconds * 1_000 + spread_ms)
}

fn say(failure: &Failure) -> String {
    match failure {
        Failure::Refused(error) => error.to_string(),
        Failure::Passing(Passing::Away) => "it does not answer".to_owned(),
        Failure::Passing(passing) => format!("the database: {passing:?}"),
        Failure::Unexpected(error) => format!("{error:#}"),
    }
}

/// A job that was given up.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DeadRow {
    /// Its number.
    pub id: i64,
    /// What was to be done.
    pub job: serde_json::Value,
    /// Why the last attempt failed.
    pub last_error: String,
    /// Attempts.
    pub attempts: i32,
    /// When it was given up.
    pub died_at: DateTime<Utc>,
}

/// Jobs that were given up and are listed.
const DEAD_MAX: i64 = 50;

/// The jobs that were given up, the last first.
pub async fn list_dead(state: &AppState) -> Result<Vec<DeadRow>> {
    let dead = sqlx::query_as(
        "select id, job, last_error, attempts, died_at from jobs where died_at is not null order by died_at desc limit $1",
    );
    Ok(dead.bind(DEAD_MAX).fetch_all(state.db.pool()).await?)
}

/// Takes a job out that was given up, if there is such a one.
pub async fn take_out_dead(conn: &mut PgConnection, id: i64) -> Result<Option<DeadRow>> {
    let dead = sqlx::query_as(
        "delete from jobs where id = $1 and died_at is not null returning id, job, last_error, attempts, died_at",
    );
    Ok(dead.bind(id).fetch_optional(conn).await?)
}

/// Asks for a job that was taken out once more, as it is written: this program may not know its kind.
pub async fn enqueue_anew(conn: &mut PgConnection, dead: &DeadRow, now: DateTime<Utc>) -> Result<()> {
    let lane = serde_json::from_value(dead.job.clone()).map_or(Lane::Work, |job: Job| job.lane());
    sqlx::query(
        "insert into jobs (lane, job, run_at, created_at) values ($1, $2, $3, $3)
         on conflict (job) where died_at is null do nothing",
    )
    .bind(lane.name())
    .bind(&dead.job)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// How a lane stands.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub struct LaneCount {
    /// Jobs that wait or are under way.
    pub waiting: i64,
    /// By how many seconds the oldest of them is overdue; negative when it is not due yet.
    pub overdue_s: f64,
    /// Jobs that were given up.
    pub dead: i64,
}

/// How a lane stands.
pub async fn count_waiting(state: &AppState, lane: Lane) -> Result<LaneCount> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let counts = sqlx::query_as(
        "select count(*) filter (where died_at is null) as waiting,
                coalesce(extract(epoch from $2 - min(run_at) filter (where died_at is null)), 0)::float8 as overdue_s,
                count(*) filter (where died_at is not null) as dead
         from jobs where lane = $1",
    );
    Ok(counts.bind(lane.name()).bind(now).fetch_one(&mut *conn).await?)
}

/// Begins a piece of periodic work of this name, unless some process did within `every`: then nothing. Answers since when it
/// is due: when it was begun the time before.
pub async fn begin_scheduled(state: &AppState, name: &str, every: Duration) -> Result<Option<DateTime<Utc>>> {
    let mut conn = state.db.pool().acquire().await?;
    let now = state.clock.now_in(&mut conn).await?;
    let due = now - TimeDelta::from_std(every).context("a period")?;
    sqlx::query("insert into schedules (name, last_at) values ($1, $2) on conflict do nothing")
        .bind(name)
        .bind(due)
        .execute(&mut *conn)
        .await?;
    let before = sqlx::query_scalar(
        "update schedules set last_at = $2 from (select last_at from schedules where name = $1 for update) as before
         where name = $1 and before.last_at <= $3 returning before.last_at",
    );
    Ok(before.bind(name).bind(now).bind(due).fetch_optional(&mut *conn).await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn taken(attempts: i32) -> Taken {
        Taken { id: 1, job: serde_json::Value::Null, attempts, created_at: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn pauses_grow_to_ten_minutes_and_are_spread() {
        assert_eq!(pause(64, 1), TimeDelta::seconds(5));
        assert_eq!(pause(64, 4), TimeDelta::seconds(40));
        assert_eq!(pause(64, i32::MAX), TimeDelta::seconds(600));
        assert!((1..64).all(|id| pause(id, 3) > pause(64, 3) && pause(id, 3) < pause(64, 3) * 5 / 4));
    }

    #[test]
    fn a_fault_is_tried_for_an_hour_and_an_outage_for_days() {
        let total: TimeDelta = (1..ATTEMPTS_MAX).map(|attempt| pause(0, attempt)).sum();
        assert!((TimeDelta::minutes(45)..TimeDelta::minutes(90)).contains(&total), "{total}");
        let fault = Failure::Unexpected(anyhow::anyhow!("a fault"));
        assert!(!is_given_up(&taken(ATTEMPTS_MAX - 1), &fault, DateTime::UNIX_EPOCH));
        assert!(is_given_up(&taken(ATTEMPTS_MAX), &Error::NotFound.into(), DateTime::UNIX_EPOCH));
        let away = Passing::Away.into();
        assert!(!is_given_up(&taken(900), &away, DateTime::UNIX_EPOCH + TimeDelta::days(5)));
        assert!(is_given_up(&taken(900), &away, DateTime::UNIX_EPOCH + TimeDelta::days(6)));
    }
}
