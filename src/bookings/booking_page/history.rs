//! What happened to a booking, as a line of time.

use crate::bookings::model::HistoryEntry;
use leptos::prelude::*;

/// The entries, oldest first.
#[component]
pub fn History(
    /// The entries.
    history: Vec<HistoryEntry>,
) -> impl IntoView {
    view! {
        <section class="booking-history" aria-labelledby="history-heading">
            <h2 id="history-heading">"What happened"</h2>
            <ol>
                {history
                    .into_iter()
                    .map(|entry| {
                        view! {
                            <li>
                                <p>{entry.sentence}</p>
                                <time datetime=entry.when.iso>{entry.when.date_short} ", " {entry.when.time} " " {entry.when.zone}</time>
                            </li>
                        }
                    })
                    .collect_view()}
            </ol>
        </section>
    }
}
