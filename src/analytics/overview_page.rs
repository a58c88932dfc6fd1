//! How is it going? The dashboard's first page.

use super::{
    api::{get_summary, get_trend, list_attention, list_popular},
    chart::{BarChart, say},
    figures_page::bars_of,
    model::{Attention, Concern, PopularEvents, Summary, Trend},
    parts::{EventsTable, ShareBar, Tiles, say_as_of},
};
use crate::{
    error::Error,
    server::begin,
    staff::{
        api::get_member,
        frame::{DashboardPage, Place, SiteTab, event_path},
        model::Permission,
    },
    ui::PageError,
};
use leptos::prelude::*;

/// The last thirty days at a glance, and what needs attention.
#[component]
pub fn OverviewPage() -> impl IntoView {
    let found = begin(load());
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok(Some(found)) => view! { <Shown found /> }.into_any(),
                Ok(None) => view! { <NoFigures /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

struct Found {
    summary: Summary,
    trend: Trend,
    popular: PopularEvents,
    attention: Vec<Attention>,
}

/// None for who has a post and may see no figures.
async fn load() -> Result<Option<Found>, Error> {
    if get_member().await?.posts.reach(Permission::SeeFigures).is_none() {
        return Ok(None);
    }
    let usual = String::new;
    Ok(Some(Found {
        summary: get_summary(None, usual(), usual()).await?,
        trend: get_trend(None, usual(), usual(), usual()).await?,
        popular: list_popular(usual(), usual(), Some(8)).await?,
        attention: list_attention().await?,
    }))
}

#[component]
fn NoFigures() -> impl IntoView {
    view! {
        <DashboardPage title="Overview" place=Place::Site(SiteTab::Overview)>
            <p class="muted">"What you may do stands above."</p>
        </DashboardPage>
    }
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { summary, trend, popular, attention } = found;
    let capacity = summary.capacity;
    let taken = capacity.total_capacity - capacity.available_capacity;
    view! {
        <DashboardPage title="Overview" lead=format!("The last thirty days, beside the thirty before. {}", say_as_of(summary.as_of)) place=Place::Site(SiteTab::Overview)>
            {(!attention.is_empty()).then(|| view! { <NeedsAttention attention /> })}
            <Tiles sums=summary.sums before=Some(summary.before) />
            <section class="dashboard-part">
                <h2>{format!("On sale and to come: {} events", capacity.event_count)}</h2>
                <ShareBar part=taken whole=capacity.total_capacity />
                <p class="muted">
                    {format!(
                        "Entries that wait: {}, for {} places.",
                        say(summary.waitlist.waiting_count),
                        say(summary.waitlist.waiting_quantity),
                    )}
                </p>
            </section>
            <BarChart title="Places sold" labels="From" bars=bars_of(&trend) />
            <section class="dashboard-part">
                <h2>"Events that sold the most"</h2>
                <EventsTable events=popular.items />
            </section>
        </DashboardPage>
    }
}

fn say_days(days: i64) -> String {
    match days {
        0 => "within a day".to_owned(),
        1 => "tomorrow".to_owned(),
        days => format!("in {} days", say(days)),
    }
}

#[component]
fn NeedsAttention(attention: Vec<Attention>) -> impl IntoView {
    let line = |attention: Attention| {
        let (words, below) = match attention.concern {
            Concern::Waiting { waiting_count: 1 } => ("is sold out, and one entry waits.".to_owned(), "/waitlist"),
            Concern::Waiting { waiting_count } => {
                (format!("is sold out, and {} entries wait.", say(waiting_count)), "/waitlist")
            }
            Concern::SellsSlowly { taken, days } => {
                (format!("begins {}, and {} of its places are taken.", say_days(days), say(taken)), "/figures")
            }
            Concern::StillDraft { days } => (format!("would begin {} and isn't published.", say_days(days)), ""),
        };
        view! {
            <li>
                <a href=event_path(attention.event_id, below)>{attention.name}</a>
                " "
                {words}
            </li>
        }
    };
    view! {
        <section class="panel dashboard-part">
            <h2>"What needs attention"</h2>
            <ul class="attention">{attention.into_iter().map(line).collect_view()}</ul>
        </section>
    }
}
