//! Settling requests that wait for the same thing together: one transaction for all of them instead of one each.

use super::{Failure, Result, metrics::BATCH_SIZE};
use crate::error::Error;
use anyhow::anyhow;
use futures::FutureExt;
use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    panic::AssertUnwindSafe,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::oneshot, time::Instant};

/// Requests settled at once at most: more would make the first of them wait for the last.
const BATCH_MAX: usize = 256;
/// Requests that wait for one key at most. Source: performance.md, P6: five thousand buyers at one event.
const QUEUE_MAX: usize = 10_000;
/// Longest wait in the queue: as long as PostgreSQL waits for a lock.
const PATIENCE: Duration = Duration::from_secs(3);

/// Queues of requests, one for each key. While the requests of a key are being settled, those that come gather and are
/// settled together next, in the order they came; a lone one is settled at once. Clones share the queues.
pub struct Combiner<K, Q, A> {
    name: &'static str,
    queues: Arc<Mutex<HashMap<K, Queue<Q, A>>>>,
}

/// The requests of a key that is being worked off; it is removed when there are none left.
type Queue<Q, A> = VecDeque<Waiting<Q, A>>;

struct Waiting<Q, A> {
    request: Q,
    since: Instant,
    tell: oneshot::Sender<Result<A>>,
}

impl<K, Q, A> Clone for Combiner<K, Q, A> {
    fn clone(&self) -> Self {
        Self { name: self.name, queues: Arc::clone(&self.queues) }
    }
}

impl<K, Q, A> Combiner<K, Q, A> {
    /// Queues that are called this in the figures.
    pub fn new(name: &'static str) -> Self {
        Self { name, queues: Arc::default() }
    }
}

impl<K, Q, A> Combiner<K, Q, A>
where
    K: Clone + Eq + Hash + Send + Sync + 'static,
    Q: Send + 'static,
    A: Send + 'static,
{
    /// Puts a request into its key's queue and waits for its answer. `settle` is called with the requests of a batch and
    /// answers each of them, in their order. Who stops waiting before the batch begins is left out of it.
    ///
    /// Errors: `Unavailable` when too many wait, or after three seconds in the queue; nothing has been done then.
    pub async fn submit<S, W>(&self, key: K, request: Q, settle: S) -> Result<A>
    where
        S: Fn(Vec<Q>) -> W + Send + Sync + 'static,
        W: Future<Output = Vec<Result<A>>> + Send,
    {
        let (tell, told) = oneshot::channel();
        if self.enqueue(&key, Waiting { request, since: Instant::now(), tell })? {
            let combiner = self.clone();
            tokio::spawn(async move { combiner.work_off(&key, settle).await });
        }
        told.await.unwrap_or_else(|_| Err(anyhow!("a request of a batch was left without an answer").into()))
    }

    /// Whether somebody has to begin to work the queue off.
    fn enqueue(&self, key: &K, waiting: Waiting<Q, A>) -> Result<bool> {
        let mut queues = self.lock();
        if let Some(queue) = queues.get_mut(key) {
            if queue.len() >= QUEUE_MAX {
                return Err(Error::Unavailable { retry_after_s: 1 }.into());
            }
            queue.push_back(waiting);
            return Ok(false);
        }
        queues.insert(key.clone(), VecDeque::from([waiting]));
        Ok(true)
    }

    async fn work_off<S, W>(&self, key: &K, settle: S)
    where
        S: Fn(Vec<Q>) -> W + Send + Sync,
        W: Future<Output = Vec<Result<A>>> + Send,
    {
        while let Some(batch) = self.take_batch(key) {
            let (requests, tells): (Vec<Q>, Vec<_>) = batch.into_iter().map(|w| (w.request, w.tell)).unzip();
            if requests.is_empty() {
                continue;
            }
            metrics::histogram!(BATCH_SIZE, "queue" => self.name).record(requests.len() as f64);
            // A panic must not leave the queue without anybody who works it off; its batch gets no answer.
            let settled = AssertUnwindSafe(settle(requests)).catch_unwind().await;
            let answers = settled.unwrap_or_else(|_panic| Vec::new());
            for (tell, answer) in tells.into_iter().zip(answers) {
                // Who has gone meanwhile finds the outcome when they come back.
                _ = tell.send(answer);
            }
        }
    }

    /// The next requests, as far as anybody still waits for them; none when the queue is empty and gone.
    fn take_batch(&self, key: &K) -> Option<Vec<Waiting<Q, A>>> {
        let mut queues = self.lock();
        let queue = queues.get_mut(key)?;
        if queue.is_empty() {
            queues.remove(key);
            return None;
        }
        let count = queue.len().min(BATCH_MAX);
        let taken: Vec<_> = queue.drain(..count).filter(|waiting| !waiting.tell.is_closed()).collect();
        drop(queues);
        let (in_time, late): (Vec<_>, Vec<_>) = taken.into_iter().partition(|w| w.since.elapsed() < PATIENCE);
        for waiting in late {
            _ = waiting.tell.send(Err(Failure::Refused(Error::Unavailable { retry_after_s: 1 })));
        }
        Some(in_time)
    }

    /// A queue is whole whatever a panicking caller left behind.
    fn lock(&self) -> MutexGuard<'_, HashMap<K, Queue<Q, A>>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::join_all;
    use tokio::sync::{Semaphore, mpsc};

    type Numbers = Combiner<u8, u32, u32>;

    /// Doubles, and says how large each batch was; waits for a permit before each.
    fn doubling(
        gate: &Arc<Semaphore>,
        sizes: &mpsc::UnboundedSender<usize>,
    ) -> impl Fn(Vec<u32>) -> futures::future::BoxFuture<'static, Vec<Result<u32>>> + use<> {
        let (gate, sizes) = (Arc::clone(gate), sizes.clone());
        move |batch| {
            let (gate, sizes) = (Arc::clone(&gate), sizes.clone());
            async move {
                _ = sizes.send(batch.len());
                gate.acquire().await.expect("open").forget();
                batch.into_iter().map(|n| if n == 13 { Err(Error::NotFound.into()) } else { Ok(n * 2) }).collect()
            }
            .boxed()
        }
    }

    #[tokio::test]
    async fn a_lone_request_is_settled_at_once() {
        let (sizes, mut seen) = mpsc::unbounded_channel();
        let answer = Numbers::new("numbers").submit(1, 21, doubling(&Arc::new(Semaphore::new(1)), &sizes)).await;
        assert!(matches!(answer, Ok(42)));
        assert_eq!(seen.recv().await, Some(1));
    }

    #[tokio::test]
    async fn requests_that_come_meanwhile_are_settled_together_each_with_its_own_answer() {
        let (combiner, gate) = (Numbers::new("numbers"), Arc::new(Semaphore::new(0)));
        let (sizes, mut seen) = mpsc::unbounded_channel();
        let first = tokio::spawn({
            let (combiner, settle) = (combiner.clone(), doubling(&gate, &sizes));
            async move { combiner.submit(1, 9, settle).await }
        });
        assert_eq!(seen.recv().await, Some(1));
        let asked = join_all((10..20).map(|n| combiner.submit(1, n, doubling(&gate, &sizes))));
        let (answers, ()) = tokio::join!(asked, async { gate.add_permits(2) });
        assert!(matches!(first.await, Ok(Ok(18))));
        assert_eq!(seen.recv().await, Some(10));
        for (n, answer) in (10..20).zip(answers) {
            match answer {
                Ok(double) => assert_eq!(double, n * 2),
                Err(Failure::Refused(error)) => assert_eq!((n, error), (13, Error::NotFound)),
                Err(failure) => panic!("{failure:?}"),
            }
        }
        assert!(combiner.lock().is_empty(), "a queue that was worked off is forgotten");
    }

    #[tokio::test]
    async fn who_has_gone_is_left_out_and_nobody_else_notices() {
        let (combiner, gate) = (Numbers::new("numbers"), Arc::new(Semaphore::new(0)));
        let (sizes, mut seen) = mpsc::unbounded_channel();
        let first = tokio::spawn({
            let (combiner, settle) = (combiner.clone(), doubling(&gate, &sizes));
            async move { combiner.submit(1, 1, settle).await }
        });
        assert_eq!(seen.recv().await, Some(1));
        let gone = tokio::spawn({
            let (combiner, settle) = (combiner.clone(), doubling(&gate, &sizes));
            async move { combiner.submit(1, 2, settle).await }
        });
        tokio::task::yield_now().await;
        gone.abort();
        _ = gone.await;
        gate.add_permits(2);
        let last = combiner.submit(1, 3, doubling(&gate, &sizes)).await;
        assert!(matches!(last, Ok(6)) && matches!(first.await, Ok(Ok(2))));
        assert_eq!(seen.recv().await, Some(1), "the one who has gone is in no batch");
    }

    #[tokio::test]
    async fn a_panic_costs_its_own_batch_only() {
        let combiner = Numbers::new("numbers");
        let panicked = combiner.submit(1, 1, |_| async { panic!("a fault") }).await;
        assert!(matches!(panicked, Err(Failure::Unexpected(_))));
        let after = combiner.submit(1, 2, |batch| async move { batch.into_iter().map(Ok).collect() }).await;
        assert!(matches!(after, Ok(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn who_waits_too_long_is_told_to_come_back() {
        let (combiner, gate) = (Numbers::new("numbers"), Arc::new(Semaphore::new(0)));
        let (sizes, mut seen) = mpsc::unbounded_channel();
        let slow = tokio::spawn({
            let (combiner, settle) = (combiner.clone(), doubling(&gate, &sizes));
            async move { combiner.submit(1, 1, settle).await }
        });
        seen.recv().await;
        let late = combiner.submit(1, 2, doubling(&gate, &sizes));
        let opened = async {
            tokio::time::sleep(PATIENCE).await;
            gate.add_permits(1);
        };
        let (late, ()) = tokio::join!(late, opened);
        assert!(matches!(slow.await, Ok(Ok(2))), "work that has begun is not broken off");
        assert!(matches!(late, Err(Failure::Refused(Error::Unavailable { .. }))));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_instead_of_growing() {
        let (combiner, gate) = (Numbers::new("numbers"), Arc::new(Semaphore::new(0)));
        let (sizes, _seen) = mpsc::unbounded_channel();
        let waiting: Vec<_> = (0..=QUEUE_MAX as u32 + 1)
            .map(|n| {
                let (combiner, settle) = (combiner.clone(), doubling(&gate, &sizes));
                tokio::spawn(async move { combiner.submit(1, n, settle).await })
            })
            .collect();
        tokio::task::yield_now().await;
        gate.add_permits(1_000);
        let answers = join_all(waiting).await;
        let refused =
            answers.iter().filter(|answer| matches!(answer, Ok(Err(Failure::Refused(Error::Unavailable { .. })))));
        assert!(refused.count() >= 1);
    }
}
