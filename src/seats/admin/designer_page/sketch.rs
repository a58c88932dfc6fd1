//! The pictures of the designer's tools, in the manner of [`crate::ui::Glyph`]. They are not among those because what is there
//! goes into every visitor's browser.

use leptos::prelude::*;

/// Rows around a centre.
pub(super) const ARC: &str = "M4 8a16 16 0 0 0 16 0M4 13a22 22 0 0 0 16 0M4 18a28 28 0 0 0 16 0";
/// People who stand.
pub(super) const CROWD: &str = "M8 5a2.2 2.2 0 1 1 0 4.4A2.2 2.2 0 0 1 8 5ZM16 5a2.2 2.2 0 1 1 0 4.4A2.2 2.2 0 0 1 16 5ZM3.5 19v-3.5a4 4 0 0 1 4-4h1a4 4 0 0 1 3.5 2 4 4 0 0 1 3.5-2h1a4 4 0 0 1 4 4V19";
/// Four ways: move the map.
pub(super) const HAND: &str = "M12 3v18M3 12h18M12 3L9.5 5.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5M3 12l2.5 2.5M21 12l-2.5-2.5M21 12l-2.5 2.5";
/// A picture.
pub(super) const PICTURE: &str = "M4 5h16v14H4ZM4 16l5-5 4.5 4.5 2.5-2.5 4 4M15.5 8.5v.1";
/// A pointer: choose.
pub(super) const POINTER: &str = "M6 4l12 8-5.5 1L15.5 19.5 13 20.5 10.2 14.2 6 18Z";
/// An arrow that turns to the right: do again.
pub(super) const REDO: &str = "M20 9H9.5a5 5 0 0 0 0 10H13M20 9l-4.5-4.5M20 9l-4.5 4.5";
/// Rows of seats.
pub(super) const ROWS: &str =
    "M5 7v.1M10 7v.1M14.5 7v.1M19 7v.1M5 12v.1M10 12v.1M14.5 12v.1M19 12v.1M5 17v.1M10 17v.1M14.5 17v.1M19 17v.1";
/// A stage.
pub(super) const STAGE: &str = "M4 6h16l-2.5 6h-11ZM8 16h8M6.5 19.5h11";
/// A table with seats around it.
pub(super) const TABLE: &str = "M12 8a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM12 4v.1M12 20v.1M4 12v.1M20 12v.1M6.5 6.5v.1M17.5 6.5v.1M6.5 17.5v.1M17.5 17.5v.1";
/// An arrow that turns to the left: undo.
pub(super) const UNDO: &str = "M4 9h10.5a5 5 0 0 1 0 10H11M4 9l4.5-4.5M4 9l4.5 4.5";
/// Smaller.
pub(super) const MINUS: &str = "M5 12h14";
/// Larger.
pub(super) const PLUS: &str = "M12 5v14M5 12h14";
/// All of it.
pub(super) const WHOLE: &str = "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5";
/// Prices.
pub(super) const TICKET: &str = "M3.5 7a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v2.8a2.2 2.2 0 0 0 0 4.4V17a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-2.8a2.2 2.2 0 0 0 0-4.4ZM14 6.5v2M14 11v2M14 15.5v2";
/// Kinds of seats.
pub(super) const WHEELCHAIR: &str = "M10.5 3.5a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6ZM10.5 8.5v5.5h5.5l2.5 5M10.5 10.5h4.5M8 12.3a4.5 4.5 0 1 0 6.3 5.2";
/// Open the list.
pub(super) const CHEVRON: &str = "M6 9.5l6 6 6-6";

/// A picture. Screen readers pass over it: the words beside it say what it means.
#[component]
pub fn Sketch(
    /// The line it is drawn with.
    line: &'static str,
) -> impl IntoView {
    view! {
        <svg
            class="icon"
            width="20"
            height="20"
            viewBox="0 0 24 24"
            fill="none"
            stroke="currentColor"
            stroke-width="1.75"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <path d=line />
        </svg>
    }
}
