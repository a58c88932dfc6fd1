//! One event: everything one needs to decide, and the way to hold places.

pub mod facts;
mod panel;
pub mod standing;

use super::{
    api::get_event,
    links::{event_path, picture_path},
    model::{EventDetail, category_name},
    poster::{EventPicture, Shown},
    structured_data::structured_data,
};
use crate::{
    bookings::{
        api::{HoldPlaces, list_bookings},
        model::{Booking, BookingStatus},
    },
    discounts::link::keep_code,
    error::{Conflict, Error},
    id::{EventId, SeatId},
    seats::{
        api::{best_available, get_seat_map, get_section, list_seats},
        choosing::Seating,
        model::{LIST_MAX, Seat, SeatMap, say_why},
        seat_map::{OpenedSection, Party, SectionLinks, asked_seats, opened_section},
    },
    server::{begin, redirect_to, state::AppState},
    ui::{Notice, PageError, Preview, path_with, refusal},
    waitlist::{
        api::list_waitlist,
        model::{Entry, EntryStatus},
    },
};
use facts::{EventFacts, EventVenue};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{
    hooks::{use_params_map, use_query_map},
    params::ParamsMap,
};
use panel::{PanelData, hold_panel};

/// What the page shows: the event, and for an event with seats what is shown of them.
struct EventData {
    detail: EventDetail,
    seats: Option<Seats>,
    /// The person's own hold of it: they may be back from its checkout.
    own_hold: Option<Booking>,
    /// The person's entry of its waitlist.
    own_entry: Option<Entry>,
    refused: Option<Error>,
    /// The discount code that came along with the link.
    code: Option<String>,
}

/// An event's seats, as far as the page shows them.
struct Seats {
    map: SeatMap,
    /// The section that is open.
    section: Option<OpenedSection>,
    /// The seats that the address asks for.
    kept: Vec<SeatId>,
    /// Those, and the ones that a refused form has lost, as they are now.
    asked: Vec<Seat>,
    /// Who is looking for seats.
    party: Party,
    /// Why there are no best seats for them, if they were looked for in vain.
    unfit: Option<String>,
}

/// The page of one event.
#[component]
pub fn EventPage() -> impl IntoView {
    let event_id = use_params_map().with_untracked(|params| params.get_str("id").and_then(|id| id.parse().ok()));
    let found = begin(load_event(event_id, use_query_map().get_untracked(), refusal::<HoldPlaces>()));
    Suspend::new(async move {
        match found.await {
            Ok(data) => view! { <EventBody data /> }.into_any(),
            Err(error) => view! { <Title text="Event" /> <PageError error /> }.into_any(),
        }
    })
}

async fn load_event(event_id: Option<EventId>, query: ParamsMap, refused: Option<Error>) -> Result<EventData, Error> {
    let detail = get_event(event_id.ok_or(Error::NotFound)?).await?;
    let seats = match detail.event.has_seat_selection {
        true => Some(load_seats(&detail, &query, refused.as_ref()).await?),
        false => None,
    };
    let own_hold = find_own_hold(detail.event.id).await;
    let own_entry = find_own_entry(detail.event.id).await;
    let code = match query.get_str("code") {
        // Without a session the page is complete, and the code typed at the checkout.
        Some(text) => keep_code(detail.event.id, text).await.ok().flatten(),
        None => None,
    };
    Ok(EventData { detail, seats, own_hold, own_entry, refused, code })
}

/// The newest hold that this person, if somebody is signed in, has of the event. Without an answer the page is complete.
async fn find_own_hold(event_id: EventId) -> Option<Booking> {
    let own = list_bookings(Some(20), String::new()).await.ok()?;
    own.items.into_iter().find(|booking| booking.event_id == event_id && booking.status == BookingStatus::Held)
}

/// The entry of this person, if somebody is signed in, that waits for places of the event. Without an answer the page is
/// complete.
async fn find_own_entry(event_id: EventId) -> Option<Entry> {
    let own = list_waitlist(Some(50), String::new()).await.ok()?;
    own.items.into_iter().find(|entry| entry.event_id == event_id && entry.status == EntryStatus::Waiting)
}

async fn load_seats(detail: &EventDetail, query: &ParamsMap, refused: Option<&Error>) -> Result<Seats, Error> {
    let (event_id, limit) = (detail.event.id, detail.places_per_person);
    let map = get_seat_map(event_id).await?;
    // One where people stand has a form of its own, and leaves the others as they open by themselves.
    let stands = |name: &&str| map.sections.iter().any(|section| section.standing && section.name == **name);
    let open = opened_section(&map.seats_first(), query.get_str("section").filter(|name| !stands(name)));
    let open = open.filter(|name| map.with_seats().sections.iter().any(|section| section.name == *name));
    let section = match open {
        Some(name) => Some(get_section(event_id, name).await?.into()),
        None => None,
    };
    let checked = query.get_all("seat_ids[]").unwrap_or_default();
    let (party, unfit) = look_for_best(&map, query, limit).await?;
    let kept = asked_seats(query.get_str("seats").unwrap_or_default(), &checked);
    let mut asked_ids = kept.clone();
    if let Some(Error::Conflict(Conflict::SeatsTaken { seat_ids })) = refused {
        asked_ids.extend(seat_ids);
    }
    asked_ids.truncate(LIST_MAX);
    let asked = if asked_ids.is_empty() { Vec::new() } else { list_seats(event_id, asked_ids).await? };
    let found = Seating::parse(query.get_str("found").unwrap_or_default());
    let seats: Vec<Seat> = asked.iter().filter(|seat| kept.contains(&seat.id)).cloned().collect();
    let party = Party { found: found.map(|seating| say_why(seating, &seats, &map.stage_label)), ..party };
    Ok(Seats { map, section, kept, asked, party, unfit })
}

/// Who is looking for seats. If the best are asked for, leads to the page with these chosen; or says why there are none.
async fn look_for_best(map: &SeatMap, query: &ParamsMap, limit: i32) -> Result<(Party, Option<String>), Error> {
    let field = |name| query.get_str(name).unwrap_or_default();
    let accessible = field("accessible") == "true";
    let party = Party::new(field("party"), field("price"), field("where"), accessible, limit);
    if field("best").is_empty() {
        return Ok((party, None));
    }
    match best_available(map.event_id, party.count, party.section.clone(), party.price_minor, accessible).await {
        Ok(best) => {
            let links = SectionLinks::new(map.event_id, &best.seats.iter().map(|seat| seat.id).collect::<Vec<_>>());
            let section = best.seats.first().map(|seat| seat.section.as_str()).unwrap_or_default();
            redirect_to(&party.found_at(&links, section, best.seating));
            Ok((party, None))
        }
        Err(error @ Error::Conflict(_)) => Ok((party, Some(error.to_string()))),
        Err(error) => Err(error),
    }
}

#[component]
fn EventBody(data: EventData) -> impl IntoView {
    let EventData { detail, seats, own_hold, own_entry, refused, code } = data;
    let event = detail.event.clone();
    let layout = if seats.is_some() { "page event-page event-page-seats" } else { "page event-page" };
    let config = expect_context::<AppState>().config.clone();
    let data = structured_data(&detail, |path| config.address(path));
    let panel = hold_panel(PanelData { detail: detail.clone(), seats, own_hold, own_entry, refused });
    view! {
        <Title text=event.name.clone() />
        <Preview
            title=event.name.clone()
            description=event.summary.clone()
            path=event_path(event.id)
            picture=picture_path(&event)
        />
        // Data, which the policy for scripts doesn't touch.
        <script type="application/ld+json" inner_html=data></script>
        <article class=layout>
            <div class="event-poster">
                <EventPicture event=event.clone() shown=Shown::OnPage />
            </div>
            <header class="event-head">
                <a class="event-category" href=path_with("/events", [("category", event.category.as_str())])>
                    {category_name(&event.category).to_owned()}
                </a>
                <h1>{event.name.clone()}</h1>
                <p class="lead">{event.summary.clone()}</p>
                <EventFacts detail=detail.clone() />
                {code.map(|code| view! { <Notice>{format!("Your code {code} stands ready at the checkout.")}</Notice> })}
            </header>
            {panel}
            <section class="event-about" aria-labelledby="event-about-heading">
                <h2 id="event-about-heading">"About this event"</h2>
                {paragraphs(&detail.description)}
                <EventVenue detail />
            </section>
        </article>
    }
}

/// Plain text, its paragraphs parted by empty lines.
fn paragraphs(text: &str) -> impl IntoView + use<> {
    let paragraphs: Vec<String> =
        text.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    paragraphs.into_iter().map(|part| view! { <p>{part}</p> }).collect_view()
}
