//! What stands where something will be, at the size it will have.

use leptos::prelude::*;

/// Grey shapes while something loads, and the word for those who can't see them.
#[component]
pub fn Skeleton(
    /// A class of the page that sets the size of one shape, for example `skeleton-card`.
    #[prop(optional)]
    shape: &'static str,
    /// How many shapes.
    #[prop(default = 1)]
    count: usize,
) -> impl IntoView {
    view! {
        <div class="skeleton-group" role="status">
            <span class="visually-hidden">"Loading…"</span>
            {(0..count).map(|_| view! { <span class=format!("skeleton {shape}") aria-hidden="true"></span> }).collect_view()}
        </div>
    }
}
