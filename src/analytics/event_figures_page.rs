//! The figures of one event: sold against capacity, the pace, the sections, the waitlist.

use super::{
    api::get_event_sales,
    chart::{Bar, PaceChart, say},
    model::{EventSales, SectionSales, pace, per_mille},
    parts::{ShareBar, Tiles, say_as_of, say_money, say_rate},
};
use crate::{
    error::Error,
    id::EventId,
    money::{Currency, Money},
    seats::{api::get_seat_map, model::SeatMap},
    server::begin,
    staff::frame::{DashboardPage, EventTab, Place},
    ui::PageError,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

/// How the event in the address sells.
#[component]
pub fn EventFiguresPage() -> impl IntoView {
    let id = use_params_map().with_untracked(|params| params.get("id")).unwrap_or_default();
    let found = begin(async move {
        let event_id: EventId = id.parse().map_err(|_| Error::NotFound)?;
        let sales = get_event_sales(event_id).await?;
        // A draft has a map that nobody sees yet, and an event of general admission has none.
        let map = if sales.sections.is_empty() { None } else { get_seat_map(event_id).await.ok() };
        Ok((sales, map))
    });
    view! {
        {Suspend::new(async move {
            match found.await {
                Ok((sales, map)) => view! { <Shown sales map /> }.into_any(),
                Err(error) => view! { <PageError error /> }.into_any(),
            }
        })}
    }
}

#[component]
fn Shown(sales: EventSales, #[prop(optional_no_strip)] map: Option<SeatMap>) -> impl IntoView {
    let taken = i64::from(sales.total_capacity - sales.available_capacity);
    let place = Place::Event { tab: EventTab::Figures, event_id: sales.event_id, name: sales.name.clone() };
    let points = pace_points(&sales);
    let waitlist = sales.waitlist;
    view! {
        <DashboardPage title="Figures" lead=say_as_of(sales.as_of) place>
            <section class="dashboard-part">
                <h2>"Not free now: booked, held or kept back"</h2>
                <ShareBar part=taken whole=sales.total_capacity.into() />
            </section>
            <Tiles sums=sales.sums before=None rows_of=sales.event_id />
            {if points.is_empty() {
                view! { <p class="muted">"Nothing has been booked yet."</p> }.into_any()
            } else {
                view! { <PaceChart title="Places sold so far" labels="Days to go" points limit=sales.total_capacity.into() end="the day" /> }.into_any()
            }}
            {map.map(|map| view! { <HeatMap map sections=sales.sections.clone() /> })}
            {(!sales.sections.is_empty()).then(|| view! { <SectionsTable sections=sales.sections currency=sales.currency /> })}
            {(waitlist.joined_count > 0)
                .then(|| {
                    view! {
                        <section class="dashboard-part">
                            <h2>"Waitlist"</h2>
                            <p>
                                {format!(
                                    "{} joined, {} of them got their places ({}); {} wait now, for {} places.",
                                    say(waitlist.joined_count),
                                    say(waitlist.accepted_count),
                                    say_rate(per_mille(waitlist.accepted_count, waitlist.joined_count)),
                                    say(waitlist.waiting_count),
                                    say(waitlist.waiting_quantity),
                                )}
                            </p>
                        </section>
                    }
                })}
        </DashboardPage>
    }
}

/// The pace as points of a chart: from the first day of the sale to the event.
fn pace_points(sales: &EventSales) -> Vec<(i64, Bar)> {
    let days = pace(&sales.days, sales.event_day);
    let first = days.first().map_or(0, |(left, _)| *left).max(1);
    let point = |(left, value): (i64, i64)| {
        let along = ((first - left) * 1000 / first).clamp(0, 1000);
        let label = match left {
            0 => "the day".to_owned(),
            1 => "1 day".to_owned(),
            left => format!("{} days", say(left)),
        };
        (along, Bar { label, value })
    };
    days.into_iter().map(point).collect()
}

/// The sections as they lie, darker the more of them is sold.
#[component]
fn HeatMap(map: SeatMap, sections: Vec<SectionSales>) -> impl IntoView {
    let view_box = format!("0 0 {} {}", map.width, map.height);
    let shape = |section: crate::seats::model::Section| {
        let sales = sections.iter().find(|sales| sales.section == section.name);
        let (booked, total) = sales.map_or((0, 0), |sales| (sales.booked_count, sales.total_count));
        let share = per_mille(booked, total).unwrap_or_default();
        let title = format!("{}: {} of {} sold", section.name, say(booked), say(total));
        view! {
            <polygon class=format!("heat heat-{}", (share * 5 / 1000).min(4)) points=points(&section.outline)>
                <title>{title}</title>
            </polygon>
        }
    };
    view! {
        <figure class="chart">
            <figcaption>"Sold of each section"</figcaption>
            <svg class="heat-map" viewBox=view_box role="img" aria-label="The map, darker where more is sold; the table below has the figures">
                <polygon class="heat-stage" points=points(&map.stage) />
                {map.sections.into_iter().map(shape).collect_view()}
            </svg>
            <p class="heat-legend">
                {["under 20 %", "20 %", "40 %", "60 %", "80 % and more"]
                    .into_iter()
                    .zip(0..)
                    .map(|(words, heat)| {
                        view! {
                            <span>
                                <svg viewBox="0 0 10 10" aria-hidden="true">
                                    <rect class=format!("heat heat-{heat}") width="10" height="10" />
                                </svg>
                                {words}
                            </span>
                        }
                    })
                    .collect_view()}
            </p>
        </figure>
    }
}

fn points(outline: &[i32]) -> String {
    outline.chunks_exact(2).map(|point| format!("{},{}", point[0], point[1])).collect::<Vec<_>>().join(" ")
}

#[component]
fn SectionsTable(sections: Vec<SectionSales>, currency: Currency) -> impl IntoView {
    let has_money = sections.iter().any(|section| section.booked_minor.is_some());
    let row = |section: SectionSales| {
        let money = section.booked_minor.map(|minor| {
            let mean = per_mille(minor, section.booked_count * 1000).map(|mean| say_money(Money::new(mean, currency)));
            view! {
                <td data-label="Taken" class="rows-number">{say_money(Money::new(minor, currency))}</td>
                <td data-label="A seat, on average" class="rows-number">{mean.unwrap_or_else(|| "–".to_owned())}</td>
            }
        });
        view! {
            <tr>
                <th scope="row">{section.section}</th>
                <td data-label="Sold">
                    <ShareBar part=section.booked_count whole=section.total_count />
                </td>
                {money}
            </tr>
        }
    };
    view! {
        <section class="dashboard-part">
            <h2>"Sections"</h2>
            <table class="rows">
                <thead>
                    <tr>
                        <th scope="col">"Section"</th>
                        <th scope="col">"Sold"</th>
                        {has_money
                            .then(|| {
                                view! {
                                    <th scope="col" class="rows-number">"Taken"</th>
                                    <th scope="col" class="rows-number">"A seat, on average"</th>
                                }
                            })}
                    </tr>
                </thead>
                <tbody>{sections.into_iter().map(row).collect_view()}</tbody>
            </table>
        </section>
    }
}
