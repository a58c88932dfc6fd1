//! Two who edit one event: where they differ, and whose words count.

use crate::{
    events::editing::form::{ChangedBy, Difference},
    ui::{Notice, Tone},
};
use leptos::prelude::*;

/// The fields in which what was typed differs from what somebody saved meanwhile, each with the choice between the two. What
/// only one of them changed is chosen already; what both did is asked for.
#[component]
pub fn Conflicts(
    /// Where they differ.
    differences: Vec<Difference>,
) -> impl IntoView {
    let rows = differences.into_iter().enumerate().map(|(place, differs)| view! { <Choice place differs /> });
    view! {
        <Notice tone=Tone::Warning>
            <p>"Somebody else saved this event while you were editing it. Nothing is lost: choose what counts, field by field, and save."</p>
            <p>"The fields below are as you typed them. Where you choose theirs, theirs count."</p>
        </Notice>
        <div class="conflicts">{rows.collect_view()}</div>
    }
}

#[component]
fn Choice(place: usize, differs: Difference) -> impl IntoView {
    let name = format!("theirs[{place}]");
    let words = match differs.by {
        ChangedBy::You => "Only you changed this.",
        ChangedBy::Them => "Only they changed this.",
        ChangedBy::Both => "You both changed this.",
    };
    let say = |text: String| if text.is_empty() { "(empty)".to_owned() } else { text };
    let is_required = differs.by == ChangedBy::Both;
    view! {
        <fieldset class="conflict">
            <legend>{differs.label}</legend>
            <p class="muted">{words}</p>
            <label class="conflict-side">
                <input type="radio" name=name.clone() value="" required=is_required checked=differs.by == ChangedBy::You />
                <span class="conflict-whose">"Yours"</span>
                <span class="conflict-text">{say(differs.yours)}</span>
            </label>
            <label class="conflict-side">
                <input type="radio" name=name value=differs.field required=is_required checked=differs.by == ChangedBy::Them />
                <span class="conflict-whose">"Theirs"</span>
                <span class="conflict-text">{say(differs.theirs)}</span>
            </label>
        </fieldset>
    }
}
