-- What was sold day by day: the history of bookings added up, so that figures over a million bookings are read in milliseconds.

create table sales_days (
    event_id           uuid   not null,
    day                date   not null,
    held_count         int    not null default 0,
    held_quantity      int    not null default 0,
    offered_count      int    not null default 0,
    offered_quantity   int    not null default 0,
    confirmed_count    int    not null default 0,
    confirmed_quantity int    not null default 0,
    confirmed_minor    bigint not null default 0,
    accepted_count     int    not null default 0,
    cancelled_count    int    not null default 0,
    cancelled_quantity int    not null default 0,
    cancelled_minor    bigint not null default 0,
    released_count     int    not null default 0,
    expired_count      int    not null default 0,
    lapsed_count       int    not null default 0,
    confirm_time_s     bigint not null default 0,
    primary key (event_id, day)
);
comment on table sales_days is 'What happened to the bookings of an event on each day of its own zone: booking_history added up, up to sales_told. A projection: it can be made anew from the history at any time. No foreign key: it follows the history, whose bookings have one.';
comment on column sales_days.held_count is 'Holds that people began; held_quantity is their places.';
comment on column sales_days.offered_count is 'Holds that the waitlist began for people.';
comment on column sales_days.confirmed_count is 'Bookings made, out of holds and offers; accepted_count are those out of offers.';
comment on column sales_days.confirmed_minor is 'What they cost, in minor units of the event''s currency.';
comment on column sales_days.cancelled_count is 'Bookings cancelled on that day, whenever they were made.';
comment on column sales_days.cancelled_minor is 'What is given back for them.';
comment on column sales_days.released_count is 'Holds and offers given back before they were confirmed.';
comment on column sales_days.expired_count is 'Holds that ran out; lapsed_count are the offers that did.';
comment on column sales_days.confirm_time_s is 'Seconds from the hold to the booking, of all bookings that were no offers together.';

create index sales_days_in_order on sales_days (day, event_id);
comment on index sales_days_in_order is 'The figures of all events over a range of days.';

create table sales_told (
    only_row   boolean     primary key default true,
    upto_entry bigint      not null,
    as_of      timestamptz null,
    constraint sales_told_has_one_row check (only_row)
);
comment on table sales_told is 'Up to which entry of the booking history sales_days tells.';
comment on column sales_told.as_of is 'Everything until then is told; null before the first time.';
comment on constraint sales_told_has_one_row on sales_told is 'There is one history.';
insert into sales_told (upto_entry) values (0);
