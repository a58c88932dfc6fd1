//! The frame of the dashboard's pages: where one is, and where else one may go.

use super::{
    api::get_member,
    model::{Permission, Posts},
};
use crate::{id::EventId, server::begin, ui::PageHead};
use leptos::prelude::*;
use leptos_meta::Title;

/// A page of the site as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SiteTab {
    /// How it is going.
    Overview,
    /// All events.
    Events,
    /// Bookings of all events.
    Bookings,
    /// Seat maps that are kept to begin from.
    SeatMaps,
    /// What was sold.
    Figures,
    /// Which servers are told of what happens.
    Webhooks,
    /// Who may do what everywhere, and who is invited.
    People,
    /// What was done.
    Log,
    /// How the system is.
    Health,
}

/// A page of one event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventTab {
    /// How it stands.
    Summary,
    /// Its fields.
    Edit,
    /// Its picture.
    Poster,
    /// Its seats, to be drawn.
    SeatMap,
    /// What its seats cost.
    Prices,
    /// Its discount codes.
    Codes,
    /// Its bookings.
    Bookings,
    /// Who waits for it.
    Waitlist,
    /// Its seats that are kept back.
    Blocked,
    /// Who came.
    CheckIn,
    /// What was sold.
    Figures,
    /// Which servers are told of what happens.
    Webhooks,
    /// Who may do what for it.
    People,
    /// What was done to it.
    Log,
}

/// Where a page of the dashboard stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among the pages of the site.
    Site(SiteTab),
    /// Among the pages of this event.
    Event {
        /// Which of them.
        tab: EventTab,
        /// The event.
        event_id: EventId,
        /// Its name.
        name: String,
    },
}

/// A link of the navigation: where to, its words, what one needs to find something there.
type Way = (&'static str, &'static str, Permission);

impl SiteTab {
    const ALL: [Self; 9] = [
        Self::Overview,
        Self::Events,
        Self::Bookings,
        Self::SeatMaps,
        Self::Figures,
        Self::Webhooks,
        Self::People,
        Self::Log,
        Self::Health,
    ];

    fn way(self) -> Way {
        match self {
            Self::Overview => ("/admin", "Overview", Permission::SeeEvents),
            Self::Events => ("/admin/events", "Events", Permission::SeeEvents),
            Self::Bookings => ("/admin/bookings", "Bookings", Permission::SeeBookings),
            Self::SeatMaps => ("/admin/seat-maps", "Seat maps", Permission::EditEvents),
            Self::Figures => ("/admin/figures", "Figures", Permission::SeeFigures),
            Self::Webhooks => ("/admin/webhooks", "Webhooks", Permission::RunWebhooks),
            Self::People => ("/admin/people", "People", Permission::RunStaff),
            Self::Log => ("/admin/log", "Log", Permission::SeeLog),
            Self::Health => ("/admin/health", "Health", Permission::SeeHealth),
        }
    }
}

impl EventTab {
    const ALL: [Self; 14] = [
        Self::Summary,
        Self::Edit,
        Self::Poster,
        Self::SeatMap,
        Self::Prices,
        Self::Codes,
        Self::Bookings,
        Self::Waitlist,
        Self::Blocked,
        Self::CheckIn,
        Self::Figures,
        Self::Webhooks,
        Self::People,
        Self::Log,
    ];

    /// The path is below the event's.
    fn way(self) -> Way {
        match self {
            Self::Summary => ("", "Summary", Permission::SeeEvents),
            Self::Edit => ("/edit", "Edit", Permission::EditEvents),
            Self::Poster => ("/poster", "Poster", Permission::EditEvents),
            Self::SeatMap => ("/seat-map", "Seat map", Permission::EditEvents),
            Self::Prices => ("/prices", "Prices", Permission::EditEvents),
            Self::Codes => ("/codes", "Codes", Permission::RunDiscounts),
            Self::Bookings => ("/bookings", "Bookings", Permission::SeeBookings),
            Self::Waitlist => ("/waitlist", "Waitlist", Permission::SeeBookings),
            Self::Blocked => ("/blocked", "Kept back", Permission::BlockSeats),
            Self::CheckIn => ("/checkin", "Check-in", Permission::CheckIn),
            Self::Figures => ("/figures", "Figures", Permission::SeeFigures),
            Self::Webhooks => ("/webhooks", "Webhooks", Permission::RunWebhooks),
            Self::People => ("/people", "People", Permission::RunStaff),
            Self::Log => ("/log", "Log", Permission::SeeLog),
        }
    }
}

/// The path of a page of an event: `below` is its end, with a slash; empty for the event's own.
pub fn event_path(event_id: EventId, below: &str) -> String {
    format!("/admin/events/{event_id}{below}")
}

/// A page of the dashboard: its title, the ways to others that its reader may go, and what it shows.
#[component]
pub fn DashboardPage(
    /// The page's heading.
    #[prop(into)]
    title: String,
    /// The line below the heading.
    #[prop(optional, into)]
    lead: Option<String>,
    /// Where it stands.
    place: Place,
    /// What it shows.
    children: Children,
) -> impl IntoView {
    let member = begin(get_member());
    let tab_title = match &place {
        Place::Site(_) => title.clone(),
        Place::Event { name, .. } => format!("{title} · {name}"),
    };
    view! {
        <Title text=tab_title />
        <section class="page dashboard">
            {Suspend::new(async move { member.await.ok().map(|member| view! { <Ways posts=member.posts place /> }) })}
            {match lead {
                Some(lead) => view! { <PageHead title lead /> }.into_any(),
                None => view! { <PageHead title /> }.into_any(),
            }}
            {children()}
        </section>
    }
}

/// The navigation: the site's pages, and those of the event one is at.
#[component]
fn Ways(posts: Posts, place: Place) -> impl IntoView {
    let of_site: Vec<(String, &str, bool)> = SiteTab::ALL
        .into_iter()
        .map(|tab| (tab, tab.way()))
        .filter(|(_, (_, _, needs))| posts.reach(*needs).is_some())
        .map(|(tab, (path, words, _))| (path.to_owned(), words, place == Place::Site(tab)))
        .collect();
    let of_event = match place {
        Place::Site(_) => None,
        Place::Event { tab: here, event_id, name } => {
            let ways: Vec<(String, &str, bool)> = EventTab::ALL
                .into_iter()
                .map(|tab| (tab, tab.way()))
                .filter(|(_, (_, _, needs))| posts.may(*needs, event_id))
                .map(|(tab, (below, words, _))| (event_path(event_id, below), words, tab == here))
                .collect();
            Some((name, ways))
        }
    };
    view! {
        <nav class="dashboard-nav" aria-label="Dashboard">{links(of_site)}</nav>
        {of_event
            .map(|(name, ways)| {
                view! {
                    <p class="dashboard-event">{name.clone()}</p>
                    <nav class="dashboard-nav dashboard-nav-event" aria-label=name>{links(ways)}</nav>
                }
            })}
    }
}

fn links(ways: Vec<(String, &'static str, bool)>) -> impl IntoView {
    ways.into_iter()
        .map(|(href, words, is_here)| view! { <a href=href aria-current=is_here.then_some("page")>{words}</a> })
        .collect_view()
}
