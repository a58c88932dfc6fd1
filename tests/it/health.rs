//! How the system is: what is counted, alerts that rise and clear, jobs that were given up, a database that is away.

use super::app::TestApp;
use chrono::{DateTime, TimeDelta, Utc};
use evently::{
    health::{
        model::Rule,
        outage::watch,
        store::{end_outage, forget_old_vitals, look, write_vitals},
    },
    server::vitals,
};
use serde_json::{Value, json};
use sqlx::PgPool;

impl TestApp {
    /// As if all processes had answered so many holds and bookings in this minute, so many of them by a failure.
    async fn saw_bookings(&self, count: i64, failed: i64) {
        let seen = "insert into vitals (minute, request_count, booking_count, booking_failed_count)
                    values (date_trunc('minute', $1), $2, $2, $3)";
        let seen = sqlx::query(seen).bind(self.now()).bind(count).bind(failed);
        seen.execute(self.state.db.pool()).await.expect("seen");
    }

    /// Looks at the rules so often, at their pace.
    async fn look_times(&self, times: usize) -> u64 {
        let mut turned = 0;
        for _ in 0..times {
            turned += look(&self.state).await.expect("looked");
            self.wait(TimeDelta::seconds(15));
        }
        turned
    }

    /// One alert, from its rise to its end.
    pub(crate) async fn raise_and_clear(&self) {
        // Mails that wait for ten minutes would be an alert too.
        self.work().await;
        self.saw_bookings(100, 50).await;
        assert_eq!(self.look_times(4).await, 1);
        self.work().await;
        self.wait(TimeDelta::minutes(10));
        assert_eq!(self.look_times(2).await, 1);
    }

    async fn kill_job(&self) -> i64 {
        let dead = "insert into jobs (lane, job, run_at, attempts, created_at, last_error, died_at)
                    values ('mail', '{\"kind\": \"mail\", \"mail\": {\"about\": \"link\", \"token_id\": \"00000000-0000-7000-8000-000000000000\"}}',
                            $1, 12, $1, 'it panicked', $1) returning id";
        sqlx::query_scalar(dead).bind(self.now()).fetch_one(self.state.db.pool()).await.expect("a dead job")
    }
}

fn is_raised(health: &Value, rule: Rule) -> bool {
    let rules = health["rules"].as_array().expect("rules");
    let state = rules.iter().find(|state| state["rule"] == rule.key()).expect("the rule");
    !state["raised_at"].is_null()
}

#[sqlx::test]
async fn an_alert_rises_is_told_once_and_clears(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    app.saw_bookings(100, 50).await;
    assert_eq!(app.look_times(1).await, 0, "one look is no alert");
    assert!(!is_raised(&admin.get("admin/health").await.expect(200), Rule::BookingFailures));
    assert_eq!(app.look_times(3).await, 1);
    let health = admin.get("admin/health").await.expect(200);
    assert!(is_raised(&health, Rule::BookingFailures));
    assert_eq!((&health["alerts"][0]["value"], &health["alerts"][0]["cleared_at"]), (&500.into(), &Value::Null));
    assert!(admin.page("/admin/health").await.1.contains("Critical: Bookings fail"));
    app.work().await;
    let mails = app.mails().await;
    assert_eq!(mails.len(), 1);
    assert!(
        mails[0].contains("Subject: Critical: Bookings fail") && mails[0].contains("To: \"Ida Admin\""),
        "{}",
        mails[0]
    );
    app.wait(TimeDelta::minutes(10));
    assert_eq!(app.look_times(2).await, 1, "what is five minutes old counts no more");
    app.work().await;
    assert!(app.mails().await[1].contains("Subject: Over: Bookings fail"));
    assert!(admin.page("/admin/health").await.1.contains("Nothing needs attention"));
    assert_eq!(app.look_times(3).await, 0);
}

#[sqlx::test]
async fn many_processes_look_once_and_raise_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.kill_job().await;
    let looks: Vec<_> = (0..8).map(|_| look(&app.state)).collect();
    let turned: u64 = futures::future::join_all(looks).await.into_iter().map(|turned| turned.expect("looked")).sum();
    assert_eq!(turned, 1);
}

#[sqlx::test]
async fn what_is_answered_is_counted_by_the_minute_and_kept_for_a_week(pool: PgPool) {
    let app = TestApp::new(pool).await;
    vitals::take();
    let event_id = app.event(10).await;
    app.person("ada").await.book(event_id, 1).await;
    write_vitals(&app.state).await.expect("written");
    let booked = || async {
        let sql =
            "select coalesce(sum(booking_count), 0)::bigint, coalesce(sum(confirmed_count), 0)::bigint from vitals";
        sqlx::query_as::<_, (i64, i64)>(sql).fetch_one(app.state.db.pool()).await.expect("counts")
    };
    assert_eq!(booked().await, (2, 1));
    write_vitals(&app.state).await.expect("written");
    assert_eq!(booked().await, (2, 1), "nothing is counted twice");
    app.wait(TimeDelta::days(8) + TimeDelta::minutes(1));
    forget_old_vitals(&app.state).await.expect("forgotten");
    assert_eq!(booked().await, (0, 0));
}

#[sqlx::test]
async fn a_job_that_was_given_up_is_tried_again_or_discarded_and_the_log_says_so(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let first = app.kill_job().await;
    let health = admin.get("admin/health").await.expect(200);
    assert_eq!(
        (&health["dead_jobs"][0]["id"], &health["dead_jobs"][0]["last_error"]),
        (&first.into(), &"it panicked".into())
    );
    assert!(admin.page("/admin/health").await.1.contains("Try again"));
    admin.post("admin/retry_job", json!({"job_id": first})).await.expect(200);
    admin.post("admin/retry_job", json!({"job_id": first})).await.refused(404, "not_found");
    app.work().await;
    let second = app.kill_job().await;
    admin.post("admin/discard_job", json!({"job_id": second})).await.expect(200);
    admin.post("admin/discard_job", json!({"job_id": second})).await.refused(404, "not_found");
    assert_eq!(admin.get("admin/health").await.expect(200)["dead_jobs"], json!([]));
    let log = admin.get("admin/log").await.expect(200);
    assert_eq!(
        (&log["items"][0]["action"], &log["items"][1]["action"]),
        (&"job_discarded".into(), &"job_retried".into())
    );
}

#[sqlx::test]
async fn a_database_that_is_away_is_told_without_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.admin().await;
    watch(&app.state).await.expect("watched");
    app.state.db.pool().close().await;
    assert_eq!(watch(&app.state).await.expect("watched"), 0, "one silence is no outage");
    assert_eq!(watch(&app.state).await.expect("watched"), 1);
    assert_eq!(watch(&app.state).await.expect("watched"), 0, "it is told once");
    let mails = app.mails().await;
    assert!(mails.len() == 1 && mails[0].contains("Critical: PostgreSQL does not answer"), "{mails:?}");
}

#[sqlx::test]
async fn an_outage_that_is_over_is_noted_once_by_many(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let admin = app.admin().await;
    let raised_at: DateTime<Utc> = app.now() - TimeDelta::minutes(2);
    assert_eq!(end_outage(&app.state, raised_at).await.expect("noted"), 1);
    assert_eq!(end_outage(&app.state, raised_at + TimeDelta::seconds(9)).await.expect("noted"), 0);
    let health = admin.get("admin/health").await.expect(200);
    assert_eq!(
        (health["alerts"].as_array().map(Vec::len), &health["alerts"][0]["rule"]),
        (Some(1), &"database_away".into())
    );
}
