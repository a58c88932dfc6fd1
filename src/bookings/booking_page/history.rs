//! What happened to a booking, or to one of its tickets, as a line of time.

use crate::events::model::When;
use leptos::prelude::*;

/// The entries, oldest first.
#[component]
pub fn History(
    /// The sentence of each entry, and when it happened.
    entries: Vec<(String, When)>,
) -> impl IntoView {
    view! {
        <section class="booking-history" aria-labelledby="history-heading">
            <h2 id="history-heading">"What happened"</h2>
            <ol>
                {entries
                    .into_iter()
                    .map(|(sentence, when)| {
                        view! {
                            <li>
                                <p>{sentence}</p>
                                <time datetime=when.iso>{when.date_short} ", " {when.time} " " {when.zone}</time>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </section>
    }
}
