//! Frames: what changed on a map, as everybody who has it open is told.

use crate::{
    id::{EventId, SeatId},
    server::{Result, state::AppState},
};
use sqlx::PgConnection;

/// What changed on the map of one event at once. Says how things are now: being told twice does no harm.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Frame {
    pub(crate) number: i64,
    pub(crate) event_id: EventId,
    pub(crate) sections: Vec<String>,
    /// Of each of these sections.
    pub(crate) available_counts: Vec<i32>,
    pub(crate) taken: Vec<SeatId>,
    pub(crate) freed: Vec<SeatId>,
    /// The map was drawn anew: whoever has it open loads it again.
    pub(crate) is_redrawn: bool,
    /// Where those stand on the map: x, y of each, taken ones first.
    pub(crate) spots: Vec<i32>,
}

const FRAME: &str = "number, event_id, sections, available_counts, taken, freed, is_redrawn,
    array(select coalesce(spot, 0) from unnest(taken || freed) with ordinality as changed (id, nth)
          left join seats using (id), unnest(array[x, y]) with ordinality as corner (spot, axis)
          order by nth, axis) as spots";
/// Frames read at once.
const LIST_MAX: i64 = 1_000;

/// The number of the newest frame of all events; 0 before the first.
pub async fn newest_frame(conn: &mut PgConnection) -> Result<i64> {
    Ok(sqlx::query_scalar("select coalesce(max(number), 0) from seat_frames").fetch_one(conn).await?)
}

/// The frames of all events after this one, in order, a thousand at most.
pub async fn list_frames(state: &AppState, after: i64) -> Result<Vec<Frame>> {
    let sql = const_format::formatcp!("select {FRAME} from seat_frames where number > $1 order by number limit $2");
    Ok(sqlx::query_as(sql).bind(after).bind(LIST_MAX).fetch_all(state.db.pool()).await?)
}

/// What somebody who has read up to a frame hasn't read of an event.
#[derive(Debug)]
pub struct Missed {
    /// The frames, in order; none when they are not all there any more, and the map has to be loaded anew.
    pub(crate) frames: Option<Vec<Frame>>,
    /// The newest frame of all events.
    pub(crate) newest: i64,
}

/// What somebody has missed of an event who has read up to `after`, or who begins now.
pub async fn list_missed(conn: &mut PgConnection, event_id: EventId, after: Option<i64>) -> Result<Missed> {
    // The newest first: what comes in between is among the frames.
    let newest = newest_frame(conn).await?;
    let Some(after) = after else { return Ok(Missed { frames: Some(Vec::new()), newest }) };
    let oldest: Option<i64> = sqlx::query_scalar("select min(number) from seat_frames").fetch_one(&mut *conn).await?;
    // Numbers have gaps where the projector failed, which at worst loads a map once too often. One from the future is of
    // another database.
    if oldest.is_some_and(|oldest| after < oldest - 1) || after > newest {
        return Ok(Missed { frames: None, newest });
    }
    let sql = const_format::formatcp!(
        "select {FRAME} from seat_frames where number > $1 and event_id = $2 order by number limit $3"
    );
    let frames: Vec<Frame> =
        sqlx::query_as(sql).bind(after).bind(event_id).bind(LIST_MAX).fetch_all(&mut *conn).await?;
    let is_whole = (frames.len() as i64) < LIST_MAX;
    Ok(Missed { frames: is_whole.then_some(frames), newest })
}

/// Removes the frames that are older than ten minutes, except the newest, and says how many.
pub async fn remove_old_frames(state: &AppState) -> Result<u64> {
    let delete = "delete from seat_frames where made_at < clock_timestamp() - interval '10 minutes'
                  and number < (select max(number) from seat_frames)";
    Ok(sqlx::query(delete).execute(state.db.pool()).await?.rows_affected())
}
