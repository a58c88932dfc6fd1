//! What wakes up the islands of a page, once the page can be seen.

use leptos::{hydration::HydrationScripts, nonce::use_nonce, prelude::*};
use std::sync::OnceLock;

const WAKE: &str = include_str!("wake.js");

/// Loads the browser's half after the first paint.
///
/// Leptos' own tags ask for it at once, beside the style and the typeface: on a slow phone a page was to be seen half a second
/// later for it. They also read a file for each page.
#[component]
pub fn WakeIslands(
    /// Where the browser's half lies.
    options: LeptosOptions,
) -> impl IntoView {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    let script = SCRIPT.get_or_init(|| write(options)).as_str();
    view! { <script type="module" nonce=use_nonce()>{script}</script> }
}

/// Leptos' script, which never changes while the program runs, in a function that is called later, after asking for the
/// WebAssembly: the script would do so only when its JavaScript is there.
fn write(options: LeptosOptions) -> String {
    let html = Owner::new().with(|| view! { <HydrationScripts options islands=true /> }.to_html());
    let leptos =
        cut(&html, "<script", "</script>").and_then(|tag| tag.split_once('>')).map_or("", |(_, script)| script);
    let wasm = html.split('"').find(|text| text.ends_with(".wasm")).unwrap_or_default();
    format!(
        "{}(() => {{ document.head.append(Object.assign(document.createElement('link'), {{ rel: 'preload', as: 'fetch', \
         type: 'application/wasm', crossOrigin: '', href: '{wasm}' }})); {leptos} }});",
        WAKE.trim_end()
    )
}

/// What stands between these two.
fn cut<'a>(text: &'a str, from: &str, to: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(from)?;
    rest.split_once(to).map(|(inside, _)| inside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_is_that_of_leptos_and_names_the_files() {
        let options = LeptosOptions::builder().output_name("evently").site_pkg_dir("pkg").build();
        let script = write(options);
        assert!(script.contains("hydrateIslands(document.body, mod)"), "{script}");
        assert!(
            script.contains("href: '/pkg/evently") && script.contains("(\"\", \"pkg\", \"evently\", \"evently"),
            "{script}"
        );
        assert!(!script.contains("</script") && !script.contains("<link"), "{script}");
    }
}
