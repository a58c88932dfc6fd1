-- Discount codes, and what they take off bookings.

-- Used from the next migration on: a new value of a type can be used once it is committed.
alter type booking_action add value 'code_applied' after 'extended';
alter type booking_action add value 'code_removed' after 'code_applied';

create type discount_kind as enum ('percent', 'per_place', 'per_booking');
comment on type discount_kind is 'What a code takes off: so many percent, or an amount of each place or of the whole booking.';

create table discount_codes (
    id                  uuid          primary key,
    event_id            uuid          not null references events (id) on delete cascade,
    code                text          not null,
    kind                discount_kind not null,
    value               bigint        not null,
    starts_at           timestamptz   null,
    ends_at             timestamptz   null,
    max_uses            int           null,
    max_uses_per_person int           null,
    sections            text[]        not null default '{}',
    note                text          not null default '',
    version             int           not null default 1,
    created_at          timestamptz   not null,
    updated_at          timestamptz   not null,
    ended_at            timestamptz   null,
    constraint discount_codes_read_out_loud check (code ~ '^[A-Z0-9-]{3,32}$'),
    constraint discount_codes_take_something_off check (value > 0 and (kind <> 'percent' or value <= 100)),
    constraint discount_codes_end_after_they_start check (ends_at > starts_at),
    constraint discount_codes_are_used_once_at_least check (max_uses >= 1 and max_uses_per_person >= 1),
    constraint discount_codes_have_short_notes check (char_length(note) <= 200)
);
comment on table discount_codes is 'Codes that take something off bookings of an event. A use is a booking that names the code and is held or confirmed: a hold that lapses, and a booking that ends, give theirs back by themselves.';
comment on column discount_codes.code is 'In capitals, however it is typed.';
comment on column discount_codes.value is 'Percent, or minor units of the event''s currency. Like kind and sections it stays what it is once a booking has used the code.';
comment on column discount_codes.starts_at is 'From when it can be given; null for from the beginning.';
comment on column discount_codes.ends_at is 'Until when; null for until the sale closes. What was held with it before keeps it.';
comment on column discount_codes.max_uses is 'Bookings that can have it at the same time; null for any number.';
comment on column discount_codes.max_uses_per_person is 'Bookings of one person; null for any number.';
comment on column discount_codes.sections is 'The sections whose seats it is for, by name; none for all places.';
comment on column discount_codes.note is 'For those who run the event: for whom it is.';
comment on column discount_codes.version is 'The lock for edits: who saves names the one they saw.';
comment on column discount_codes.ended_at is 'When staff ended it; nobody can give it from then on.';
comment on constraint discount_codes_read_out_loud on discount_codes is 'People type it from a poster, whatever their keyboard.';
comment on constraint discount_codes_take_something_off on discount_codes is 'More than everything can''t be taken off: nobody is paid to attend.';
comment on constraint discount_codes_end_after_they_start on discount_codes is 'Time runs forward.';
comment on constraint discount_codes_are_used_once_at_least on discount_codes is 'One that nobody can use is ended, not limited to nothing.';
comment on constraint discount_codes_have_short_notes on discount_codes is 'It comes from a form.';

create unique index discount_codes_one_per_event on discount_codes (event_id, code);
comment on index discount_codes_one_per_event is 'What a person types means one code of the event.';
create unique index discount_codes_with_their_event on discount_codes (id, event_id);
comment on index discount_codes_with_their_event is 'What bookings refer to, so that a code of another event takes nothing off.';
create index discount_codes_of_an_event on discount_codes (event_id, id desc);
comment on index discount_codes_of_an_event is 'The list of an event''s codes, the newest first, paged by key.';

create table discount_tries (
    user_id  uuid        not null,
    address  inet        null,
    tried_at timestamptz not null
);
comment on table discount_tries is 'Codes that somebody gave and that don''t exist, kept for ten minutes, so that nobody finds one by trying. No foreign key: the rows are gone soon.';
comment on column discount_tries.address is 'Where it came from, where that is known: guests are easily made.';
create index discount_tries_of_a_person on discount_tries (user_id, tried_at);
comment on index discount_tries_of_a_person is 'What somebody has tried lately.';
create index discount_tries_of_an_address on discount_tries (address, tried_at);
comment on index discount_tries_of_an_address is 'What was tried from an address lately.';
create index discount_tries_in_order on discount_tries (tried_at);
comment on index discount_tries_in_order is 'What is old, to be removed.';

alter table bookings add column discount_code_id uuid null;
alter table bookings add column discount_minor bigint not null default 0;
alter table bookings add constraint bookings_code_of_their_event
    foreign key (discount_code_id, event_id) references discount_codes (id, event_id);
alter table bookings add constraint bookings_discount_has_a_code
    check (discount_minor >= 0 and (discount_code_id is not null or discount_minor = 0));
comment on column bookings.discount_code_id is 'The code that was given. As long as the booking is held or confirmed, it is a use of it.';
comment on column bookings.discount_minor is 'What the code takes off, in minor units. total_amount_minor is what is left to pay.';
comment on column bookings.total_amount_minor is 'Minor units of currency, what is to pay: the prices of when the places were held, later changes don''t touch them, less discount_minor.';
comment on constraint bookings_code_of_their_event on bookings is 'A code is for one event.';
comment on constraint bookings_discount_has_a_code on bookings is 'Nothing is taken off without a reason.';
create index bookings_of_a_code on bookings (discount_code_id, user_id) where discount_code_id is not null;
comment on index bookings_of_a_code is 'The uses of a code, counted whenever it is given. Bookings without one aren''t in it and pay nothing for it.';

alter table seat_bookings add column discount_minor bigint not null default 0;
alter table seat_bookings add constraint seat_bookings_discount_within_the_price check (discount_minor between 0 and price_minor);
comment on column seat_bookings.discount_minor is 'The seat''s part of what the booking''s code takes off: price_minor less this is what the seat brings in.';
comment on constraint seat_bookings_discount_within_the_price on seat_bookings is 'Nobody is paid to attend.';

alter table booking_history add column discount_minor bigint not null default 0;
comment on column booking_history.discount_minor is 'What a code took off the booking then; total_amount_minor is what was left.';

-- Entries without a discount keep the hash they have: what is sealed stays true.
create or replace function booking_history_hash(entry booking_history) returns bytea language sql stable as $$
    select sha256(convert_to((jsonb_build_array(
        entry.number, entry.id, entry.booking_id, entry.action, entry.actor_id, entry.status_before, entry.status_after,
        entry.details, entry.quantity, entry.total_amount_minor, (extract(epoch from entry.created_at) * 1000000)::bigint,
        encode(entry.previous_hash, 'hex'))
        || case when entry.discount_minor = 0 then '[]'::jsonb else jsonb_build_array(entry.discount_minor) end)::text, 'UTF8'))
$$;

alter table sales_days add column discount_minor bigint not null default 0;
comment on column sales_days.discount_minor is 'What codes took off the bookings made, less what they had taken off those cancelled on that day.';
