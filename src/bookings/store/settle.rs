//! Settling the holds of a batch in one transaction, each with its own answer.
//!
//! Two rounds. The first is plain: it locks what it needs in one go, waits for nobody longer than a moment, and leaves
//! alone what has lapsed. Whoever it can't settle comes back in the second, which is thorough: of one event, it waits as
//! long as `lock_timeout` lets it and expires the lapsed holds that stand in the way. Bookings are locked before places,
//! and only the second round has any to lock.

use super::{
    LOCKED, LockedBooking,
    batch::{Batch, Facts, Shortage},
    end::{Ending, LAPSED_MAX, lock_lines},
    hold::HoldRequest,
    list_seat_ids,
    read::list_owned,
};
use crate::{
    bookings::model::Booking,
    discounts,
    error::Error,
    events::{
        self,
        store::{SALES, Sale},
    },
    id::{BookingId, CodeId, EventId, SeatId, UserId},
    seats::{
        self,
        store::{LOCKED_SEATS, ROWS, STANDING},
    },
    server::{
        Failure, Passing, Result,
        db::{self, Begun, Planned, Reading, text_array, uuid_array},
        retrying,
        state::AppState,
    },
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashSet};
use uuid::Uuid;

/// Answers each request of a batch, in order; with nothing where it has to be settled thoroughly.
pub(super) async fn settle_lane(state: AppState, requests: Vec<HoldRequest>) -> Vec<Result<Option<Booking>>> {
    match settle_plainly(&state, &requests).await {
        Ok(answers) => answers.into_iter().map(|answer| answer.map_err(Failure::Refused)).collect(),
        // Somebody has something locked, or one of them is at fault: the second round tells whom that concerns.
        Err(failure) => {
            tracing::debug!(count = requests.len(), ?failure, "a batch of holds is settled thoroughly");
            requests.iter().map(|_| Ok(None)).collect()
        }
    }
}

/// Answers each request of a batch of one event, in order.
///
/// A fault that only one of them can have caused is found by settling each alone; what concerns all of them (the database
/// is away) is told to all.
pub(super) async fn settle_thoroughly(state: AppState, requests: Vec<HoldRequest>) -> Vec<Result<Option<Booking>>> {
    match retrying("hold", || settle_and_expire(&state, &requests)).await {
        Ok(answers) => answers.into_iter().map(|answer| answer.map_err(Failure::Refused)).collect(),
        Err(Failure::Passing(passing)) => requests.iter().map(|_| Err(passing.into())).collect(),
        Err(failure) if requests.len() == 1 => vec![Err(failure)],
        // One of them is at fault, be it by what they sent: nobody else is told of it.
        Err(failure) => {
            tracing::warn!(count = requests.len(), ?failure, "a batch of holds is settled one by one");
            let mut answers = Vec::with_capacity(requests.len());
            for request in requests {
                let alone = settle_and_expire(&state, &[request]).await;
                let first = |answers: Answers| answers.into_iter().next().unwrap_or(Ok(None));
                answers.push(alone.and_then(|answers| first(answers).map_err(Failure::Refused)));
            }
            answers
        }
    }
}

type Answers = Vec<std::result::Result<Option<Booking>, Error>>;

/// The first round: everything is locked and read in the round trip that begins the transaction.
async fn settle_plainly(state: &AppState, requests: &[HoldRequest]) -> Result<Answers> {
    let locks = format!("set local lock_timeout = '100ms'; {}{}", lock_sales(requests), lock_places(requests, &[]));
    let (tx, read) = state.db.begin_with(locks, readings(requests)).await?;
    settle_locked(state, tx, read, requests, Round::Plain).await
}

/// The second round: lapsed holds that stand in the way are expired first.
async fn settle_and_expire(state: &AppState, requests: &[HoldRequest]) -> Result<Answers> {
    let mut tx = lock_and_expire(state, requests, None).await?;
    let read = tx.read(&readings(requests)).await?;
    settle_locked(state, tx, read, requests, Round::Thorough).await
}

/// Begins a transaction that has locked all that these requests of one event ask for, and this discount code, and has expired the
/// lapsed holds that stood in the way.
pub(super) async fn lock_and_expire(
    state: &AppState,
    requests: &[HoldRequest],
    code_id: Option<CodeId>,
) -> Result<Begun> {
    let (mut tx, _) = state.db.begin_with(lock_sales(requests), Vec::new()).await?;
    let now = state.clock.now_in(&mut tx).await?;
    let lapsed = lock_lapsed_in_the_way(&mut tx, requests, now).await?;
    if let Some(code_id) = code_id {
        discounts::store::lock_code(&mut tx, code_id).await?;
    }
    let lapsed_ids: Vec<BookingId> = lapsed.iter().map(|booking| booking.id).collect();
    let lines = lock_lines(&mut tx, &lapsed).await?;
    let lapsed_seats = list_seat_ids(&mut tx, &lapsed_ids).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock_places(requests, &lapsed_seats))).execute(&mut *tx).await?;
    Ending::by_time(now).end(&mut tx, &lapsed, &lines).await?;
    Ok(tx)
}

/// Which of the two rounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Round {
    /// Lapsed holds are left alone, and whoever meets one left for the second round.
    Plain,
    /// One that lapses while the batch is settled still counts as living.
    Thorough,
}

/// Decides and writes. Assumes that all the places asked for were locked before `read`: nothing of it changes before the
/// commit.
async fn settle_locked(
    state: &AppState,
    mut tx: Begun,
    read: db::Answers,
    requests: &[HoldRequest],
    round: Round,
) -> Result<Answers> {
    let mut batch = Batch::new(facts(state, read, requests)?);
    let mut outcomes: Vec<_> = requests.iter().map(|request| batch.decide(request).map(Some)).collect();
    let overlooked = list_overlooked(&mut tx, &batch.short_sections(), (batch.now(), round)).await?;
    if round == Round::Plain {
        let lapsing = list_lapsing(&mut tx, &batch.short_events(), batch.now()).await?;
        let left = batch.leave(&[lapsing, overlooked].concat());
        for (request, outcome) in requests.iter().zip(&mut outcomes) {
            if left.contains(&request.event_id) {
                *outcome = Ok(None);
            }
        }
    } else if !overlooked.is_empty() {
        // Whoever has them locked is done in a moment.
        return Err(Passing::Serialization.into());
    }
    batch.write(&mut tx).await?;
    let mut bookings = batch.tell();
    let settled = outcomes.iter().flatten().flatten();
    let repeated: Vec<BookingId> = settled.filter(|id| !bookings.contains_key(id)).copied().collect();
    if !repeated.is_empty() {
        let read = list_owned(&mut tx, &repeated, batch.now()).await?;
        bookings.extend(read.into_iter().map(|own| (own.booking.id, own.booking)));
    }
    tx.commit().await?;
    // Two requests may have the same booking.
    Ok(outcomes.into_iter().map(|outcome| outcome.map(|id| bookings.get(&id?).cloned())).collect())
}

/// What a batch is decided on, to be read once everything it asks for is locked.
fn readings(requests: &[HoldRequest]) -> Vec<Reading> {
    let people: HashSet<UserId> = requests.iter().map(|request| request.user_id).collect();
    let (people, event_ids) = (uuid_array(people.into_iter().map(|id| id.0)), uuid_array(event_ids(requests)));
    let (seat_ids, standing) = (wanted_seats(requests), wanted_standing(requests));
    let has_seats = !seat_ids.is_empty() || !standing.is_empty();
    let mut readings = vec![SALES.with(event_ids.clone()), OWN.with(format!("{people}, {event_ids}, {has_seats}"))];
    if !seat_ids.is_empty() {
        let seat_ids = uuid_array(seat_ids.into_iter().map(|id| id.0));
        readings.extend([LOCKED_SEATS.with(seat_ids.clone()), ROWS.with(seat_ids)]);
    }
    if !standing.is_empty() {
        let event_ids = uuid_array(standing.keys().map(|(event_id, _)| event_id.0));
        let sections = text_array(standing.keys().map(|(_, section)| *section));
        let quantities: Vec<String> = standing.values().map(ToString::to_string).collect();
        readings.push(STANDING.with(format!("{event_ids}, {sections}, '{{{}}}'", quantities.join(","))));
    }
    readings
}

/// How many places of which standing sections are asked for.
fn wanted_standing(requests: &[HoldRequest]) -> BTreeMap<(EventId, &str), i32> {
    let mut wanted = BTreeMap::new();
    for request in requests {
        if let Some((section, quantity)) = request.standing() {
            *wanted.entry((request.event_id, section)).or_default() += quantity;
        }
    }
    wanted
}

/// Reads the answers to the [`readings`] of these requests.
fn facts(state: &AppState, mut read: db::Answers, requests: &[HoldRequest]) -> Result<Facts> {
    let (sales, own) = (read.rows::<Sale>()?, read.rows()?);
    let names_seats = requests.iter().any(|request| !request.seat_ids().is_empty());
    let (seats, rows) = if names_seats { (read.rows()?, read.rows()?) } else { Default::default() };
    let standing = read.rows()?;
    // Read once everything is locked: a deadline that passed while waiting has passed.
    let now = state.clock.fixed_now().or_else(|| sales.first().map(|sale| sale.read_at)).unwrap_or_default();
    Ok(Facts { events: sales.into_iter().map(|sale| sale.event).collect(), own, seats, rows, standing, now })
}

/// Those of these events in whose short sections there are free places all the same: somebody else has them locked, and may
/// not take them; or, for the plain round, a hold of them has lapsed.
async fn list_overlooked(
    conn: &mut PgConnection,
    short: &[Shortage],
    (now, round): (DateTime<Utc>, Round),
) -> Result<Vec<EventId>> {
    if short.is_empty() {
        return Ok(Vec::new());
    }
    let sections: Vec<(EventId, &str)> = short.iter().map(|one| (one.event_id, one.section.as_str())).collect();
    let lapsed_at = (round == Round::Plain).then_some(now);
    let counts = seats::store::count_standing(conn, &sections, lapsed_at).await?;
    // What others have locked, with what is left here, has to be enough for somebody: else the answer stands.
    let overlooked =
        short.iter().zip(counts).filter(|(one, count)| *count - one.had + one.left >= one.least && *count > one.had);
    Ok(overlooked.map(|(one, _)| one.event_id).collect())
}

/// The people `$1` whose accounts are active, as [`PersonRow`](super::batch::PersonRow)s, each with every living booking
/// they have of the events `$2`, lapsed holds among them. Their seats are read only with `$3`.
static OWN: Planned = Planned {
    name: "own_bookings",
    parameters: "uuid[], uuid[], bool",
    // `offset 0` keeps the planner from joining the people with everybody's bookings of the event. A living booking has all
    // of its seats.
    sql: "select users.id as person_id, own.* from users left join lateral (
             select id, event_id, expires_at, status, quantity, hold_key,
                    array(select seat_id from seat_bookings where $3 and booking_id = bookings.id order by seat_id) as seat_ids
             from bookings where user_id = users.id and event_id = any($2) and status in ('held', 'confirmed') offset 0
         ) as own on true
         where users.id = any($1) and is_active order by own.id",
};

/// Those of these events that have lapsed holds: their places may be what somebody lacks.
async fn list_lapsing(conn: &mut PgConnection, event_ids: &[EventId], now: DateTime<Utc>) -> Result<Vec<EventId>> {
    if event_ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "select asked.id from unnest($2::uuid[]) as asked (id)
               where exists (select from bookings where status = 'held' and expires_at <= $1 and event_id = asked.id)";
    Ok(sqlx::query_scalar(sql).bind(now).bind(event_ids).fetch_all(conn).await?)
}

/// Locks, in id order, the lapsed holds that can stand in the way of a batch of one event: those people's own, those that
/// have the seats or places of the standing sections, and for general admission those of the event, as far as a batch goes. One
/// that is just being confirmed is waited for.
async fn lock_lapsed_in_the_way(
    conn: &mut PgConnection,
    requests: &[HoldRequest],
    now: DateTime<Utc>,
) -> Result<Vec<LockedBooking>> {
    let seat_ids = wanted_seats(requests);
    let mut of_seats = seats::store::list_lapsed_holds(conn, &seat_ids, now).await?;
    for (event_id, section) in wanted_standing(requests).into_keys() {
        // More than are wanted: what they free goes to who waits first, and another process may be expiring the same ones.
        of_seats.extend(seats::store::list_lapsed_standing(conn, (event_id, section), LAPSED_MAX, now).await?);
    }
    let of_event = if requests.iter().any(HoldRequest::is_general) { LAPSED_MAX } else { 0 };
    let sql = const_format::formatcp!(
        "select {LOCKED} from bookings
         where status = 'held' and expires_at <= $1 and id in (
             (select id from bookings where status = 'held' and expires_at <= $1 and event_id = any($2) order by id limit $3)
             union
             select id from bookings where status = 'held' and expires_at <= $1 and event_id = any($2) and user_id = any($4)
             union
             select unnest($5::uuid[])
         ) order by id for no key update"
    );
    let lapsed = sqlx::query_as(sql)
        .bind(now)
        .bind(event_ids(requests).into_iter().collect::<Vec<_>>())
        .bind(of_event)
        .bind(requests.iter().map(|request| request.user_id).collect::<Vec<_>>())
        .bind(of_seats)
        .fetch_all(conn)
        .await?;
    Ok(lapsed)
}

/// For requests for seats and standing places: each person's limit of the event, so that it holds in all processes, and the
/// events' sales, so that none is called off meanwhile. General admission has the event's row for both.
fn lock_sales(requests: &[HoldRequest]) -> String {
    let seated: Vec<&HoldRequest> = requests.iter().filter(|request| !request.is_general()).collect();
    if seated.is_empty() {
        return String::new();
    }
    let sales: Vec<EventId> = seated.iter().map(|request| request.event_id).collect();
    lock_limits(seated.iter().map(|request| (request.user_id, request.event_id))) + &events::store::share_sales(sales)
}

/// The statement that locks people's limits of events, in the order of the keys: two batches can't wait for each other.
pub(super) fn lock_limits(pairs: impl IntoIterator<Item = (UserId, EventId)>) -> String {
    let (people, events): (Vec<Uuid>, Vec<Uuid>) = pairs.into_iter().map(|(person, event)| (person.0, event.0)).unzip();
    let (people, events) = (uuid_array(people), uuid_array(events));
    format!(
        "select pg_advisory_xact_lock(key) from (
             select distinct hashtextextended(person::text || event::text, 0) as key
             from unnest({people}, {events}) as asked (person, event) order by key
         ) as people; "
    )
}

/// The places of the requests: the rows of events with general admission, then the seats, and those of the lapsed holds.
fn lock_places(requests: &[HoldRequest], lapsed_seats: &[SeatId]) -> String {
    let general = requests.iter().filter(|request| request.is_general());
    let general: HashSet<EventId> = general.map(|request| request.event_id).collect();
    let mut seat_ids = wanted_seats(requests);
    seat_ids.extend(lapsed_seats);
    let mut sql = String::new();
    if !general.is_empty() {
        sql.push_str(&events::store::lock_events(general));
    }
    if !seat_ids.is_empty() {
        sql.push_str(&seats::store::lock_seats(&seat_ids));
    }
    sql
}

fn event_ids(requests: &[HoldRequest]) -> HashSet<Uuid> {
    requests.iter().map(|request| request.event_id.0).collect()
}

fn wanted_seats(requests: &[HoldRequest]) -> Vec<SeatId> {
    requests.iter().flat_map(|request| request.seat_ids().iter().copied()).collect()
}
