//! Documents that are no pages of the app: without header, session and scripts, the same for everybody.

use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

/// The document around this body. `options` says where the site's style sheet lies.
pub fn bare_page<V: IntoView>(options: LeptosOptions, title: String, body: impl FnOnce() -> V) -> String {
    // Nothing outlives the text that is made of it.
    Owner::new().with(|| {
        let document = view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <meta name="robots" content="noindex" />
                    <title>{title}</title>
                    <link
                        rel="preload"
                        href="/fonts/bricolage-grotesque-latin.woff2"
                        r#as="font"
                        r#type="font/woff2"
                        crossorigin="anonymous"
                    />
                    <HashedStylesheet options id="style" />
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                </head>
                <body class="bare">{body()}</body>
            </html>
        };
        document.to_html()
    })
}
