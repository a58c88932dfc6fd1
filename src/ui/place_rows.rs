//! The drawing on pages that have nothing else to show: rows of places, a few of them marked.

use leptos::prelude::*;

const ROWS: i32 = 4;
const COLUMNS: i32 = 9;
const STEP: i32 = 34;

/// What is said by the places that are marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marked {
    /// One is missing.
    Gone,
    /// Three are kept.
    Kept,
}

/// The rows. Screen readers pass over them: the words beside say what they mean.
#[component]
pub fn PlaceRows(
    /// What the marked places say.
    marked: Marked,
) -> impl IntoView {
    let place = move |row: i32, column: i32| {
        let class = match marked {
            Marked::Gone if (row, column) == (2, 5) => "place-rows-gone",
            Marked::Kept if row == 2 && (4..7).contains(&column) => "place-rows-kept",
            _ => "place-rows-place",
        };
        // Rows bend around a stage above them.
        let bend = (column - COLUMNS / 2).pow(2);
        let (x, y) = (20 + STEP * column, 20 + STEP * row + 34 - bend * 2);
        view! { <circle class=class cx=x cy=y r="11" /> }
    };
    let rows = (0..ROWS).flat_map(|row| (0..COLUMNS).map(move |column| (row, column)));
    view! {
        <svg class="place-rows" width="312" height="180" fill="none" viewBox="0 0 312 180" aria-hidden="true">
            {rows.map(|(row, column)| place(row, column)).collect_view()}
        </svg>
    }
}
