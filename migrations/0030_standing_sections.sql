-- Both kinds of admission in one event: sections where people stand.

alter table sections add column standing boolean not null default false;
comment on column sections.standing is 'People stand, or sit where they like: its seats are places that nobody chooses one of, booked by quantity, and not drawn.';
