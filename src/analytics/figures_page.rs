//! The figures of all events over a range of days.

use super::{
    api::{get_summary, get_trend, list_popular},
    chart::{Bar, BarChart},
    model::{PopularEvents, Range, Summary, Trend},
    parts::{EventsTable, RangeForm, Tiles, say_as_of},
};
use crate::{
    error::Error,
    server::begin,
    staff::frame::{DashboardPage, Place, SiteTab},
    ui::{ButtonKind, FormRefusal, LinkButton, PageError, asked, path_with},
};
use leptos::prelude::*;

/// What was sold, day by day, and of which events.
#[component]
pub fn FiguresPage() -> impl IntoView {
    let found = begin(load(asked("from"), asked("to")));
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok(found) => view! { <Shown found /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

/// What the page shows, and why it isn't what was asked for.
struct Found {
    summary: Summary,
    trend: Trend,
    popular: PopularEvents,
    refused: Option<Error>,
}

/// A range that makes no sense is refused beside its field, above the usual one.
async fn load(from: String, to: String) -> Result<Found, Error> {
    let (summary, refused, from, to) = match get_summary(None, from.clone(), to.clone()).await {
        Err(error @ Error::Invalid(_)) => {
            (get_summary(None, String::new(), String::new()).await?, Some(error), String::new(), String::new())
        }
        summary => (summary?, None, from, to),
    };
    let trend = get_trend(None, from.clone(), to.clone(), String::new()).await?;
    Ok(Found { summary, trend, popular: list_popular(from, to, None).await?, refused })
}

/// The bars of a trend: places sold.
pub(super) fn bars_of(trend: &Trend) -> Vec<Bar> {
    let bar = |point: &super::model::TrendPoint| Bar {
        label: point.day.format("%-d %b %Y").to_string(),
        value: point.sums.figures.net_quantity(),
    };
    trend.points.iter().map(bar).collect()
}

#[component]
fn Shown(found: Found) -> impl IntoView {
    let Found { summary, trend, popular, refused } = found;
    let Range { from, to } = summary.range;
    let file = |table: &str| {
        path_with("/admin/figures.csv", [("table", table), ("from", &from.to_string()), ("to", &to.to_string())])
    };
    let (days, events) = (file("days"), file("events"));
    view! {
        <DashboardPage title="Figures" lead=say_as_of(summary.as_of) place=Place::Site(SiteTab::Figures)>
            <FormRefusal refusal=refused.clone() />
            <RangeForm action="/admin/figures".to_owned() range=summary.range refusal=refused />
            <Tiles sums=summary.sums before=Some(summary.before) />
            <BarChart title="Places sold" labels="From" bars=bars_of(&trend) />
            <section class="dashboard-part">
                <h2>"Events that sold the most"</h2>
                <EventsTable events=popular.items />
            </section>
            <p class="actions">
                <LinkButton href=days kind=ButtonKind::Secondary>"Download the days as CSV"</LinkButton>
                <LinkButton href=events kind=ButtonKind::Secondary>"Download the events as CSV"</LinkButton>
            </p>
        </DashboardPage>
    }
}
