//! Holding places: the door. Seats are locked in Redis first, so that a rush for the same ones fails fast; then everybody
//! is [settled together](super::settle) with who came at the same moment.

use super::settle::{settle_lane, settle_thoroughly};
use crate::{
    bookings::model::{Booking, Wanted},
    error::Conflict,
    id::{BookingId, EventId, SeatId, UserId},
    server::{Result, clock::new_id, finish, redis::LockOutcome, state::AppState},
};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Queues of plain requests for general admission in a process: events of one lane are settled together, and a slow event
/// keeps no other lane waiting. More would only make more commits of smaller batches.
const LANES: u128 = 4;
/// A request that is refused holds its seats' locks for about this long.
const SECOND_TRY_AFTER: Duration = Duration::from_millis(20);
/// Milliseconds a seat's lock lives if its holder dies: longer than `lock_timeout`, short enough to be forgotten.
const SEAT_LOCK_TTL_MS: u64 = 5_000;

/// Who wants what.
#[derive(Clone, Debug)]
pub struct HoldRequest {
    pub(super) id: BookingId,
    pub(super) user_id: UserId,
    pub(super) event_id: EventId,
    pub(super) wanted: Wanted,
    pub(super) key: Option<String>,
}

impl HoldRequest {
    /// A new request. `key` names the page it comes from: the same key is the same hold.
    pub fn new(user_id: UserId, event_id: EventId, wanted: Wanted, key: Option<String>) -> Self {
        // Of a booking its standing section isn't read with it, so that the key stands for both: the same key with another section
        // is another hold.
        let key = match &wanted {
            Wanted::Standing(standing) => {
                key.map(|key| hex::encode(Sha256::digest(format!("{key} {}", standing.section))))
            }
            Wanted::Quantity(_) | Wanted::Seats(_) => key,
        };
        // The id is made before the first try: one that was committed without an answer is found again by it.
        Self { id: BookingId(new_id()), user_id, event_id, wanted, key }
    }

    /// The seats it names, if it names seats.
    pub(super) fn seat_ids(&self) -> &[SeatId] {
        match &self.wanted {
            Wanted::Seats(seat_ids) => seat_ids,
            Wanted::Quantity(_) | Wanted::Standing(_) => &[],
        }
    }

    /// Whether it asks for general admission: places that are no seats.
    pub(super) fn is_general(&self) -> bool {
        matches!(self.wanted, Wanted::Quantity(_))
    }

    /// The standing section it asks for, and how many of its places.
    pub(super) fn standing(&self) -> Option<(&str, i32)> {
        match &self.wanted {
            Wanted::Standing(standing) => Some((&standing.section, standing.quantity)),
            Wanted::Quantity(_) | Wanted::Seats(_) => None,
        }
    }
}

/// Where requests wait for each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HoldQueue {
    /// Plain requests for general admission, of several events.
    Lane(u128),
    /// Plain requests for seats and standing places of one event.
    Seats(EventId),
    /// Requests of one event for which something has to be waited for, or expired first.
    Thorough(EventId),
}

/// Holds places, all or none, and answers the booking. Asking for the same seats twice, or with the same key, answers
/// with the same hold. Runs to its end even if the caller goes away.
///
/// Errors: those of [`decide_hold`](crate::bookings::model::decide_hold) and
/// [`decide_on_sale`](crate::bookings::model::decide_on_sale); `NotFound`; `SeatsTaken`; `SoldOut`; `Invalid`
/// for seats that aren't this event's and for a key used for other places; `Unavailable` when too many are at this event.
pub async fn hold_places(state: &AppState, request: HoldRequest) -> Result<Booking> {
    if request.seat_ids().is_empty() {
        let queue = match request.is_general() {
            true => HoldQueue::Lane(request.event_id.0.as_u128() % LANES),
            false => HoldQueue::Seats(request.event_id),
        };
        return hold_together(state, queue, request).await;
    }
    let task = state.clone();
    finish(async move {
        let owner = request.user_id.to_string();
        let locks = lock_in_redis(&task, &request, &owner).await?;
        let held = hold_together(&task, HoldQueue::Seats(request.event_id), request).await;
        task.redis.unlock_all(&locks, &owner).await;
        held
    })
    .await
}

/// Plainly first; what can't be settled in passing, once more and thoroughly.
async fn hold_together(state: &AppState, queue: HoldQueue, request: HoldRequest) -> Result<Booking> {
    let task = state.clone();
    let plainly = state.holds.submit(queue, request.clone(), move |requests| settle_lane(task.clone(), requests));
    if let Some(booking) = plainly.await? {
        return Ok(booking);
    }
    let (task, queue) = (state.clone(), HoldQueue::Thorough(request.event_id));
    let settle = move |requests| settle_thoroughly(task.clone(), requests);
    let held = state.holds.submit(queue, request, settle).await?;
    held.ok_or_else(|| anyhow::anyhow!("a hold was left unsettled twice").into())
}

/// Takes the seats' locks, owned by the person: someone else's rush for the same seats ends here. A lock may be that of
/// a request that is just being refused, so it is tried twice. Without Redis there are none to take.
async fn lock_in_redis(state: &AppState, request: &HoldRequest, owner: &str) -> Result<Vec<String>> {
    let seat_ids = request.seat_ids();
    // With the event in the key, a request that names another event doesn't get in anybody's way.
    let keys: Vec<String> = seat_ids.iter().map(|id| format!("evently:seat:{}:{id}", request.event_id)).collect();
    let mut outcome = LockOutcome::Unavailable;
    for pause in [Duration::ZERO, SECOND_TRY_AFTER] {
        tokio::time::sleep(pause).await;
        outcome = state.redis.try_lock_all(&keys, owner, SEAT_LOCK_TTL_MS).await;
        if !matches!(outcome, LockOutcome::Taken(_)) {
            break;
        }
    }
    match outcome {
        // Without an answer the locks may have been set all the same: they are freed at the end as ever.
        LockOutcome::Locked | LockOutcome::Unavailable => Ok(keys),
        LockOutcome::Taken(which) => {
            let seat_ids = which.into_iter().filter_map(|i| seat_ids.get(i).copied()).collect();
            Err(Conflict::SeatsTaken { seat_ids }.into())
        }
    }
}
