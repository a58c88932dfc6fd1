//! The rule by which requests are counted: the generic cell rate algorithm.
//!
//! Source: ITU-T I.371, A.1, the virtual scheduling algorithm. All that is kept of a caller is one instant: when all they were
//! given will be theirs again. Each request moves it on by the time after which one more comes free; a request that would move
//! it further than all of them together is refused, and moves nothing.

/// Microseconds in a minute.
const MINUTE_US: i64 = 60_000_000;
/// So many requests at once, at most: with it every product of the numbers here fits.
const BURST_MAX: i64 = 1_000_000_000;

/// How often somebody may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Microseconds after which one more request comes free.
    pub(super) every_us: i64,
    /// Requests at once.
    pub(super) burst: i64,
}

impl Rate {
    /// So many a minute in the long run, and so many at once; at least one of each.
    pub fn new(per_minute: i64, burst: i64) -> Self {
        Self { every_us: (MINUTE_US / per_minute.max(1)).max(1), burst: burst.clamp(1, BURST_MAX) }
    }

    /// Reads `120/min, burst 40`: so many a minute in the long run, and so many at once.
    pub(in crate::server) fn parse(text: &str) -> Option<Self> {
        let (rate, burst) = text.split_once(',')?;
        let number = |text: &str| text.trim().parse().ok().filter(|number| (1..=BURST_MAX).contains(number));
        let per_minute: i64 = number(rate.trim().strip_suffix("/min")?)?;
        let burst = number(burst.trim().strip_prefix("burst ")?)?;
        Some(Self::new(per_minute, burst))
    }

    /// So many times as often.
    pub(in crate::server) fn times(self, times: i64) -> Self {
        let burst = self.burst.saturating_mul(times).min(BURST_MAX);
        Self { every_us: (self.every_us / times).max(1), burst }
    }

    /// How far ahead of now somebody may be.
    fn most_us(self) -> i64 {
        self.every_us.saturating_mul(self.burst)
    }
}

/// What came of one request, in the numbers that every counter answers with: whether it passes, and by how many microseconds
/// the caller is ahead afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::server) struct Counted {
    pub(in crate::server) passes: bool,
    pub(in crate::server) ahead_us: i64,
}

/// Counts one request at `now_us` of a caller who will have everything again at `full_at_us`. Answers the new instant, too.
///
/// An instant further ahead than counting could have led to was written by a clock that has been set back since: it is
/// forgotten, or nobody would be let in until then.
pub(super) fn count(rate: Rate, full_at_us: i64, now_us: i64) -> (i64, Counted) {
    let full_at_us = if full_at_us - now_us > rate.most_us() { now_us } else { full_at_us.max(now_us) };
    let next = full_at_us.saturating_add(rate.every_us);
    if next - now_us <= rate.most_us() {
        (next, Counted { passes: true, ahead_us: next - now_us })
    } else {
        (full_at_us, Counted { passes: false, ahead_us: full_at_us - now_us })
    }
}

/// How a caller stands after a request, as the reply says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether the request passes.
    pub passes: bool,
    /// Requests at once.
    pub limit: i64,
    /// Requests that would pass now.
    pub remaining: i64,
    /// Seconds until all of `limit` would, rounded up.
    pub reset_s: i64,
    /// Seconds until one more would, rounded up; 0 where one would now.
    pub retry_after_s: i64,
}

impl Standing {
    pub(super) fn new(rate: Rate, Counted { passes, ahead_us }: Counted) -> Self {
        let free_us = rate.most_us() - ahead_us;
        let remaining = (free_us / rate.every_us).max(0);
        let wait_us = (rate.every_us - free_us).max(0);
        Self {
            passes,
            limit: rate.burst,
            remaining,
            reset_s: to_seconds(ahead_us),
            retry_after_s: if remaining > 0 { 0 } else { to_seconds(wait_us).max(1) },
        }
    }
}

fn to_seconds(us: i64) -> i64 {
    us.max(0).saturating_add(999_999) / 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A caller who asks at these instants: which requests passed, and how they stood after each.
    fn ask(rate: Rate, at_us: &[i64]) -> Vec<Standing> {
        let mut full_at_us = 0;
        let asked = at_us.iter().map(|now_us| {
            let (next, counted) = count(rate, full_at_us, *now_us);
            full_at_us = next;
            Standing::new(rate, counted)
        });
        asked.collect()
    }

    fn rate(every_us: i64, burst: i64) -> Rate {
        Rate { every_us, burst }
    }

    #[test]
    fn so_many_pass_at_once_and_one_more_each_time() {
        let second = 1_000_000;
        let now = 5 * second;
        let told = ask(rate(second, 3), &[now, now, now, now, now + second - 1, now + second, now + second]);
        let passed: Vec<bool> = told.iter().map(|standing| standing.passes).collect();
        assert_eq!(passed, [true, true, true, false, false, true, false]);
        let remaining: Vec<i64> = told.iter().map(|standing| standing.remaining).collect();
        assert_eq!(remaining, [2, 1, 0, 0, 0, 0, 0]);
        assert_eq!((told[2].reset_s, told[2].retry_after_s), (3, 1));
        assert_eq!((told[0].reset_s, told[0].retry_after_s), (1, 0));
    }

    #[test]
    fn a_clock_that_was_set_back_shuts_nobody_out() {
        let rate = rate(1_000_000, 3);
        let (next, counted) = count(rate, 3_000_001, 0);
        assert_eq!((next, counted), (1_000_000, Counted { passes: true, ahead_us: 1_000_000 }));
        assert!(!count(rate, 3_000_000, 0).1.passes);
    }

    #[test]
    fn a_rate_is_read_or_refused_as_a_whole() {
        assert_eq!(Rate::parse("120/min, burst 40"), Some(rate(500_000, 40)));
        assert_eq!(Rate::parse(" 1/min,burst 1 "), Some(rate(60_000_000, 1)));
        for text in [
            "",
            "120",
            "120/min",
            "0/min, burst 1",
            "1/min, burst 0",
            "-1/min, burst 1",
            "1/s, burst 1",
            "1/min, burst",
        ] {
            assert_eq!(Rate::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_as_often_is_more_at_once_too() {
        assert_eq!(rate(500_000, 40).times(100), rate(5_000, 4_000));
        assert_eq!(rate(10, BURST_MAX).times(i64::MAX), rate(1, BURST_MAX));
    }

    prop_compose! {
        fn some_rate()(every_us in 1i64..2_000_000, burst in 1i64..50) -> Rate {
            rate(every_us, burst)
        }
    }

    prop_compose! {
        fn some_instants()(gaps in prop::collection::vec(0i64..1_500_000, 1..200)) -> Vec<i64> {
            gaps.iter().scan(1_000_000_000, |at, gap| { *at += gap; Some(*at) }).collect()
        }
    }

    proptest! {
        #[test]
        fn in_no_window_do_more_pass_than_burst_and_what_came_free(rate in some_rate(), at in some_instants()) {
            let told = ask(rate, &at);
            let passed: Vec<i64> = at.iter().zip(&told).filter(|(_, told)| told.passes).map(|(at, _)| *at).collect();
            for (i, from) in passed.iter().enumerate() {
                for (j, to) in passed.iter().enumerate().skip(i) {
                    let count = (j - i + 1) as i64;
                    prop_assert!(count <= rate.burst + (to - from) / rate.every_us, "{count} within {}", to - from);
                }
            }
        }

        #[test]
        fn what_is_told_is_true(rate in some_rate(), at in some_instants()) {
            let (mut full_at_us, now) = (0, *at.last().expect("one"));
            let mut told = None;
            for now_us in &at {
                let (next, counted) = count(rate, full_at_us, *now_us);
                full_at_us = next;
                told = Some(Standing::new(rate, counted));
            }
            let told = told.expect("one");
            let passes_after = |seconds: i64| count(rate, full_at_us, now + seconds * 1_000_000).1.passes;
            prop_assert!(passes_after(told.reset_s) && passes_after(told.retry_after_s));
            // Exactly as many as remain pass now.
            let mut next = full_at_us;
            for _ in 0..told.remaining {
                let (after, counted) = count(rate, next, now);
                prop_assert!(counted.passes);
                next = after;
            }
            prop_assert!(!count(rate, next, now).1.passes);
            // And after the reset, as many as the limit.
            let later = now + told.reset_s * 1_000_000;
            let mut next = full_at_us;
            for _ in 0..told.limit {
                let (after, counted) = count(rate, next, later);
                prop_assert!(counted.passes);
                next = after;
            }
        }

        #[test]
        fn who_keeps_asking_is_served_at_the_rate_and_not_starved(rate in some_rate()) {
            // Five times as often as the rate, for so long that fifty more come free.
            let gap = (rate.every_us / 5).max(1);
            let at: Vec<i64> = (0..).map(|n| 1_000_000_000 + n * gap).take_while(|at| at - 1_000_000_000 <= 50 * rate.every_us).collect();
            let passed = ask(rate, &at).iter().filter(|told| told.passes).count() as i64;
            prop_assert!(passed >= (rate.burst + 49).min(at.len() as i64).min(rate.burst + 40), "{passed}");
        }
    }
}
