//! What a person has chosen on the map, across sections.

use crate::{
    id::SeatId,
    seats::model::{Seat, seat_label},
};
use serde::{Deserialize, Serialize};

/// A seat a person has chosen, with what is shown of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenSeat {
    /// The seat's id.
    pub id: SeatId,
    /// Its section.
    pub section: String,
    /// Its row.
    pub row: String,
    /// Its label in the row.
    pub number: String,
    /// Minor units of the event's currency.
    pub price_minor: i64,
    /// Its centre on the map.
    pub spot: (i32, i32),
}

impl ChosenSeat {
    /// The seat's short name, for example `F12`.
    pub fn label(&self) -> String {
        seat_label(&self.row, &self.number)
    }
}

impl From<&Seat> for ChosenSeat {
    fn from(seat: &Seat) -> Self {
        Self {
            id: seat.id,
            section: seat.section.clone(),
            row: seat.row.clone(),
            number: seat.number.clone(),
            price_minor: seat.price_minor,
            spot: (seat.x, seat.y),
        }
    }
}

/// The seats a person has chosen, in the order of choosing, each once, never more than one person may have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    seats: Vec<ChosenSeat>,
    limit: i32,
}

impl Choice {
    /// These seats, up to `limit`.
    pub fn new(seats: impl IntoIterator<Item = ChosenSeat>, limit: i32) -> Self {
        let mut choice = Self { seats: Vec::new(), limit };
        for seat in seats {
            choice.add(seat);
        }
        choice
    }

    /// The seats, in the order of choosing.
    pub fn seats(&self) -> &[ChosenSeat] {
        &self.seats
    }

    /// How many one person can have.
    pub fn limit(&self) -> i32 {
        self.limit
    }

    /// Their ids.
    pub fn ids(&self) -> Vec<SeatId> {
        self.seats.iter().map(|seat| seat.id).collect()
    }

    /// How many there are.
    pub fn count(&self) -> i32 {
        i32::try_from(self.seats.len()).unwrap_or(i32::MAX)
    }

    /// What they cost together, in minor units.
    pub fn total_minor(&self) -> i64 {
        self.seats.iter().map(|seat| seat.price_minor).sum()
    }

    /// Whether this seat is chosen.
    pub fn has(&self, id: SeatId) -> bool {
        self.seats.iter().any(|seat| seat.id == id)
    }

    /// Adds a seat and says whether it is chosen now: not when one person can't have any more. Adding twice is fine.
    pub fn add(&mut self, seat: ChosenSeat) -> bool {
        if self.has(seat.id) {
            return true;
        }
        let fits = self.count() < self.limit;
        if fits {
            self.seats.push(seat);
        }
        fits
    }

    /// Takes these seats out of the choice and answers those that were in it.
    pub fn remove(&mut self, ids: &[SeatId]) -> Vec<ChosenSeat> {
        let (gone, kept) = std::mem::take(&mut self.seats).into_iter().partition(|seat| ids.contains(&seat.id));
        self.seats = kept;
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn seat(number: u128) -> ChosenSeat {
        ChosenSeat {
            id: SeatId(Uuid::from_u128(number)),
            section: "Stalls".to_owned(),
            row: "F".to_owned(),
            number: number.to_string(),
            price_minor: 4_800,
            spot: (0, 0),
        }
    }

    #[test]
    fn a_seat_is_chosen_once() {
        let mut choice = Choice::new([seat(1)], 4);
        assert!(choice.add(seat(1)));
        assert_eq!((choice.count(), choice.total_minor()), (1, 4_800));
    }

    #[test]
    fn no_more_seats_than_one_person_may_have() {
        let mut choice = Choice::new([seat(1), seat(2), seat(3)], 2);
        assert_eq!(choice.ids(), [seat(1).id, seat(2).id]);
        assert!(!choice.add(seat(4)));
        assert_eq!(choice.count(), 2);
    }

    #[test]
    fn what_is_lost_goes_and_the_rest_stays() {
        let mut choice = Choice::new([seat(1), seat(2), seat(3)], 4);
        let lost = choice.remove(&[seat(2).id, seat(9).id]);
        assert_eq!(lost, [seat(2)]);
        assert_eq!(choice.ids(), [seat(1).id, seat(3).id]);
    }
}
