//! The frame around every page: header, footer, and a page's own head.

use leptos::prelude::*;
use leptos_router::components::A;

/// The header: a link past it for keyboards, the name, the main links, and what the site adds at its end.
#[component]
pub fn SiteHeader(
    /// What stands at its end, for example who is signed in.
    children: Children,
) -> impl IntoView {
    view! {
        <a class="skip-link" href="#main">"Skip to content"</a>
        <header class="site-header">
            <div class="site-header-row">
                <a class="wordmark" href="/">"Evently"</a>
                <nav class="site-nav" aria-label="Main">
                    <A href="/events">"Events"</A>
                    " "
                    <A href="/bookings">"Bookings"</A>
                </nav>
                <div class="site-header-end">{children()}</div>
            </div>
        </header>
    }
}

/// The footer.
#[component]
pub fn SiteFooter() -> impl IntoView {
    view! {
        <footer class="site-footer">
            <div class="site-footer-row">
                <p class="wordmark">"Evently"</p>
                <p>"Find an event, pick your places, and they are yours."</p>
                <p><a href="/developers">"Developers"</a></p>
            </div>
        </footer>
    }
}

/// A page's heading with the line below it.
#[component]
pub fn PageHead(
    /// The heading: the page's only `h1`.
    #[prop(into)]
    title: String,
    /// The line below.
    #[prop(optional, into)]
    lead: Option<String>,
) -> impl IntoView {
    view! {
        <header class="page-head">
            <h1>{title}</h1>
            {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
        </header>
    }
}
