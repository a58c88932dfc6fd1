//! Documents that are no pages of the app: without header, session and scripts, the same for everybody.

use super::head_of_all::HeadOfAll;
use leptos::prelude::*;

/// The document around this body. `options` says where the site's style sheet lies.
pub fn bare_page<V: IntoView>(options: LeptosOptions, title: String, body: impl FnOnce() -> V) -> String {
    // Nothing outlives the text that is made of it.
    Owner::new().with(|| {
        let document = view! {
            <!DOCTYPE html>
            <html lang="en">
                <head>
                    <HeadOfAll options />
                    <meta name="robots" content="noindex" />
                    <title>{title}</title>
                </head>
                <body class="bare">{body()}</body>
            </html>
        };
        document.to_html()
    })
}
