//! The attendee's bookings, one in every state, made by the functions that make everybody's, at times gone by.

use super::catalogue::EventPlan;
use crate::{
    bookings::{
        model::{BookingStatus, Wanted},
        store::{HoldRequest, cancel_booking, confirm_booking, hold_places, list_bookings, release_hold, sweep},
    },
    id::{BookingId, EventId, SeatId, UserId},
    seats::{
        self,
        model::{Seat, SeatKind, SeatStatus},
    },
    server::{Result, clock::Clock, state::AppState},
};
use anyhow::{Context, anyhow};
use chrono::{DateTime, TimeDelta, Utc};

/// A booking of the attendee's.
struct Story {
    /// Of which event.
    event: &'static str,
    /// Of which places.
    places: Choice,
    /// Held so many days ago.
    days_ago: i64,
    /// What became of it.
    ending: Ending,
}

enum Choice {
    /// So many places of general admission.
    Places(i32),
    /// So many seats beside each other in this section.
    Seats(&'static str, usize),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    Confirmed,
    Cancelled,
    Released,
    Expired,
}

/// The one that is still held, made last so that its ten minutes begin when the demonstration is ready.
const HELD: (&str, Choice) = ("Sorrel Quartet: Late Beethoven by Candlelight", Choice::Seats("Parterre", 2));

const STORIES: [Story; 9] = [
    story("Brass in the Tram Shed", Choice::Places(2), 41, Ending::Confirmed),
    story("Designing for the Dark Half of the Year", Choice::Places(1), 33, Ending::Confirmed),
    story("Gerald Fitch: The Farewell Tour, Again", Choice::Places(2), 30, Ending::Confirmed),
    story("The Halyard Sisters in the Round", Choice::Seats("104", 3), 27, Ending::Confirmed),
    story("The Clockwork Harbour, with Live Score", Choice::Seats("Middle", 2), 19, Ending::Cancelled),
    story("Harbour Lights Festival", Choice::Places(4), 12, Ending::Confirmed),
    story("The Moon Forgot Her Hat", Choice::Places(3), 8, Ending::Cancelled),
    story("Diwaniya Kitchen: A Gulf Supper", Choice::Places(2), 5, Ending::Released),
    story("Drawing the Night Museum", Choice::Places(1), 3, Ending::Expired),
];

const fn story(event: &'static str, places: Choice, days_ago: i64, ending: Ending) -> Story {
    Story { event, places, days_ago, ending }
}

/// Makes the bookings that have an end, save those an earlier run has made. One that it left halfway stays a hold that
/// expired, and is made again.
pub(super) async fn make_past_bookings(
    state: &AppState,
    events: &[(&EventPlan, EventId)],
    user_id: UserId,
    now: DateTime<Utc>,
) -> Result<()> {
    for story in &STORIES {
        let event_id = find_event(events, story.event)?;
        if !has_booking(state, user_id, event_id, story.ending.status()).await? {
            let held_at = now - TimeDelta::days(story.days_ago) - TimeDelta::minutes(7 * story.days_ago);
            let wanted = story.places.choose(state, event_id).await?;
            let held = hold_places(&at(state, held_at), HoldRequest::new(user_id, event_id, wanted, None)).await?;
            story.ending.make(state, user_id, held.id, held_at).await?;
        }
    }
    Ok(())
}

/// Holds two seats for the attendee, from now on.
pub(super) async fn make_hold(state: &AppState, events: &[(&EventPlan, EventId)], user_id: UserId) -> Result<()> {
    let (event, places) = &HELD;
    let event_id = find_event(events, event)?;
    if !has_booking(state, user_id, event_id, BookingStatus::Held).await? {
        let wanted = places.choose(state, event_id).await?;
        hold_places(state, HoldRequest::new(user_id, event_id, wanted, None)).await?;
    }
    Ok(())
}

impl Ending {
    fn status(self) -> BookingStatus {
        match self {
            Self::Confirmed => BookingStatus::Confirmed,
            Self::Cancelled | Self::Released => BookingStatus::Cancelled,
            Self::Expired => BookingStatus::Expired,
        }
    }

    async fn make(self, state: &AppState, user_id: UserId, id: BookingId, held_at: DateTime<Utc>) -> Result<()> {
        let later = |by: TimeDelta| at(state, held_at + by);
        match self {
            Self::Released => {
                release_hold(&later(TimeDelta::minutes(3)), user_id, id).await?;
            }
            Self::Expired => {
                sweep(&later(TimeDelta::minutes(11))).await?;
            }
            Self::Confirmed | Self::Cancelled => {
                confirm_booking(&later(TimeDelta::minutes(4)), user_id, id).await?;
            }
        }
        if self == Self::Cancelled {
            cancel_booking(&later(TimeDelta::hours(31)), user_id, id).await?;
        }
        Ok(())
    }
}

impl Choice {
    async fn choose(&self, state: &AppState, event_id: EventId) -> Result<Wanted> {
        match self {
            Self::Places(count) => Ok(Wanted::Quantity(*count)),
            Self::Seats(section, count) => {
                let section = seats::store::get_section(state, event_id, section).await?;
                let seat_ids = find_block(&section.seats, *count).context("there are free seats beside each other")?;
                Ok(Wanted::parse(None, seat_ids, None)?)
            }
        }
    }
}

/// The first seats that are free and beside each other.
fn find_block(seats: &[Seat], count: usize) -> Option<Vec<SeatId>> {
    let mut numbered: Vec<(&str, u32, &Seat)> =
        seats.iter().filter_map(|seat| Some((seat.row.as_str(), seat.number.parse().ok()?, seat))).collect();
    numbered.sort_by_key(|(row, number, _)| (row.len(), *row, *number));
    let is_block = |block: &[(&str, u32, &Seat)]| {
        block.iter().all(|(_, _, seat)| seat.status == SeatStatus::Available && seat.kind == SeatKind::Standard)
            && block.windows(2).all(|pair| pair[0].0 == pair[1].0 && pair[0].1 + 1 == pair[1].1)
    };
    let block = numbered.windows(count).find(|block| is_block(block))?;
    Some(block.iter().map(|(_, _, seat)| seat.id).collect())
}

fn find_event(events: &[(&EventPlan, EventId)], name: &str) -> Result<EventId> {
    let found = events.iter().find(|(plan, _)| plan.name == name).map(|(_, id)| *id);
    Ok(found.ok_or_else(|| anyhow!("the catalogue has no {name}"))?)
}

async fn has_booking(state: &AppState, user_id: UserId, event_id: EventId, status: BookingStatus) -> Result<bool> {
    let bookings = list_bookings(state, user_id, 100, "").await?;
    Ok(bookings.items.iter().any(|booking| booking.event_id == event_id && booking.status == status))
}

/// The same system at another time.
fn at(state: &AppState, instant: DateTime<Utc>) -> AppState {
    state.with_clock(Clock::fixed(instant))
}

#[cfg(test)]
mod tests {
    use super::{
        super::catalogue::{Fate, Places, Sale, events},
        *,
    };

    #[test]
    fn every_story_can_happen_when_and_where_it_is_told() {
        for Story { event, places, days_ago, .. } in &STORIES {
            let plan = events().into_iter().find(|plan| plan.name == *event).expect(event);
            assert!(plan.fate != Fate::Draft, "{event}");
            assert!(matches!(plan.sale, Sale::OpenFor(days) if days > days_ago + 1), "{event}");
            assert_eq!(matches!(places, Choice::Places(_)), matches!(plan.places, Places::General(..)), "{event}");
            let Choice::Places(count) = places else { continue };
            assert!(*count <= plan.places_per_person, "{event}");
        }
    }

    #[test]
    fn every_ending_is_told() {
        for ending in [Ending::Confirmed, Ending::Cancelled, Ending::Released, Ending::Expired] {
            assert!(STORIES.iter().any(|story| story.ending == ending));
        }
    }

    #[test]
    fn a_block_is_free_and_does_not_reach_round_a_corner() {
        let seat = |row: &str, number: u32, status| Seat {
            id: SeatId(uuid::Uuid::from_u128(u128::from(number))),
            section: "S".to_owned(),
            row: row.to_owned(),
            number: number.to_string(),
            price_minor: 0,
            status,
            kind: SeatKind::Standard,
            limited_view: false,
            x: 0,
            y: 0,
        };
        let seats = [
            seat("1", 2, SeatStatus::Available),
            seat("1", 1, SeatStatus::Booked),
            seat("2", 3, SeatStatus::Available),
            seat("2", 4, SeatStatus::Available),
        ];
        assert_eq!(find_block(&seats, 2), Some(vec![seats[2].id, seats[3].id]));
        assert_eq!(find_block(&seats, 3), None);
    }
}
