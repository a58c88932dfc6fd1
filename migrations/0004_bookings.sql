-- Bookings, from the hold on, and their history.

create type booking_status as enum ('held', 'confirmed', 'cancelled', 'expired');
comment on type booking_status is 'held -> confirmed | cancelled (released by the person) | expired (by time); confirmed -> cancelled.';

create table bookings (
    id                 uuid           primary key,
    reference          text           not null,
    user_id            uuid           not null references users (id),
    event_id           uuid           not null references events (id),
    quantity           int            not null,
    currency           char(3)        not null,
    total_amount_minor bigint         not null,
    status             booking_status not null,
    expires_at         timestamptz    not null,
    extended_s         int            not null default 0,
    hold_key           text           null,
    created_at         timestamptz    not null,
    updated_at         timestamptz    not null,
    confirmed_at       timestamptz    null,
    ended_at           timestamptz    null,
    constraint bookings_quantity_is_sane check (quantity between 1 and 100),
    constraint bookings_total_is_not_negative check (total_amount_minor >= 0),
    constraint bookings_hold_ends_after_it_began check (expires_at > created_at),
    constraint bookings_hold_lasts_half_an_hour_at_most check (expires_at <= created_at + interval '30 minutes'),
    constraint bookings_extension_is_not_negative check (extended_s >= 0),
    constraint bookings_currency_is_a_code check (currency ~ '^[A-Z]{3}$'),
    constraint bookings_hold_key_is_short check (char_length(hold_key) <= 64),
    constraint bookings_times_fit_the_status check (
        case status
            when 'held' then confirmed_at is null and ended_at is null
            when 'confirmed' then confirmed_at is not null and ended_at is null
            when 'cancelled' then ended_at is not null
            when 'expired' then confirmed_at is null and ended_at is not null
        end
    )
);
comment on table bookings is 'A person''s places of an event. A hold is a booking with status held: it lapses at expires_at unless confirmed.';
comment on column bookings.reference is 'What a person reads out at the door or on the phone: eight letters and digits that can''t be confused.';
comment on column bookings.total_amount_minor is 'Minor units of currency, frozen when the places were held: later price changes don''t touch it.';
comment on column bookings.expires_at is 'Until when the hold lasts, or lasted.';
comment on column bookings.extended_s is 'Seconds of "more time" the person took.';
comment on column bookings.hold_key is 'Names the page the hold was asked from, so that a double click is one hold.';
comment on column bookings.ended_at is 'When it was cancelled, released or expired.';
comment on constraint bookings_quantity_is_sane on bookings is 'The same bound as events.places_per_person.';
comment on constraint bookings_total_is_not_negative on bookings is 'Nobody is paid to attend.';
comment on constraint bookings_hold_ends_after_it_began on bookings is 'A hold that never held is a bug.';
comment on constraint bookings_hold_lasts_half_an_hour_at_most on bookings is 'Rules of the inventory, 5: thirty minutes in all, extensions included.';
comment on constraint bookings_extension_is_not_negative on bookings is 'Time is added, never taken.';
comment on constraint bookings_currency_is_a_code on bookings is 'ISO 4217.';
comment on constraint bookings_hold_key_is_short on bookings is 'It comes from a form.';
comment on constraint bookings_times_fit_the_status on bookings is 'A confirmed booking has its instant, an ended one its end, and no other.';

create unique index bookings_with_their_event on bookings (id, event_id);
comment on index bookings_with_their_event is 'What seats refer to, so that a seat can only be had by a booking of its own event.';
create unique index bookings_one_per_reference on bookings (reference);
comment on index bookings_one_per_reference is 'A reference read out finds one booking.';
create index bookings_of_a_person on bookings (user_id, created_at desc, id desc);
comment on index bookings_of_a_person is '"My bookings", newest first, paged by key.';
create index bookings_of_a_person_for_an_event on bookings (user_id, event_id) where status in ('held', 'confirmed');
comment on index bookings_of_a_person_for_an_event is 'Counts a person''s places of an event for the limit, at every hold.';
create index bookings_lapsing on bookings (expires_at) where status = 'held';
comment on index bookings_lapsing is 'Finds lapsed holds for the sweeper without reading the living ones.';
create index bookings_lapsing_of_an_event on bookings (event_id, expires_at) where status = 'held';
comment on index bookings_lapsing_of_an_event is 'Finds the lapsed holds of one event when a buyer needs their places.';
create index bookings_of_an_event on bookings (event_id, id);
comment on index bookings_of_an_event is 'The audit adds up each event''s bookings.';

create type booking_action as enum ('held', 'extended', 'confirmed', 'released', 'expired', 'cancelled');
comment on type booking_action is 'What happened to a booking.';

create table booking_history (
    id            uuid           primary key,
    booking_id    uuid           not null references bookings (id),
    action        booking_action not null,
    actor_id      uuid           null references users (id),
    status_before booking_status null,
    status_after  booking_status not null,
    details       text           not null default '',
    created_at    timestamptz    not null,
    constraint booking_history_begins_with_the_hold check ((status_before is null) = (action = 'held')),
    constraint booking_history_action_leads_to_its_status check (
        status_after = case action
            when 'held' then 'held'::booking_status
            when 'extended' then 'held'
            when 'confirmed' then 'confirmed'
            when 'expired' then 'expired'
            else 'cancelled'
        end
    )
);
comment on table booking_history is 'Every transition of every booking, written in the transaction that made it. Append-only.';
comment on column booking_history.actor_id is 'Who did it; null when time did.';
comment on column booking_history.details is 'The places in words, for people: "Stalls F12, F13" or "2 places".';
comment on constraint booking_history_begins_with_the_hold on booking_history is 'Only the first entry has nothing before it.';

comment on constraint booking_history_action_leads_to_its_status on booking_history is 'What happened and what came of it tell the same story.';

create index booking_history_of_a_booking on booking_history (booking_id, id);
comment on index booking_history_of_a_booking is 'A booking''s history in order: ids grow with time.';

create function refuse_rewriting_history() returns trigger language plpgsql as $$
begin
    raise exception 'booking_history is append-only' using errcode = 'restrict_violation';
end $$;
comment on function refuse_rewriting_history() is 'Makes the history append-only for every role, the owner included.';

create trigger booking_history_is_append_only
    before update or delete or truncate on booking_history
    for each statement execute function refuse_rewriting_history();
comment on trigger booking_history_is_append_only on booking_history is 'What happened stays written.';
