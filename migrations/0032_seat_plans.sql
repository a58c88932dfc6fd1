-- Plans that are kept to begin seat maps from.

create table seat_plans (
    id          uuid        primary key,
    name        text        not null,
    currency    text        not null,
    plan        jsonb       not null,
    place_count int         not null,
    version     bigint      not null default 1,
    created_by  uuid        not null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    constraint seat_plans_name_is_filled_in check (char_length(name) between 1 and 100),
    constraint seat_plans_currency_is_a_code check (currency ~ '^[A-Z]{3}$'),
    constraint seat_plans_have_no_less_than_no_place check (place_count >= 0)
);
comment on table seat_plans is 'Seat maps of no event, of the site as a whole: an event''s map is begun from one. Nothing refers to them.';
comment on column seat_plans.plan is 'The drawing, as it travels.';
comment on column seat_plans.place_count is 'For how many people it has room, so that lists read no drawing.';
comment on column seat_plans.version is 'Grows with every change: an edit names the one it was begun with.';
comment on column seat_plans.created_by is 'Who kept it first. No foreign key: it outlives their account.';
comment on constraint seat_plans_name_is_filled_in on seat_plans is 'It is chosen by its name.';
comment on constraint seat_plans_currency_is_a_code on seat_plans is 'ISO 4217.';
comment on constraint seat_plans_have_no_less_than_no_place on seat_plans is 'They are counted.';

create unique index seat_plans_one_per_name on seat_plans (name);
comment on index seat_plans_one_per_name is 'Lists go by name; two of one name could not be told apart.';
