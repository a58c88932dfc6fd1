//! Finding bookings by whatever somebody on the phone can say.
//!
//! Few people are meant as a rule: then their bookings are read. A word that begins thousands of names is met soon among the
//! newest bookings: then those are looked through from there. Neither needs an index of its own on bookings, which every
//! hold would have to keep.

use super::read::list_owned;
use crate::{
    bookings::{
        admin::model::{BookingFilter, FoundBooking},
        model::BookingStatus,
    },
    discounts::store::list_ids,
    events::{model::Page, store::list_ids_between},
    id::{BookingId, EventId, UserId},
    seats::store::find_taken,
    server::{Result, state::AppState},
    staff::model::Reach,
    users::store::{Named, SOUGHT, find_named, list_attendees, nobody},
};
use chrono::{DateTime, Utc};
use sqlx::{AssertSqlSafe, PgConnection};
use uuid::Uuid;

/// People whose bookings are read; where more are meant, the newest bookings are looked through.
const PEOPLE_MAX: i64 = 3_000;
/// Bookings found by their reference or their seat.
const DIRECT_MAX: i64 = 500;

/// The bookings that a member of staff looks for among those of `reach`, newest first.
pub async fn search_bookings(state: &AppState, reach: &Reach, filter: &BookingFilter) -> Result<Page<FoundBooking>> {
    let mut tx = state.db.begin().await?;
    // What is estimated to cost much has a limit that it meets soon: compiling it would take longer than running it.
    sqlx::query("set local jit = off").execute(&mut *tx).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let scope = find_scope(&mut tx, reach, filter).await?;
    let ids = find_ids(&mut tx, scope, filter, now).await?;
    let Page { items: ids, next_cursor } = Page::cut(ids, filter.limit, BookingId::to_string);
    let items = list_found(&mut tx, &ids, now).await?;
    tx.commit().await?;
    Ok(Page { items, next_cursor })
}

/// The events to look at; none for all of them.
async fn find_scope(conn: &mut PgConnection, reach: &Reach, filter: &BookingFilter) -> Result<Option<Vec<EventId>>> {
    let within = |events: Vec<EventId>| match reach.event_ids() {
        None => events,
        Some(own) => events.into_iter().filter(|event_id| own.contains(event_id)).collect(),
    };
    let days = match (filter.from, filter.to) {
        (None, None) => None,
        (from, to) => Some(list_ids_between(conn, from, to).await?),
    };
    Ok(match (filter.event_id, days) {
        (Some(event_id), None) => Some(within(vec![event_id])),
        (event_id, Some(mut days)) => {
            days.retain(|day| event_id.is_none_or(|event_id| event_id == *day));
            Some(within(days))
        }
        (None, None) => reach.event_ids().map(<[EventId]>::to_vec),
    })
}

/// These bookings with their people, newest first.
pub(super) async fn list_found(
    conn: &mut PgConnection,
    ids: &[BookingId],
    now: DateTime<Utc>,
) -> Result<Vec<FoundBooking>> {
    let mut owned = list_owned(conn, ids, now).await?;
    owned.sort_by_key(|of| std::cmp::Reverse(of.booking.id));
    let people: Vec<UserId> = owned.iter().map(|of| of.user_id).collect();
    let mut people = list_attendees(conn, &people).await?;
    let mut attendee = |user_id| people.entry(user_id).or_insert_with(|| nobody(user_id)).clone();
    Ok(owned.into_iter().map(|of| FoundBooking { attendee: attendee(of.user_id), booking: of.booking }).collect())
}

/// One more than the filter's limit, if there are so many.
async fn find_ids(
    conn: &mut PgConnection,
    scope: Option<Vec<EventId>>,
    filter: &BookingFilter,
    now: DateTime<Utc>,
) -> Result<Vec<BookingId>> {
    let direct = find_direct(conn, scope.as_deref(), filter, now).await?;
    let (people, patterns) = match find_named(conn, &filter.sought.words, PEOPLE_MAX).await? {
        Named::Few(people) => (people, None),
        Named::Many(patterns) => (Vec::new(), Some(patterns)),
    };
    let codes = match &filter.code {
        Some(code) => Some(list_ids(conn, scope.as_deref(), code).await?),
        None => None,
    };
    let fits = match &codes {
        Some(_) => format!("{} and b.discount_code_id = any($8)", fits(filter.status)),
        None => fits(filter.status).to_owned(),
    };
    let who = if patterns.is_some() { Who::Named } else { Who::Anybody };
    if who == Who::Named && filter.status != Some(BookingStatus::Held) {
        // Nothing is known of how many are meant: taken for few, all bookings would be read and sorted.
        let by_index = "set local enable_seqscan = off; set local enable_bitmapscan = off; set local enable_sort = off";
        sqlx::raw_sql(by_index).execute(&mut *conn).await?;
    }
    let sql = if patterns.is_none() && !filter.sought.is_empty() {
        of_people(&fits)
    } else if scope.as_ref().is_some_and(|events| events.len() <= who.events_max()) {
        of_events(&fits, who)
    } else {
        of_all(&fits, who)
    };
    let found = sqlx::query_scalar(AssertSqlSafe(sql))
        .bind(scope)
        .bind(filter.before.map_or(Uuid::max(), |before| before.0))
        .bind(now)
        .bind(filter.limit + 1)
        .bind(patterns)
        .bind(direct)
        .bind(people)
        .bind(codes)
        // Planned for what is asked: a plan for anything at all reads the whole table.
        .persistent(false)
        .fetch_all(conn)
        .await?;
    Ok(found)
}

/// Whose bookings are looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Everybody's.
    Anybody,
    /// Those of the many whom words name.
    Named,
}

impl Who {
    /// Events whose bookings are read from each one's newest on; those of more are met soon among the newest of all. Of each event
    /// so many are looked through as make a page: the more, the fewer of them are meant.
    fn events_max(self) -> usize {
        match self {
            Self::Anybody => 200,
            Self::Named => 10,
        }
    }
}

/// What a booking `b` has to be besides what is looked for. A hold that has run out counts as expired.
fn fits(status: Option<BookingStatus>) -> &'static str {
    match status {
        None => "b.id < $2",
        Some(BookingStatus::Held) => "b.id < $2 and b.status = 'held' and b.expires_at > $3",
        Some(BookingStatus::Confirmed) => "b.id < $2 and b.status = 'confirmed'",
        Some(BookingStatus::Cancelled) => "b.id < $2 and b.status = 'cancelled'",
        Some(BookingStatus::Expired) => {
            "b.id < $2 and (b.status = 'expired' or (b.status = 'held' and b.expires_at <= $3))"
        }
    }
}

/// Those of some people, and those found directly.
fn of_people(fits: &str) -> String {
    format!(
        "select b.id from unnest($7::uuid[]) as person (id) join bookings b on b.user_id = person.id
         where ($1::uuid[] is null or b.event_id = any($1)) and {fits}
         union
         select b.id from bookings b where b.id = any($6::uuid[]) and ($1::uuid[] is null or b.event_id = any($1)) and {fits}
         order by id desc limit $4"
    )
}

/// Those of each of some events, from the newest on: as far as each can be among the newest of all.
fn of_events(fits: &str, who: Who) -> String {
    format!(
        "select b.id from unnest($1::uuid[]) as of (event_id) cross join lateral (
             select b.id from bookings b where b.event_id = of.event_id and {fits} and {}
             order by b.id desc limit $4
         ) as b order by b.id desc limit $4",
        is_meant(who)
    )
}

/// Those of all events, or of many, from the newest on.
fn of_all(fits: &str, who: Who) -> String {
    format!(
        "select b.id from bookings b where ($1::uuid[] is null or b.event_id = any($1)) and {fits} and {}
         order by b.id desc limit $4",
        is_meant(who)
    )
}

/// Whether the person of the booking `b` is one of the many who are meant, if it is asked who.
fn is_meant(who: Who) -> &'static str {
    if who == Who::Named {
        const_format::formatcp!(
            "(b.id = any($6::uuid[]) or (select {SOUGHT} from users where users.id = b.user_id) like all ($5::text[]))"
        )
    } else {
        "true"
    }
}

/// The bookings that the words name themselves: by id, reference or seat.
async fn find_direct(
    conn: &mut PgConnection,
    scope: Option<&[EventId]>,
    filter: &BookingFilter,
    now: DateTime<Utc>,
) -> Result<Vec<BookingId>> {
    let sought = &filter.sought;
    let mut found: Vec<BookingId> = sought.booking_id.into_iter().collect();
    if let Some(reference) = &sought.reference {
        // By its bounds, which an index serves in every collation.
        let sql = "select id from bookings where reference between $1 and $1 || 'ZZZZZZZZ' and starts_with(reference, $1) limit $2";
        let named: Vec<BookingId> =
            sqlx::query_scalar(sql).bind(reference).bind(DIRECT_MAX).fetch_all(&mut *conn).await?;
        found.extend(named);
    }
    // Without an event, the seat of every event that has such a row would be meant.
    if let Some(seat) = sought.seat.as_ref().filter(|seat| filter.event_id.is_some() || !seat.section.is_empty()) {
        found.extend(find_taken(conn, scope, (&seat.section, &seat.row, &seat.number), now).await?);
    }
    Ok(found)
}
