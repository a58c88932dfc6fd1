//! When sections are sold: which of them aren't on sale, setting their times, and telling open maps when those come.

use super::{project::PROJECTOR_LOCK, tell_to_load_anew};
use crate::{
    error::{Conflict, Error, FieldError, Problem},
    events::{
        editing::local::{read_instant, write_instant},
        store::ManagedRow,
        window::{OffSale, SaleWindow},
    },
    id::EventId,
    seats::model::TypedWindow,
    server::{Result, state::AppState},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A section that has times of its own.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct WindowedSection {
    pub(crate) name: String,
    #[sqlx(flatten)]
    pub(crate) window: SaleWindow,
}

/// The sections of an event that have times of their own.
pub async fn list_windowed(conn: &mut PgConnection, event_id: EventId) -> Result<Vec<WindowedSection>> {
    let sql = "select name, sales_open_at, sales_close_at from sections
               where event_id = $1 and (sales_open_at is not null or sales_close_at is not null) order by name";
    Ok(sqlx::query_as(sql).bind(event_id).fetch_all(conn).await?)
}

/// The sections of an event that are not on sale at `now`, as far as their own times go.
pub async fn list_off_sale(conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<Vec<String>> {
    let windowed = list_windowed(conn, event_id).await?;
    Ok(windowed.into_iter().filter(|section| section.window.off_sale(now).is_some()).map(|of| of.name).collect())
}

/// The instants after `now` at which sections of an event open, in order.
pub async fn list_openings(
    conn: &mut PgConnection,
    event_id: EventId,
    now: DateTime<Utc>,
) -> Result<Vec<DateTime<Utc>>> {
    let windowed = list_windowed(conn, event_id).await?;
    let later = windowed.iter().filter(|section| section.window.off_sale(now) == Some(OffSale::Later));
    let mut openings: Vec<DateTime<Utc>> = later.filter_map(|section| section.window.sales_open_at).collect();
    openings.sort_unstable();
    openings.dedup();
    Ok(openings)
}

/// A section whose times change.
pub(super) struct WindowChange {
    section: String,
    before: SaleWindow,
    after: SaleWindow,
}

/// The sections of an event whose times are to be others than they are. What stands as it did when it was looked at is left alone,
/// and so is what is typed as it stands, whatever the event's sale has become.
///
/// Errors: `Invalid` on `sections` for one that isn't there, and on `opens[0]`, `closes[0]` and so on for what is no time or lies
/// outside of the event's sale; `VersionConflict` where somebody else has changed one meanwhile that is to be changed.
pub(super) fn find_window_changes(
    known: &BTreeMap<String, SaleWindow>,
    event: &ManagedRow,
    typed: &[TypedWindow],
) -> std::result::Result<Vec<WindowChange>, Error> {
    let facts = event.facts().event;
    let zone: Tz = facts.timezone.parse().unwrap_or(Tz::UTC);
    let sale = (facts.sales_open_at, facts.sales_close_at);
    let (mut changes, mut wrong) = (Vec::new(), Vec::new());
    for typed in typed {
        let before = *known.get(&typed.section).ok_or_else(|| Error::invalid("sections", Problem::Unknown))?;
        let stands = written(before, zone);
        let now = (typed.opens.clone(), typed.closes.clone());
        if now == stands || typed.before.as_ref() == Some(&now) {
            continue;
        }
        if typed.before.as_ref().is_some_and(|was| *was != stands) {
            return Err(Conflict::VersionConflict.into());
        }
        match read_window(typed, zone, sale) {
            Ok(after) => changes.push(WindowChange { section: typed.section.clone(), before, after }),
            Err(problems) => wrong.extend(problems),
        }
    }
    if wrong.is_empty() { Ok(changes) } else { Err(Error::Invalid(wrong)) }
}

/// The two times of a window as they are typed; empty where there is none.
pub(super) fn written(window: SaleWindow, zone: Tz) -> (String, String) {
    let write = |at: Option<DateTime<Utc>>| at.map(|at| write_instant(at, zone)).unwrap_or_default();
    (write(window.sales_open_at), write(window.sales_close_at))
}

/// A window within the event's sale. Errors: what is wrong with its fields.
fn read_window(
    typed: &TypedWindow,
    zone: Tz,
    (opens_at, closes_at): (DateTime<Utc>, DateTime<Utc>),
) -> std::result::Result<SaleWindow, Vec<FieldError>> {
    let mut wrong = Vec::new();
    let mut read = |field: &str, text: &str| match read_instant(text, zone) {
        _ if text.is_empty() => None,
        Ok(instant) => Some(instant),
        Err(problem) => {
            wrong.push(FieldError { field: format!("{field}[{}]", typed.nth), problem });
            None
        }
    };
    let window =
        SaleWindow { sales_open_at: read("opens", &typed.opens), sales_close_at: read("closes", &typed.closes) };
    let mut refuse =
        |field: &str, problem| wrong.push(FieldError { field: format!("{field}[{}]", typed.nth), problem });
    if let Some(own) = window.sales_open_at {
        if own < opens_at {
            refuse("opens", Problem::TooEarly);
        } else if own >= closes_at {
            refuse("opens", Problem::TooLate);
        }
    }
    if let Some(own) = window.sales_close_at {
        if own > closes_at {
            refuse("closes", Problem::TooLate);
        } else if own <= window.sales_open_at.unwrap_or(opens_at).max(opens_at) {
            refuse("closes", Problem::TooEarly);
        }
    }
    if wrong.is_empty() { Ok(window) } else { Err(wrong) }
}

/// Assumes that the sections are locked.
pub(super) async fn write_windows(conn: &mut PgConnection, event_id: EventId, changes: &[WindowChange]) -> Result<()> {
    sqlx::query(
        "update sections set sales_open_at = given.opens_at, sales_close_at = given.closes_at
         from unnest($2::text[], $3::timestamptz[], $4::timestamptz[]) as given (name, opens_at, closes_at)
         where event_id = $1 and sections.name = given.name",
    )
    .bind(event_id)
    .bind(changes.iter().map(|change| change.section.as_str()).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.after.sales_open_at).collect::<Vec<_>>())
    .bind(changes.iter().map(|change| change.after.sales_close_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// What the log says of these changes: the times before, and after.
pub(super) fn tell_changes(changes: &[WindowChange]) -> (Value, Value) {
    let told = |of: fn(&WindowChange) -> SaleWindow| -> Value {
        let window = |change: &WindowChange| (change.section.clone(), serde_json::json!(of(change)));
        changes.iter().map(window).collect::<Map<_, _>>().into()
    };
    (told(|change| change.before), told(|change| change.after))
}

/// Tells open maps of sections that have gone on sale, or off it, since they were last told, and answers how many sections those
/// are. Safe to call from many processes at once: one works, the others answer 0.
pub async fn tell_of_windows(state: &AppState) -> Result<u64> {
    let mut tx = state.db.begin().await?;
    // As who adds up free seats: frames become visible in the order of their numbers.
    let alone: bool =
        sqlx::query_scalar("select pg_try_advisory_xact_lock($1)").bind(PROJECTOR_LOCK).fetch_one(&mut *tx).await?;
    if !alone {
        return Ok(0);
    }
    let now = state.clock.now_in(&mut tx).await?;
    let turned: Vec<EventId> = sqlx::query_scalar(
        // Who draws a map has its sections locked and tells of it in the end, which waits for the lock that this one has: what is
        // locked is told of the next time.
        "update sections set shown_on_sale = not shown_on_sale
         from (select event_id as of_event, name as of_name from sections
               where (sales_open_at is not null or sales_close_at is not null or not shown_on_sale)
                 and shown_on_sale <> (coalesce(sales_open_at <= $1, true) and coalesce(sales_close_at > $1, true))
               for no key update skip locked) as turned
         where event_id = of_event and name = of_name returning event_id",
    )
    .bind(now)
    .fetch_all(&mut *tx)
    .await?;
    let mut event_ids = turned.clone();
    event_ids.sort_unstable();
    event_ids.dedup();
    for event_id in event_ids {
        tell_to_load_anew(&mut tx, event_id, &[]).await?;
    }
    tx.commit().await?;
    Ok(turned.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: Tz = Tz::Europe__Berlin;

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().expect("an instant")
    }

    /// What comes of these times of the second section of a form, in a sale from the 1st at 9:00 to the 20th at 20:00.
    fn read(opens: &str, closes: &str) -> std::result::Result<(String, String), Vec<(String, Problem)>> {
        let sale = (instant("2026-12-01T08:00:00Z"), instant("2026-12-20T19:00:00Z"));
        let typed = TypedWindow {
            section: "Circle".to_owned(),
            opens: opens.to_owned(),
            closes: closes.to_owned(),
            before: None,
            nth: 1,
        };
        let window = read_window(&typed, BERLIN, sale).map(|window| written(window, BERLIN));
        window.map_err(|wrong| wrong.into_iter().map(|of| (of.field, of.problem)).collect())
    }

    #[test]
    fn the_times_of_a_section_are_those_of_the_venue_and_lie_in_the_events_sale() {
        for (opens, closes) in [
            ("", ""),
            ("2026-12-05T10:00", ""),
            ("", "2026-12-05T10:00"),
            ("2026-12-01T09:00", "2026-12-20T20:00"),
            ("2026-12-05T10:00", "2026-12-05T10:01"),
        ] {
            assert_eq!(read(opens, closes), Ok((opens.to_owned(), closes.to_owned())), "{opens} {closes}");
        }
    }

    #[test]
    fn times_outside_of_the_events_sale_or_of_each_other_are_named() {
        for (opens, closes, field, problem) in [
            ("2026-12-01T08:59", "", "opens[1]", Problem::TooEarly),
            ("2026-12-20T20:00", "", "opens[1]", Problem::TooLate),
            ("", "2026-12-20T20:01", "closes[1]", Problem::TooLate),
            ("", "2026-12-01T09:00", "closes[1]", Problem::TooEarly),
            ("2026-12-05T10:00", "2026-12-05T10:00", "closes[1]", Problem::TooEarly),
            ("tomorrow", "", "opens[1]", Problem::Malformed),
            ("", "2026-02-30T10:00", "closes[1]", Problem::Malformed),
        ] {
            assert_eq!(read(opens, closes), Err(vec![(field.to_owned(), problem)]), "{opens} {closes}");
        }
    }
}
