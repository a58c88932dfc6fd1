-- Who was let in can't give the places back.

alter table bookings add column admitted_count int not null default 0;
update bookings set admitted_count = admitted.count
from (select booking_id, count(*) from check_ins join tickets on tickets.id = ticket_id where undone_at is null group by booking_id) admitted
where bookings.id = admitted.booking_id;
alter table bookings add constraint bookings_admitted_within_quantity check (admitted_count between 0 and quantity);
comment on column bookings.admitted_count is 'Tickets of it that somebody was let in with, and that was not undone.';
comment on constraint bookings_admitted_within_quantity on bookings is 'A ticket lets in once, and there is one for each place.';
