//! A circuit breaker: what doesn't answer is left alone for a while, so that its silence costs one wait now and then and
//! not one each time.

use futures::FutureExt;
use recloser::{AsyncRecloser, Error, Recloser};
use std::{
    future::pending,
    sync::atomic::{AtomicU8, Ordering},
    time::Duration,
};
use tokio::sync::Semaphore;

/// Answers looked at while all is well: silence in half of the last so many opens the breaker.
const CLOSED_LEN: usize = 4;
/// Answers waited for beyond the first when trying again, before the breaker closes or opens.
const HALF_OPEN_LEN: u8 = 1;
/// The share of silence that is too much.
const TOO_MUCH: f32 = 0.5;

/// Whether the other side is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum BreakerState {
    /// It is asked: all is well.
    Closed = 0,
    /// It is asked by one at a time, to find out whether it answers again.
    HalfOpen = 1,
    /// It is left alone.
    Open = 2,
}

/// The call was not made, or this came of it.
pub type BreakerError<E> = Error<E>;

/// Stands in front of one thing that may be away.
///
/// `recloser` decides; what it decided it doesn't tell, so that the state is kept beside it, from which calls it lets
/// through. While it is half open it would let everybody through, hence the probe.
pub struct Breaker {
    name: &'static str,
    recloser: AsyncRecloser,
    state: AtomicU8,
    /// Answers since it became half open.
    tried: AtomicU8,
    /// Whoever has it asks while the breaker isn't closed.
    probe: Semaphore,
}

impl Breaker {
    /// A closed breaker before the thing of this name, which leaves it alone for `rest` once it is silent.
    pub fn new(name: &'static str, rest: Duration) -> Self {
        let recloser = Recloser::custom()
            .error_rate(TOO_MUCH)
            .closed_len(CLOSED_LEN)
            .half_open_len(usize::from(HALF_OPEN_LEN))
            .open_wait(rest)
            .build();
        Self {
            name,
            recloser: recloser.into(),
            state: AtomicU8::new(BreakerState::Closed as u8),
            tried: AtomicU8::new(0),
            probe: Semaphore::new(1),
        }
    }

    /// Whether the thing is asked, as of the last call.
    pub fn state(&self) -> BreakerState {
        match self.state.load(Ordering::Relaxed) {
            0 => BreakerState::Closed,
            1 => BreakerState::HalfOpen,
            _ => BreakerState::Open,
        }
    }

    /// Does the work, unless the thing is left alone. An error counts against it when `is_silence` says so: a refusal is
    /// an answer too. Work that is dropped half-way counts for nothing.
    pub async fn call<T, E>(
        &self,
        is_silence: impl Fn(&E) -> bool,
        work: impl Future<Output = Result<T, E>>,
    ) -> Result<T, BreakerError<E>> {
        let _probe = match self.state() {
            BreakerState::Closed => None,
            _ => Some(self.probe.try_acquire().map_err(|_| Error::Rejected)?),
        };
        let permitted = async {
            self.let_in();
            work.await
        };
        let result = self.recloser.call_with(is_silence, permitted).await;
        match &result {
            Ok(_) if self.state() == BreakerState::Closed => {}
            Ok(_) | Err(Error::Inner(_)) => self.look(),
            Err(Error::Rejected) => self.turn(BreakerState::Open),
        }
        result
    }

    /// Being let in after it was open means that it is half open.
    fn let_in(&self) {
        if self.state() == BreakerState::Open {
            self.tried.store(0, Ordering::Relaxed);
            self.turn(BreakerState::HalfOpen);
        }
    }

    /// Finds out what an answer made of the breaker.
    fn look(&self) {
        if self.rejects() {
            self.turn(BreakerState::Open);
        } else if self.state() == BreakerState::HalfOpen && self.tried.fetch_add(1, Ordering::Relaxed) == HALF_OPEN_LEN
        {
            self.turn(BreakerState::Closed);
        }
    }

    /// Whether a call would be turned away: one that never ends, and so counts for nothing, is tried.
    fn rejects(&self) -> bool {
        self.recloser.call(pending::<Result<(), ()>>()).now_or_never().is_some()
    }

    /// Notes the state, and logs it if it is another. That the thing is tried in vain, again and again, is no news.
    fn turn(&self, to: BreakerState) {
        let from = self.state.swap(to as u8, Ordering::Relaxed);
        let name = self.name;
        match to {
            _ if from == to as u8 => {}
            BreakerState::Open if from == BreakerState::Closed as u8 => {
                tracing::warn!("{name} does not answer: going on without it");
            }
            BreakerState::Closed => tracing::info!("{name} answers again"),
            _ => tracing::debug!(state = ?to, "{name} is tried again"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REST: Duration = Duration::from_millis(40);

    #[derive(Debug, PartialEq)]
    enum Trouble {
        Silence,
        Refusal,
    }

    async fn call(breaker: &Breaker, result: Result<(), Trouble>) -> Result<(), BreakerError<Trouble>> {
        breaker.call(|trouble| *trouble == Trouble::Silence, async { result }).await
    }

    async fn opened() -> Breaker {
        let breaker = Breaker::new("The thing", REST);
        for _ in 0..=CLOSED_LEN {
            assert!(matches!(call(&breaker, Err(Trouble::Silence)).await, Err(Error::Inner(_))));
        }
        assert_eq!(breaker.state(), BreakerState::Open);
        breaker
    }

    #[tokio::test]
    async fn what_is_silent_is_left_alone() {
        let breaker = opened().await;
        let untouched = breaker.call(|(): &()| true, async { panic!("left alone") });
        assert!(matches!(untouched.await, Err::<(), _>(Error::Rejected)));
    }

    #[tokio::test]
    async fn a_refusal_is_an_answer() {
        let breaker = Breaker::new("The thing", REST);
        for _ in 0..10 * CLOSED_LEN {
            assert!(matches!(call(&breaker, Err(Trouble::Refusal)).await, Err(Error::Inner(_))));
        }
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[tokio::test]
    async fn what_answers_again_is_asked_again() {
        let breaker = opened().await;
        tokio::time::sleep(REST * 2).await;
        call(&breaker, Ok(())).await.expect("let in");
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        call(&breaker, Ok(())).await.expect("let in");
        assert_eq!(breaker.state(), BreakerState::Closed);
        call(&breaker, Err(Trouble::Silence)).await.expect_err("one alone");
        assert_eq!(breaker.state(), BreakerState::Closed);
    }

    #[tokio::test]
    async fn what_stays_silent_is_left_alone_again() {
        let breaker = opened().await;
        tokio::time::sleep(REST * 2).await;
        for _ in 0..2 {
            assert!(matches!(call(&breaker, Err(Trouble::Silence)).await, Err(Error::Inner(_))));
        }
        assert_eq!(breaker.state(), BreakerState::Open);
        assert!(matches!(call(&breaker, Ok(())).await, Err(Error::Rejected)));
    }

    #[tokio::test]
    async fn one_at_a_time_finds_out_whether_it_answers() {
        let breaker = opened().await;
        tokio::time::sleep(REST * 2).await;
        let mut slow = Box::pin(breaker.call(|(): &()| true, pending::<Result<(), ()>>()));
        assert!((&mut slow).now_or_never().is_none());
        assert_eq!(breaker.state(), BreakerState::HalfOpen);
        assert!(matches!(call(&breaker, Ok(())).await, Err(Error::Rejected)), "the others don't wait with it");
        drop(slow);
        call(&breaker, Ok(())).await.expect("the next one may");
    }
}
