//! How far a log can be read without missing anything: numbers are given out before they are committed.

use super::Result;
use sqlx::PgConnection;
use std::time::Duration;

/// How long a round waits for the transactions that were under way when it began.
const PATIENCE: Duration = Duration::from_secs(5);
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The last number given out by the identity `number` of this table, once nothing between `after` and it can appear any more; none
/// if that takes too long, or nothing is new.
///
/// Numbers are given out before they are committed, so that one may appear below others that have been read already. What is
/// settled is therefore only what was given out before all transactions that had begun to write by then have ended. It holds
/// for rows whose transaction has written something else before them: it has its id by then.
pub async fn find_settled(conn: &mut PgConnection, table: &str, after: i64) -> Result<Option<i64>> {
    let last: i64 = sqlx::query_scalar(
        "select coalesce(pg_sequence_last_value(pg_get_serial_sequence($1, 'number')::regclass), 0)",
    )
    .bind(table)
    .fetch_one(&mut *conn)
    .await?;
    if last <= after {
        return Ok(None);
    }
    // Taken after the number was read: whoever was given that or a lower one has an older transaction id than this.
    let newest: String = sqlx::query_scalar("select pg_current_xact_id()::text").fetch_one(&mut *conn).await?;
    let mut waited = Duration::ZERO;
    while waited < PATIENCE {
        let sql = "select pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8";
        if sqlx::query_scalar(sql).bind(&newest).fetch_one(&mut *conn).await? {
            return Ok(Some(last));
        }
        tokio::time::sleep(LOOK_EVERY).await;
        waited += LOOK_EVERY;
    }
    Ok(None)
}
