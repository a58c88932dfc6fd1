//! The rules of alerts, and what the panel shows.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The page of the panel.
pub const HEALTH_PAGE: &str = "/admin/health";

/// How bad it is. Source: system-design.md, "Alerting".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Buyers can't book.
    Critical,
    /// Something is worse than it should be.
    Warning,
    /// All works, and something unusual is going on.
    Business,
}

impl Severity {
    /// In a word.
    pub fn words(self) -> &'static str {
        match self {
            Self::Critical => "Critical",
            Self::Warning => "Warning",
            Self::Business => "Business",
        }
    }
}

/// A rule over what was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// Requests to hold or confirm that failed.
    BookingFailures,
    /// PostgreSQL didn't answer. Told by each process that finds out, without the database.
    DatabaseAway,
    /// The last audit found rows that break an invariant.
    AuditBroken,
    /// Requests that failed.
    Errors,
    /// Requests that took more than a second.
    Latency,
    /// Redis doesn't answer.
    RedisAway,
    /// Sessions that were not in the caches.
    CacheMisses,
    /// The oldest mail that waits is overdue.
    MailBacklog,
    /// Jobs were given up.
    DeadJobs,
    /// Many more bookings than usual.
    BookingRush,
    /// Many more cancellations than usual.
    CancellationRush,
}

/// What a rule compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// How bad it is beyond them.
    pub severity: Severity,
    /// It rises at this value.
    pub raise: i64,
    /// It clears at this value or below.
    pub clear: i64,
    /// Looks in a row that it takes, either way.
    pub looks: i32,
}

impl Rule {
    /// All of them, the worst first.
    pub const ALL: [Self; 11] = [
        Self::BookingFailures,
        Self::DatabaseAway,
        Self::AuditBroken,
        Self::Errors,
        Self::Latency,
        Self::RedisAway,
        Self::CacheMisses,
        Self::MailBacklog,
        Self::DeadJobs,
        Self::BookingRush,
        Self::CancellationRush,
    ];

    /// Its name in the database and in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Self::BookingFailures => "booking_failures",
            Self::DatabaseAway => "database_away",
            Self::AuditBroken => "audit_broken",
            Self::Errors => "errors",
            Self::Latency => "latency",
            Self::RedisAway => "redis_away",
            Self::CacheMisses => "cache_misses",
            Self::MailBacklog => "mail_backlog",
            Self::DeadJobs => "dead_jobs",
            Self::BookingRush => "booking_rush",
            Self::CancellationRush => "cancellation_rush",
        }
    }

    /// The rule of this name.
    pub fn find(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rule| rule.key() == key)
    }

    /// From where on it is raised, and below what it clears: always lower, so that what hovers about one value doesn't flap.
    pub fn bounds(self) -> Bounds {
        let (severity, raise, clear, looks) = match self {
            Self::BookingFailures => (Severity::Critical, 20, 5, 2),
            Self::DatabaseAway => (Severity::Critical, 1, 0, 2),
            Self::AuditBroken => (Severity::Critical, 1, 0, 1),
            Self::Errors => (Severity::Warning, 10, 2, 3),
            Self::Latency => (Severity::Warning, 50, 10, 3),
            Self::RedisAway => (Severity::Warning, 1, 0, 2),
            Self::CacheMisses => (Severity::Warning, 500, 250, 3),
            Self::MailBacklog => (Severity::Warning, 300, 60, 2),
            Self::DeadJobs => (Severity::Warning, 1, 0, 1),
            Self::BookingRush | Self::CancellationRush => (Severity::Business, 500, 250, 3),
        };
        Bounds { severity, raise, clear, looks }
    }

    /// What it says when it is raised.
    pub fn words(self) -> &'static str {
        match self {
            Self::BookingFailures => "Bookings fail",
            Self::DatabaseAway => "PostgreSQL does not answer",
            Self::AuditBroken => "The audit found broken rows",
            Self::Errors => "Requests fail",
            Self::Latency => "Requests are slow",
            Self::RedisAway => "Redis does not answer",
            Self::CacheMisses => "Sessions are not in the cache",
            Self::MailBacklog => "Mails are late",
            Self::DeadJobs => "Jobs were given up",
            Self::BookingRush => "Many more bookings than usual",
            Self::CancellationRush => "Many more cancellations than usual",
        }
    }

    /// A value of it, in words: `2.5 % of the last five minutes' requests`.
    pub fn say(self, value: i64) -> String {
        let share = |of: &str| format!("{}.{} % of {of}", value / 10, value % 10);
        match self {
            Self::BookingFailures => share("five minutes' holds and bookings failed"),
            Self::Errors => share("five minutes' requests failed"),
            Self::Latency => share("five minutes' requests took over a second"),
            Self::CacheMisses => share("five minutes' sessions were read from PostgreSQL"),
            Self::AuditBroken if value == 1 => "1 row".to_owned(),
            Self::AuditBroken => format!("{value} rows"),
            Self::DatabaseAway | Self::RedisAway if value == 0 => "it answers".to_owned(),
            Self::DatabaseAway | Self::RedisAway => "no answer".to_owned(),
            Self::MailBacklog => format!("the oldest is {value} s overdue"),
            Self::DeadJobs if value == 1 => "1 job".to_owned(),
            Self::DeadJobs => format!("{value} jobs"),
            Self::BookingRush | Self::CancellationRush => {
                format!("{} % of a usual hour of the last week", value)
            }
        }
    }
}

/// What becomes of a rule at a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It is raised.
    Raise,
    /// It clears.
    Clear,
    /// It stays as it is.
    Stay,
}

/// Whether a rule turns, and its streak from now on: looks in a row beyond the bound that matters next.
pub fn decide_turn(bounds: Bounds, is_raised: bool, streak: i32, value: i64) -> (Turn, i32) {
    let beyond = if is_raised { value <= bounds.clear } else { value >= bounds.raise };
    if !beyond {
        return (Turn::Stay, 0);
    }
    if streak + 1 < bounds.looks {
        return (Turn::Stay, streak + 1);
    }
    (if is_raised { Turn::Clear } else { Turn::Raise }, 0)
}

/// Requests of the last minutes, of all processes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Traffic {
    /// Requests.
    pub request_count: i64,
    /// Answered by 500 and above.
    pub failed_count: i64,
    /// Those over a second.
    pub slow_count: i64,
    /// To hold or confirm.
    pub booking_count: i64,
    /// Those of them answered by 500 and above.
    pub booking_failed_count: i64,
    /// Sessions found in a cache.
    pub session_hit_count: i64,
    /// Sessions read from PostgreSQL.
    pub session_miss_count: i64,
}

/// Requests below which a share says nothing.
const TRAFFIC_MIN: i64 = 20;
/// Deeds within an hour below which no hour is unusual.
const UNUSUAL_MIN: i64 = 30;

/// Parts of a thousand; nothing where there was too little to tell.
pub fn share(part: i64, whole: i64) -> i64 {
    if whole < TRAFFIC_MIN { 0 } else { part * 1000 / whole }
}

/// How many times as many as in a usual hour, in percent; as usual where there are few.
pub fn unusual(this_hour: i64, last_week: i64) -> i64 {
    if this_hour < UNUSUAL_MIN { 100 } else { this_hour * 100 * 24 * 7 / last_week.max(1) }
}

/// A rule as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleState {
    /// Which.
    pub rule: Rule,
    /// How bad it is.
    pub severity: Severity,
    /// What was measured just now, in the rule's unit.
    pub value: i64,
    /// Since when it is raised, UTC; null while it isn't.
    pub raised_at: Option<DateTime<Utc>>,
}

/// A lane of jobs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneState {
    /// Its name: `mail`, `bulk`, `work`, `webhook`, `knock`.
    pub lane: String,
    /// Jobs that wait or are under way.
    pub waiting_count: i64,
    /// By how many seconds the oldest is overdue.
    pub overdue_s: i64,
    /// Jobs that were given up.
    pub dead_count: i64,
}

/// What webhooks are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhooksState {
    /// Deliveries that wait.
    pub waiting_count: i64,
    /// By how many seconds the oldest is overdue whose receiver doesn't fail.
    pub overdue_s: i64,
    /// Webhooks whose last tries failed.
    pub failing_count: i64,
    /// Webhooks that were stopped because nothing had arrived for three days.
    pub gave_up_count: i64,
}

/// A job that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadJob {
    /// Its number.
    pub id: i64,
    /// What was to be done: its kind and the ids it is about.
    pub job: serde_json::Value,
    /// Why the last attempt failed.
    pub last_error: String,
    /// Attempts.
    pub attempts: i32,
    /// When it was given up, UTC.
    pub died_at: DateTime<Utc>,
}

/// A statement that runs in PostgreSQL for longer than a second.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct SlowQuery {
    /// For how many seconds already.
    pub for_s: i64,
    /// What it waits for, if it does: `Lock`, `IO`.
    pub waits_for: Option<String>,
    /// Its first 200 characters, without what it was asked about.
    pub query: String,
}

/// PostgreSQL.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct DatabaseState {
    /// Its version.
    pub version: String,
    /// Bytes on disk.
    pub size_bytes: i64,
    /// Connections of all programs.
    pub connection_count: i64,
    /// How many there may be.
    pub connection_max: i64,
    /// Replicas that follow.
    pub replica_count: i64,
}

/// The last audit on schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct LastAudit {
    /// When it ended, UTC.
    pub ended_at: DateTime<Utc>,
    /// Rows that break an invariant.
    pub broken_count: i64,
}

/// An alert that was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAlert {
    /// Which rule.
    pub rule: Rule,
    /// What was measured when it rose.
    pub value: i64,
    /// From when.
    pub raised_at: DateTime<Utc>,
    /// Until when; null while it lasts.
    pub cleared_at: Option<DateTime<Utc>>,
}

/// How the system is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Health {
    /// The server's clock, UTC.
    pub as_of: DateTime<Utc>,
    /// All rules, as they stand.
    pub rules: Vec<RuleState>,
    /// Requests of the last five minutes.
    pub traffic: Traffic,
    /// PostgreSQL.
    pub database: DatabaseState,
    /// Statements that take long right now.
    pub slow_queries: Vec<SlowQuery>,
    /// Whether Redis answers.
    pub redis_answers: bool,
    /// Redis' breaker in this process: `closed` (all is well), `half_open`, `open`.
    pub redis_breaker: String,
    /// The mail server's breaker in this process.
    pub mail_breaker: String,
    /// Mails that the mail server refused within the last day.
    pub refused_mail_count: i64,
    /// What webhooks are told.
    pub webhooks: WebhooksState,
    /// The lanes of jobs.
    pub lanes: Vec<LaneState>,
    /// Jobs that were given up, the last first; fifty at most.
    pub dead_jobs: Vec<DeadJob>,
    /// The last audit; null before the first.
    pub last_audit: Option<LastAudit>,
    /// The last alerts, the newest first.
    pub alerts: Vec<PastAlert>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Whether it is raised after each of these values, and how often it turned.
    fn looks(rule: Rule, values: &[i64]) -> (Vec<bool>, usize) {
        let (mut raised, mut streak, mut turns) = (false, 0, 0);
        let after = values
            .iter()
            .map(|value| {
                let (turn, next) = decide_turn(rule.bounds(), raised, streak, *value);
                streak = next;
                turns += usize::from(turn != Turn::Stay);
                raised = match turn {
                    Turn::Raise => true,
                    Turn::Clear => false,
                    Turn::Stay => raised,
                };
                raised
            })
            .collect();
        (after, turns)
    }

    #[test]
    fn an_alert_rises_after_several_looks_and_clears_lower_after_several() {
        let (after, _) = looks(Rule::BookingFailures, &[20, 19, 20, 20, 6, 5, 6, 5, 5]);
        assert_eq!(after, [false, false, false, true, true, true, true, true, false]);
    }

    #[test]
    fn what_hovers_about_a_bound_does_not_flap() {
        let hovering: Vec<i64> = (0..100).map(|look| if look % 2 == 0 { 49 } else { 51 }).collect();
        assert_eq!(looks(Rule::Latency, &hovering).1, 0);
        let after_a_rise: Vec<i64> = [60; 3].into_iter().chain(hovering).collect();
        assert_eq!(looks(Rule::Latency, &after_a_rise).1, 1);
    }

    #[test]
    fn each_rule_clears_below_where_it_rises() {
        for rule in Rule::ALL {
            let bounds = rule.bounds();
            assert!(bounds.clear < bounds.raise && bounds.looks > 0, "{rule:?}");
            assert_eq!(Rule::find(rule.key()), Some(rule));
            assert_eq!(serde_json::to_value(rule).expect("JSON"), rule.key());
        }
    }

    #[test]
    fn little_traffic_says_nothing() {
        assert_eq!((share(19, 19), share(1, 20), share(0, 0)), (0, 50, 0));
        assert_eq!((unusual(29, 0), unusual(30, 168), unusual(30, 0)), (100, 3_000, 504_000));
    }

    proptest! {
        #[test]
        fn it_never_turns_twice_within_its_looks(values in prop::collection::vec(0..100_i64, 0..60)) {
            let looks_needed = Rule::Errors.bounds().looks as usize;
            let (_, turns) = looks(Rule::Errors, &values);
            prop_assert!(turns * looks_needed <= values.len());
        }
    }
}
