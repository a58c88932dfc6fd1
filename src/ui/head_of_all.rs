//! What stands in the head of every document, whoever it is for.

use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

/// How the document is read, the site's look, and its icon. `options` say where the style sheet lies.
#[component]
pub fn HeadOfAll(
    /// The site's settings.
    options: LeptosOptions,
) -> impl IntoView {
    view! {
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link
            rel="preload"
            href="/fonts/bricolage-grotesque-latin.woff2"
            r#as="font"
            r#type="font/woff2"
            crossorigin="anonymous"
        />
        <HashedStylesheet options id="style" />
        <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
    }
}
