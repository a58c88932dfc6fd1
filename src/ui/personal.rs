//! Parts of a page that are about who asks, on pages that are the same for everybody besides.

use crate::server::shared_pages::{Drawing, PersonalPart};
use leptos::prelude::*;

/// A part that is about who asks. In a page that is drawn once for everybody, it is what somebody sees who isn't signed in, and
/// can be filled in for each who is.
#[component]
pub fn Personal(
    /// Which part it is.
    part: PersonalPart,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let around = Drawing::current().map(|drawing| drawing.around(part));
    let [open, close] = around.map(|around| around.map(Some)).unwrap_or_default();
    view! {
        {open}
        {children()}
        {close}
    }
}
