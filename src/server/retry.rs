//! Doing work again that failed for a reason that passes by itself.

use super::{Failure, Passing, Result, metrics::RETRIES_TOTAL};
use backon::{ExponentialBuilder, Retryable};
use std::time::Duration;
use tokio::time::Instant;

/// Tries in all.
const TRIES: usize = 4;
/// The first pause, up to doubled by chance, so that those who got in each other's way don't meet again; each further one
/// is three times as long. At most 1.3 s together: the person is waiting.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const FACTOR: f32 = 3.0;
/// No try begins later than this after the first one did.
const LATEST: Duration = Duration::from_millis(1_500);

/// Does the work, and again, at most three times within about 1.5 seconds, as long as it fails for a reason that is gone a
/// moment later: two transactions got in each other's way, or the connection was lost. Nothing else is tried again: not a
/// refusal, not a lock that stayed taken, not a database without a free connection, which trying would only press harder.
///
/// `what` names the work in the metrics. The work has to be **safe to repeat**: one whole transaction from its `begin` on,
/// which finds by a natural key what an earlier try has made. A connection may be lost when the commit is done and only its
/// answer is not here yet.
///
/// Errors: those of the work's last try.
pub async fn retrying<T, W>(what: &'static str, work: impl Fn() -> W) -> Result<T>
where
    W: Future<Output = Result<T>>,
{
    let began = Instant::now();
    let pauses = ExponentialBuilder::default()
        .with_min_delay(FIRST_PAUSE)
        .with_factor(FACTOR)
        .with_max_times(TRIES - 1)
        .with_jitter();
    work.retry(pauses)
        .when(|failure| reason(failure).is_some() && began.elapsed() < LATEST)
        .notify(|failure, _| {
            let reason = reason(failure).unwrap_or_default();
            metrics::counter!(RETRIES_TOTAL, "what" => what, "reason" => reason).increment(1);
        })
        .await
}

/// What the reason to try again is called in the metrics, if it is one.
fn reason(failure: &Failure) -> Option<&'static str> {
    match failure {
        Failure::Passing(Passing::Serialization) => Some("serialization"),
        Failure::Passing(Passing::Deadlock) => Some("deadlock"),
        Failure::Passing(Passing::ConnectionLost) => Some("connection_lost"),
        Failure::Passing(Passing::Busy | Passing::Away) | Failure::Refused(_) | Failure::Unexpected(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// How often work is tried that fails like this a number of times and then succeeds, whether it did in the end, and
    /// how long that took.
    async fn tried(failures: usize, failure: impl Fn() -> Failure) -> (usize, bool, Duration) {
        let (tries, began) = (AtomicUsize::new(0), Instant::now());
        let done = retrying("test", || {
            let failed = tries.fetch_add(1, Ordering::Relaxed) < failures;
            std::future::ready(if failed { Err(failure()) } else { Ok(()) })
        });
        let done = done.await.is_ok();
        (tries.into_inner(), done, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn what_passes_is_tried_again_after_a_growing_pause() {
        for passing in [Passing::Serialization, Passing::Deadlock, Passing::ConnectionLost] {
            let fail = || Failure::Passing(passing);
            let (tries, done, took) = tried(1, fail).await;
            assert_eq!((tries, done), (2, true));
            assert!((FIRST_PAUSE..2 * FIRST_PAUSE + Duration::from_millis(2)).contains(&took), "{took:?}");
            let (tries, done, took) = tried(3, fail).await;
            assert_eq!((tries, done), (4, true));
            assert!((13 * FIRST_PAUSE..LATEST).contains(&took), "{took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn it_ends_after_four_tries_with_the_last_failure() {
        let (tries, done, took) = tried(usize::MAX, || Failure::Passing(Passing::Deadlock)).await;
        assert_eq!((tries, done), (4, false));
        assert!(took < LATEST, "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_else_is_tried_again() {
        for failure in [
            || Failure::Passing(Passing::Busy),
            || Failure::Refused(Error::Unavailable { retry_after_s: 1 }),
            || Failure::Refused(Error::NotFound),
            || Failure::Unexpected(anyhow::anyhow!("a fault")),
        ] {
            assert_eq!(tried(1, failure).await, (1, false, Duration::ZERO));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn slow_work_is_not_tried_until_nobody_waits_any_more() {
        let tries = AtomicUsize::new(0);
        let slow = retrying("test", || async {
            tries.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep(LATEST / 2).await;
            Err::<(), _>(Failure::Passing(Passing::ConnectionLost))
        });
        assert!(slow.await.is_err());
        assert_eq!(tries.into_inner(), 2);
    }
}
