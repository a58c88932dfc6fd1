//! How to begin, and what is the same for all functions.

use super::{
    super::{
        document::DOCUMENT,
        reference::{headers, refusals, ways_in},
    },
    parts::{Prose, inline},
    site,
};
use leptos::prelude::*;

/// What has changed in the API, the newest first: a version and what it brought.
const CHANGES: &[(&str, &str)] = &[(
    "1.0.0",
    "The first version. Within version 1 nothing is taken away and nothing that can be left out becomes necessary; new functions, \
     arguments, fields, values and refusals are added, so pass over what you don't know.",
)];

/// The text of the first page.
#[component]
pub(super) fn Guide() -> impl IntoView {
    let about = DOCUMENT["info"]["description"].as_str().unwrap_or_default().to_owned();
    view! {
        <div class="developers-text">
            <section aria-labelledby="start">
                <h2 id="start">"Quick start"</h2>
                <QuickStart />
            </section>
            <section aria-labelledby="rules">
                <h2 id="rules">"How it works"</h2>
                <Prose text=about />
            </section>
            <section aria-labelledby="authentication">
                <h2 id="authentication">"Authentication"</h2>
                <dl class="developers-list">{pairs(ways_in())}</dl>
                <p>
                    "A function that needs nobody to be signed in takes no notice of a session either, except where its answer \
                     depends on who asks. Roles decide what staff may do; who may not is told " <code>"forbidden"</code> "."
                </p>
            </section>
            <section aria-labelledby="idempotency">
                <h2 id="idempotency">"Idempotency and retries"</h2>
                <p>
                    "Send a new " <code>"Idempotency-Key"</code>
                    " with each change. When no answer came, or one with status 409 " <code>"still_running"</code>
                    ", 429 or 503, send the same request again under the same key, after " <code>"Retry-After"</code>
                    " seconds or, where there is none, after a pause that doubles each time and is a little random. It is done \
                     once. Answers are kept for 24 hours; one that was kept carries " <code>"Idempotent-Replayed: true"</code>
                    ". The same key with another request is refused with 422 " <code>"idempotency_key_reused"</code> "."
                </p>
                <p>
                    "Functions under " <code>"auth/"</code> " and " <code>"api_keys/"</code> " take no notice of a key."
                </p>
            </section>
            <section aria-labelledby="paging">
                <h2 id="paging">"Lists"</h2>
                <p>
                    "A list answers " <code>"{items, next_cursor}"</code> ", at most " <code>"limit"</code>
                    " items at once, 200 at most. For the next page pass " <code>"next_cursor"</code> " as "
                    <code>"cursor"</code> ", with the same filters. Nothing is skipped or told twice when something is added \
                     meanwhile."
                </p>
            </section>
            <section aria-labelledby="headers">
                <h2 id="headers">"Headers of answers"</h2>
                <dl class="developers-list">{pairs(headers())}</dl>
            </section>
            <Webhooks />
            <section aria-labelledby="refusals">
                <h2 id="refusals">"Refusals"</h2>
                <p>
                    "Always " <code>"{code, message, details, request_id}"</code> ". Each function names those of its own; these \
                     are all of them."
                </p>
                <Refusals />
            </section>
            <section aria-labelledby="changes">
                <h2 id="changes">"Changes"</h2>
                <dl class="developers-list">
                    {CHANGES
                        .iter()
                        .map(|&(version, said)| view! { <div><dt>{version}</dt><dd>{said}</dd></div> })
                        .collect::<Vec<_>>()}
                </dl>
            </section>
        </div>
    }
}

#[component]
fn QuickStart() -> impl IntoView {
    let site = site();
    let step = |words: &'static str, line: String| {
        view! {
            <li>
                <p>{inline(words)}</p>
                <pre tabindex="0"><code>{line}</code></pre>
            </li>
        }
    };
    view! {
        <ol class="developers-steps">
            {step("Find an event that has places.", format!("curl '{site}/api/v1/events/list?limit=5'"))}
            {step(
                "Make an account. The cookie in `jar` says who you are from now on.",
                format!(
                    "curl -c jar '{site}/api/v1/auth/register' \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"email\": \"ada@example.org\", \"password\": \"correct horse battery\", \"first_name\": \"Ada\", \"last_name\": \"Lovelace\"}}'",
                ),
            )}
            {step(
                "Hold two places. They are yours until `expires_at`.",
                format!(
                    "curl -b jar '{site}/api/v1/bookings/hold' \\\n  -H 'Content-Type: application/json' -H \"Idempotency-Key: $(uuidgen)\" \\\n  -d '{{\"event_id\": \"…\", \"quantity\": 2}}'",
                ),
            )}
            {step(
                "Book them, with the `id` that the hold answered.",
                format!(
                    "curl -b jar '{site}/api/v1/bookings/confirm' \\\n  -H 'Content-Type: application/json' -H \"Idempotency-Key: $(uuidgen)\" \\\n  -d '{{\"booking_id\": \"…\"}}'",
                ),
            )}
        </ol>
        <p>
            "A whole client with retries, in Python, is " <code>"docs/client.py"</code>
            " in the source. For other languages, generators read " <a href="/api/openapi.json">"openapi.json"</a> "."
        </p>
    }
}

/// What other sites are told, where the document has it.
#[component]
fn Webhooks() -> impl IntoView {
    let hooks = DOCUMENT["webhooks"].as_object()?;
    let hooks: Vec<_> = hooks
        .iter()
        .map(|(name, hook)| (name.clone(), hook["post"]["summary"].as_str().unwrap_or_default().to_owned()))
        .collect();
    Some(view! {
        <section aria-labelledby="webhooks">
            <h2 id="webhooks">"Webhooks"</h2>
            <p>"What happens can be told to an address of yours, as it happens."</p>
            <dl class="developers-list">{pairs(hooks)}</dl>
        </section>
    })
}

#[component]
fn Refusals() -> impl IntoView {
    let rows = refusals().into_iter().map(|refusal| {
        let anchor = refusal.code.clone();
        view! {
            <tr id=anchor>
                <th scope="row"><code>{refusal.code}</code></th>
                <td>{refusal.status}</td>
                <td>{inline(&refusal.description)}</td>
            </tr>
        }
    });
    view! {
        <div class="developers-scroll" tabindex="0" role="region" aria-label="All refusals">
            <table>
                <thead>
                    <tr>
                        <th scope="col">"Code"</th>
                        <th scope="col">"Status"</th>
                        <th scope="col">"What it means"</th>
                    </tr>
                </thead>
                <tbody>{rows.collect::<Vec<_>>()}</tbody>
            </table>
        </div>
    }
}

fn pairs(pairs: Vec<(String, String)>) -> Vec<AnyView> {
    let each = pairs
        .into_iter()
        .map(|(name, said)| view! { <div><dt><code>{name}</code></dt><dd>{inline(&said)}</dd></div> }.into_any());
    each.collect()
}
