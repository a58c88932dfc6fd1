-- Choosing seats: whether a map minds single seats left alone.

alter table seat_maps add column leaves_no_single boolean not null default false;
comment on column seat_maps.leaves_no_single is 'Whether a hold that leaves a free seat alone between taken ones, where that can be avoided, is refused.';
