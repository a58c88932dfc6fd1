//! The document around every page, what every page shares, and the route table.

mod installed;
pub mod offline_page;
pub mod wake;

use crate::{
    account::delete_page::DeletePage,
    bookings::{
        booking_page::{BookingPage, CancelPage},
        bookings_page::BookingsPage,
        checkout_page::CheckoutPage,
    },
    error::Error,
    events::{event_page::EventPage, events_page::EventsPage, home_page::HomePage, month_page::MonthPage},
    notifications::notifications_page::{NotificationsLink, NotificationsPage},
    server::state::AppState,
    tickets::{ticket_page::TicketPage, tickets_page::TicketsPage, transfer_page::TransferPage},
    ui::{FormRefusal, HeadOfAll, PageError, SiteFooter, SiteHeader, refusal},
    users::{
        account_page::AccountPage,
        api::Logout,
        reset_page::{ForgotPasswordPage, ResetPasswordPage},
        sessions_page::SessionsPage,
        sign_in_page::{RegisterPage, SessionLinks, SignInPage, provide_session},
        verify_page::VerifyEmailPage,
    },
};
use axum::Router as Routes;
use leptos::prelude::*;
use leptos_meta::{Meta, MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{FlatRoutes, Route, Router},
    hooks::use_location,
    path,
};
use offline_page::KeepOfflinePage;
use wake::WakeIslands;

/// Where pages are about a person, each with all that lies below it: nothing for search engines.
pub const PRIVATE_PATHS: [&str; 9] = [
    "/account",
    "/bookings",
    "/forgot-password",
    "/notifications",
    "/register",
    "/reset-password",
    "/sign-in",
    "/tickets",
    "/verify-email",
];

/// What belongs to the site as a whole and is no page: icons, manifest, service worker, the page for no connection.
pub fn routes() -> Routes<AppState> {
    Routes::new().merge(installed::routes()).merge(offline_page::routes())
}

/// The HTML document around the app.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <HeadOfAll options=options.clone() />
                <meta name="theme-color" media="(prefers-color-scheme: light)" content="#f7f7f5" />
                <meta name="theme-color" media="(prefers-color-scheme: dark)" content="#111214" />
                <link rel="apple-touch-icon" href="/apple-touch-icon.png" />
                <link rel="manifest" href="/manifest.webmanifest" />
                <AutoReload options=options.clone() />
                <WakeIslands options />
                <KeepOfflinePage />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// Everything between `<body>` and `</body>`: the frame and the page the address names.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_session();
    view! {
        <Title formatter=page_title />
        <Router>
            <KeptPrivate />
            <SiteHeader>
                <NotificationsLink />
                <SessionLinks />
            </SiteHeader>
            <main id="main" tabindex="-1">
                // Its form is on every page.
                <FormRefusal refusal={refusal::<Logout>()} />
                <FlatRoutes fallback=NotFoundPage>
                    <Route path=path!("/") view=HomePage ssr=SsrMode::Async />
                    <Route path=path!("/events") view=EventsPage ssr=SsrMode::Async />
                    <Route path=path!("/events/month") view=MonthPage ssr=SsrMode::Async />
                    <Route path=path!("/events/:id") view=EventPage ssr=SsrMode::Async />
                    <Route path=path!("/bookings") view=BookingsPage ssr=SsrMode::Async />
                    <Route path=path!("/bookings/:id") view=BookingPage ssr=SsrMode::Async />
                    <Route path=path!("/bookings/:id/checkout") view=CheckoutPage ssr=SsrMode::Async />
                    <Route path=path!("/bookings/:id/cancel") view=CancelPage ssr=SsrMode::Async />
                    <Route path=path!("/bookings/:id/tickets") view=TicketsPage ssr=SsrMode::Async />
                    <Route path=path!("/tickets/transfers") view=TransferPage ssr=SsrMode::Async />
                    <Route path=path!("/tickets/:id") view=TicketPage ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/register") view=RegisterPage ssr=SsrMode::Async />
                    <Route path=path!("/notifications") view=NotificationsPage ssr=SsrMode::Async />
                    <Route path=path!("/forgot-password") view=ForgotPasswordPage ssr=SsrMode::Async />
                    <Route path=path!("/reset-password") view=ResetPasswordPage ssr=SsrMode::Async />
                    <Route path=path!("/verify-email") view=VerifyEmailPage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async />
                    <Route path=path!("/account/sessions") view=SessionsPage ssr=SsrMode::Async />
                    <Route path=path!("/account/delete") view=DeletePage ssr=SsrMode::Async />
                </FlatRoutes>
            </main>
            <SiteFooter />
        </Router>
    }
}

/// Keeps the pages of [`PRIVATE_PATHS`] out of search engines.
#[component]
fn KeptPrivate() -> impl IntoView {
    let path = use_location().pathname.get_untracked();
    let is_private = PRIVATE_PATHS.iter().any(|private| path.starts_with(private));
    is_private.then(|| {
        view! {
            <Meta name="robots" content="noindex" />
            // What a messenger says of a link to them.
            <Meta name="description" content="Find an event, pick your places, and they are yours." />
        }
    })
}

/// The title in the tab: the page's own, then the site's.
fn page_title(page: String) -> String {
    if page.is_empty() { "Evently".to_owned() } else { format!("{page} · Evently") }
}

/// What stands at an address that leads nowhere.
#[component]
fn NotFoundPage() -> impl IntoView {
    view! {
        <Title text="Nothing here" />
        <PageError error=Error::NotFound />
    }
}
