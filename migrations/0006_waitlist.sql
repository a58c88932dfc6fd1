-- The waitlist of an event that is sold out.

create type entry_status as enum ('waiting', 'offered', 'accepted', 'lapsed', 'left');
comment on type entry_status is 'An offer is a hold owned by the person who waits.';

create table waitlist (
    id                 uuid         primary key,
    user_id            uuid         not null references users (id),
    event_id           uuid         not null references events (id),
    requested_quantity int          not null,
    together           boolean      not null default false,
    position           bigint       generated always as identity,
    status             entry_status not null default 'waiting',
    booking_id         uuid         null references bookings (id),
    created_at         timestamptz  not null,
    updated_at         timestamptz  not null,
    constraint waitlist_quantity_is_sane check (requested_quantity between 1 and 100),
    constraint waitlist_offers_have_a_hold check ((status in ('offered', 'accepted')) <= (booking_id is not null))
);
comment on table waitlist is 'Entries of people who wait for places, first come first served.';
comment on column waitlist.position is 'The join number: grows, never reused. The rank a person sees is computed from it.';
comment on column waitlist.together is 'Wants seats beside each other.';
comment on column waitlist.booking_id is 'The hold that was offered.';
comment on constraint waitlist_quantity_is_sane on waitlist is 'The same bound as bookings.quantity.';
comment on constraint waitlist_offers_have_a_hold on waitlist is 'An offer without places is a promise nobody keeps.';

create unique index waitlist_one_open_entry_per_person on waitlist (user_id, event_id) where status in ('waiting', 'offered');
comment on index waitlist_one_open_entry_per_person is 'Joining twice is one entry.';
create unique index waitlist_one_entry_per_offer on waitlist (booking_id) where booking_id is not null;
comment on index waitlist_one_entry_per_offer is 'One hold is offered to one person.';
create index waitlist_in_order on waitlist (event_id, position) where status = 'waiting';
comment on index waitlist_in_order is 'Who is next, and how many wait.';
