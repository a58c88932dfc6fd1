//! Choosing seats of one section as a list of rows: a part of a form, without a map, for whoever has the plan in mind.

use crate::{
    error::Error,
    id::{EventId, SeatId},
    money::Money,
    seats::{
        admin::api::find_places,
        model::{Places, Seat, SeatStatus, Section},
        seat_map::{say_sale, what_more},
    },
    ui::{ButtonKind, Choice, Field, SelectField, SubmitButton, asked},
};
use leptos::prelude::*;

/// The sections of an event, and the seats of one of them.
#[derive(Clone, Debug)]
pub struct Opened(Places);

/// The section that the address names, or the first that has free seats; none for an event without seats.
pub async fn open_section(event_id: EventId, section: String) -> Result<Option<Opened>, Error> {
    Ok(find_places(event_id, section).await?.map(Opened))
}

impl Opened {
    fn section(&self) -> Option<&Section> {
        self.0.map.sections.iter().find(|section| section.name == self.0.section.section)
    }

    /// Whether people stand in the section.
    pub fn is_standing(&self) -> bool {
        self.section().is_some_and(|section| section.standing)
    }

    /// That buyers can't have anything of the section now, as a sentence; none where they can.
    pub fn say_off_sale(&self) -> Option<String> {
        let section = self.section()?;
        let words = say_sale(section)?;
        Some(format!("{}: {words} for the public. It can be sold here all the same.", section.name))
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
    let currency = opened.0.map.currency;
    let choice = |section: &Section| -> Choice {
        let off_sale = say_sale(section).map(|words| format!(", {words}")).unwrap_or_default();
        let (free, all) = (section.available_count, section.total_count);
        let price = Money::new(section.price_minor, currency);
        (section.name.clone(), format!("{}, {free} of {all} free{off_sale}, {price}", section.name))
    };
    let choices: Vec<Choice> = opened.0.map.sections.iter().map(choice).collect();
    view! {
        <form method="get" action=path class="dashboard-filter">
            <SelectField label="Section" name="section" choices value=opened.0.section.section />
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
    let name = opened.0.section.section;
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
    let currency = opened.0.map.currency;
    let seat = |seat: &Seat| {
        let (is_chosen, can) = (chosen.contains(&seat.id), can_choose(seat, &chosen));
        let is_blocked = seat.status == SeatStatus::Blocked;
        let kept = if is_blocked { ", kept back" } else { "" };
        let price = Money::new(seat.price_minor, currency);
        let words = format!("Row {}, seat {}{kept}", seat.row, seat.number);
        let more = format!("{price}{}", what_more(seat));
        let title = more.clone();
        view! {
            <label class="seat-choice-seat" class:seat-choice-blocked=is_blocked title=title>
                <input
                    type="checkbox"
                    name="seat_ids[]"
                    value=seat.id.to_string()
                    checked=is_chosen
                    disabled=!can
                    aria-label=words
                    title=more
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
        <input type="hidden" name="section" value=opened.0.section.section.clone() />
        <fieldset class="seat-choice">
            <legend>"Seats of " {opened.0.section.section.clone()}</legend>
            <ul>{opened.0.section.rows().into_iter().map(row).collect_view()}</ul>
        </fieldset>
    }
}
