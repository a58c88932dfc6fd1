//! Whether what was sealed is still what it was: every entry is read once, in order, and each run of seals is made again.

use crate::{id::EventId, server::state::AppState};
use futures::TryStreamExt;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::collections::HashMap;

/// A run of the sealing job: one seal for each event that had new entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
struct Run {
    after_entry: i64,
    upto_entry: i64,
}

#[derive(Debug, sqlx::FromRow)]
struct Entry {
    number: i64,
    event_id: EventId,
    hash: Vec<u8>,
}

/// The entries of an event in a run, added up as they are read.
#[derive(Default)]
struct Link {
    count: i32,
    root: Sha256,
}

/// Reads entries through `conn`, and the seals they belong to through a second connection that sees the same.
pub(super) async fn check(
    state: &AppState,
    conn: &mut PgConnection,
    tell: &mut (impl FnMut(String) + Send),
) -> anyhow::Result<u64> {
    let snapshot: String = sqlx::query_scalar("select pg_export_snapshot()").fetch_one(&mut *conn).await?;
    let mut seals = state.db.begin().await?;
    sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *seals).await?;
    // The name comes from PostgreSQL itself, and the statement takes no parameter.
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("set transaction snapshot '{snapshot}'"))).execute(&mut *seals).await?;
    sqlx::query("set local idle_in_transaction_session_timeout = 0").execute(&mut *seals).await?;

    let mut broken = 0;
    let mut run = next_run(&mut seals, 0).await?;
    let mut links: HashMap<EventId, Link> = HashMap::new();
    let mut entries = sqlx::query_as::<_, Entry>(
        "select h.number, event_id, booking_history_hash(h) as hash
         from booking_history h join bookings on bookings.id = h.booking_id
         where h.number <= (select max(upto_entry) from history_seals) order by h.number",
    )
    .fetch(conn);
    while let Some(entry) = entries.try_next().await? {
        while let Some(done) = run.filter(|run| run.upto_entry < entry.number) {
            broken += compare(&mut seals, done, std::mem::take(&mut links), tell).await?;
            run = next_run(&mut seals, done.upto_entry).await?;
        }
        let link = links.entry(entry.event_id).or_default();
        link.count += 1;
        link.root.update(&entry.hash);
    }
    while let Some(done) = run {
        broken += compare(&mut seals, done, std::mem::take(&mut links), tell).await?;
        run = next_run(&mut seals, done.upto_entry).await?;
    }
    Ok(broken)
}

async fn next_run(seals: &mut PgConnection, after: i64) -> anyhow::Result<Option<Run>> {
    let sql = "select after_entry, upto_entry from history_seals where upto_entry > $1 order by upto_entry limit 1";
    Ok(sqlx::query_as(sql).bind(after).fetch_optional(seals).await?)
}

/// Compares a run's seals with what its entries add up to now.
async fn compare(
    seals: &mut PgConnection,
    run: Run,
    mut links: HashMap<EventId, Link>,
    tell: &mut (impl FnMut(String) + Send),
) -> anyhow::Result<u64> {
    let mut broken = 0;
    let mut report = |event_id: EventId, what: &str| {
        broken += 1;
        tell(format!("seals: {what}: {event_id}, entries {} to {}", run.after_entry + 1, run.upto_entry));
    };
    let sql = "select event_id, entry_count, root, after_entry from history_seals where upto_entry = $1";
    let mut sealed = sqlx::query_as::<_, (EventId, i32, Vec<u8>, i64)>(sql).bind(run.upto_entry).fetch(seals);
    while let Some((event_id, entry_count, root, after_entry)) = sealed.try_next().await? {
        let link = links.remove(&event_id).unwrap_or_default();
        if after_entry != run.after_entry {
            report(event_id, "the run's seals don't begin at one entry");
        } else if link.count != entry_count {
            report(event_id, "entries were added to or taken from what is sealed");
        } else if link.root.finalize().as_slice() != root {
            report(event_id, "sealed entries were altered");
        }
    }
    drop(sealed);
    for event_id in links.into_keys() {
        report(event_id, "entries that should be sealed are not");
    }
    Ok(broken)
}
