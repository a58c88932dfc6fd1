//! What the rules compare.

use crate::{
    health::model::{LastAudit, Rule, Traffic, share, unusual},
    job::Lane,
    server::{Result, jobs::count_waiting, state::AppState, vitals},
};
use chrono::{DateTime, TimeDelta, Utc};

/// Over which a share is taken.
const LATELY: TimeDelta = TimeDelta::minutes(5);
/// How long what was seen is kept: a week to compare with, and a day.
const KEPT: TimeDelta = TimeDelta::days(8);

/// Adds what this process has counted to the minute it is in. What can't be written is kept for the next time.
pub async fn write_vitals(state: &AppState) -> Result<u64> {
    let counts = vitals::take();
    if counts == [0; 9] {
        return Ok(0);
    }
    let written = sqlx::query(
        "insert into vitals as old (minute, request_count, failed_count, slow_count, booking_count, booking_failed_count,
             confirmed_count, cancelled_count, session_hit_count, session_miss_count)
         values (date_trunc('minute', $1), $2, $3, $4, $5, $6, $7, $8, $9, $10)
         on conflict (minute) do update set
             request_count = old.request_count + excluded.request_count,
             failed_count = old.failed_count + excluded.failed_count,
             slow_count = old.slow_count + excluded.slow_count,
             booking_count = old.booking_count + excluded.booking_count,
             booking_failed_count = old.booking_failed_count + excluded.booking_failed_count,
             confirmed_count = old.confirmed_count + excluded.confirmed_count,
             cancelled_count = old.cancelled_count + excluded.cancelled_count,
             session_hit_count = old.session_hit_count + excluded.session_hit_count,
             session_miss_count = old.session_miss_count + excluded.session_miss_count",
    );
    let written = counts.iter().fold(written.bind(state.clock.now()), |query, count| query.bind(*count));
    match written.execute(state.db.pool()).await {
        Ok(_) => Ok(1),
        Err(error) => {
            vitals::put_back(counts);
            Err(error.into())
        }
    }
}

/// Removes what nobody compares with any more.
pub async fn forget_old_vitals(state: &AppState) -> Result<u64> {
    let forgotten = sqlx::query("delete from vitals where minute < $1").bind(state.clock.now() - KEPT);
    Ok(forgotten.execute(state.db.pool()).await?.rows_affected())
}

/// What was answered in the last five minutes.
pub(super) async fn traffic_lately(state: &AppState, now: DateTime<Utc>) -> Result<Traffic> {
    let traffic = sqlx::query_as(
        "select coalesce(sum(request_count), 0)::bigint as request_count, coalesce(sum(failed_count), 0)::bigint as failed_count,
                coalesce(sum(slow_count), 0)::bigint as slow_count, coalesce(sum(booking_count), 0)::bigint as booking_count,
                coalesce(sum(booking_failed_count), 0)::bigint as booking_failed_count,
                coalesce(sum(session_hit_count), 0)::bigint as session_hit_count,
                coalesce(sum(session_miss_count), 0)::bigint as session_miss_count
         from vitals where minute > $1 and minute <= $2",
    );
    Ok(traffic.bind(now - LATELY).bind(now).fetch_one(state.db.pool()).await?)
}

/// Bookings and cancellations of the last hour, and of the week before it.
#[derive(sqlx::FromRow)]
struct Deeds {
    confirmed_hour: i64,
    confirmed_week: i64,
    cancelled_hour: i64,
    cancelled_week: i64,
}

async fn count_deeds(state: &AppState, now: DateTime<Utc>) -> Result<Deeds> {
    let deeds = sqlx::query_as(
        "select coalesce(sum(confirmed_count) filter (where minute > $1), 0)::bigint as confirmed_hour,
                coalesce(sum(confirmed_count) filter (where minute <= $1), 0)::bigint as confirmed_week,
                coalesce(sum(cancelled_count) filter (where minute > $1), 0)::bigint as cancelled_hour,
                coalesce(sum(cancelled_count) filter (where minute <= $1), 0)::bigint as cancelled_week
         from vitals where minute > $1 - interval '7 days' and minute <= $2",
    );
    Ok(deeds.bind(now - TimeDelta::hours(1)).bind(now).fetch_one(state.db.pool()).await?)
}

/// The last audit on schedule.
pub(super) async fn find_last_audit(state: &AppState) -> Result<Option<LastAudit>> {
    let last = sqlx::query_as("select ended_at, broken_count from audits order by id desc limit 1");
    Ok(last.fetch_optional(state.db.pool()).await?)
}

/// What every rule compares just now.
pub(super) async fn measure(state: &AppState, now: DateTime<Utc>) -> Result<Vec<(Rule, i64)>> {
    let traffic = traffic_lately(state, now).await?;
    let deeds = count_deeds(state, now).await?;
    let mut dead = 0;
    let mut mail_overdue_s = 0;
    for lane in Lane::ALL {
        let count = count_waiting(state, lane).await?;
        dead += count.dead;
        if lane.is_mail() {
            mail_overdue_s = mail_overdue_s.max(count.overdue_s as i64);
        }
    }
    let redis_away = i64::from(state.redis.ping().await.is_err());
    let broken = find_last_audit(state).await?.map_or(0, |audit| audit.broken_count);
    let sessions = traffic.session_hit_count + traffic.session_miss_count;
    let value = |rule| match rule {
        Rule::BookingFailures => share(traffic.booking_failed_count, traffic.booking_count),
        // Whoever reads this got an answer.
        Rule::DatabaseAway => 0,
        Rule::AuditBroken => broken,
        Rule::Errors => share(traffic.failed_count, traffic.request_count),
        Rule::Latency => share(traffic.slow_count, traffic.request_count),
        Rule::RedisAway => redis_away,
        Rule::CacheMisses => share(traffic.session_miss_count, sessions),
        Rule::MailBacklog => mail_overdue_s,
        Rule::DeadJobs => dead,
        Rule::BookingRush => unusual(deeds.confirmed_hour, deeds.confirmed_week),
        Rule::CancellationRush => unusual(deeds.cancelled_hour, deeds.cancelled_week),
    };
    Ok(Rule::ALL.into_iter().map(|rule| (rule, value(rule))).collect())
}
