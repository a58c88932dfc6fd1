//! What is on in the demonstration: one file a category.

mod art;
mod cities;
mod comedy;
mod family;
mod film;
mod food;
mod music;
mod sport;
mod talks;
#[cfg(test)]
mod tests;
mod theatre;

use super::{
    calendar::Starts,
    maps::{ArenaPrices, StadiumPrices, arena, cinema, club, hall, stadium, theatre},
};
use crate::seats::store::NewMap;
use cities::City;

/// The event with F12 and F13 free in the stalls.
pub(super) const WINTER_CARTOGRAPHER: &str = "The Winter Cartographer";

/// An event to make.
pub(super) struct EventPlan {
    /// Its name, unique in the catalogue: what a run that was cut off is resumed by.
    pub(super) name: &'static str,
    /// One of the categories.
    pub(super) category: &'static str,
    /// One sentence.
    pub(super) summary: &'static str,
    /// Its paragraphs.
    pub(super) description: &'static [&'static str],
    /// Where.
    pub(super) place: Place,
    /// When it begins.
    pub(super) starts: Starts,
    /// How long it lasts, in minutes.
    pub(super) lasts_min: i64,
    /// How long before it begins doors open, in minutes.
    pub(super) doors_min: i64,
    /// How many places, at what price.
    pub(super) places: Places,
    /// When the sale opens.
    pub(super) sale: Sale,
    /// How much of it is sold.
    pub(super) sold: Sold,
    /// How many people wait for a place.
    pub(super) waiting_count: usize,
    /// What becomes of it.
    pub(super) fate: Fate,
    /// Places one person may have.
    pub(super) places_per_person: i32,
}

/// Where an event is.
pub(super) struct Place {
    /// The house.
    pub(super) venue: &'static str,
    /// Street and number.
    pub(super) address: &'static str,
    /// In which city.
    pub(super) city: &'static City,
}

/// The places of an event, with prices in minor units of the city's currency.
#[derive(Clone, Copy, Debug)]
pub(super) enum Places {
    /// So many, at one price; people sit or stand where they like.
    General(i32, i64),
    /// Stalls, circle, balcony.
    Theatre([i64; 3]),
    /// Parterre, gallery.
    Hall([i64; 2]),
    /// A floor to stand on, a balcony to sit on.
    Club([i64; 2]),
    /// Front, middle, back.
    Cinema([i64; 3]),
    /// In the round.
    Arena(ArenaPrices),
    /// Three tiers round a pitch.
    Stadium(StadiumPrices),
}

impl Places {
    /// The map to draw; none for general admission.
    pub(super) fn map(self) -> Option<NewMap> {
        match self {
            Self::General(..) => None,
            Self::Theatre(prices) => Some(theatre(prices)),
            Self::Hall(prices) => Some(hall(prices)),
            Self::Club(prices) => Some(club(prices)),
            Self::Cinema(prices) => Some(cinema(prices)),
            Self::Arena(prices) => Some(arena(prices)),
            Self::Stadium(prices) => Some(stadium(prices)),
        }
    }
}

/// When a sale opens. It closes when the event begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sale {
    /// So many days ago, at ten in the morning there.
    OpenFor(i64),
    /// So many hours from now.
    OpensInHours(i64),
    /// So many days from now, at ten in the morning there.
    OpensInDays(i64),
}

/// How much of an event is sold before the demonstration begins.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sold {
    /// About so many of a hundred; nothing, with 0.
    Percent(i32),
    /// All but so many places.
    AllBut(i32),
}

/// What becomes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It stays a draft.
    Draft,
    /// It is published.
    Published,
    /// It is published, sold in part, and called off.
    Cancelled,
}

/// All events, in no order that matters.
pub(super) fn events() -> Vec<&'static EventPlan> {
    let categories: [&[EventPlan]; 9] = [
        &music::EVENTS,
        &theatre::EVENTS,
        &comedy::EVENTS,
        &sport::EVENTS,
        &film::EVENTS,
        &talks::EVENTS,
        &family::EVENTS,
        &food::EVENTS,
        &art::EVENTS,
    ];
    categories.into_iter().flatten().collect()
}
