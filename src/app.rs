//! The document around every page, what every page shares, and the route table.

mod installed;
pub mod offline_page;
pub mod sharing;
pub mod wake;

use crate::{
    account::{correct_page::CorrectPage, delete_page::DeletePage, guest_link_page::GuestLinkPage},
    analytics::{
        entries_page::EntriesPage, event_figures_page::EventFiguresPage, figures_page::FiguresPage,
        overview_page::OverviewPage,
    },
    api::developers_page::{DevelopersPage, ReferencePage},
    bookings::{
        admin::{
            blocked_page::BlockedPage, booking_page::FilePage, bookings_page::SearchPage,
            box_office_page::BoxOfficePage, move_page::MovePage,
        },
        booking_page::{BookingPage, CancelPage},
        bookings_page::BookingsPage,
        checkout_page::CheckoutPage,
    },
    checkins::{
        admin::check_in_page::EventCheckInPage, choose_page::ChooseDoorPage, door_page::DoorPage,
        join_page::JoinDoorPage,
    },
    discounts::admin::{code_page::CodePage, codes_page::CodesPage, generate_page::GeneratePage},
    error::Error,
    events::{
        admin::{
            cancel_page::CancelEventPage,
            duplicate_page::DuplicateEventPage,
            edit_page::{EditEventPage, NewEventPage},
            events_page::ManagedEventsPage,
            poster_page::PosterPage,
            summary_page::SummaryPage,
        },
        event_page::EventPage,
        events_page::EventsPage,
        home_page::HomePage,
        month_page::MonthPage,
    },
    health::health_page::HealthPage,
    notifications::{
        notifications_page::{NotificationsLink, NotificationsPage},
        unsubscribe_page::UnsubscribePage,
    },
    seats::admin::{
        designer_page::{DesignerPage, PlanPage},
        plans_page::PlansPage,
        prices_page::PricesPage,
    },
    server::{shared_pages::PersonalPart, state::AppState},
    staff::{invitation_page::InvitationPage, log_page::LogPage, people_page::PeoplePage},
    tickets::{ticket_page::TicketPage, tickets_page::TicketsPage, transfer_page::TransferPage},
    ui::{FormRefusal, HeadOfAll, PageError, Personal, SiteFooter, SiteHeader, refusal},
    users::{
        account_page::AccountPage,
        api::Logout,
        guest_page::GuestPage,
        programs::{apps_page::AppsPage, keys_page::KeysPage},
        reset_page::{ForgotPasswordPage, ResetPasswordPage},
        sessions_page::SessionsPage,
        sign_in_page::{RegisterPage, SessionLinks, SignInPage, provide_session},
        verify_page::VerifyEmailPage,
    },
    waitlist::admin::waitlist_page::LinePage,
    webhooks::{webhook_page::WebhookPage, webhooks_page::WebhooksPage},
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
pub const PRIVATE_PATHS: [&str; 13] = [
    "/account",
    "/admin",
    "/bookings",
    "/checkin",
    "/forgot-password",
    "/guest",
    "/notifications",
    "/register",
    "/reset-password",
    "/sign-in",
    "/tickets",
    "/unsubscribe",
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
                <Personal part=PersonalPart::HeaderEnd>
                    <NotificationsLink />
                    <SessionLinks />
                </Personal>
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
                    <Route path=path!("/checkin") view=ChooseDoorPage ssr=SsrMode::Async />
                    <Route path=path!("/checkin/join") view=JoinDoorPage ssr=SsrMode::Async />
                    <Route path=path!("/checkin/:id") view=DoorPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/checkin") view=EventCheckInPage ssr=SsrMode::Async />
                    <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async />
                    <Route path=path!("/sign-in/guest") view=GuestPage ssr=SsrMode::Async />
                    <Route path=path!("/guest") view=GuestLinkPage ssr=SsrMode::Async />
                    <Route path=path!("/register") view=RegisterPage ssr=SsrMode::Async />
                    <Route path=path!("/notifications") view=NotificationsPage ssr=SsrMode::Async />
                    <Route path=path!("/unsubscribe") view=UnsubscribePage ssr=SsrMode::Async />
                    <Route path=path!("/forgot-password") view=ForgotPasswordPage ssr=SsrMode::Async />
                    <Route path=path!("/reset-password") view=ResetPasswordPage ssr=SsrMode::Async />
                    <Route path=path!("/verify-email") view=VerifyEmailPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events") view=ManagedEventsPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/new") view=NewEventPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id") view=SummaryPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/edit") view=EditEventPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/poster") view=PosterPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/seat-map") view=DesignerPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/prices") view=PricesPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/codes") view=CodesPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/codes/:code") view=CodePage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/generate-codes") view=GeneratePage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/duplicate") view=DuplicateEventPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/cancel") view=CancelEventPage ssr=SsrMode::Async />
                    <Route path=path!("/developers") view=DevelopersPage ssr=SsrMode::Async />
                    <Route path=path!("/developers/:noun") view=ReferencePage ssr=SsrMode::Async />
                    <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async />
                    <Route path=path!("/account/sessions") view=SessionsPage ssr=SsrMode::Async />
                    <Route path=path!("/account/apps") view=AppsPage ssr=SsrMode::Async />
                    <Route path=path!("/account/keys") view=KeysPage ssr=SsrMode::Async />
                    <Route path=path!("/account/address") view=CorrectPage ssr=SsrMode::Async />
                    <Route path=path!("/account/delete") view=DeletePage ssr=SsrMode::Async />
                    <Route path=path!("/admin") view=OverviewPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/figures") view=FiguresPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/figures") view=EventFiguresPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/figures/rows") view=EntriesPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/bookings") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/bookings/:id") view=FilePage ssr=SsrMode::Async />
                    <Route path=path!("/admin/bookings/:id/seats") view=MovePage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/bookings") view=SearchPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/book") view=BoxOfficePage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/blocked") view=BlockedPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/waitlist") view=LinePage ssr=SsrMode::Async />
                    <Route path=path!("/admin/seat-maps") view=PlansPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/seat-maps/:id") view=PlanPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/people") view=PeoplePage ssr=SsrMode::Async />
                    <Route path=path!("/admin/webhooks") view=WebhooksPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/webhooks/:webhook") view=WebhookPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/webhooks") view=WebhooksPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/health") view=HealthPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/log") view=LogPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/invitation") view=InvitationPage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/people") view=PeoplePage ssr=SsrMode::Async />
                    <Route path=path!("/admin/events/:id/log") view=LogPage ssr=SsrMode::Async />
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
