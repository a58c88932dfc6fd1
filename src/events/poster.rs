//! A poster for an event that has none: drawn from its name, category and date, the same wherever it is drawn.
//!
//! The drawing is made of whole numbers only and named inks (`style/components.css` mixes them), so that server and
//! browser agree to the letter and the page needs no inline style.

mod composition;
mod dice;
pub(super) mod picture;
pub(super) mod uploaded;

use super::{
    event_card::poster_view_name,
    model::{Event, EventPoster},
};
use crate::id::EventId;
use composition::Composition;
use dice::Dice;
use leptos::prelude::*;

/// Where an event's poster is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// On a card of a list.
    OnCard,
    /// Large and at once, on a page that is about the event or begins with it.
    OnPage,
    /// Beside or above what somebody has booked.
    OnBooking,
}

impl Shown {
    /// How wide it is there: what the browser chooses a file by. Source: style/components.css and style/pages/event.css.
    fn sizes(self) -> &'static str {
        match self {
            Self::OnCard => "(min-width: 40rem) 24rem, 10rem",
            Self::OnPage => "(min-width: 64rem) 40rem, 100vw",
            Self::OnBooking => "(min-width: 40rem) 24rem, 100vw",
        }
    }
}

/// What the picture of an event is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pictured {
    /// The event.
    pub event_id: EventId,
    /// Its name.
    pub name: String,
    /// Its category.
    pub category: String,
    /// When it begins, as `When::iso`.
    pub date: String,
    /// Its own picture, where it has one.
    pub poster: Option<EventPoster>,
}

impl From<Event> for Pictured {
    fn from(event: Event) -> Self {
        let Event { id, name, category, when, poster, .. } = event;
        Self { event_id: id, name, category, date: when.iso, poster }
    }
}

/// The event's own picture, or the drawn poster where it has none. It fills its box, whatever the box's shape, and is as large
/// before it is there, so that nothing moves.
#[component]
pub fn EventPicture(
    /// The event.
    #[prop(into)]
    event: Pictured,
    /// Where.
    shown: Shown,
) -> impl IntoView {
    let Pictured { event_id, name, category, date, poster } = event;
    // Two bookings of one event can stand on one page, and a name only once.
    let view_name = (shown != Shown::OnBooking).then(|| poster_view_name(event_id));
    let Some(poster) = poster else {
        return view! { <Poster name category date view_name /> }.into_any();
    };
    let narrowest = poster.widths.first().copied().unwrap_or_default().to_string();
    let (loading, priority) = match shown {
        Shown::OnCard => ("lazy", "auto"),
        Shown::OnPage | Shown::OnBooking => ("eager", "high"),
    };
    view! {
        <img
            class="poster poster-photo"
            src=poster.path(event_id, &narrowest)
            srcset=poster.srcset(event_id)
            sizes=shown.sizes()
            width=poster.width()
            height=poster.height
            alt=poster.alt_text.clone()
            loading=loading
            fetchpriority=priority
            decoding="async"
            data-view-name=view_name
        />
    }
    .into_any()
}

/// The event's poster. It fills its box, whatever the box's shape; screen readers pass over it.
#[component]
pub fn Poster(
    /// The event's name.
    #[prop(into)]
    name: String,
    /// The event's category.
    #[prop(into)]
    category: String,
    /// When it begins, as `When::iso`.
    #[prop(into)]
    date: String,
    /// A name that is the same for the same event on two pages, so that one poster turns into the other on the way.
    #[prop(optional_no_strip)]
    view_name: Option<String>,
) -> impl IntoView {
    let (inks, drawing) = draw(&name, &category, &date);
    view! {
        <svg
            class=format!("poster poster-inks-{inks}")
            // Until the style comes: small, and a place instead of a black sheet.
            width="160"
            height="120"
            fill="none"
            viewBox="0 0 480 360"
            preserveAspectRatio="xMidYMid slice"
            aria-hidden="true"
            data-view-name=view_name
            inner_html=drawing
        ></svg>
    }
}

/// The number of the poster's inks, from one, and its drawing as SVG elements. Contains nothing of the text it is given.
fn draw(name: &str, category: &str, date: &str) -> (u8, String) {
    let day = date.get(..10).unwrap_or(date);
    let mut dice = Dice::thrown_by(&[name, category, day]);
    let composition = Composition::for_category(category, &mut dice);
    (composition.inks(&mut dice), composition.draw(&mut dice))
}

#[cfg(test)]
mod tests {
    use super::draw;

    #[test]
    fn the_same_event_has_the_same_poster() {
        let one = draw("Nightjar Quartet", "music", "2026-12-05T19:30:00+01:00");
        assert_eq!(one, draw("Nightjar Quartet", "music", "2026-12-05T20:00:00+01:00"));
        assert_ne!(one, draw("Nightjar Quartet", "music", "2026-12-06T19:30:00+01:00"));
    }

    #[test]
    fn no_word_of_the_event_reaches_the_markup() {
        let (_, drawing) = draw("<script>alert(1)</script>", "\"><b>", "<i>");
        assert!(!drawing.contains("script") && !drawing.contains("<b>") && !drawing.contains("<i>"));
    }

    #[test]
    fn no_poster_is_empty() {
        for i in 0..500 {
            for category in ["music", "theatre", "comedy", "sport", "film", "talks", "family", "food", "art", "other"] {
                assert!(draw(&format!("Event {i}"), category, "2026-12-05").1.len() > 100);
            }
        }
    }
}
