//! Finding events among 100,000: what people ask for, mixed, as pages.

use crate::{
    load::{End, Seen, repeat},
    stage::Stage,
};
use std::{
    collections::BTreeMap,
    sync::Mutex,
    time::{Duration, Instant},
};

/// How this measure is named.
pub(crate) const ID: &str = "FIND";
pub(crate) const WHAT: &str = "searches among 100,000 events, 8 visitors, pages";
/// The 95th percentile has to be below so many milliseconds.
pub(crate) const P95_BELOW_MS: f64 = 100.0;
/// Events to find.
pub(crate) const EVENTS: usize = 100_000;
const VISITORS: usize = 8;

/// Lets visitors search for so long, each in another order, and says to the error stream what each kind of search took.
pub(crate) async fn find(stage: &Stage, time: Duration) -> anyhow::Result<Seen> {
    let second_page = format!("/events?cursor={}", stage.next_cursor().await?);
    let by_kind: Mutex<BTreeMap<&'static str, Vec<Duration>>> = Mutex::default();
    let (second_page, times) = (&second_page, &by_kind);
    let seen = repeat(VISITORS, time, |visitor, turn| async move {
        let (kind, path) = search(visitor + turn, second_page);
        let asked = Instant::now();
        stage.visit(&path).await?;
        times.lock().expect("nobody panics with it").entry(kind).or_default().push(asked.elapsed());
        Ok(End::Done)
    })
    .await?;
    for (kind, times) in by_kind.into_inner().expect("nobody panics with it") {
        let seen = Seen::of(times, time);
        eprintln!("{kind:<16} p50 {:>6.1} ms  p95 {:>6.1} ms  {:>5.0} per s", seen.p50_ms, seen.p95_ms, seen.per_s);
    }
    Ok(seen)
}

/// The search of this turn: one kind after the other, each time for something else.
fn search(turn: usize, second_page: &str) -> (&'static str, String) {
    let nth = turn / 10;
    match turn % 10 {
        0 => ("all", "/events".to_owned()),
        1 => ("a common word", format!("/events?q={}", ["jazz", "night", "organ", "garden"][nth % 4])),
        2 => ("a rare word", format!("/events?q={}", word(nth))),
        3 => ("a misspelt word", format!("/events?q={}", misspelt(nth))),
        4 => ("two words", format!("/events?q=jazz+{}", misspelt(nth))),
        5 => ("a city", format!("/events?city=City+{}", nth % 300)),
        6 => ("a weekend", "/events?when=weekend&category=music".to_owned()),
        7 => ("together", format!("/events?places={}&together=true", 2 + nth % 9)),
        8 => ("a month", format!("/events/month?city=City+{}", nth % 300)),
        9 if nth.is_multiple_of(2) => ("a whole month", "/events/month".to_owned()),
        _ => ("second page", second_page.to_owned()),
    }
}

/// One of the 8,000 words of three syllables that the catalogue's names are made of.
fn word(nth: usize) -> String {
    const SYLLABLES: [&str; 20] = [
        "ba", "ce", "di", "fo", "gu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "zu", "bel", "dor", "min",
        "tan", "ver",
    ];
    let number = nth * 137 % 8_000;
    [number % 20, number / 20 % 20, number / 400].map(|at| SYLLABLES[at]).concat()
}

/// A word with two letters that changed places.
fn misspelt(nth: usize) -> String {
    let word = word(nth);
    format!("{}{}{}{}", &word[..2], &word[3..4], &word[2..3], &word[4..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_search_has_its_turn() {
        let kinds: std::collections::BTreeSet<_> = (0..20).map(|turn| search(turn, "/events?cursor=x").0).collect();
        assert_eq!(kinds.len(), 11);
        assert_eq!((word(1), misspelt(1)), ("minleba".to_owned(), "milneba".to_owned()));
    }
}
