//! The line: who waits for what, when it is one's turn, and how long an offer lasts.

use crate::{
    error::{Conflict, Error, Problem},
    events::model::SaleFacts,
    id::{BookingId, EntryId, EventId},
    seats::model::{FreeSeat, free_in, pick_seats},
};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// An offer lasts at most this part of the time until the sale closes, so that the next in line get their turn too.
const SHARE_OF_THE_REST: i32 = 4;

/// Where an entry is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "entry_status", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum EntryStatus {
    /// In line.
    Waiting,
    /// Places are held for the person until the offer lapses.
    Offered,
    /// The person booked what was offered.
    Accepted,
    /// The offer ran out.
    Lapsed,
    /// The person left the line, or declined the offer.
    Left,
}

/// Which of two entries of an event stays, when they come to be one person's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// The one that is taken over.
    Theirs,
    /// The one that the person had.
    Own,
}

/// Decides between two open entries, each with its position: an offer is worth more than waiting, and of two that wait
/// the one that joined first. Nothing where both are offers: that is the person's to decide.
pub fn decide_kept(theirs: (EntryStatus, i64), own: (EntryStatus, i64)) -> Option<Kept> {
    match (theirs.0, own.0) {
        (EntryStatus::Offered, EntryStatus::Offered) => None,
        (EntryStatus::Offered, _) => Some(Kept::Theirs),
        (_, EntryStatus::Offered) => Some(Kept::Own),
        _ if theirs.1 < own.1 => Some(Kept::Theirs),
        _ => Some(Kept::Own),
    }
}

/// A person's entry in the waitlist of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct Entry {
    /// The entry's id.
    pub id: EntryId,
    /// Of which event.
    pub event_id: EventId,
    /// The event's name.
    pub event_name: String,
    /// Places waited for.
    pub requested_quantity: i32,
    /// Only seats beside each other.
    pub together: bool,
    /// Only places of this section.
    pub section: Option<String>,
    /// The join number: grows, never reused.
    pub position: i64,
    /// Where the entry is in its life.
    pub status: EntryStatus,
    /// The hold that is or was offered.
    pub booking_id: Option<BookingId>,
    /// When the person joined, UTC.
    pub created_at: DateTime<Utc>,
    /// Place in the line now, from 1; none once it doesn't wait.
    #[cfg_attr(feature = "ssr", sqlx(default))]
    pub rank: Option<i64>,
    /// Place in the line when the person joined, from 1.
    pub joined_rank: i64,
    /// Entries ahead that were offered places since the person joined.
    pub offered_ahead_count: i64,
    /// Entries ahead that left since.
    pub left_ahead_count: i64,
    /// Entries behind that were offered places which this one couldn't use.
    pub passed_by_count: i64,
}

impl Entry {
    /// Where one stands and why it moved, in a sentence or two.
    pub fn say_rank(&self) -> String {
        let Some(rank) = self.rank else { return String::new() };
        let mut words = match rank {
            1 => "You are next in line.".to_owned(),
            rank => format!("You are number {rank} in line."),
        };
        let moved: Vec<String> = [
            (self.offered_ahead_count, "was offered places", "were offered places"),
            (self.left_ahead_count, "left", "left"),
        ]
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
        .collect();
        if self.joined_rank > rank && !moved.is_empty() {
            words.push_str(&format!(
                " You joined at number {}; since then {} ahead of you.",
                self.joined_rank,
                moved.join(" and ")
            ));
        }
        if self.joined_rank < rank {
            words.push_str(&format!(
                " You joined at number {}; since then the organiser has let others go ahead of you.",
                self.joined_rank
            ));
        }
        if self.passed_by_count > 0 {
            words.push_str(" Places came free that were too few for you, and went to a smaller party behind you.");
        }
        words
    }
}

/// What decides whether a person may join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JoinFacts {
    /// The event's sale.
    pub sale: SaleFacts,
    /// Whether people choose seats.
    pub has_seat_selection: bool,
    /// Places one person may have.
    pub places_per_person: i32,
    /// Places this person holds and has booked.
    pub have: i32,
    /// Places that are free and that this entry could use.
    pub free: i32,
}

/// Whether this person may wait for so many places at `now`.
///
/// Errors: those of [`SaleFacts::decide_on_sale`]; `Invalid` below one place, and for places together where nobody has a
/// seat; `OverLimit`; `PlacesFree` when there is nothing to wait for.
pub fn decide_join(facts: &JoinFacts, quantity: i32, together: bool, now: DateTime<Utc>) -> Result<(), Error> {
    facts.sale.decide_on_sale(now)?;
    if quantity < 1 || quantity > facts.places_per_person {
        return Err(Error::invalid("requested_quantity", Problem::OutOfRange(1, facts.places_per_person)));
    }
    if together && !facts.has_seat_selection {
        return Err(Error::invalid("together", Problem::Unknown));
    }
    if facts.have + quantity > facts.places_per_person {
        return Err(Conflict::OverLimit { limit: facts.places_per_person, have: facts.have }.into());
    }
    if facts.free >= quantity {
        return Err(Conflict::PlacesFree { available_count: facts.free }.into());
    }
    Ok(())
}

/// Whether a person who has so many places of an event may have so many more.
pub fn may_have_more(have: i32, more: i32, places_per_person: i32) -> bool {
    have + more <= places_per_person
}

/// What is free for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spare {
    /// So many places of general admission.
    Places(i32),
    /// These seats, sorted by section, row and place.
    Seats(Vec<FreeSeat>),
}

/// An entry that waits, as far as its turn needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Which.
    pub id: EntryId,
    /// For how many places.
    pub quantity: i32,
    /// Only seats beside each other.
    pub together: bool,
    /// Only places of this section.
    pub section: Option<String>,
    /// Places its person has already.
    pub have: i32,
}

/// Who of a line, in its order, would be offered places if this were free: first come first served, and passed over only where
/// one can't use what is left or has enough.
pub fn share_out(line: &[Waiting], mut spare: Spare, places_per_person: i32) -> Vec<EntryId> {
    let takes = |entry: &&Waiting| {
        may_have_more(entry.have, entry.quantity, places_per_person)
            && match &mut spare {
                Spare::Places(left) => {
                    let fits = entry.quantity <= *left;
                    *left -= if fits { entry.quantity } else { 0 };
                    fits
                }
                Spare::Seats(free) => {
                    match pick_seats(free_in(free, entry.section.as_deref()), entry.quantity, entry.together) {
                        Some(picked) => {
                            free.retain(|seat| !picked.contains(&seat.id));
                            true
                        }
                        None => false,
                    }
                }
            }
    };
    line.iter().filter(takes).map(|entry| entry.id).collect()
}

/// When an offer made at `now` lapses: after `offer_length_s`, or sooner when the sale closes soon: a quarter of what is
/// left, at least as long as a hold, and never past the close.
pub fn offer_ends_at(now: DateTime<Utc>, sale: &SaleFacts, offer_length_s: i32, hold_length_s: i32) -> DateTime<Utc> {
    let quarter = (sale.sales_close_at - now) / SHARE_OF_THE_REST;
    let length = TimeDelta::seconds(offer_length_s.into()).min(quarter).max(TimeDelta::seconds(hold_length_s.into()));
    (now + length).min(sale.sales_close_at.max(now + TimeDelta::seconds(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::model::EventStatus;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::hours(hour)
    }

    fn sold_out() -> JoinFacts {
        let sale = SaleFacts {
            status: EventStatus::Published,
            sales_open_at: at(0),
            sales_close_at: at(1_000),
            ends_at: at(1_100),
        };
        JoinFacts { sale, has_seat_selection: true, places_per_person: 10, have: 0, free: 0 }
    }

    #[test]
    fn of_two_entries_the_better_one_stays() {
        let (waiting, offered) = (EntryStatus::Waiting, EntryStatus::Offered);
        assert_eq!(decide_kept((waiting, 3), (waiting, 4)), Some(Kept::Theirs));
        assert_eq!(decide_kept((waiting, 4), (waiting, 3)), Some(Kept::Own));
        assert_eq!(decide_kept((offered, 4), (waiting, 3)), Some(Kept::Theirs));
        assert_eq!(decide_kept((waiting, 3), (offered, 4)), Some(Kept::Own));
        assert_eq!(decide_kept((offered, 3), (offered, 4)), None);
    }

    #[test]
    fn who_could_book_now_does_not_wait() {
        let three_free = JoinFacts { free: 3, ..sold_out() };
        let refused = decide_join(&three_free, 3, false, at(1));
        assert_eq!(refused, Err(Conflict::PlacesFree { available_count: 3 }.into()));
        assert_eq!(decide_join(&three_free, 4, false, at(1)), Ok(()), "three are no help to four");
    }

    #[test]
    fn nobody_waits_for_more_than_they_may_have() {
        assert_eq!(decide_join(&sold_out(), 10, true, at(1)), Ok(()));
        let too_many = Error::invalid("requested_quantity", Problem::OutOfRange(1, 10));
        assert_eq!(decide_join(&sold_out(), 11, true, at(1)), Err(too_many.clone()));
        assert_eq!(decide_join(&sold_out(), 0, true, at(1)), Err(too_many));
        let has_eight = JoinFacts { have: 8, ..sold_out() };
        assert_eq!(decide_join(&has_eight, 2, false, at(1)), Ok(()));
        assert_eq!(decide_join(&has_eight, 3, false, at(1)), Err(Conflict::OverLimit { limit: 10, have: 8 }.into()));
    }

    #[test]
    fn one_waits_while_the_sale_is_open() {
        assert_eq!(decide_join(&sold_out(), 1, false, at(1_000)), Err(Conflict::SalesClosed.into()));
        let general = JoinFacts { has_seat_selection: false, ..sold_out() };
        assert_eq!(decide_join(&general, 2, true, at(1)), Err(Error::invalid("together", Problem::Unknown)));
    }

    #[test]
    fn an_offer_is_shorter_close_to_the_end_of_the_sale() {
        let sale = sold_out().sale;
        let ends = |hour: i64| offer_ends_at(at(hour), &sale, 86_400, 600);
        assert_eq!(ends(1), at(25), "a day");
        assert_eq!(ends(1_000 - 96), at(1_000 - 72), "still a day with four to go");
        assert_eq!(ends(1_000 - 8), at(1_000 - 6), "a quarter of the rest");
        let ten_minutes = TimeDelta::minutes(10);
        assert_eq!(offer_ends_at(at(1_000) - ten_minutes * 2, &sale, 86_400, 600), at(1_000) - ten_minutes);
        assert_eq!(offer_ends_at(at(1_000) - ten_minutes / 2, &sale, 86_400, 600), at(1_000), "never past the close");
    }

    #[test]
    fn a_rank_says_why_it_moved() {
        let entry = Entry {
            id: EntryId(uuid::Uuid::nil()),
            event_id: EventId(uuid::Uuid::nil()),
            event_name: "An evening".to_owned(),
            requested_quantity: 2,
            together: true,
            section: None,
            position: 9,
            status: EntryStatus::Waiting,
            booking_id: None,
            created_at: at(0),
            rank: Some(3),
            joined_rank: 6,
            offered_ahead_count: 2,
            left_ahead_count: 1,
            passed_by_count: 0,
        };
        assert_eq!(
            entry.say_rank(),
            "You are number 3 in line. You joined at number 6; since then 2 were offered places and 1 left ahead of you."
        );
        let first = Entry { rank: Some(1), joined_rank: 1, offered_ahead_count: 0, left_ahead_count: 0, ..entry };
        assert_eq!(first.say_rank(), "You are next in line.");
        let overtaken = Entry { rank: Some(2), ..first.clone() };
        assert!(overtaken.say_rank().ends_with("since then the organiser has let others go ahead of you."));
        let passed = Entry { passed_by_count: 1, ..first };
        assert!(passed.say_rank().ends_with("went to a smaller party behind you."));
    }

    fn waiting(n: u128, quantity: i32, have: i32) -> Waiting {
        Waiting { id: EntryId(uuid::Uuid::from_u128(n)), quantity, together: false, section: None, have }
    }

    fn got(line: &[Waiting], spare: Spare) -> Vec<u128> {
        share_out(line, spare, 10).into_iter().map(|id| id.0.as_u128()).collect()
    }

    #[test]
    fn what_comes_free_goes_down_the_line_past_whom_it_is_no_use_to() {
        let line = [
            waiting(1, 2, 0),
            waiting(2, 4, 0),
            waiting(3, 2, 9),
            waiting(4, 2, 8),
            waiting(5, 1, 0),
            waiting(6, 1, 0),
        ];
        assert_eq!(got(&line, Spare::Places(5)), [1, 4, 5], "four don't fit any more, and the third has nine");
        assert_eq!(got(&line, Spare::Places(0)), [0; 0]);
    }

    #[test]
    fn seats_are_shared_out_as_they_stand() {
        let seat = |n: u8, place| FreeSeat {
            id: crate::id::SeatId(uuid::Uuid::from_u128(n.into())),
            section: "A".to_owned(),
            row: "A".to_owned(),
            place,
        };
        let together = Waiting { together: true, ..waiting(1, 2, 0) };
        let apart = Spare::Seats(vec![seat(1, 1), seat(2, 3)]);
        assert_eq!(got(&[together.clone(), waiting(2, 2, 0)], apart), [2], "only who needn't sit together");
        let beside = Spare::Seats(vec![seat(1, 1), seat(2, 2), seat(3, 4)]);
        assert_eq!(got(&[together, waiting(2, 2, 0), waiting(3, 1, 0)], beside), [1, 3]);
        let for_b = Waiting { section: Some("B".to_owned()), ..waiting(1, 1, 0) };
        let beside = Spare::Seats(vec![seat(1, 1), seat(2, 2)]);
        assert_eq!(got(&[for_b, waiting(2, 2, 0)], beside), [2], "who waits for another section goes on waiting");
    }
}
