//! Charts, drawn on the server as SVG and labelled directly, each with the table it is drawn from.

use crate::money::group_thousands;
use leptos::prelude::*;

/// The drawing's size in its own units; it grows with its place.
const WIDTH: i64 = 640;
const HEIGHT: i64 = 200;
/// Room for the labels of the scale, and below for those of the days.
const LEFT: i64 = 48;
const BELOW: i64 = 24;
const ABOVE: i64 = 12;

/// A figure of a chart: what it is of, and how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bar {
    /// The words of its row in the table.
    pub label: String,
    /// The figure; below zero it is drawn downwards.
    pub value: i64,
}

/// Bars over time.
#[component]
pub fn BarChart(
    /// What is shown; also the table's caption.
    title: &'static str,
    /// What the labels are of: the head of the table's first column.
    labels: &'static str,
    /// The bars, in order.
    bars: Vec<Bar>,
) -> impl IntoView {
    let most = nice_top(bars.iter().map(|bar| bar.value).max().unwrap_or_default());
    let least = -nice_top(-bars.iter().map(|bar| bar.value).min().unwrap_or_default().min(0));
    let scale = Scale { most, least };
    let count = i64::try_from(bars.len()).unwrap_or(1).max(1);
    let step = |at: i64| LEFT + (WIDTH - LEFT) * at / count;
    let zero = scale.y(0);
    let drawn = bars
        .iter()
        .zip(0..)
        .map(|(bar, at)| {
            let (x, y) = (step(at), scale.y(bar.value));
            let width = (step(at + 1) - x - 2).max(1);
            view! {
                <rect class="chart-bar" x=x y=y.min(zero) width=width height=(zero - y).abs()>
                    <title>{format!("{}: {}", bar.label, say(bar.value))}</title>
                </rect>
            }
        })
        .collect_view();
    let ends = ends_of(&bars);
    view! {
        <figure class="chart">
            <figcaption>{title}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=format!("{title}; the table below has its figures")>
                <Lines scale />
                {drawn}
                <Ends ends />
            </svg>
            <Twin title labels bars />
        </figure>
    }
}

/// A line that climbs towards a limit.
#[component]
pub fn PaceChart(
    /// What is shown; also the table's caption.
    title: &'static str,
    /// What the labels are of.
    labels: &'static str,
    /// The points: how far along from 0 to 1,000, and the figure there.
    points: Vec<(i64, Bar)>,
    /// The limit, drawn as a line of its own.
    limit: i64,
    /// What lies at 1,000.
    end: &'static str,
) -> impl IntoView {
    let scale = Scale {
        most: nice_top(limit.max(points.iter().map(|(_, bar)| bar.value).max().unwrap_or_default())),
        least: 0,
    };
    let x = |along: i64| LEFT + (WIDTH - LEFT) * along / 1000;
    let mut path = format!("M{LEFT} {}", scale.y(0));
    for (along, bar) in &points {
        // It stays where it was until something is sold.
        path += &format!("H{}V{}", x(*along), scale.y(bar.value));
    }
    let bars: Vec<Bar> = points.into_iter().map(|(_, bar)| bar).collect();
    let ends = (ends_of(&bars).0, end.to_owned());
    view! {
        <figure class="chart">
            <figcaption>{title}</figcaption>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=format!("{title}; the table below has its figures")>
                <Lines scale />
                <line class="chart-limit" x1=LEFT x2=WIDTH y1=scale.y(limit) y2=scale.y(limit) />
                <text class="chart-label chart-label-end" x=WIDTH y=scale.y(limit) + 14>{format!("{} places", say(limit))}</text>
                <path class="chart-line" d=path />
                <Ends ends />
            </svg>
            <Twin title labels bars />
        </figure>
    }
}

/// From figures to heights.
#[derive(Clone, Copy)]
struct Scale {
    most: i64,
    least: i64,
}

impl Scale {
    fn y(self, value: i64) -> i64 {
        let room = HEIGHT - BELOW - ABOVE;
        ABOVE + (self.most - value) * room / (self.most - self.least).max(1)
    }
}

/// The lines of the scale, with their figures.
#[component]
fn Lines(scale: Scale) -> impl IntoView {
    let mut values = vec![scale.most, scale.most / 2, 0, scale.least];
    values.dedup();
    values
        .into_iter()
        .map(|value| {
            let y = scale.y(value);
            view! {
                <line class="chart-rule" x1=LEFT x2=WIDTH y1=y y2=y />
                <text class="chart-label chart-label-end" x=LEFT - 6 y=y + 4>{say(value)}</text>
            }
        })
        .collect_view()
}

/// The first and the last label.
fn ends_of(bars: &[Bar]) -> (String, String) {
    let label = |bar: Option<&Bar>| bar.map(|bar| bar.label.clone()).unwrap_or_default();
    (label(bars.first()), label(bars.get(1).and(bars.last())))
}

#[component]
fn Ends(ends: (String, String)) -> impl IntoView {
    view! {
        <text class="chart-label" x=LEFT y=HEIGHT - 6>{ends.0}</text>
        <text class="chart-label chart-label-end" x=WIDTH y=HEIGHT - 6>{ends.1}</text>
    }
}

/// The table with the same figures.
#[component]
fn Twin(title: &'static str, labels: &'static str, bars: Vec<Bar>) -> impl IntoView {
    let row = |bar: Bar| {
        view! {
            <tr>
                <th scope="row">{bar.label}</th>
                <td class="rows-number">{say(bar.value)}</td>
            </tr>
        }
    };
    view! {
        <details class="chart-table">
            <summary>"As a table"</summary>
            <table class="rows">
                <caption class="visually-hidden">{title}</caption>
                <thead>
                    <tr>
                        <th scope="col">{labels}</th>
                        <th scope="col" class="rows-number">{title}</th>
                    </tr>
                </thead>
                <tbody>{bars.into_iter().map(row).collect_view()}</tbody>
            </table>
        </details>
    }
}

/// A whole number with commas, and a real minus sign.
pub fn say(value: i64) -> String {
    let sign = if value < 0 { "−" } else { "" };
    format!("{sign}{}", group_thousands(value.unsigned_abs()))
}

/// The next of 2, 4, 10, 20, 40, 100 … that isn't below the figure: half of each is a whole number too.
fn nice_top(value: i64) -> i64 {
    if value <= 0 {
        return 0;
    }
    let mut power = 1_i64;
    loop {
        for step in [2, 4, 10] {
            if step * power >= value {
                return step * power;
            }
        }
        power *= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scale_ends_at_a_round_figure_that_can_be_halved() {
        for (value, top) in [(0, 0), (1, 2), (3, 4), (5, 10), (11, 20), (41, 100), (362, 400), (1_001, 2_000)] {
            assert_eq!(nice_top(value), top, "{value}");
        }
    }

    #[test]
    fn heights_stay_within_the_drawing() {
        let scale = Scale { most: 40, least: -10 };
        assert_eq!((scale.y(40), scale.y(-10)), (ABOVE, HEIGHT - BELOW));
        assert!(scale.y(0) > scale.y(40) && scale.y(0) < scale.y(-10));
    }
}
