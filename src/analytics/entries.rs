//! The rows behind a figure: the entries of the booking history that are added up in it.

use crate::{
    error::{Error, Problem},
    events::model::When,
    id::BookingId,
    money::Money,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// Which figure of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Bookings made, out of holds and offers.
    Booked,
    /// Bookings cancelled.
    Cancelled,
    /// Holds and offers given back.
    Released,
    /// Holds and offers that ran out.
    RanOut,
}

impl Figure {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Booked, Self::Cancelled, Self::Released, Self::RanOut];

    /// The figure of this name in a request. Errors: `Invalid` on `figure`.
    pub fn parse(key: &str) -> Result<Self, Error> {
        let known = Self::ALL.into_iter().find(|figure| figure.key() == key);
        known.ok_or_else(|| Error::invalid("figure", Problem::Unknown))
    }

    /// Its name in requests.
    pub fn key(self) -> &'static str {
        match self {
            Self::Booked => "booked",
            Self::Cancelled => "cancelled",
            Self::Released => "released",
            Self::RanOut => "ran_out",
        }
    }

    /// Its name in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Booked => "Booked",
            Self::Cancelled => "Cancelled",
            Self::Released => "Given back before booking",
            Self::RanOut => "Ran out",
        }
    }
}

/// One entry of the history that is in a figure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FigureEntry {
    /// Its place in the order of the history.
    pub number: i64,
    /// The booking it is of.
    pub booking_id: BookingId,
    /// What the booking is called on the phone.
    pub reference: String,
    /// When it happened, UTC.
    pub created_at: DateTime<Utc>,
    /// When it happened, at the venue.
    pub when: When,
    /// Its places.
    pub quantity: i32,
    /// What they cost then; null for who may not see money.
    pub amount: Option<Money>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_found_by_its_name_and_nothing_else_is() {
        for figure in Figure::ALL {
            assert_eq!(Figure::parse(figure.key()), Ok(figure));
        }
        assert!(Figure::parse("").is_err() && Figure::parse("Booked").is_err());
    }
}
