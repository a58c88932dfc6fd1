//! Holding places of general admission: everybody who asks for one event's at the same moment is settled in one
//! transaction, each with their own answer, so that the event's row is locked once for all of them.

use super::{
    LockedBooking,
    end::{LAPSED_MAX, end_bookings},
    hold::HoldRequest,
    new_reference,
    read::BookingRow,
};
use crate::{
    bookings::model::{
        Booking, BookingAction, BookingStatus, HoldFacts, OwnBooking, decide_hold, find_repeated, name_quantity,
    },
    error::{Conflict, Error},
    events::{
        self,
        store::{EventRow, LockedEvent, TAKE_PLACES},
    },
    id::{BookingId, EventId, UserId},
    server::{Failure, Result, clock::new_id, state::AppState},
    users,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

/// Answers every request of a batch, in order.
///
/// A fault that only one of them can have caused is found by settling each alone; what concerns all of them (no such
/// event, the database is away) is told to all.
pub(super) async fn settle(state: AppState, event_id: EventId, requests: Vec<HoldRequest>) -> Vec<Result<Booking>> {
    match settle_together(&state, event_id, &requests).await {
        Ok(answers) => answers.into_iter().map(|answer| answer.map_err(Failure::Refused)).collect(),
        Err(Failure::Refused(error)) => requests.iter().map(|_| Err(Failure::Refused(error.clone()))).collect(),
        Err(Failure::Passing(passing)) => requests.iter().map(|_| Err(passing.into())).collect(),
        Err(Failure::Unexpected(error)) if requests.len() == 1 => vec![Err(Failure::Unexpected(error))],
        Err(Failure::Unexpected(error)) => {
            tracing::warn!(
                count = requests.len(),
                error = format!("{error:#}"),
                "a batch of holds is settled one by one"
            );
            let mut answers = Vec::with_capacity(requests.len());
            for request in requests {
                let alone = settle_together(&state, event_id, std::slice::from_ref(&request)).await;
                answers.push(alone.and_then(|answers| match answers.into_iter().next() {
                    Some(answer) => answer.map_err(Failure::Refused),
                    None => Err(anyhow::anyhow!("a batch of one was left without an answer").into()),
                }));
            }
            answers
        }
    }
}

type Answers = Vec<std::result::Result<Booking, Error>>;

/// Settles without a look at lapsed holds first; only if one stands in somebody's way, again with their locks taken:
/// bookings are locked before the event.
async fn settle_together(state: &AppState, event_id: EventId, requests: &[HoldRequest]) -> Result<Answers> {
    if let Some(answers) = settle_once(state, event_id, requests, Lapsed::Leave).await? {
        return Ok(answers);
    }
    let answers = settle_once(state, event_id, requests, Lapsed::Expire).await?;
    answers.ok_or_else(|| anyhow::anyhow!("holds lapsed again and again while a batch was settled").into())
}

/// What to do with lapsed holds that stand in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lapsed {
    /// Nothing, and say so.
    Leave,
    /// Expire them first. One that lapses while the batch is settled still counts as living.
    Expire,
}

/// None: a lapsed hold stands in the way and was left.
async fn settle_once(
    state: &AppState,
    event_id: EventId,
    requests: &[HoldRequest],
    lapsed: Lapsed,
) -> Result<Option<Answers>> {
    let user_ids: Vec<UserId> = requests.iter().map(|request| request.user_id).collect();
    let mut tx = state.db.begin().await?;
    if lapsed == Lapsed::Expire {
        let now = state.clock.now_in(&mut tx).await?;
        expire_in_the_way(&mut tx, event_id, &user_ids, now).await?;
    }
    let LockedEvent { event, locked_at } = events::store::lock_event(&mut tx, event_id).await?;
    let now = state.clock.fixed_now().unwrap_or(locked_at);
    let active = users::store::list_active(&mut tx, &user_ids).await?;
    let own = list_own(&mut tx, event_id, &user_ids).await?;
    // It may be being confirmed at this moment: then it counts towards the limit.
    let own_lapsed = own.iter().any(|own| own.row.status == BookingStatus::Held && own.row.expires_at <= now);
    let mut batch = Batch::new(&event, active, own, now);
    let outcomes: Vec<_> = requests.iter().map(|request| batch.decide(request)).collect();
    if lapsed == Lapsed::Leave && (own_lapsed || batch.is_short && has_lapsed(&mut tx, event_id, now).await?) {
        return Ok(None);
    }
    batch.write(&mut tx).await?;
    tx.commit().await?;
    let tell = |row: BookingRow| row.into_booking(&event, Vec::new(), now);
    Ok(Some(outcomes.into_iter().map(|outcome| outcome.map(tell)).collect()))
}

/// A person's living booking, whole: it may be the answer.
#[derive(Clone, Debug, sqlx::FromRow)]
struct OwnRow {
    user_id: UserId,
    hold_key: Option<String>,
    #[sqlx(flatten)]
    row: BookingRow,
}

/// The requests of a batch, decided one after the other on the facts that the locked event keeps still.
struct Batch<'a> {
    event: &'a EventRow,
    now: DateTime<Utc>,
    active: HashSet<UserId>,
    own: HashMap<UserId, Vec<OwnRow>>,
    /// Places that are left after the requests decided so far.
    left: i32,
    made: Vec<OwnRow>,
    /// Somebody asked for more than is left.
    is_short: bool,
}

impl<'a> Batch<'a> {
    fn new(event: &'a EventRow, active: HashSet<UserId>, own: Vec<OwnRow>, now: DateTime<Utc>) -> Self {
        let mut of_person: HashMap<UserId, Vec<OwnRow>> = HashMap::new();
        for booking in own {
            of_person.entry(booking.user_id).or_default().push(booking);
        }
        let left = event.available_capacity;
        Self { event, now, active, own: of_person, left, made: Vec::new(), is_short: false }
    }

    fn decide(&mut self, request: &HoldRequest) -> std::result::Result<BookingRow, Error> {
        if !self.active.contains(&request.user_id) {
            return Err(Error::SignInRequired);
        }
        let own = self.own.entry(request.user_id).or_default();
        let known: Vec<OwnBooking> = own.iter().map(OwnRow::known).collect();
        if let Some(same) = find_repeated(&known, &request.wanted, request.key.as_deref())? {
            let same = own.iter().find(|own| own.row.id == same);
            return same.map(|own| own.row.clone()).ok_or(Error::NotFound);
        }
        let facts = HoldFacts {
            sale: self.event.sale(),
            has_seat_selection: self.event.has_seat_selection,
            places_per_person: self.event.places_per_person,
            hold_length_s: self.event.hold_length_s,
            have: own.iter().map(|own| own.row.quantity).sum(),
        };
        let expires_at = decide_hold(&facts, &request.wanted, self.now)?;
        let quantity = request.wanted.count();
        if quantity > self.left {
            self.is_short = true;
            return Err(Conflict::SoldOut { available_count: self.left }.into());
        }
        self.left -= quantity;
        let row = OwnRow {
            user_id: request.user_id,
            hold_key: request.key.clone(),
            row: BookingRow {
                id: BookingId(new_id()),
                reference: new_reference(),
                event_id: self.event.id,
                quantity,
                currency: self.event.currency,
                total_amount_minor: self.event.price_minor * i64::from(quantity),
                status: BookingStatus::Held,
                expires_at,
                extended_s: 0,
                created_at: self.now,
                updated_at: self.now,
            },
        };
        own.push(row.clone());
        self.made.push(row.clone());
        Ok(row.row)
    }

    /// Writes what was decided, in one statement: the places, the holds, their history. Assumes the transaction in which
    /// the event was locked.
    async fn write(&self, conn: &mut PgConnection) -> Result<()> {
        let Some(first) = self.made.first() else { return Ok(()) };
        let quantity: i32 = self.made.iter().map(|made| made.row.quantity).sum();
        let sql = const_format::formatcp!(
            "with taken as ({TAKE_PLACES}), held as (
                 insert into bookings (id, reference, user_id, event_id, quantity, currency, total_amount_minor, status,
                                       expires_at, hold_key, created_at, updated_at)
                 select hold.id, reference, user_id, taken.id, quantity, $10, total_amount_minor, 'held', $11, hold_key, $12, $12
                 from taken, unnest($3::uuid[], $4::text[], $5::uuid[], $6::int[], $7::bigint[], $8::text[])
                      as hold (id, reference, user_id, quantity, total_amount_minor, hold_key)
                 returning id, user_id
             )
             insert into booking_history (id, booking_id, action, actor_id, status_before, status_after, details, created_at)
             select entry.id, held.id, 'held', held.user_id, null, 'held', details, $12
             from held join unnest($3::uuid[], $9::uuid[], $13::text[]) as entry (booking_id, id, details)
                  on entry.booking_id = held.id"
        );
        let written = sqlx::query(sql)
            .bind(self.event.id)
            .bind(quantity)
            .bind(self.made.iter().map(|made| made.row.id).collect::<Vec<_>>())
            .bind(self.made.iter().map(|made| made.row.reference.as_str()).collect::<Vec<_>>())
            .bind(self.made.iter().map(|made| made.user_id).collect::<Vec<_>>())
            .bind(self.made.iter().map(|made| made.row.quantity).collect::<Vec<_>>())
            .bind(self.made.iter().map(|made| made.row.total_amount_minor).collect::<Vec<_>>())
            .bind(self.made.iter().map(|made| made.hold_key.as_deref()).collect::<Vec<_>>())
            .bind(self.made.iter().map(|_| new_id()).collect::<Vec<_>>())
            .bind(first.row.currency.code())
            .bind(first.row.expires_at)
            .bind(self.now)
            .bind(self.made.iter().map(|made| name_quantity(made.row.quantity)).collect::<Vec<_>>())
            .execute(conn)
            .await?;
        if written.rows_affected() != self.made.len() as u64 {
            return Err(anyhow::anyhow!("{quantity} places that a locked event had could not be taken").into());
        }
        Ok(())
    }
}

impl OwnRow {
    fn known(&self) -> OwnBooking {
        OwnBooking {
            id: self.row.id,
            status: self.row.status,
            quantity: self.row.quantity,
            hold_key: self.hold_key.clone(),
            seat_ids: Vec::new(),
        }
    }
}

/// The living bookings that these people have of the event, lapsed holds among them.
async fn list_own(conn: &mut PgConnection, event_id: EventId, user_ids: &[UserId]) -> Result<Vec<OwnRow>> {
    let sql = const_format::formatcp!(
        "select user_id, hold_key, {} from bookings
         where user_id = any($1) and event_id = $2 and status in ('held', 'confirmed') order by id",
        super::read::BOOKING
    );
    Ok(sqlx::query_as(sql).bind(user_ids).bind(event_id).fetch_all(conn).await?)
}

async fn has_lapsed(conn: &mut PgConnection, event_id: EventId, now: DateTime<Utc>) -> Result<bool> {
    let sql = "select exists (select from bookings where status = 'held' and expires_at <= $1 and event_id = $2)";
    Ok(sqlx::query_scalar(sql).bind(now).bind(event_id).fetch_one(conn).await?)
}

/// Expires the lapsed holds of these people and, as far as a batch goes, of the event. One that is just being confirmed is
/// waited for.
async fn expire_in_the_way(
    conn: &mut PgConnection,
    event_id: EventId,
    user_ids: &[UserId],
    now: DateTime<Utc>,
) -> Result<()> {
    let lapsed: Vec<LockedBooking> = sqlx::query_as(
        "select id, event_id, quantity, status, expires_at, created_at, extended_s from bookings
         where status = 'held' and expires_at <= $1 and id in (
             (select id from bookings where status = 'held' and expires_at <= $1 and event_id = $2 order by id limit $3)
             union
             select id from bookings where status = 'held' and expires_at <= $1 and event_id = $2 and user_id = any($4)
         ) order by id for no key update",
    )
    .bind(now)
    .bind(event_id)
    .bind(LAPSED_MAX)
    .bind(user_ids)
    .fetch_all(&mut *conn)
    .await?;
    end_bookings(conn, &lapsed, BookingAction::Expired, None, now).await
}
