-- Seat maps that staff draw: prices of single seats, seats that are taken off a map, and which drawing is the newest.

alter table seat_maps
    add column version bigint not null default 1,
    add column background jsonb null,
    add column updated_at timestamptz not null default now(),
    add constraint seat_maps_are_counted_from_one check (version > 0);
comment on column seat_maps.version is 'Grows with every drawing and every change of a price: an edit names the one it was begun with.';
comment on column seat_maps.background is 'A picture that is drawn over, and where it lies; for the designer alone.';
comment on column seat_maps.updated_at is 'When it was drawn last.';
comment on constraint seat_maps_are_counted_from_one on seat_maps is '0 says that nothing is drawn yet.';

create table price_tiers (
    event_id    uuid   not null references seat_maps (event_id) on delete cascade,
    name        text   not null,
    position    int    not null,
    price_minor bigint not null,
    primary key (event_id, name),
    constraint price_tiers_price_is_not_negative check (price_minor >= 0),
    constraint price_tiers_name_is_filled_in check (char_length(name) between 1 and 60)
);
comment on table price_tiers is 'Prices that single seats of a map have instead of their section''s.';
comment on column price_tiers.position is 'Order in lists, from 1.';
comment on constraint price_tiers_price_is_not_negative on price_tiers is 'Nobody is paid to attend.';
comment on constraint price_tiers_name_is_filled_in on price_tiers is 'A seat finds its price by its name.';

alter table sections add column lowest_price_minor bigint null;
update sections set lowest_price_minor = price_minor;
alter table sections
    alter column lowest_price_minor set not null,
    add constraint sections_lowest_price_is_not_negative check (lowest_price_minor >= 0);
comment on column sections.price_minor is 'The price of each of its places that has no tier.';
comment on column sections.lowest_price_minor is 'The price of its cheapest place, so that the overview reads only sections.';
comment on constraint sections_lowest_price_is_not_negative on sections is 'Nobody is paid to attend.';

alter table seats
    add column tier text null,
    add column retired_from text null,
    alter column section drop not null,
    add constraint seats_lie_in_a_section_or_did check ((section is null) = (retired_from is not null)),
    add constraint seats_have_a_tier_of_their_map foreign key (event_id, tier) references price_tiers (event_id, name) on update cascade;
comment on column seats.section is 'Null for a seat that was taken off the map: who once had it still finds its name here.';
comment on column seats.retired_from is 'The section of a seat that was taken off the map. A draft that was never booked on has its next new seats of these.';
comment on column seats.tier is 'The price it has instead of its section''s.';
comment on constraint seats_lie_in_a_section_or_did on seats is 'A seat is on the map or off it.';
comment on constraint seats_have_a_tier_of_their_map on seats is 'No seat without a price.';

alter table seat_frames add column is_redrawn boolean not null default false;
comment on column seat_frames.is_redrawn is 'The map was drawn anew: whoever has it open loads it again.';
