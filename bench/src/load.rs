//! Buyers who ask again and again, and what they saw.

use futures::future::join_all;
use std::time::{Duration, Instant};

/// What a measurement saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Requests that got what they asked for, per second.
    pub(crate) per_s: f64,
    /// The 99th percentile of the time to an answer, in milliseconds.
    pub(crate) p99_ms: f64,
    /// The 95th percentile.
    pub(crate) p95_ms: f64,
    /// The median of it.
    pub(crate) p50_ms: f64,
    /// Answers that were refusals of the rules, such as a seat that is taken.
    pub(crate) refused: usize,
}

/// How one request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// It got what it asked for.
    Done,
    /// The rules refused it.
    Refused,
}

/// Lets so many buyers act at once, each one thing after the other, until the time is over. A fault ends the measurement.
pub(crate) async fn repeat<A, W>(buyers: usize, time: Duration, act: A) -> anyhow::Result<Seen>
where
    A: Fn(usize, usize) -> W + Copy,
    W: Future<Output = anyhow::Result<End>>,
{
    let began = Instant::now();
    let buyer = |buyer: usize| async move {
        let mut times = Vec::new();
        let mut refused = 0;
        for turn in 0.. {
            let asked = Instant::now();
            if asked.duration_since(began) >= time {
                break;
            }
            match act(buyer, turn).await? {
                End::Done => times.push(asked.elapsed()),
                End::Refused => refused += 1,
            }
        }
        anyhow::Ok((times, refused))
    };
    let all: anyhow::Result<Vec<_>> = join_all((0..buyers).map(buyer)).await.into_iter().collect();
    let elapsed = began.elapsed();
    let (times, refused): (Vec<Vec<Duration>>, Vec<usize>) = all?.into_iter().unzip();
    Ok(Seen { refused: refused.into_iter().sum(), ..Seen::of(times.concat(), elapsed) })
}

impl Seen {
    /// Of these times to an answer, taken together in `elapsed`.
    pub(crate) fn of(mut times: Vec<Duration>, elapsed: Duration) -> Self {
        times.sort_unstable();
        let at = |share: f64| {
            let index = ((times.len() as f64 * share) as usize).min(times.len().saturating_sub(1));
            times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1000.0)
        };
        Self {
            per_s: times.len() as f64 / elapsed.as_secs_f64(),
            p99_ms: at(0.99),
            p95_ms: at(0.95),
            p50_ms: at(0.5),
            refused: 0,
        }
    }
}
