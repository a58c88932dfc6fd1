-- The live map: what changed on each map, in the order in which it is shown.

alter table seat_changes add column seat_ids uuid[] not null default '{}';
comment on column seat_changes.seat_ids is 'The seats that became free (delta above zero) or were taken (below).';

create table seat_frames (
    number           bigint      generated always as identity primary key,
    event_id         uuid        not null,
    sections         text[]      not null,
    available_counts int[]       not null,
    taken            uuid[]      not null,
    freed            uuid[]      not null,
    made_at          timestamptz not null,
    constraint seat_frames_count_each_section check (cardinality(sections) = cardinality(available_counts))
);
comment on table seat_frames is 'What the projector added up at once of an event, as open maps are told of it. One projector works at a time, so that frames become visible in the order of their numbers and whoever has read up to a number has missed none. Kept for ten minutes, the newest for ever: who comes back later is told to load the map anew. No foreign key: the rows don''t live long.';
comment on column seat_frames.available_counts is 'Of each of the sections, afterwards.';
comment on column seat_frames.taken is 'Seats that are in a hold or a booking now.';
comment on column seat_frames.freed is 'Seats that are free now.';
comment on constraint seat_frames_count_each_section on seat_frames is 'One count for each section.';

create index seat_frames_by_age on seat_frames (made_at);
comment on index seat_frames_by_age is 'Finds what is old enough to go.';
