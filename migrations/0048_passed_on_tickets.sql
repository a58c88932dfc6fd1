-- Tickets that were passed on: they come back from who leaves, and those of a booking are found by it.

alter type ticket_action add value 'returned';

create index tickets_of_a_booking on tickets (booking_id);
comment on index tickets_of_a_booking is 'All tickets of a booking, whether of seats or of numbered places, and who holds those that were passed on.';
