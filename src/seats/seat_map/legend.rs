//! What the marks on the seats mean, in words.

use super::draw::{COMPANION, WHEELCHAIR};
use crate::seats::model::{Seat, SeatKind, SeatStatus};
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

/// The items of a section's legend, as HTML, because a section opened in the browser has one too.
pub(super) fn draw_legend(marks: Marks) -> String {
    let special = [
        (marks.blocked, "seat-blocked", "", "Not on sale"),
        (marks.accessible, "seat-available seat-accessible", WHEELCHAIR, "Wheelchair place"),
        (marks.companion, "seat-available seat-companion", COMPANION, "Beside one"),
        (marks.limited_view, "seat-available seat-limited-view", "", "Limited view"),
    ];
    let always =
        [(true, "seat-available", "", "Free"), (true, "seat-yours", "", "Yours"), (true, "seat-taken", "", "Taken")];
    let mut html = String::new();
    for (_, class, mark, words) in always.into_iter().chain(special).filter(|item| item.0) {
        for piece in ["<li><span class=\"seat ", class, OPENED, mark, CLOSED, words, "</li>"] {
            html.push_str(piece);
        }
    }
    html
}

const OPENED: &str = "\" aria-hidden=\"true\"><span class=\"seat-face\">";
const CLOSED: &str = "</span></span>";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_there_is_gets_explained() {
        assert_eq!(draw_legend(Marks::default()).matches("<li>").count(), 3);
        let html = draw_legend(Marks { accessible: true, limited_view: true, ..Marks::default() });
        assert_eq!(html.matches("<li>").count(), 5);
        assert!(html.contains("Wheelchair place") && html.contains("Limited view") && !html.contains("Not on sale"));
    }
}
