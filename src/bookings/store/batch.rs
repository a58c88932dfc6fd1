//! A batch of requests to hold places: decided one after the other, in the order they came, on facts that locks keep still;
//! written together.

use super::{
    hold::HoldRequest,
    new_reference,
    read::{BookingRow, tell_event},
};
use crate::{
    bookings::model::{
        BookedEvent, BookedSeat, Booking, BookingStatus, HoldFacts, OwnBooking, Wanted, decide_hold, find_repeated,
        name_quantity,
    },
    error::{Conflict, Error, Problem},
    events::store::{EventRow, TAKE_PLACES},
    id::{BookingId, EventId, SeatId, UserId},
    seats::{
        self,
        model::{SeatStatus, name_seats},
        store::{HeldSeat, LockedSeat},
    },
    server::{Failure, Result, clock::new_id},
};
use chrono::{DateTime, Utc};
use sqlx::{FromRow, PgConnection, Row, postgres::PgRow};
use std::collections::{HashMap, HashSet};

/// What a batch is decided on, as it was once everything was locked.
pub(super) struct Facts {
    pub(super) events: Vec<EventRow>,
    pub(super) own: Vec<PersonRow>,
    /// In the order they are read out.
    pub(super) seats: Vec<LockedSeat>,
    pub(super) now: DateTime<Utc>,
}

/// A person with an active account, and a living booking they have, if any.
pub(super) struct PersonRow {
    person_id: UserId,
    own: Option<OwnRow>,
}

impl FromRow<'_, PgRow> for PersonRow {
    fn from_row(row: &PgRow) -> sqlx::Result<Self> {
        let has_booking = row.try_get::<Option<BookingId>, _>("id")?.is_some();
        let own = if has_booking { Some(OwnRow::from_row(row)?) } else { None };
        Ok(Self { person_id: row.try_get("person_id")?, own })
    }
}

/// A person's living booking, whole: it may be the answer.
#[derive(Clone, Debug, FromRow)]
struct OwnRow {
    user_id: UserId,
    hold_key: Option<String>,
    #[sqlx(flatten)]
    row: BookingRow,
    /// Sorted by id.
    seat_ids: Vec<SeatId>,
    /// Of each of these seats.
    prices: Vec<i64>,
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
    /// Of everybody whose account is active.
    own: HashMap<UserId, Vec<OwnRow>>,
    seats: Vec<LockedSeat>,
    at: HashMap<SeatId, usize>,
    made: Vec<OwnRow>,
}

impl Batch {
    pub(super) fn new(facts: Facts) -> Self {
        let Facts { events, own: people, seats, now } = facts;
        let sale = |event: EventRow| Sale {
            told: tell_event(&event, now),
            left: event.available_capacity,
            event,
            is_short: false,
            has_met_lapsed: false,
        };
        let mut own: HashMap<UserId, Vec<OwnRow>> = HashMap::new();
        for person in people {
            own.entry(person.person_id).or_default().extend(person.own);
        }
        let sales = events.into_iter().map(|event| (event.id, sale(event))).collect();
        let at = seats.iter().map(|seat| seat.id).zip(0..).collect();
        Self { now, sales, own, seats, at, made: Vec::new() }
    }

    /// The instant by which all of it is decided.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The booking that this request gets, new or repeated.
    pub(super) fn decide(&mut self, request: &HoldRequest) -> std::result::Result<BookingId, Error> {
        let own = self.own.get(&request.user_id).ok_or(Error::SignInRequired)?;
        let sale = self.sales.get_mut(&request.event_id).ok_or(Error::NotFound)?;
        let own: Vec<&OwnRow> = own.iter().filter(|own| own.row.event_id == request.event_id).collect();
        // It may be being confirmed at this moment: then it counts towards the limit.
        let has_lapsed = |own: &&OwnRow| own.row.status == BookingStatus::Held && own.row.expires_at <= self.now;
        sale.has_met_lapsed |= own.iter().any(has_lapsed);
        if let Some(again) = own.iter().find(|own| own.row.id == request.id) {
            return Ok(again.row.id);
        }
        let known: Vec<OwnBooking> = own.iter().map(|own| own.known()).collect();
        if let Some(same) = find_repeated(&known, &request.wanted, request.key.as_deref())? {
            return Ok(same);
        }
        let have = own.iter().map(|own| own.row.quantity).sum();
        let expires_at = decide_hold(&facts(&sale.event, have), &request.wanted, self.now)?;
        self.take(request, expires_at)
    }

    fn take(&mut self, request: &HoldRequest, expires_at: DateTime<Utc>) -> std::result::Result<BookingId, Error> {
        let prices = match &request.wanted {
            Wanted::Quantity(quantity) => {
                self.take_places(request.event_id, *quantity)?;
                Vec::new()
            }
            Wanted::Seats(seat_ids) => self.take_seats(request, seat_ids)?,
        };
        let event = &self.sales.get(&request.event_id).ok_or(Error::NotFound)?.event;
        let quantity = request.wanted.count();
        let total_amount_minor =
            if prices.is_empty() { event.price_minor * i64::from(quantity) } else { prices.iter().sum() };
        let row = BookingRow {
            id: request.id,
            reference: new_reference(),
            event_id: event.id,
            quantity,
            currency: event.currency,
            total_amount_minor,
            status: BookingStatus::Held,
            expires_at,
            extended_s: 0,
            created_at: self.now,
            updated_at: self.now,
        };
        let seat_ids = request.seat_ids().to_vec();
        let made = OwnRow { user_id: request.user_id, hold_key: request.key.clone(), row, seat_ids, prices };
        self.own.entry(request.user_id).or_default().push(made.clone());
        self.made.push(made);
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

    /// All of these seats or none; answers their prices.
    fn take_seats(&mut self, request: &HoldRequest, seat_ids: &[SeatId]) -> std::result::Result<Vec<i64>, Error> {
        let known: Vec<usize> = seat_ids.iter().filter_map(|id| self.at.get(id).copied()).collect();
        let are_the_events = known.iter().all(|at| self.seats[*at].event_id == request.event_id);
        if known.len() < seat_ids.len() || !are_the_events {
            return Err(Error::invalid("seat_ids", Problem::Unknown));
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
        known.iter().for_each(|at| self.seats[*at].status = SeatStatus::Held);
        Ok(known.iter().map(|at| self.seats[*at].price_minor).collect())
    }

    /// The events that had fewer places than somebody asked for.
    pub(super) fn short_events(&self) -> Vec<EventId> {
        self.sales.values().filter(|sale| sale.is_short).map(|sale| sale.event.id).collect()
    }

    /// Takes back what was decided for the events in which somebody met a lapsed hold, and for those short of places that
    /// `lapsing` names. Answers all of these events.
    pub(super) fn leave(&mut self, lapsing: &[EventId]) -> HashSet<EventId> {
        let is_left = |sale: &&Sale| sale.has_met_lapsed || lapsing.contains(&sale.event.id);
        let left: HashSet<EventId> = self.sales.values().filter(is_left).map(|sale| sale.event.id).collect();
        self.made.retain(|made| !left.contains(&made.row.event_id));
        left
    }

    /// What the person is told of a booking of theirs that the batch made or found.
    pub(super) fn tell(&self, id: BookingId) -> Option<Booking> {
        let own = self.own.values().flatten().find(|own| own.row.id == id)?;
        let sale = self.sales.get(&own.row.event_id)?;
        Some(own.row.clone().into_booking(&sale.event, sale.told.clone(), self.booked_seats(own), self.now))
    }

    /// In the order they are read out.
    fn booked_seats(&self, own: &OwnRow) -> Vec<BookedSeat> {
        let of_seat = |seat: &LockedSeat| {
            let at = own.seat_ids.binary_search(&seat.id).ok()?;
            Some(BookedSeat {
                seat_id: seat.id,
                section: seat.section.clone(),
                row: seat.row.clone(),
                number: seat.number.clone(),
                price_minor: *own.prices.get(at)?,
            })
        };
        if own.seat_ids.is_empty() { Vec::new() } else { self.seats.iter().filter_map(of_seat).collect() }
    }

    /// Writes what was decided: the places, the holds, their seats and their history. Assumes the transaction that holds
    /// the locks.
    pub(super) async fn write(&self, conn: &mut PgConnection) -> Result<()> {
        if self.made.is_empty() {
            return Ok(());
        }
        self.write_bookings(conn).await?;
        let of = |made: &OwnRow| -> Vec<HeldSeat> {
            let held =
                |seat_id: &SeatId| HeldSeat { seat_id: *seat_id, booking_id: made.row.id, until: made.row.expires_at };
            made.seat_ids.iter().map(held).collect()
        };
        let held: Vec<HeldSeat> = self.made.iter().flat_map(of).collect();
        if !held.is_empty() && seats::store::hold_seats(conn, &held, self.now).await? != held.len() {
            return Err(anyhow::anyhow!("some of {} locked free seats could not be held", held.len()).into());
        }
        Ok(())
    }

    /// One statement, because a lone buyer waits for each.
    async fn write_bookings(&self, conn: &mut PgConnection) -> Result<()> {
        let sql = const_format::formatcp!(
            "with taken as ({TAKE_PLACES}), held as (
                 insert into bookings (id, reference, user_id, event_id, quantity, currency, total_amount_minor, status,
                                       expires_at, hold_key, created_at, updated_at)
                 select id, reference, user_id, event_id, quantity, currency, total_amount_minor, 'held', expires_at, hold_key, $3, $3
                 from unnest($4::uuid[], $5::text[], $6::uuid[], $7::uuid[], $8::int[], $9::text[], $10::bigint[],
                             $11::timestamptz[], $12::text[], $13::bool[])
                      as hold (id, reference, user_id, event_id, quantity, currency, total_amount_minor, expires_at, hold_key, has_seats)
                 where has_seats or event_id in (select taken.id from taken)
                 returning id, user_id, event_id
             ), seated as (
                 insert into seat_bookings (id, event_id, booking_id, seat_id, price_minor, created_at)
                 select seat.id, held.event_id, held.id, seat_id, price_minor, $3
                 from held join unnest($16::uuid[], $17::uuid[], $18::uuid[], $19::bigint[])
                      as seat (id, booking_id, seat_id, price_minor) on seat.booking_id = held.id
             )
             insert into booking_history (id, booking_id, action, actor_id, status_before, status_after, details, created_at)
             select entry.id, held.id, 'held', held.user_id, null, 'held', details, $3
             from held join unnest($4::uuid[], $14::uuid[], $15::text[]) as entry (booking_id, id, details)
                  on entry.booking_id = held.id"
        );
        let (event_ids, quantities): (Vec<EventId>, Vec<i32>) = self.places_taken().into_iter().unzip();
        let seats =
            || self.made.iter().flat_map(|made| made.seat_ids.iter().zip(&made.prices).map(move |seat| (made, seat)));
        let written = sqlx::query(sql)
            .bind(event_ids)
            .bind(quantities)
            .bind(self.now)
            .bind(self.of_made(|made| made.row.id))
            .bind(self.of_made(|made| made.row.reference.as_str()))
            .bind(self.of_made(|made| made.user_id))
            .bind(self.of_made(|made| made.row.event_id))
            .bind(self.of_made(|made| made.row.quantity))
            .bind(self.of_made(|made| made.row.currency.code()))
            .bind(self.of_made(|made| made.row.total_amount_minor))
            .bind(self.of_made(|made| made.row.expires_at))
            .bind(self.of_made(|made| made.hold_key.as_deref()))
            .bind(self.of_made(|made| !made.seat_ids.is_empty()))
            .bind(self.of_made(|_| new_id()))
            .bind(self.of_made(|made| self.name_places(made)))
            .bind(seats().map(|_| new_id()).collect::<Vec<_>>())
            .bind(seats().map(|(made, _)| made.row.id).collect::<Vec<_>>())
            .bind(seats().map(|(_, (seat_id, _))| *seat_id).collect::<Vec<_>>())
            .bind(seats().map(|(_, (_, price_minor))| *price_minor).collect::<Vec<_>>())
            .execute(conn)
            .await
            .map_err(|error| self.translate(error))?;
        if written.rows_affected() != self.made.len() as u64 {
            let count = self.made.len();
            return Err(anyhow::anyhow!("some of {count} holds of locked places could not be written").into());
        }
        Ok(())
    }

    fn of_made<'a, T>(&'a self, pick: impl Fn(&'a OwnRow) -> T) -> Vec<T> {
        self.made.iter().map(pick).collect()
    }

    /// Places of general admission, by event.
    fn places_taken(&self) -> HashMap<EventId, i32> {
        let mut taken = HashMap::new();
        for made in self.made.iter().filter(|made| made.seat_ids.is_empty()) {
            *taken.entry(made.row.event_id).or_default() += made.row.quantity;
        }
        taken
    }

    /// The places in words, for the history.
    fn name_places(&self, made: &OwnRow) -> String {
        if made.seat_ids.is_empty() {
            return name_quantity(made.row.quantity);
        }
        let seats = self.seats.iter().filter(|seat| made.seat_ids.binary_search(&seat.id).is_ok());
        name_seats(seats.map(|seat| (seat.section.as_str(), seat.row.as_str(), seat.number.as_str())))
    }

    /// The database's own last word against a double sale, as the person whom it concerns reads it.
    fn translate(&self, error: sqlx::Error) -> Failure {
        let constraint = error.as_database_error().and_then(|error| error.constraint());
        match self.made.as_slice() {
            [alone] if constraint == Some("seat_bookings_one_active_per_seat") => {
                Conflict::SeatsTaken { seat_ids: alone.seat_ids.clone() }.into()
            }
            _ => error.into(),
        }
    }
}

impl OwnRow {
    fn known(&self) -> OwnBooking {
        OwnBooking {
            id: self.row.id,
            status: self.row.status,
            quantity: self.row.quantity,
            hold_key: self.hold_key.clone(),
            seat_ids: self.seat_ids.clone(),
        }
    }
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
