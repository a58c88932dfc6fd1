//! The fields of a webhook, for making one and changing one.

use super::model::{KINDS, Kind, WebhookForm, is_alert};
use crate::{
    error::{Error, Problem},
    ui::Field,
};
use leptos::prelude::*;

/// The fields.
#[component]
pub fn WebhookFields(
    /// What stands in them at first.
    typed: WebhookForm,
    /// Whether it can be told of the system itself.
    with_alerts: bool,
    /// Why the form came back, if it did.
    #[prop(optional_no_strip)]
    refused: Option<Error>,
) -> impl IntoView {
    let WebhookForm { url, kinds, note } = typed;
    let problem = refused.as_ref().and_then(|error| error.field("kinds"));
    // What it is told already stays chosen, also where its reader couldn't choose it.
    let is_chosen = |kind: &Kind| kinds.iter().any(|chosen| chosen == kind.key);
    let shown = |kind: &Kind| with_alerts || !is_alert(kind.key) || is_chosen(kind);
    let check = |(at, kind): (usize, Kind)| {
        let is_chosen = is_chosen(&kind);
        view! {
            <label class="check">
                <input type="checkbox" name=format!("kinds[{at}]") value=kind.key checked=is_chosen />
                {kind.words}
            </label>
        }
    };
    let checks = KINDS.into_iter().filter(shown).enumerate().map(check).collect_view();
    view! {
        <Field
            label="Address"
            name="url"
            kind="url"
            value=url
            hint="Of your server: https, and reached by the whole internet."
            problem=say_url(refused.as_ref())
            refusal=refused.clone()
            required=true
        />
        <fieldset class="code-sections">
            <legend>"Tell it when"</legend>
            <p class="field-hint">"None chosen: whatever happens to bookings and events."</p>
            {problem.map(|words| view! { <p class="field-problem">{words}</p> })}
            <div class="code-section-list">{checks}</div>
        </fieldset>
        <Field label="Note" name="note" value=note hint="What it is for. Only staff read it." refusal=refused />
    }
}

/// What is wrong with the address: the general words say less.
fn say_url(refused: Option<&Error>) -> Option<String> {
    let Some(Error::Invalid(fields)) = refused else { return None };
    let problem = &fields.iter().find(|field| field.field == "url")?.problem;
    let words = match problem {
        Problem::Malformed => "This is no address that begins with https:// and names a server.",
        Problem::OutOfRange(..) => {
            "There are as many webhooks as there can be: 20 of an event, 50 of all events. Remove one first."
        }
        Problem::Unknown => "This name leads to no address that the whole internet reaches.",
        _ => return None,
    };
    Some(words.to_owned())
}
