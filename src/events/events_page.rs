//! x
use leptos::prelude::*;
/// x
#[component]
pub fn EventsPage() -> impl IntoView {
    view! { <h1>"x"</h1> }
}
