//! x
use leptos::prelude::*;
/// x
#[component]
pub fn HomePage() -> impl IntoView {
    view! { <h1>"x"</h1> }
}
