//! Confirming many at once: in a rush everybody who got a hold confirms it within the same seconds.

use super::{
    PREVIOUS_HASH,
    change::{Change, change},
    read::{BOOKING, BookingRow, tell_event},
};
use crate::{
    bookings::model::{BookedEvent, Booking, Step, name_quantity},
    events::store::{EVENT, Sale},
    id::{BookingId, EventId, UserId},
    server::{
        Failure, Result,
        clock::new_id,
        db::{Planned, uuid_array},
        retrying,
        state::AppState,
    },
    users::store::ACTIVE,
};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

/// Who confirms which hold.
#[derive(Clone, Copy, Debug)]
pub struct ConfirmRequest {
    user_id: UserId,
    booking_id: BookingId,
}

/// Makes a hold a booking; one that is confirmed already is answered again.
///
/// Plain holds of general admission are settled together with those of others. Whatever is out of the ordinary (the hold
/// is locked by somebody, has lapsed, isn't theirs, has seats or a code, is an offer) is left out of the batch and settled alone, which also
/// says what is wrong with it.
///
/// Errors: `NotFound`, and those of [`decide_confirm`](crate::bookings::model::BookingFacts::decide_confirm).
pub async fn confirm_booking(state: &AppState, user_id: UserId, booking_id: BookingId) -> Result<Booking> {
    let task = state.clone();
    let settle = move |requests| settle(task.clone(), requests);
    match state.confirms.submit((), ConfirmRequest { user_id, booking_id }, settle).await? {
        Some(booking) => Ok(booking),
        None => change(state, user_id, booking_id, Change::Confirm).await,
    }
}

/// Answers each request with the booking it made, or with nothing: then it has to be settled alone.
async fn settle(state: AppState, requests: Vec<ConfirmRequest>) -> Vec<Result<Option<Booking>>> {
    let mut confirmed = match retrying("confirm", || confirm_together(&state, &requests)).await {
        Ok(confirmed) => confirmed,
        // The database is away: one by one, each would wait for it again.
        Err(Failure::Passing(passing)) => return requests.iter().map(|_| Err(passing.into())).collect(),
        Err(failure) => {
            tracing::warn!(count = requests.len(), ?failure, "a batch of confirmations is settled one by one");
            HashMap::new()
        }
    };
    // By the person too: somebody else may have asked for the same booking in this batch.
    requests.iter().map(|request| Ok(confirmed.remove(&(request.user_id, request.booking_id)))).collect()
}

/// A held booking whose row is locked, and whose it is.
#[derive(sqlx::FromRow)]
struct HeldRow {
    user_id: UserId,
    #[sqlx(flatten)]
    row: BookingRow,
}

/// What each person has confirmed.
type Confirmed = HashMap<(UserId, BookingId), Booking>;

/// The bookings `$1` that are held by those of the people `$2` who ask for them, without a code, and that nobody else has
/// locked, locked in id order.
static LOCKED_HELD: Planned = Planned {
    name: "locked_held",
    parameters: "uuid[], uuid[]",
    sql: const_format::formatcp!(
        "select user_id, {BOOKING} from bookings
         where id = any($1) and status = 'held' and discount_code_id is null and (id, user_id) in (select * from unnest($1::uuid[], $2::uuid[]))
         order by id for no key update skip locked"
    ),
};

/// Those events of the bookings `$1` that nobody is calling off at this moment, kept from it until the transaction ends.
static LOCKED_SALES: Planned = Planned {
    name: "locked_sales",
    parameters: "uuid[]",
    sql: "select id from (select distinct event_id as id from bookings where id = any($1)) as asked
          where pg_try_advisory_xact_lock_shared(hashtextextended(id::text, 0))",
};

/// The events of the bookings `$1`. Another statement than the one that locks them: what was committed before a lock was had
/// is seen.
static SALES_OF_BOOKINGS: Planned = Planned {
    name: "sales_of_bookings",
    parameters: "uuid[]",
    sql: const_format::formatcp!(
        "select {EVENT}, clock_timestamp() as read_at from events
         where id in (select event_id from bookings where id = any($1))"
    ),
};

/// One transaction that waits for nobody: what others have locked is left out.
async fn confirm_together(state: &AppState, requests: &[ConfirmRequest]) -> Result<Confirmed> {
    let bookings = uuid_array(requests.iter().map(|request| request.booking_id.0));
    let people = uuid_array(requests.iter().map(|request| request.user_id.0));
    let readings = vec![
        LOCKED_HELD.with(format!("{bookings}, {people}")),
        ACTIVE.with(people),
        LOCKED_SALES.with(bookings.clone()),
        SALES_OF_BOOKINGS.with(bookings),
    ];
    let (mut tx, mut read) = state.db.begin_with(String::new(), readings).await?;
    let held: Vec<HeldRow> = read.rows()?;
    let active: HashSet<UserId> = read.ids()?;
    let locked: HashSet<EventId> = read.ids()?;
    let sales: HashMap<EventId, Sale> = read.rows::<Sale>()?.into_iter().map(|sale| (sale.event.id, sale)).collect();
    let Some(read_at) = sales.values().map(|sale| sale.read_at).next() else {
        tx.commit().await?;
        return Ok(HashMap::new());
    };
    let now = state.clock.fixed_now().unwrap_or(read_at);
    let told: HashMap<EventId, BookedEvent> =
        sales.iter().map(|(id, sale)| (*id, tell_event(&sale.event, now))).collect();
    let mut confirmed = HashMap::new();
    let mut rows = Vec::new();
    for HeldRow { user_id, row } in held {
        let event = sales.get(&row.event_id).map(|sale| &sale.event);
        let Some(event) = event.filter(|event| !event.has_seat_selection && locked.contains(&event.id)) else {
            continue;
        };
        let is_plain = !row.is_offer && row.facts(event).decide_confirm(now) == Ok(Step::Do(()));
        if is_plain && active.contains(&user_id) {
            let row = row.confirmed(now);
            let told = told[&row.event_id].clone();
            confirmed.insert((user_id, row.id), row.clone().into_booking(event, told, Vec::new(), now));
            rows.push((user_id, row));
        }
    }
    write(&mut tx, &rows, now).await?;
    tx.commit().await?;
    Ok(confirmed)
}

/// The bookings and their history in one statement.
async fn write(conn: &mut PgConnection, rows: &[(UserId, BookingRow)], now: DateTime<Utc>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let sql = const_format::formatcp!(
        "with confirmed as (
             update bookings set status = 'confirmed', confirmed_at = $4, updated_at = $4 where id = any($1)
             returning id, user_id, quantity, total_amount_minor
         )
         insert into booking_history (id, booking_id, action, actor_id, status_before, status_after, details, created_at,
                                      quantity, total_amount_minor, previous_hash)
         select entry.id, confirmed.id, 'confirmed', user_id, 'held', 'confirmed', details, $4,
                quantity, total_amount_minor, {PREVIOUS_HASH}
         from confirmed join unnest($1::uuid[], $2::uuid[], $3::text[]) as entry (booking_id, id, details)
              on entry.booking_id = confirmed.id"
    );
    let written = sqlx::query(sql)
        .bind(rows.iter().map(|(_, row)| row.id).collect::<Vec<_>>())
        .bind(rows.iter().map(|_| new_id()).collect::<Vec<_>>())
        .bind(rows.iter().map(|(_, row)| name_quantity(row.quantity)).collect::<Vec<_>>())
        .bind(now)
        .execute(conn)
        .await?;
    if written.rows_affected() != rows.len() as u64 {
        return Err(anyhow::anyhow!("{} of {} locked holds were confirmed", written.rows_affected(), rows.len()).into());
    }
    Ok(())
}
