//! Bookings of long ago, written straight into the tables.

use anyhow::Context;
use sqlx::PgPool;
use std::time::Duration;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

/// Bookings that are written in one transaction.
const AT_ONCE: usize = 20_000;
/// The figures have to tell of everything by then.
const FIGURES_WITHIN: Duration = Duration::from_secs(600);

/// People who can't sign in, named `First0 Last0` to `First499 Last999` and `desk-0@example.org` onwards.
pub async fn insert_people(pool: &PgPool, count: usize) -> anyhow::Result<Vec<Uuid>> {
    let ids: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    sqlx::query(
        "insert into users (id, email, password_hash, first_name, last_name, created_at, updated_at)
         select id, 'desk-' || n - 1 || '@example.org', 'none', 'First' || n * 31 % 500, 'Last' || n * 17 % 1000, now(), now()
         from unnest($1::uuid[]) with ordinality as given (id, n)",
    )
    .bind(&ids)
    .execute(pool)
    .await?;
    Ok(ids)
}

/// Confirmed bookings of these people, so many, a tenth of them of the first event, with their history. Nobody gets a mail.
pub async fn insert_bookings(pool: &PgPool, count: usize, people: &[Uuid], events: &[Uuid]) -> anyhow::Result<()> {
    for first in (0..count).step_by(AT_ONCE) {
        let size = AT_ONCE.min(count - first);
        let ids: Vec<Uuid> = (0..size).map(|_| Uuid::now_v7()).collect();
        let whose: Vec<Uuid> = (first..first + size).map(|n| people[n % people.len()]).collect();
        let mut tx = pool.begin().await?;
        // Whoever tells people of what happened passes by what is locked.
        sqlx::query("select from told_history for update").execute(&mut *tx).await?;
        sqlx::query(include_str!("../sql/desk.sql"))
            .bind(&ids)
            .bind(&whose)
            .bind(first as i32)
            .bind(events)
            .execute(&mut *tx)
            .await?;
        sqlx::query("update told_history set upto_entry = (select max(number) from booking_history)")
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
    }
    // As it is at rest: to clean up after so many is no part of a question.
    for settle in
        ["vacuum analyze bookings", "vacuum analyze booking_history", "vacuum analyze users", "analyze events"]
    {
        sqlx::raw_sql(settle).execute(pool).await?;
    }
    Ok(())
}

/// Waits until the figures tell of all that has happened.
pub async fn await_figures(pool: &PgPool) -> anyhow::Result<()> {
    let began = Instant::now();
    let behind = "select (select max(number) from booking_history) > (select upto_entry from sales_told)";
    while sqlx::query_scalar::<_, bool>(behind).fetch_one(pool).await.context("the figures")? {
        anyhow::ensure!(began.elapsed() < FIGURES_WITHIN, "the figures are still behind");
        sleep(Duration::from_millis(500)).await;
    }
    eprintln!("the figures told of everything after {} s", began.elapsed().as_secs());
    Ok(())
}
