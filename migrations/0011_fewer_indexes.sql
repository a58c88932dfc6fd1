-- Indexes that cost every hold more than they spare anybody.

-- A seat's booking changes with every hold: with this index each change wrote a new entry into every index of the seat.
-- Bookings find their seats in seat_bookings.
drop index seats_of_a_booking;
-- The lapsed holds of one event are few among the few that have lapsed since the last sweep: bookings_lapsing finds them.
drop index bookings_lapsing_of_an_event;
