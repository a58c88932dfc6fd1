//! How it is going at the doors of an event, counted once for all who ask at about the same time: each phone at a door asks every
//! few seconds, and each count reads everything of the event.

use super::read::read_summary;
use crate::{
    checkins::{door::Doorkeeper, model::Summary},
    id::EventId,
    server::{Failure, Result, state::AppState},
};
use moka::future::Cache;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// How long a count is believed by those who have let nobody in since it began.
const KEPT: Duration = Duration::from_secs(1);
/// How long it is known who let somebody in: longer than a count that began before it can be on its way.
const SCANS_KNOWN: Duration = Duration::from_secs(60);
/// Events whose count is kept.
const EVENTS_MAX: u64 = 100;
/// Doorkeepers whose last scan is known.
const KEEPERS_MAX: u64 = 10_000;
/// Times that it is counted for somebody who has let somebody in meanwhile.
const TRIES: usize = 3;

/// The counts of this process, and who has changed them. Clones share them.
#[derive(Clone)]
pub struct DoorCounts {
    counts: Cache<EventId, Arc<Count>>,
    /// Scans and what undoes them, numbered as they are done.
    scan_count: Arc<AtomicU64>,
    /// The number of each doorkeeper's last.
    own: Cache<(EventId, Uuid), u64>,
}

/// A count, and the scans that were done before it began.
struct Count {
    after_scan: u64,
    summary: Summary,
}

impl Default for DoorCounts {
    fn default() -> Self {
        Self {
            counts: Cache::builder().max_capacity(EVENTS_MAX).time_to_live(KEPT).build(),
            scan_count: Arc::default(),
            own: Cache::builder().max_capacity(KEEPERS_MAX).time_to_live(SCANS_KNOWN).build(),
        }
    }
}

impl DoorCounts {
    /// Notes that this doorkeeper has let somebody in, or has undone that: their next count is a new one. After the commit.
    pub(super) async fn note(&self, event_id: EventId, keeper_id: Uuid) {
        let number = self.scan_count.fetch_add(1, Ordering::SeqCst) + 1;
        self.own.insert((event_id, keeper_id), number).await;
    }

    /// A count with everything that this doorkeeper has noted, made by `count` where there is none yet.
    async fn get<F>(&self, (event_id, keeper_id): (EventId, Uuid), count: impl Fn() -> F) -> Result<Summary>
    where
        F: Future<Output = Result<Summary>>,
    {
        let last = self.own.get(&(event_id, keeper_id)).await.unwrap_or_default();
        for _ in 0..TRIES {
            let counted = async {
                let after_scan = self.scan_count.load(Ordering::SeqCst);
                Ok(Arc::new(Count { after_scan, summary: count().await? }))
            };
            let counted = self.counts.try_get_with(event_id, counted).await.map_err(Failure::of_shared)?;
            if counted.after_scan >= last {
                return Ok(counted.summary.clone());
            }
            // Kept from before, or begun before by somebody else.
            self.counts.invalidate(&event_id).await;
        }
        count().await
    }
}

/// Who is expected and who came: with everything that this doorkeeper has done here, and at most a second late with what others
/// do. Errors: `NotFound`.
pub async fn get_summary(state: &AppState, keeper: &Doorkeeper, event_id: EventId) -> Result<Summary> {
    state.door_counts.get((event_id, keeper.id()), || read_summary(state, event_id)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;

    const KIM: Uuid = Uuid::from_u128(1);
    const MAX: Uuid = Uuid::from_u128(2);
    const EVENT: EventId = EventId(Uuid::nil());

    /// A door at which each count tells how many there have been.
    struct Door {
        doors: DoorCounts,
        count: AtomicU64,
    }

    impl Door {
        fn new() -> Self {
            Self { doors: DoorCounts::default(), count: AtomicU64::new(0) }
        }

        async fn ask(&self, keeper_id: Uuid) -> i64 {
            let count = || async {
                let nth = self.count.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::task::yield_now().await;
                let admitted_count = i64::try_from(nth).expect("few");
                Ok(Summary { event_id: EVENT, expected_count: 0, admitted_count, sections: vec![], recent: vec![] })
            };
            self.doors.get((EVENT, keeper_id), count).await.expect("a count").admitted_count
        }
    }

    #[tokio::test]
    async fn whoever_asks_at_the_same_time_is_told_of_one_count() {
        let door = Door::new();
        assert_eq!(join_all((0..50).map(|_| door.ask(KIM))).await, [1; 50]);
    }

    #[tokio::test]
    async fn who_has_let_somebody_in_is_told_of_a_count_that_began_after_that() {
        let door = Door::new();
        assert_eq!((door.ask(KIM).await, door.ask(MAX).await), (1, 1));
        door.doors.note(EVENT, KIM).await;
        assert_eq!(door.ask(KIM).await, 2, "counted anew");
        assert_eq!((door.ask(MAX).await, door.ask(KIM).await), (2, 2), "and for the others too");
        door.doors.note(EVENT, KIM).await;
        assert_eq!((door.ask(MAX).await, door.ask(KIM).await), (2, 3), "others hear of it a moment later");
    }
}
