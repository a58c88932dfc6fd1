//! What is printed: each measure beside its ceiling, the median of all runs.

use crate::load::Seen;
use serde_json::json;

/// What was seen, and the ceiling in the same run where there is one.
type Run = (Seen, Option<Seen>);

/// What is to be reached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Wanted {
    /// So many times the ceiling at least.
    Ratio(f64),
    /// A 95th percentile below so many milliseconds.
    P95BelowMs(f64),
}

impl std::fmt::Display for Wanted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Ratio(least) => write!(f, "{least:.2}"),
            Self::P95BelowMs(most) => write!(f, "p95<{most:.0}"),
        }
    }
}

/// One measure's figures, run by run.
struct Measure {
    id: &'static str,
    what: &'static str,
    /// What is to be reached, where it is said.
    wanted: Option<Wanted>,
    runs: Vec<Run>,
}

/// The measures in the order they were first taken.
#[derive(Default)]
pub(crate) struct Report {
    measures: Vec<Measure>,
}

impl Report {
    /// Adds a run of a measure, with its ceiling of the same run.
    pub(crate) fn add(&mut self, id: &'static str, what: &'static str, wanted: Option<Wanted>, run: Run) {
        match self.measures.iter_mut().find(|measure| measure.id == id) {
            Some(measure) => measure.runs.push(run),
            None => self.measures.push(Measure { id, what, wanted, runs: vec![run] }),
        }
    }

    pub(crate) fn print(&self) {
        println!(
            "{:<7} {:<58} {:>9} {:>9} {:>6} {:>7} {:>8} {:>8} {:>8} {:>8}",
            "", "", "per s", "ceiling", "ratio", "wanted", "p50 ms", "p95 ms", "p99 ms", "refused"
        );
        for measure in &self.measures {
            let line = measure.median();
            let or_dash =
                |value: Option<f64>, digits: usize| value.map_or("–".to_owned(), |v| format!("{v:.digits$}"));
            println!(
                "{:<7} {:<58} {:>9.0} {:>9} {:>6} {:>7} {:>8.1} {:>8.1} {:>8.1} {:>8.0}",
                measure.id,
                measure.what,
                line.value,
                or_dash(line.ceiling, 0),
                or_dash(line.ratio, 2),
                measure.wanted.map_or("–".to_owned(), |wanted| wanted.to_string()),
                line.p50_ms,
                line.p95_ms,
                line.p99_ms,
                line.refused,
            );
        }
        for measure in &self.measures {
            let line = measure.median();
            let json = json!({
                "id": measure.id, "value": line.value, "ceiling": line.ceiling, "ratio": line.ratio,
                "wanted": measure.wanted.map(|wanted| wanted.to_string()),
                "p50_ms": line.p50_ms, "p95_ms": line.p95_ms, "p99_ms": line.p99_ms,
                "ceiling_p99_ms": line.ceiling_p99_ms, "refused": line.refused,
            });
            println!("{json}");
        }
    }
}

struct Line {
    value: f64,
    ceiling: Option<f64>,
    ratio: Option<f64>,
    p50_ms: f64,
    p95_ms: f64,
    p99_ms: f64,
    ceiling_p99_ms: Option<f64>,
    refused: f64,
}

impl Measure {
    fn median(&self) -> Line {
        let of = |pick: &dyn Fn(&Run) -> Option<f64>| median(self.runs.iter().filter_map(pick).collect());
        Line {
            value: of(&|(seen, _)| Some(seen.per_s)).unwrap_or_default(),
            ceiling: of(&|(_, ceiling)| ceiling.as_ref().map(|ceiling| ceiling.per_s)),
            ratio: of(&|(seen, ceiling)| ceiling.as_ref().map(|ceiling| seen.per_s / ceiling.per_s)),
            p50_ms: of(&|(seen, _)| Some(seen.p50_ms)).unwrap_or_default(),
            p95_ms: of(&|(seen, _)| Some(seen.p95_ms)).unwrap_or_default(),
            p99_ms: of(&|(seen, _)| Some(seen.p99_ms)).unwrap_or_default(),
            refused: of(&|(seen, _)| Some(seen.refused as f64)).unwrap_or_default(),
            ceiling_p99_ms: of(&|(_, ceiling)| ceiling.as_ref().map(|ceiling| ceiling.p99_ms)),
        }
    }
}

fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    fn the_middle_of_three_counts() {
        assert_eq!(median(vec![9.0, 1.0, 4.0]), Some(4.0));
        assert_eq!(median(Vec::new()), None);
    }
}
