//! The queue of work for later: what becomes of a job whatever becomes of its worker.

use super::app::{START, TestApp};
use chrono::TimeDelta;
use evently::{
    id::{BookingId, EventId},
    job::{Job, Lane, Mail, News},
    server::{
        clock::new_id,
        jobs::{begin_scheduled, count_waiting, enqueue, run_due},
    },
};
use futures::future::join_all;
use sqlx::{AssertSqlSafe, PgPool};
use std::time::Duration;

impl TestApp {
    async fn run(&self, lane: Lane) -> usize {
        run_due(&self.state, lane, 5).await.expect("done")
    }

    async fn sql(&self, sql: &str) {
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(self.state.db.pool()).await.expect("done");
    }

    async fn enqueue(&self, jobs: &[Job]) {
        let mut conn = self.state.db.pool().acquire().await.expect("a connection");
        enqueue(&mut conn, jobs, self.now()).await.expect("asked");
    }
}

fn needless() -> Job {
    Mail::Confirmation { booking_id: BookingId(new_id()) }.into()
}

#[sqlx::test]
async fn a_job_is_asked_for_in_the_transaction_that_causes_it(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let mut tx = app.state.db.begin().await.expect("a transaction");
    enqueue(&mut tx, &[needless()], app.now()).await.expect("asked");
    tx.rollback().await.expect("rolled back");
    assert_eq!(app.run(Lane::Mail).await, 0);
}

#[sqlx::test]
async fn a_job_of_a_worker_that_died_comes_back(pool: PgPool) {
    let app = TestApp::new(pool).await;
    app.enqueue(&[needless()]).await;
    // As a worker leaves it that takes it and is killed.
    app.sql(&format!("update jobs set attempts = 1, run_at = timestamptz '{START}' + interval '300 s'")).await;
    app.wait(TimeDelta::seconds(299));
    assert_eq!(app.run(Lane::Mail).await, 0);
    app.wait(TimeDelta::seconds(1));
    assert_eq!(app.run(Lane::Mail).await, 1);
    assert_eq!(app.run(Lane::Mail).await, 0);
}

#[sqlx::test]
async fn many_workers_do_each_job_once(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let jobs: Vec<Job> = (0..60).map(|_| needless()).collect();
    app.enqueue(&jobs).await;
    let done = join_all((0..16).map(|_| app.run(Lane::Mail))).await;
    assert_eq!(done.iter().sum::<usize>(), 60);
    let waiting = count_waiting(&app.state, Lane::Mail).await.expect("a count");
    assert_eq!((waiting.waiting, waiting.dead), (0, 0));
}

#[sqlx::test]
async fn lanes_dont_wait_for_each_other(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let tell = Job::TellAttendees { event_id: EventId(new_id()), news: News::Reminder, after: None };
    app.enqueue(&[needless(), tell]).await;
    assert_eq!(app.run(Lane::Work).await, 1);
    assert_eq!(app.run(Lane::Mail).await, 1);
}

#[sqlx::test]
async fn what_fails_for_good_is_kept_to_be_looked_at(pool: PgPool) {
    let app = TestApp::new(pool).await;
    // As a newer program asks for it.
    app.sql(&format!(
        "insert into jobs (lane, job, run_at, created_at) values ('work', '{{\"kind\": \"unheard\"}}', '{START}', '{START}')"
    ))
    .await;
    let mut attempts = 0;
    for _ in 0..200 {
        attempts += app.run(Lane::Work).await;
        app.wait(TimeDelta::minutes(1));
    }
    assert_eq!(attempts, 12);
    let waiting = count_waiting(&app.state, Lane::Work).await.expect("a count");
    assert_eq!((waiting.waiting, waiting.dead), (0, 1));
    let error: String =
        sqlx::query_scalar("select last_error from jobs").fetch_one(app.state.db.pool()).await.expect("an error");
    assert!(error.contains("unheard"), "{error}");
}

#[sqlx::test]
async fn periodic_work_is_begun_once_however_many_processes_there_are(pool: PgPool) {
    let app = TestApp::new(pool).await;
    let hour = Duration::from_secs(3600);
    let begin = || async { begin_scheduled(&app.state, "a test", hour).await.expect("asked") };
    for _ in 0..2 {
        let begun: Vec<_> = join_all((0..8).map(|_| begin())).await.into_iter().flatten().collect();
        assert_eq!(begun, [app.now() - TimeDelta::hours(1)]);
        app.wait(TimeDelta::minutes(59));
        assert_eq!(begin().await, None);
        app.wait(TimeDelta::minutes(1));
    }
}
