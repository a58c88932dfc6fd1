//! Choosing seats on the map and holding them.

use super::{
    api::HoldPlaces,
    hold_quantity::is_underway,
    hold_refusal::{HoldRefusal, say, say_lost, sign_in_when_asked},
};
use crate::{
    error::{Conflict, Error},
    events::model::EventDetail,
    id::SeatId,
    money::{Currency, Money},
    seats::{
        model::{self, Seat, SeatStatus},
        seat_map::{Choice, ChosenSeat, SeatMap, SectionLinks, SectionResource, asked_seats, opened_section},
    },
    ui::{ButtonKind, Glyph, Icon, SubmitButton, refusal},
};
use leptos::{ev::SubmitEvent, prelude::*, server_fn::ServerFn};
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

/// The form that holds seats: the map, and beside it what is chosen.
///
/// It is a plain form and not an `ActionForm`, because with scripts the choice is sent and not what the form holds: the
/// checkboxes are those of the opened section only.
#[component]
pub fn HoldSeats(
    /// The event, on sale.
    detail: EventDetail,
    /// Its map.
    map: model::SeatMap,
    /// The seats that the URL asks for, or that a refused form lost, as they are now.
    asked: Vec<Seat>,
    /// The section that is open.
    section: SectionResource,
    /// The action that holds.
    hold: ServerAction<HoldPlaces>,
) -> impl IntoView {
    let event_id = detail.event.id;
    let query = use_query_map();
    let kept = query.with_untracked(asked_seats);
    let links = SectionLinks::new(event_id, &kept);
    let choice = RwSignal::new(first_choice(&asked, &kept, detail.places_per_person));
    let refused = RwSignal::new(first_refusal(&asked, refusal(hold).get_untracked().as_ref()));
    follow_refusals(hold, choice, refused, section);
    sign_in_when_asked(hold);
    let limit = detail.places_per_person;
    let on_over_limit = move |()| refused.set(Some(format!("One person can have up to {limit} places of this event.")));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        let seat_ids = choice.with_untracked(Choice::ids);
        if seat_ids.is_empty() {
            refused.set(Some("Choose at least one seat first.".to_owned()));
        } else if !is_underway(hold.pending().get_untracked(), &hold.value().get_untracked()) {
            refused.set(None);
            hold.dispatch(HoldPlaces { event_id, quantity: None, seat_ids, key: None });
        }
    };
    let opened = query.with_untracked(|query| opened_section(&map, query));
    let elsewhere = choice.with_untracked(|choice| ids_outside(choice, opened.as_deref()));
    let currency = map.currency;
    let has_more = links.clone();
    let has_sections = map.sections.len() > 1;
    view! {
        <form class="hold-seats" method="post" action=HoldPlaces::url() on:submit=submit>
            <input type="hidden" name="event_id" value=event_id.to_string() />
            {elsewhere.into_iter().map(|id| view! { <input type="hidden" name="seat_ids[]" value=id.to_string() /> }).collect_view()}
            <SeatMap map links section choice on_over_limit />
            <aside class="chosen-seats" id="chosen-seats" tabindex="-1" aria-labelledby="chosen-seats-heading">
                <h3 id="chosen-seats-heading">"Your seats"</h3>
                <ChosenSeats choice currency limit />
                <HoldFoot choice currency refused hold />
                {(has_sections && opened.is_some()).then(|| view! { <OtherSections links=has_more /> })}
            </aside>
        </form>
    }
}

/// The seats, each with its price and a way to give it back.
#[component]
fn ChosenSeats(choice: RwSignal<Choice>, currency: Currency, limit: i32) -> impl IntoView {
    let remove = move |id: SeatId| choice.update(|choice| _ = choice.remove(&[id]));
    let row = move |seat: ChosenSeat| {
        let id = seat.id;
        view! {
            <li class="chosen-seat">
                <span class="chosen-seat-label">{seat.label()}</span>
                <span class="chosen-seat-section">{seat.section.clone()}</span>
                <span class="chosen-seat-price">{Money::new(seat.price_minor, currency).to_string()}</span>
                <button
                    type="button"
                    class="chosen-seat-remove needs-scripts"
                    aria-label=format!("Give back {}, {}", seat.label(), seat.section)
                    on:click=move |_| remove(id)
                >
                    <Icon glyph=Glyph::Close />
                </button>
            </li>
        }
    };
    view! {
        <p class="chosen-seats-none" hidden=move || choice.with(|choice| choice.count() > 0)>
            {format!("Choose up to {limit} on the map.")}
        </p>
        <ul class="chosen-seats-list" hidden=move || choice.with(|choice| choice.count() == 0)>
            <For each=move || choice.with(|choice| choice.seats().to_vec()) key=|seat| seat.id children=row />
        </ul>
    }
}

/// The sum, what went wrong, and the button. On a phone it stays at the foot of the window.
#[component]
fn HoldFoot(
    choice: RwSignal<Choice>,
    currency: Currency,
    refused: RwSignal<Option<String>>,
    hold: ServerAction<HoldPlaces>,
) -> impl IntoView {
    let pending = hold.pending();
    let count = move || choice.with(Choice::count);
    let total = move || Money::new(choice.with(Choice::total_minor), currency).to_string();
    let is_empty = move || count() == 0;
    view! {
        <div class="hold-foot" class:hold-foot-empty=is_empty>
            <HoldRefusal words=refused />
            <p class="hold-total" role="status">
                <span>{move || name_seat_count(count())}</span>
                <strong>{move || if is_empty() { String::new() } else { total() }}</strong>
            </p>
            <SubmitButton pending=Signal::derive(move || is_underway(pending.get(), &hold.value().get()))>
                {move || if is_empty() { "Hold seats".to_owned() } else { format!("Hold {}", name_seat_count(count())) }}
            </SubmitButton>
        </div>
    }
}

/// Leads to the other sections and takes along what is ticked, also without scripts: it sends the form to this page.
#[component]
fn OtherSections(links: SectionLinks) -> impl IntoView {
    let navigate = use_navigate();
    let path = links.path().to_owned();
    let all = links.all();
    let follow = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        navigate(&all, NavigateOptions::default());
    };
    view! {
        <button type="submit" class=format!("{} without-scripts", ButtonKind::Quiet.class()) formmethod="get" formaction=path on:click=follow>
            "Add seats from another section"
        </button>
    }
}

/// What the URL asks for and is still free.
fn first_choice(asked: &[Seat], kept: &[SeatId], limit: i32) -> Choice {
    let free = asked.iter().filter(|seat| kept.contains(&seat.id) && seat.status == SeatStatus::Available);
    Choice::new(free.map(ChosenSeat::from), limit)
}

/// Why the form came back, or which of the seats the URL asks for are gone.
fn first_refusal(asked: &[Seat], refused: Option<&Error>) -> Option<String> {
    let gone: Vec<String> = asked.iter().filter(|seat| seat.status != SeatStatus::Available).map(Seat::label).collect();
    match refused {
        Some(error) => say(error, &gone),
        None => (!gone.is_empty()).then(|| say_lost(&gone)),
    }
}

/// The chosen seats whose checkbox isn't on the page.
fn ids_outside(choice: &Choice, opened: Option<&str>) -> Vec<SeatId> {
    choice.seats().iter().filter(|seat| Some(seat.section.as_str()) != opened).map(|seat| seat.id).collect()
}

fn name_seat_count(count: i32) -> String {
    match count {
        0 => "No seats yet".to_owned(),
        1 => "1 seat".to_owned(),
        n => format!("{n} seats"),
    }
}

/// When seats were lost to someone else: says which, keeps the rest of the choice, and draws the section anew.
fn follow_refusals(
    hold: ServerAction<HoldPlaces>,
    choice: RwSignal<Choice>,
    refused: RwSignal<Option<String>>,
    section: SectionResource,
) {
    Effect::watch(
        move || hold.value().get(),
        move |answer, _, _| {
            let Some(Err(error)) = answer else { return };
            let lost = match error {
                Error::Conflict(Conflict::SeatsTaken { seat_ids }) => {
                    section.refetch();
                    choice.try_update(|choice| choice.remove(seat_ids)).unwrap_or_default()
                }
                _ => Vec::new(),
            };
            let names: Vec<String> = lost.iter().map(ChosenSeat::label).collect();
            refused.set(say(error, &names));
        },
        false,
    );
}
