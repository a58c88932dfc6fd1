-- Offers of the waitlist: holds that last longer, and what an entry remembers of its turn.

alter type booking_action add value 'offered' before 'extended';

alter table events add column offer_length_s int not null default 86400
    constraint events_offer_length_is_sane check (offer_length_s between 60 and 604800);
comment on column events.offer_length_s is 'Seconds that an offer from the waitlist lasts at most; close to the event it is shorter.';
comment on constraint events_offer_length_is_sane on events is 'A minute to a week: shorter can''t be answered, longer blocks the line.';

alter table bookings add column is_offer boolean not null default false;
comment on column bookings.is_offer is 'The waitlist held these places for the person; it stays true once they are booked.';
alter table bookings drop constraint bookings_hold_lasts_half_an_hour_at_most;
alter table bookings add constraint bookings_hold_lasts_half_an_hour_at_most
    check (is_offer or expires_at <= created_at + interval '30 minutes');
comment on constraint bookings_hold_lasts_half_an_hour_at_most on bookings is 'Rules of the inventory, 5: thirty minutes in all, extensions included. An offer lasts as its event says.';

alter table waitlist add column waited_until timestamptz null;
alter table waitlist add constraint waitlist_waits_or_waited check ((status = 'waiting') = (waited_until is null));
comment on column waitlist.waited_until is 'When the entry stopped waiting: it got its offer, or left. Tells who moved ahead of whom since when.';
comment on constraint waitlist_waits_or_waited on waitlist is 'An entry waits until it is offered places or leaves.';

create index waitlist_of_a_person on waitlist (user_id, position desc);
comment on index waitlist_of_a_person is '"My waitlist", newest first.';
create index waitlist_of_an_event on waitlist (event_id, position);
comment on index waitlist_of_an_event is 'Who stood ahead of whom, whatever became of them.';
