//! The life of a booking as pure rules: what may be held, and what may become of it.

use crate::{
    error::{Conflict, Error, Problem},
    events::{
        model::{Availability, EventPoster, SaleFacts, When},
        window::{OffSale, SaleWindow},
    },
    id::{BookingId, CodeId, EventId, SeatId},
    money::{Currency, Money},
    seats::model::Standing,
    ui::path_with,
};
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// Seconds that "more time" adds. Source: product.md, rules of the inventory, 5.
pub const EXTENSION_S: i32 = 300;
/// Seconds a hold may last in all. Source: product.md, rules of the inventory, 5.
pub const HOLD_MAX_S: i32 = 1800;
/// Places one request may ask for, whatever the event allows.
pub const QUANTITY_MAX: i32 = 100;

/// Where a booking is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "booking_status", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum BookingStatus {
    /// The places are kept until `expires_at`.
    Held,
    /// Booked.
    Confirmed,
    /// Released by the person while held, or cancelled after.
    Cancelled,
    /// The hold ran out.
    Expired,
}

/// What happened to a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(type_name = "booking_action", rename_all = "snake_case"))]
#[serde(rename_all = "snake_case")]
pub enum BookingAction {
    /// The places were held.
    Held,
    /// The waitlist held them for the person.
    Offered,
    /// The hold was given more time.
    Extended,
    /// A code took something off the hold.
    CodeApplied,
    /// The hold's code was taken back.
    CodeRemoved,
    /// The hold became a booking.
    Confirmed,
    /// The booking got other seats.
    Moved,
    /// The person gave the hold back.
    Released,
    /// The hold ran out.
    Expired,
    /// The booking was cancelled.
    Cancelled,
    /// A guest's booking became an account's.
    Claimed,
    /// Its event was called off.
    CalledOff,
}

impl BookingAction {
    /// The status that the action leads to; none where the booking stays what it was.
    pub fn leads_to(self) -> Option<BookingStatus> {
        match self {
            Self::Held | Self::Offered | Self::Extended | Self::CodeApplied | Self::CodeRemoved => {
                Some(BookingStatus::Held)
            }
            Self::Confirmed | Self::Moved => Some(BookingStatus::Confirmed),
            Self::Released | Self::Cancelled | Self::CalledOff => Some(BookingStatus::Cancelled),
            Self::Expired => Some(BookingStatus::Expired),
            Self::Claimed => None,
        }
    }
}

/// A seat of a booking, with the price it was held at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct BookedSeat {
    /// The seat's id.
    pub seat_id: SeatId,
    /// Its section.
    pub section: String,
    /// Its row.
    pub row: String,
    /// Its label in the row.
    pub number: String,
    /// Minor units, frozen.
    pub price_minor: i64,
}

/// The event of a booking, as far as a booking shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookedEvent {
    /// The event's name.
    pub name: String,
    /// Where.
    pub venue: String,
    /// Street and number.
    pub address: String,
    /// In which city.
    pub city: String,
    /// One of the categories.
    pub category: String,
    /// When it begins, UTC.
    pub event_date: DateTime<Utc>,
    /// When it begins, at the venue.
    pub when: When,
    /// Whether people choose seats.
    pub has_seat_selection: bool,
    /// What became of it, for example that it was cancelled.
    pub availability: Availability,
    /// Its own picture; none where its poster is drawn.
    pub poster: Option<EventPoster>,
}

/// A person's places of an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Booking {
    /// The booking's id.
    pub id: BookingId,
    /// What a person reads out, for example `7K3M9QXA`.
    pub reference: String,
    /// Of which event.
    pub event_id: EventId,
    /// That event.
    pub event: BookedEvent,
    /// Places.
    pub quantity: i32,
    /// The seats, where the event has seats.
    pub seats: Vec<BookedSeat>,
    /// ISO 4217.
    pub currency: Currency,
    /// Minor units, what is to pay: the prices of when the places were held, less `discount_minor`.
    pub total_amount_minor: i64,
    /// Minor units that a code takes off; 0 without one.
    pub discount_minor: i64,
    /// The code, in capitals; null without one.
    pub discount_code: Option<String>,
    /// Where it is in its life. A hold that has run out reads as expired.
    pub status: BookingStatus,
    /// Whether the waitlist held the places for the person.
    pub is_offer: bool,
    /// Until when the hold lasts, or lasted, UTC.
    pub expires_at: DateTime<Utc>,
    /// The same at the venue.
    pub expires: When,
    /// Seconds left of the hold by the server's clock; 0 when it isn't held.
    pub seconds_left: i64,
    /// Whether "more time" would still add some.
    pub can_extend: bool,
    /// Whether cancelling is possible now.
    pub can_cancel: bool,
    /// Why the organiser cancelled it, in their words; none where they didn't.
    pub cancel_reason: Option<String>,
    /// When the places were held, UTC.
    pub created_at: DateTime<Utc>,
    /// When it last changed, UTC.
    pub updated_at: DateTime<Utc>,
}

impl Booking {
    /// What is to pay, all in.
    pub fn total(&self) -> Money {
        Money::new(self.total_amount_minor, self.currency)
    }

    /// What it would cost without a code.
    pub fn subtotal(&self) -> Money {
        Money::new(self.total_amount_minor + self.discount_minor, self.currency)
    }

    /// What its code takes off: the code, and the amount as it stands in a sum.
    pub fn discount(&self) -> Option<(&str, Money)> {
        let code = self.discount_code.as_deref()?;
        Some((code, Money::new(-self.discount_minor, self.currency)))
    }

    /// The places in words: `Stalls F12, F13`, or `2 places`.
    pub fn places(&self) -> String {
        if self.seats.is_empty() {
            return name_quantity(self.quantity);
        }
        crate::seats::model::name_seats(
            self.seats.iter().map(|s| (s.section.as_str(), s.row.as_str(), s.number.as_str())),
        )
    }
}

/// `1 place`, `2 places`.
pub fn name_quantity(quantity: i32) -> String {
    if quantity == 1 { "1 place".to_owned() } else { format!("{quantity} places") }
}

/// One entry of a booking's history, in plain words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// What happened.
    pub action: BookingAction,
    /// The sentence a person reads.
    pub sentence: String,
    /// When, UTC.
    pub created_at: DateTime<Utc>,
    /// When, at the venue.
    pub when: When,
}

/// Who did something to a booking that isn't done by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doer {
    /// The person whose booking it is.
    Person,
    /// Somebody of the event's staff.
    Organiser,
}

/// The sentence for an entry of the history, for the person whose booking it is. `details` names the places.
pub fn tell(action: BookingAction, doer: Doer, details: &str) -> String {
    match (action, doer) {
        (BookingAction::Held, Doer::Person) => format!("You held {details}."),
        (BookingAction::Held, Doer::Organiser) => format!("The organiser kept {details} for you."),
        (BookingAction::Offered, _) => format!("It was your turn on the waitlist: {details} were kept for you."),
        (BookingAction::Extended, _) => format!("You took {} more minutes.", EXTENSION_S / 60),
        (BookingAction::CodeApplied, Doer::Person) => format!("You used a code. {details}."),
        (BookingAction::CodeApplied, Doer::Organiser) => format!("The organiser used a code for you. {details}."),
        (BookingAction::CodeRemoved, _) => format!("You took the code {details} back."),
        (BookingAction::Confirmed, Doer::Person) => format!("You booked {details}."),
        (BookingAction::Confirmed, Doer::Organiser) => format!("The organiser booked {details} for you."),
        (BookingAction::Moved, _) => format!("The organiser moved you to {details}."),
        (BookingAction::Released, Doer::Person) => format!("You gave {details} back before booking."),
        (BookingAction::Released, Doer::Organiser) => format!("The organiser put {details} back on sale."),
        (BookingAction::Expired, _) => format!("The time ran out, and {details} went back on sale."),
        (BookingAction::Cancelled, Doer::Person) => format!("You cancelled the booking; {details} went back on sale."),
        (BookingAction::Cancelled, Doer::Organiser) => {
            format!("The organiser cancelled the booking; {details} went back on sale.")
        }
        (BookingAction::Claimed, _) => "You added the booking to your account.".to_owned(),
        (BookingAction::CalledOff, _) => format!("The event was called off, and {details} with it."),
    }
}

/// What a person asks to hold: a number of places, or these very seats.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// So many places of general admission.
    Quantity(i32),
    /// These seats, sorted by id, each once.
    Seats(Vec<SeatId>),
    /// So many places of a standing section, whichever are free.
    Standing(Standing),
}

impl Wanted {
    /// Understands a request; with a `section` the quantity is one of its places. Errors: `Invalid` when both or neither of
    /// quantity and seats are given, for a quantity outside 1 to 100, for a seat named twice, for more than 100 seats, or for
    /// what is no section's name.
    pub fn parse(quantity: Option<i32>, seat_ids: Vec<SeatId>, section: Option<String>) -> Result<Self, Error> {
        let section = section.unwrap_or_default();
        match Standing::parse(&section, quantity, QUANTITY_MAX)? {
            None => Self::parse_places(quantity, seat_ids),
            Some(standing) if seat_ids.is_empty() => Ok(Self::Standing(standing)),
            Some(_) => Err(Error::invalid("seat_ids", Problem::Unknown)),
        }
    }

    fn parse_places(quantity: Option<i32>, mut seat_ids: Vec<SeatId>) -> Result<Self, Error> {
        match (quantity, seat_ids.is_empty()) {
            (None, true) => Err(Error::invalid("quantity", Problem::Required)),
            (Some(_), false) => Err(Error::invalid("quantity", Problem::Unknown)),
            (Some(n), true) if (1..=QUANTITY_MAX).contains(&n) => Ok(Self::Quantity(n)),
            (Some(_), true) => Err(Error::invalid("quantity", Problem::OutOfRange(1, QUANTITY_MAX))),
            (None, false) if seat_ids.len() > QUANTITY_MAX as usize => {
                Err(Error::invalid("seat_ids", Problem::OutOfRange(1, QUANTITY_MAX)))
            }
            (None, false) => {
                let given = seat_ids.len();
                seat_ids.sort_unstable();
                seat_ids.dedup();
                if seat_ids.len() < given {
                    return Err(Error::invalid("seat_ids", Problem::Repeated));
                }
                Ok(Self::Seats(seat_ids))
            }
        }
    }

    /// How many places that is.
    pub fn count(&self) -> i32 {
        match self {
            Self::Quantity(n) | Self::Standing(Standing { quantity: n, .. }) => *n,
            Self::Seats(ids) => ids.len() as i32,
        }
    }

    /// Where a person who is not signed in goes first: the sign-in page, which leads back to the event with the choice kept.
    pub fn sign_in_path(&self, event_id: EventId) -> String {
        match self {
            Self::Quantity(n) => sign_in_path(event_id, "quantity", &n.to_string()),
            Self::Seats(ids) => sign_in_path(event_id, "seats", &list_seats(ids)),
            Self::Standing(Standing { section, quantity }) => {
                let fields = [("standing", section.as_str()), ("quantity", &*quantity.to_string())];
                path_with("/sign-in", [("next", &*path_with(&format!("/events/{event_id}"), fields))])
            }
        }
    }
}

/// The key that names the page a hold is asked from; empty is none. Errors: `Invalid` over 64 characters, or for control
/// characters.
pub fn parse_key(key: Option<String>) -> Result<Option<String>, Error> {
    match key {
        Some(key) if key.chars().any(char::is_control) => Err(Error::invalid("key", Problem::Malformed)),
        Some(key) if key.chars().count() > 64 => Err(Error::invalid("key", Problem::TooLong(64))),
        key => Ok(key.filter(|key| !key.is_empty())),
    }
}

/// The sign-in page, which leads back to the event with this `choice`, encoded already, in this field of its address.
pub fn sign_in_path(event_id: EventId, field: &str, choice: &str) -> String {
    format!("/sign-in?next=%2Fevents%2F{event_id}%3F{field}%3D{choice}")
}

/// These seats as [`sign_in_path`] takes them.
pub fn list_seats(seat_ids: &[SeatId]) -> String {
    seat_ids.iter().map(ToString::to_string).collect::<Vec<_>>().join("%2C")
}

/// A person's living booking of an event, as far as a new hold of theirs needs to know it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(sqlx::FromRow))]
pub struct OwnBooking {
    /// Which.
    pub id: BookingId,
    /// Held or confirmed.
    pub status: BookingStatus,
    /// Places.
    pub quantity: i32,
    /// The page it was held from.
    pub hold_key: Option<String>,
    /// Its seats, sorted by id; empty for general admission.
    pub seat_ids: Vec<SeatId>,
}

/// The booking that this request repeats, if it does: one held under the same key, or a hold of exactly these seats.
///
/// Errors: `Invalid` on `key` when the key was used for other places.
pub fn find_repeated<'a>(
    mut own: impl Iterator<Item = &'a OwnBooking> + Clone,
    wanted: &Wanted,
    key: Option<&str>,
) -> Result<Option<BookingId>, Error> {
    let is_wanted = |booking: &OwnBooking| match wanted {
        Wanted::Quantity(quantity) => booking.quantity == *quantity && booking.seat_ids.is_empty(),
        Wanted::Seats(seat_ids) => booking.seat_ids == *seat_ids,
        Wanted::Standing(standing) => booking.quantity == standing.quantity && !booking.seat_ids.is_empty(),
    };
    if let Some(booking) = own.clone().find(|booking| key.is_some() && booking.hold_key.as_deref() == key) {
        return if is_wanted(booking) { Ok(Some(booking.id)) } else { Err(Error::invalid("key", Problem::Repeated)) };
    }
    let same_seats = |booking: &&OwnBooking| booking.status == BookingStatus::Held && is_wanted(booking);
    match wanted {
        Wanted::Seats(_) => Ok(own.find(same_seats).map(|booking| booking.id)),
        // More places are more places.
        Wanted::Quantity(_) | Wanted::Standing(_) => Ok(None),
    }
}

/// What decides whether a hold may be made, beside the places themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldFacts {
    /// The event's sale.
    pub sale: SaleFacts,
    /// Whether its places are seats.
    pub has_seat_selection: bool,
    /// Places one person may have.
    pub places_per_person: i32,
    /// Seconds a hold of it lasts.
    pub hold_length_s: i32,
    /// Places this person holds and has booked.
    pub have: i32,
}

/// Whether this person may hold this at `now`, and until when.
///
/// Errors: those of [`SaleFacts::decide_on_sale`]; `Invalid` for a quantity of an event with seats and the other way
/// round; `OverLimit`.
pub fn decide_hold(facts: &HoldFacts, wanted: &Wanted, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
    facts.sale.decide_on_sale(now)?;
    match (wanted, facts.has_seat_selection) {
        (Wanted::Quantity(_), true) => return Err(Error::invalid("seat_ids", Problem::Required)),
        (Wanted::Seats(_), false) => return Err(Error::invalid("quantity", Problem::Required)),
        (Wanted::Standing(_), false) => return Err(Error::invalid("section", Problem::Unknown)),
        _ => {}
    }
    if facts.have + wanted.count() > facts.places_per_person {
        return Err(Conflict::OverLimit { limit: facts.places_per_person, have: facts.have }.into());
    }
    Ok(now + TimeDelta::seconds(facts.hold_length_s.into()))
}

/// Whether these places are on sale at `now`, each by when its section is sold; `at_venue` gives an instant the venue's offset.
///
/// Errors: `SectionClosed` with the seats whose section has closed; `SectionNotOpen` with those whose section opens later, and when
/// the last of them does.
pub fn decide_on_sale(
    places: &[(SeatId, SaleWindow)],
    at_venue: impl Fn(DateTime<Utc>) -> DateTime<FixedOffset>,
    now: DateTime<Utc>,
) -> Result<(), Conflict> {
    let off_sale = |why| places.iter().filter(move |(_, window)| window.off_sale(now) == Some(why));
    let ids = |why| off_sale(why).map(|(seat_id, _)| *seat_id).collect::<Vec<_>>();
    let over = ids(OffSale::Over);
    if !over.is_empty() {
        return Err(Conflict::SectionClosed { seat_ids: over });
    }
    match off_sale(OffSale::Later).filter_map(|(_, window)| window.sales_open_at).max() {
        Some(opens_at) => Err(Conflict::SectionNotOpen { opens_at: at_venue(opens_at), seat_ids: ids(OffSale::Later) }),
        None => Ok(()),
    }
}

/// Whether a person who has so many places of an event may take over so many `more` from a guest: nobody gets round the
/// limit by being two. Errors: `OverLimit`.
pub fn decide_claim(places_per_person: i32, have: i32, more: i32) -> Result<(), Error> {
    if have + more > places_per_person {
        return Err(Conflict::OverLimit { limit: places_per_person, have }.into());
    }
    Ok(())
}

/// Whether one person may have more than the event allows each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// No.
    Kept,
    /// Yes: who sells has said so.
    Lifted,
}

/// Whether the box office may sell this to this person at `now`: until the event is over, whether or not its sale is open.
///
/// Errors: `NotFound` for a draft; `EventCancelled`; `SalesClosed` once the event is over; `Invalid` and `OverLimit` as
/// [`decide_hold`] has them.
pub fn decide_sell(facts: &HoldFacts, wanted: &Wanted, limit: Limit, now: DateTime<Utc>) -> Result<(), Error> {
    let sale = SaleFacts { sales_open_at: now, sales_close_at: facts.sale.ends_at, ..facts.sale };
    let have = if limit == Limit::Lifted { facts.places_per_person - wanted.count() } else { facts.have };
    decide_hold(&HoldFacts { sale, have, ..*facts }, wanted, now).map(|_| ())
}

/// What decides what may become of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BookingFacts {
    /// Which booking.
    pub id: BookingId,
    /// Its status as stored.
    pub status: BookingStatus,
    /// Until when its hold lasts, or lasted.
    pub expires_at: DateTime<Utc>,
    /// When the places were held.
    pub created_at: DateTime<Utc>,
    /// Seconds of "more time" taken.
    pub extended_s: i32,
    /// When the event begins.
    pub event_date: DateTime<Utc>,
    /// Whether the event was cancelled.
    pub event_cancelled: bool,
    /// Its tickets that somebody was let in with.
    pub admitted_count: i32,
}

/// What to do with a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<T = ()> {
    /// Do it.
    Do(T),
    /// It has been done before: answer the same and change nothing.
    Done,
}

impl BookingFacts {
    /// The status at `now`: a hold that has run out is expired, whether swept or not.
    ///
    /// A hold lasts until just before `expires_at`.
    pub fn status_at(&self, now: DateTime<Utc>) -> BookingStatus {
        match self.status {
            BookingStatus::Held if now >= self.expires_at => BookingStatus::Expired,
            status => status,
        }
    }

    /// Whether the hold may become a booking. Errors: `HoldExpired`, `EventCancelled`, `WrongState` for a cancelled one.
    pub fn decide_confirm(&self, now: DateTime<Utc>) -> Result<Step, Error> {
        match self.status_at(now) {
            BookingStatus::Confirmed => Ok(Step::Done),
            BookingStatus::Expired => Err(Conflict::HoldExpired.into()),
            BookingStatus::Cancelled => Err(Conflict::WrongState { booking_id: self.id }.into()),
            BookingStatus::Held if self.event_cancelled => Err(Conflict::EventCancelled.into()),
            BookingStatus::Held => Ok(Step::Do(())),
        }
    }

    /// The hold's new end with more time. Errors: `HoldExpired`, `ExtensionUsed` at thirty minutes in all,
    /// `WrongState` unless held.
    pub fn decide_extend(&self, now: DateTime<Utc>) -> Result<DateTime<Utc>, Error> {
        match self.status_at(now) {
            BookingStatus::Held if self.can_extend() => Ok(self.extended_end()),
            BookingStatus::Held => Err(Conflict::ExtensionUsed.into()),
            BookingStatus::Expired => Err(Conflict::HoldExpired.into()),
            _ => Err(Conflict::WrongState { booking_id: self.id }.into()),
        }
    }

    /// Whether "more time" would add some: the end it would give lies within thirty minutes of the start.
    pub fn can_extend(&self) -> bool {
        self.extended_end() - self.created_at <= TimeDelta::seconds(HOLD_MAX_S.into())
    }

    fn extended_end(&self) -> DateTime<Utc> {
        self.expires_at + TimeDelta::seconds(EXTENSION_S.into())
    }

    /// Whether the hold may have this code, or none, instead of what it has. Errors: `HoldExpired`, `EventCancelled`,
    /// `WrongState` unless held.
    pub fn decide_discount(
        &self,
        has: Option<CodeId>,
        wanted: Option<CodeId>,
        now: DateTime<Utc>,
    ) -> Result<Step, Error> {
        match self.status_at(now) {
            BookingStatus::Held if self.event_cancelled => Err(Conflict::EventCancelled.into()),
            BookingStatus::Held => Ok(if has == wanted { Step::Done } else { Step::Do(()) }),
            BookingStatus::Expired => Err(Conflict::HoldExpired.into()),
            _ => Err(Conflict::WrongState { booking_id: self.id }.into()),
        }
    }

    /// Whether the hold may be given back. Giving back what has lapsed or was given back is done already.
    /// Errors: `WrongState` for a confirmed booking: that is cancelled, not released.
    pub fn decide_release(&self, now: DateTime<Utc>) -> Result<Step, Error> {
        match self.status_at(now) {
            BookingStatus::Held => Ok(Step::Do(())),
            BookingStatus::Cancelled | BookingStatus::Expired => Ok(Step::Done),
            BookingStatus::Confirmed => Err(Conflict::WrongState { booking_id: self.id }.into()),
        }
    }

    /// Whether the booking may be cancelled: until the event begins, or somebody was let in with it. Cancelling twice is done
    /// already; cancelling a hold releases it. Errors: `SalesClosed` once the event has begun, `WrongState` once somebody was let
    /// in, `HoldExpired` for a lapsed hold.
    pub fn decide_cancel(&self, now: DateTime<Utc>) -> Result<Step<BookingAction>, Error> {
        match self.status_at(now) {
            BookingStatus::Cancelled => Ok(Step::Done),
            BookingStatus::Expired => Err(Conflict::HoldExpired.into()),
            BookingStatus::Held => Ok(Step::Do(BookingAction::Released)),
            BookingStatus::Confirmed if now >= self.event_date => Err(Conflict::SalesClosed.into()),
            BookingStatus::Confirmed if self.admitted_count > 0 => {
                Err(Conflict::WrongState { booking_id: self.id }.into())
            }
            BookingStatus::Confirmed => Ok(Step::Do(BookingAction::Cancelled)),
        }
    }

    /// Whether staff may cancel the booking: also once its event has begun or somebody was let in. Errors: `HoldExpired` for a lapsed hold.
    pub fn decide_cancel_by_staff(&self, now: DateTime<Utc>) -> Result<Step<BookingAction>, Error> {
        match self.status_at(now) {
            BookingStatus::Confirmed => Ok(Step::Do(BookingAction::Cancelled)),
            _ => self.decide_cancel(now),
        }
    }

    /// Whether the booking may get other seats. Errors: `EventCancelled`; `WrongState` unless confirmed.
    pub fn decide_move(&self) -> Result<(), Error> {
        match self.status {
            BookingStatus::Confirmed if self.event_cancelled => Err(Conflict::EventCancelled.into()),
            BookingStatus::Confirmed => Ok(()),
            _ => Err(Conflict::WrongState { booking_id: self.id }.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::events::model::EventStatus;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    const MOMENT: TimeDelta = TimeDelta::microseconds(1);

    fn event_on_sale() -> HoldFacts {
        HoldFacts {
            sale: SaleFacts {
                status: EventStatus::Published,
                sales_open_at: at(0),
                sales_close_at: at(1_000),
                ends_at: at(2_000),
            },
            has_seat_selection: false,
            places_per_person: 10,
            hold_length_s: 600,
            have: 0,
        }
    }

    fn hold_from_0_to_10() -> BookingFacts {
        BookingFacts {
            id: BookingId(Uuid::nil()),
            status: BookingStatus::Held,
            expires_at: at(10),
            created_at: at(0),
            extended_s: 0,
            event_date: at(1_500),
            event_cancelled: false,
            admitted_count: 0,
        }
    }

    fn booked() -> BookingFacts {
        BookingFacts { status: BookingStatus::Confirmed, ..hold_from_0_to_10() }
    }

    fn seat(n: u128) -> SeatId {
        SeatId(Uuid::from_u128(n))
    }

    #[test]
    fn a_hold_lasts_as_long_as_the_event_says() {
        assert_eq!(decide_hold(&event_on_sale(), &Wanted::Quantity(2), at(5)), Ok(at(15)));
    }

    #[test]
    fn one_person_holds_up_to_the_limit_and_not_one_more() {
        let has_eight = HoldFacts { have: 8, ..event_on_sale() };
        assert!(decide_hold(&has_eight, &Wanted::Quantity(2), at(5)).is_ok());
        let refused = decide_hold(&has_eight, &Wanted::Quantity(3), at(5));
        assert_eq!(refused, Err(Conflict::OverLimit { limit: 10, have: 8 }.into()));
    }

    #[test]
    fn nobody_gets_round_the_limit_by_being_two() {
        assert_eq!(decide_claim(10, 8, 2), Ok(()));
        assert_eq!(decide_claim(10, 8, 3), Err(Conflict::OverLimit { limit: 10, have: 8 }.into()));
    }

    #[test]
    fn places_are_asked_for_as_the_event_sells_them() {
        let seated = HoldFacts { has_seat_selection: true, ..event_on_sale() };
        let by_number = decide_hold(&seated, &Wanted::Quantity(2), at(5)).expect_err("needs seats");
        assert!(by_number.field("seat_ids").is_some());
        let by_seat = decide_hold(&event_on_sale(), &Wanted::Seats(vec![seat(1)]), at(5)).expect_err("needs a number");
        assert!(by_seat.field("quantity").is_some());
    }

    #[test]
    fn seats_are_held_while_their_section_is_on_sale() {
        let window = |opens: Option<i64>, closes: Option<i64>| SaleWindow {
            sales_open_at: opens.map(at),
            sales_close_at: closes.map(at),
        };
        let places = [
            (seat(1), SaleWindow::default()),
            (seat(2), window(Some(10), None)),
            (seat(3), window(Some(20), Some(30))),
        ];
        let decide = |minute| decide_on_sale(&places, |at| at.fixed_offset(), at(minute));
        let later = |minute, seat_ids| Err(Conflict::SectionNotOpen { opens_at: at(minute).fixed_offset(), seat_ids });
        assert_eq!(decide(5), later(20, vec![seat(2), seat(3)]), "when all of them can be had");
        assert_eq!(decide(10), later(20, vec![seat(3)]));
        assert_eq!((decide(20), decide(29)), (Ok(()), Ok(())));
        assert_eq!(decide(30), Err(Conflict::SectionClosed { seat_ids: vec![seat(3)] }));
    }

    #[test]
    fn a_request_names_places_one_way_and_within_bounds() {
        for (quantity, seats, fits) in [
            (None, vec![], false),
            (Some(1), vec![seat(1)], false),
            (Some(0), vec![], false),
            (Some(-1), vec![], false),
            (Some(i32::MAX), vec![], false),
            (Some(1), vec![], true),
            (Some(100), vec![], true),
            (Some(101), vec![], false),
            (None, vec![seat(1), seat(1)], false),
            (None, (0..101).map(seat).collect(), false),
            (None, vec![seat(2), seat(1)], true),
        ] {
            assert_eq!(Wanted::parse(quantity, seats.clone(), None).is_ok(), fits, "{quantity:?} {}", seats.len());
        }
        assert_eq!(Wanted::parse(None, vec![seat(2), seat(1)], None), Ok(Wanted::Seats(vec![seat(1), seat(2)])));
    }

    #[test]
    fn a_hold_can_be_confirmed_until_just_before_its_end() {
        assert_eq!(hold_from_0_to_10().decide_confirm(at(10) - MOMENT), Ok(Step::Do(())));
        assert_eq!(hold_from_0_to_10().decide_confirm(at(10)), Err(Conflict::HoldExpired.into()));
    }

    #[test]
    fn confirming_twice_is_confirming_once() {
        assert_eq!(booked().decide_confirm(at(900)), Ok(Step::Done));
    }

    #[test]
    fn nothing_of_a_cancelled_event_is_confirmed() {
        let hold = BookingFacts { event_cancelled: true, ..hold_from_0_to_10() };
        assert_eq!(hold.decide_confirm(at(5)), Err(Conflict::EventCancelled.into()));
    }

    #[test]
    fn more_time_adds_five_minutes_up_to_thirty_in_all() {
        let mut hold = hold_from_0_to_10();
        for minute in [15, 20, 25, 30] {
            hold.expires_at = hold.decide_extend(at(5)).expect("room for more");
            assert_eq!(hold.expires_at, at(minute));
        }
        assert_eq!(hold.decide_extend(at(5)), Err(Conflict::ExtensionUsed.into()));
        assert_eq!(hold_from_0_to_10().decide_extend(at(10)), Err(Conflict::HoldExpired.into()));
        assert!(booked().decide_extend(at(5)).is_err());
    }

    #[test]
    fn a_code_is_given_while_the_hold_lasts() {
        let decide =
            |facts: BookingFacts, has, minute| facts.decide_discount(has, Some(CodeId(Uuid::nil())), at(minute));
        assert_eq!(decide(hold_from_0_to_10(), None, 9), Ok(Step::Do(())));
        assert_eq!(decide(hold_from_0_to_10(), Some(CodeId(Uuid::max())), 9), Ok(Step::Do(())), "in its place");
        assert_eq!(decide(hold_from_0_to_10(), Some(CodeId(Uuid::nil())), 9), Ok(Step::Done), "it has it");
        assert_eq!(decide(hold_from_0_to_10(), None, 10), Err(Conflict::HoldExpired.into()));
        assert!(decide(booked(), None, 5).is_err());
        let called_off = BookingFacts { event_cancelled: true, ..hold_from_0_to_10() };
        assert_eq!(decide(called_off, None, 5), Err(Conflict::EventCancelled.into()));
    }

    #[test]
    fn a_hold_is_released_once_and_a_booking_never() {
        assert_eq!(hold_from_0_to_10().decide_release(at(5)), Ok(Step::Do(())));
        assert_eq!(hold_from_0_to_10().decide_release(at(10)), Ok(Step::Done));
        assert!(booked().decide_release(at(5)).is_err());
    }

    #[test]
    fn a_booking_is_cancelled_until_its_event_begins() {
        assert_eq!(booked().decide_cancel(at(1_500) - MOMENT), Ok(Step::Do(BookingAction::Cancelled)));
        assert_eq!(booked().decide_cancel(at(1_500)), Err(Conflict::SalesClosed.into()));
        let admitted = BookingFacts { admitted_count: 1, ..booked() };
        let inside = Conflict::WrongState { booking_id: admitted.id }.into();
        assert_eq!(admitted.decide_cancel(at(1_500) - MOMENT), Err(inside));
        assert_eq!(admitted.decide_cancel_by_staff(at(1_500)), Ok(Step::Do(BookingAction::Cancelled)));
        let cancelled = BookingFacts { status: BookingStatus::Cancelled, ..booked() };
        assert_eq!(cancelled.decide_cancel(at(1_600)), Ok(Step::Done));
        assert_eq!(hold_from_0_to_10().decide_cancel(at(5)), Ok(Step::Do(BookingAction::Released)));
    }

    #[test]
    fn staff_cancel_also_what_has_begun() {
        assert_eq!(booked().decide_cancel_by_staff(at(1_500)), Ok(Step::Do(BookingAction::Cancelled)));
        assert_eq!(hold_from_0_to_10().decide_cancel_by_staff(at(5)), Ok(Step::Do(BookingAction::Released)));
        assert_eq!(hold_from_0_to_10().decide_cancel_by_staff(at(10)), Err(Conflict::HoldExpired.into()));
        let cancelled = BookingFacts { status: BookingStatus::Cancelled, ..booked() };
        assert_eq!(cancelled.decide_cancel_by_staff(at(1_600)), Ok(Step::Done));
    }

    #[test]
    fn only_what_is_booked_is_moved() {
        assert_eq!(booked().decide_move(), Ok(()));
        assert!(hold_from_0_to_10().decide_move().is_err());
        let called_off = BookingFacts { event_cancelled: true, ..booked() };
        assert_eq!(called_off.decide_move(), Err(Conflict::EventCancelled.into()));
    }

    #[test]
    fn the_box_office_sells_until_the_event_is_over() {
        let sell = |minute| decide_sell(&event_on_sale(), &Wanted::Quantity(2), Limit::Kept, at(minute));
        assert_eq!((sell(-5), sell(1_999)), (Ok(()), Ok(())));
        assert_eq!(sell(2_000), Err(Conflict::SalesClosed.into()));
        let draft = SaleFacts { status: EventStatus::Draft, ..event_on_sale().sale };
        let of_draft = HoldFacts { sale: draft, ..event_on_sale() };
        assert_eq!(decide_sell(&of_draft, &Wanted::Quantity(2), Limit::Lifted, at(5)), Err(Error::NotFound));
    }

    #[test]
    fn the_box_office_may_lift_the_limit_and_says_so() {
        let has_nine = HoldFacts { have: 9, ..event_on_sale() };
        let sell = |limit| decide_sell(&has_nine, &Wanted::Quantity(12), limit, at(5));
        assert_eq!(sell(Limit::Kept), Err(Conflict::OverLimit { limit: 10, have: 9 }.into()));
        assert_eq!(sell(Limit::Lifted), Ok(()));
    }

    #[test]
    fn the_choice_is_kept_on_the_way_through_sign_in() {
        let event_id = EventId(Uuid::nil());
        let path = Wanted::Seats(vec![seat(1), seat(2)]).sign_in_path(event_id);
        assert!(path.starts_with("/sign-in?next=%2Fevents%2F00000000-") && path.contains("%3Fseats%3D"), "{path}");
        assert!(!path.contains(','), "{path}");
    }

    #[test]
    fn a_repeated_request_is_known_by_its_key_or_its_seats() {
        let booking = |n: u128, status, key: Option<&str>, seat_ids: Vec<SeatId>| OwnBooking {
            id: BookingId(Uuid::from_u128(n)),
            status,
            quantity: seat_ids.len().max(2) as i32,
            hold_key: key.map(str::to_owned),
            seat_ids,
        };
        let own = [
            booking(1, BookingStatus::Held, Some("a"), vec![]),
            booking(2, BookingStatus::Confirmed, Some("b"), vec![]),
            booking(3, BookingStatus::Held, None, vec![seat(1), seat(2)]),
            booking(4, BookingStatus::Confirmed, None, vec![seat(3), seat(4)]),
        ];
        let repeats = |wanted, key| find_repeated(own.iter(), &wanted, key).map(|id| id.map(|id| id.0.as_u128()));
        assert_eq!(repeats(Wanted::Quantity(2), Some("a")), Ok(Some(1)));
        assert_eq!(repeats(Wanted::Quantity(2), Some("b")), Ok(Some(2)), "the first answer may have been lost");
        assert_eq!(repeats(Wanted::Quantity(2), Some("c")), Ok(None));
        assert_eq!(repeats(Wanted::Quantity(2), None), Ok(None), "two more places are two more places");
        assert!(repeats(Wanted::Quantity(3), Some("a")).is_err());
        assert!(repeats(Wanted::Seats(vec![seat(1), seat(2)]), Some("a")).is_err());
        assert_eq!(repeats(Wanted::Seats(vec![seat(1), seat(2)]), None), Ok(Some(3)));
        assert_eq!(repeats(Wanted::Seats(vec![seat(1)]), None), Ok(None));
        assert_eq!(
            repeats(Wanted::Seats(vec![seat(3), seat(4)]), None),
            Ok(None),
            "booked seats are taken, by oneself too"
        );
    }

    #[test]
    fn a_key_that_is_empty_is_none_and_a_long_one_is_refused() {
        assert_eq!(parse_key(Some(String::new())), Ok(None));
        assert_eq!(parse_key(Some("k".repeat(64))), Ok(Some("k".repeat(64))));
        assert!(parse_key(Some("k".repeat(65))).is_err());
        assert!(parse_key(Some("k\0".to_owned())).is_err());
    }

    /// What people and time can do to the places of one event.
    #[derive(Clone, Debug)]
    enum Deed {
        Hold(i32),
        Confirm(usize),
        Extend(usize),
        Release(usize),
        Cancel(usize),
        Wait(i64),
        Sweep,
    }

    fn deeds() -> impl Strategy<Value = Vec<Deed>> {
        let deed = prop_oneof![
            (1..6).prop_map(Deed::Hold),
            (0..20_usize).prop_map(Deed::Confirm),
            (0..20_usize).prop_map(Deed::Extend),
            (0..20_usize).prop_map(Deed::Release),
            (0..20_usize).prop_map(Deed::Cancel),
            (0..8_i64).prop_map(Deed::Wait),
            Just(Deed::Sweep),
        ];
        proptest::collection::vec(deed, 0..80)
    }

    /// The rules applied to a toy inventory in memory: what the store does in SQL.
    struct Inventory {
        available: i32,
        now: DateTime<Utc>,
        bookings: Vec<(BookingFacts, i32)>,
    }

    impl Inventory {
        fn hold(&mut self, quantity: i32) {
            if self.available < quantity {
                self.sweep();
            }
            let Ok(expires_at) = decide_hold(&event_on_sale(), &Wanted::Quantity(quantity), self.now) else { return };
            if self.available >= quantity {
                self.available -= quantity;
                let facts = BookingFacts { expires_at, created_at: self.now, ..hold_from_0_to_10() };
                self.bookings.push((facts, quantity));
            }
        }

        fn end(&mut self, i: usize, action: BookingAction) {
            let (facts, quantity) = &mut self.bookings[i];
            facts.status = action.leads_to().unwrap_or(facts.status);
            self.available += *quantity;
        }

        fn sweep(&mut self) {
            for i in 0..self.bookings.len() {
                let facts = self.bookings[i].0;
                if facts.status == BookingStatus::Held && facts.status_at(self.now) == BookingStatus::Expired {
                    self.end(i, BookingAction::Expired);
                }
            }
        }

        fn apply(&mut self, deed: Deed) {
            let at = |i: usize| (!self.bookings.is_empty()).then(|| i % self.bookings.len());
            match deed {
                Deed::Hold(quantity) => self.hold(quantity),
                Deed::Wait(minutes) => self.now += TimeDelta::minutes(minutes),
                Deed::Sweep => self.sweep(),
                Deed::Confirm(i) => {
                    if let Some((facts, _)) = at(i).map(|i| &mut self.bookings[i])
                        && facts.decide_confirm(self.now) == Ok(Step::Do(()))
                    {
                        facts.status = BookingStatus::Confirmed;
                    }
                }
                Deed::Extend(i) => {
                    if let Some((facts, _)) = at(i).map(|i| &mut self.bookings[i])
                        && let Ok(until) = facts.decide_extend(self.now)
                    {
                        facts.expires_at = until;
                    }
                }
                Deed::Release(i) => {
                    if let Some(i) = at(i)
                        && self.bookings[i].0.decide_release(self.now) == Ok(Step::Do(()))
                    {
                        self.end(i, BookingAction::Released);
                    }
                }
                Deed::Cancel(i) => {
                    if let Some(i) = at(i)
                        && let Ok(Step::Do(action)) = self.bookings[i].0.decide_cancel(self.now)
                    {
                        self.end(i, action);
                    }
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_sequence_of_deeds_sells_a_place_twice_or_loses_one(deeds in deeds(), total in 0..30) {
            let mut inventory = Inventory { available: total, now: at(1), bookings: Vec::new() };
            for deed in deeds {
                inventory.apply(deed);
                let taken: i32 = inventory.bookings.iter()
                    .filter(|(facts, _)| matches!(facts.status, BookingStatus::Held | BookingStatus::Confirmed))
                    .map(|(_, quantity)| quantity)
                    .sum();
                prop_assert!(inventory.available >= 0);
                prop_assert_eq!(taken + inventory.available, total);
            }
        }

        #[test]
        fn a_confirmed_booking_was_never_expired_when_confirmed(minute in 0..40_i64) {
            let confirmed = hold_from_0_to_10().decide_confirm(at(minute)).is_ok();
            prop_assert_eq!(confirmed, minute < 10);
        }
    }
}
