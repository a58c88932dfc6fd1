//! A month of events as a calendar: a table where there is room, a list of days on a phone.

use super::{
    api::list_month,
    event_card::AvailabilityWord,
    events_page::{
        Refused,
        filters::{events_path, month_path, narrowings, read_query},
        removable,
    },
    model::{Day, Event, EventQuery, Month},
};
use crate::{
    server::begin,
    ui::{ButtonKind, Glyph, Icon, LinkButton, Preview, SITE_PICTURE, asked},
};
use chrono::{Datelike, Days, Months, NaiveDate, Weekday};
use leptos::prelude::*;
use leptos_meta::Title;

/// The month that the address names, narrowed as it says.
#[component]
pub fn MonthPage() -> impl IntoView {
    let query = EventQuery { cursor: String::new(), ..read_query(asked) };
    let month = asked("month");
    let (wanted, narrowed) = (month.clone(), query.clone());
    let found = begin(async { list_month(wanted, narrowed).await });
    Suspend::new(async move {
        match found.await {
            Ok(month) => view! { <MonthView query month /> }.into_any(),
            Err(error) => view! {
                <Title text="Events by month" />
                <div class="page events-page">
                    <h1>"Events by month"</h1>
                    <Refused again=month_path(&query, &month) query error />
                </div>
            }
            .into_any(),
        }
    })
}

#[component]
fn MonthView(query: EventQuery, month: Month) -> impl IntoView {
    let name = month.first.format("%B %Y").to_string();
    let key = month_key(month.first);
    let narrowed = EventQuery { when: String::new(), from: String::new(), to: String::new(), ..query };
    let narrowings = narrowings(&narrowed, |query| month_path(query, &key));
    let narrowings = (!narrowings.is_empty()).then(|| removable(narrowings));
    let is_empty = month.days.is_empty();
    view! {
        <Title text=format!("Events in {name}") />
        <Preview
            title=format!("Events in {name}")
            description=format!("What is on in {name}, day by day, with what is still free.")
            path=month_path(&narrowed, &key)
            picture=SITE_PICTURE
        />
        <div class="page events-page">
            <header class="month-head">
                <h1>{name.clone()}</h1>
                <MonthLinks query=narrowed.clone() month=month.clone() />
            </header>
            {narrowings}
            {if is_empty {
                view! { <NoEvents query=narrowed name /> }.into_any()
            } else {
                view! { <Calendar query=narrowed month name /> }.into_any()
            }}
        </div>
    }
}

/// To the months before and after, and to the list. Before this month there is nothing but what is over.
#[component]
fn MonthLinks(query: EventQuery, month: Month) -> impl IntoView {
    let link = |first: NaiveDate, class: &'static str| {
        let href = month_path(&query, &month_key(first));
        view! {
            <a class=format!("chip {class}") href=href><Icon glyph=Glyph::Back />{first.format("%B").to_string()}</a>
            " "
        }
    };
    let before = (month.first > month.current).then(|| link(month.first - Months::new(1), ""));
    let after = link(month.first + Months::new(1), "chip-onward");
    view! {
        <nav class="chips chips-compact" aria-label="Months">
            {before}
            {after}
            <a class="chip" href=events_path(&query)>"As a list"</a>
        </nav>
    }
}

#[component]
fn NoEvents(query: EventQuery, name: String) -> impl IntoView {
    view! {
        <div class="empty">
            <p class="empty-head">"Nothing on in " {name}</p>
            <p class="muted">"What is over isn't shown. Another month may have more, or the list of all that is coming."</p>
            <LinkButton href=events_path(&query) kind=ButtonKind::Secondary>"Show the list"</LinkButton>
        </div>
    }
}

#[component]
fn Calendar(query: EventQuery, month: Month, name: String) -> impl IntoView {
    let monday = month.first.week(Weekday::Mon).first_day();
    let day_names = (0..7).map(|n| (monday + Days::new(n)).format("%A").to_string());
    let last = month.first + Months::new(1) - Days::new(1);
    let mut days = month.days.into_iter().peekable();
    let weeks = monday.iter_weeks().take_while(|monday| *monday <= last).map(|monday| {
        let cells = monday.iter_days().take(7).map(|date| {
            let day = days.next_if(|day| day.date == date);
            let is_other = date.month() != month.first.month();
            view! { <DayCell query=query.clone() date day is_other /> }
        });
        view! { <tr>{cells.collect_view()}</tr> }
    });
    view! {
        <table class="month">
            <caption class="visually-hidden">"Events in " {name}</caption>
            <thead>
                <tr>{day_names.map(|name| view! { <th scope="col">{name}</th> }).collect_view()}</tr>
            </thead>
            <tbody>{weeks.collect_view()}</tbody>
        </table>
    }
}

#[component]
fn DayCell(query: EventQuery, date: NaiveDate, day: Option<Day>, is_other: bool) -> impl IntoView {
    let Some(day) = day else {
        let number = (!is_other).then(|| view! { <p class="month-day">{date.day()}</p> });
        return view! { <td class="month-free">{number}</td> }.into_any();
    };
    let iso = date.to_string();
    let of_day = events_path(&EventQuery { from: iso.clone(), to: iso.clone(), ..query });
    let more = day.event_count - day.events.len() as i64;
    view! {
        <td>
            <p class="month-day">
                <a href=of_day.clone()>
                    <time datetime=iso>
                        <span class="month-number">{date.day()}</span>
                        <span class="month-name">{date.format("%A %-d %B").to_string()}</span>
                    </time>
                </a>
            </p>
            <ul role="list">{day.events.into_iter().map(|event| view! { <DayEvent event /> }).collect_view()}</ul>
            {(more > 0)
                .then(|| {
                    view! {
                        <a class="month-more" href=of_day>
                            {format!("{more} more")}
                            <span class="visually-hidden">{date.format(" on %-d %B").to_string()}</span>
                        </a>
                    }
                })}
        </td>
    }
    .into_any()
}

#[component]
fn DayEvent(event: Event) -> impl IntoView {
    view! {
        <li class="month-event">
            <a href=format!("/events/{}", event.id)>
                <time datetime=event.when.iso.clone()>{event.when.time.clone()}</time>
                " "
                <span class="month-event-name">{event.name.clone()}</span>
            </a>
            " "
            <span class="month-event-where">{event.city.clone()}</span>
            " "
            <AvailabilityWord event />
        </li>
    }
}

/// `2026-12`
fn month_key(first: NaiveDate) -> String {
    first.format("%Y-%m").to_string()
}
