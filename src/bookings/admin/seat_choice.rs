//! Choosing seats of one section as a list of rows: a part of a form, without a map, for whoever has the plan in mind.

use crate::{
    error::Error,
    id::{EventId, SeatId},
    seats::{
        api::{get_seat_map, get_section},
        model::{Seat, SeatMap, SeatStatus, SectionSeats},
    },
    ui::{ButtonKind, Choice, Field, SelectField, SubmitButton, asked},
};
use leptos::prelude::*;

/// The sections of an event, and the seats of one of them.
#[derive(Clone, Debug)]
pub struct Opened {
    map: SeatMap,
    section: SectionSeats,
}

/// The section that the address names, or the first that has free seats; none for an event without seats.
pub async fn open_section(event_id: EventId, section: String) -> Result<Option<Opened>, Error> {
    let map = match get_seat_map(event_id).await {
        Err(Error::NotFound) => return Ok(None),
        map => map?,
    };
    let known = map.sections.iter().find(|known| known.name == section);
    let first = map.sections.iter().find(|known| known.available_count > 0).or(map.sections.first());
    let Some(open) = known.or(first) else { return Ok(None) };
    Ok(Some(Opened { section: get_section(event_id, open.name.clone()).await?, map }))
}

impl Opened {
    /// Whether people stand in the section.
    pub fn is_standing(&self) -> bool {
        self.map.sections.iter().any(|section| section.name == self.section.section && section.standing)
    }
}

/// The seats that a refused form had chosen.
pub fn asked_seats() -> Vec<SeatId> {
    asked("seats").split(',').filter_map(|id| id.parse().ok()).collect()
}

/// Chooses the section whose seats are shown.
#[component]
pub fn SectionChoice(
    /// What is open.
    opened: Opened,
    /// The page.
    path: String,
) -> impl IntoView {
    let choice = |section: &crate::seats::model::Section| -> Choice {
        (section.name.clone(), format!("{}, {} of {} free", section.name, section.available_count, section.total_count))
    };
    let choices: Vec<Choice> = opened.map.sections.iter().map(choice).collect();
    view! {
        <form method="get" action=path class="dashboard-filter">
            <SelectField label="Section" name="section" choices value=opened.section.section />
            <SubmitButton kind=ButtonKind::Secondary>"Show its places"</SubmitButton>
        </form>
    }
}

/// How many places of the open section, where people stand: nobody chooses which.
#[component]
pub fn StandingPlaces(
    /// What is open.
    opened: Opened,
    /// Whether the number is asked for.
    #[prop(optional)]
    asks_how_many: bool,
    /// The refusal of the form.
    #[prop(optional_no_strip)]
    refusal: Option<Error>,
) -> impl IntoView {
    let name = opened.section.section;
    let typed = Some(asked("quantity")).filter(|typed| !typed.is_empty()).unwrap_or_else(|| "1".to_owned());
    view! {
        <input type="hidden" name="section" value=name.clone() />
        <input type="hidden" name="standing" value=name.clone() />
        {asks_how_many
            .then(|| {
                view! { <Field label=format!("Places in {name}") name="quantity" kind="number" value=typed refusal required=true /> }
            })}
    }
}

/// The seats of the open section, row by row; those that can't be had are there and can't be chosen.
#[component]
pub fn SeatRows(
    /// What is open.
    opened: Opened,
    /// Those chosen already.
    chosen: Vec<SeatId>,
    /// Whether a seat can be chosen.
    can_choose: fn(&Seat, &[SeatId]) -> bool,
) -> impl IntoView {
    let seat = |seat: &Seat| {
        let (is_chosen, can) = (chosen.contains(&seat.id), can_choose(seat, &chosen));
        let is_blocked = seat.status == SeatStatus::Blocked;
        let kept = if is_blocked { ", kept back" } else { "" };
        let words = format!("Row {}, seat {}{kept}", seat.row, seat.number);
        view! {
            <label class="seat-choice-seat" class:seat-choice-blocked=is_blocked>
                <input
                    type="checkbox"
                    name="seat_ids[]"
                    value=seat.id.to_string()
                    checked=is_chosen
                    disabled=!can
                    aria-label=words
                />
                <span aria-hidden="true">{seat.number.clone()}</span>
            </label>
        }
    };
    let row = |row: &[Seat]| {
        let name = row.first().map(|seat| seat.row.clone()).unwrap_or_default();
        view! {
            <li class="seat-choice-row">
                <span class="seat-choice-name" aria-hidden="true">{name}</span>
                {row.iter().map(seat).collect_view()}
            </li>
        }
    };
    view! {
        <input type="hidden" name="section" value=opened.section.section.clone() />
        <fieldset class="seat-choice">
            <legend>"Seats of " {opened.section.section.clone()}</legend>
            <ul>{opened.section.rows().into_iter().map(row).collect_view()}</ul>
        </fieldset>
    }
}
