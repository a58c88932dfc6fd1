-- Seat maps: sections, seats, who has them, and the changes not yet in the counts.

create table seat_maps (
    event_id     uuid  primary key references events (id) on delete cascade,
    width        int   not null,
    height       int   not null,
    stage        int[] not null,
    stage_label  text  not null,
    constraint seat_maps_have_an_area check (width > 0 and height > 0),
    constraint seat_maps_stage_is_a_polygon check (cardinality(stage) >= 6 and cardinality(stage) % 2 = 0)
);
comment on table seat_maps is 'The drawing that an event''s sections and seats lie on. Units: one seat is about 10 wide.';
comment on column seat_maps.stage is 'Outline of the stage or field: x, y, x, y, ...';
comment on constraint seat_maps_have_an_area on seat_maps is 'An SVG view box needs one.';
comment on constraint seat_maps_stage_is_a_polygon on seat_maps is 'Three points at least, each with two coordinates.';

create table sections (
    event_id        uuid   not null references seat_maps (event_id) on delete cascade,
    name            text   not null,
    position        int    not null,
    price_minor     bigint not null,
    outline         int[]  not null,
    total_count     int    not null default 0,
    available_count int    not null default 0,
    primary key (event_id, name),
    constraint sections_price_is_not_negative check (price_minor >= 0),
    constraint sections_outline_is_a_polygon check (cardinality(outline) >= 6 and cardinality(outline) % 2 = 0),
    constraint sections_available_within_total check (available_count between 0 and total_count),
    constraint sections_name_is_filled_in check (char_length(name) between 1 and 60)
);
comment on table sections is 'Parts of a seat map that share a price and are opened together.';
comment on column sections.position is 'Order in lists, from 1.';
comment on column sections.outline is 'Outline on the map: x, y, x, y, ...';
comment on column sections.available_count is 'A projection of seats.status like events.available_capacity, so that the overview of 50,000 seats reads only sections.';
comment on constraint sections_price_is_not_negative on sections is 'Nobody is paid to attend.';
comment on constraint sections_outline_is_a_polygon on sections is 'Three points at least, each with two coordinates.';
comment on constraint sections_available_within_total on sections is 'The projection can''t drift out of what exists.';
comment on constraint sections_name_is_filled_in on sections is 'A seat is found by its section''s name.';

create type seat_status as enum ('available', 'held', 'booked', 'blocked');
comment on type seat_status is 'blocked: kept back by an admin.';
create type seat_kind as enum ('standard', 'accessible', 'companion');
comment on type seat_kind is 'accessible: a wheelchair place; companion: beside one.';

create table seats (
    id           uuid        primary key,
    event_id     uuid        not null,
    section      text        not null,
    "row"        text        not null,
    number       text        not null,
    price_minor  bigint      not null,
    kind         seat_kind   not null default 'standard',
    limited_view boolean     not null default false,
    x            int         not null,
    y            int         not null,
    status       seat_status not null default 'available',
    booking_id   uuid        null,
    held_until   timestamptz null,
    created_at   timestamptz not null,
    updated_at   timestamptz not null,
    constraint seats_held_until_some_time check ((status = 'held') = (held_until is not null)),
    constraint seats_lie_in_a_section foreign key (event_id, section) references sections (event_id, name) on update cascade,
    constraint seats_are_had_by_their_own_event foreign key (booking_id, event_id) references bookings (id, event_id),
    constraint seats_price_is_not_negative check (price_minor >= 0),
    constraint seats_taken_have_a_booking check ((status in ('held', 'booked')) = (booking_id is not null)),
    constraint seats_labels_are_short check (char_length("row") between 1 and 8 and char_length(number) between 1 and 8)
) with (fillfactor = 80);
comment on table seats is 'Every seat of every event with seat selection. The authority on who has it. Filled to 80 % so that a change of status stays on its page.';
comment on column seats.booking_id is 'The booking that has it now.';
comment on column seats.held_until is 'The end of the hold that has it, so that a map shows a lapsed hold''s seat as free without reading bookings.';
comment on constraint seats_held_until_some_time on seats is 'A hold without an end would keep its seat for ever.';
comment on column seats.x is 'Centre of the seat on the map.';
comment on constraint seats_lie_in_a_section on seats is 'No seat outside a section; renaming a section renames it on its seats.';
comment on constraint seats_are_had_by_their_own_event on seats is 'A booking of one event has no seat of another.';
comment on constraint seats_price_is_not_negative on seats is 'Nobody is paid to attend.';
comment on constraint seats_taken_have_a_booking on seats is 'A taken seat knows its booking, a free one has none: no seat is ever lost between the two.';
comment on constraint seats_labels_are_short on seats is 'They are drawn on a seat.';

create unique index seats_with_their_event on seats (id, event_id);
comment on index seats_with_their_event is 'What seat_bookings refer to, so that a seat and its booking are of one event.';
create unique index seats_one_per_label on seats (event_id, section, "row", number);
comment on index seats_one_per_label is 'No two seats of one name; also reads a section in one go.';
create index seats_of_a_booking on seats (booking_id) where booking_id is not null;
comment on index seats_of_a_booking is 'Confirm, release, expire and cancel find their seats.';

create table seat_bookings (
    id          uuid        primary key,
    event_id    uuid        not null,
    booking_id  uuid        not null,
    seat_id     uuid        not null,
    price_minor bigint      not null,
    created_at  timestamptz not null,
    released_at timestamptz null,
    constraint seat_bookings_of_a_booking_of_the_event foreign key (booking_id, event_id) references bookings (id, event_id),
    constraint seat_bookings_of_a_seat_of_the_event foreign key (seat_id, event_id) references seats (id, event_id),
    constraint seat_bookings_price_is_not_negative check (price_minor >= 0),
    constraint seat_bookings_end_after_they_began check (released_at is null or released_at >= created_at)
);
comment on table seat_bookings is 'Who had which seat and when. A row without released_at is active.';
comment on column seat_bookings.price_minor is 'The seat''s price when it was held.';
comment on constraint seat_bookings_of_a_booking_of_the_event on seat_bookings is 'Booking and seat are of one event.';
comment on constraint seat_bookings_of_a_seat_of_the_event on seat_bookings is 'Booking and seat are of one event.';
comment on constraint seat_bookings_price_is_not_negative on seat_bookings is 'Nobody is paid to attend.';
comment on constraint seat_bookings_end_after_they_began on seat_bookings is 'Time runs forward.';

create unique index seat_bookings_one_active_per_seat on seat_bookings (seat_id) where released_at is null;
comment on index seat_bookings_one_active_per_seat is 'The last word against a double sale: one active booking a seat, whatever the code above believes.';
create unique index seat_bookings_of_a_booking on seat_bookings (booking_id, seat_id);
comment on index seat_bookings_of_a_booking is 'A booking lists its seats, each once.';

create table seat_changes (
    id       bigint generated always as identity primary key,
    event_id uuid   not null,
    section  text   not null,
    delta    int    not null,
    constraint seat_changes_change_something check (delta <> 0)
);
comment on table seat_changes is 'Changes of the number of available seats, written by the transaction that made them and not yet added to sections and events. Appending needs no lock that buyers share; a projector adds them up every half second. No foreign key: the rows live for half a second.';
comment on constraint seat_changes_change_something on seat_changes is 'A row of zero is noise.';
