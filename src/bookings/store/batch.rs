//! A batch of requests to hold places: decided one after the other, in the order they came, on facts that locks keep still;
//! written together.

use super::{
    hold::HoldRequest,
    read::{BookingRow, tell_event},
    write::{Hold, Places, write_holds},
};
use crate::{
    bookings::model::{
        BookedEvent, BookedSeat, Booking, BookingStatus, HoldFacts, OwnBooking, Wanted, decide_hold, decide_on_sale,
        find_repeated,
    },
    error::{Conflict, Error, Problem},
    events::{store::EventRow, when::with_offset, window::SaleWindow},
    id::{BookingId, EventId, SeatId, UserId},
    seats::{
        self,
        choosing::{RowSeat, left_alone},
        model::{SeatStatus, is_standing},
        store::{LockedSeat, RowOfSeat, StandingPlace},
    },
    server::Result,
};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Row, postgres::PgRow};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// What a batch is decided on, as it was once everything was locked.
pub(super) struct Facts {
    pub(super) events: Vec<EventRow>,
    pub(super) own: Vec<PersonRow>,
    /// In the order they are read out.
    pub(super) seats: Vec<LockedSeat>,
    /// The rows of these seats, where single seats are minded.
    pub(super) rows: Vec<RowOfSeat>,
    /// Free places of the standing sections that are asked for: as many as that, or all that could be locked.
    pub(super) standing: Vec<StandingPlace>,
    pub(super) now: DateTime<Utc>,
}

/// A standing section that had fewer places than somebody asked for.
#[derive(Clone, Debug)]
pub(super) struct Shortage {
    pub(super) event_id: EventId,
    pub(super) section: String,
    /// Its free places that were locked.
    pub(super) had: i64,
    /// Those of them that are left after all were decided.
    pub(super) left: i64,
    /// The fewest that somebody asked for and didn't get: with fewer than that nobody is helped.
    pub(super) least: i64,
}

/// The free places of a standing section.
struct Standing {
    /// When it is sold.
    window: SaleWindow,
    /// The places that were locked.
    had: i64,
    /// Those that are left after the requests decided so far, by where they stand among the seats.
    left: Vec<usize>,
    /// The fewest that somebody asked for and didn't get.
    short: Option<usize>,
}

/// A person with an active account, and a living booking they have, if any.
pub(super) struct PersonRow {
    person_id: UserId,
    own: Option<Own>,
}

impl FromRow<'_, PgRow> for PersonRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let has_booking = row.try_get::<Option<BookingId>, _>("id")?.is_some();
        let own = if has_booking { Some(Own::from_row(row)?) } else { None };
        Ok(Self { person_id: row.try_get("person_id")?, own })
    }
}

/// A living booking of a person. Read for everybody of a batch, so it is no more than a decision needs.
#[derive(FromRow)]
struct Own {
    event_id: EventId,
    expires_at: DateTime<Utc>,
    #[sqlx(flatten)]
    known: OwnBooking,
}

/// An event of the batch.
struct Sale {
    event: EventRow,
    told: BookedEvent,
    /// Places of general admission that are left after the requests decided so far.
    left: i32,
    /// Somebody asked for more than is left.
    is_short: bool,
    /// Somebody met a hold that has lapsed.
    has_met_lapsed: bool,
}

/// The requests of a batch.
pub(super) struct Batch {
    now: DateTime<Utc>,
    sales: HashMap<EventId, Sale>,
    /// Of everybody whose account is active, those that are made here included.
    own: HashMap<UserId, Vec<Own>>,
    seats: Vec<LockedSeat>,
    at: HashMap<SeatId, usize>,
    /// Rows in which no seat may be left alone, as they are after the requests decided so far.
    rows: Vec<Vec<RowSeat>>,
    standing: HashMap<(EventId, String), Standing>,
    made: Vec<Hold>,
}

impl Batch {
    pub(super) fn new(facts: Facts) -> Self {
        let Facts { events, own: people, mut seats, rows, standing: places, now } = facts;
        let sale = |event: EventRow| Sale {
            told: tell_event(&event, now),
            left: event.available_capacity,
            event,
            is_short: false,
            has_met_lapsed: false,
        };
        let mut own: HashMap<UserId, Vec<Own>> = HashMap::new();
        for person in people {
            own.entry(person.person_id).or_default().extend(person.own);
        }
        let sales = events.into_iter().map(|event| (event.id, sale(event))).collect();
        let mut standing: HashMap<(EventId, String), Standing> = HashMap::new();
        for place in places {
            let key = (place.event_id, place.section.clone());
            let known = standing.entry(key).or_insert_with(|| Standing {
                window: place.window,
                had: 0,
                left: Vec::new(),
                short: None,
            });
            if let Some(seat) = place.into_locked() {
                known.had += 1;
                known.left.push(seats.len());
                seats.push(seat);
            }
        }
        let at = seats.iter().map(|seat| seat.id).zip(0..).collect();
        let rows = rows.chunk_by(RowOfSeat::is_beside);
        let rows = rows.map(|row| row.iter().map(|seat| RowSeat { id: seat.id, is_free: seat.is_free }).collect());
        Self { now, sales, own, seats, at, rows: rows.collect(), standing, made: Vec::new() }
    }

    /// The instant by which all of it is decided.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The booking that this request gets, new or repeated.
    pub(super) fn decide(&mut self, request: &HoldRequest) -> std::result::Result<BookingId, Error> {
        let own = self.own.get(&request.user_id).ok_or(Error::SignInRequired)?;
        let sale = self.sales.get_mut(&request.event_id).ok_or(Error::NotFound)?;
        let own = || own.iter().filter(|own| own.event_id == request.event_id);
        // It may be being confirmed at this moment: then it counts towards the limit.
        let has_lapsed = |own: &Own| own.known.status == BookingStatus::Held && own.expires_at <= self.now;
        sale.has_met_lapsed |= own().any(has_lapsed);
        if own().any(|own| own.known.id == request.id) {
            return Ok(request.id);
        }
        if let Some(same) = find_repeated(own().map(|own| &own.known), &request.wanted, request.key.as_deref())? {
            return Ok(same);
        }
        let have = own().map(|own| own.known.quantity).sum();
        let expires_at = decide_hold(&facts(&sale.event, have), &request.wanted, self.now)?;
        self.take(request, expires_at)
    }

    fn take(&mut self, request: &HoldRequest, expires_at: DateTime<Utc>) -> std::result::Result<BookingId, Error> {
        let (seat_ids, prices) = match &request.wanted {
            Wanted::Quantity(quantity) => {
                self.take_places(request.event_id, *quantity)?;
                (Vec::new(), Vec::new())
            }
            Wanted::Seats(seat_ids) => (seat_ids.clone(), self.take_seats(request, seat_ids)?),
            Wanted::Standing(wanted) => self.take_standing(request.event_id, wanted)?.into_iter().unzip(),
        };
        let event = &self.sales.get(&request.event_id).ok_or(Error::NotFound)?.event;
        let places = Places { quantity: request.wanted.count(), seat_ids, prices };
        let row = BookingRow::held(request.id, event, &places, self.now..expires_at);
        let known = OwnBooking {
            id: request.id,
            status: row.status,
            quantity: row.quantity,
            hold_key: request.key.clone(),
            seat_ids: places.seat_ids.clone(),
        };
        let own = Own { event_id: request.event_id, expires_at, known };
        self.own.entry(request.user_id).or_default().push(own);
        self.made.push(Hold { user_id: request.user_id, hold_key: request.key.clone(), row, places });
        Ok(request.id)
    }

    fn take_places(&mut self, event_id: EventId, quantity: i32) -> std::result::Result<(), Error> {
        let sale = self.sales.get_mut(&event_id).ok_or(Error::NotFound)?;
        if quantity > sale.left {
            sale.is_short = true;
            return Err(Conflict::SoldOut { available_count: sale.left }.into());
        }
        sale.left -= quantity;
        Ok(())
    }

    /// So many places of a standing section, with their prices, sorted by id.
    fn take_standing(
        &mut self,
        event_id: EventId,
        wanted: &seats::model::Standing,
    ) -> std::result::Result<Vec<(SeatId, i64)>, Error> {
        let standing = self.standing.get_mut(&(event_id, wanted.section.clone()));
        let standing = standing.ok_or_else(|| Error::invalid("section", Problem::Unknown))?;
        if let Some(sale) = self.sales.get(&event_id) {
            decide_on_sale_standing(&sale.event, standing.window, self.now)?;
        }
        let wanted = usize::try_from(wanted.quantity).unwrap_or_default();
        if wanted > standing.left.len() {
            standing.short = Some(standing.short.map_or(wanted, |least| least.min(wanted)));
            let available_count = i32::try_from(standing.left.len()).unwrap_or(i32::MAX);
            return Err(Conflict::SoldOut { available_count }.into());
        }
        let taken: Vec<usize> = standing.left.drain(..wanted).collect();
        taken.iter().for_each(|at| self.seats[*at].status = SeatStatus::Held);
        let mut places: Vec<(SeatId, i64)> =
            taken.iter().map(|at| &self.seats[*at]).map(|seat| (seat.id, seat.price_minor)).collect();
        places.sort_unstable();
        Ok(places)
    }

    /// All of these seats or none; answers their prices.
    fn take_seats(&mut self, request: &HoldRequest, seat_ids: &[SeatId]) -> std::result::Result<Vec<i64>, Error> {
        let known: Vec<usize> = seat_ids.iter().filter_map(|id| self.at.get(id).copied()).collect();
        // Which place of a standing section one gets is nobody's choice.
        let is_the_events = |seat: &LockedSeat| seat.event_id == request.event_id && !is_standing(&seat.row);
        let are_the_events = known.iter().all(|at| is_the_events(&self.seats[*at]));
        if known.len() < seat_ids.len() || !are_the_events {
            return Err(Error::invalid("seat_ids", Problem::Unknown));
        }
        if let Some(sale) = self.sales.get(&request.event_id) {
            let places: Vec<_> = known.iter().map(|at| (self.seats[*at].id, self.seats[*at].window)).collect();
            decide_on_sale(&places, |at| with_offset(at, &sale.event.timezone), self.now)?;
        }
        let taken: Vec<&LockedSeat> =
            known.iter().map(|at| &self.seats[*at]).filter(|seat| seat.status != SeatStatus::Available).collect();
        if !taken.is_empty() {
            let has_lapsed = taken.iter().any(|seat| seat.held_until.is_some_and(|until| until <= self.now));
            let seat_ids = taken.iter().map(|seat| seat.id).collect();
            if let Some(sale) = self.sales.get_mut(&request.event_id) {
                sale.has_met_lapsed |= has_lapsed;
            }
            return Err(Conflict::SeatsTaken { seat_ids }.into());
        }
        let alone: Vec<SeatId> = self.rows.iter().flat_map(|row| left_alone(row, seat_ids)).collect();
        if !alone.is_empty() {
            return Err(Conflict::SeatsLeftAlone { seat_ids: alone }.into());
        }
        let taken = self.rows.iter_mut().flatten().filter(|seat| seat_ids.contains(&seat.id));
        taken.for_each(|seat| seat.is_free = false);
        known.iter().for_each(|at| self.seats[*at].status = SeatStatus::Held);
        Ok(known.iter().map(|at| self.seats[*at].price_minor).collect())
    }

    /// The events that had fewer places than somebody asked for.
    pub(super) fn short_events(&self) -> Vec<EventId> {
        self.sales.values().filter(|sale| sale.is_short).map(|sale| sale.event.id).collect()
    }

    /// The standing sections of which fewer places could be locked than somebody asked for.
    pub(super) fn short_sections(&self) -> Vec<Shortage> {
        let count = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        let told = |((event_id, section), standing): (&(EventId, String), &Standing)| {
            Some(Shortage {
                event_id: *event_id,
                section: section.clone(),
                had: standing.had,
                left: count(standing.left.len()),
                least: count(standing.short?),
            })
        };
        self.standing.iter().filter_map(told).collect()
    }

    /// Takes back what was decided for the events in which somebody met a lapsed hold, and for those short of places that
    /// `lapsing` names. Answers all of these events.
    pub(super) fn leave(&mut self, lapsing: &[EventId]) -> HashSet<EventId> {
        let is_left = |sale: &&Sale| sale.has_met_lapsed || lapsing.contains(&sale.event.id);
        let left: HashSet<EventId> = self.sales.values().filter(is_left).map(|sale| sale.event.id).collect();
        self.made.retain(|made| !left.contains(&made.row.event_id));
        left
    }

    /// What their people are told of the bookings the batch made.
    pub(super) fn tell(&self) -> HashMap<BookingId, Booking> {
        let tell = |made: &Hold| {
            let sale = self.sales.get(&made.row.event_id)?;
            let seats = self.booked_seats(made);
            Some((made.row.id, made.row.clone().into_booking(&sale.event, sale.told.clone(), seats, self.now)))
        };
        self.made.iter().filter_map(tell).collect()
    }

    /// In the order they are read out.
    fn booked_seats(&self, made: &Hold) -> Vec<BookedSeat> {
        let of_seat = |seat: &LockedSeat| {
            let at = made.places.seat_ids.binary_search(&seat.id).ok()?;
            Some(BookedSeat {
                seat_id: seat.id,
                section: seat.section.clone(),
                row: seat.row.clone(),
                number: seat.number.clone(),
                price_minor: *made.places.prices.get(at)?,
            })
        };
        if made.places.seat_ids.is_empty() { Vec::new() } else { self.seats.iter().filter_map(of_seat).collect() }
    }

    /// Writes what was decided. Assumes the transaction that holds the locks.
    pub(super) async fn write(&self, conn: &mut PgConnection) -> Result<()> {
        write_holds(conn, &self.made, &self.seats, self.now).await
    }
}

/// As [`decide_on_sale`], of a section where people stand: its places aren't named.
fn decide_on_sale_standing(
    event: &EventRow,
    window: SaleWindow,
    now: DateTime<Utc>,
) -> std::result::Result<(), Conflict> {
    let nobody = SeatId(Uuid::nil());
    let at_venue = |at| with_offset(at, &event.timezone);
    decide_on_sale(&[(nobody, window)], at_venue, now).map_err(|refused| match refused {
        Conflict::SectionNotOpen { opens_at, .. } => Conflict::SectionNotOpen { opens_at, seat_ids: Vec::new() },
        Conflict::SectionClosed { .. } => Conflict::SectionClosed { seat_ids: Vec::new() },
        other => other,
    })
}

fn facts(event: &EventRow, have: i32) -> HoldFacts {
    HoldFacts {
        sale: event.sale(),
        has_seat_selection: event.has_seat_selection,
        places_per_person: event.places_per_person,
        hold_length_s: event.hold_length_s,
        have,
    }
}
