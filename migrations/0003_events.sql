-- Events, and how they are found.

create extension if not exists pg_trgm;
create extension if not exists unaccent;

create function fold(words text) returns text
    language sql immutable strict parallel safe
    as $$ select lower(public.unaccent('public.unaccent'::regdictionary, words)) $$;
comment on function fold(text) is 'Lower case without accents, for search. Declared immutable (with the dictionary named) so that a generated column can use it.';

create type event_status as enum ('draft', 'published', 'cancelled');
comment on type event_status is 'Draft is seen by admins only; past is not a status but a comparison with the clock.';

create table events (
    id                 uuid         primary key,
    name               text         not null,
    summary            text         not null,
    description        text         not null,
    category           text         not null,
    venue              text         not null,
    address            text         not null,
    city               text         not null,
    country            char(2)      not null,
    timezone           text         not null,
    event_date         timestamptz  not null,
    ends_at            timestamptz  not null,
    doors_at           timestamptz  null,
    currency           char(3)      not null,
    price_minor        bigint       not null,
    total_capacity     int          not null,
    available_capacity int          not null,
    has_seat_selection boolean      not null,
    status             event_status not null default 'draft',
    sales_open_at      timestamptz  not null,
    sales_close_at     timestamptz  not null,
    hold_length_s      int          not null default 600,
    places_per_person  int          not null default 10,
    version            int          not null default 1,
    created_at         timestamptz  not null,
    updated_at         timestamptz  not null,
    search_text        text         not null generated always as (
        fold(name || ' ' || summary || ' ' || venue || ' ' || city || ' ' || category)
    ) stored,
    constraint events_capacity_is_not_negative check (total_capacity >= 0),
    constraint events_available_within_capacity check (available_capacity between 0 and total_capacity),
    constraint events_price_is_not_negative check (price_minor >= 0),
    constraint events_currency_is_a_code check (currency ~ '^[A-Z]{3}$'),
    constraint events_country_is_a_code check (country ~ '^[A-Z]{2}$'),
    constraint events_end_after_they_begin check (ends_at > event_date),
    constraint events_last_a_month_at_most check (ends_at <= event_date + interval '31 days'),
    constraint events_timezone_is_known check ((event_date at time zone timezone) is not null),
    constraint events_doors_open_before_they_begin check (doors_at is null or doors_at <= event_date),
    constraint events_sale_opens_before_it_closes check (sales_open_at < sales_close_at),
    constraint events_sale_closes_before_the_end check (sales_close_at <= ends_at),
    constraint events_hold_length_is_sane check (hold_length_s between 60 and 1800),
    constraint events_places_per_person_is_sane check (places_per_person between 1 and 100),
    constraint events_name_is_filled_in check (char_length(name) between 1 and 200)
) with (fillfactor = 70);
comment on table events is 'What can be booked. Times are UTC instants; timezone says how people at the venue read them. Filled to 70 % so that a change of available_capacity stays on its page.';
comment on column events.event_date is 'When it begins.';
comment on column events.timezone is 'IANA name, for example Europe/Berlin.';
comment on column events.price_minor is 'Minor units of currency. General admission: the price of a place. With seats: the lowest section''s, for lists and sorting.';
comment on column events.available_capacity is 'General admission: the authority, exact at every commit. With seats: a projection of seats.status, at most a second late and exact at rest, so that buyers of different seats don''t queue on this row.';
comment on column events.hold_length_s is 'Seconds a hold lasts before it can be taken by others.';
comment on column events.places_per_person is 'Places one person may hold and have booked together.';
comment on column events.version is 'Optimistic lock of admins'' edits; buyers never touch it.';
comment on column events.search_text is 'What search looks at, folded once at writing.';
comment on constraint events_available_within_capacity on events is 'No place is sold twice and none appears from nowhere, whatever the code above believes.';
comment on constraint events_capacity_is_not_negative on events is 'A negative capacity is nonsense.';
comment on constraint events_price_is_not_negative on events is 'Nobody is paid to attend.';
comment on constraint events_currency_is_a_code on events is 'ISO 4217.';
comment on constraint events_country_is_a_code on events is 'ISO 3166-1 alpha-2.';
comment on constraint events_end_after_they_begin on events is 'An event lasts some time.';
comment on constraint events_last_a_month_at_most on events is 'So that a list finds what is not over yet by when it began, through an index.';
comment on constraint events_timezone_is_known on events is 'A name the database does not know would break every list that compares days at the venue.';
comment on constraint events_doors_open_before_they_begin on events is 'People get in before it begins.';
comment on constraint events_sale_opens_before_it_closes on events is 'A sale that never opens is a draft.';
comment on constraint events_sale_closes_before_the_end on events is 'Nobody books what is over.';
comment on constraint events_hold_length_is_sane on events is 'A minute is needed to read a checkout; holds of over half an hour starve the sale.';
comment on constraint events_places_per_person_is_sane on events is 'At least one, and no more than a person can fill in.';
comment on constraint events_name_is_filled_in on events is 'Every card shows a name.';

create index events_by_date on events (event_date, id) where status <> 'draft';
comment on index events_by_date is 'The list sorted by date, paged by key.';
create index events_by_price on events (currency, price_minor, id) where status <> 'draft';
comment on index events_by_price is 'The list sorted by price, paged by key; amounts of different currencies don''t compare, so the currency comes first.';
create index events_by_city on events (city, event_date, id) where status <> 'draft';
comment on index events_by_city is 'The filter by city, and the list of cities.';
create index events_by_category on events (category, event_date, id) where status <> 'draft';
comment on index events_by_category is 'The filter by category.';
create index events_by_words on events using gin (search_text gin_trgm_ops);
comment on index events_by_words is 'Search, tolerant of typing errors, by trigrams.';
