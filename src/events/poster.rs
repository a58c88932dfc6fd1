//! A poster for an event that has none: drawn from its name, category and date, the same wherever it is drawn.
//!
//! The drawing is made of whole numbers only and named inks (`style/components.css` mixes them), so that server and
//! browser agree to the letter and the page needs no inline style.

mod composition;
mod dice;
pub(super) mod picture;

use composition::Composition;
use dice::Dice;
use leptos::prelude::*;

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
    #[prop(optional, into)]
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
