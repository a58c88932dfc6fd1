//! The facts of an event: when, where, how much, how many are left.

use crate::{
    events::{
        event_card::AvailabilityWord,
        links::calendar_path,
        model::{EventDetail, When},
    },
    ui::{Glyph, Icon},
};
use leptos::prelude::*;

/// When, where, the price, and whether there are places.
#[component]
pub fn EventFacts(
    /// The event.
    detail: EventDetail,
) -> impl IntoView {
    let event = detail.event.clone();
    let times = say_times(&detail);
    let from = if event.has_seat_selection && event.price_minor > 0 { "From " } else { "" };
    view! {
        <dl class="event-facts">
            <div class="event-fact">
                <dt><Icon glyph=Glyph::Calendar /> <span class="visually-hidden">"When"</span></dt>
                <dd>
                    <time datetime=event.when.iso.clone()>{event.when.date.clone()} ", " {say_time(&event.when)}</time>
                    " "
                    <span class="event-fact-more">
                        {times} " · " <a href=calendar_path(event.id)>"Add to calendar"</a>
                    </span>
                </dd>
            </div>
            <div class="event-fact">
                <dt><Icon glyph=Glyph::Pin /> <span class="visually-hidden">"Where"</span></dt>
                <dd>
                    {event.venue.clone()} ", " {event.city.clone()}
                    " "
                    <span class="event-fact-more">{detail.address.clone()}</span>
                </dd>
            </div>
            <div class="event-fact">
                <dt><Icon glyph=Glyph::Ticket /> <span class="visually-hidden">"Price"</span></dt>
                <dd>
                    {from} {event.price().to_string()}
                    " "
                    <span class="event-fact-more"><AvailabilityWord event=event.clone() /></span>
                </dd>
            </div>
        </dl>
    }
}

/// The venue and the times once more, below the description.
#[component]
pub fn EventVenue(
    /// The event.
    detail: EventDetail,
) -> impl IntoView {
    let EventDetail { event, address, doors, ends, .. } = detail;
    view! {
        <dl class="event-details">
            {doors
                .map(|doors| {
                    view! {
                        <div>
                            <dt>"Doors"</dt>
                            <dd>{say_time(&doors)}</dd>
                        </div>
                    }
                })}
            <div>
                <dt>"Begins"</dt>
                <dd>{event.when.date.clone()} ", " {say_time(&event.when)}</dd>
            </div>
            <div>
                <dt>"Ends"</dt>
                <dd>{ends.date.clone()} ", " {say_time(&ends)}</dd>
            </div>
            <div>
                <dt>"Venue"</dt>
                <dd>{event.venue} <br /> {address} <br /> {event.city}</dd>
            </div>
        </dl>
    }
}

/// `19:30 CET`, kept on one line.
fn say_time(when: &When) -> String {
    format!("{}\u{a0}{}", when.time, when.zone)
}

/// `Doors 18:30, ends 22:00`, with the day where it ends on another one.
fn say_times(detail: &EventDetail) -> String {
    let ends = if detail.ends.date == detail.event.when.date {
        format!("ends {}", detail.ends.time)
    } else {
        format!("ends {} {}", detail.ends.date_short, detail.ends.time)
    };
    match &detail.doors {
        Some(doors) => format!("Doors {}, {ends}", doors.time),
        None => ends.replacen('e', "E", 1),
    }
}
