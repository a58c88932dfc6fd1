-- What staff do to bookings: move them to other seats, cancel them for a reason; and finding the person who asks for help.

-- Used from the next migration on: a new value of a type can be used once it is committed.
alter type booking_action add value 'moved' after 'confirmed';

alter table bookings add column cancel_reason text null;
alter table bookings add constraint bookings_cancelled_for_a_short_reason check (
    cancel_reason is null or (status = 'cancelled' and char_length(cancel_reason) between 1 and 500)
);
comment on column bookings.cancel_reason is 'Why staff cancelled it, in words for its person; null where the person did.';
comment on constraint bookings_cancelled_for_a_short_reason on bookings is 'It stands in a mail, and only what is cancelled was cancelled for a reason.';
comment on table seat_bookings is 'Who had which seat and when. A row without released_at is active. A booking that was moved has its new seats here alone: its history tells of those before.';

create index users_by_words on users using gin (fold(' ' || first_name || ' ' || last_name || ' ' || email) gin_trgm_ops);
comment on index users_by_words is 'Finds a person by how any of their names or their address begins. On people and not on their bookings: registering is no rush.';
