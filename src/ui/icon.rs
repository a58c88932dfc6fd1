//! The one icon set: strokes on a 24 by 24 grid, in the colour of the text around them.

use leptos::prelude::*;

/// What an icon shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Glyph {
    /// An arrow to the left: go back.
    Back,
    /// A bell.
    Bell,
    /// A calendar sheet.
    Calendar,
    /// A tick.
    Check,
    /// A chevron down.
    Chevron,
    /// A clock.
    Clock,
    /// A cross.
    Close,
    /// An eye: show.
    Eye,
    /// An i in a circle.
    Info,
    /// A minus.
    Minus,
    /// A person.
    Person,
    /// A map pin.
    Pin,
    /// A plus.
    Plus,
    /// A magnifying glass.
    Search,
    /// A seat.
    Seat,
    /// Sliders: filters.
    Sliders,
    /// A ticket.
    Ticket,
    /// A triangle with an exclamation mark.
    Warning,
    /// A wheelchair.
    Wheelchair,
    /// Four corners: the whole of it.
    Whole,
}

impl Glyph {
    fn path(self) -> &'static str {
        match self {
            Self::Back => "M19 12H5M11 6l-6 6 6 6",
            Self::Bell => "M6.5 16.5v-6a5.5 5.5 0 0 1 11 0v6l1.5 1.5H5ZM10 20.5h4M12 5V3.5",
            Self::Calendar => {
                "M5 5.5h14a1 1 0 0 1 1 1V19a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6.5a1 1 0 0 1 1-1ZM4 10h16M8 3v4M16 3v4"
            }
            Self::Check => "M5 12.5l4.5 4.5L19 7.5",
            Self::Chevron => "M6 9.5l6 6 6-6",
            Self::Clock => "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 7.5V12l3 2",
            Self::Close => "M6 6l12 12M18 6L6 18",
            Self::Eye => {
                "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12ZM12 9a3 3 0 1 1 0 6 3 3 0 0 1 0-6Z"
            }
            Self::Info => "M12 3.5a8.5 8.5 0 1 1 0 17 8.5 8.5 0 0 1 0-17ZM12 11v5.5M12 7.6v.1",
            Self::Minus => "M5 12h14",
            Self::Person => "M12 4a4 4 0 1 1 0 8 4 4 0 0 1 0-8ZM4.5 20c.6-3.6 3.6-5.5 7.5-5.5s6.9 1.9 7.5 5.5",
            Self::Pin => {
                "M12 21s-7-6.2-7-11.2a7 7 0 0 1 14 0C19 14.8 12 21 12 21ZM12 7.3a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2Z"
            }
            Self::Plus => "M12 5v14M5 12h14",
            Self::Search => "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13ZM15.3 15.3L20.5 20.5",
            Self::Seat => "M7 4h10v8H7ZM5 10v6h14v-6M7.5 16v4M16.5 16v4",
            Self::Sliders => {
                "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5ZM8 14.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5Z"
            }
            Self::Ticket => {
                "M3.5 7a1 1 0 0 1 1-1h15a1 1 0 0 1 1 1v2.8a2.2 2.2 0 0 0 0 4.4V17a1 1 0 0 1-1 1h-15a1 1 0 0 1-1-1v-2.8a2.2 2.2 0 0 0 0-4.4ZM14 6.5v2M14 11v2M14 15.5v2"
            }
            Self::Warning => "M12 4l9 15.5H3ZM12 10v4.5M12 17v.1",
            Self::Wheelchair => {
                "M10.5 3.5a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6ZM10.5 8.5v5.5h5.5l2.5 5M10.5 10.5h4.5M8 12.3a4.5 4.5 0 1 0 6.3 5.2"
            }
            Self::Whole => "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
        }
    }
}

/// An icon. Screen readers pass over it: the words beside it say what it means.
#[component]
pub fn Icon(
    /// What it shows.
    glyph: Glyph,
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
            <path d=glyph.path() />
        </svg>
    }
}
