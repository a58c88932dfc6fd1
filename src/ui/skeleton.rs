//! What stands where something will be, at the size it will have.

use leptos::prelude::*;

/// A grey shape while something loads, and the word for those who can't see them.
#[component]
pub fn Skeleton(
    /// A class of the page that sets the size of the shape, for example `skeleton-seats`.
    shape: &'static str,
) -> impl IntoView {
    view! {
        <div class="skeleton-group" role="status">
            <span class="visually-hidden">"Loading…"</span>
            <span class=format!("skeleton {shape}") aria-hidden="true"></span>
        </div>
    }
}
