//! What the marks on the seats mean, in words.

use crate::{
    seats::model::{Seat, SeatKind, SeatStatus},
    ui::{Glyph, Icon},
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// The special kinds of seats there are in a section: the legend explains no others.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Marks {
    blocked: bool,
    accessible: bool,
    companion: bool,
    limited_view: bool,
}

impl Marks {
    /// Those of these seats.
    pub(super) fn of(seats: &[Seat]) -> Self {
        Self {
            blocked: seats.iter().any(|seat| seat.status == SeatStatus::Blocked),
            accessible: seats.iter().any(|seat| seat.kind == SeatKind::Accessible),
            companion: seats.iter().any(|seat| seat.kind == SeatKind::Companion),
            limited_view: seats.iter().any(|seat| seat.limited_view),
        }
    }
}

/// The legend of a section's seats.
#[component]
pub fn Legend(
    /// The special kinds there are.
    marks: Marks,
) -> impl IntoView {
    let blocked = marks.blocked.then_some(("seat-blocked", None, "Not on sale"));
    let accessible =
        marks.accessible.then_some(("seat-available seat-accessible", Some(Glyph::Wheelchair), "Wheelchair place"));
    let companion = marks.companion.then_some(("seat-available seat-companion", Some(Glyph::Person), "Beside one"));
    let limited_view = marks.limited_view.then_some(("seat-available seat-limited-view", None, "Limited view"));
    let always = [("seat-available", None, "Free"), ("seat-yours", None, "Yours"), ("seat-taken", None, "Taken")];
    view! {
        <ul class="seat-legend" aria-label="What the marks mean">
            {always
                .into_iter()
                .chain([blocked, accessible, companion, limited_view].into_iter().flatten())
                .map(|(class, glyph, words)| {
                    view! {
                        <li>
                            <span class=format!("seat {class}") aria-hidden="true">
                                <span class="seat-face">{glyph.map(|glyph| view! { <Icon glyph /> })}</span>
                            </span>
                            {words}
                        </li>
                    }
                })
                .collect_view()}
        </ul>
    }
}
