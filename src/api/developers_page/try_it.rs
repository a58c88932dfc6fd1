//! Trying a function out: the line for a shell, and with scripts a form that sends the request from here.

use super::{super::reference::Operation, site};
use leptos::prelude::*;

/// The request as a line for a shell, and a form that sends it as whoever is signed in here.
#[component]
pub(super) fn TryIt(operation: Operation) -> impl IntoView {
    let Operation { id, method, path, query, example, is_keyed, .. } = operation;
    let is_post = method == "POST";
    let body = example.map(|example| format!("{example:#}"));
    let shell = shell_line(&format!("{}{path}{query}", site()), is_post, is_keyed, body.as_deref());
    let query_field = (!is_post).then(|| {
        view! {
            <label for=format!("{id}-query")>"Query"</label>
            <input id=format!("{id}-query") name="query" value=query.trim_start_matches('?').to_owned() spellcheck="false" autocomplete="off" />
        }
    });
    let lines = body.as_ref().map_or(2, |body| body.lines().count());
    let body_field = is_post.then(|| {
        view! {
            <label for=format!("{id}-body")>"Body"</label>
            <textarea id=format!("{id}-body") name="body" rows=lines spellcheck="false" autocomplete="off">
                {body.unwrap_or_else(|| "{}".to_owned())}
            </textarea>
        }
    });
    let note = if is_post {
        "It is sent as whoever is signed in here, and what it changes is changed."
    } else {
        "It is sent as whoever is signed in here."
    };
    view! {
        <details class="developers-try">
            <summary>"Try it"</summary>
            <pre tabindex="0"><code>{shell}</code></pre>
            <form class="form needs-scripts" data-try=method data-path=path data-keyed=is_keyed.then_some("")>
                <div class="field">{query_field} {body_field}</div>
                <p class="field-hint">{note}</p>
                <button type="submit" class="button button-secondary">"Send"</button>
            </form>
            <pre class="developers-reply" tabindex="0" hidden><code></code></pre>
            <p class="visually-hidden" role="status"></p>
        </details>
    }
}

/// The same request for a shell. The cookies of `jar` say who asks.
fn shell_line(address: &str, is_post: bool, is_keyed: bool, body: Option<&str>) -> String {
    let mut parts = vec![format!("curl -b jar -c jar '{address}'")];
    if is_keyed {
        parts.push("-H \"Idempotency-Key: $(uuidgen)\"".to_owned());
    }
    if is_post {
        let body = body.unwrap_or("{}").replace('\'', "'\\''");
        parts.push("-H 'Content-Type: application/json'".to_owned());
        parts.push(format!("-d '{body}'"));
    }
    parts.join(" \\\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_in_an_example_does_not_end_the_line() {
        let line = shell_line("https://x/api", true, true, Some(r#"{"a":"it's"}"#));
        assert!(line.contains(r#"-d '{"a":"it'\''s"}'"#), "{line}");
        assert!(line.contains("Idempotency-Key"), "{line}");
        assert!(!shell_line("https://x/api", false, false, None).contains("-d"));
    }
}
